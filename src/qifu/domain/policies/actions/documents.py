"""Documents: enter one as it was issued, correct it, say what it does to others; repeal what a later one ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from qifu.domain.policies import access
from qifu.domain.policies.models import Document, Relation, Revision
from qifu.kernel import typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import record
from qifu.kernel.files import queries as kept
from qifu.kernel.files.actions import drop, give

LONGEST_TEXT = 200_000  # characters
MOST_FILES = 20  # of one document
DOUBLE = "同一文号、同一标题的文件已经有了，请在列表里查找，不要重复登记。"


@dataclass(frozen=True, slots=True)
class Paper:
    """What a document says of itself."""

    level: str
    title: str
    issuer: str
    number: str = ""
    issued_on: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    text: str = ""
    gist: str = ""
    url: str = ""
    checked: str = ""


@transaction.atomic
def enter(*, actor: Actor, now: datetime, paper: Paper, files: Sequence[int] = ()) -> Document:
    """Enter a document; freshness counts from now.

    :raises Forbidden: the actor does not write policies. :raises Invalid: something is missing or cannot be.
    :raises Conflict: it is here already.
    """
    access.require_writer(actor)
    paper = _checked(paper)
    try:
        with transaction.atomic():
            row = Document.objects.create(**asdict(paper), found_at=now, author=actor.account)
    except IntegrityError:
        raise Conflict(DOUBLE) from None
    give(actor=actor, ids=list(files), owner=row.stream)
    _prove(row, "policies.enter", actor, now, paper)
    return row


@transaction.atomic
def correct(
    *, actor: Actor, now: datetime, document: int, paper: Paper, seen: int, files: Sequence[int] = ()
) -> Document:
    """Correct a document and add attachments; `seen` is the version that the writer had before the eyes.

    :raises Missing: no such document. :raises Forbidden: the actor does not write policies.
    :raises Conflict: somebody else corrected it meanwhile. :raises Invalid: something is missing or cannot be.
    """
    access.require_writer(actor)
    row = access.document(actor, document, lock=True)
    paper = _checked(paper)
    if row.version != seen:
        raise Conflict("这份文件刚被别人改过，请打开最新内容再改。")
    before = {name: str(getattr(row, name)) for name in ("number", "effective_from", "effective_to")}
    for name, value in asdict(paper).items():
        setattr(row, name, value)
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(DOUBLE) from None
    if len(kept.kept_for(row.stream, with_internal=True)) + len(files) > MOST_FILES:
        raise Invalid(f"一份文件最多 {MOST_FILES} 个附件，请先删去不用的。", {"files": "附件太多"})
    if given := give(actor=actor, ids=list(files), owner=row.stream):
        facts: dict[str, object] = {"files": [one.pk for one in given]}
        record(actor=actor, now=now, verb="policies.attach", stream=row.stream, facts=facts)
    _prove(row, "policies.correct", actor, now, paper, before)
    return row


@transaction.atomic
def detach(*, actor: Actor, now: datetime, document: int, file: int) -> None:
    """Take an attachment away from a document; the record of it stays.

    :raises Missing: no such document or attachment. :raises Forbidden: the actor does not write policies.
    """
    access.require_writer(actor)
    row = access.document(actor, document, lock=True)
    found = next((one for one in kept.kept_for(row.stream, with_internal=True) if one.pk == file), None)
    if found is None:
        raise Missing("没有这个附件，可能已经删去。")
    drop(actor=actor, now=now, file=found, reason="政策文件的附件删去")
    record(actor=actor, now=now, verb="policies.detach", stream=row.stream, facts={"file": file})


@transaction.atomic
def relate(*, actor: Actor, now: datetime, document: int, kind: str, number: str) -> Relation:
    """Say what a document does to another one, by the other's number.

    :raises Invalid: an unknown kind, no number, or the document's own.
    """
    access.require_writer(actor)
    row = access.document(actor, document, lock=True)
    number = typed.line(number)[:120]
    if kind not in Relation.Kind.values or not number:
        raise Invalid("请选择关系，并填写对方的文号。", {"number": "请填写文号。"})
    if number == row.number:
        raise Invalid("文件不能与自己发生关系，请核对文号。", {"number": "这是本文件的文号。"})
    other = Document.objects.filter(number=number).exclude(pk=row.pk).first()
    made, is_new = Relation.objects.get_or_create(document=row, kind=kind, number=number, defaults={"other": other})
    if is_new:
        facts = {"kind": kind, "number": number, "other": other.pk if other else None}
        record(actor=actor, now=now, verb="policies.relate", stream=row.stream, facts=facts)
    return made


@transaction.atomic
def repeal(*, actor: Actor, now: datetime, document: int, by: int, on: date) -> list[str]:
    """End everything that rests on a document on the day on which a later one takes its place; return the codes.

    The revisions keep answering for the days before.

    :raises Forbidden: the actor does not publish. :raises Invalid: the later one is the same, or the day cannot be.
    """
    access.require_publisher(actor)
    row = access.document(actor, document, lock=True)
    later = access.document(actor, by)
    if later.pk == row.pk:
        raise Invalid("文件不能废止自己，请选择后来的文件。", {"by": "请选择另一份文件。"})
    last = on - timedelta(days=1)
    Relation.objects.get_or_create(
        document=later, kind=Relation.Kind.REPEALS, number=row.number or row.title[:120], defaults={"other": row}
    )
    if row.effective_to is None or row.effective_to > last:
        row.effective_to = max(last, row.effective_from or last)
        row.save(update_fields=["effective_to"])
    ended = []
    rows = (
        Revision.objects.select_for_update(of=("self",))
        .select_related("item")
        .filter(document=row, state=Revision.State.PUBLISHED)
    )
    for one in rows:
        if one.force_to is None or one.force_to > last:
            _end(one, last, f"被{later.number or later.title}废止", now)
            ended.append(one.item.code)
            facts: dict[str, object] = {"revision": one.number, "by": later.pk, "until": last.isoformat()}
            record(actor=actor, now=now, verb="policies.repeal", stream=one.item.stream, facts=facts)
    facts = {"by": later.pk, "on": on.isoformat(), "items": ended}
    record(actor=actor, now=now, verb="policies.repeal", stream=row.stream, facts=facts)
    return ended


def _end(one: Revision, last: date, why: str, now: datetime) -> None:
    """End a revision; one that had not begun is withdrawn."""
    if last < one.force_from:
        one.state = Revision.State.WITHDRAWN
    else:
        one.force_to = last
    one.ended_why, one.changed_at = why[:300], now
    one.save(update_fields=["state", "force_to", "ended_why", "changed_at"])


def _checked(paper: Paper) -> Paper:
    """:raises Invalid: something is missing or cannot be."""
    kept = replace(
        paper,
        title=typed.line(paper.title),
        issuer=typed.line(paper.issuer),
        number=typed.line(paper.number),
        text=typed.lines(paper.text),
        gist=typed.lines(paper.gist),
        url=typed.line(paper.url),
    )
    wrong = {
        "title": "请填写文件标题，至多 200 字。" if not 1 <= len(kept.title) <= 200 else "",
        "issuer": "请填写发文机关，至多 200 字。" if not 1 <= len(kept.issuer) <= 200 else "",
        "level": "" if kept.level in Document.Level.values else "请选择层级。",
        "number": "文号超过 80 字，请核对。" if len(kept.number) > 80 else "",
        "text": "正文超过 20 万字，请分开登记。" if len(kept.text) > LONGEST_TEXT else "",
        "url": "" if not kept.url or kept.url.startswith(("http://", "https://")) else "网址应以 http 开头。",
    }
    if kept.effective_from and kept.effective_to and kept.effective_to < kept.effective_from:
        wrong["effective_to"] = "失效日期早于生效日期。"
    wrong = {name: said for name, said in wrong.items() if said}
    if wrong:
        raise Invalid("还没有保存：" + "".join(wrong.values()), wrong)
    return kept


def _prove(
    row: Document, verb: str, actor: Actor, now: datetime, paper: Paper, before: dict[str, str] | None = None
) -> None:
    facts = {"level": paper.level, "number": paper.number, "version": row.version}
    after = {name: str(getattr(row, name)) for name in before} if before else None
    record(
        actor=actor, now=now, verb=verb, stream=row.stream, facts=facts, content={"title": paper.title},
        before=before, after=after,
    )  # fmt: skip

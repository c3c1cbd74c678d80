"""Drafts of revisions: begin one, change it, give it cases. Nothing here is seen by enterprises."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from qifu.domain.policies import access, checking
from qifu.domain.policies.models import Case, Document, Item, Revision
from qifu.engines import eligibility as law
from qifu.kernel import search, typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,23}")
WINDOWS = {"always": "常年受理", "yearly": "每年受理", "once": "限期受理"}
IN_WORK = (Revision.State.DRAFT, Revision.State.REVIEWED)
LONGEST = {"title": 120, "summary": 400, "amount_words": 300, "how": 600, "contact": 120}
LABELS = {"title": "名称", "summary": "通俗说明", "amount_words": "标准说明", "how": "办理方式", "contact": "咨询方式"}


@dataclass(frozen=True, slots=True)
class About:
    """What an item is, whatever its revision says."""

    code: str
    kind: str
    theme: str
    unit: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a revision says."""

    title: str
    force_from: date
    force_to: date | None = None
    summary: str = ""
    condition: object = True
    formula: object = None
    amount_words: str = ""
    materials: Sequence[str] = ()
    window: Mapping[str, object] = field(default_factory=lambda: {"kind": "always"})
    steps: int = 2
    how: str = ""
    contact: str = ""
    beyond: Sequence[str] = ()
    excludes: Sequence[str] = ()
    clauses: Sequence[Mapping[str, object]] = ()


@transaction.atomic
def begin(*, actor: Actor, now: datetime, about: About, document: int, words: Words) -> Revision:
    """Make an item with its first draft.

    :raises Forbidden: the actor does not write policies. :raises Invalid: something is missing or cannot be used.
    :raises Conflict: the code is taken.
    """
    access.require_writer(actor)
    source = access.document(actor, document)
    about, words = replace(about, theme=typed.line(about.theme), unit=typed.line(about.unit)), cleaned(words)
    _check_about(about)
    if Item.objects.filter(code=about.code).exists():
        raise Conflict(f"编号 {about.code} 已被另一项政策使用，请换一个。")
    checked(words)
    _not_itself(about.code, words)
    item = Item.objects.create(**asdict(about), made_at=now)
    return _made(actor, now, item, source, words, [])


@transaction.atomic
def renew(*, actor: Actor, now: datetime, code: str, document: int | None = None) -> Revision:
    """Begin the next revision of an item with what the last one says, cases included.

    :raises Conflict: one is in work already.
    """
    access.require_writer(actor)
    item = access.item(actor, code, lock=True)
    if item.revisions.filter(state__in=IN_WORK).exists():
        raise Conflict("这项政策已有一版在起草，请继续改那一版。")
    last = item.revisions.order_by("-number").first()
    if last is None:
        raise Conflict("这项政策还没有任何一版。")
    source = access.document(actor, document) if document else last.document
    return _made(actor, now, item, source, words_of(last), list(last.cases.all()))


@transaction.atomic
def edit(*, actor: Actor, now: datetime, code: str, number: int, words: Words, seen: int) -> Revision:
    """Change a draft; whoever had read it must read it again. `seen` is the version that the writer had before the eyes.

    Where the first day of force moves on, the days of cases that it passes move with it.

    :raises Conflict: it is published, or somebody else changed it meanwhile. :raises Invalid: it cannot be used.
    """
    access.require_writer(actor)
    row = _in_work(actor, code, number)
    if row.version != seen:
        raise Conflict("这一版刚被别人改过，请打开最新内容再改。", state=row.state)
    words = cleaned(words)
    checked(words)
    _not_itself(code, words)
    row.cases.filter(on__gte=row.force_from, on__lt=words.force_from).update(on=words.force_from)
    _say(row, words)
    row.author, row.reader, row.read_at, row.state = actor.account, None, None, Revision.State.DRAFT
    row.version, row.changed_at = row.version + 1, now
    row.save()
    _prove(row, "policies.edit", actor, now)
    return row


@transaction.atomic
def add_case(
    *, actor: Actor, now: datetime, code: str, number: int, name: str, kind: str, on: date,
    given: Mapping[str, object], expected: str,
) -> Case:  # fmt: skip
    """Give a draft an example that it must answer as expected.

    :raises Invalid: no name, an unknown kind or answer, or facts that cannot be read.
    """
    access.require_writer(actor)
    row = _in_work(actor, code, number)
    name = typed.line(name)
    wrong = {
        "name": "" if 1 <= len(name) <= 120 else "请填写算例的名称，至多 120 字。",
        "kind": "" if kind in Case.Kind.values else "请选择算例的种类。",
        "expected": _expects(kind, expected),
        "facts": _unreadable(given, on),
    }
    wrong = {key: said for key, said in wrong.items() if said}
    if wrong:
        raise Invalid("算例还没有保存：" + "".join(wrong.values()), wrong)
    try:
        with transaction.atomic():
            made = Case.objects.create(revision=row, name=name, kind=kind, on=on, facts=dict(given), expected=expected)
    except IntegrityError:
        raise Conflict("已有同名的算例，请换一个名称。") from None
    facts = {"revision": row.number, "case": made.pk, "kind": kind, "expected": expected}
    record(actor=actor, now=now, verb="policies.add_case", stream=row.item.stream, facts=facts)
    return made


@transaction.atomic
def drop_case(*, actor: Actor, now: datetime, code: str, number: int, case: int) -> None:
    """Take an example away from a draft."""
    access.require_writer(actor)
    row = _in_work(actor, code, number)
    if row.cases.filter(pk=case).delete()[0]:
        facts = {"revision": row.number, "case": case}
        record(actor=actor, now=now, verb="policies.drop_case", stream=row.item.stream, facts=facts)


def words_of(row: Revision) -> Words:
    """What a revision says, to begin the next one from."""
    return Words(**{name: getattr(row, name) for name in Words.__dataclass_fields__})


def cleaned(words: Words) -> Words:
    """The same without characters that nobody sees."""
    return replace(
        words, title=typed.line(words.title), summary=typed.lines(words.summary), how=typed.lines(words.how),
        amount_words=typed.line(words.amount_words), contact=typed.line(words.contact),
        materials=[typed.line(str(one)) for one in words.materials],
        beyond=[typed.line(str(one)) for one in words.beyond],
        window={name: typed.line(each) if isinstance(each, str) else each for name, each in words.window.items()},
        clauses=[
            {name: typed.line(each) if isinstance(each, str) else each for name, each in clause.items()}
            for clause in words.clauses
        ],
    )  # fmt: skip


def _not_itself(code: str, words: Words) -> None:
    """:raises Invalid: an item excludes itself."""
    if code in words.excludes:
        raise Invalid("一项政策不能与自己互斥，请从互斥的政策里去掉它。", {"excludes": "不能写自己的编号。"})


def checked(words: Words) -> None:
    """:raises Invalid: something is missing or cannot be used."""
    wrong = {
        name: f"{LABELS[name]}超过 {most} 字，请精简。"
        for name, most in LONGEST.items()
        if len(str(getattr(words, name))) > most
    }
    if not words.title.strip():
        wrong["title"] = "请填写名称。"
    if words.force_to and words.force_to < words.force_from:
        wrong["force_to"] = "停止执行的日期早于开始执行的日期。"
    if not 0 <= words.steps <= 99:
        wrong["steps"] = "办理步数应在 0 至 99 之间。"
    for name, read, raw in (
        ("condition", checking.condition_of, words.condition),
        ("formula", checking.formula_of, words.formula),
    ):
        try:
            read(raw)
        except law.Refused as refusal:
            wrong[name] = f"{refusal.zh}（{refusal.path}）"
    if said := _window(words.window):
        wrong["window"] = said
    if wrong:
        raise Invalid("还没有保存：" + "；".join(said.rstrip("。") for said in wrong.values()) + "。", wrong)


def made_of(row: Revision) -> str:
    """What a revision is found by."""
    labels = [law.catalogue()[name].label for name in fields_of(row.condition)]
    return search.tokens(
        row.title, row.summary, row.amount_words, row.item.code, row.item.theme, row.item.unit, row.how,
        row.document.title, row.document.number, row.document.issuer, " ".join(labels),
    )  # fmt: skip


def written(tree: object) -> str:
    """A condition or a formula as evidence keeps it: one text for one tree."""
    return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def say(row: Revision, words: Words) -> None:
    """Put words into a revision that is not saved yet, for whoever adopts or tries it."""
    _say(row, words)


def _say(row: Revision, words: Words) -> None:
    for name, value in asdict(words).items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.title, row.summary = row.title.strip(), row.summary.strip()
    closes = words.window.get("to") if words.window.get("kind") == "once" else None
    row.closes_on = date.fromisoformat(str(closes)) if closes else None
    row.tokens = made_of(row)


def _made(actor: Actor, now: datetime, item: Item, source: Document, words: Words, cases: list[Case]) -> Revision:
    last = item.revisions.aggregate(n=Max("number"))["n"] or 0
    row = Revision(
        item=item, document=source, number=last + 1, author=actor.account, made_at=now, changed_at=now,
        force_from=words.force_from,
    )  # fmt: skip
    _say(row, words)
    row.save()
    Case.objects.bulk_create(
        Case(revision=row, name=c.name, kind=c.kind, on=c.on, facts=c.facts, expected=c.expected) for c in cases
    )
    _prove(row, "policies.draft", actor, now)
    return row


def _in_work(actor: Actor, code: str, number: int) -> Revision:
    row = access.revision(actor, code, number, lock=True)
    if row.state not in IN_WORK:
        raise Conflict("已发布或撤回的版本不能再改，请另起一版。", state=row.state)
    return row


def _check_about(about: About) -> None:
    wrong = {
        "code": "" if CODE.fullmatch(about.code) else "编号应为 3 至 24 个大写字母、数字或连字符。",
        "kind": "" if about.kind in Item.Kind.values else "请选择种类。",
        "theme": "" if 1 <= len(about.theme.strip()) <= 20 else "请填写主题，至多 20 字。",
        "unit": "" if 1 <= len(about.unit.strip()) <= 80 else "请填写负责单位，至多 80 字。",
    }
    wrong = {name: said for name, said in wrong.items() if said}
    if wrong:
        raise Invalid("还没有保存：" + "".join(wrong.values()), wrong)


def _window(window: Mapping[str, object]) -> str:
    """What is wrong with a window; yearly ones are written 03-01, those that come once 2026-03-01."""
    kind, first, last = window.get("kind"), window.get("from") or "", window.get("to") or ""
    if kind not in WINDOWS:
        return "请选择受理时间的种类。"
    if kind == "always":
        return ""
    ends = [str(first), str(last)]
    try:
        days = [date.fromisoformat(f"2028-{end}" if kind == "yearly" else end) for end in ends]
    except ValueError:
        return "受理时间应写明起止，每年的写作 03-01，一次的写作 2026-03-01。"
    return "受理截止早于开始。" if kind == "once" and days[1] < days[0] else ""


def fields_of(condition: object) -> list[str]:
    """The fields that a condition asks; none of one that cannot be used."""
    try:
        node = checking.condition_of(condition)
    except law.Refused:
        return []
    return list(law.compile_policies([law.Policy("", "", node)]).fields_of(0))


def _expects(kind: str, expected: str) -> str:
    """What is wrong with the answer that a case of a kind is to get."""
    if expected not in checking.RESULTS:
        return "请选择应有的结果。"
    meant = checking.MEANT.get(kind, expected)
    return "" if expected == meant else f"“{checking.KINDS[kind]}”的算例，应有的结果只能是“{checking.RESULTS[meant]}”。"


def _unreadable(given: Mapping[str, object], on: date) -> str:
    unknown = [name for name in given if name not in law.catalogue()]
    if unknown:
        return f"字段目录中没有“{law.shown(unknown[0])}”。"
    try:
        law.facts(given, on)
    except law.Unreadable as refusal:
        return str(refusal)
    return ""


def _prove(row: Revision, verb: str, actor: Actor, now: datetime) -> None:
    facts = {
        "revision": row.number, "document": row.document_id, "version": row.version, "state": str(row.state),
        "force_from": row.force_from.isoformat(), "force_to": row.force_to.isoformat() if row.force_to else None,
        "condition": written(row.condition), "formula": written(row.formula),
    }  # fmt: skip
    record(actor=actor, now=now, verb=verb, stream=row.item.stream, facts=facts, content={"title": row.title})

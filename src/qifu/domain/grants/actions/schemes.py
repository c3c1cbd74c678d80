"""Schemes: an item of the library made payable, without code. Written, read by a second person, published; never changed after that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from qifu.domain.grants import access, facts
from qifu.domain.grants.flow import words
from qifu.domain.grants.models import FundLine, Scheme, Version
from qifu.domain.people import queries as people
from qifu.domain.policies.queries import carried, judging
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record

MOST = 20  # of questions, materials, scores
COPIED = (
    "title", "revision_id", "line_id", "way", "basis", "fixed", "cap", "quota", "opens_on", "closes_on", "fields", "questions",
    "materials", "scoring", "pass_mark", "reviewers", "publicity_days", "decide_days", "is_deemed", "clawback", "duties",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """How a scheme works. Rows: questions {name, label, kind, is_required}, materials {name, label, hint, is_required},
    scoring {name, label, most}."""

    title: str
    line: int
    way: str
    basis: str
    opens_on: date
    closes_on: date | None = None
    fixed: Decimal | None = None
    cap: Decimal | None = None
    quota: int | None = None
    fields: Sequence[str] = ()
    questions: Sequence[Mapping[str, Any]] = ()
    materials: Sequence[Mapping[str, Any]] = ()
    scoring: Sequence[Mapping[str, Any]] = ()
    pass_mark: Decimal | None = None
    reviewers: Sequence[int] = ()
    publicity_days: int = 5
    decide_days: int = 20
    is_deemed: bool = False
    clawback: str = ""
    duties: Sequence[Mapping[str, Any]] = ()  # obligations.terms: what is owed after payment


@transaction.atomic
def begin(*, actor: Actor, now: datetime, item: str, unit: int, terms: Terms) -> Version:
    """Make an item of the library payable: the first draft of a scheme.

    :raises Forbidden: the actor does not write schemes. :raises Missing: the item is not in force.
    :raises Invalid: a term cannot be used. :raises Conflict: the item has a scheme of this unit already.
    """
    access.require_writer(actor)
    rests = carried.item(item, facts.day(now))
    people.unit(unit)
    if Scheme.objects.filter(item=rests.item, unit=unit).exists():
        raise Conflict("这个单位已经为这项政策建过兑现项目，请在原项目上起草新版。")
    _check(terms, rests)
    count = Scheme.objects.filter(item=rests.item).count()
    scheme = Scheme.objects.create(
        code=f"{rests.code[:20]}-{count + 1}", item_id=rests.item, unit_id=unit, made_at=now
    )  # fmt: skip
    row = Version(scheme=scheme, number=1, author=access.account_of(actor), made_at=now, revision_id=rests.revision)
    _fill(row, terms)
    row.save(force_insert=True)
    _proved(actor, now, row, "grants.draft_scheme")
    return row


@transaction.atomic
def change(*, actor: Actor, now: datetime, version: int, terms: Terms, seq: int) -> Version:
    """Change a draft.

    :raises Conflict: it is published, or somebody else has changed it. :raises Invalid: a term cannot be used.
    """
    access.require_writer(actor)
    row = access.version(actor, version, lock=True)
    if row.state != "draft":
        raise Conflict("已发布的版本不能修改，请起草新版。", state=row.state)
    if row.seq != seq:
        raise Conflict("这份草稿刚被别人改过，请刷新后再改。", state=row.state)
    _check(terms, carried.revision(row.revision_id))
    _fill(row, terms)
    row.author, row.seq = access.account_of(actor), row.seq + 1
    row.save()
    _proved(actor, now, row, "grants.change_scheme")
    return row


@transaction.atomic
def publish(*, actor: Actor, now: datetime, version: int) -> Version:
    """Put a draft out; the version before closes. Nobody publishes what one wrote.

    :raises Forbidden: not one who publishes, or the author. :raises Conflict: it is no draft.
    """
    access.require_publisher(actor)
    row = access.version(actor, version, lock=True)
    if row.state != "draft":
        raise Conflict("这一版已经发布过了，请刷新页面。", state=row.state)
    if row.author == actor.account:
        raise Forbidden("编写和发布不能是同一个人，请由同事审读后发布。")
    Version.objects.filter(scheme=row.scheme, state="published").update(state="closed")
    row.state, row.publisher, row.published_at = "published", actor.account, now
    row.save(update_fields=["state", "publisher", "published_at"])
    _proved(actor, now, row, "grants.publish_scheme")
    return row


@transaction.atomic
def close(*, actor: Actor, now: datetime, version: int) -> Version:
    """Take no more applications; those handed in go on.

    :raises Conflict: it is not published.
    """
    access.require_publisher(actor)
    row = access.version(actor, version, lock=True)
    if row.state != "published":
        raise Conflict("这一版没有在受理，请刷新页面。", state=row.state)
    row.state = "closed"
    row.save(update_fields=["state"])
    _proved(actor, now, row, "grants.close_scheme")
    return row


@transaction.atomic
def renew(*, actor: Actor, now: datetime, version: int) -> Version:
    """Draft the next version after this one, on the item's present revision.

    :raises Conflict: there is a draft already.
    """
    access.require_writer(actor)
    before = access.version(actor, version, lock=True)
    scheme = Scheme.objects.select_for_update().get(pk=before.scheme_id)
    if Version.objects.filter(scheme=scheme, state="draft").exists():
        raise Conflict("这个项目已有一份草稿，请在草稿上修改。")
    number = Version.objects.filter(scheme=scheme).order_by("-number").values_list("number", flat=True)[0] + 1
    row = Version(scheme=scheme, number=number, author=access.account_of(actor), made_at=now)
    for name in COPIED:
        setattr(row, name, getattr(before, name))
    rests = carried.item(carried.revision(before.revision_id).code, facts.day(now))
    row.revision_id = rests.revision
    row.save(force_insert=True)
    _proved(actor, now, row, "grants.draft_scheme")
    return row


def _fill(row: Version, terms: Terms) -> None:
    told = asdict(terms)
    row.line_id = told.pop("line")
    for name, value in told.items():
        setattr(
            row,
            name,
            list(value) if name in ("fields", "questions", "materials", "scoring", "reviewers", "duties") else value,
        )


def _check(terms: Terms, rests: carried.Rests) -> None:
    problems = {
        "title": "" if 2 <= len(terms.title.strip()) <= 120 else "请填写名称（2 至 120 字）。",
        "line": "" if FundLine.objects.filter(pk=terms.line).exists() else "请选择预算。",
        "way": "" if terms.way in dict(words.WAYS) else "请选择办理方式。",
        "basis": _basis(terms, rests),
        "fixed": "" if terms.basis != "fixed" or (terms.fixed or 0) > 0 else "定额的要填写金额。",
        "cap": "" if terms.cap is None or terms.cap > 0 else "上限应大于零。",
        "closes_on": "" if terms.closes_on is None or terms.closes_on >= terms.opens_on else "截止日不能早于开始日。",
        "fields": ""
        if set(terms.fields) <= {name for name, _ in judging.askable()}
        else "有不认识的字段，请重新选择。",
        "questions": _rows(terms.questions),
        "materials": _rows(terms.materials),
        "scoring": _scoring(terms),
        "pass_mark": "" if terms.pass_mark is None or 0 < terms.pass_mark <= 100 else "及格分应在 0 至 100 之间。",
        "reviewers": _reviewers(terms),
        "publicity_days": "" if 0 <= terms.publicity_days <= 30 else "公示天数应在 0 至 30 之间。",
        "decide_days": "" if 1 <= terms.decide_days <= 90 else "决定期限应在 1 至 90 个工作日之间。",
        "is_deemed": "逾期视为同意只能用于定额或按公式的项目。" if terms.is_deemed and terms.basis == "asked" else "",
        "clawback": "" if len(terms.clawback) <= 600 else "追回条款最多 600 字。",
    }
    problems = {name: said for name, said in problems.items() if said}
    if problems:
        raise Invalid("项目没有保存：" + "".join(problems.values()), problems)


def _basis(terms: Terms, rests: carried.Rests) -> str:
    if terms.basis not in dict(words.BASES):
        return "请选择金额怎么定。"
    if terms.basis == "formula" and not rests.has_formula:
        return "这项政策没有可计算的公式，请选定额或按申报额核定。"
    return (
        "免申即享和一步确认的金额要能算出来，请选定额或按政策公式。"
        if terms.basis == "asked" and terms.way != "apply"
        else ""
    )


def _rows(rows: Sequence[Mapping[str, Any]]) -> str:
    names = [str(one.get("name", "")) for one in rows]
    if len(rows) > MOST:
        return f"最多 {MOST} 项。"
    return (
        ""
        if all(names) and len(set(names)) == len(names) and all(one.get("label") for one in rows)
        else "每项都要有名称，且不能重复。"
    )


def _scoring(terms: Terms) -> str:
    if problem := _rows(terms.scoring):
        return problem
    total = sum(int(one.get("most", 0)) for one in terms.scoring)
    if terms.scoring and total != 100:
        return f"各项满分合计应为 100，现为 {total}。"
    return "有评分表的要选会审单位。" if terms.scoring and not terms.reviewers else ""


def _reviewers(terms: Terms) -> str:
    known = {unit.id for unit in people.units()}
    if not set(terms.reviewers) <= known:
        return "有不存在的单位，请重新选择。"
    return "申报的项目才会审，免申即享和一步确认的不选会审单位。" if terms.reviewers and terms.way != "apply" else ""


def _proved(actor: Actor, now: datetime, row: Version, verb: str) -> None:
    told = {
        "version": row.number, "state": row.state, "revision": row.revision_id, "line": row.line_id, "way": row.way,
        "basis": row.basis, "fixed": str(row.fixed or ""), "cap": str(row.cap or ""), "title": row.title,
    }  # fmt: skip
    record(actor=actor, now=now, verb=verb, stream=row.scheme.stream, facts=told)

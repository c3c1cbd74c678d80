"""What the answer to one enterprise and one item is on any day: by the revision in force on it and the facts of it.

The facts are those that held on the day, as we know now; or those that were known by the end of it, which is what an
answer given then rested on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from qifu.domain.policies import access, facts, sourcing
from qifu.domain.policies.models import MatchChange, Revision
from qifu.domain.policies.queries import mine
from qifu.domain.policies.queries.mine import Reason
from qifu.domain.policies.since import Since, since
from qifu.domain.registry import access as registry
from qifu.domain.registry import past
from qifu.engines import eligibility as law
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid, Missing

KNOWN = {"now": "当日有效的事实（按今天掌握的资料）", "then": "截至当日已收到的资料（当时据以答复的依据）"}
RESULTS = {
    "eligible": "符合", "unknown": "缺信息，暂不确定", "ineligible": "不符合", "not_in_force": "当日没有生效的版本",
    "not_registered": "当日尚未登记",
}  # fmt: skip
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class InForce:
    """The revision that answers, and its place among the others."""

    number: int
    title: str
    force_from: date
    force_to: date | None
    published_at: datetime | None
    document: str
    document_number: str
    is_later: bool  # it was published after the day that is asked of


@dataclass(frozen=True, slots=True)
class Turn:
    """On which day matching found the enterprise to fit, or to fit no more."""

    on: date
    revision: int
    became: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one day with its reasons."""

    enterprise: int
    name: str
    code: str
    title: str
    on: date
    known: str
    result: str
    revision: InForce | None
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]  # labels
    lacking: tuple[str, ...]  # the same as fields
    nearest: tuple[str, ...]
    amount: str
    since: Since | None
    turns: tuple[Turn, ...]
    revisions: tuple[tuple[int, date, date | None], ...]  # number, from, to of all that were ever in force

    @property
    def words(self) -> str:
        return RESULTS[self.result]


def answer(*, actor: Actor, enterprise: int, code: str, on: date, today: date, known: str = "now") -> Answer:
    """Answer for a day that is not to come. At most twelve statements.

    :raises Missing: no such item, or no such enterprise for this actor.
    :raises Invalid: a day that is still to come or too far back, or a word that is neither `now` nor `then`.
    """
    firm = registry.enterprise_to_see(actor, enterprise)
    if known not in KNOWN:
        raise Invalid("只能选“当日有效”或“当日已知”。", {"known": "请选 now 或 then。"})
    if not EARLIEST <= on <= today:
        raise Invalid("请选 1990 年以后、今天以前的日期（含今天）。", {"on": "日期不在可查的范围内。"})
    rows = _published(code)
    row = next((each for each in reversed(rows) if each.is_in_force(on)), None)
    held = past.read(enterprise)
    if held is None:
        raise Missing("没有这家企业，或您无权查看。")
    empty = Answer(
        enterprise, firm.name, code, rows[-1].title, on, known, "not_in_force", None, (), (), (), (), "", None,
        _turns(enterprise, rows), tuple((each.number, each.force_from, each.force_to) for each in rows),
    )  # fmt: skip
    return _told(empty, row, rows, held) if row is not None else empty


def _published(code: str) -> list[Revision]:
    """The revisions of an item that were ever in force, the first one first."""
    rows = Revision.objects.select_related("item", "document").defer("tokens", "document__text")
    found = list(rows.filter(item__code=code, state=Revision.State.PUBLISHED).order_by("force_from"))
    if not found:
        raise Missing(access.NO_ITEM)
    return found


def _told(empty: Answer, row: Revision, rows: Sequence[Revision], held: past.Past) -> Answer:
    on, told = empty.on, _in_force(row, empty.on)
    if not held.is_begun(on):
        return replace(empty, result="not_registered", title=row.title, revision=told)
    values = held.on(on, as_known_then=empty.known == "then")
    library = law.compile_policies([facts.policy(row)])
    reading = law.Reading(library, facts.of(values, on), on, values)
    said = reading.explain(0)
    known = sourcing.sources(row.clauses)
    nearest = [] if said.result == "eligible" else law.nearest(library, 0, reading.facts, limit=3)
    return replace(
        empty,
        result=said.result,
        title=row.title,
        revision=told,
        reasons=tuple(mine.reason(line, known) for line in said.tree),
        missing=tuple(law.catalogue()[name].label for name in said.missing),
        lacking=said.missing,
        nearest=mine.moves_said(nearest),
        amount=mine.worth(row, reading.facts)[0] if said.result != "ineligible" else "",
        since=since(held, rows, on).get(row.item_id) if said.result == "eligible" and empty.known == "now" else None,
    )


def _in_force(row: Revision, on: date) -> InForce:
    out = row.published_at
    return InForce(
        row.number, row.title, row.force_from, row.force_to, out, row.document.title, row.document.number,
        out is not None and out.astimezone(SHANGHAI).date() > on,
    )  # fmt: skip


def _turns(enterprise: int, rows: Sequence[Revision]) -> tuple[Turn, ...]:
    numbers = {row.pk: row.number for row in rows}
    kept = MatchChange.objects.filter(enterprise=enterprise, revision__in=numbers).order_by("-pk")
    return tuple(
        Turn(on, numbers[pk], became) for on, pk, became in kept.values_list("on", "revision_id", "became")[:50]
    )

"""Schemes as the desk keeps them and as everybody sees them; public lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from qifu.domain.grants import access, facts
from qifu.domain.grants.flow import words
from qifu.domain.grants.models import Application, FundLine, Notice, NoticeLine, Objection, Version
from qifu.domain.grants.obligations import terms
from qifu.domain.people import queries as people
from qifu.domain.policies.queries import carried, judging
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing

STATES = {"draft": "起草中", "published": "受理中", "closed": "已停止受理"}
TONES = {"draft": "amber", "published": "green", "closed": "calm"}
OVER = ("draft", "refused", "withdrawn", "dropped")


@dataclass(frozen=True, slots=True)
class Card:
    """A scheme in a list."""

    row: Version
    unit: str
    applied: int
    paid: int

    @property
    def state_label(self) -> str:
        """The state as the desk says it."""
        return STATES[self.row.state]

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return TONES[self.row.state]

    @property
    def way_label(self) -> str:
        """How one gets it."""
        return words.label(words.WAYS, self.row.way)

    @property
    def basis_label(self) -> str:
        """How the amount comes about."""
        return words.label(words.BASES, self.row.basis)

    @property
    def duties(self) -> list[str]:
        """What is owed after payment, a sentence each."""
        return terms.promised(self.row.duties)

    @property
    def left(self) -> int | None:
        """How many places are left; none: no quota."""
        return max(0, self.row.quota - self.applied) if self.row.quota else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A version of a scheme with all that belongs to it."""

    card: Card
    rests: carried.Rests
    fields: list[str]
    reviewers: list[str]
    versions: list[Version]
    counts: list[tuple[str, int]]
    author: str
    publisher: str
    may_write: bool
    may_publish: bool
    may_list: bool
    waiting: int  # for publicity
    notices: list[Notice]


@dataclass(frozen=True, slots=True)
class Own:
    """What a scheme says to one enterprise."""

    judged: judging.Judged
    number: str  # of the application of this year
    state: str


@dataclass(frozen=True, slots=True)
class NoticeSheet:
    """A public list."""

    row: Notice
    unit: str
    lines: list[NoticeLine]
    total: Decimal
    is_open: bool
    objections: list[Objection]  # for those who settle them
    outcomes: list[tuple[str, str]]  # for everybody: number and outcome of each objection
    may_settle: bool


def listing(*, actor: Actor) -> list[Card]:
    """All versions but those that a later one replaced, for the staff. :raises Forbidden: not of the staff."""
    access.require_official(actor)
    rows = Version.objects.select_related("scheme", "line").order_by("-made_at", "-pk")
    newest: dict[tuple[int, str], Version] = {}
    for row in rows:
        newest.setdefault((row.scheme_id, "draft" if row.state == "draft" else "out"), row)
    return _cards(list(newest.values()))


def open_now(now: datetime) -> list[Card]:
    """What enterprises may apply for, or are listed for, on the day."""
    on = facts.day(now)
    rows = Version.objects.filter(Q(closes_on=None) | Q(closes_on__gte=on), state="published", opens_on__lte=on)
    return _cards(list(rows.select_related("scheme", "line").order_by("closes_on", "pk")))


def card(row: Version) -> Card:
    """A version that has passed its door, as lists show it."""
    return _cards([row])[0]


def sheet(*, actor: Actor, now: datetime, version: int) -> Sheet:
    """One version for the staff. :raises Missing: there is none."""
    row = access.version(actor, version)
    told = card(row)
    units = people.unit_tree().units
    names = people.names([row.author, row.publisher])
    held = Application.objects.filter(version=row).order_by().values_list("state").annotate(n=Count("pk"))
    counted = dict(held)
    leads = row.scheme.unit_id in access.led(actor)
    return Sheet(
        told, carried.revision(row.revision_id), [judging.label_of(name) for name in row.fields],
        [units[unit].short_name for unit in row.reviewers if unit in units],
        list(Version.objects.filter(scheme=row.scheme).order_by("-number")), list(counted.items()), names.get(row.author, ""),
        names.get(row.publisher or 0, ""), access.may_write(actor), access.may_publish(actor) and row.author != actor.account,
        leads and row.way != "apply" and row.state == "published",
        counted.get("rated", 0) if leads and row.publicity_days else 0,
        list(Notice.objects.filter(version=row).order_by("-pk")[:20]),
    )  # fmt: skip


def public(*, code: str) -> tuple[Card, carried.Rests]:
    """A scheme as everybody sees it. :raises Missing: it is not published."""
    row = Version.objects.select_related("scheme", "line").filter(scheme__code=code, state="published").first()
    if row is None:
        raise Missing("没有这个项目，或已经停止受理。请返回列表查看。")
    return _cards([row])[0], carried.revision(row.revision_id)


def own(*, actor: Actor, now: datetime, version: Version, enterprise: int) -> Own:
    """How a scheme stands to an enterprise of the actor's. :raises Missing: it is not the actor's."""
    if enterprise not in actor.enterprises:
        raise Missing("没有这家企业，或您无权查看。")
    rows = access.visible(actor).filter(
        version__scheme=version.scheme_id, enterprise=enterprise, year=facts.day(now).year
    )
    held = (
        rows.exclude(state__in=["refused", "withdrawn", "dropped"])
        .order_by("-pk")
        .values_list("number", "state")
        .first()
    )
    number, state = held or ("", "")
    return Own(judging.judged(enterprise, version.revision_id, facts.day(now)), number, state)


def lines(*, actor: Actor, year: int) -> list[tuple[int, str, Decimal]]:
    """The lines of a year's budget that a scheme may rest on: key, name, what is left."""
    access.require_official(actor)
    rows = FundLine.objects.filter(year__gte=year).order_by("year", "code", "economic")
    return [(row.pk, f"{row.year} 年 {row.project}（{row.economic}）", row.free) for row in rows]


def notices(*, most: int = 50) -> list[tuple[Notice, int]]:
    """Public lists with their length, the newest first."""
    rows = Notice.objects.annotate(n=Count("lines")).select_related("version").order_by("-pk")[:most]
    return [(row, row.n) for row in rows]


def notice(*, actor: Actor, now: datetime, number: str) -> NoticeSheet:
    """One public list. :raises Missing: there is none."""
    row = access.notice(number)
    held = list(NoticeLine.objects.filter(notice=row).select_related("application").order_by("pk"))
    official = access.is_official(actor) and access.visible(actor).filter(notice_lines__notice=row).exists()
    objections = list(Objection.objects.filter(notice=row).select_related("application").order_by("pk"))
    return NoticeSheet(
        row, people.unit(row.version.scheme.unit_id).name, held, sum((one.amount for one in held), Decimal(0)),
        row.closed_at is None and now <= row.due_at, objections if official else [],
        [(one.number, one.state_label) for one in objections], row.version.scheme.unit_id in access.led(actor),
    )  # fmt: skip


def _cards(rows: list[Version]) -> list[Card]:
    units = people.unit_tree().units
    counted = _counted(Application.objects.filter(version__in=[row.pk for row in rows]))
    return [Card(row, units[row.scheme.unit_id].name, *counted.get(row.pk, (0, 0))) for row in rows]


def _counted(rows: QuerySet[Application]) -> dict[int, tuple[int, int]]:
    told = rows.order_by().values_list("version").annotate(
        applied=Count("pk", filter=~Q(state__in=OVER)), paid=Count("pk", filter=Q(state="paid"))
    )  # fmt: skip
    return {version: (applied, paid) for version, applied, paid in told}

"""One enterprise field by field: the value that stands, whose it is, why; the others; and the row each comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from qifu.domain.registry import facts, persons
from qifu.domain.registry.access import enterprise_to_see, may_load, visible
from qifu.domain.registry.actions.correcting import may_correct
from qifu.domain.registry.actions.reckoning import believed, leads_of
from qifu.domain.registry.actions.stating import may_state
from qifu.domain.registry.models import Correction, Load, Profile, SourceRow
from qifu.domain.registry.profiles import Said, claims
from qifu.domain.registry.saying import label, said
from qifu.domain.registry.standing import WHYS, Claim, Why, stand
from qifu.engines.eligibility import catalogue
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing

FIRST = ("name", "uscc", "industry", "street", "address", "legal_form", "registered_on", "registered_capital")


def measure(unit: str) -> str:
    """The unit as a form shows it: nothing for ratios, which say in their definition how they are written."""
    return "" if unit == "比例" else unit


@dataclass(frozen=True, slots=True)
class Told:
    """What one source says."""

    text: str
    source: str
    as_of: date
    row: int  # 0: it follows from not being on a complete list
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field: what stands and why, and what others say."""

    field: str
    label: str
    definition: str
    text: str
    source: str
    as_of: date | None
    why: str
    row: int
    others: tuple[Told, ...]
    may_correct: bool
    is_pending: bool

    @property
    def differing(self) -> int:
        """How many of the others say something else."""
        return sum(one.text != self.text for one in self.others)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A field of which nobody has said anything."""

    field: str
    label: str
    definition: str
    unit: str
    supplier: str
    may_state: bool

    @property
    def measure(self) -> str:
        """The unit as a form shows it; a ratio says in its definition how it is written."""
        return measure(self.unit)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row of a source."""

    id: int
    learned_at: datetime
    gone_at: datetime | None
    as_of: date
    load: Load | None
    row_number: int | None
    values: tuple[tuple[str, str], ...]
    changed: frozenset[str]  # labels of what differs from the version before


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a source with all its versions, newest first."""

    id: int
    source: str
    row_key: str
    enterprise: int | None
    enterprise_name: str
    versions: tuple[Version, ...]


def fields(actor: Actor, enterprise: int, on: date) -> tuple[FieldView, ...]:
    """Every field of which somebody has said something. At most eight statements.

    :raises Missing: not for this actor.
    """
    row = enterprise_to_see(actor, enterprise)
    held = _claims(enterprise)
    stands = Profile.objects.filter(pk=enterprise).values_list("stands", "values").first() or ({}, {})
    identity = facts.held(enterprise)
    pending = set(Correction.objects.filter(enterprise=row, state="pending").values_list("field", flat=True))
    names = [*FIRST, *(name for name in catalogue() if name not in FIRST), "status", *persons.FIELDS]
    found = []
    for name in names:
        if name in held:
            found.append(_by_sources(name, held[name], on, name in pending, stands))
        elif name in stands[0]:
            found.append(_computed(name, stands[1][name], identity.get(name), name in pending))
        elif name in identity and name != "enterprise_id":
            found.append(_alone(name, identity[name], name in pending))
    return tuple(found)


def lacking(actor: Actor, enterprise: int) -> tuple[Lacking, ...]:
    """The fields of which nobody has said anything.

    :raises Missing: not for this actor.
    """
    enterprise_to_see(actor, enterprise)
    known = facts.held(enterprise)
    return tuple(
        Lacking(f.name, f.label, f.definition, f.unit, f.supplier, may_state(f.name))
        for f in catalogue().values()
        if f.name not in known and f.name != "age_months"
    )


def _claims(enterprise: int) -> dict[str, list[Claim]]:
    sources, complete = believed()
    rows = SourceRow.objects.filter(enterprise__in=leads_of([enterprise]), gone_at=None, source__is_active=True)
    told = [
        Said(pk, source, as_of, learned.timestamp(), values, days, owner == enterprise)
        for pk, owner, source, as_of, learned, values, days in rows.values_list(
            "pk", "enterprise_id", "source_id", "as_of", "learned_at", "values", "days"
        )
    ]
    return claims(told, complete, sources) if told else {}


def _by_sources(
    name: str, held: Sequence[Claim], on: date, is_pending: bool, stands: tuple[dict[str, list[object]], dict[str, object]]
) -> FieldView:  # fmt: skip
    chosen = stand(name, held, on)
    if stands[0].get(name, ["", "", ""])[2] == Why.COMPUTED:
        others = tuple(_told(name, claim, on) for claim in (chosen.claim, *chosen.others))
        return _view(name, said(name, stands[1][name]), "系统计算", on, Why.COMPUTED, 0, others, is_pending)
    others = tuple(_told(name, claim, on) for claim in chosen.others)
    first = chosen.claim
    return _view(
        name, said(name, first.value), first.source.name, first.as_of, chosen.why, first.row, others, is_pending
    )


def _computed(name: str, value: object, held: facts.Held | None, is_pending: bool) -> FieldView:
    return _view(name, said(name, value), "系统计算", held.as_of if held else None, Why.COMPUTED, 0, (), is_pending)


def _alone(name: str, held: facts.Held, is_pending: bool) -> FieldView:
    return _view(name, said(name, held.value), held.source, held.as_of, Why.ONLY, 0, (), is_pending)


def _view(
    name: str, text: str, source: str, as_of: date | None, why: Why, row: int, others: tuple[Told, ...], is_pending: bool
) -> FieldView:  # fmt: skip
    known = catalogue().get(name)
    definition = known.definition if known else ""
    return FieldView(
        name, label(name), definition, text, source, as_of, WHYS[why], row, others, may_correct(name), is_pending
    )


def _told(name: str, claim: Claim, on: date) -> Told:
    return Told(said(name, claim.value), claim.source.name, claim.as_of, claim.row, claim.fresh_until >= on)


def source_row(actor: Actor, number: int) -> RowView:
    """A row of a source with its versions.

    :raises Missing: there is none, or its enterprise is not for this actor.
    """
    row = SourceRow.objects.select_related("source", "enterprise").filter(pk=number).first()
    if row is None or not _may_see(actor, row):
        raise Missing("没有这一行，或您无权查看。")
    versions = list(
        SourceRow.objects.filter(source=row.source_id, row_key=row.row_key).select_related("load").order_by("pk")
    )
    told = [_version(one, versions[place - 1] if place else None) for place, one in enumerate(versions)]
    name = row.enterprise.name if row.enterprise else ""
    return RowView(row.pk, row.source.name, row.row_key, row.enterprise_id, name, tuple(reversed(told)))


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of a source in a line."""

    id: int
    source: str
    row_key: str
    as_of: date
    text: str


def rows_of(actor: Actor, enterprise: int) -> tuple[RowLine, ...]:
    """The open rows that speak of an enterprise itself, those merged into it left out.

    :raises Missing: not for this actor.
    """
    enterprise_to_see(actor, enterprise)
    rows = SourceRow.objects.filter(enterprise=enterprise, gone_at=None).select_related("source").order_by("pk")
    return tuple(
        RowLine(
            row.pk,
            row.source.name,
            row.row_key,
            row.as_of,
            "；".join(f"{label(name)}：{said(name, value)}" for name, value in _ordered(row.values)[:6]),
        )
        for row in rows
    )


def _ordered(values: Mapping[str, object]) -> list[tuple[str, object]]:
    """Values in the order in which people read them, whatever order the database keeps."""
    places = {name: place for place, name in enumerate((*FIRST, *catalogue(), "status", *persons.FIELDS))}
    return sorted(values.items(), key=lambda one: (places.get(one[0], len(places)), one[0]))


def _may_see(actor: Actor, row: SourceRow) -> bool:
    if row.enterprise_id is None:
        return may_load(actor)
    return actor.is_staff and visible(actor).filter(pk=row.enterprise_id).exists()


def _version(row: SourceRow, before: SourceRow | None) -> Version:
    values = tuple((label(name), said(name, value)) for name, value in _ordered(row.values))
    old = before.values if before is not None else row.values
    changed = frozenset(label(name) for name in {**old, **row.values} if old.get(name) != row.values.get(name))
    return Version(row.pk, row.learned_at, row.gone_at, row.as_of, row.load, row.row_number, values, changed)

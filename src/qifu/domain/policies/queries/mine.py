"""Policies for one enterprise: what it can get, what is one step short, what one more fact would settle; each with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.domain.policies import access, facts, nearby, sourcing
from qifu.domain.policies import since as sinces
from qifu.domain.policies.models import Claim, MatchChange, Push, Revision, Subscription
from qifu.domain.policies.queries import public
from qifu.domain.policies.queries.public import Card
from qifu.domain.policies.told import plainly
from qifu.domain.registry import facts as registry
from qifu.domain.registry.actions.stating import may_state
from qifu.engines import eligibility as law
from qifu.engines.codes import industries
from qifu.engines.eligibility.fields import Change
from qifu.kernel.actor import Actor

NEAR = 12  # items that are one step short
CLOSE = 0.5  # of the bound is still lacking at most
LESS_IS_BETTER = frozenset({"energy_intensity", "debt_ratio"})
GAINED = frozenset({  # nobody is told to lose these, nor to become a small-scale taxpayer or a small enterprise again
    "above_scale", "high_tech", "specialised", "little_giant", "tech_sme", "innovative_sme", "single_champion",
    "science_award", "ic_listed", "machine_tool_listed", "book_assessed", "own_software",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """A line of the condition as it was answered, with the value seen, of when, from whom, and where it stands."""

    depth: int
    text: str
    value: str
    result: str
    source: str
    as_of: date | None
    cite: str
    field: str
    why: str = ""  # this value and no other


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item with the answer for the enterprise."""

    card: Card
    result: str
    amount: str
    yuan: Decimal | None
    moves: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # labels
    since: date | None = None
    push: int | None = None
    fits: bool | None = None
    applied: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that the enterprise can tell, and what it would settle."""

    field: law.Field
    settles: int  # items that wait for it alone
    touches: int  # items that wait for it among others
    titles: tuple[str, ...]

    @property
    def is_ratio(self) -> bool:
        """Whether it is written as a per cent."""
        return is_ratio(self.field)


@dataclass(frozen=True, slots=True)
class Mine:
    """All that an enterprise is told of policies."""

    enterprise: int
    on: date
    can: list[Verdict]
    near: list[Verdict]
    unknown: list[Verdict]
    questions: list[Question]
    others: list[tuple[str, str, int]]  # facts that only an authority supplies: label, who, items
    total: int
    known: int  # fields of the catalogue that are known
    least: Decimal
    has_more: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One item with every reason, for the enterprise."""

    verdict: Verdict
    reasons: list[Reason]
    nearest: list[str]


def is_ratio(field: law.Field) -> bool:
    """Whether people write a field as a per cent."""
    return field.unit == "比例"


def mine(actor: Actor, enterprise: int, on: date) -> Mine:
    """Policies for an enterprise of the actor's. At most ten statements.

    :raises Missing: the actor does not speak for it.
    """
    access.speaks_for(actor, enterprise)
    shelf, held = public.shelf(on), registry.held(enterprise)
    reading = law.Reading(shelf.library, facts.of(held, on), on, held)
    marks = _marks(enterprise, on)
    can, unknown, near = [], [], []
    waits: dict[str, list[tuple[int, str]]] = {}
    for place, row in enumerate(shelf.revisions):
        result = reading.result(place)
        if result == "eligible":
            can.append(_verdict(row, "eligible", reading, on, marks))
        elif result == "unknown":
            lacking = reading.explain(place).missing
            for name in lacking:
                waits.setdefault(name, []).append((len(lacking), row.title))
            labels = tuple(law.catalogue()[name].label for name in lacking)
            unknown.append(_verdict(row, "unknown", reading, on, marks, missing=labels))
        elif nearby.may_be(shelf.library, place, reading.states) and (change := one_step(shelf, place, reading.facts)):
            near.append((change.cost, _verdict(row, "ineligible", reading, on, marks, moves=moves_said([change]))))
    can.sort(key=lambda one: (one.applied, -(one.yuan or 0), one.card.code))
    unknown.sort(key=lambda one: (len(one.missing), one.card.code))
    near.sort(key=lambda pair: (pair[0], pair[1].card.code))
    questions, others = _questions(waits)
    return Mine(
        enterprise, on, can, [one for _, one in near[:NEAR]], unknown, questions, others, len(shelf.revisions),
        sum(value is not None for value in reading.facts.values()),
        _together(can, shelf), len(near) > NEAR,
    )  # fmt: skip


def shown(actor: Actor, enterprise: int, code: str, on: date) -> Shown:
    """One item for an enterprise: each clause with the value it saw and where it stands, and the smallest changes.

    :raises Missing: the actor does not speak for it, or the item is not in force.
    """
    access.speaks_for(actor, enterprise)
    row = public.revision_on(code, on)
    library = law.compile_policies([facts.policy(row)])
    held = registry.held(enterprise)
    reading = law.Reading(library, facts.of(held, on), on, held)
    told = reading.explain(0)
    known = sourcing.sources(row.clauses)
    labels = tuple(law.catalogue()[name].label for name in told.missing)
    marks = _marks(enterprise, on, [row] if told.result == "eligible" else [])
    verdict = _verdict(row, told.result, reading, on, marks, missing=labels)
    nearest = [] if told.result == "eligible" else law.nearest(library, 0, reading.facts, limit=3)
    return Shown(verdict, [reason(line, known) for line in plainly(told.tree)], list(moves_said(nearest)))


def subscription(actor: Actor, enterprise: int) -> Subscription | None:
    """What the actor wants to be told of for the enterprise; None: never said, so everything."""
    access.speaks_for(actor, enterprise)
    return Subscription.objects.filter(account=access.account_of(actor), enterprise=enterprise).first()


def unopened(actor: Actor, enterprise: int) -> int:
    """How many pushes the enterprise has not seen."""
    access.speaks_for(actor, enterprise)
    return Push.objects.filter(enterprise=enterprise, opened_at=None).count()


def one_step(shelf: facts.Shelf, place: int, known: law.Facts) -> law.Nearest | None:
    """The smallest change of one known figure or status that would make an enterprise eligible; None: there is none.

    Nobody is told to dismiss people or to earn less, nor that twice as much is only a step away.
    """
    for change in law.nearest(shelf.library, place, known, limit=2):
        (first, *rest) = change.moves
        if not rest and first.before is not None and _is_close(first):
            return change
    return None


def _is_close(move: law.Move) -> bool:
    if move.field.change == Change.STATUS:
        is_loss = (move.field.name in GAINED and move.after is False) or move.after == "small"
        return move.field.type in ("boolean", "enum") and not is_loss
    if move.field.change != Change.FIGURE or isinstance(move.before, str) or isinstance(move.after, str):
        return False
    before, after = float(move.before or 0), float(move.after)
    if move.field.name in LESS_IS_BETTER:
        return 0 < after < before and (before - after) / before <= CLOSE
    return 0 < before < after and (after - before) / after <= CLOSE


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is kept of an enterprise: pushes by revision, the others by item."""

    since: Mapping[int, date]
    pushes: Mapping[int, Push]
    claimed: frozenset[int]


def _marks(enterprise: int, on: date, fitting: Sequence[Revision] = ()) -> _Marks:
    """What is kept; of `fitting` since when is drawn from the record, which a whole list has no time for."""
    pushes = Push.objects.filter(enterprise=enterprise).defer("proof")
    claimed = Claim.objects.filter(enterprise=enterprise, year=on.year).values_list("item_id", flat=True)
    begun = sinces.of(enterprise, fitting, on)
    sure = {item: one.day for item, one in begun.items() if one.is_sure}
    changes = MatchChange.objects.filter(enterprise=enterprise, became="eligible").order_by("pk")
    told = dict(changes.values_list("revision__item_id", "on"))  # when a fact made the answer clear
    return _Marks(told | sure, {p.revision_id: p for p in pushes}, frozenset(claimed))


def _verdict(
    row: Revision, result: str, reading: law.Reading, on: date, marks: _Marks, *, moves: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Verdict:  # fmt: skip
    words, yuan = worth(row, reading.facts) if result != "ineligible" else ("", None)
    push = marks.pushes.get(row.pk)
    return Verdict(
        public.card(row, on), result, words, yuan, moves, missing, marks.since.get(row.item_id),
        push.pk if push else None, push.fits if push else None, row.item_id in marks.claimed,
    )  # fmt: skip


def worth(row: Revision, known: law.Facts) -> tuple[str, Decimal | None]:
    """What an item comes to for known facts, in words; the sum where it is certain."""
    if row.formula is None:
        return "", None
    found = law.amount(law.read_formula(row.formula), known)
    if found.yuan is not None:
        return f"预计 {_yuan(found.yuan)}", found.yuan
    least = _yuan(found.least) if found.least else ""
    labels = "、".join(law.catalogue()[name].label for name in found.missing)
    if found.most is None:
        return f"{f'至少 {least}，' if least else ''}补充{labels}后可算出金额", None
    return f"{f'{least} 至' if least else '最高'} {_yuan(found.most)}，补充{labels}后可算准", None


def _yuan(value: Decimal) -> str:
    """Money as people read it: from ten thousand on in 万元."""
    if value < 10_000:
        return f"{value.normalize():,f} 元"
    return f"{(value / 10_000).quantize(Decimal('0.01')).normalize():,f} 万元"


def value_said(name: str, value: object) -> str:
    """A value as people write it; nothing where it is not known."""
    known = law.catalogue().get(name)
    if known is None or value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if known.members:
        return known.members.get(str(value), str(value))
    if known.type == "date" and isinstance(value, float):
        return date.fromordinal(int(value)).isoformat()
    if known.name == "industry" and (held := industries.find(str(value))):
        return f"{held.name}（{value}）"
    if known.unit == "比例" and isinstance(value, int | float):
        return f"{round(value * 100, 6):g}%"
    told = f"{value:,.10g}" if isinstance(value, int | float) else str(value)
    return f"{told} {known.unit}".strip()


def _together(can: Sequence[Verdict], shelf: facts.Shelf) -> Decimal:
    """What the best admissible bundle pays: of items that exclude each other only one is counted."""
    items = [law.Item(one.card.code, one.yuan, one.card.title) for one in can if one.yuan]
    pairs = {
        frozenset({one.id, str(other)}) for one in items for other in shelf.revisions[shelf.places[one.id]].excludes
    }
    return law.best_bundle(items, [law.Choice(pair) for pair in pairs if len(pair) == 2]).yuan


def moves_said(changes: Sequence[law.Nearest]) -> tuple[str, ...]:
    """Changes in words."""
    return tuple("；".join(move.text for move in change.moves) for change in changes)


def reason(line: law.Line, known: Mapping[str, sourcing.Source]) -> Reason:
    """A line of an explanation as pages show it."""
    source = sourcing.source_of(line.path, known) if line.fields else known.get(line.path)
    origin = line.origin if isinstance(line.origin, registry.Held) else None
    name = line.fields[0] if len(line.fields) == 1 else ""
    return Reason(
        line.depth, line.text, value_said(name, line.value), line.result, origin.source if origin else "",
        origin.as_of if origin else None, source.cite if source else "", name, origin.why if origin else "",
    )  # fmt: skip


def _questions(
    waits: Mapping[str, Sequence[tuple[int, str]]],
) -> tuple[list[Question], list[tuple[str, str, int]]]:
    """What to ask first: what settles most by itself; what an authority alone knows is told apart."""
    questions, others = [], []
    for name, held in waits.items():
        known = law.catalogue()[name]
        alone = [title for lacking, title in held if lacking == 1]
        if may_state(name):
            questions.append(Question(known, len(alone), len(held), tuple(alone[:3])))
        else:
            others.append((known.label, known.supplier, len(held)))
    questions.sort(key=lambda one: (-one.settles, -one.touches, one.field.name))
    return questions, sorted(others, key=lambda one: -one[2])

"""Reading disclosures: those begun, one as it stands or as it was frozen, a figure of it opened, what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from qifu.domain.disclosure import access, figures, freezing
from qifu.domain.disclosure.composing import KIND, Composed, composed, computed
from qifu.domain.disclosure.figures import Figure
from qifu.domain.disclosure.models import Account, Voucher, Word
from qifu.domain.disclosure.models.accounts import STATES
from qifu.domain.disclosure.rows import Rowed, books_of, rows_of
from qifu.domain.people import queries as people
from qifu.engines.statements import Model
from qifu.engines.statements.composing.books import in_wan
from qifu.engines.statements.relations import cells_of
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing

LABELS = dict(STATES)
TREND = 5  # years that a course shows
NONE = "没有这份公开文本，或还没有公开。请从列表重新选择。"


@dataclass(frozen=True, slots=True)
class Line:
    """A disclosure in a list."""

    row: Account
    state_label: str


@dataclass(frozen=True)
class Sheet:
    """A disclosure with all that its page shows."""

    row: Account
    state_label: str
    made: Composed
    prior: Model | None
    names: dict[int, str]
    may_write: bool
    may_review: bool
    may_publish: bool
    words: dict[str, str] = field(default_factory=dict)

    @property
    def open_needs(self) -> int:
        """How many places wait for somebody."""
        return sum(one.is_open for one in self.made.needs) + len(self.made.missing)

    @property
    def is_ready(self) -> bool:
        """Whether nothing keeps it from being signed."""
        return not self.open_needs and not self.made.unclassed and not self.made.report.count("error")


def listing(*, actor: Actor) -> list[Line]:
    """All disclosures, the latest year first.

    :raises Forbidden: they are not for this person.
    """
    access.require_look(actor)
    return [Line(row, LABELS[row.state]) for row in Account.objects.defer("frozen").order_by("-year")]


def years(*, actor: Actor) -> list[int]:
    """Booked years that have no disclosure yet.

    :raises Forbidden: they are not for this person.
    """
    access.require_look(actor)
    begun = set(Account.objects.values_list("year", flat=True))
    booked = Voucher.objects.filter(is_posted=True).values_list("year", flat=True).distinct()
    return sorted(set(booked) - begun, reverse=True)


def unit_name() -> str:
    """The centre whose disclosure it is."""
    found = people.units("centre")
    return found[0].name if found else ""


def sheet(*, actor: Actor, number: int) -> Sheet:
    """:raises Missing: there is none. :raises Forbidden: it is not for this person."""
    row = access.account_door(actor, number)
    words = dict(row.words.values_list("place", "text"))
    made = now_or_frozen(actor, row)
    return Sheet(
        row, LABELS[row.state], made, made.given.prior, people.names([row.drawn_by, row.reviewed_by, row.published_by]),
        access.may_write(actor) and row.state == "open", access.may_review(actor, row), access.may_publish(actor, row),
        words,
    )  # fmt: skip


def now_or_frozen(actor: Actor, row: Account, published: datetime | None = None) -> Composed:
    """As it was published; before that, composed from the books as they are now."""
    if row.state == "published":
        return freezing.loaded(bytes(row.frozen))
    words = dict(Word.objects.filter(account=row).values_list("place", "text"))
    before = prior_of(row.year, row.unit)
    prior = before.model if before is not None else None
    return composed(actor=actor, year=row.year, unit=row.unit, words=words, prior=prior, published=published)


def prior_of(year: int, unit: str) -> Composed | None:
    """Last year's: as it was published, else as the books have it."""
    row = Account.objects.filter(year=year - 1, kind=KIND, state="published").first()
    return freezing.loaded(bytes(row.frozen)) if row is not None else computed(year - 1, unit)


# ---- a figure --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A figure with its course over the years and, of a published one, how its rows look today."""

    row: Account
    figure: Figure
    trend: list[tuple[int, Decimal]]
    states: dict[str, str]  # mark of a row → changed, gone


def figure(*, actor: Actor, number: int, place: figures.Place) -> Opened:
    """:raises Missing: there is none. :raises Forbidden: it is not for this person."""
    row = access.account_door(actor, number)
    made = now_or_frozen(actor, row)
    found = figures.opened(made, place, lambda: prior_of(row.year, row.unit))
    booked = Voucher.objects.filter(is_posted=True, year__lt=row.year).values_list("year", flat=True).distinct()
    earlier = {year: computed(year, row.unit) for year in sorted(booked)[1 - TREND :]}
    models = {year: one.model for year, one in earlier.items() if one is not None} | {row.year: made.model}
    states = compared(row.year, made).states if row.state == "published" else {}
    return Opened(row, found, _trend(models, found.key), states)


def _trend(models: dict[int, Model], key: figures.Place) -> list[tuple[int, Decimal]]:
    if len(key) != 3:
        return []
    cells = {year: cells_of(model).get((key[0], key[1], key[2])) for year, model in models.items()}
    return [(year, value or Decimal(0)) for year, value in cells.items()]


# ---- since it was published ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that no longer is what it was, and what it is now; None where it is gone, or was not there."""

    was: Rowed | None
    now: Rowed | None

    @property
    def state(self) -> str:
        return "come" if self.was is None else "gone" if self.now is None else "changed"


@dataclass(frozen=True)
class Compared:
    """The rows of today against those frozen, and the printed figures that would come out otherwise."""

    rows: list[Changed]
    cells: list[tuple[tuple[str, str, str], Decimal, Decimal]]  # key, as printed, as it would be now

    @property
    def states(self) -> dict[str, str]:
        return {one.was.mark: one.state for one in self.rows if one.was is not None}


def since(*, actor: Actor, number: int) -> tuple[Account, Compared, bool]:
    """What changed since it was published, and whether the frozen bytes are those that evidence knows.

    :raises Missing: it is not published. :raises Forbidden: it is not for this person.
    """
    row = access.account_door(actor, number)
    if row.state != "published":
        raise Missing(NONE)
    is_whole = freezing.digest_of_frozen(bytes(row.frozen)) == row.digest
    return row, compared(row.year, freezing.loaded(bytes(row.frozen))), is_whole


def compared(year: int, made: Composed) -> Compared:
    """Read the rows anew and hold them against those frozen."""
    now = {row.mark: row for row in rows_of(year)}
    was = {row.mark: row for row in made.rows}
    changed = [
        Changed(was.get(mark), now.get(mark))
        for mark in sorted({*was, *now})
        if mark not in now or mark not in was or was[mark].digest != now[mark].digest
    ]
    return Compared(changed, _moved(made, list(now.values())) if changed else [])


def _moved(made: Composed, rows: Sequence[Rowed]) -> list[tuple[tuple[str, str, str], Decimal, Decimal]]:
    books = books_of(made.model.document.year or 0, rows)
    printed = cells_of(made.model)
    found = []
    for key, terms in made.terms.items():
        was, now = printed.get(key) or Decimal(0), in_wan(books.sum(terms))
        if was != now:
            found.append((key, was, now))
    return found


# ---- for everybody ---------------------------------------------------------------------------------------------------


def published() -> list[Account]:
    """What is published, the latest first."""
    return list(Account.objects.filter(state="published").defer("frozen").order_by("-year"))


def public(number: int) -> tuple[Account, Composed]:
    """:raises Missing: there is none, or it is not published."""
    row = Account.objects.filter(pk=number, state="published").first()
    if row is None:
        raise Missing(NONE)
    return row, freezing.loaded(bytes(row.frozen))


def public_figure(number: int, place: figures.Place) -> Opened:
    """A figure for everybody: its course only over what is published.

    :raises Missing: there is none.
    """
    row, made = public(number)
    earlier = Account.objects.filter(state="published", year__lt=row.year).order_by("-year")[: TREND - 1]
    models = {one.year: freezing.loaded(bytes(one.frozen)).model for one in reversed(earlier)} | {row.year: made.model}
    before = Account.objects.filter(year=row.year - 1, state="published").first()
    found = figures.opened(
        made, place, lambda: freezing.loaded(bytes(before.frozen)) if before else _only_printed(made, row.year - 1)
    )
    return Opened(row, found, _trend(models, found.key), {})


def _only_printed(made: Composed, year: int) -> Composed | None:
    """Last year's figures as they entered the text, where last year's own rows are not published."""
    prior = made.given.prior
    return Composed(prior, dict.fromkeys(cells_of(prior), ()), made.given, []) if prior is not None else None

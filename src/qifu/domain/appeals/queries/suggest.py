"""What the learned models propose for a text: units for the dispatcher, categories for whoever writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from qifu.domain.appeals.learning.model import Model, load
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries.catalogue import CategoryView, categories
from qifu.domain.appeals.queries.returned import Returned, returned
from qifu.domain.people import queries as people

OWN_STREET = "@street"  # as a label: the street office of the enterprise's own street


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit proposed for a case, how probable, and the words that spoke for it."""

    unit: int
    unit_name: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Proposals, best first. `is_sure` is False when the model abstains: the list is then only a help for reading."""

    proposals: list[Proposal]
    is_sure: bool
    model: str

    def as_json(self) -> list[list[object]]:
        return [[p.unit, round(p.probability, 4), list(p.words)] for p in self.proposals]


def units_for(title: str, body: str, street: int | None, without: Collection[int] = ()) -> Advice:
    """Propose up to three units, none of those in `without`. With the first guess left out nothing is sure."""
    model = trained("unit")
    if model is None:
        return Advice([], False, "")
    guesses, tree = model.guesses(f"{title} {body}"), people.unit_tree()
    found = []
    for guess in guesses:
        unit = street if guess.label == OWN_STREET else int(guess.label)
        view = tree.units.get(unit or 0)
        if view is not None and view.is_active and view.id not in without:
            found.append(Proposal(view.id, view.name, guess.probability, guess.words))
    is_first = bool(found) and found[0].probability == guesses[0].probability
    return Advice(found, model.is_sure(guesses) and is_first, model.version)


def advice(appeal: Appeal, given_back: Iterable[Returned] | None = None) -> Advice:
    """Propose units for a case that waits to be transferred; a unit that gave it back in this round is not proposed again.

    :param given_back: those units, where the caller knows them already.
    """
    back = returned(appeal) if given_back is None else given_back
    return units_for(appeal.title, appeal.body, appeal.street_id, {one.unit for one in back})


def categories_for(text: str) -> list[CategoryView]:
    """Propose up to three second-level categories for a text that is being written."""
    model = trained("category")
    if model is None or len(text.strip()) < 4:
        return []
    known = {view.code: view for view in categories().by_id.values()}
    return [known[g.label] for g in model.guesses(text) if g.label in known and g.probability >= 0.05]


def trained(name: str) -> Model | None:
    """The model in use: `unit` or `category`; None when none has been trained."""
    place = folder() / f"{name}.npz"
    try:
        return _loaded(place.stat().st_mtime_ns, name)
    except FileNotFoundError:
        return None


def folder() -> Path:
    return Path(settings.HOME) / "models"


@lru_cache(maxsize=4)
def _loaded(stamp: int, name: str) -> Model | None:
    return load(folder(), name)

"""The record of a firm: which value of each field stands, and from which row it comes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .link import Linked, Lists

_CERTAIN = {"company": 3, "stock": 3, "group": 3, "partnership": 3, "office": 3, "cooperative": 3, "sole": 2}


@dataclass(slots=True)
class Firm:
    """One firm; rows are positions in the lists, -1 where no row gives the value."""

    cluster: int
    rows: list[int]
    name: str = ""
    name_row: int = -1
    code: str = ""
    code_row: int = -1
    place_row: int = -1
    phone_row: int = -1
    person_row: int = -1
    former: list[str] = field(default_factory=list)
    distrusted: list[str] = field(default_factory=list)  # codes of its rows that belong to another firm, or to none
    parent: int = -1  # cluster of the firm whose branch or shop it is


def firms(lists: Lists, linked: Linked, rank: Sequence[int]) -> list[Firm]:
    """Make the record of each cluster; `rank` is the place of each row's source, the most trusted 0."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row, cluster in enumerate(linked.cluster):
        rows[cluster].append(row)
    owner = _owners(linked, rows)
    made = [_firm(cluster, rows[cluster], lists, linked, rank, owner) for cluster in sorted(rows)]
    _find_parents(made, linked)
    return made


def _owners(linked: Linked, rows: dict[int, list[int]]) -> dict[str, int]:
    """Whose code it is: of the cluster in which most rows give it; nobody's where two share it evenly."""
    count: dict[str, Counter[int]] = defaultdict(Counter)
    for cluster, members in rows.items():
        for row in members:
            if linked.codes[row]:
                count[linked.codes[row]][cluster] += 1
    best = {}
    for code, clusters in count.items():
        (first, times), *others = clusters.most_common(2)
        best[code] = -1 if others and others[0][1] == times else first
    return best


def _firm(
    cluster: int, rows: list[int], lists: Lists, linked: Linked, rank: Sequence[int], owner: dict[str, int]
) -> Firm:
    firm = Firm(cluster, rows)
    given = Counter(linked.codes[row] for row in rows if linked.codes[row])
    own = {code: times for code, times in given.items() if owner[code] in (cluster, -1)}
    if own:
        firm.code = max(own, key=lambda code: (owner[code] == cluster, own[code], code))
        firm.code_row = _first((row for row in rows if linked.codes[row] == firm.code), rank)
    firm.distrusted = sorted(code for code in given if code != firm.code)
    firm.name_row = rows[0] if len(rows) == 1 else _name_row(rows, lists, linked, rank)
    firm.name = _shown(lists.names[firm.name_row], linked.names[firm.name_row].written)
    firm.place_row = _place_row(rows, linked, lists, rank)
    firm.phone_row = _common([row for row in rows if lists.phones[row]], lists.phones, rank)
    firm.person_row = _common([row for row in rows if lists.persons[row]], lists.persons, rank)
    firm.former = _formers(firm, lists, linked)
    return firm


def _first(rows: Iterable[int], rank: Sequence[int]) -> int:
    return min(rows, key=lambda row: (rank[row], row))


def _common(rows: list[int], values: Sequence[str], rank: Sequence[int]) -> int:
    """The row with the value that most rows give, of the most trusted source."""
    if not rows:
        return -1
    times = Counter(values[row] for row in rows)
    return min(rows, key=lambda row: (-times[values[row]], rank[row], row))


def _name_row(rows: list[int], lists: Lists, linked: Linked, rank: Sequence[int]) -> int:
    """The row with the fullest name: form and region told, borne by most rows, of the most trusted source."""
    times = Counter(linked.names[row].written for row in rows)
    cores = Counter(linked.names[row].core for row in rows)

    def order(row: int) -> tuple[int, ...]:
        name = linked.names[row]
        full = _CERTAIN.get(name.form, 1 if name.form else 0) + bool(name.region) + bool(name.industry)
        return (-cores[name.core], -full, -times[name.written], rank[row], row)

    return min(rows, key=order)


def _shown(raw: str, written: str) -> str:
    """The name as it should be shown: its one written form, with the brackets of the official writing."""
    return written.replace("(", "（").replace(")", "）") if written else raw.strip()


def _place_row(rows: list[int], linked: Linked, lists: Lists, rank: Sequence[int]) -> int:
    """The row with the place that most rows give, the more exact the better."""
    known = [row for row in rows if lists.addresses[row].strip() or lists.rooms[row].strip()]
    if not known:
        return -1
    if len(known) == 1:
        return known[0]
    places = [(linked.addresses[row].place, linked.addresses[row].road, linked.addresses[row].door) for row in rows]
    times = Counter(places)

    def order(row: int) -> tuple[int, ...]:
        at = linked.addresses[row]
        exact = 3 * bool(at.room) + 2 * bool(at.floor) + bool(at.tower)
        return (-times[at.place, at.road, at.door], -(at.place >= 0), -exact, rank[row], row)

    return min(known, key=order)


def _formers(firm: Firm, lists: Lists, linked: Linked) -> list[str]:
    """Names it bore before: those the rows say so of, and those of rows that a former name led to."""
    told = {
        text for row in firm.rows for text in (lists.formers[row].strip(), linked.names[row].former) if len(text) > 3
    }
    return sorted(text for text in told if text != firm.name)


def _find_parents(made: Sequence[Firm], linked: Linked) -> None:
    """A branch or shop belongs to the one firm without a label that has its trade name and industry."""
    heads: dict[str, list[int]] = defaultdict(list)
    for firm in made:
        name = linked.names[firm.name_row]
        if not name.branch and name.core:
            heads[name.core].append(firm.cluster)
    for firm in made:
        name = linked.names[firm.name_row]
        if name.branch and len(heads.get(name.core, ())) == 1:
            firm.parent = heads[name.core][0]

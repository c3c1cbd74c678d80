"""The way of an application as a line of stations, as one follows a parcel: by its way in, with only what its scheme has."""

from __future__ import annotations

from qifu.domain.grants.flow import words
from qifu.domain.grants.models import Version
from qifu.domain.grants.queries.sheet import Sheet

ASIDE = {"asking": "submitted", "bounced": "paying"}  # states that are no station, and the station they belong to


def line(told: Sheet) -> list[tuple[str, str]]:
    """Each station with `done`, `now` or `todo`; it is at the one it came to last, also after it was sent back."""
    version = told.row.version
    wanted = [(name, label) for name, label in words.LINE if _is_on_the_way(name, version)]
    places = {name: place for place, (name, _) in enumerate(wanted)}
    passed = [_station(one.state, version) for one in told.stations]
    at = next((places[name] for name in reversed(passed) if name in places), -1)
    done = at if told.row.is_open else at + 1
    return [
        (label, "done" if place < done else "now" if place == at else "todo") for place, (_, label) in enumerate(wanted)
    ]


def _station(state: str, version: Version) -> str:
    if state == "rated":
        return "publicity" if version.publicity_days else "deciding"
    return ASIDE.get(state, state)


def _is_on_the_way(name: str, version: Version) -> bool:
    if name in ("listed", "offered", "submitted"):
        return name in words.BEGINS[version.way]
    if name == "review":
        return version.way == "apply" and bool(version.reviewers)
    return name != "publicity" or bool(version.publicity_days)

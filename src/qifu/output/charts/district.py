"""The district as a drawing: streets as areas, buildings as points coloured by any measure. Needs no map service.

Streets have no surveyed borders here: the areas are generated, always the same for the same streets, and the page says so.
Each building stands somewhere in its own street.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, STEP, STEPS = 960, 620, 60, 5
EDGE = 26  # units that a point keeps from the border of its street
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A building on the map: its measure, None unknown, and what is said of it."""

    code: str
    name: str
    street: int | None
    value: float | None
    said: str
    url: str


@dataclass(frozen=True, slots=True)
class Band:
    """One line of the legend."""

    name: str
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class District:
    """The drawing and its legend; `unknown`: buildings without the measure."""

    svg: SafeString
    bands: tuple[Band, ...]
    unknown: int


def district(streets: Sequence[tuple[int, str]], spots: Sequence[Spot], label: str, title: str) -> District:
    """Draw the streets (number, name) and the buildings; `label` says what colours mean."""
    areas = _areas([number for number, _ in streets])
    bands = _bands([spot.value for spot in spots if spot.value is not None])
    shapes = format_html_join(
        "",
        '<polygon class="area a-{}" points="{}"/>',
        ((place % 4, _points(areas[number])) for place, (number, _) in enumerate(streets)),
    )
    names = format_html_join(
        "",
        '<text class="street" x="{}" y="{}">{}</text>',
        ((*_head(areas[number]), name) for number, name in streets),
    )
    points = format_html_join("", "{}", ((_point(spot, place, bands),) for spot, place in _placed(spots, areas)))
    svg = format_html(
        '<svg class="district" viewBox="0 0 {} {}" role="group" aria-label="{}" data-stacking>'
        "<g aria-hidden=\"true\">{}{}</g><g data-floor>{}</g></svg>",
        WIDTH, HEIGHT, f"{title}，{label}", shapes, names, points,
    )  # fmt: skip
    return District(svg, bands, sum(spot.value is None for spot in spots))


def _noise(*what: object) -> float:
    """Between nought and one, always the same for the same."""
    return int.from_bytes(sha256(repr(what).encode()).digest()[:6]) / 2**48


def _areas(numbers: Sequence[int]) -> dict[int, list[Point]]:
    """Areas that fill the drawing in rows, with bent borders which neighbours share."""
    if not numbers:
        return {}
    rows = max(1, round(math.sqrt(len(numbers) * HEIGHT / WIDTH)))
    cuts = [round(len(numbers) * row / rows) for row in range(rows + 1)]
    found = {}
    for row in range(rows):
        own = numbers[cuts[row] : cuts[row + 1]]
        seams = [_seam(row, place, len(own)) for place in range(len(own) + 1)]
        for place, number in enumerate(own):
            (top_left, bottom_left), (top_right, bottom_right) = seams[place], seams[place + 1]
            upper = _border(row, rows, top_left, top_right)
            lower = _border(row + 1, rows, bottom_left, bottom_right)
            found[number] = [*upper, *reversed(lower)]
    return found


def _seam(row: int, place: int, count: int) -> Point:
    """Where the border between two areas of a row begins above and ends below."""
    middle = WIDTH * place / count
    if place in (0, count):
        return middle, middle
    swing = WIDTH / count * 0.22
    return (
        middle + (_noise("above", row, place) - 0.5) * swing,
        middle + (_noise("below", row, place) - 0.5) * swing,
    )


def _height(line: int, lines: int, x: float) -> float:
    """How far down a border between rows lies at a place; the outer ones bend inwards only."""
    base, swing = HEIGHT * line / lines, HEIGHT / lines * 0.3
    left = math.floor(x / STEP)
    part = x / STEP - left
    bend = _noise("line", line, left) * (1 - part) + _noise("line", line, left + 1) * part
    if line == 0:
        return base + bend * swing * 0.5 + 4
    return base - bend * swing * 0.5 - 4 if line == lines else base + (bend - 0.5) * swing


def _border(line: int, lines: int, left: float, right: float) -> list[Point]:
    inner = [x * STEP for x in range(math.floor(left / STEP) + 1, math.ceil(right / STEP))]
    return [(x, _height(line, lines, x)) for x in (left, *inner, right)]


def _placed(spots: Sequence[Spot], areas: dict[int, list[Point]]) -> list[tuple[Spot, Point]]:
    """Each building in its street, apart from the others there; what has no street lies at the lower edge."""
    by_street: dict[int | None, list[Spot]] = {}
    for spot in spots:
        by_street.setdefault(spot.street if spot.street in areas else None, []).append(spot)
    found: list[tuple[Spot, Point]] = []
    for street, own in by_street.items():
        own = sorted(own, key=lambda one: one.code)
        if street is None:
            found.extend((spot, (20.0 + 24 * place, HEIGHT - 8.0)) for place, spot in enumerate(own))
            continue
        taken: list[Point] = []
        for spot in own:
            taken.append(_place(spot.code, areas[street], taken))
            found.append((spot, taken[-1]))
    return found


def _place(code: str, area: list[Point], taken: list[Point]) -> Point:
    """Of some places inside the area the one farthest from those that are taken and from the border."""
    left, right = min(x for x, _ in area), max(x for x, _ in area)
    top, bottom = min(y for _, y in area), max(y for _, y in area)
    best, score = ((left + right) / 2, (top + bottom) / 2), -math.inf
    for turn in range(24):
        x = left + (right - left) * _noise(code, turn, "x")
        y = top + 20 + (bottom - top - 20) * _noise(code, turn, "y")
        if not _inside((x, y), area):
            continue
        room = min((math.dist((x, y), other) for other in taken), default=99.0)
        free = min(room, 2.5 * _edge((x, y), area) - EDGE)
        if free > score:
            best, score = (x, y), free
    return best


def _edge(point: Point, area: Sequence[Point]) -> float:
    """How far it is to the nearest border."""
    x, y = point
    nearest = math.inf
    for (ax, ay), (bx, by) in zip(area, [*area[1:], area[0]], strict=True):
        long = (bx - ax) ** 2 + (by - ay) ** 2
        part = min(1.0, max(0.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) if long else 0.0
        nearest = min(nearest, math.dist(point, (ax + part * (bx - ax), ay + part * (by - ay))))
    return nearest


def _inside(point: Point, area: Sequence[Point]) -> bool:
    x, y = point
    is_in = False
    for (ax, ay), (bx, by) in zip(area, [*area[1:], area[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            is_in = not is_in
    return is_in


def _bands(values: list[float]) -> tuple[Band, ...]:
    """Up to five bands that hold about as many buildings each."""
    ordered = sorted(values)
    edges = (
        sorted({ordered[min(len(ordered) - 1, len(ordered) * step // STEPS)] for step in range(STEPS)})
        if ordered
        else []
    )
    found = []
    for place, low in enumerate(edges):
        own = [value for value in ordered if value >= low and (place + 1 == len(edges) or value < edges[place + 1])]
        found.append(Band(f"b-{place * (STEPS - 1) // max(1, len(edges) - 1)}", low, own[-1], len(own)))
    return tuple(found)


def _point(spot: Spot, place: Point, bands: tuple[Band, ...]) -> SafeString:
    own = next((band.name for band in reversed(bands) if spot.value is not None and spot.value >= band.low), "b-none")
    return format_html(
        '<a href="{}" aria-label="{}"><title>{}</title><circle class="{}" cx="{}" cy="{}" r="9"/></a>',
        spot.url, spot.said, spot.said, own, round(place[0], 1), round(place[1], 1),
    )  # fmt: skip


def _points(area: Sequence[Point]) -> SafeString:
    return mark_safe(" ".join(f"{x:.1f},{y:.1f}" for x, y in area))  # noqa: S308 - figures only


def _head(area: Sequence[Point]) -> tuple[float, float]:
    """Where the name of a street stands: in the middle, below the upper border."""
    middle = (min(x for x, _ in area) + max(x for x, _ in area)) / 2
    near = min(y for x, y in area if abs(x - middle) < STEP * 1.5)
    return round(middle, 1), round(near + 26, 1)

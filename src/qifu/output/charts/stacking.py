"""A tower floor by floor as a drawing: each room a cell as wide as it is large, coloured by what is asked of it.

The drawing is SVG without any style of its own: classes are coloured by the page's sheet, and no colour stands alone, for
every cell says its room and its meaning in words. The keyboard goes from cell to cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from qifu.domain.estate.queries import Cell, FloorView, TowerView

WIDTH, LEFT, HIGH, GAP, LEAST = 960, 76, 34, 3, 18  # units of the drawing
LETTER = 11.5  # width of a Chinese letter
MODES = {"state": "按状态", "industry": "按行业", "expiry": "按租约到期"}
_TRADES = {
    "C": "制造业", "F": "批发和零售业", "H": "住宿和餐饮业", "I": "信息技术", "J": "金融业", "K": "房地产业",
    "L": "租赁和商务服务", "M": "科研和技术服务", "E": "建筑业",
}  # fmt: skip
_SPANS = ((0, "over", "已到期"), (90, "soon", "3 个月内"), (180, "half", "3—6 个月"), (365, "year", "6—12 个月"))


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the legend: class, word, how many rooms."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Stack:
    """The drawing and its legend."""

    svg: SafeString
    keys: tuple[Key, ...]


def stacking(tower: TowerView, mode: str, day: date, address: Callable[[int], str], name: str = "") -> Stack:
    """Draw a tower; `address` gives where a room leads, `day` is the one looked at."""
    floors = [floor for floor in tower.floors if floor.cells]
    unit = _unit(floors)
    counts: dict[tuple[str, str], int] = {}
    lines, is_first = [], True
    for place, floor in enumerate(floors):
        at, x = place * (HIGH + GAP), float(LEFT)
        cells = []
        for cell in floor.cells:
            kind = meaning(cell, mode, day)
            counts[kind] = counts.get(kind, 0) + 1
            wide = max(LEAST, float(cell.area or unit.usual) * unit.scale)
            cells.append(_cell(cell, kind, (x, at, wide), address(cell.room), is_first=is_first))
            x, is_first = x + wide + GAP, False
        label = floor.label.replace(" ", "")
        head = format_html('<text class="st-floor" x="{}" y="{}">{}</text>', LEFT - 8, at + HIGH * 0.64, label)
        lines.append(format_html("<g data-floor>{}{}</g>", head, mark_safe("".join(cells))))  # noqa: S308 - made above
    tall = max(1, len(floors)) * (HIGH + GAP)
    svg = format_html(
        '<svg class="stacking" viewBox="0 0 {} {}" role="group" aria-label="{}" data-stacking>{}</svg>',
        round(unit.wide), tall, f"{name}{tower.name}逐层图，{MODES[mode]}着色", mark_safe("".join(lines)),  # noqa: S308
    )  # fmt: skip
    ordered = sorted(counts.items(), key=lambda pair: (_rank(pair[0][0]), -pair[1]))
    return Stack(svg, tuple(Key(kind, label, count) for (kind, label), count in ordered))


@dataclass(frozen=True, slots=True)
class _Unit:
    scale: float  # units of the drawing a square metre
    usual: float  # square metres of a room whose area is not known
    wide: float


def _unit(floors: Sequence[FloorView]) -> _Unit:
    """The widest floor fills the drawing; rooms of unknown area are taken for the usual one."""
    areas = [float(cell.area) for floor in floors for cell in floor.cells if cell.area]
    usual = sum(areas) / len(areas) if areas else 100.0
    sums = [sum(float(cell.area or usual) for cell in floor.cells) for floor in floors] or [usual]
    most = max(len(floor.cells) for floor in floors) if floors else 1
    room = max(WIDTH - LEFT, most * (LEAST + GAP))
    scale = room / max(sums)
    widest = max(
        (sum(max(LEAST, float(c.area or usual) * scale) + GAP for c in floor.cells) for floor in floors), default=room
    )
    return _Unit(scale, usual, LEFT + widest + 2)


def meaning(cell: Cell, mode: str, day: date) -> tuple[str, str]:
    """Class and word of a cell: what it is by the mode."""
    if mode == "industry":
        return _by_trade(cell)
    if mode == "expiry":
        return _by_expiry(cell, day)
    return f"s-{cell.state}", cell.state_label


def _by_trade(cell: Cell) -> tuple[str, str]:
    if not cell.sitting:
        return "s-empty", "空置"
    section = next((one.section for one in cell.sitting if one.section), "")
    return (f"t-{section}", _TRADES[section]) if section in _TRADES else ("t-other", "其他或未登记")


def _by_expiry(cell: Cell, day: date) -> tuple[str, str]:
    if not cell.sitting:
        return "s-empty", "空置"
    if cell.lease_until is None:
        return "e-none", "到期日未登记"
    left = (cell.lease_until - day).days
    for most, name, label in _SPANS:
        if left < most or (most and left <= most):
            return f"e-{name}", label
    return "e-later", "一年以后"


def _rank(kind: str) -> tuple[int, str]:
    order = ("s-let", "s-shared", "s-unknown", "s-offered", "s-fitting", "s-own", "s-held", "e-over", "e-soon", "e-half",
             "e-year", "e-later", "e-none")  # fmt: skip
    return (
        order.index(kind) if kind in order else 50 if kind.startswith("t-") else 99,
        kind if kind.startswith("s-") else "",
    )


def _cell(cell: Cell, kind: tuple[str, str], box: tuple[float, float, float], url: str, *, is_first: bool) -> str:
    x, y, wide = box
    names = "、".join(one.name for one in cell.sitting)
    said = "，".join(part for part in (f"{cell.number} 室", _metres(cell.area), kind[1], names) if part)
    lines = []
    for text, down in ((cell.number, 14), (names or kind[1], 28)):
        shown = _cut(text, wide - 6)
        if shown and (down > 20 or shown == text):  # half a number is another number
            lines.append((round(x + 4, 1), y + down, "st-name" if down > 20 else "st-number", shown))
    texts = format_html_join("", '<text x="{}" y="{}" class="{}">{}</text>', lines)
    return format_html(
        '<a href="{}" tabindex="{}" aria-label="{}"><title>{}</title>'
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>{}</a>',
        url, "0" if is_first else "-1", said, said, kind[0], round(x, 1), y, round(wide, 1), HIGH, texts,
    )  # fmt: skip


def _metres(area: Decimal | None) -> str:
    return f"{area.normalize():f} 平方米" if area is not None else "面积未登记"


def _cut(text: str, wide: float) -> str:
    """As much of the text as fits; nothing, if not even two letters do."""
    used, kept = 0.0, ""
    for letter in text:
        used += LETTER if ord(letter) > 0x2E80 else LETTER * 0.56
        if used > wide:
            return kept if len(kept) > 1 else ""
        kept += letter
    return kept

"""Columns of an unruled table: bands that no word of its rows crosses, and the headings that stand over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from .words import CODE, TOTAL, Bare, Word, is_numbering

__all__ = ["Bare", "Column", "Header", "columns_of", "header_of"]

_OVER = frozenset({"收入", "支出"})  # what spans the halves of a two-sided statement
_CLEAR = 1.0  # points that no word may stand in between two columns


@dataclass
class Column:
    """A band of the page: its words, and the heading over it."""

    left: float
    right: float
    held: set[Word] = field(default_factory=set)
    head: Cell | None = None
    money: bool = False
    single: bool = False  # codes and numbers of lines: one in each row


@dataclass(eq=False)
class Cell:
    """A heading with all its lines."""

    words: list[Word]
    over: int = -1  # of one that spans columns: the first of the lowest headings below it

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return min(word.left for word in self.words)

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    @property
    def middle(self) -> float:
        return (self.words[0].middle + self.words[-1].middle) / 2

    @property
    def size(self) -> float:
        return self.words[0].size


@dataclass
class Header:
    """The headings of a table: the lowest from left to right, those that span others, and the numbers of the columns."""

    lowest: list[Cell]
    spanning: list[Cell]
    numbers: list[Word]

    def rows(self, columns: Sequence[Column]) -> list[list[str]]:
        """Rows of cells: spanning headings by their height, the lowest ones in a row of their own."""
        place = {id(column.head): i for i, column in enumerate(columns) if column.head is not None}
        made: list[list[str]] = []
        heights: list[float] = []
        for cell in sorted(self.spanning, key=lambda cell: -cell.middle):
            if not heights or heights[-1] - cell.middle > 0.5 * cell.size:
                heights.append(cell.middle)
                made.append([""] * len(columns))
            made[-1][place[id(self.lowest[cell.over])]] += cell.text
        made.append(["" if column.head is None else column.head.text for column in columns])
        if self.numbers:
            at = {word: i for i, column in enumerate(columns) for word in self.numbers if word in column.held}
            made.append(
                [next((word.text for word, place in at.items() if place == i), "") for i in range(len(columns))]
            )
        return made


def header_of(words: Sequence[Word], pitch: float, shape: str) -> Header:
    """Put the headings of a table together; lines of one are nearer to each other than rows (`pitch`, 0: not known).

    :raises Bare: there are none, or which of them span others cannot be told.
    """
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.middle):
        if lines and abs(lines[-1][0].middle - word.middle) < 0.3 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    numbers = lines.pop() if lines and is_numbering(lines[-1]) else []
    cells: list[Cell] = []
    for line in lines:
        ended = {word: [cell for cell in cells if _goes_on(cell, word, pitch)] for word in line}
        for word in (word for word in line if len(ended[word]) == 1):
            ended[word][0].words.append(word)
        fresh = sorted((word for word in line if len(ended[word]) != 1), key=lambda word: word.left)
        cells += [Cell([word]) for word in _whole(fresh)]
    spanning = [cell for cell in cells if _spans(cell, cells, shape)]
    lowest = sorted((cell for cell in cells if cell not in spanning), key=lambda cell: cell.left)
    if not lowest or any(a.right >= b.left for a, b in pairwise(lowest)):
        raise Bare("headings over each other")
    _refuse_rivals(spanning, lowest)
    for cell in spanning:
        cell.over = _first_below(cell, lowest, spanning, shape)
    if shape in ("subjects", "ledger"):
        _refuse_floating(lowest)
    return Header(lowest, spanning, numbers)


def _whole(line: Sequence[Word]) -> list[Word]:
    """Words of a heading with single characters that a gap parts joined: 合 计."""
    found: list[Word] = []
    for word in line:
        last = found[-1] if found else None
        if (
            last is not None
            and len(word.text) == 1
            and len(last.text) == 1
            and word.left - last.right < 4.5 * word.size
        ):
            found[-1] = Word(
                last.text + word.text, last.left, word.right, last.middle, last.size, max(last.top, word.top)
            )
        else:
            found.append(word)
    return found


def _goes_on(cell: Cell, word: Word, pitch: float) -> bool:
    last = cell.words[-1]
    below = last.middle - word.middle
    if not 0.5 * word.size < below < (min(1.7 * word.size, 0.95 * pitch) if pitch else 1.45 * word.size):
        return False
    return abs(cell.words[0].centre - word.centre) < 1.5 or abs(cell.words[0].left - word.left) < 0.8


def _spans(cell: Cell, cells: Sequence[Cell], shape: str) -> bool:
    lower = [other for other in cells if other.middle < cell.middle - 0.5 * cell.size]
    if shape == "ledger" and "".join(cell.text.split()) in _OVER and lower:
        return True
    return any(min(cell.right, other.right) > max(cell.left, other.left) for other in lower)


def _first_below(cell: Cell, lowest: Sequence[Cell], spanning: Sequence[Cell], shape: str) -> int:
    """The first of the headings that a spanning one stands over."""
    over = [i for i, low in enumerate(lowest) if min(cell.right, low.right) > max(cell.left, low.left)]
    if shape != "subjects":
        if over:
            return over[0]
        left = [i for i, low in enumerate(lowest) if low.centre < cell.centre]
        return left[-1] if left else 0
    if not over:
        raise Bare("a heading over nothing")
    level = lowest[over[0]].middle
    first, last = over[0], over[-1]
    beside = [
        i
        for other in spanning
        if other is not cell
        for i, low in enumerate(lowest)
        if min(other.right, low.right) > max(other.left, low.left)
    ]

    def may(i: int) -> bool:
        return 0 <= i < len(lowest) and abs(lowest[i].middle - level) < 0.3 * cell.size and i not in beside

    while may(first - 1):
        first -= 1
    while may(last + 1):
        last += 1
    fitting = [
        (i, j)
        for i in range(first, over[0] + 1)
        for j in range(over[-1], last + 1)
        if abs((lowest[i].centre + lowest[j].centre) / 2 - cell.centre) < 0.2 * _pitch(lowest)
    ]
    begun = [i for i, j in fitting if lowest[i].text == "小计" and j > i]
    if (first, last) not in fitting and len(begun) == 1:
        return begun[0]
    if (first, last) not in fitting:
        raise Bare("a heading that spans no known columns")
    return first


def _refuse_rivals(spanning: Sequence[Cell], lowest: Sequence[Cell]) -> None:
    """Refuse headings of which two on one height span the same one below.

    :raises Bare: there are such.
    """
    for low in lowest:
        over = [cell for cell in spanning if min(cell.right, low.right) > max(cell.left, low.left)]
        if any(abs(a.middle - b.middle) < 0.5 * a.size for a, b in combinations(over, 2)):
            raise Bare("two headings over one")


def _pitch(lowest: Sequence[Cell]) -> float:
    return min((b.centre - a.centre for a, b in pairwise(lowest)), default=40.0)


def _refuse_floating(lowest: Sequence[Cell]) -> None:
    """Refuse a heading that stands higher than both neighbours and between them: it may span the two.

    :raises Bare: there is one.
    """
    for a, cell, b in zip(lowest, lowest[1:], lowest[2:], strict=False):
        between = abs((a.centre + b.centre) / 2 - cell.centre) < 0.25 * (b.centre - a.centre)
        below = max(a.words[0].middle, b.words[0].middle)
        if between and cell.words[-1].middle - below > 0.5 * cell.size:
            raise Bare("a heading between two others")


def columns_of(header: Header, rows: Sequence[Sequence[Sequence[Word]]], usual: str) -> tuple[list[Column], str]:
    """The columns of a table from left to right, with the words of its rows, and the side to which figures are set.

    Where nothing in the table shows the side, it is the `usual` one of the document.

    :raises Bare: words cross the columns, or a column of figures has no heading of its own.
    """
    words = [word for row in rows for line in row for word in line]
    bands = _bands([word for word in words if not TOTAL.search(word.text)])
    for word in (word for word in words if TOTAL.search(word.text)):
        _settle(word, bands)
    bands.sort(key=lambda band: band.left)
    rank = {word: at for at, word in enumerate(words)}
    for band in bands:
        _judge(band, rank)
    money = [band for band in bands if band.money]
    if not money:
        raise Bare("no column of figures")
    shows = _side(money)
    side = shows or usual
    taken: dict[int, Column] = {}
    for band in bands:
        at = _under(band, header.lowest, side if band.money else "left")
        if at is None and band.money:
            raise Bare("a figure between two headings")
        if at is not None and at not in taken:
            taken[at], band.head = band, header.lowest[at]
        elif band.money or (at is not None and taken[at].money):
            raise Bare("two columns under one heading")
    columns = bands + [
        Column(cell.left, cell.right, head=cell) for i, cell in enumerate(header.lowest) if i not in taken
    ]
    columns.sort(key=_order)
    for word in header.numbers:
        _number(word, header, columns)
    return columns, shows


def _order(column: Column) -> float:
    """Where a column stands: blank ones and those of figures by their heading."""
    return column.head.left if column.head is not None and (column.money or not column.held) else column.left


def _bands(words: Sequence[Word]) -> list[Column]:
    bands: list[Column] = []
    for word in sorted(words, key=lambda word: word.left):
        if bands and word.left < bands[-1].right + _CLEAR:
            bands[-1].right = max(bands[-1].right, word.right)
            bands[-1].held.add(word)
        else:
            bands.append(Column(word.left, word.right, {word}))
    return bands


def _settle(word: Word, bands: list[Column]) -> None:
    """Put 合计 where it stands; over several columns it speaks in the first."""
    over = [band for band in bands if min(band.right, word.right) > max(band.left, word.left) - _CLEAR]
    if not over:
        bands.append(Column(word.left, word.right, {word}))
        bands.sort(key=lambda band: band.left)
        return
    over[0].held.add(word)
    if len(over) == 1:
        over[0].left, over[0].right = min(over[0].left, word.left), max(over[0].right, word.right)


def _judge(band: Column, rank: Mapping[Word, int]) -> None:
    """Settle what a band holds: figures, codes or numbers of lines, or words.

    :raises Bare: figures and words.
    """
    held = [word for word in band.held if not TOTAL.search(word.text)]
    codes = [word for word in held if CODE.match(word.text) and word.text.isascii()]
    short = [word for word in held if word.is_short]
    figures = [word for word in held if word.is_money]
    pointed = [word for word in figures if "." in word.text or "," in word.text]
    if pointed:
        if len(figures) + len(codes) < len(held) or len(held) < len(band.held):
            raise Bare("words among figures")
        band.money = True
    elif held and len(short) == len(held) and not codes and all(word.text.strip("0") == "" for word in short):
        band.money = True
    elif held and all(word in codes or word in short for word in held):
        values = [int(word.text) for word in sorted(short, key=lambda word: rank[word])]
        band.single = True
        if not codes and not _ascending(values):
            raise Bare("whole figures")
        if len(codes) < len(held) and codes and len({len(word.text) for word in codes}) < 2:
            raise Bare("whole figures among codes")
    elif figures and len(figures) * 2 > len(held):
        raise Bare("words among figures")


def _ascending(values: Sequence[int]) -> bool:
    return len(values) > 1 and all(b == a + 1 or b == 1 for a, b in pairwise(values))


def _side(money: Sequence[Column]) -> str:
    """To which side figures are set: `right`, `left`, or empty where nothing shows it.

    :raises Bare: columns disagree.
    """
    found: set[str] = set()
    for band in money:
        words = list(band.held)
        widths = [word.right - word.left for word in words]
        if max(widths) - min(widths) < 2:
            continue
        spreads = {
            "right": max(w.right for w in words) - min(w.right for w in words),
            "left": max(w.left for w in words) - min(w.left for w in words),
            "centre": max(w.centre for w in words) - min(w.centre for w in words),
        }
        found |= {min(spreads, key=lambda side: spreads[side])} if min(spreads.values()) < 0.8 else {"?"}
    if len(found) > 1:
        raise Bare("figures set to several sides")
    return next(iter(found), "")


def _under(band: Column, lowest: Sequence[Cell], side: str) -> int | None:
    """The heading over a band: a heading and its figures stand inside one column, no other heading reaches in."""
    before = [i for i, cell in enumerate(lowest) if cell.left < band.right]
    after = [i for i, cell in enumerate(lowest) if cell.right > band.left]
    a, b = (before[-1] if before else None), (after[0] if after else None)
    if a == b:
        return a
    if a is not None and b is not None and a > b:
        return b if not band.money else None  # words reach over several headings: they begin under the first
    return a if side == "right" else b if side == "left" else None


def _number(word: Word, header: Header, columns: Sequence[Column]) -> None:
    """Put the number of a column under its heading.

    :raises Bare: it stands between two.
    """
    at = _under(Column(word.left, word.right, {word}, money=True), header.lowest, "")
    mine = [column for column in columns if at is not None and column.head is header.lowest[at]]
    own = [column for column in columns if min(column.right, word.right) > max(column.left, word.left)]
    if len(mine) != 1 or (own and mine[0] not in own and any(column.money for column in own)):
        raise Bare("a number between two columns")
    mine[0].held.add(word)

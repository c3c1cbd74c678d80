"""Words of an unruled table, and which lines of words are one row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qifu.engines.statements.layouts import ledger_line
from qifu.engines.statements.money import amount, is_blank

from .places import Char

ORDINAL = re.compile(r"^(?:[一二三四五六七八九十廿]{1,4}\s*[、.．]|[（(][一二三四五六七八九十廿]{1,4}[）)])")
CODE = re.compile(r"^[\[［【(（〔]?(?:\d{3}(?:\d{2}){0,2}|\d{6}|[0-9A-Z]{12,24})(?![\d.,，])")
TOTAL = re.compile(r"(?:合|总|小)\s*计$")
_NUMBERING = re.compile(r"^(?:栏\s*次|行\s*次|项\s*目|\d{1,2})$")
_WIDE, _NARROW, _CLOSE = 0.42, 0.22, 0.12  # of a character: gaps that part characters, figures, one from the other
MOST_LINES = 12  # of one row


class Bare(Exception):
    """The lines of a statement cannot be told apart into cells."""


@dataclass(frozen=True, slots=True)
class Word:
    """Characters that stand together on one line."""

    text: str
    left: float
    right: float
    middle: float
    size: float
    top: float

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    @property
    def is_money(self) -> bool:
        return not CODE.match(self.text) and amount(self.text) is not None

    @property
    def is_short(self) -> bool:
        return self.text.isascii() and self.text.isdigit() and len(self.text) <= 3


def joined_text(line: Sequence[Char]) -> str:
    return "".join(char.text for char in line).strip()


def words_of(chars: Sequence[Char]) -> list[list[Word]]:
    """Lines of words, top first; words of one line stand on one height to a third of a character."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: -c.middle):
        if lines and abs(lines[-1][0].middle - char.middle) < 0.3 * max(char.top - char.bottom, 4.0):
            lines[-1].append(char)
        else:
            lines.append([char])
    found = [_split(sorted(line, key=lambda c: c.left)) for line in lines]
    return [line for line in found if line]


def _split(line: Sequence[Char]) -> list[Word]:
    runs: list[list[Char]] = []
    spaced = False
    for char in line:
        if char.text.isspace():
            spaced = True
            continue
        apart = spaced and runs and char.text.isdigit() and runs[-1][-1].text.isdigit()
        spaced = False
        if runs and not apart and char.left - runs[-1][-1].right <= _gap(runs[-1][-1], char):
            runs[-1].append(char)
        else:
            runs.append([char])
    words = [_word(run) for run in runs]
    for one, other in pairwise(words):
        near = other.left - one.right < 0.9 * one.size
        if near and re.fullmatch(r"-?\d{1,3}([ ,]\d{3})*", one.text) and re.match(r"\d{3}([.,]|$)", other.text):
            raise Bare("a space inside a figure")
    return [word for word in words if not is_blank(word.text)]


def _gap(before: Char, char: Char) -> float:
    latin = before.text.isascii() + char.text.isascii()
    share = (_WIDE, _CLOSE, _NARROW)[latin]
    return share * max(char.top - char.bottom, 4.0)


def _word(run: Sequence[Char]) -> Word:
    return Word(
        "".join(c.text for c in run),
        run[0].left,
        run[-1].right,
        sum(c.middle for c in run) / len(run),
        max(run[0].top - run[0].bottom, 4.0),
        max(c.top for c in run),
    )


def is_numbering(line: Sequence[Word]) -> bool:
    """Whether a line numbers the columns."""
    return sum(word.is_short for word in line) >= 2 and all(_NUMBERING.match(word.text) for word in line)


def bodied(lines: list[list[Word]], shape: str) -> tuple[list[list[Word]], list[list[Word]]]:
    """The lines of the heading and those of the body, which begins where a row does.

    :raises Bare: nothing begins.
    """
    for at, line in enumerate(lines):
        if not is_numbering(line) and _begins(line, shape):
            while at and lines[at - 1][0].middle - line[0].middle < 0.8 * line[0].size:
                at -= 1  # what stands beside the first line of the row
            return lines[:at], lines[at:]
    raise Bare("no row")


def _begins(line: Sequence[Word], shape: str) -> bool:
    figures = any(word.is_money and ("." in word.text or "," in word.text or word.text == "0") for word in line)
    if shape == "ledger":
        return figures or any(ORDINAL.match(word.text) for word in line)
    total = any(re.fullmatch(r"合\s*计|总\s*计", word.text) for word in line) and len(line) == 1
    return figures or total or (shape != "hospitality" and any(CODE.match(word.text) for word in line))


def stands(line: Sequence[Word], shape: str) -> bool:
    """Whether a line is part of a row that could be one by itself."""
    for word in line:
        if word.is_money or word.is_short or CODE.match(word.text) or TOTAL.search(word.text):
            return True
        if shape == "ledger" and (ORDINAL.match(word.text) or ledger_line(word.text)):
            return True
    return False


def rows_of(lines: list[list[Word]], shape: str) -> list[list[list[Word]]]:
    """Rows of lines: lines that stand beside each other, and what is broken over lines, by the distances between them.

    :raises Bare: a line belongs to no row for certain.
    """
    groups: list[list[list[Word]]] = []
    for line in lines:
        if groups and groups[-1][-1][0].middle - line[0].middle < 0.8 * line[0].size:
            groups[-1].append(line)
        else:
            groups.append([line])
    need = _needs(groups, shape)
    ways: list[list[list[list[Word]]]] = []
    for limit in (0.0, *_limits(groups)):
        way = _merged(groups, limit)
        if way not in ways and all(_is_row(row, shape, need) for row in way):
            ways.append(way)
    if len(ways) != 1:
        raise Bare("rows cannot be told apart")
    _without_split_names(ways[0], shape)
    return ways[0]


def _needs(groups: Sequence[list[list[Word]]], shape: str) -> str:
    """What every row of the table has: the number of its line, a figure, a code or 合计, names that are known."""
    words = [[word for line in group for word in line] for group in groups]
    if shape == "ledger":
        numbered = sum(any(word.is_short for word in group) for group in words)
        return "number" if numbered > 4 and numbered * 5 > 2 * len(words) else "name"
    if shape in ("units", "projects"):
        return "figure"
    coded = sum(any(CODE.match(word.text) for word in group) for group in words)
    return "code" if coded > 1 else ""


def _gaps(groups: Sequence[list[list[Word]]]) -> list[float]:
    return [a[-1][0].middle - b[0][0].middle for a, b in pairwise(groups)]


def _limits(groups: Sequence[list[list[Word]]]) -> list[float]:
    """Distances at which the gaps between lines fall into small and wide ones."""
    gaps = sorted(_gaps(groups))
    return [(a + b) / 2 for a, b in pairwise(gaps) if b > a * 1.08 + 0.3]


def _merged(groups: Sequence[list[list[Word]]], limit: float) -> list[list[list[Word]]]:
    rows = [list(groups[0])]
    for gap, group in zip(_gaps(groups), groups[1:], strict=True):
        if gap < limit:
            rows[-1] += group
        else:
            rows.append(list(group))
    return rows


def _is_row(row: Sequence[list[Word]], shape: str, need: str) -> bool:
    """Whether lines are one row: it has what every row has, and what begins a row begins it once in each place."""
    words = [word for line in row for word in line]
    if len(row) > MOST_LINES or not any(stands(line, shape) for line in row) or not _has(words, need):
        return False
    for i, line in enumerate(row):
        for word in line:
            for other in (other for later in row[i + 1 :] for other in later):
                starts = other.is_money or other.is_short or CODE.match(other.text) or ORDINAL.match(other.text)
                if _over(word, other) and (starts or word.is_money):
                    return False
    return True


def _has(words: Sequence[Word], need: str) -> bool:
    if need == "number":
        return any(word.is_short for word in words)
    if need == "figure":
        return any(word.is_money for word in words)
    if need == "code":
        return any(CODE.match(word.text) or TOTAL.search(word.text) for word in words)
    return need != "name" or all(_is_named(word, words) for word in words)


def _is_named(word: Word, words: Sequence[Word]) -> bool:
    """Whether a word of a two-sided statement is a figure, or with the lines below it a name of a line."""
    if word.is_money or word.is_short or ORDINAL.match(word.text) or TOTAL.search(word.text):
        return True
    whole = [other for other in words if _over(word, other)]
    return ORDINAL.match(whole[0].text) is not None or ledger_line("".join(each.text for each in whole)) is not None


def _without_split_names(rows: Sequence[Sequence[list[Word]]], shape: str) -> None:
    """Refuse rows of which one goes on with the name of the row before it.

    :raises Bare: the two together are a known name, the second alone is none.
    """
    if shape != "ledger":
        return
    for row, following in pairwise(rows):
        above, below = ([word for line in each for word in line] for each in (row, following))
        for word in above:
            under = [other for other in below if _over(word, other)]
            alone = len(under) == 1 and sum(_over(word, other) for other in above) == 1
            if not alone or ORDINAL.match(under[0].text) or ledger_line(under[0].text):
                continue
            if ledger_line(word.text + under[0].text):
                raise Bare("a name over two rows")


def _over(word: Word, other: Word) -> bool:
    return min(word.right, other.right) > max(word.left, other.left)

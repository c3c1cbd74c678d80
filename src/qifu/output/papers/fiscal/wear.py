"""What recognisers and converters do to a text: the damage with which reading is tried.

None of it changes what was published; an auditor that reports it as an error has mistaken damage for fact.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

Wear = Callable[[list[str], random.Random], list[str]]
_AMOUNT = re.compile(r"(?<![\d.,])(\d+)\.(\d{2})(?![\d%])")
_ROW_CODE = re.compile(r"^(\d{3})(\d{4})\t")


def inner_spaces(lines: Sequence[str], rng: random.Random) -> list[str]:
    """497.84 becomes 497. 84, here and there."""
    return [_AMOUNT.sub(lambda m: f"{m[1]}. {m[2]}" if rng.random() < 0.5 else m[0], line) for line in lines]


def truncated(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Some class lines of the first statement lose their last digit, as narrow cells do."""
    worn = list(lines)
    start = next((i for i, line in enumerate(lines) if "收入支出决算总表" in line and "财政拨款" not in line), 0)
    places = [
        i for i in range(start, min(start + 45, len(lines))) if re.search(r"类?支出\t\d{2}\t\d+\.\d{2}$", lines[i])
    ]
    for i in places[:4]:
        worn[i] = worn[i][:-1]
    return worn


def split_codes(lines: Sequence[str], rng: random.Random) -> list[str]:
    """2080505 becomes 208 and 0505 in two cells, or 208 and 2080505."""
    worn = []
    for line in lines:
        found = _ROW_CODE.match(line)
        if found and rng.random() < 0.5:
            rest = line[found.end() :]
            worn.append(
                f"{found[1]}\t{found[2] if rng.random() < 0.5 else found[1] + found[2]} \t{rest}".replace(" \t", "\t")
            )
        else:
            worn.append(line)
    return worn


def shifted(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Some rows of statements move a cell to the right."""
    return ["\t" + line if _ROW_CODE.match(line) and rng.random() < 0.15 else line for line in lines]


def broken_pages(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Long paragraphs break in the middle, with a number of a page between."""
    worn: list[str] = []
    page = 3
    for line in lines:
        if "\t" not in line and len(line) > 60 and rng.random() < 0.4:
            cut = _safe_cut(line, rng)
            worn += [line[:cut], "", f"- {page} -", "", line[cut:]]
            page += 1
        else:
            worn.append(line)
    return worn


def _safe_cut(line: str, rng: random.Random) -> int:
    """A place inside a run of Chinese characters: a page does not end within a figure."""
    places = [
        i
        for i in range(20, len(line) - 10)
        if re.match(r"[一-鿿]{2}[^\d（(、.一二三四五六七八九十]", line[i - 1 : i + 2])
    ]
    return rng.choice(places) if places else len(line)


def commas(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Thousands separators, as such, full-width, or as a space inside a cell."""
    mark = rng.choice((",", "，"))

    def grouped(found: re.Match[str]) -> str:
        return f"{int(found[1]):,}".replace(",", mark) + "." + found[2]

    return [_AMOUNT.sub(grouped, line) for line in lines]


KINDS: dict[str, Wear] = {
    "inner spaces": inner_spaces,
    "truncation": truncated,
    "split codes": split_codes,
    "shifted rows": shifted,
    "broken pages": broken_pages,
    "separators": commas,
}

"""What recognisers and converters do to a text: the damage with which reading is tried.

None of it changes what was published; an auditor that reports it as an error has mistaken damage for fact.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from qifu.engines.statements import Finding, Model
from qifu.engines.statements.layouts import titled
from qifu.engines.statements.money import ZERO
from qifu.engines.statements.relations import Key, Relation, cells_of, place_name, relations

Wear = Callable[[list[str], random.Random], list[str]]
_AMOUNT = re.compile(r"(?<![\d.,])(\d+)\.(\d{2})(?![\d%])")
_ROW_CODE = re.compile(r"^(\d{3})(\d{4})\t")
_LEDGER_ROW = re.compile(r"\t\d{1,2}\t(\d+\.\d+)?\t[^\t\d]*\t\d{2}\t")
_INDICATOR_ROW = re.compile(r"^\t?(产出|效益|满意度)指标\t")
_NAMED_ROW = re.compile(r"^(\d{3}(?:\d{2}){0,2}\t)([^\t\d]{8,})\t")
_TWO = re.compile(r"\t(\d+\.\d{2})\t(\d+\.\d{2}%?)(?=\t|$)")


def inner_spaces(lines: Sequence[str], rng: random.Random) -> list[str]:
    """497.84 becomes 497. 84, here and there."""
    return [_AMOUNT.sub(lambda m: f"{m[1]}. {m[2]}" if rng.random() < 0.5 else m[0], line) for line in lines]


def truncated(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Class lines of the first statement, and up to four cells of one other, lose their last digit, as narrow cells do."""
    worn = list(lines)
    heads = [(i, found) for i, line in enumerate(lines) if (found := titled(line)) and found.shape != "target_form"]
    first = next((i for i, found in heads if found.id in ("T01", "B01")), 0)
    places = [
        i for i in range(first, min(first + 45, len(lines))) if re.search(r"类?支出\t(\d{2}\t)?\d+\.\d{2}$", lines[i])
    ]
    others = [i for i, found in heads if found.id in ("T02", "T03", "T05", "B03", "B05")]
    if others:
        start = rng.choice(others)
        rows = [i for i in range(start, min(start + 40, len(lines))) if _ROW_CODE.match(lines[i])]
        for i in rng.sample(rows, min(len(rows), rng.randint(0, 3))):
            worn[i] = _AMOUNT.sub(lambda found: found[0][:-1], lines[i], count=1)
    for i in places[:4]:
        worn[i] = worn[i][:-1]
    return worn


def split_codes(lines: Sequence[str], rng: random.Random) -> list[str]:
    """2080505 becomes 208 and 0505 in two cells, 208 and 2080505, one cell a level, or one cell with spaces."""
    worn = []
    for line in lines:
        found = _ROW_CODE.match(line)
        if found and rng.random() < 0.5:
            kuan, item = found[2][:2], found[2][2:]
            ways = (
                f"{found[1]}\t{found[2]}",
                f"{found[1]}\t{found[1]}{found[2]}",
                f"{found[1]} {kuan} {item}",
                f"{found[1]}\t{kuan}\t{item}",
            )
            worn.append(f"{rng.choice(ways)}\t{line[found.end() :]}")
        else:
            worn.append(line)
    return worn


def shifted(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Some rows of statements and forms move a cell to the right."""
    return ["\t" + line if _is_row(line) and rng.random() < 0.15 else line for line in lines]


def shifted_columns(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Whole tables stand a column further right, or their rows end with the last filled cell."""
    worn: list[str] = []
    lead = trail = False
    for i, line in enumerate(lines):
        if "\t" in line and (i == 0 or "\t" not in lines[i - 1]):
            lead, trail = rng.random() < 0.3, rng.random() < 0.3
        worn.append(line if "\t" not in line else ("\t" * lead) + (line.rstrip("\t") if trail else line))
    return worn


def _is_row(line: str) -> bool:
    """A row of a statement or form that holds values, and no heading."""
    return bool(_ROW_CODE.match(line) or _LEDGER_ROW.search(line) or _INDICATOR_ROW.match(line))


def broken_tables(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Pages end inside statements and forms: blank lines and a number of a page between two rows."""
    worn: list[str] = []
    for i, line in enumerate(lines):
        inside = _is_row(line) and i > 0 and _is_row(lines[i - 1])
        if inside and rng.random() < 0.06:
            worn += ["", f"- {rng.randint(3, 40)} -", ""]
        worn.append(line)
    return worn


def cut_names(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Narrow cells cut the ends of long names; each stands whole in another statement."""
    cut: set[str] = set()
    worn = []
    for line in lines:
        found = _NAMED_ROW.match(line)
        if found and found[1] not in cut and rng.random() < 0.2 and sum(found[0] in other for other in lines) > 1:
            cut.add(found[1])
            line = found[1] + found[2][: -rng.randint(1, 3)] + line[found.end() - 1 :]
        worn.append(line)
    return worn


def merged_cells(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Two figures that stand side by side fall into one cell, and the next stays empty."""
    return [_TWO.sub(lambda m: f"\t{m[1]} {m[2]}\t" if rng.random() < 0.1 else m[0], line) for line in lines]


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


def mangled(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Thousands separators of cells as converters leave them: a space, a point, an apostrophe, a comma with a space."""
    marks = (" ", ".", "'", "、", ", ", "，", "\u3000")

    def grouped(found: re.Match[str]) -> str:
        return f"{int(found[1]):,}".replace(",", rng.choice(marks)) + "." + found[2]

    return [
        "\t".join(_AMOUNT.sub(grouped, cell) for cell in line.split("\t")) if "\t" in line else line for line in lines
    ]


_CONFUSED = {"0": "OoD8", "1": "lI7", "2": "Z7", "3": "8", "5": "S6", "6": "8b", "7": "1", "8": "6B3", "9": "g"}


def digits(lines: Sequence[str], rng: random.Random, share: float = 0.01) -> list[str]:
    """In some cells of statements a digit is lost, doubled, or taken for another sign that looks like it."""
    inside = False
    worn = []
    for line in lines:
        if title := titled(line):
            inside = title.shape != "target_form"
        elif line.startswith("第") and "部分" in line[:5]:
            inside = False
        worn.append(
            "\t".join(_digit(cell, rng, share) for cell in line.split("\t")) if inside and "\t" in line else line
        )
    return worn


def _digit(cell: str, rng: random.Random, share: float) -> str:
    if not _AMOUNT.fullmatch(cell) or not cell.strip("0.") or rng.random() >= share:
        return cell
    place = rng.choice([i for i, letter in enumerate(cell) if letter.isdigit()])
    digit, kind = cell[place], rng.choice(("lost", "doubled", "confused", "confused"))
    if kind == "confused" and digit not in _CONFUSED:
        kind = "doubled"
    made = {"lost": "", "doubled": digit * 2}.get(kind) if kind != "confused" else rng.choice(_CONFUSED[digit])
    return f"{cell[:place]}{made}{cell[place + 1 :]}"


def fates(drawn: Model, found: Model, findings: Iterable[Finding]) -> Counter[str]:
    """What became of the cells of a document whose digits were damaged.

    `mended`: the right value, announced; `unreadable`: called so; `found`: a finding says that a sum with it fails;
    `silent`: wrong and nothing says so though a relation covers it; `uncovered`: wrong, and no relation covers it.
    """
    before, after, rules = cells_of(drawn), cells_of(found), relations(found)
    said = [text for finding in findings for text in (finding.message, *finding.related)]
    unreadable = {place.where for place in found.unreadable}
    mended = {repair.where for repair in found.repairs}
    covered = {key for rule in relations(drawn) if rule.is_filled(before) for key, _ in rule.cells}
    count: Counter[str] = Counter()
    for key in {**before, **after}:
        if (before.get(key) or ZERO) == (after.get(key) or ZERO):
            count["mended"] += place_name(key) in mended
        elif place_name(key) in unreadable:
            count["unreadable"] += 1
        elif any(_fails(rule, after, said) for rule in rules if any(cell == key for cell, _ in rule.cells)):
            count["found"] += 1
        else:
            count["silent" if key in covered else "uncovered"] += 1
    return count


def _fails(rule: Relation, values: dict[Key, Decimal | None], said: Iterable[str]) -> bool:
    left, right = rule.sides(values)
    return left != right and any(f"{rule.left}为" in text for text in said)


def no_columns(lines: Sequence[str], rng: random.Random) -> list[str]:
    """Cells stand one behind the other with spaces between; of blank ones no trace is left."""
    return [" ".join(line.replace("\t", " ").split()) for line in lines]


def no_columns_noughts(lines: Sequence[str], rng: random.Random) -> list[str]:
    """The same, where the document prints 0.00 behind the first figure of a row of subjects."""
    return no_columns([_with_noughts(line) if _NUMBERED_ROW.match(line) else line for line in lines], rng)


_NUMBERED_ROW = re.compile(r"^(\d{3,}|\t*合计|栏次\t)")


def _with_noughts(line: str) -> str:
    cells = line.split("\t")
    first = next((i for i, cell in enumerate(cells) if _AMOUNT.fullmatch(cell)), len(cells))
    return "\t".join(cell if i < first or cell else "0.00" for i, cell in enumerate(cells))


KINDS: dict[str, Wear] = {
    "inner spaces": inner_spaces,
    "truncation": truncated,
    "split codes": split_codes,
    "shifted rows": shifted,
    "shifted columns": shifted_columns,
    "merged cells": merged_cells,
    "cut names": cut_names,
    "broken tables": broken_tables,
    "broken pages": broken_pages,
    "separators": commas,
    "mangled separators": mangled,
}

# how text is extracted from pages without rulings; what any other damage has done comes first
UNRULED: dict[str, Wear] = {"no columns": no_columns, "no columns, noughts": no_columns_noughts}

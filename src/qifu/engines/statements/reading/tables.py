"""Reading the official statements from the lines of their region, each by its shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qifu.engines.statements.layouts import Layout, is_marker, ledger, ledger_line, titled
from qifu.engines.statements.model import Amounts, Entry, Repair, Row, Statement, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.subjects import names_of
from qifu.engines.statements.words import compact, is_chinese, unnumbered, within_one

from . import grid
from .headings import HEADS, as_printed
from .outline import Region

_UNIT = re.compile(
    r"^(?:部门/单位|部门|编制单位|编制部门|编报单位|编报部门|填报部门|部门名称|单位名称|单位|填报单位|预算单位)(?:\(盖章\)|\(公章\))?[:：](.+?)(?:(?:金额)?单位[:：].*)?$"
)
_MONEY = re.compile(r"(?:金额)?单位[:：]((?:人民币)?(?:万元|元|亿元|千元))")
_NOTE = re.compile(
    r"^(注|备注|说明|本表|本套|\d{1,2}[行栏]=|\d+[.、]本(表|套)|本(部门|单位)|我(部门|单位)|此表|[^,。]{0,20}无(政府性基金|国有资本|“三公|财政拨款))"
)
ENOUGH = 3  # rows from which on they show where a table has its names
_ECONOMIC_CODE = re.compile(r"^3\d{2}(\d{2})?$")


@dataclass
class Trouble:
    """What could not be read, or only by the help of relations, while tables were read."""

    repairs: list[Repair] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    recognised: bool = False  # the source is a scan


def read_statement(region: Region, trouble: Trouble) -> Statement:
    """Read one statement; what is not understood is named in `trouble`."""
    layout = region.layout
    base = _head(region)
    if layout.shape == "ledger":
        return _ledger(base, layout, region.lines, trouble)
    if layout.shape == "subjects":
        return _subjects(base, layout, region.lines, trouble)
    if layout.shape == "economic":
        return _economic(base, layout, region.lines, trouble)
    if layout.shape == "hospitality":
        return _hospitality(base, layout, region.lines, trouble)
    return _listed(base, layout, region.lines, trouble)


def _head(region: Region) -> Statement:
    unit = money = ""
    notes: list[str] = []
    for line in region.lines:
        texts = [line.text] if line.cells is None else [cell for cell in line.cells if cell]
        for text in texts:
            plain = compact(text)
            if found := _MONEY.search(plain):
                money = money or found[1]
            if (found := _UNIT.match(plain)) and not unit and found[1] not in ("万元", "元") and len(found[1]) < 50:
                unit = found[1]
        if (line.cells is None or line.alone) and _NOTE.match(compact(line.alone)):
            notes.append(line.alone)
        elif (
            notes
            and line.cells is None
            and (line.starts is False or (not notes[-1].endswith(("。", "；")) and not is_marker(line.text)))
        ):
            notes[-1] += line.text  # a note that goes on over the end of a line
    last = max((line.number for line in region.lines), default=region.title.number)
    return Statement(
        region.layout.id, region.title.alone, unit, money, tuple(notes), at=region.title.number, until=last
    )


def _data(lines: Sequence[Line]) -> list[Line]:
    return [
        line
        for line in lines
        if not is_marker(line.alone or "") and not _NOTE.match(compact(line.alone)) and not titled(line.alone or "-")
    ]


# ---- by functional subject -------------------------------------------------------------------------------------------


def printed_columns(layout: Layout, lines: Sequence[Line]) -> Layout:
    """The layout with just the columns that this table prints, where its heading shows that some are left out.

    Tables that number their columns are complete when the numbers are; damaged headings change nothing.
    """
    head, widest, numbers = _head_words(lines)
    if numbers >= len(layout.columns) or not head:
        return layout
    found = [column for column in layout.columns if column in HEADS and HEADS[column].search(head)]
    missing = [column for column in layout.columns if column not in found]
    if not missing or len(found) < 2 or found[0] != layout.columns[0] or widest != len(found):
        return layout
    return replace(layout, columns=tuple(found))


def _head_words(lines: Sequence[Line]) -> tuple[str, int, int]:
    """Words above the first row of figures, the most figures in a row, and how many columns are numbered."""
    head, widest, numbers = "", 0, 0
    for line in lines:
        cells = list(line.cells) if line.cells is not None else (line.raw or line.text).split()
        if places := grid.is_column_numbers(line):
            numbers = max(numbers, len(places))
            continue
        figures = [cell for cell in cells if "." in cell and amount(cell) is not None]
        widest = max(widest, len(figures))
        if not widest:
            head += compact("".join(cells))
    return head, widest, numbers


def _subjects(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    whole = layout
    layout = as_printed(printed_columns(layout, _data(lines)), lines)
    found = _subject_rows(base, layout, lines, trouble)
    if layout.columns == whole.columns:
        return found
    blank: Amounts = dict.fromkeys(whole.columns)
    return replace(found, rows=tuple(replace(row, amounts=blank | row.amounts) for row in found.rows))


def _subject_rows(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    ruled = any(line.is_row for line in lines)
    rows = (
        _ruled_rows(base.id, layout, _data(lines), trouble)
        if ruled
        else _unruled_rows(base.id, layout, _data(lines), trouble)
    )
    return replace(base, rows=tuple(rows))


def _ruled_rows(statement: str, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> list[Row]:
    numbered = next((found for line in lines if line.cells and (found := grid.is_column_numbers(line))), None)
    raw = _join_wrapped(lines)
    if not raw:
        return []
    start = grid.first_column(raw, numbered)
    usual = Counter(row.name_at for row in raw if not row.is_total)
    name_at = usual.most_common(1)[0][0] if usual else raw[0].name_at
    if numbered and (usual.total() < ENOUGH or numbered[0] - 1 in usual):
        name_at = numbered[0] - 1  # names stand before the first numbered column
    width = Counter(row.width for row in raw).most_common(1)[0][0]
    rows = []
    for each in raw:
        where = f"{statement} 第{each.line.number}行"
        try:
            amounts = grid.placed(each, statement, layout.columns, start, name_at, numbered, width)
        except ValueError:
            amounts = dict.fromkeys(layout.columns)
            trouble.unreadable.append(
                Unreadable(where, each.line.text, "数字多于栏数，不能确定各在哪一栏", each.line.number)
            )
        rows.append(_row(statement, each, amounts, trouble))
    return rows


def _join_wrapped(lines: Sequence[Line]) -> list[grid.RawRow]:
    """Rows of a statement; a row that only goes on with a name is joined to the one before."""
    found: list[grid.RawRow] = []
    for line in lines:
        if not line.is_row:
            continue
        row = grid.raw_row(line)
        if row is not None:
            found.append(row)
        elif found and not found[-1].is_total and line.alone and is_chinese(line.alone):
            last = found[-1]
            joined = compact(last.name + line.alone)
            code, _ = grid.code_of(last.codes, last.name)
            if any(compact(name).startswith(joined) for name in names_of(code)):
                last.name += line.alone
    return found


def _row(statement: str, each: grid.RawRow, amounts: Amounts, trouble: Trouble) -> Row:
    if each.is_total:
        return Row("", "合计", amounts, each.line.number)
    code, guessed = grid.code_of(each.codes, each.name)
    name = each.name
    where = f"{statement}.{code}"
    if guessed:
        why = "科目名称与类款项编码的对应关系只允许这一个编码"
        trouble.repairs.append(Repair(f"{where}.code", " ".join(each.codes), code, why, each.line.number))
    if trouble.recognised and (official := _misread_name(code, name)):
        why = "扫描件识别差一字，与编码的科目名称一致"
        trouble.repairs.append(Repair(f"{where}.name", name, official, why, each.line.number))
        name = official
    if len(code) not in (3, 5, 7):
        trouble.unreadable.append(Unreadable(f"{where}.code", " ".join(each.codes), "科目编码残缺", each.line.number))
    return Row(code, name, amounts, each.line.number)


def _misread_name(code: str, name: str) -> str:
    """The official name of a code from which the printed one is one character away; empty when none or more are."""
    plain = compact(name)
    if any(compact(known) == plain for known in names_of(code)):
        return ""
    near = [known for known in names_of(code) if within_one(plain, compact(known))]
    return near[0] if len(near) == 1 and len(plain) > 2 else ""


def _unruled_rows(statement: str, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> list[Row]:
    taken: list[tuple[Line, str, str, list[Decimal]]] = []
    words: list[str] = []
    for line in lines:
        text, figures = grid.trailing_figures(line.raw or line.text)
        if grid.is_column_numbers(line):
            continue
        if not figures or (len(figures) == 1 and not text and float(figures[0]).is_integer() and figures[0] > 99):
            words.append(line.raw or line.text)
            continue
        joined = " ".join([*words, text]).strip()
        words = []
        found = re.search(r"(?:^|\s)(\d{3}|\d{5}|\d{7})\s+(\D.*)$", joined)
        if found:
            taken.append((line, found[1], "".join(found[2].split()), figures))
        elif re.search(r"合\s*计$", joined) or not taken:
            taken.append((line, "", "合计", figures))
        else:
            trouble.unreadable.append(
                Unreadable(f"{statement} 第{line.number}行", line.text, "没有科目编码，不能归入任何一行", line.number)
            )
    return _without_places(statement, layout, taken, trouble)


def _without_places(
    statement: str, layout: Layout, taken: Sequence[tuple[Line, str, str, list[Decimal]]], trouble: Trouble
) -> list[Row]:
    """Settle the columns of rows whose figures carry no places: blank cells have left no trace."""
    columns = _used_columns(statement, layout, taken)
    settled = _one_of_two(columns, taken)
    rows = []
    for place, (line, code, name, figures) in enumerate(taken):
        amounts: Amounts = dict.fromkeys(layout.columns)
        ways = grid.spread(figures, statement, columns)
        if place in settled:
            amounts |= {columns[0]: figures[0], settled[place]: figures[1]}
        elif len(ways) >= 1 and (len(figures) == len(columns) or len(ways) == 1):
            amounts.update(ways[0])
        else:
            amounts[layout.columns[0]] = figures[0]
            why = "原文没有分栏，空白处不留痕迹，不能确定各在哪一栏"
            trouble.unreadable.append(Unreadable(f"{statement}.{code or '合计'}", line.text, why, line.number))
        rows.append(Row(code, name, amounts, line.number))
    return rows


def _used_columns(
    statement: str, layout: Layout, taken: Sequence[tuple[Line, str, str, list[Decimal]]]
) -> tuple[str, ...]:
    """The columns that hold anything: as many as the total row has figures, from the first on, when they add up."""
    total = next((figures for _, code, _, figures in taken if not code), [])
    most = max((len(figures) for _, _, _, figures in taken), default=0)
    width = len(total) if len(total) == most else 0
    least = 1 if statement == "T02" else 2  # of 基本 and 项目 alone, nothing tells which
    if not least < width < len(layout.columns):
        return layout.columns
    if statement == "T02" and width > least + 1:
        return layout.columns  # beside 财政拨款 any other kind of income may stand
    columns = layout.columns[:width]
    return columns if grid.adds_up(statement, dict(zip(columns, total, strict=True))) else layout.columns


def _one_of_two(columns: tuple[str, ...], taken: Sequence[tuple[Line, str, str, list[Decimal]]]) -> dict[int, str]:
    """For rows of two figures under three columns: the second or the third, where only one choice adds up to the total.

    The choice is made over the 项; a 类 or 款 has what its 项 have.
    """
    total = next((figures for _, code, _, figures in taken if not code), [])
    if len(columns) != 3 or len(total) != 3:
        return {}
    items = [i for i, (_, code, _, figures) in enumerate(taken) if len(code) == 7 and len(figures) == 2]
    fixed = sum((figures[1] for _, code, _, figures in taken if len(code) == 7 and len(figures) == 3), Decimal(0))
    chosen = _subset([taken[i][3][1] for i in items], total[1] - fixed)
    if chosen is None:
        return {}
    side = {taken[i][1]: columns[1] if picked else columns[2] for i, picked in zip(items, chosen, strict=True)}
    found = {i: side[taken[i][1]] for i in items}
    for i, (_, code, _, figures) in enumerate(taken):
        below = {column for each, column in side.items() if code and each.startswith(code)}
        if i not in found and code and len(figures) == 2 and len(below) == 1:
            found[i] = below.pop()
    if len(total) == 3 and not any(code for _, code, _, _ in taken):
        return {}
    return found


def _subset(values: Sequence[Decimal], goal: Decimal) -> list[bool] | None:
    """The one choice of values that adds up to a goal; None when there is none or more than one."""
    reached: dict[Decimal, list[bool] | None] = {Decimal(0): []}
    for value in values:
        following: dict[Decimal, list[bool] | None] = {}
        for total, picks in reached.items():
            for picked, sum_ in ((False, total), (True, total + value)):
                if sum_ > goal:
                    continue
                following[sum_] = None if sum_ in following or picks is None else [*picks, picked]
        if len(following) > 20000:
            return None
        reached = following
    return reached.get(goal)


# ---- two-sided -------------------------------------------------------------------------------------------------------

_Item = tuple[int | None, str, list[Decimal | None]]


def _ledger(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    data = _data(lines)
    layout = as_printed(layout, lines)
    step = _line_step(data)
    income: list[Entry] = []
    expenditure: list[Entry] = []
    for line in data:
        left, right = _sides(line, step, layout.columns) if line.is_row else _unruled_sides(line, step)
        if len(left) > 1 and not any(value is not None for _, _, figures in (*left, *right) for value in figures):
            continue  # the heading that names the kinds of money
        sides: tuple[tuple[list[Entry], list[_Item], tuple[str, ...]], ...] = (
            (income, left, ("amount",)),
            (expenditure, right, layout.columns),
        )
        for side, items, columns in sides:
            for number, name, figures in items:
                if name or any(value is not None for value in figures):
                    known = figures[:1] if line.cells is None and 1 < len(figures) < len(columns) else figures
                    side.append(Entry(number, name, _amounts(columns, known), line.number))
    income, expenditure = _clean(income, trouble, base.id), _clean(expenditure, trouble, base.id)
    if layout.id == "T04":
        income = [replace(entry, amounts={"total": entry.amounts.get("amount")}) for entry in income]
    return replace(base, income=tuple(income), expenditure=tuple(expenditure))


def _amounts(columns: Sequence[str], figures: Sequence[Decimal | None]) -> Amounts:
    return {column: figures[k] if k < len(figures) else None for k, column in enumerate(columns)}


def _whole(cell: str) -> int | None:
    plain = compact(cell)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 3 else None


def _line_step(lines: Sequence[Line]) -> int:
    """How far the line numbers of the right side run ahead of the left, in most rows; 0 when there are none."""
    steps: Counter[int] = Counter()
    for line in lines:
        numbers = [n for cell in (line.cells or (line.raw or line.text).split()) if (n := _whole(cell)) is not None]
        if len(numbers) >= 2 and numbers[-1] > numbers[0] and not grid.is_column_numbers(line):
            steps[numbers[1] - numbers[0]] += 1
    if not steps:
        return 0
    step, count = steps.most_common(1)[0]
    return step if count >= 5 and step > 5 else 0


def _sides(line: Line, step: int, columns: Sequence[str]) -> tuple[list[_Item], list[_Item]]:
    cells = list(line.cells or ())
    if step:
        found = _numbered_places(cells, step)
        if found is None:  # a number of a line was lost: what is left of the numbers is no amount
            bare = [cell for cell in cells if _whole(cell) is None]
            return (
                _paired(bare, columns) if any("." in cell and amount(cell) is not None for cell in bare) else ([], [])
            )
        a, b = found
        left_name = next((c for c in reversed(cells[:a]) if is_chinese(c)), "")
        names = [i for i in range(a + 1, b) if is_chinese(cells[i])]
        cut = names[0] if names else b
        right_name = "".join(cells[i] for i in names)
        left = _one(cells[a + 1 : cut])
        return [(int(compact(cells[a])), left_name, left)], [
            (int(compact(cells[b])), right_name, _spaced(cells[b + 1 :]))
        ]
    return _paired(cells, columns)


def _numbered_places(cells: Sequence[str], step: int) -> tuple[int, int] | None:
    numbers = [(i, n) for i, cell in enumerate(cells) if (n := _whole(cell)) is not None]
    for i, first in numbers:
        for j, second in numbers:
            if j > i and second - first == step:
                return i, j
    return None


def _one(cells: Sequence[str]) -> list[Decimal | None]:
    """The figure among cells that hold one amount."""
    return [next((value for cell in cells if (value := amount(cell)) is not None), None)]


def _spaced(cells: Sequence[str]) -> list[Decimal | None]:
    return [amount(cell) for cell in cells]


def _paired(cells: Sequence[str], columns: Sequence[str]) -> tuple[list[_Item], list[_Item]]:
    """Name and amount pairs of a row without line numbers; the sides are told by the names, else by order."""
    items: list[_Item] = []
    places = []
    for i, cell in enumerate(cells):
        if is_chinese(cell):
            items.append((None, cell, []))
            places.append(i)
        elif items and (value := amount(cell)) is not None:
            items[-1][2].append(value)
    if items and len(columns) > 1:
        items[-1] = (None, items[-1][1], _in_columns(cells[places[-1] + 1 :], columns))
    return _by_side(items, places, len(cells))


def _in_columns(cells: Sequence[str], columns: Sequence[str]) -> list[Decimal | None]:
    """The amounts of a right side in their columns, blanks kept; a row that moved is placed where its total adds up."""
    values = [amount(cell) for cell in cells]
    width, total = len(columns), columns.index("total")
    ways = [values[k : k + width] for k in range(max(1, len(values) - width + 1))]
    held = sum(value is not None for value in values)
    whole = [way for way in ways if sum(value is not None for value in way) == held]
    exact = [
        way for way in whole if len(way) > total and (way[total] or 0) * 2 == sum(value or Decimal(0) for value in way)
    ]
    return (exact or whole or ways)[0]


def _by_side(items: list[_Item], places: Sequence[int] = (), width: int = 0) -> tuple[list[_Item], list[_Item]]:
    left: list[_Item] = []
    right: list[_Item] = []
    known = [ledger_line(name) for _, name, _ in items]
    if not any(known):
        return [], []
    for k, item in enumerate(items):
        line = known[k]
        side = line[0] if line else ""
        if not side and len(items) == 2:
            side = "income" if k == 0 else "expenditure"
        if not side:
            side = "expenditure" if places and places[k] >= width / 2 else "income"
        (left if side == "income" else right).append((item[0], item[1], item[2] or [None]))
    return left, right


def _unruled_sides(line: Line, step: int) -> tuple[list[_Item], list[_Item]]:
    items: list[_Item] = []
    first, before = None, 0  # the line number of the left side, and the items up to it
    for token in _tokens(line.raw or line.text):
        value = amount(token) if not is_chinese(token) else None
        whole = _whole(token)
        if value is None:
            items.append((None, token, []))
        elif step and whole is not None and first is None:
            first, before = whole, len(items)
            if items:
                items[-1] = (whole, items[-1][1], items[-1][2])
        elif step and whole is not None and first is not None and whole == first + step:
            if len(items) > before and items[-1][0] is None:
                items[-1] = (whole, items[-1][1], items[-1][2])
            else:
                items.append((whole, "", []))
        elif items:
            items[-1][2].append(value)
    return _by_number(items, first) if step and first is not None else _by_side(items)


def _by_number(items: list[_Item], first: int) -> tuple[list[_Item], list[_Item]]:
    """Part the items of a line by their line numbers: up to the first number the left side, after it the right."""
    left = [item for item in items if item[0] is not None and item[0] <= first]
    right = [item for item in items if item[0] is not None and item[0] > first]
    return [(n, name, figures or [None]) for n, name, figures in left], [
        (n, name, figures or [None]) for n, name, figures in right
    ]


def _tokens(text: str) -> list[str]:
    """Names and figures of a line without columns; names that follow each other directly are parted by their ordinals."""
    found: list[str] = []
    for token in text.split():
        figure = not is_chinese(token) and amount(token) is not None
        starts = bool(re.match(r"^([（(]?[一二三四五六七八九十廿]{1,3}[）)、.])", token))
        if figure or starts or not found or amount(found[-1]) is not None:
            found.append(token)
        else:
            found[-1] += token
    parted: list[str] = []
    for token in found:
        parted += _parted(token)
    return parted


def _parted(token: str) -> list[str]:
    """Part two names that stand together: 本年收入合计本年支出合计, 一、教育支出二、…"""
    if not is_chinese(token) or ledger_line(token):
        return [token]
    pieces = re.split(r"(?<=[^（(、.])(?=[（(][一二三四五六七八九十廿]{1,3}[）)])", token)
    if len(pieces) > 1:
        return pieces
    for cut in range(3, len(token) - 2):
        if ledger_line(token[:cut]) and ledger_line(token[cut:]):
            return [token[:cut], token[cut:]]
    return [token]


def _clean(entries: list[Entry], trouble: Trouble, statement: str) -> list[Entry]:
    """Mend names that wrapped into the next line; drop headings that were taken for lines."""
    kept = []
    for entry in entries:
        name = entry.name
        if ledger_line(name) is None and name:
            official = _official_line(name)
            if official:
                trouble.repairs.append(
                    Repair(f"{statement}.{official}", name, official, "行名断在两行，拼合后与固定行名一致", entry.at)
                )
                name = official
            elif entry.line is None:
                continue
        if any(value is not None for value in entry.amounts.values()) or name:
            kept.append(replace(entry, name=_display(name)))
    return _full_labels(kept, trouble, statement)


def _official_line(name: str) -> str:
    """The fixed line name that a damaged one stands for, when only one is possible."""
    plain = re.sub(r"[()（）]", "", compact(unnumbered(name)))
    candidates = {known.label for known in ledger() if known.pattern.fullmatch(plain)}
    return candidates.pop() if len(candidates) == 1 else ""


def _full_labels(entries: list[Entry], trouble: Trouble, statement: str) -> list[Entry]:
    full = "使用非财政拨款结余（含专用结余）"
    found = []
    for entry in entries:
        plain = compact(entry.name)
        if "(" in plain and ")" not in plain and compact(full).startswith(plain):
            trouble.repairs.append(
                Repair(f"{statement}.{full}", entry.name, full, "行名被截断，与固定行名一致", entry.at)
            )
            entry = replace(entry, name=full)
        found.append(entry)
    return found


def _display(name: str) -> str:
    return "".join(name.split())


# ---- by economic subject ---------------------------------------------------------------------------------------------


def _economic(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    rows: list[Row] = []
    personnel = public = None
    seen: set[str] = set()
    for line in _data(lines):
        cells = list(line.cells or _split_economic(line.raw or line.text))
        personnel = personnel if personnel is not None else _labelled(cells, "人员经费合计")
        public = public if public is not None else _labelled(cells, "公用经费合计")
        if personnel is None and public is None and (halves := _halves(cells)):
            personnel, public = halves
        for code, name, value in _economic_groups(cells):
            if code in seen:
                continue
            seen.add(code)
            rows.append(Row(code, name, {"amount": value}, line.number))
    return replace(
        base, rows=tuple(sorted(rows, key=lambda row: row.code)), personnel_total=personnel, public_total=public
    )


def _halves(cells: Sequence[str]) -> tuple[Decimal, Decimal] | None:
    """人员经费 and 公用经费 of a total row that prints 合计, 人员经费 and 公用经费 side by side."""
    words = [compact(cell) for cell in cells if is_chinese(cell)]
    figures = [value for cell in cells if "." in cell and (value := amount(cell)) is not None]
    if words != ["合计"] or len(figures) != 3 or abs(figures[0] - figures[1] - figures[2]) > Decimal("0.02"):
        return None
    return figures[1], figures[2]


def _split_economic(text: str) -> list[str]:
    return re.sub(r"(?<=\d)\s+(?=[一-鿿])|(?<=[一-鿿）)])\s+(?=\d)|(?<=\d)\s+(?=3\d{2}(?:\d{2})?\s)", "\t", text).split(
        "\t"
    )


def _economic_groups(cells: Sequence[str]) -> list[tuple[str, str, Decimal | None]]:
    found = []
    places = [i for i, cell in enumerate(cells) if _ECONOMIC_CODE.match(compact(cell)) and _named_next(cells, i)]
    for k, i in enumerate(places):
        end = places[k + 1] if k + 1 < len(places) else len(cells)
        name = next((cell for cell in cells[i + 1 : end] if is_chinese(cell)), "")
        if "合计" in name:
            continue
        values = [value for cell in cells[i + 1 : end] if (value := amount(cell)) is not None]
        found.append((compact(cells[i]), _display(name), values[0] if values else None))
    return found


def _named_next(cells: Sequence[str], place: int) -> bool:
    return any(is_chinese(cell) for cell in cells[place + 1 : place + 3])


def _labelled(cells: Sequence[str], label: str) -> Decimal | None:
    """The figure that belongs to a label of the closing row; whole numbers that strayed in are passed over."""
    short = label[1:]
    at = next(
        (
            i
            for i, cell in enumerate(cells)
            if compact(cell).endswith((label, short)) and (label[:2] in compact(cell) or label[1:4] in compact(cell))
        ),
        None,
    )
    if at is None:
        return None
    values = []
    for cell in cells[at + 1 :]:
        if is_chinese(cell):
            break
        if (value := amount(cell)) is not None:
            values.append((("." in cell), value))
    exact = [value for has_point, value in values if has_point]
    held = exact or [value for _, value in values]
    return held[-1] if held else None


# ---- 三公 ------------------------------------------------------------------------------------------------------------

_HOSPITALITY = (
    ("abroad", re.compile(r"因公出国")),
    ("vehicles", re.compile(r"公务用车购置(及|和)运行")),
    ("vehicle_purchase", re.compile(r"公务用车购置")),
    ("vehicle_running", re.compile(r"公务用车运行")),
    ("reception", re.compile(r"公务接待")),
    ("total", re.compile(r"^合计|总计|“三公“经费(支出)?(合计)?$")),
)


def _hospitality(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    blank: Amounts = dict.fromkeys(layout.columns)
    layout = as_printed(layout, lines)
    halves = 2 if layout.kind == "final_accounts" else 1
    budget, actual = dict(blank), dict(blank)
    for line in _data(lines):
        if grid.is_column_numbers(line):
            continue
        values = _row_values(line, len(layout.columns) * halves)
        if values:
            budget = blank | dict(zip(layout.columns, values, strict=False))
            if halves == 2:
                actual = blank | dict(zip(layout.columns, values[len(layout.columns) :], strict=False))
        elif line.is_row and (upright := _upright(line)):
            column, figures = upright
            budget[column] = figures[0]
            if halves == 2 and len(figures) > 1:
                actual[column] = figures[-1]
    return replace(base, budget=budget, actual=actual if halves == 2 else None)


def _row_values(line: Line, width: int) -> list[Decimal | None]:
    """The cells of the one row of figures, when the line is that row."""
    if line.cells is None:
        text, figures = grid.trailing_figures(line.raw or line.text)
        return list(figures) if not is_chinese(text) and len(figures) == width else []
    if any(is_chinese(cell) for cell in line.cells):
        return []
    values = [amount(cell) for cell in line.cells]
    held = [i for i, value in enumerate(values) if value is not None]
    if not held:
        return []
    if len(held) == width:
        return [values[i] for i in held]
    if len(values) >= width:
        lead = len(values) - width
        return values[lead:] if not any(values[i] is not None for i in range(lead)) else values[:width]
    return []


def _upright(line: Line) -> tuple[str, list[Decimal | None]] | None:
    """A row of a 三公 statement that lists its items downwards: the item, and budget and actual."""
    cells = list(line.cells or ())
    name = next((cell for cell in cells if is_chinese(cell)), "")
    figures = [amount(cell) for cell in cells if cell is not name and not is_chinese(cell)]
    held = [
        value
        for value in figures
        if value is not None and not (value == value.to_integral() and value < 20 and value != 0)
    ]
    column = next((key for key, pattern in _HOSPITALITY if pattern.search(compact(unnumbered(name)))), "")
    return (column, list(held)) if column and held else None


# ---- by unit or project ----------------------------------------------------------------------------------------------

_LIST_CODE = re.compile(r"^\d{2,8}$|^[0-9A-Z]{12,24}$")


def _listed(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    rows: list[Row] = []
    words: list[str] = []
    data = _data(lines)
    named = _named_units(data)
    usual = _usual_start(data, named)
    for line in data:
        if line.cells and grid.is_column_numbers(line):
            continue
        if (row := _ruled_listed(line, layout, usual, named)) is not None:
            rows.append(row)
            continue
        tokens = list(line.cells) if line.cells is not None else (line.raw or line.text).split()
        figures: list[Decimal] = []
        while tokens and (not tokens[-1] or (amount(tokens[-1]) is not None and not _is_code(tokens, len(figures)))):
            token = tokens.pop()
            if token:
                value = amount(token)
                figures.insert(0, value if value is not None else Decimal(0))
        if len(figures) < max(2, len(layout.columns) // 2):
            words += [token for token in (line.cells or (line.raw or line.text).split()) if token]
            continue
        words += [token for token in tokens if token]
        code, name = _code_and_name(words, rows, first=not rows)
        words = []
        amounts: Amounts = dict.fromkeys(layout.columns)
        amounts.update(dict(zip(layout.columns, figures, strict=False)))
        if len(figures) != len(layout.columns):
            trouble.unreadable.append(
                Unreadable(
                    f"{base.id}.{code or '合计'}",
                    line.text,
                    f"应有{len(layout.columns)}栏，读到{len(figures)}栏",
                    line.number,
                )
            )
        rows.append(Row(code, name, amounts, line.number))
    return replace(base, rows=tuple(rows))


def _ruled_listed(line: Line, layout: Layout, usual: int, named: frozenset[int]) -> Row | None:
    """A row whose cells stand in their columns: code, name, maybe the unit, and the amounts, the first in the usual place."""
    cells = list(line.cells or ())
    if len(cells) < 4 or grid.is_column_numbers(line) or usual < 0:
        return None
    first = _first_figure(cells, named)
    heads = [cell for cell in cells[:first] if cell]
    ways = [way for start in (first, usual) if (way := _from(cells, start, layout, named)) is not None]
    if first < 0 or not heads or not ways:
        return None
    amounts = next((way for way in ways if grid.adds_up(layout.id, way)), ways[0])
    if any("合计" in compact(cell) for cell in heads):
        return Row("", "合计", amounts, line.number)
    code = compact(heads[0])
    return Row(code, _display(heads[1]), amounts, line.number) if _LIST_CODE.match(code) and len(heads) > 1 else None


_OF_UNIT = re.compile(r"^(项目|预算|执行|实施|主管)?(单位|部门)(编码|代码|名称)?$")


def _named_units(lines: Sequence[Line]) -> frozenset[int]:
    """The columns whose heading says that a unit stands there: its code is no amount."""
    found: set[int] = set()
    for line in lines:
        cells = line.cells or ()
        if any("." in cell and amount(cell) is not None for cell in cells):
            break
        found |= {i for i, cell in enumerate(cells) if _OF_UNIT.match(compact(cell))}
    return frozenset(found)


def _first_figure(cells: Sequence[str], named: frozenset[int]) -> int:
    """Where the first amount of a row stands, after its last words; -1 where there is none."""
    last = max((i for i, cell in enumerate(cells) if is_chinese(cell)), default=-1)
    whole = frozenset(i for i in named if i < len(cells) and "." not in cells[i])
    return next(
        (i for i, cell in enumerate(cells) if i > last >= 0 and i not in whole and amount(cell) is not None), -1
    )


def _from(cells: Sequence[str], start: int, layout: Layout, named: frozenset[int]) -> Amounts | None:
    """The amounts of a row whose columns begin at a place; None when figures stand outside them."""
    count = len(layout.columns)
    inside = [*cells[start : start + count], *[""] * count][:count]
    outside = [cell for i, cell in enumerate(cells) if i >= start + count or i < start]
    if start < 0 or any("." in cell and amount(cell) is not None for cell in outside):
        return None
    if start in named and start < len(cells) and cells[start] and "." not in cells[start]:
        return None
    return dict(zip(layout.columns, map(amount, inside), strict=True))


def _usual_start(lines: Sequence[Line], named: frozenset[int]) -> int:
    """Where amounts begin in most rows; -1 in a table without cells."""
    places = Counter(at for line in lines if line.is_row and (at := _first_figure(line.cells or (), named)) >= 0)
    return places.most_common(1)[0][0] if places else -1


def _is_code(tokens: Sequence[str], figures_after: int) -> bool:
    return len(tokens) == 1 and figures_after == 0 and bool(_LIST_CODE.match(tokens[0])) and "." not in tokens[0]


def _code_and_name(words: Sequence[str], rows: Sequence[Row], *, first: bool) -> tuple[str, str]:
    places = [i for i, word in enumerate(words) if _LIST_CODE.match(word)]
    if not places or (first and any("合计" in compact(word) for word in words[-2:])):
        return "", "合计"
    code = words[places[-1]]
    name = "".join(words[places[-1] + 1 :])
    for row in sorted(rows, key=lambda row: -len(row.name)):
        if row.name and name.endswith(row.name) and name != row.name and len(row.name) > 4:
            name = name[: -len(row.name)]
            break
    return code, name

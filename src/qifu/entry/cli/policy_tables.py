"""Tables of enterprises for the `policies` commands: CSV, workbook or Parquet, read into columns of the bulk engine.

A blank cell is unknown. A cell that does not fit its field is unknown too, and is told by row and column as a person
sees them in a spreadsheet; nothing is guessed, and no formula is computed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from qifu.engines.eligibility import (
    Column,
    Field,
    Table,
    Unreadable,
    catalogue,
    flags,
    is_listed,
    months_until,
    numbers,
    read,
    shown,
    words,
)

from .policy_files import decode, read_bytes
from .speak import BadInput

ID = "enterprise_id"
_EPOCH = date(1970, 1, 1).toordinal()
_FORMULA = r"^[=@\t\r]|^[+-].*[^0-9.]"  # what a spreadsheet would compute when it opens the result
_MARKS = ",\t;"
_NUMBERS = frozenset({"number", "integer"})
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a cell or a row: where, and what was done."""

    row: int
    column: str
    zh: str
    en: str


@dataclass(slots=True)
class Problems:
    """All that is wrong with a table, counted; the first ones in words."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, rows: Sequence[int], column: str, zh: str, en: str, most: int = 20) -> None:
        """Note the rows at which something is wrong with a column."""
        self.count += len(rows)
        self.listed.extend(Problem(row, column, zh, en) for row in rows[: max(0, most - len(self.listed))])


@dataclass(frozen=True, slots=True, eq=False)
class Enterprises:
    """A table that was read: ids by row, columns of the engine, what is wrong, and columns that nobody knows."""

    ids: pl.Series
    table: Table
    problems: Problems
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The cells as they stand, columns named by field; `rows` are the row numbers of the file."""

    cells: pl.DataFrame
    rows: pl.Series
    ignored: tuple[str, ...]


def load(file: str, on: date, wanted: Collection[str]) -> Enterprises:
    """Read the columns that are wanted. :raises BadInput: the table cannot be used at all."""
    needed = set(wanted) | ({"registered_on"} if "age_months" in wanted else set())
    sheet = open_sheet(file, needed | {ID})
    problems = Problems()
    sheet = _with_ids(sheet, problems)
    fields = catalogue()
    columns = {
        name: _column(fields[name], sheet.cells[name], sheet.rows, problems)
        for name in sheet.cells.columns
        if name in needed and name != "registered_on"
    }
    _days(columns, sheet, needed, on, problems)
    problems.listed.sort(key=lambda each: (each.row, each.column))
    return Enterprises(sheet.cells[ID], Table(sheet.cells.height, columns), problems, sheet.ignored)


def open_sheet(file: str, wanted: Collection[str] | None = None) -> Sheet:
    """Read a table by the ending of its name; None wants all columns of the catalogue."""
    ending = Path(file).suffix.lower()
    readers: dict[str, Callable[[str], pl.DataFrame]] = {".csv": _csv, ".xlsx": _workbook, ".parquet": _parquet}
    if ending not in readers:
        raise BadInput("表格须是 .csv、.xlsx 或 .parquet。", "A table is .csv, .xlsx or .parquet.", where=file)
    frame = _parquet(file, wanted) if ending == ".parquet" else readers[ending](file)
    if "" in frame.columns and frame.width == 1:
        raise BadInput("文件是空的。", "The file is empty.", where=file)
    names, ignored = _named(frame.columns, file)
    if ID not in names.values():
        raise BadInput(f"缺少 {ID} 列（企业编号）。", f"The column {ID} is missing.", where=file)
    kept = {old: new for old, new in names.items() if wanted is None or new in wanted}
    cells = frame.select(list(kept)).rename(kept)
    rows = pl.Series("row", np.arange(2, cells.height + 2))
    return Sheet(cells, rows, ignored)


def _named(headings: Sequence[str], file: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Headings by the field they name, by its name or its label; and those that name none."""
    known = {each.label: name for name, each in catalogue().items()} | {name: name for name in catalogue()}
    names: dict[str, str] = {}
    ignored = []
    for heading in headings:
        plain = heading.strip()
        name = known.get(plain) or known.get(plain.lower())
        if name is None:
            ignored.append(plain)
        elif name in names.values():
            raise BadInput(f"{name} 列出现了两次，请去掉一列。", f"The column {name} stands twice.", where=file)
        else:
            names[heading] = name
    return names, tuple(each for each in ignored if each)


def _csv(file: str) -> pl.DataFrame:
    text = decode(read_bytes(file), file)
    head = text[: text.find("\n")] if "\n" in text else text
    mark = max(_MARKS, key=head.count)
    headings = next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])
    _no_doubles([each.strip() for each in headings], file)
    if not any(headings):
        raise BadInput("文件是空的，应有标题行。", "The file is empty; a heading line is needed.", where=file)
    try:
        return pl.read_csv(io.BytesIO(text.encode()), separator=mark, infer_schema=False)
    except (pl.exceptions.PolarsError, ValueError):
        raise _ragged(text, mark, len(headings), file) from None


def _no_doubles(headings: Sequence[str], file: str) -> None:
    doubled = [each for number, each in enumerate(headings) if each and each in headings[:number]]
    if doubled:
        raise BadInput(
            f"“{shown(doubled[0])}”列出现了两次，请去掉一列。",
            f"The column “{shown(doubled[0])}” stands twice.",
            where=file,
        )


def _ragged(text: str, mark: str, width: int, file: str) -> BadInput:
    """Find the line that does not fit the heading."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            if len(cells) > width:
                return BadInput(
                    f"第 {reader.line_num} 行有 {len(cells)} 格，标题行只有 {width} 格。",
                    f"Line {reader.line_num} has {len(cells)} cells, the heading {width}.",
                    where=file,
                )
    except csv.Error:
        pass
    return BadInput("不是 CSV：引号不成对。", "Not CSV: a quote is not closed.", where=file)


def _workbook(file: str) -> pl.DataFrame:
    from python_calamine import CalamineWorkbook

    raw = read_bytes(file)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except Exception:  # whatever a broken file makes its library raise
        raise _damaged(file) from None
    headings = [each or "" for each in rows[0]] if rows else []
    while headings and not headings[-1]:
        headings.pop()
    _no_doubles([each.strip() for each in headings], file)
    named = [(number, each) for number, each in enumerate(headings) if each.strip()]
    cells = {each: [row[number] if number < len(row) else None for row in rows[1:]] for number, each in named}
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)) if cells else pl.DataFrame({"": []})


def _text(value: object) -> str | None:
    """A cell as a person would type it; of a formula, what the workbook last showed."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "seconds")
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST:
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _parquet(file: str, wanted: Collection[str] | None = None) -> pl.DataFrame:
    if not Path(file).is_file():
        read_bytes(file)
    known = {each.label: name for name, each in catalogue().items()} | {name: name for name in catalogue()}
    try:
        names = list(pl.read_parquet_schema(file))
        unused = [
            n for n in names if wanted is not None and known.get(n.strip(), known.get(n.strip().lower())) not in wanted
        ]
        frame = pl.read_parquet(file, columns=[n for n in names if n not in unused])
        return frame.with_columns(pl.lit(None).alias(n) for n in unused)
    except (pl.exceptions.PolarsError, OSError):
        raise _damaged(file) from None


def _damaged(file: str) -> BadInput:
    return BadInput(
        "文件已损坏，或内容与扩展名不符，请重新另存。", "The file is damaged or not what its ending says.", where=file
    )


def _with_ids(sheet: Sheet, problems: Problems) -> Sheet:
    """Leave out rows that cannot be named: without id, with the id of an earlier row, with a formula for an id."""
    ids = sheet.cells[ID]
    if ids.dtype != pl.String:
        ids = ids.cast(pl.String)
    cells = sheet.cells.with_columns(ids.str.strip_chars().replace("", None).alias(ID))
    blank = cells[ID].is_null()
    empty = cells.select(pl.all_horizontal(pl.all().is_null() | (pl.all().cast(pl.String) == ""))).to_series()
    formula = cells[ID].str.contains(_FORMULA).fill_null(False)
    double = ~cells[ID].is_first_distinct() & ~blank
    problems.add(sheet.rows.filter(blank & ~empty).to_list(), ID, "没有企业编号，这一行没有判断。", "no id: left out")
    problems.add(sheet.rows.filter(formula).to_list(), ID, "企业编号是公式，这一行没有判断。", "a formula: left out")
    problems.add(
        sheet.rows.filter(double & ~formula).to_list(),
        ID,
        "企业编号与前面重复，这一行没有判断。",
        "id stands before: left out",
    )
    kept = ~(blank | formula | double)
    return Sheet(cells.filter(kept), sheet.rows.filter(kept), sheet.ignored)


def _column(known: Field, cells: pl.Series, rows: pl.Series, problems: Problems) -> Column:
    """Turn the cells of a field into a column of the engine."""
    if known.type in _NUMBERS or known.type == "date":
        return numbers(_floats(known, cells, rows, problems))
    text = _trimmed(cells)
    distinct = text.drop_nulls().unique(maintain_order=True)
    readings = _readings(known, distinct, text, rows, problems)
    places = text.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    if known.type == "boolean":
        table = np.array([*(2 if each is None else int(each is True) for each in readings), 2], dtype=np.uint8)
        held = table[places]
        return flags(held == 1, held == 2)
    dictionary = ["" if each is None else str(each) for each in readings]
    lost = np.array([*(each is None for each in readings), True])[places]
    return words(np.where(lost, -1, places), dictionary)


def _trimmed(cells: pl.Series) -> pl.Series:
    if cells.dtype.is_float():
        cells = pl.Series(cells.name, [_text(each) for each in cells.fill_nan(None).to_list()], dtype=pl.String)
    text = cells if cells.dtype == pl.String else cells.cast(pl.String)
    return text.str.strip_chars().replace("", None)


def _readings(known: Field, distinct: pl.Series, text: pl.Series, rows: pl.Series, problems: Problems) -> list[Any]:
    """What each distinct cell reads as, None where it does not fit; that, and codes of no table, are told."""
    if known.type == "text":
        return distinct.to_list()
    readings: list[Any] = []
    for cell in distinct.to_list():
        try:
            value = read(known, cell)
        except Unreadable as refusal:
            readings.append(None)
            _tell(known, cell, text, rows, problems, refusal)
            continue
        readings.append(value)
        if value is not None and not is_listed(known, value):
            found = rows.filter(text == cell).to_list()
            zh = f"{known.label}“{shown(cell)}”不在代码表中，仍按文字比较。"
            problems.add(found, known.name, zh, f"“{shown(cell)}” is not in the table; compared as text")
    return readings


def _tell(
    known: Field, cell: object, text: pl.Series, rows: pl.Series, problems: Problems, refusal: Unreadable
) -> None:
    found = rows.filter((text == cell).fill_null(False)).to_list()
    problems.add(found, known.name, f"{refusal}按未知处理。", f"{refusal.english}; taken as unknown")


def _floats(known: Field, cells: pl.Series, rows: pl.Series, problems: Problems) -> Any:
    """Numbers, or days as ordinals; NaN unknown. What the fast reading does not take, the careful one is asked."""
    is_day = known.type == "date"
    if cells.dtype.is_numeric() and not is_day:
        found = cells.cast(pl.Float64).fill_nan(None)
        given = found.is_not_null()
    elif is_day and cells.dtype in (pl.Date, pl.Datetime):
        found = cells.cast(pl.Date).to_physical().cast(pl.Float64) + _EPOCH
        given = found.is_not_null()
    else:
        cells = _trimmed(cells)
        given = cells.is_not_null()
        found = (
            cells.str.to_date("%Y-%m-%d", strict=False).to_physical().cast(pl.Float64) + _EPOCH
            if is_day
            else cells.cast(pl.Float64, strict=False)
        )
    fits = found.is_finite() & (found.abs() < _LARGEST)
    if known.type == "integer":
        fits = fits & (found == found.round())
    doubtful = given & ~fits.fill_null(False)
    values = found.fill_null(float("nan")).to_numpy().copy()
    if doubtful.any():
        _careful(known, cells, rows, problems, doubtful, values)
    return values


def _careful(
    known: Field, cells: pl.Series, rows: pl.Series, problems: Problems, doubtful: pl.Series, values: Any
) -> None:
    places = np.flatnonzero(doubtful.to_numpy())
    for cell, group in _grouped(cells.filter(doubtful).to_list(), places).items():
        try:
            value = read(known, cell)
        except Unreadable as refusal:
            value = None
            problems.add(
                [int(rows[place]) for place in group[:20]] + [0] * max(0, len(group) - 20),
                known.name,
                f"{refusal}按未知处理。",
                f"{refusal.english}; taken as unknown",
            )
        values[group] = float("nan") if value is None else value


def _grouped(cells: Sequence[object], places: Any) -> Mapping[object, list[int]]:
    groups: dict[object, list[int]] = {}
    for cell, place in zip(cells, places.tolist(), strict=True):
        groups.setdefault(cell, []).append(place)
    return groups


def _days(columns: dict[str, Column], sheet: Sheet, needed: Collection[str], on: date, problems: Problems) -> None:
    """Read the day of registration, and count the age from it where none is given."""
    if "registered_on" not in sheet.cells.columns:
        return
    fields = catalogue()
    registered = _floats(fields["registered_on"], sheet.cells["registered_on"], sheet.rows, problems)
    columns["registered_on"] = numbers(registered)
    if "age_months" not in needed:
        return
    age = months_until(on, registered)
    if "age_months" in sheet.cells.columns:
        given = _floats(fields["age_months"], sheet.cells["age_months"], sheet.rows, Problems())
        age = np.where(np.isnan(given), age, given)
    columns["age_months"] = numbers(age)

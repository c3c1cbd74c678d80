"""`qifu deadline`: when something that arrived is due, by working days or working minutes."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click

from qifu.engines.calendar import (
    FIRST_DAY,
    LAST_DAY,
    SHANGHAI,
    BeyondCalendar,
    Calendar,
    Due,
    Hours,
    Kind,
    Term,
    due,
    published,
)

from .speak import BadInput, emit, say, spoken

LARGEST = 1_000_000  # working minutes of some nine years; more is a slip of the pen
COLUMNS = ("start", "kind", "n")
WEEKDAYS = "一二三四五六日"
ENCODINGS = ("utf-8-sig", "gb18030")


def shown(text: str) -> str:
    """Quote what was handed in, cut short and without characters that would disturb a terminal."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text[:41])
    return plain if len(plain) < 41 else plain[:40] + "…"


def read_start(text: str) -> datetime:
    """Read an ISO moment; without an offset it is Shanghai time. :raises BadInput: not a moment of 2004 to 2100."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            f"“{shown(text)}”不是时刻。请写成 2026-09-30T16:40:00+08:00 或 2026-09-30T16:40。",
            f"“{shown(text)}” is not a moment. Write 2026-09-30T16:40:00+08:00 or 2026-09-30T16:40.",
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    if not FIRST_DAY.year - 1 <= moment.year <= LAST_DAY.year + 1:
        raise _outside(text)
    local = moment.astimezone(SHANGHAI)
    if not FIRST_DAY <= local.date() <= LAST_DAY:
        raise _outside(text)
    return local


def _outside(text: str) -> BadInput:
    return BadInput(
        f"“{shown(text)}”不在 {FIRST_DAY.year} 年至 {LAST_DAY.year} 年之内，工作日历没有这一天。",
        f"“{shown(text)}” lies outside {FIRST_DAY.year} to {LAST_DAY.year}, the years of the calendar.",
    )


def read_term(kind: str, text: str) -> Term:
    """Read a term of the two kinds that this command computes. :raises BadInput: unknown kind, not a whole number."""
    kinds: dict[str, Kind] = {"workdays": "workdays", "minutes": "minutes"}
    known = kinds.get(kind.strip())
    if known is None:
        raise BadInput(
            f"期限的种类“{shown(kind)}”不认识，只有 workdays（工作日）和 minutes（工作分钟）。",
            f"Unknown kind “{shown(kind)}”: it is workdays or minutes.",
        )
    text = text.strip()
    # Nine digits are enough to say "too large"; longer ones are never converted.
    if not (text.isascii() and text.lstrip("+").isdigit()):
        raise BadInput(
            f"期限“{shown(text)}”须是不小于零的整数。", f"The term “{shown(text)}” is not a whole number of 0 or more."
        )
    digits = text.lstrip("+").lstrip("0") or "0"
    if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise BadInput(
            f"期限 {shown(text)} 太大，最多 {LARGEST}，请核对。",
            f"The term {shown(text)} is too large, at most {LARGEST}.",
        )
    return Term(known, int(digits))


def _due(start: datetime, term: Term, calendar: Calendar, hours: Hours) -> Due:
    try:
        return due(start, term, calendar=calendar, hours=hours)
    except BeyondCalendar:
        raise BadInput(
            f"期限落在 {LAST_DAY.year} 年以后，工作日历没有那么远。",
            f"The term ends after {LAST_DAY.year}, beyond the calendar.",
        ) from None


def _answer(result: Due) -> dict[str, object]:
    assert result.at is not None
    return {
        "due": result.at.isoformat(),
        "calendar_known_until": result.known_until.isoformat(),
        "assumed": result.assumed,
    }


def _line(result: Due) -> str:
    """Write the JSON of one answer; by hand, because a batch has hundreds of thousands of them."""
    assert result.at is not None
    assumed = "true" if result.assumed else "false"
    return f'{{"due": "{result.at.isoformat()}", "calendar_known_until": "{result.known_until}", "assumed": {assumed}}}'


def decode(raw: bytes, where: str) -> str:
    """Read text in UTF-8 (with or without BOM) or GB18030. :raises BadInput: in neither."""
    if b"\x00" not in raw:
        for encoding in ENCODINGS:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise BadInput(
        "不是文本文件。请存成 UTF-8 的 CSV：每行 start,kind,n。",
        "Not a text file. Save it as CSV in UTF-8: start,kind,n on each line.",
        where=where,
    )


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        raise BadInput("没有这个文件。", "No such file.", where=file) from None
    except IsADirectoryError:
        raise BadInput("这是文件夹，不是文件。", "This is a folder, not a file.", where=file) from None
    except OSError as error:
        raise BadInput(f"文件读不了（{error.strerror}）。", f"Cannot read: {error.strerror}.", where=file) from None


Row = tuple[int, list[str]]  # number of the line or row, as people count, and its cells


def _csv_rows(text: str, file: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise BadInput(
            f"第 {reader.line_num} 行不是 CSV（{error}）。",
            f"Line {reader.line_num} is not CSV ({error}).",
            where=file,
        ) from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _xlsx_rows(raw: bytes) -> Iterator[Row]:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(raw), read_only=True, data_only=True).worksheets[0]
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield number, [_cell(value) for value in values]


def _parquet_rows(raw: bytes) -> Iterator[Row]:
    import polars

    frame = polars.read_parquet(io.BytesIO(raw))
    yield 0, list(frame.columns)
    for number, values in enumerate(frame.iter_rows(), start=1):
        yield number, [_cell(value) for value in values]


def _table(file: str) -> Iterator[Row]:
    """Read the rows of a file by its ending: a workbook's first sheet, Parquet, else CSV."""
    raw = _read(file)
    reader = {".xlsx": _xlsx_rows, ".parquet": _parquet_rows}.get(Path(file).suffix.lower())
    if reader is None:
        yield from _csv_rows(decode(raw, file), file)
        return
    try:
        yield from reader(raw)
    except Exception:  # whatever a broken file makes its library raise
        raise BadInput(
            "文件已损坏，或内容与扩展名不符，请重新另存。",
            "The file is damaged or not what its ending says.",
            where=file,
        ) from None


def _rows(file: str) -> Iterator[tuple[int, str, str, str]]:
    """Give number, start, kind and n of each line; a heading line is optional and may order the columns."""
    order: tuple[int, ...] = (0, 1, 2)
    first = True
    for number, cells in _table(file):
        if not any(cell.strip() for cell in cells):
            continue
        names = [cell.strip().lower() for cell in cells] if first else []
        if set(names) >= set(COLUMNS):
            order = tuple(names.index(name) for name in COLUMNS)
        elif len(cells) <= max(order) or (order == (0, 1, 2) and any(c.strip() for c in cells[3:])):
            raise BadInput(
                f"第 {number} 行应有三列 start,kind,n，实有 {len(cells)} 列。",
                f"Line {number} must have the three columns start,kind,n; it has {len(cells)}.",
                where=file,
            )
        else:
            yield number, cells[order[0]], cells[order[1]], cells[order[2]]
        first = False


def _batch(file: str, calendar: Calendar, hours: Hours) -> None:
    """Answer every line, or none: the first line that cannot be used refuses the file before anything is printed."""
    answers: list[str] = []
    assumed = 0
    for number, start, kind, n in _rows(file):
        try:
            result = _due(read_start(start), read_term(kind, n), calendar, hours)
        except BadInput as refusal:
            raise BadInput(f"第 {number} 行：{refusal.zh}", f"line {number}: {refusal.en}", where=file) from None
        assumed += result.assumed
        answers.append(_line(result))
    if answers:
        sys.stdout.write("\n".join(answers) + "\n")
    else:
        say("文件里没有可推算的行。", "The file has no line to answer.")
    if assumed:
        say(
            f"共 {len(answers)} 行，其中 {assumed} 行晚于已公布的日历（至 {calendar.known_until}），为暂定。",
            f"{assumed} of {len(answers)} lines lie past the published calendar ({calendar.known_until}): assumed.",
        )


def _one(start: str, term: Term, calendar: Calendar, hours: Hours, as_json: bool) -> None:
    result = _due(read_start(start), term, calendar, hours)
    assert result.at is not None
    if as_json:
        emit(_answer(result))
    else:
        weekday = WEEKDAYS[result.at.weekday()]
        click.echo(
            spoken(f"{result.at:%Y-%m-%d %H:%M:%S}（星期{weekday}）到期", f"due {result.at:%a %Y-%m-%d %H:%M:%S}")
        )
    if result.assumed:
        say(
            f"暂定：放假安排只公布到 {result.known_until}，其后按周一至周五并扣除固定日期的节日推算。",
            f"Assumed: the calendar is published until {result.known_until} only.",
        )


def _hours(text: str | None) -> Hours:
    try:
        return Hours.parse(text) if text else Hours()
    except ValueError:
        raise BadInput(
            f"服务时间“{shown(text or '')}”不能用，写法是 09:00-12:00,14:00-17:30，由早到晚，互不重叠。",
            f"Service hours “{shown(text or '')}” cannot be used; write 09:00-12:00,14:00-17:30.",
            where="--hours",
        ) from None


def _calendar(text: str | None) -> Calendar:
    try:
        return published(date.fromisoformat(text) if text else None)
    except ValueError:
        raise BadInput(
            f"“{shown(text or '')}”不是日期，写法是 2026-09-30。",
            f"“{shown(text or '')}” is not a date.",
            where="--as-of",
        ) from None


def _term(workdays: str | None, minutes: str | None) -> Term:
    if (workdays is None) == (minutes is None):
        raise BadInput("请用 --workdays 或 --minutes 给出期限，两者取一。", "Give either --workdays or --minutes.")
    return read_term("workdays", workdays) if workdays is not None else read_term("minutes", minutes or "")


@click.command(
    name="deadline",
    help="推算到期时刻。按国务院办公厅的放假安排（含调休上班日）和服务时间计算，时区为北京时间。",
)
@click.option("--start", help="起点，如 2026-09-30T16:40:00+08:00；不写时区按北京时间")
@click.option("--workdays", help="工作日数：收到当日不计，到第 N 个工作日下班时")
@click.option("--minutes", help="工作分钟数：非服务时间收到的，从下一次上班起算")
@click.option(
    "--batch",
    "file",
    help="CSV（或 .xlsx、.parquet）文件，每行 start,kind,n，kind 为 workdays 或 minutes；- 为标准输入",
)
@click.option("--hours", "hours_text", help="服务时间，默认 09:00-12:00,14:00-17:30")
@click.option("--as-of", "as_of", help="按这一天已公布的放假安排推算")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def command(
    start: str | None,
    workdays: str | None,
    minutes: str | None,
    file: str | None,
    hours_text: str | None,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Answer one question, or every line of a file."""
    hours, calendar = _hours(hours_text), _calendar(as_of)
    if file is not None:
        if start is not None or workdays is not None or minutes is not None:
            raise BadInput(
                "--batch 不与 --start、--workdays、--minutes 同用。",
                "--batch stands without --start, --workdays and --minutes.",
            )
        return _batch(file, calendar, hours)
    if start is None:
        raise BadInput("请用 --start 给出起点，或用 --batch 给出文件。", "Give --start, or a file by --batch.")
    return _one(start, _term(workdays, minutes), calendar, hours, as_json)

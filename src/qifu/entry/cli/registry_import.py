"""`qifu registry import FILE`: read a list of enterprises into the registry, or try it without writing."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.entry.cli.speak import CLEAN, FOUND_WRONG, BadInput, emit, say, with_database
from qifu.kernel.errors import Invalid, Refusal

if TYPE_CHECKING:
    from qifu.domain.registry.loads import Load
    from qifu.entry.intake.tables import Table


@click.group("registry", help="企业名录：导入名单")
def command() -> None: ...


@command.command("import", help="导入企业名单（CSV、XLSX）；中断后用同一文件再次运行会接着做")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", default="", help="是谁的名单（如 market、tax、social）：逐行留存，与上次对比，可以撤销")
@click.option("--as-of", "as_of", default="", help="数据截止日，如 2026-09-30；默认今天")
@click.option("--complete", is_flag=True, help="这是该来源的完整名单：不在上面的，视为不再出现")
@click.option("--dry-run", is_flag=True, help="只试算，不写入")
@click.option("--rejects", type=click.Path(path_type=Path), help="把未采用的行和原因写到这个 CSV 文件")
@click.option("--json", "as_json", is_flag=True)
def import_list(
    file: Path, source: str, as_of: str, complete: bool, dry_run: bool, rejects: Path | None, as_json: bool
) -> int:
    with_database()
    if not file.is_file():
        raise BadInput(f"没有这个文件：{file}", f"no such file: {file}", where=str(file))
    try:
        load, table = _begun(file, dry_run, _Whose(source, _day(as_of), complete))
        load = _worked(load, table)
    except Refusal as refusal:
        raise BadInput(refusal.message, where=str(file)) from None
    if rejects is not None:
        with rejects.open("w", encoding="utf-8-sig", newline="") as out:
            write_rejects(out, load)
    if as_json:
        emit(_told(load))
    what = "试算" if dry_run else "导入"
    say(
        f"{what}完成：{load.done} 行，新增 {load.created}，变更 {load.changed}，无变化 {load.unchanged}，"
        f"未采用 {load.rejected}，部分单元格未采用 {load.noted}。",
        f"{load.done} rows: {load.created} created, {load.changed} changed, {load.unchanged} unchanged, "
        f"{load.rejected} rejected, {load.noted} with a cell left out.",
    )
    return FOUND_WRONG if load.rejected or load.noted else CLEAN


def write_rejects(out: object, load: Load) -> None:
    """Write the rows refused with the reason of each; nothing in it can run as a formula."""
    from qifu.domain.registry import loads
    from qifu.entry.intake.tables import safe_cell
    from qifu.kernel.actor import SYSTEM

    writer = csv.writer(out)  # type: ignore[arg-type]
    writer.writerow(["行号", "处理", "原因", *map(safe_cell, load.headings)])
    for reject in loads.rejects(SYSTEM, load.pk):
        fate = "已采用，个别单元格除外" if reject.is_note else "未采用"
        writer.writerow([reject.row, fate, reject.reason, *map(safe_cell, reject.raw)])


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose list it is, of which day, and whether it is complete."""

    source: str
    as_of: date | None
    is_complete: bool


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"数据截止日写成 2026-09-30 的样子，不能是“{text}”。", f"not a day: {text}") from None


def _begun(file: Path, dry_run: bool, whose: _Whose) -> tuple[Load, Table]:
    """Open the list; a load of the same file that was broken off is taken up again."""
    from qifu.domain.registry import actions, columns, loads
    from qifu.entry.intake.tables import open_table
    from qifu.kernel.actor import SYSTEM

    table = open_table(file, known=columns.is_known)
    digest = _digest(file)
    load = None if dry_run else loads.unfinished(SYSTEM, digest, whose.source)
    if load is None:
        load = actions.open_load(
            actor=SYSTEM,
            now=_now(),
            name=file.name,
            digest=digest,
            headings=table.headings,
            source=whose.source,
            as_of=whose.as_of,
            is_complete=whose.is_complete,
        )
    else:
        say(f"接着上次的第 {load.last_row} 行继续。", f"going on after row {load.last_row}.")
    if dry_run:
        return actions.begin_check(actor=SYSTEM, now=_now(), load=load.pk, mapping=load.mapping), table
    return actions.begin_run(actor=SYSTEM, now=_now(), load=load.pk), table


def _worked(load: Load, table: Table) -> Load:
    from qifu.domain.registry import actions
    from qifu.kernel.actor import SYSTEM

    try:
        return actions.carry_on(actor=SYSTEM, clock=_now, load=load.pk, rows=_watched(table))
    except Invalid as refusal:
        actions.fail(actor=SYSTEM, now=_now(), load=load.pk, problem=refusal.message)
        raise


def _watched(table: Table) -> Iterator[tuple[int, list[str]]]:
    """The rows, telling a person at a terminal how far they are."""
    told = sys.stderr.isatty()
    for count, row in enumerate(table.rows(), 1):
        yield row
        if told and count % 10_000 == 0:
            say(f"已读 {count} 行…", f"{count} rows read…")


def _told(load: Load) -> dict[str, object]:
    return {
        "load": load.pk,
        "state": load.state,
        "dry_run": load.is_dry,
        "rows": load.done,
        "created": load.created,
        "changed": load.changed,
        "unchanged": load.unchanged,
        "rejected": load.rejected,
        "noted": load.noted,
        **_of_source(load),
        "columns": {name: load.headings[place] for name, place in load.mapping.items()},
    }


def _of_source(load: Load) -> dict[str, object]:
    """What is new, changed and gone against what the source said before."""
    if load.source is None:
        return {}
    return {
        "source": load.source.code,
        "as_of": load.as_of.isoformat() if load.as_of else None,
        "rows_new": load.rows_new,
        "rows_changed": load.rows_changed,
        "rows_same": load.rows_same,
        "rows_gone": load.rows_gone,
        "linked": load.linked,
        "doubtful": load.doubtful,
    }


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)

"""`qifu policies`: the field catalogue, who fits which policy, why, and whether a file of policies can be used."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.engines.eligibility import (
    Explanation,
    Library,
    Line,
    Nearest,
    Policy,
    Reading,
    Unreadable,
    catalogue,
    compile_policies,
    is_listed,
    nearest,
    read,
    shown,
    sql,
    with_age,
)

from . import policy_files
from .speak import CLEAN, FOUND_WRONG, UNUSABLE, BadInput, emit, say

if TYPE_CHECKING:
    from .policy_results import Count
    from .policy_tables import Problems

RESULTS = {"eligible": "符合", "unknown": "暂不确定", "ineligible": "不符合"}
ANSWERS = {"yes": "是", "unknown": "？", "no": "否"}


@click.group("policies", help="惠企政策：字段目录、匹配、解释、检查")
def command() -> None: ...


@command.command("adopt", help="引入起步政策库并匹配全部企业；--sample 另加示例政策")
@click.option("--sample", default=0, type=click.IntRange(0, 20_000), help="用示例政策补足到这么多项")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def adopt(sample: int, as_json: bool) -> int:
    from . import policy_library

    return policy_library.adopt(sample, as_json)


def read_day(text: str, option: str = "--on") -> date:
    """Read a day. :raises BadInput: it is none."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadInput(
        f"“{shown(text)}”不是日期，写法是 2026-09-30。", f"“{shown(text)}” is not a date (2026-09-30).", where=option
    )


@command.command("fields", help="列出条件可用的字段：名称、类型、单位、含义")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def fields(as_json: bool) -> int:
    if as_json:
        emit([each.as_json() for each in catalogue().values()])
        return CLEAN
    for each in catalogue().values():
        unit = f"（{each.unit}）" if each.unit else ""
        click.echo(f"{each.name:<22}{each.type:<9}{each.label}{unit}：{each.definition}")
        if each.members:
            click.echo(" " * 31 + "、".join(f"{code} {label}" for code, label in each.members.items()))
    return CLEAN


@command.command("match", help="逐户逐项判断谁符合，谁因缺什么而不确定")
@click.option("--enterprises", required=True, help="企业表：.csv、.xlsx 或 .parquet，列名见 qifu policies fields")
@click.option("--policies", "policies_file", required=True, help="政策文件：JSON")
@click.option("--on", "on_text", required=True, help="判断日，如 2026-09-30")
@click.option("--out", help="结果文件：.csv 或 .parquet，只列符合和不确定的")
@click.option("--summary", is_flag=True, help="给出每项政策的户数；可以不写 --out")
@click.option("--json", "as_json", is_flag=True, help="户数以 JSON 输出")
def match(enterprises: str, policies_file: str, on_text: str, out: str | None, summary: bool, as_json: bool) -> int:
    begun = time.perf_counter()
    from . import policy_results, policy_tables

    if out is None and not summary:
        raise BadInput("请用 --out 给出结果文件，或用 --summary 只看户数。", "Give --out, or --summary.")
    if out is not None:
        policy_results.writer(out)
        _spare((enterprises, policies_file), out)
    on, library = read_day(on_text), compile_policies(policy_files.policies(policies_file))
    held = policy_tables.load(enterprises, on, library.fields)
    count = policy_results.Count.of(library)
    if out is not None:
        policy_results.write(out, policy_results.matched(library, held.table, held.ids, on, count))
    else:
        policy_results.count_only(library, held.table, on, count)
    seconds = time.perf_counter() - begun
    if as_json:
        lines = list(_counts(library, held.table.rows, count))
        emit({"policies": lines, "enterprises": held.table.rows, "seconds": round(seconds, 3)})
    elif summary:
        _print_counts(library, held.table.rows, count)
    if not as_json:
        say(
            f"{held.table.rows} 户、{len(library.policies)} 项政策：符合 {sum(count.eligible)}，"
            f"暂不确定 {sum(count.unknown)}，用时 {seconds:.1f} 秒。",
            f"{held.table.rows} enterprises, {len(library.policies)} policies: {sum(count.eligible)} eligible, "
            f"{sum(count.unknown)} unknown, {seconds:.1f} s.",
        )
    return _tell_problems(held.problems, held.ignored, enterprises)


def _spare(given: tuple[str, ...], out: str) -> None:
    """What was handed in is never written over. :raises BadInput: the result would be."""
    place = Path(out)
    if place.exists() and any(Path(each).exists() and place.samefile(each) for each in given):
        raise BadInput(
            "结果文件就是输入的文件，写下去会覆盖它，请换一个名字。",
            "The result would overwrite what was handed in; choose another name.",
            where="--out",
        )


def _counts(library: Library, rows: int, count: Count) -> Iterator[dict[str, object]]:
    for policy, yes, unknown in zip(library.policies, count.eligible, count.unknown, strict=True):
        yield {"id": policy.id, "eligible": yes, "unknown": unknown, "ineligible": rows - yes - unknown}


def _print_counts(library: Library, rows: int, count: Count) -> None:
    for policy, line in zip(library.policies, _counts(library, rows, count), strict=True):
        told = "  ".join(f"{word} {line[name]}" for name, word in RESULTS.items())
        click.echo(f"{policy.id}  {told}  {policy.title}")


def _tell_problems(problems: Problems, ignored: tuple[str, ...], file: str) -> int:
    if ignored:
        names, more = "、".join(shown(each) for each in ignored[:8]), " …" if len(ignored) > 8 else ""
        say(f"{file}：目录中没有的列没有使用：{names}{more}", f"{file}: columns not in the catalogue: {names}{more}")
    for each in problems.listed:
        say(
            f"{file}：第 {each.row} 行 {each.column} 列：{each.zh}",
            f"{file}: row {each.row}, column {each.column}: {each.en}",
        )
    if problems.count > len(problems.listed):
        say(f"……共 {problems.count} 处。", f"… {problems.count} in all.")
    return FOUND_WRONG if problems.count else CLEAN


@command.command("explain", help="说明一户企业为什么符合、不符合或不确定，还差什么")
@click.option("--enterprises", required=True, help="企业表")
@click.option("--policies", "policies_file", required=True, help="政策文件：JSON")
@click.option("--enterprise", required=True, help="企业编号")
@click.option("--policy", "policy_id", required=True, help="政策编号")
@click.option("--on", "on_text", required=True, help="判断日，如 2026-09-30")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def explain(enterprises: str, policies_file: str, enterprise: str, policy_id: str, on_text: str, as_json: bool) -> int:
    on = read_day(on_text)
    policy = _chosen(policy_files.policies(policies_file), policy_id, policies_file)
    record, row = _record(enterprises, enterprise)
    library = compile_policies([policy])
    held, code = _facts(record, library.fields, on, f"{enterprises}：第 {row} 行")
    reading = Reading(library, held, on)
    told = reading.explain(0)
    changes = nearest(library, 0, held) if policy.is_in_force(on) else []
    if as_json:
        emit(_as_json(told, changes))
    else:
        _print(policy, told, changes)
    return code


def _chosen(policies: tuple[Policy, ...], wanted: str, file: str) -> Policy:
    for policy in policies:
        if policy.id == wanted:
            return policy
    raise BadInput(f"没有编号为“{shown(wanted)}”的政策。", f"No policy “{shown(wanted)}”.", where=file)


def _record(file: str, wanted: str) -> tuple[Mapping[str, object], int]:
    """The cells of one enterprise, and the row they stand in."""
    import polars as pl

    from . import policy_tables

    sheet = policy_tables.open_sheet(file)
    ids = sheet.cells[policy_tables.ID].cast(pl.String).str.strip_chars()
    places = (ids == wanted.strip()).fill_null(False).arg_true()
    if not len(places):
        raise BadInput(f"没有编号为“{shown(wanted)}”的企业。", f"No enterprise “{shown(wanted)}”.", where=file)
    if len(places) > 1:
        say(
            f"{file}：编号“{shown(wanted)}”有 {len(places)} 行，用第一行。",
            f"{file}: “{shown(wanted)}” stands in {len(places)} rows; the first is used.",
        )
    return sheet.cells.row(places[0], named=True), int(sheet.rows[places[0]])


def _facts(
    record: Mapping[str, object], asked: frozenset[str], on: date, where: str
) -> tuple[dict[str, float | str | bool | None], int]:
    """Read what the policy asks; a cell that does not fit is told, and unknown."""
    held: dict[str, float | str | bool | None] = {}
    code = CLEAN
    wanted = asked | ({"registered_on"} if "age_months" in asked else set())
    for name, field in catalogue().items():
        if name not in wanted:
            continue
        try:
            held[name] = read(field, record.get(name))
        except Unreadable as refusal:
            held[name], code = None, FOUND_WRONG
            say(
                f"{where} {name} 列：{refusal}按未知处理。",
                f"{where} column {name}: {refusal.english}; taken as unknown",
            )
            continue
        value = held[name]
        if value is not None and not is_listed(field, value):
            code = FOUND_WRONG
            say(
                f"{where} {name} 列：{field.label}“{shown(value)}”不在代码表中，仍按文字比较。",
                f"{where} column {name}: “{shown(value)}” is not in the table; compared as text",
            )
    return with_age(held, on), code


def _as_json(told: Explanation, changes: list[Nearest]) -> dict[str, object]:
    known = catalogue()
    return {
        "result": told.result,
        "tree": [
            {"path": line.path, "text": line.text, "value": line.value, "result": line.result, "depth": line.depth}
            for line in told.tree
        ],
        "missing": list(told.missing),
        "nearest": [each.as_json() for each in changes],
        "suppliers": {name: known[name].supplier for name in told.missing},
    }


def _spoken(line: Line) -> object:
    """The value that a clause saw, as people say it."""
    if isinstance(line.value, bool):
        return "是" if line.value else "否"
    if len(line.fields) == 1 and isinstance(line.value, str):
        return catalogue()[line.fields[0]].members.get(line.value, line.value)
    return line.value


def _print(policy: Policy, told: Explanation, changes: list[Nearest]) -> None:
    known = catalogue()
    click.echo(f"{policy.title}：{RESULTS[told.result]}")
    for line in told.tree:
        seen = "" if line.value is None else f"（现为 {_spoken(line)}）"
        click.echo(f"{'  ' * (line.depth + 1)}[{ANSWERS[line.result]}] {line.text}{seen}")
    for name in told.missing:
        click.echo(f"还缺：{known[name].label}（可由企业填写，或由{known[name].supplier}提供）")
    for change in changes:
        click.echo(f"差一点就符合：{'；'.join(move.text for move in change.moves)}")


@command.command("sql", help="把条件写成 SQL（DuckDB、PostgreSQL 通用），供数据量超出单机时使用")
@click.option("--policies", "policies_file", required=True, help="政策文件：JSON")
@click.option("--on", "on_text", required=True, help="判断日，如 2026-09-30")
@click.option("--table", default="enterprises", show_default=True, help="企业表的表名，列名同字段目录")
def as_sql(policies_file: str, on_text: str, table: str) -> int:
    library = compile_policies(policy_files.policies(policies_file))
    try:
        for statement in sql.statements(library, read_day(on_text), table=table):
            click.echo(f"{statement};")
    except ValueError:
        raise BadInput(
            f"“{shown(table)}”不是简单的表名。", f"“{shown(table)}” is no plain name.", where="--table"
        ) from None
    return CLEAN


@command.command("check", help="检查政策文件能否使用，条件有没有可疑之处")
@click.option("--policies", "policies_file", required=True, help="政策文件：JSON")
@click.option("--on", "on_text", help="另外指出这一天已失效的政策")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def check(policies_file: str, on_text: str | None, as_json: bool) -> int:
    from .policy_doubts import doubts

    on = read_day(on_text) if on_text else None
    kept, refused = policy_files.each_policy(policies_file)
    found = [each for policy in kept for each in doubts(policy, on)]
    if as_json:
        errors = [{"policy": each.policy, "path": each.path, "message": each.zh} for each in refused]
        warnings = [{"policy": each.policy, "path": each.path, "message": each.zh} for each in found]
        emit({"policies": len(kept), "errors": errors, "warnings": warnings})
    for each in refused:
        say(f"{policies_file}：{each}", f"{policies_file}: {each.english}")
    for doubt in found:
        say(
            f"{policies_file}：政策 {doubt.policy} 的 {doubt.path}：{doubt.zh}",
            f"{policies_file}: policy {doubt.policy}, {doubt.path}: {doubt.en}",
        )
    if not as_json:
        say(
            f"可用 {len(kept)} 项，不能用 {len(refused)} 项，可疑 {len(found)} 处。",
            f"{len(kept)} can be used, {len(refused)} cannot, {len(found)} doubts.",
        )
    return UNUSABLE if refused else FOUND_WRONG if found else CLEAN

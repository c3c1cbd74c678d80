"""`qifu fiscal`: read, audit and write published budgets and final accounts."""

from __future__ import annotations

import json
from pathlib import Path

import click

from qifu.engines.statements import (
    BadModel,
    Finding,
    Model,
    NotADisclosure,
    audit,
    from_json,
    read,
    report_json,
    to_json,
    why_not_compared,
)
from qifu.engines.statements.spots import spoken_place
from qifu.engines.statements.writing.explain import Facts, worded
from qifu.engines.statements.writing.plan import Plan, planned
from qifu.entry.intake.fiscal import Unusable, open_paper
from qifu.output.papers.fiscal import FORMATS, render
from qifu.output.papers.fiscal.opendata import write_package

from .speak import CLEAN, FOUND_WRONG, BadInput, emit, language, say, spoken

FILE = click.argument("file", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON")


def read_file(file: Path) -> Model:
    """Read a disclosure of any format.

    :raises BadInput: it cannot be opened, or is no disclosure.
    """
    try:
        return read(open_paper(file))
    except Unusable as problem:
        raise BadInput(problem.zh, problem.en, where=str(file)) from None
    except NotADisclosure:
        raise BadInput(
            "没有认出部门预算或决算的报表和说明，请核对是否选错了文件。",
            "No statements or explanations of a budget or final accounts were recognised.",
            where=str(file),
        ) from None


@click.group(name="fiscal", help="部门预决算公开文件：读成数据、审核、由数据写成文件。")
def command() -> None:
    """Hold the commands of this family."""


@command.command(name="read", help="把公开文件（.docx .pdf .xlsx .html .txt）读成数据。")
@FILE
@AS_JSON
def read_command(file: Path, as_json: bool) -> int:
    """Print the model, or a summary of it."""
    model = read_file(file)
    if as_json:
        emit(to_json(model))
    else:
        _summarise(model)
    _tell_doubts(model)
    return FOUND_WRONG if model.unreadable else CLEAN


def _summarise(model: Model) -> None:
    document = model.document
    kinds = {"final_accounts": spoken("决算", "final accounts"), "budget": spoken("预算", "budget")}
    click.echo(f"{document.year or '—'} {document.unit} {kinds.get(document.kind, '—')}")
    for name, table in model.tables.items():
        size = len(table.rows) + len(table.income) + len(table.expenditure)
        click.echo(spoken(f"{name}  {table.title}  {size} 行", f"{name}  {table.title}  {size} rows"))
    for form in model.forms:
        count = len(form.indicators)
        click.echo(
            spoken(
                f"绩效表  {form.title} {form.name}  {count} 个指标",
                f"form  {form.title} {form.name}  {count} indicators",
            )
        )
    click.echo(spoken(f"说明中的数字 {len(model.claims)} 个", f"{len(model.claims)} claims"))


def _tell_doubts(model: Model) -> None:
    if model.repairs:
        say(
            f"修复了 {len(model.repairs)} 处识读损坏，请核对。",
            f"{len(model.repairs)} places were repaired; please check.",
        )
    for place in model.unreadable[:20]:
        say(
            f"第 {place.line} 行 {spoken_place(place.where)}：{place.why}。",
            f"line {place.line} {place.where}: not readable.",
        )


@command.command(
    name="audit", help="审核公开文件：表内、表间、文字与报表、绩效表、必备内容、用词。有错误时退出码为 1。"
)
@FILE
@click.option("--against", type=click.Path(path_type=Path), help="同一单位的另一份文件（上年决算、本年预算），一并对照")
@AS_JSON
def audit_command(file: Path, against: Path | None, as_json: bool) -> int:
    """Print what is wrong, the gravest first."""
    model = read_file(file)
    other = read_file(against) if against is not None else None
    if other is not None and (why := why_not_compared(model, other)):
        say(
            f"没有用来对照：{why}。",
            "The other document is not last year's accounts or this year's budget of the same unit: not compared.",
        )
    report = audit(model, other)
    if as_json:
        emit(report_json(report))
    else:
        if report.findings and language.get() == "en":
            say("", "Findings are worded in Chinese: they quote the document and go back to its authors.")
        for finding in report.findings:
            _show(finding)
        click.echo(
            spoken(
                f"错误 {report.count('error')} 项，疑点 {report.count('warning')} 项，提示 {report.count('info')} 项；"
                f"核对关系 {report.checked} 条。",
                f"{report.count('error')} errors, {report.count('warning')} warnings, {report.count('info')} remarks; "
                f"{report.checked} relations checked.",
            )
        )
    _tell_doubts(model)
    return FOUND_WRONG if report.count("error") else CLEAN


_GRAVITY = {"error": ("错误", "error"), "warning": ("疑点", "warning"), "info": ("提示", "remark")}


def _show(finding: Finding) -> None:
    lines = ", ".join(str(line) for line in finding.lines[:6])
    place = spoken(f"（第 {lines.replace(', ', '、')} 行）", f" (line {lines})") if lines else ""
    click.echo(f"[{spoken(*_GRAVITY[finding.severity])}] {finding.rule} {finding.message}{place}")
    if finding.severity != "info":
        click.echo(
            spoken(f"        {finding.fix}　依据：{finding.source}", f"        {finding.fix} Source: {finding.source}")
        )
    if (more := len(finding.related)) > 0:
        click.echo(spoken(f"        同一原因还牵涉 {more} 处。", f"        The same cause touches {more} more."))


@command.command(
    name="render",
    help="由数据写成公开文件。默认照数据写出，有错误时提示并以 1 退出；--publish 有错误即不写，除非加 --force。",
)
@click.argument("model_file", metavar="MODEL.json", type=click.Path(path_type=Path))
@click.option(
    "--to", "form", required=True, type=click.Choice([*FORMATS, "package"]), help="格式；package 为开放数据包（zip）"
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="写到哪个文件")
@click.option("--explain", is_flag=True, help="数据里没有文字说明时，按报表自动写说明，待填处留 ××")
@click.option("--publish", is_flag=True, help="供公开用：有错误就不写")
@click.option("--force", is_flag=True, help="与 --publish 同用：有错误也写")
def render_command(model_file: Path, form: str, out: Path, explain: bool, publish: bool, force: bool) -> int:
    """Write a document, or refuse one that contradicts itself."""
    model = _read_model(model_file)
    if explain and not model.text:
        model = planned(model, Plan()) if model.document.kind == "budget" else worded(model, Facts())
    errors = audit(model).count("error")
    if errors and publish and not force:
        say(
            f"有 {errors} 项错误，没有写出。用 qifu fiscal audit 查看并改正；确需写出请加 --force。",
            f"{errors} errors: not written. Correct them or add --force.",
        )
        return FOUND_WRONG
    raw = write_package(model) if form == "package" else render(model, form)
    try:
        out.write_bytes(raw)
    except OSError as error:
        raise BadInput(f"写不了（{error.strerror}）。", f"Cannot write: {error.strerror}.", where=str(out)) from None
    if errors:
        say(f"已写出，但内容有 {errors} 项错误，公开前请改正。", f"Written, but it holds {errors} errors.")
    return FOUND_WRONG if errors else CLEAN


def _read_model(file: Path) -> Model:
    """Read a model from JSON.

    :raises BadInput: it is not JSON, or not a model.
    """
    try:
        value = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadInput("没有这个文件。", "No such file.", where=str(file)) from None
    except (OSError, UnicodeDecodeError, ValueError, RecursionError):
        raise BadInput("不是 UTF-8 的 JSON 文件。", "Not a JSON file in UTF-8.", where=str(file)) from None
    try:
        return from_json(value)
    except BadModel as problem:
        raise BadInput(f"数据不合格式：{problem}。", f"Not a model: {problem}.", where=str(file)) from None

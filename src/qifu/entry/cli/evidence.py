"""`qifu evidence`: verify the whole chain, seal it, carry its head outside."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.entry.cli.speak import CLEAN, FOUND_WRONG, BadInput, emit, say, with_database

if TYPE_CHECKING:
    from qifu.kernel.evidence.verify import Anchor


@click.group("evidence", help="证据链：核验、封存、库外存证")
def command() -> None: ...


@command.command("verify", help="逐条核验整条证据链，指出第一处断裂")
@click.option("--anchors", type=click.Path(path_type=Path), help="库外存证文件夹；默认读取本机存证")
@click.option("--json", "as_json", is_flag=True)
def verify(anchors: Path | None, as_json: bool) -> int:
    with_database()
    from django.conf import settings

    from qifu.kernel.evidence.verify import verify as walk

    folder = anchors or Path(settings.HOME) / "anchors"
    if anchors is not None and not anchors.is_dir():
        raise BadInput(f"没有这个文件夹：{anchors}", f"no such folder: {anchors}")
    report = walk(kept_anchors(folder))
    if as_json:
        emit(report.as_json())
    if report.is_whole:
        say(
            f"证据链完整：{report.records} 条记录，{report.streams} 条链，{report.seals} 次封存，"
            f"{report.unsealed} 条未封存，{report.erased} 条内容已依规清除，{report.anchors} 处库外存证相符。",
            f"whole: {report.records} records in {report.streams} chains, {report.seals} seals, {report.anchors} anchors agree.",
        )
        return CLEAN
    say(f"证据链断裂：{report.broken}", f"broken: {report.broken}")
    return FOUND_WRONG


@command.command("seal", help="把尚未封存的记录封存，并写一份库外存证")
@click.option("--json", "as_json", is_flag=True)
def seal(as_json: bool) -> int:
    with_database()
    from qifu.entry.clock.seals import seal_and_anchor

    made = seal_and_anchor(datetime.now(UTC))
    if as_json:
        emit({"sealed": made})
    say(f"已封存 {made} 条记录。" if made else "没有需要封存的记录。", f"sealed {made} records.")
    return CLEAN


def kept_anchors(folder: Path) -> list[Anchor]:
    """The anchors of a folder.

    :raises BadInput: one cannot be read.
    """
    from qifu.kernel.evidence.verify import Anchor

    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            found.append(Anchor(int(value["number"]), str(value["hash"])))
        except (ValueError, KeyError, TypeError):
            raise BadInput(f"库外存证无法读取：{path.name}", f"unreadable anchor: {path.name}") from None
    return found

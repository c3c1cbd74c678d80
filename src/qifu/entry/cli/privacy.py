"""`qifu privacy erase NUMBER`: erase what is personal in a closed case, for good."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from qifu.entry.cli.speak import CLEAN, say, with_database


@click.group("privacy", help="个人信息：清除一件已办结事项的")
def command() -> None: ...


@command.command("erase", help="清除一件已办结事项的个人信息，不能恢复；证据链和统计不受影响")
@click.argument("number")
@click.option("--reason", required=True, help="理由，会永久记录；请不要写姓名和电话")
@click.option("--at-request", is_flag=True, help="当事人要求：办结不满三十天也清除")
@click.option("--yes", is_flag=True, help="不再询问")
def erase(number: str, reason: str, at_request: bool, yes: bool) -> int:
    with_database()
    from qifu.entry.clock.retention import erase as erase_one
    from qifu.kernel.actor import SYSTEM

    if not yes:
        click.confirm(f"将永久清除 {number} 的标题、内容、联系人、电话和附件，不能恢复。继续吗", abort=True, err=True)
    erase_one(actor=SYSTEM, now=datetime.now(UTC), number=number, reason=reason, at_request=at_request)
    say(f"{number} 的个人信息已清除，证据链保持完整。", f"erased what is personal in {number}; the chain is whole.")
    return CLEAN

"""`qifu check`: what a real deployment still lacks, each with what to do about it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from qifu.entry.cli.speak import CLEAN, FOUND_WRONG, emit, say, with_django


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: how bad, what, and what to do."""

    severity: str  # error: not fit for use · warning: works, but not as it should
    what: str
    remedy: str


@click.command("check", help="检查正式部署还缺什么")
@click.option("--json", "as_json", is_flag=True)
def command(as_json: bool) -> int:
    with_django()
    database = list(_database())
    found = [*_secrets(), *database, *_web(), *_messages(), *_disk()]
    if all(lack.severity != "error" for lack in database):  # the calendar stands in the database
        found += [*_people(), *_calendar(datetime.now(UTC).date())]
    if as_json:
        emit({"ok": not found, "lacks": [asdict(lack) for lack in found]})
    for lack in found:
        say(f"[{'错误' if lack.severity == 'error' else '提醒'}] {lack.what}\n       {lack.remedy}")
    if not found:
        say("没有发现欠缺，可以正式使用。", "nothing is lacking.")
        return CLEAN
    return FOUND_WRONG


def _secrets() -> Iterator[Lack]:
    from django.conf import settings

    if not os.environ.get("QIFU_SECRET"):
        yield Lack(
            "warning", "签名密钥取自数据文件夹。", "设置环境变量 QIFU_SECRET（32 字节以上的随机字符），与数据分开保管。"
        )
    if not os.environ.get("QIFU_KEYS"):
        yield Lack(
            "warning",
            "个人信息的加密密钥与数据放在一起。",
            "设置环境变量 QIFU_KEYS（编号:base64），单独备份；丢失后无法解密。",
        )
    if settings.DEMO:
        yield Lack("error", "现在是演示方式，短信验证码在网页上可见。", "去掉环境变量 QIFU_DEMO。")
    if settings.DEBUG:
        yield Lack("error", "调试方式会向外显示程序内部。", "去掉环境变量 QIFU_DEBUG。")


def _database() -> Iterator[Lack]:
    from django.core.management import call_command
    from django.core.management.base import CommandError
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as problem:
        yield Lack("error", f"数据库连不上：{str(problem).splitlines()[0]}", "核对 DATABASE_URL，确认数据库已启动。")
        return
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except (CommandError, SystemExit):
        yield Lack("error", "数据库结构不是最新。", "运行 qifu migrate。")
    if connection.vendor == "sqlite":
        yield Lack(
            "warning", "使用嵌入式数据库，只适合一台机器。", "人多时设置 DATABASE_URL=postgres://… 改用 PostgreSQL。"
        )
    elif shutil.which("pg_dump") is None:
        yield Lack(
            "warning", "这台机器上没有 pg_dump，qifu backup 做不了。", "安装 postgresql-client，版本不低于数据库。"
        )


def _web() -> Iterator[Lack]:
    from django.conf import settings

    if not settings.HTTPS:
        yield Lack("error", "没有启用 HTTPS。", "在反向代理上配置证书，并设置 QIFU_HTTPS=1。")
    if set(settings.ALLOWED_HOSTS) <= {"127.0.0.1", "localhost"}:
        yield Lack("error", "只接受本机访问。", "设置 QIFU_HOSTS 为对外的域名，多个用逗号隔开。")
    if "*" in settings.ALLOWED_HOSTS:
        yield Lack("error", "QIFU_HOSTS 为 *，任何域名都会被接受。", "写明对外的域名。")


def _messages() -> Iterator[Lack]:
    from django.conf import settings

    from qifu.output.messages.sending import VENDORS, vendor_of

    lacking = {
        "sms": (
            "QIFU_SMS",
            "error",
            "没有配置短信网关，企业收不到验证码和通知。",
            "设置 QIFU_SMS=http 和网关地址、密钥。",
        ),
        "mail": ("QIFU_MAIL", "warning", "没有配置邮件。", "设置 QIFU_MAIL=smtp 和 QIFU_MAIL_HOST。"),
    }
    for channel, (name, severity, what, remedy) in lacking.items():
        vendor = vendor_of(channel)
        real = sorted(one for kind, one in VENDORS if kind == channel and one != "local")
        if vendor in ("", "local"):
            yield Lack(severity, what, remedy)
        elif vendor not in real:
            yield Lack("error", f"{name}={vendor} 不是已有的通道，消息会一直等待。", f"改为 {'、'.join(real)}。")
    if vendor_of("sms") == "http" and not (settings.SMS_URL and settings.SMS_SECRET):
        yield Lack("error", "短信网关的地址或密钥没有填。", "设置 QIFU_SMS_URL 和 QIFU_SMS_SECRET。")


def _disk() -> Iterator[Lack]:
    from django.conf import settings

    free = shutil.disk_usage(settings.HOME).free
    if free < 5 * 2**30:
        yield Lack("warning", f"数据文件夹所在磁盘只剩 {free / 2**30:.1f} GB。", "扩容或清理，至少留 5 GB。")
    anchors = sorted((Path(settings.HOME) / "anchors").glob("*.json"))
    if not anchors:
        yield Lack("warning", "证据链还没有库外存证。", "让 qifu worker 一直运行，或手动运行 qifu evidence seal。")


def _people() -> Iterator[Lack]:
    from qifu.domain.people import queries as people

    if not people.units(closed=True):
        yield Lack("error", "还没有单位和管理员，没有人能登录。", "运行 qifu setup，建立中心和第一位管理员。")


def _calendar(today: date) -> Iterator[Lack]:
    from qifu.kernel.workdays import queries as workdays

    until = workdays.calendar().known_until
    if until < today + timedelta(days=45):
        yield Lack(
            "warning",
            f"工作日历只公布到 {until}，之后的期限标为暂定。",
            "国务院办公厅发布下一年放假通知后，在“系统设置—工作日历”录入。",
        )

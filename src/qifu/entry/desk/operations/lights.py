"""How the system stands, line by line: green, amber or red, what was seen, and what to do about it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as version_of
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from qifu.entry.clock.schedule import ENTRIES, latest_tick
from qifu.entry.theme import measures, words
from qifu.kernel.actor import Actor
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.outbox import queries as outbox
from qifu.kernel.outbox.models import State
from qifu.kernel.workdays import queries as workdays
from qifu.output.messages.sending import vendor_of

GREEN, AMBER, RED = "green", "amber", "red"
LABELS = {GREEN: "正常", AMBER: "留意", RED: "要处理"}
SLOW = 1.0  # seconds at the 95th percentile
ENOUGH = 20  # requests before a pattern is called slow: the first one of a process is
LATE = timedelta(minutes=2)  # what a schedule may be behind its tick before somebody looks
NEAR = timedelta(days=45)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at."""

    name: str
    tone: str
    seen: str
    remedy: str = ""  # what to do; empty where nothing is
    url: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.tone]


@dataclass(frozen=True, slots=True)
class Slow:
    """The requests of one pattern."""

    route: str
    count: int
    mean: float  # seconds
    p95: float
    is_slow: bool

    @property
    def mean_ms(self) -> int:
        return round(self.mean * 1000)

    @property
    def p95_ms(self) -> int:
        return round(self.p95 * 1000)


def lines(actor: Actor, now: datetime) -> list[Line]:
    """Everything that is looked at, in the order in which it matters when something is wrong."""
    makers = (_database, _migrations, _queue, _parked, _schedules, _failed, _backup, _evidence, _anchor, _disk, _vendors,
              _calendar, _speed, _faults, _version)  # fmt: skip
    return [line for make in makers for line in make(actor, now)]


def slowest(most: int = 10) -> list[Slow]:
    """The patterns that took longest at the 95th percentile, since the processes started."""
    spans = measures.HERE.everywhere().spans
    rows = [
        Slow(route, span.count, span.total / span.count, p95, p95 > SLOW and span.count >= ENOUGH)
        for route, span in spans.items()
        if span.count and route != "/static/" and (p95 := span.quantile(0.95)) >= 0
    ]
    return sorted(rows, key=lambda row: -row.p95)[:most]


def _database(actor: Actor, now: datetime) -> Iterator[Line]:
    if connection.vendor == "sqlite":
        place = Path(str(connection.settings_dict["NAME"]))
        size = sum(p.stat().st_size for p in (place, place.with_name(place.name + "-wal")) if p.exists())
        seen = f"嵌入式数据库 SQLite，{words.size(size)}"
        yield Line("数据库", GREEN, seen, "人多或需要两台机器时，改用 PostgreSQL（DATABASE_URL）。")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
        size, release = cursor.fetchone()
    yield Line("数据库", GREEN, f"PostgreSQL {release.split()[0]}，{words.size(size)}")


def _migrations(actor: Actor, now: datetime) -> Iterator[Line]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Line(
            "数据库结构", RED, f"有 {len(plan)} 步更新没有执行", "在服务器上运行 qifu migrate，然后重新启动服务。"
        )
    else:
        yield Line("数据库结构", GREEN, "已是最新")


def _queue(actor: Actor, now: datetime) -> Iterator[Line]:
    health, counts = outbox.health(now=now), outbox.counts(actor, now=now)
    url = reverse("desk:outbox")
    if not health.workers:
        remedy = "在服务器上启动 qifu worker（systemctl start qifu-worker）；它停着时不发消息、不提醒、不封存证据。"
        yield Line("后台进程", RED, "半分钟内没有看到后台进程", remedy, url)
    else:
        yield Line("后台进程", GREEN, f"{health.workers} 个在线", url=url)
    waited = health.oldest_due_seconds
    tone = RED if waited > 600 else AMBER if waited > 60 else GREEN
    seen = f"最久的一项已等 {words.duration(waited)}" if waited else "没有到期未处理的项目"
    standing = [sum(row.get(state, 0) for row in counts.values()) for state in (State.WAITING, State.RUNNING)]
    seen += f"；等待 {standing[0]} 项，处理中 {standing[1]} 项"
    remedy = "后台进程忙不过来：再启动一个 qifu worker，或查看是否有长任务占着。" if tone != GREEN else ""
    yield Line("队列", tone, seen, remedy, url)


def _parked(actor: Actor, now: datetime) -> Iterator[Line]:
    parked = outbox.health(now=now).parked
    if parked:
        remedy = "打开队列查看原因，改正后点“重试”。"
        yield Line("停放的项目", AMBER, f"{parked} 项反复失败后停放", remedy, reverse("desk:outbox") + "?state=parked")
    else:
        yield Line("停放的项目", GREEN, "没有")


def _schedules(actor: Actor, now: datetime) -> Iterator[Line]:
    """A schedule is late when a tick has been past for a while and nobody has handed it over; a daily one that has
    never been seen may be new."""
    last = {run.name: run.last_tick for run in outbox.schedules(actor)}
    late = []
    for entry in ENTRIES.values():
        tick = latest_tick(entry, now - LATE)
        if last.get(entry.name, tick if entry.daily else NEVER) < tick:
            late.append(entry.label)
    if late:
        yield Line(
            "定时任务", RED, f"{len(late)} 项没有按时运行：{'、'.join(late[:4])}", "确认 qifu worker 在运行，时钟准确。"
        )
    else:
        yield Line("定时任务", GREEN, f"{len(ENTRIES)} 项都按时")


def _failed(actor: Actor, now: datetime) -> Iterator[Line]:
    failed = [run for run in outbox.schedules(actor) if run.state == State.PARKED]
    labels = [ENTRIES[run.name].label for run in failed if run.name in ENTRIES]
    if labels:
        yield Line(
            "失败的任务",
            RED,
            "、".join(labels[:4]),
            "打开队列查看原因。",
            reverse("desk:outbox") + "?channel=periodic&state=parked",
        )
    else:
        yield Line("失败的任务", GREEN, "最近一次都成功")


def _backup(actor: Actor, now: datetime) -> Iterator[Line]:
    remedy = "每夜运行 qifu backup --out 文件夹，并把文件夹复制到另一台机器。"
    try:
        told = json.loads((Path(settings.HOME) / "last-backup.json").read_text(encoding="utf-8"))
        at, size = datetime.fromisoformat(told["at"]), int(told["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        yield Line("备份", RED, "没有备份过", remedy)
        return
    age = now - at
    tone = RED if age > timedelta(days=3) else AMBER if age > timedelta(hours=26) else GREEN
    seen = f"{words.cn_near(at, now)}备份，{words.size(size)}，{words.duration(age)}前"
    yield Line("备份", tone, seen, remedy if tone != GREEN else "")


def _evidence(actor: Actor, now: datetime) -> Iterator[Line]:
    seal, unsealed = evidence.last_seal(), evidence.unsealed()
    url = reverse("desk:evidence")
    if seal is None:
        tone = AMBER if unsealed else GREEN
        yield Line("证据封存", tone, f"还没有封存过，{unsealed} 条未封存", "后台进程每 10 分钟封存一次。", url)
        return
    is_late = bool(unsealed) and now - seal.at > timedelta(minutes=30)
    seen = f"第 {seal.number} 号封印，{words.cn_near(seal.at, now)}；{unsealed} 条未封存"
    remedy = "确认 qifu worker 在运行；也可运行 qifu evidence seal。" if is_late else ""
    yield Line("证据封存", AMBER if is_late else GREEN, seen, remedy, url)


def _anchor(actor: Actor, now: datetime) -> Iterator[Line]:
    kept = sorted((Path(settings.HOME) / "anchors").glob("*.json"))
    if not kept:
        yield Line("库外存证", AMBER, "还没有", "后台进程每晚写一份；请把 QIFU_HOME/anchors 复制到另一台机器。")
        return
    age = (now.astimezone(words.HERE).date() - datetime.fromisoformat(kept[-1].stem).date()).days
    tone, seen = (GREEN if age <= 2 else AMBER), f"最近一份 {kept[-1].stem}，共 {len(kept)} 份"
    yield Line("库外存证", tone, seen, "" if age <= 2 else "确认 qifu worker 在夜里运行。")


def _disk(actor: Actor, now: datetime) -> Iterator[Line]:
    whole = shutil.disk_usage(settings.HOME)
    free, share = whole.free, whole.free / whole.total
    tone = RED if free < 2**30 else AMBER if free < 5 * 2**30 or share < 0.1 else GREEN
    seen = f"剩余 {free / 2**30:.1f} GB（{share:.0%}）"
    yield Line("磁盘", tone, seen, "扩容或清理，至少留 5 GB；写满后不能接收附件。" if tone != GREEN else "")


def _vendors(actor: Actor, now: datetime) -> Iterator[Line]:
    for channel, label, name in (("sms", "短信", "QIFU_SMS"), ("mail", "邮件", "QIFU_MAIL")):
        vendor = vendor_of(channel)
        if vendor == "local":
            yield Line(label, AMBER, "演示方式，只在本机显示", f"正式使用时设置 {name}。")
        elif vendor:
            yield Line(label, GREEN, f"通道 {vendor}")
        else:
            tone = RED if channel == "sms" else AMBER
            yield Line(label, tone, "没有配置，消息留在队列里等待", f"设置 {name} 和网关地址，配置后自动发出。")


def _calendar(actor: Actor, now: datetime) -> Iterator[Line]:
    until = workdays.calendar().known_until
    left = until - now.astimezone(words.HERE).date()
    tone = RED if left.days < 0 else AMBER if left < NEAR else GREEN
    remedy = "国务院办公厅发布下一年放假通知后，在“工作日历”录入。" if tone != GREEN else ""
    yield Line("工作日历", tone, f"公布到 {words.cn_date(until)}，之后的期限为暂定", remedy, reverse("desk_calendar"))


def _speed(actor: Actor, now: datetime) -> Iterator[Line]:
    slow = [row for row in slowest(1000) if row.is_slow]
    if slow:
        seen = f"{len(slow)} 种页面有二十分之一的请求超过 {SLOW:g} 秒，最慢 {slow[0].route}"
        yield Line("响应时间", AMBER, seen, "见下表。数据库慢时先看磁盘和内存。")
    else:
        yield Line("响应时间", GREEN, "没有明显变慢的页面")


def _faults(actor: Actor, now: datetime) -> Iterator[Line]:
    answers = measures.HERE.everywhere().answers
    whole, bad = sum(answers.values()), sum(n for (_, status), n in answers.items() if status >= 500 and status != 503)
    if bad:
        yield Line("程序故障", AMBER, f"{whole} 次请求中有 {bad} 次出错", "按参考号（QF-…）在日志中查找，报给开发方。")
    else:
        yield Line("程序故障", GREEN, f"{whole} 次请求中没有")


def _version(actor: Actor, now: datetime) -> Iterator[Line]:
    yield Line("版本", GREEN, f"企服 {version_of('qifu')}" + ("（演示方式）" if settings.DEMO else ""))

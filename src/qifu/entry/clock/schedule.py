"""What time sets off, and how often. A new periodic job is one `add` line at the foot of this file.

Times of day are those of the wall clock in Shanghai. A job takes `now` and answers something small, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from qifu.domain.appeals.actions import clocks as appeals
from qifu.domain.appeals.actions import learn, tallies
from qifu.domain.disclosure.actions import pulling
from qifu.domain.events.actions import clocked as events
from qifu.domain.grants.actions import publicity as lists
from qifu.domain.grants.actions import taking as grants
from qifu.domain.grants.obligations.actions import keeping as duties
from qifu.domain.grants.overlaps import actions as overlaps
from qifu.domain.policies.actions import matching, pushing
from qifu.domain.registry import actions as registry
from qifu.domain.visits.actions import moving as visits
from qifu.entry.clock import greeting, proving, seals, sweeping, watching
from qifu.entry.clock import retention as privacy
from qifu.kernel.actor import SYSTEM
from qifu.kernel.exports import actions as exports
from qifu.kernel.outbox import Delivery, Hopeless, Policy, periodic, retention
from qifu.kernel.receipts import actions as receipts
from qifu.output.messages import actions as messages
from qifu.output.messages.wording import WORDINGS

ZONE = ZoneInfo("Asia/Shanghai")
Job = Callable[[datetime], object]
USUAL = Policy(max_attempts=3, time_limit=300)


@dataclass(frozen=True, slots=True)
class Entry:
    """One periodic job: every so many seconds, or daily at a time."""

    name: str
    label: str
    run: Job
    every: int | None = None
    daily: time | None = None
    policy: Policy = USUAL

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily is None):
            raise ValueError(f"{self.name}: either every N seconds or daily at a time")


ENTRIES: dict[str, Entry] = {}


def add(
    name: str,
    run: Job,
    *,
    label: str,
    every: int | None = None,
    daily: time | None = None,
    policy: Policy | None = None,
) -> None:
    """Enter a periodic job.

    :raises ValueError: the name is taken, or it has not exactly one of `every` and `daily`.
    """
    if name in ENTRIES:
        raise ValueError(f"{name}: entered twice")
    ENTRIES[name] = Entry(name, label, run, every, daily, policy or USUAL)


def latest_tick(entry: Entry, now: datetime) -> datetime:
    """The last moment, at or before `now`, at which the job was to run."""
    if entry.every is not None:
        return datetime.fromtimestamp(int(now.timestamp()) // entry.every * entry.every, UTC)
    assert entry.daily is not None
    local = now.astimezone(ZONE)
    tick = datetime.combine(local.date(), entry.daily, ZONE)
    return (tick if tick <= local else tick - timedelta(days=1)).astimezone(UTC)


def hand_over_due(now: datetime) -> int:
    """Hand every tick that has come to the queue, once among all workers; answer how many were handed over here."""
    return sum(
        periodic.hand_over(
            name=entry.name,
            tick=latest_tick(entry, now),
            now=now,
            at_once=entry.every is not None,
            policy=entry.policy,
        )
        for entry in ENTRIES.values()
    )


def run(delivery: Delivery) -> object:
    """Run the job of a tick.

    :raises Hopeless: this version of the program has no such job.
    """
    name = str(delivery.payload.get("name", ""))
    if name not in ENTRIES:
        raise Hopeless(f"没有名为“{name}”的定时任务，已停放。它可能已随升级取消。")
    answer = ENTRIES[name].run(delivery.now)
    return answer if isinstance(answer, int | str | None) else None


def _collect(now: datetime) -> int:
    """Ask other offices for what they have published."""
    from qifu.entry.intake.policies import collecting  # readers of pages, some megabytes that nothing else needs

    return collecting.run_due(now)


PASSING = tuple(name for name, words in WORDINGS.items() if words.good_for)  # worth nothing after their time
add(
    "outbox.prune", lambda now: retention.prune(now=now, passing=PASSING), label="清理过期的队列记录", daily=time(3, 10)
)
add("messages.prune", lambda now: messages.prune(now=now), label="清理过期的站内消息", daily=time(3, 20))
add("evidence.seal", seals.seal, label="封存证据", every=600)
add("evidence.anchor", seals.carry_out, label="证据链头库外存证", daily=time(23, 50))
add("sessions.sweep", sweeping.sweep, label="清理结束的会话和登录记录", daily=time(3, 25))
add("receipts.forget", lambda now: receipts.forget(now=now), label="清理过期的提交编号", daily=time(3, 30))
add("exports.clear", lambda now: exports.clear(now=now), label="清理过期的导出文件", daily=time(3, 35))
add("appeals.signal", lambda now: appeals.signal_due(now=now), label="时限提醒与升级", every=30)
add("appeals.lapse", lambda now: appeals.lapse_due(now=now), label="确认期到期办结", every=300)
add(
    "appeals.prove",
    proving.prove,
    label="核对事项现状与留痕",
    daily=time(3, 50),
    policy=Policy(max_attempts=3, time_limit=3600),
)
add("appeals.calls", lambda now: appeals.draw_calls(now=now), label="抽取电话回访", daily=time(8, 0))
add("appeals.recompute", lambda now: appeals.recompute(now=now), label="按新日历重算期限", every=300)
add("appeals.auto", lambda now: learn.dispatch_sure(now=now), label="按把握自动转办（需管理员允许）", every=60)
add(
    "figures.refresh",
    lambda now: tallies.refresh(now=now),
    label="更新看板统计",
    every=300,
    policy=Policy(time_limit=900),
)
add(
    "figures.recount",
    lambda now: tallies.nightly(now=now),
    label="逐件核对看板统计",
    daily=time(3, 40),
    policy=Policy(time_limit=3600),
)
add("grants.clear", lambda now: lists.clear_due(now=now), label="公示期满的申报转入决定", every=300)
add(
    "disclosure.pull",
    lambda now: pulling.pull(actor=SYSTEM, now=now).entered,
    label="把兑现拨付记入预算执行的账",
    daily=time(5, 10),
)
add("grants.look_over", lambda now: overlaps.look_over(now=now), label="查找可能重复的申报", every=3600)
add("grants.duties", lambda now: duties.check_all(now=now), label="核对拨付后的约定", daily=time(5, 10))
add("grants.remind", lambda now: duties.remind_due(now=now), label="提醒企业拨付后的约定", daily=time(9, 10))
add("grants.deem", lambda now: grants.deem_due(now=now), label="逾期视为同意（项目规则允许的）", every=600)
add(
    "policies.collect",
    _collect,
    label="采集政策来源",
    every=60,
    policy=Policy(max_attempts=2, time_limit=300),
)
add(
    "policies.match",
    lambda now: matching.match_all(now=now).changes,
    label="全部企业逐项匹配政策",
    daily=time(1, 30),
    policy=Policy(max_attempts=3, time_limit=3600),
)
add(
    "policies.recount",
    lambda now: matching.recount(now=now),
    label="答复或申报有变化时重新统计覆盖和应享未享",
    every=3600,
    policy=Policy(max_attempts=2, time_limit=1800),
)
add("policies.push", lambda now: pushing.push(now=now).pushes, label="把符合的政策告知企业", daily=time(9, 30))
add("registry.restand", lambda now: registry.restand(now), label="按数据有效期重新判断企业各项的值", daily=time(4, 10))
add("registry.greet", greeting.greet, label="问候新企业", every=300, policy=Policy(max_attempts=3, time_limit=900))
add("privacy.retention", privacy.erase_old, label="保存期满清除个人信息（默认不启用）", daily=time(2, 30))
add(
    "alerts.look",
    watching.look,
    label="企业监测：按规则发出预警",
    daily=time(4, 30),
    policy=Policy(max_attempts=3, time_limit=1800),
)
add(
    "alerts.measure",
    watching.measure,
    label="企业监测：用模拟冲击检验规则",
    daily=time(4, 50),
    policy=Policy(max_attempts=2, time_limit=600),
)
add("visits.missed", lambda now: visits.note_missed(now=now), label="到期没有记录的走访登记为未成", daily=time(3, 20))
add("events.remind", lambda now: events.remind_due(now=now), label="活动前一天提醒报名的人", every=900)
add("events.ask", lambda now: events.ask_due(now=now), label="活动次日请参加的人评价", daily=time(10, 0))
add("events.hold", lambda now: events.hold_due(now=now), label="活动结束两天后登记已举办", daily=time(5, 20))

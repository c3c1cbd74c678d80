"""The sample district from nothing to a living one, in the order in which one thing needs another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock
from typing import TypeVar

from django.db import connection

from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample.appeals import stories
from qifu.entry.cli.seed import (
    accounts,
    alerts,
    budget,
    cases,
    events,
    extras,
    firms,
    grants,
    house,
    lending,
    performance,
    policies,
    sources,
    tenants,
    visits,
)
from qifu.entry.cli.seed.case import Case
from qifu.entry.cli.seed.stage import Stage, set_stage
from qifu.entry.clock.seals import seal

FOUNDED = timedelta(days=60)  # before the first case
SAMPLE_FIRMS = 8  # the fixed ones, of which the cast speaks


@dataclass(frozen=True, slots=True)
class Size:
    """How large a district, how many days of cases, and how many of them inboxes still speak of."""

    enterprises: int
    cases: int
    days: int
    told: int


SIZES = {"full": Size(60_000, 6_000, 730, 3), "small": Size(1_000, 400, 120, 6)}
T = TypeVar("T")
Say = Callable[[str], None]


@dataclass
class Building:
    """A district under construction; `say` hears each step with its seconds."""

    size: Size
    now: datetime
    say: Say

    @property
    def first(self) -> datetime:
        return datetime.combine(
            (self.now - timedelta(days=self.size.days)).astimezone(SHANGHAI).date(), clock(), SHANGHAI
        )

    @property
    def opened(self) -> datetime:
        return self.first - FOUNDED + timedelta(hours=9)

    def build(self) -> list[house.Shown]:
        """Fill an empty, migrated database and return the accounts to be shown."""
        self.timed("机构与人员", self._people)
        self.timed(f"{self.size.enterprises} 家企业入库", lambda: self._enterprises())
        self.timed("楼宇的房间和租户", self._tenants)
        self.timed("各来源的数据", lambda: sources.write(self.size.enterprises, self.opened, self.now))
        self.timed("分类与常用回复", self._words)
        stage, played = self.timed(f"{self.size.days} 天的 {self.size.cases} 件诉求", self._cases)
        self.timed("知识、认证申请与消息", lambda: self._life(stage, played))
        self.timed("政策库、匹配与推送", lambda: policies.write(self.now, self.opened))
        self.timed("政策兑现", lambda: grants.write(self.now))
        self.timed("贷款贴息与慰问", lambda: lending.write(self.now))
        self.timed("企业监测与预警", lambda: alerts.write(self.opened, self.now))
        self.timed("一年的活动和场地", lambda: events.write(self.size.enterprises, self.now))
        self.timed("服务站、专员和一年的走访", lambda: visits.write(self.opened, self.now))
        self.timed("三年的预算和凭证", lambda: budget.write(self.now))
        self.timed("政策与预警的消息", lambda: extras.deliver(self.now))
        self.timed("统计", lambda: extras.count_up(self.now))
        self.timed("绩效目标与自评", lambda: performance.write(self.now))
        self.timed("上年决算公开", lambda: accounts.write(self.now))
        self.timed("转办建议的训练", lambda: extras.learn(self.now))
        shown = house.shown_accounts(self.now)
        self.timed("封存证据", lambda: seal(self.now))
        self.timed("整理数据库", analyze)
        return shown

    def timed(self, what: str, work: Callable[[], T]) -> T:
        begun = time.monotonic()
        answer = work()
        self.say(f"  {what}：{time.monotonic() - begun:.1f} 秒")
        return answer

    def _people(self) -> None:
        house.build_units(self.opened)
        house.admit_staff(self.opened)
        house.write_rota(self.opened, self.now)

    def _enterprises(self) -> None:
        count = self.size.enterprises
        firms.put_buildings(self.opened)
        firms.read_in(count, self.opened)
        known = firms.people_of(count)
        house.admit_cast(self.opened, {place: known[place][0] for place in range(SAMPLE_FIRMS)})

    def _tenants(self) -> None:
        tenants.settle(self.size.enterprises, self.opened, self.now)
        tenants.confirm(self.opened, self.now)

    def _words(self) -> None:
        extras.enter_categories(self.opened)
        extras.write_templates(self.opened)

    def _cases(self) -> tuple[Stage, list[Case]]:
        stage = set_stage(self.now, self.first.date())
        told = list(stories(self.size.cases, self.first.date(), self.now, firm_count=self.size.enterprises))
        known = firms.people_of(self.size.enterprises)
        house.admit_owners(stage, {place: known[place] for place in sorted({s.enterprise for s in told})}, self.opened)
        player = cases.player(stage, self.now, told=self.now - timedelta(days=self.size.told))
        told.sort(key=player.arrived)
        played = list(player.play(told))
        cases.keep(cases.drawn_up(played, stage))
        return stage, played

    def _life(self, stage: Stage, played: list[Case]) -> None:
        extras.write_knowledge(played, self.now)
        extras.file_requests(self.now)
        extras.tell(played, self.now)


def analyze() -> None:
    """Let the database know what it holds."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

"""A street with a specialist and visits of theirs: enough to plan, go and report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from qifu.domain.estate import actions as estate
from qifu.domain.estate.models import Building
from qifu.domain.people import actions as people
from qifu.domain.people import queries as persons
from qifu.domain.people.models import Account
from qifu.domain.registry.models import Enterprise
from qifu.domain.visits.actions.arranging import Wanted, arrange
from qifu.domain.visits.actions.reporting import Report, Reported, report
from qifu.domain.visits.models import Visit
from qifu.kernel.actor import SYSTEM, Actor, Role
from tests.conftest import NOW, PASSWORD
from tests.stage import Stage

TODAY = date(2026, 9, 30)


@dataclass
class Field:
    """The stage with a specialist at the station, and shorthand for what they do."""

    stage: Stage
    account: Account

    @property
    def actor(self) -> Actor:
        return persons.actor_of(Account.objects.get(pk=self.account.pk), self.stage.now)

    def plan(
        self, firm: Enterprise | None = None, day: date = TODAY, who: str = "dispatcher", **given: object
    ) -> Visit:
        wanted = {"day": day, "unit": self.stage.house.station, "account": self.account.pk, "why": "了解经营情况",
                  "enterprise": (firm or self.stage.firm).pk} | given  # fmt: skip
        return arrange(actor=self.stage.actor(who), now=self.stage.now, wanted=Wanted(**wanted))  # type: ignore[arg-type]

    def told(self, visit: Visit, **given: object) -> Report:
        now = self.stage.now
        told = {"number": visit.number, "seq": visit.seq, "arrived": now - timedelta(minutes=40),
                "left": now - timedelta(minutes=5), "form": "2026-1", "answers": {"state": "normal", "staff": 25}}  # fmt: skip
        return Report(**(told | given))  # type: ignore[arg-type]

    def report(self, visit: Visit, key: UUID | None = None, sent: datetime | None = None, **given: object) -> Reported:
        now = self.stage.now
        return report(actor=self.actor, now=now, key=key or uuid4(), sent=sent or now, told=self.told(visit, **given))

    def firms(self, count: int) -> list[Enterprise]:
        """More firms of the street."""
        have = Enterprise.objects.count()
        return [
            Enterprise.objects.create(
                name=f"武汉第{have + n}服务有限公司", street_id=self.stage.house.street, created=NOW, updated=NOW
            )
            for n in range(count)
        ]


def build(stage: Stage, username: str = "specialist") -> Field:
    """A specialist at the station of the stage's street."""
    held = Account.objects.filter(username=username).first()
    if held is None:
        held = people.create_member(actor=SYSTEM, now=NOW, username=username, name="韩专员", password=PASSWORD).account
        people.grant_role(actor=SYSTEM, now=NOW, account=held.pk, unit=stage.house.station, role=Role.SPECIALIST)
        Account.objects.filter(pk=held.pk).update(must_change_password=False)
    return Field(stage, held)


def building(stage: Stage, code: str = "B77", name: str = "云泽中心") -> int:
    """A building of the street."""
    rows: Sequence[estate.BuildingRow] = [estate.BuildingRow(code, name, (), stage.house.street)]
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=rows)
    return Building.objects.get(code=code).pk

"""A street with a specialist and visits of theirs: enough to plan, go and report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID, uuid4

from qifu.domain.estate import actions as estate
from qifu.domain.estate.models import Building
from qifu.domain.people import actions as people
from qifu.domain.people import queries as persons
from qifu.domain.people.actions import service
from qifu.domain.people.models import Account
from qifu.domain.registry.models import Enterprise
from qifu.domain.visits.actions import binding, photos, planning, wishing
from qifu.domain.visits.actions.arranging import Wanted, arrange
from qifu.domain.visits.actions.gains import Learnt, Needed
from qifu.domain.visits.actions.reporting import Report, Reported, report
from qifu.domain.visits.models import Visit
from qifu.kernel.actor import SYSTEM, Actor, Role
from tests.conftest import NOW, PASSWORD
from tests.stage import Stage

TODAY = date(2026, 9, 30)
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff\xff\x7f\x00\t\xfb\x03\xfd\x05CE\xca\x00\x00\x00\x00IEND\xaeB`\x82"
)


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


def fill(stage: Stage) -> dict[str, object]:
    """One of each: a visit ahead and one that was told with a picture, a plan, a station, a specialist who is asked away."""
    field = build(stage)
    place = building(stage)
    station, dispatcher = stage.house.station, stage.actor("dispatcher")
    ahead = field.plan(stage.other_firm, day=TODAY + timedelta(days=20), why="重点企业")
    field.plan(enterprise=None, building=place, day=TODAY + timedelta(days=21))
    binding.bind(actor=dispatcher, now=NOW, account=field.account.pk, why="同一街道", enterprise=stage.firm.pk)
    told = field.plan(why="了解经营情况")
    shot = uuid4()
    need = Needed(uuid4(), stage.category.code, "楼下停车位不够", "员工停车困难，请协调。")
    field.report(
        told, note="谈了半小时", photos=[shot], needs=[need], facts=[Learnt(uuid4(), "employees", "25", "清点")],
        signed_by="钱经理", follow_up=TODAY + timedelta(days=30),
    )  # fmt: skip
    picture, _ = photos.add(
        actor=field.actor, now=NOW, number=told.number, key=shot, kind="photo", file=BytesIO(PICTURE)
    )
    plan = planning.draw_up(actor=dispatcher, now=NOW, month=date(2026, 11, 1))
    card = service.Card("政策咨询、帮代办", "云泽大道 88 号一楼", ("自助终端", "打印机"), "值班专员", "周末不开")
    service.write_card(actor=dispatcher, now=NOW, unit=station, card=card)
    service.write_profile(
        actor=field.actor, now=NOW, account=field.account.pk, languages=["英语"], sections=["I"], intro="在街道服务八年。",
        photo=BytesIO(PICTURE),
    )  # fmt: skip
    service.enter_training(
        actor=field.actor, now=NOW, account=field.account.pk, title="惠企政策培训", day=TODAY, hours=Decimal(4), certificate="P-1"
    )  # fmt: skip
    wish = wishing.ask_change(actor=stage.contact, now=NOW, enterprise=stage.firm.pk, reason="希望懂外贸的专员")
    return {
        "specialist": field.account.pk, "visit": ahead.number, "told_visit": told.number, "visit_photo": picture.pk,
        "visit_plan": plan.pk, "station_unit": station, "visit_street": stage.house.street, "change_wish": wish.pk,
    }  # fmt: skip

"""A year of visits in the sample district: stations with cards, specialists with profiles and training, who looks after whom,
a year of calls on firms and buildings, the month ahead planned by the real rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from qifu.domain.estate.models import Building
from qifu.domain.people import queries as people
from qifu.domain.people.models import SpecialistProfile, StationCard, Training
from qifu.domain.people.specialists import Serving, serving
from qifu.domain.people.tree import tree
from qifu.domain.registry.models import Enterprise, Mark
from qifu.domain.visits import forms
from qifu.domain.visits.actions import numbering, planning
from qifu.domain.visits.actions.arranging import Wanted, arrange
from qifu.domain.visits.models import Binding, Dealing, Visit
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample.streams import SEED, stream
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Invalid
from qifu.kernel.evidence.actions import Entry, record_many
from qifu.kernel.workdays.queries import calendar

SHOWN = "zhuanyuan001"
EACH = 9  # calls of a specialist in a year, besides those on buildings
BUILDINGS = 50  # calls on buildings in the year before now
BATCH = 1000
SCOPES = ("政策咨询、诉求受理、帮代办", "政策咨询、诉求受理、银企对接预约", "诉求受理、证照帮办、场地查询")
EQUIPMENT = (("自助终端", "打印机", "会议桌"), ("自助终端", "投影", "路演屏"), ("打印机", "儿童角"))
NOTES = (
    "企业经营平稳，主要关心房租和停车。", "订单比上季度有增加，准备再招几个人。", "回款周期变长，想了解贷款贴息。",
    "对惠企政策不太了解，现场讲解了两条。", "设备更新在谈，关注技改补贴。",
)  # fmt: skip
WHYS = {
    "key": "重点企业，每季度应走访一次。",
    "building": "楼宇走访，最久没有走访的先去。",
    "never": "入库以来没有任何部门走访过。",
}
COURSES = ("惠企政策培训", "走访和诉求办理规范", "企业服务礼仪", "楼宇经济专题")


@transaction.atomic
def write(opened: datetime, now: datetime) -> int:
    """Write all of it; answer how many visits there are."""
    there = [one for one in serving(now) if one.street is not None]
    _cards(opened)
    _profiles(there, opened, now)
    dealing = _bind(there, opened)
    _past(there, dealing, now)
    today = now.astimezone(SHANGHAI).date()
    _a_day(there, dealing, now)
    for month in {today.replace(day=1), (today.replace(day=1) + timedelta(days=32)).replace(day=1)}:
        try:
            plan = planning.draw_up(actor=SYSTEM, now=now, month=month, each=4)
        except Invalid:  # the last day of a month has no month left
            continue
        planning.accept(actor=SYSTEM, now=now, plan=plan.pk)
    return Visit.objects.count()


def _a_day(there: Sequence[Serving], bound: dict[int, int], now: datetime) -> None:
    """Today's route of the specialist whom the table of accounts names."""
    account = people.account_by_username(SHOWN)
    who = next((one for one in there if account is not None and one.account == account.pk), None)
    if who is None:
        return
    for pk in [pk for pk, held in bound.items() if held == who.account][-5:]:
        wanted = Wanted(
            now.astimezone(SHANGHAI).date(), who.unit, who.account, "了解经营情况和惠企政策需求。", enterprise=pk
        )
        arrange(actor=SYSTEM, now=now, wanted=wanted)


def _cards(opened: datetime) -> None:
    units = [view for view, _ in tree().walk() if view.kind == "station"]
    StationCard.objects.bulk_create(
        StationCard(
            unit_id=view.id, scope=SCOPES[place % len(SCOPES)], address=f"{view.name.removesuffix('企业服务站')}一楼服务大厅",
            equipment=list(EQUIPMENT[place % len(EQUIPMENT)]), contact="值班专员", note="节假日休息。", changed_at=opened,
        )
        for place, view in enumerate(units)
    )  # fmt: skip
    record_many([Entry(SYSTEM, opened, "station.card", f"unit:{view.id}", {"public": True}) for view in units])


def _profiles(there: Sequence[Serving], opened: datetime, now: datetime) -> None:
    draw = stream(SEED, "visits.profiles")
    trades = ("C", "F", "H", "I", "L", "M")
    SpecialistProfile.objects.bulk_create(
        SpecialistProfile(
            account_id=one.account, languages=["英语"] if draw.random() < 0.15 else [],
            sections=sorted({trades[int(draw.random() * 6)], trades[int(draw.random() * 6)]}),
            intro="负责政策讲解、诉求代办和日常走访，有事随时联系。", changed_at=opened,
        )
        for one in there
    )  # fmt: skip
    rows = []
    for number in range(20):  # trainings of the year, a part of the specialists at each
        day = (now - timedelta(days=17 * number + 5)).astimezone(SHANGHAI).date()
        title = f"{COURSES[number % len(COURSES)]}（第 {20 - number} 期）"
        rows += [
            Training(
                account_id=one.account, title=title, day=day, hours=Decimal(4), entered_by="system", entered_at=now,
                certificate=f"PX{day:%y%m}{one.account:05d}" if number % 4 == 0 else "",
            )
            for place, one in enumerate(there)
            if place % 10 == number % 10
        ]  # fmt: skip
    Training.objects.bulk_create(rows, batch_size=BATCH)


def _bind(there: Sequence[Serving], opened: datetime) -> dict[int, int]:
    """Every open firm with the specialist of its street in turn; answer who looks after whom."""
    by_street: dict[int, list[Serving]] = {}
    for one in there:
        by_street.setdefault(one.street or 0, []).append(one)
    bound: dict[int, int] = {}
    dealings = {
        street: Dealing.objects.create(
            kind="rules", street_id=street, why="按负担均衡分配。", made_by="system", made_at=opened
        )
        for street in by_street
    }
    rows, turn = [], dict.fromkeys(by_street, 0)
    firms = Enterprise.objects.filter(status="open", merged_into=None, street__in=by_street).order_by("pk")
    for pk, street in firms.values_list("pk", "street_id").iterator(5000):
        desk = by_street[street][turn[street] % len(by_street[street])]
        turn[street] += 1
        bound[pk] = desk.account
        why = f"本街道内负责企业最少，分配后共 {-(-turn[street] // len(by_street[street]))} 家。"
        rows.append(
            Binding(account_id=desk.account, enterprise_id=pk, rule="load", why=why, dealing=dealings[street],
                    made_by="system", since=opened)
        )  # fmt: skip
    Binding.objects.bulk_create(rows, batch_size=BATCH)
    entries = []
    for street, dealing in dealings.items():
        dealing.bound = turn[street]
        facts = {"street": street, "bound": dealing.bound}
        entries.append(Entry(SYSTEM, opened, "visits.deal", f"visits.dealing:{dealing.pk}", facts))
    Dealing.objects.bulk_update(dealings.values(), ["bound"])
    record_many(entries)
    return bound


def _past(there: Sequence[Serving], bound: dict[int, int], now: datetime) -> None:
    """A year of calls: key enterprises each quarter, others in turn, fifty on buildings; most done, some missed or cancelled."""
    draw = stream(SEED, "visits.past")
    work, today = calendar(), now.astimezone(SHANGHAI).date()
    days = [today - timedelta(days=n) for n in range(1, 366)]
    days = [day for day in reversed(days) if work.is_working_day(day)]
    by_account = {one.account: one for one in there}
    marked = Mark.objects.filter(kind="key", until=None).order_by("pk").values_list("enterprise_id", flat=True)
    keys = [pk for pk in marked if pk in bound]
    streets = dict(Enterprise.objects.order_by("pk").values_list("pk", "street_id"))
    wanted: list[tuple[date, str, int | None, int | None, Serving, int | None]] = []
    for quarter in range(4):
        part = days[quarter * len(days) // 4 : (quarter + 1) * len(days) // 4]
        wanted += [
            (part[int(draw.random() * len(part))], "key", pk, None, by_account[bound[pk]], streets[pk]) for pk in keys
        ]
    mine: dict[int, list[int]] = {}
    for pk, account in bound.items():
        if len(mine.setdefault(account, [])) < EACH:
            mine[account].append(pk)
    for account, firms in mine.items():
        wanted += [
            (days[int(draw.random() * len(days))], "never", pk, None, by_account[account], streets[pk]) for pk in firms
        ]
    places = list(Building.objects.order_by("code").values_list("pk", "street_id"))
    near = {one.street: one for one in reversed(there)}
    for place in range(BUILDINGS if places else 0):
        pk, street = places[place % len(places)]
        if street in near:
            wanted.append((days[place * len(days) // BUILDINGS], "building", None, pk, near[street], street))
    _written(wanted, draw)


def _written(wanted: list[tuple[date, str, int | None, int | None, Serving, int | None]], draw: Any) -> None:
    rows, seen, places = [], set[tuple[int | None, int | None, int, date]](), dict[tuple[int, date], int]()
    for number, (day, rule, enterprise, building, who, street) in enumerate(sorted(wanted, key=lambda one: one[0])):
        if (enterprise, building, who.unit, day) in seen:
            continue
        seen.add((enterprise, building, who.unit, day))
        place = places[who.account, day] = places.get((who.account, day), 0) + 1
        at = datetime.combine(day, time(9 + min(place, 8), int(50 * draw.random())), SHANGHAI)
        row = Visit(
            number=numbering.made(at, number % 1_000_000), enterprise_id=enterprise, building_id=building,
            street_id=street, unit_id=who.unit, account_id=who.account, day=day, place=place, rule=rule,
            why=WHYS[rule],
            made_by="system", made_at=at - timedelta(days=12),
        )  # fmt: skip
        _told(row, at, draw)
        rows.append(row)
    Visit.objects.bulk_create(rows, batch_size=500)
    entries = []
    for row in rows:
        facts = {
            "number": row.number,
            "enterprise": row.enterprise_id,
            "building": row.building_id,
            "day": row.day.isoformat(),
        }
        entries.append(Entry(SYSTEM, row.made_at, "visits.arrange", row.stream, facts, {"why": row.why}))
        step = {"done": "report", "missed": "miss", "cancelled": "cancel"}[row.state]
        at = row.reported_at or datetime.combine(row.day, time(18), SHANGHAI)
        facts = {"step": step, "from": "planned", "to": row.state, "seq": row.seq}
        content = {"note": row.note, "answers": row.answers} if row.note else {"reason": row.reason}
        entries.append(Entry(SYSTEM, at, f"visits.{step}", row.stream, facts, content))
    for start in range(0, len(entries), 5000):
        record_many(entries[start : start + 5000])


def _told(row: Visit, at: datetime, draw: Any) -> None:
    """What came of it."""
    luck, row.seq = draw.random(), 2
    if luck > 0.93:
        row.state, row.reason = ("missed", "企业无人。") if luck > 0.96 else ("cancelled", "企业来电改约。")
        return
    of = "enterprise" if row.enterprise_id is not None else "building"
    form = forms.form_for(of, row.day)
    row.state, row.form, row.arrived_at = "done", form.version, at
    row.left_at = at + timedelta(minutes=20 + int(40 * draw.random()))
    row.reported_at = row.left_at + timedelta(minutes=5)
    row.note = NOTES[int(draw.random() * len(NOTES))]
    for one in form.questions:
        if one.kind == "choice":
            row.answers[one.key] = one.options[int(draw.random() ** 2 * len(one.options))][0]
        elif one.kind == "number":
            row.answers[one.key] = int(60 * draw.random() ** 3) + 1
        elif one.kind == "choices":
            row.answers[one.key] = [one.options[int(draw.random() * len(one.options))][0]]
    if draw.random() < 0.08:
        row.follow_up = row.day + timedelta(days=30)

"""A year of events and of shared rooms in the sample district, planted in bulk: what was held, what comes, who came."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from qifu.domain.events.actions.registering import LETTERS
from qifu.domain.events.models import Booking, CheckIn, Coverage, Event, Opinion, Registration, Venue
from qifu.domain.people import queries as people
from qifu.domain.registry.models import Agency, Enterprise
from qifu.engines.calendar import SHANGHAI
from qifu.kernel import search
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import Entry, record_many
from qifu.kernel.sealed import lookup, seal

PLAN = (
    ("fair", 8, "招聘会", "面向在岗和求职人员，企业设摊，现场面谈。"),
    ("campus", 2, "校园招聘进高校", "组织区内企业走进高校，集中宣讲和面试。"),
    ("course", 8, "企业服务加油站", "请主管部门和专业机构讲解实务，现场答疑。"),
    ("bank", 5, "银企对接会", "银行与企业面对面，介绍贷款产品并当场登记意向。"),
    ("pitch", 5, "项目路演", "成长型企业向投资机构介绍项目。"),
    ("salon", 6, "企业家沙龙", "同行交流经验，提出共性问题。"),
    ("briefing", 6, "惠企政策宣讲", "逐条讲解新出台的政策怎么申报、材料怎么备。"),
)
ROOMS = (("创享路演厅", 120), ("星空会议室", 40), ("智谷培训室", 60), ("共创洽谈室", 12))
TOPICS = ("制造业", "软件服务", "商贸流通", "生物医药", "建筑业", "文化创意", "现代物流", "专精特新")
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", ("明", "静", "伟", "芳", "强", "敏", "军", "丽", "洋", "涛")
WORDS = ("讲得很实在。", "对接到了需要的人。", "希望多办几场。", "时间可以再紧凑一些。", "")
OUTLETS = (("区融媒体中心", "district"), ("长江日报", "city"), ("湖北日报", "province"))
SLOTS = (time(9), time(11), time(14), time(16), time(18))


@transaction.atomic
def write(size: int, now: datetime) -> None:
    """Plant rooms, a year of events, and the bookings of so many enterprises' district."""
    draw = random.Random("events")
    streets = people.units("street")
    rooms = Venue.objects.bulk_create(
        Venue(
            name=name, address=f"创新人才基地 {n} 楼", street_id=streets[0].id, seats=seats, opens=time(9), closes=time(21),
            equipment=["投影", "白板", "音响"][: 1 + n % 3], longest=4, rules="用后请恢复桌椅，关闭设备。",
        )
        for n, (name, seats) in enumerate(ROOMS, 2)
    )  # fmt: skip
    firms = _firms(draw, size)
    _events(draw, now, [unit.id for unit in streets], firms)
    _bookings(draw, now, rooms, firms, 3_000 if size >= 10_000 else 300)


def _firms(draw: random.Random, size: int) -> list[int]:
    """Those with somebody here, and others beside: a third of the district comes at most, and no more than six thousand."""
    known = list(Agency.objects.filter(until=None).values_list("enterprise_id", flat=True).distinct())
    others = list(
        Enterprise.objects.filter(status="open", merged_into=None).order_by("pk").values_list("pk", flat=True)
    )
    return list(dict.fromkeys([*sorted(known), *draw.sample(others, min(len(others), 6_000, size // 3))]))


def _events(draw: random.Random, now: datetime, streets: list[int], firms: list[int]) -> None:
    centre = people.units("centre")[0]
    drawn = [(kind, what, why, n) for kind, count, what, why in PLAN for n in range(count)]
    draw.shuffle(drawn)
    rows, today = [], now.astimezone(SHANGHAI).date()
    for place, (kind, what, why, _) in enumerate(drawn):
        day = today - timedelta(days=350 - place * 340 // len(drawn))
        rows.append(_event(draw, centre.id, streets, kind, f"{draw.choice(TOPICS)}{what}", why, day, "held"))
    for ahead, (kind, _, what, why) in zip((5, 9, 13, 20), PLAN, strict=False):
        rows.append(
            _event(
                draw,
                centre.id,
                streets,
                kind,
                f"{draw.choice(TOPICS)}{what}",
                why,
                today + timedelta(days=ahead),
                "published",
            )
        )
    for row in rows:
        row.tokens = search.tokens(row.title, row.summary, row.place, centre.name)
    Event.objects.bulk_create(rows)
    serial = iter(range(10**7))
    for row in rows:
        _people(draw, row, firms, serial, now)
    Event.objects.bulk_update(rows, ["taken", "cost"])
    Coverage.objects.bulk_create(
        Coverage(event=row, title=f"{row.title}吸引众多企业参加", outlet=outlet, level=level, day=row.starts.date())
        for row in rows
        if row.state == "held"
        for outlet, level in OUTLETS[: draw.randint(0, 3)]
    )


def _event(
    draw: random.Random, host: int, streets: list[int], kind: str, title: str, why: str, day: date, state: str
) -> Event:  # fmt: skip
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    starts = datetime.combine(day, time(14 if draw.random() < 0.7 else 9), SHANGHAI)
    made = starts - timedelta(days=21)
    budget = Decimal(draw.randrange(3, 21) * 1000)
    return Event(
        title=title, kind=kind, summary=f"{why}欢迎区内企业报名参加。", host_id=host, street_id=draw.choice(streets),
        place=f"{draw.choice(('人才基地', '区政务中心', '文化馆', '产业园'))}一楼大厅", starts=starts,
        ends=starts + timedelta(hours=3), opens=made, closes=starts - timedelta(hours=2),
        places=draw.choice((100, 120, 150)), queue_most=30, each_most=5, budget=budget, state=state, made_by=SYSTEM.mark,
        made_at=made, reminded_at=starts - timedelta(hours=24) if state == "held" else None,
        asked_at=starts + timedelta(hours=20) if state == "held" else None,
    )  # fmt: skip


def _people(draw: random.Random, row: Event, firms: list[int], serial: Iterator[int], now: datetime) -> None:
    is_held = row.state == "held"
    count = draw.randint(66, min(98, row.places or 98)) if is_held else draw.randint(10, 40)
    chosen = draw.choices(firms, k=count)
    told = []
    for firm in chosen:
        number = f"+86139{next(serial):08d}"
        state = ("attended" if draw.random() < 0.88 else "no_show") if is_held else "registered"
        at = min(row.made_at + timedelta(minutes=draw.randrange(60, 12_000)), _lately(draw, now))
        told.append(
            Registration(
                event=row, enterprise_id=firm, person=draw.choice(SURNAMES) + draw.choice(GIVEN), state=state, at=at,
                phone_sealed=seal(number), phone_lookup=lookup(number), code="".join(draw.choices(LETTERS, k=12)),
            )
        )  # fmt: skip
    Registration.objects.bulk_create(told, batch_size=500)
    came = [one for one in told if one.state == "attended"]
    row.taken = count
    row.cost = row.budget * draw.randrange(70, 101) / 100 if is_held and row.budget else None
    CheckIn.objects.bulk_create(
        CheckIn(
            registration=one, key=f"sample-{one.code}", how="scan", at=(at := row.starts - timedelta(minutes=draw.randrange(30))),
            received_at=at, is_offline=draw.random() < 0.2,
        )
        for one in came
    )  # fmt: skip
    Opinion.objects.bulk_create(_opinion(draw, one, row) for one in came if draw.random() < 0.6)
    record_many(list(_evidence(row, told)))


def _opinion(draw: random.Random, one: Registration, row: Event) -> Opinion:
    stars = (
        [draw.choice((4, 5, 5)) for _ in range(3)] if draw.random() < 0.95 else [draw.randint(2, 4) for _ in range(3)]
    )
    return Opinion(
        registration=one, content=stars[0], order=stars[1], use=stars[2], total=sum(stars), words=draw.choice(WORDS),
        at=row.ends + timedelta(hours=draw.randrange(1, 40)),
    )  # fmt: skip


def _evidence(row: Event, told: list[Registration]) -> Iterator[Entry]:
    stream = row.stream
    yield Entry(SYSTEM, row.made_at, "events.make", stream, {"title": row.title, "kind": row.kind})
    yield Entry(SYSTEM, row.made_at, "events.step", stream, {"step": "publish", "from": "draft"})
    for one in sorted(told, key=lambda each: each.at):
        facts = {"registration": one.pk, "state": "registered", "enterprise": one.enterprise_id}
        yield Entry(SYSTEM, one.at, "events.register", stream, facts, content={"person": one.person})
    if row.state == "held":
        for one in told:
            if one.state == "attended":
                yield Entry(SYSTEM, row.starts, "events.check_in", stream, {"registration": one.pk})
        missed = sum(one.state == "no_show" for one in told)
        yield Entry(SYSTEM, row.ends, "events.step", stream, {"step": "hold", "from": "published", "no_show": missed})


def _bookings(draw: random.Random, now: datetime, rooms: list[Venue], firms: list[int], count: int) -> None:
    today = now.astimezone(SHANGHAI).date()
    days = [today - timedelta(days=n) for n in range(1, 366)]
    free = [(day, slot, room) for day in days if day.isoweekday() <= 5 for slot in SLOTS for room in rooms]
    past = [
        _booking(draw, now, firms, *one, "used") for one in sorted(draw.sample(free, count), key=lambda one: one[:2])
    ]
    for one in draw.sample(past, count // 25):
        one.state = "missed"
    ahead = [today + timedelta(days=n) for n in range(1, 15)]
    coming = [(day, slot, room) for day in ahead if day.isoweekday() <= 5 for slot in SLOTS for room in rooms]
    rows = [
        *past,
        *(_booking(draw, now, firms, *one, draw.choice(("asked", "approved"))) for one in draw.sample(coming, 14)),
    ]
    Booking.objects.bulk_create(rows, batch_size=500)
    record_many(
        [
            Entry(
                SYSTEM, one.made_at, "events.book", one.stream,
                {"booking": one.pk, "enterprise": one.enterprise_id, "starts": one.starts.isoformat(), "state": one.state},
            )
            for one in rows
        ]
    )  # fmt: skip


def _lately(draw: random.Random, now: datetime) -> datetime:
    """Some moment of the last ten hours."""
    return now - timedelta(minutes=draw.randrange(5, 600))


def _booking(
    draw: random.Random, now: datetime, firms: list[int], day: date, slot: time, room: Venue, state: str
) -> Booking:  # fmt: skip
    starts = datetime.combine(day, slot, SHANGHAI)
    return Booking(
        venue=room, enterprise_id=draw.choice(firms), starts=starts, ends=starts + timedelta(hours=2), state=state,
        purpose=draw.choice(("项目洽谈", "员工培训", "新品发布", "线上会议", "招聘面试")), people=draw.randint(3, room.seats),
        made_by=SYSTEM.mark, made_at=min(starts - timedelta(days=3), _lately(draw, now)),
    )  # fmt: skip

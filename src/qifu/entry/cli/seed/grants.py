"""Grants of the sample district: three schemes, one of each way in, and applications in every stage from draft to the bank's receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import facts
from qifu.domain.grants.actions import applying, listing, money, payments, publicity, reviewing, schemes, taking
from qifu.domain.grants.actions.schemes import Terms
from qifu.domain.grants.models import Application, NoticeLine, PaymentOrder, Reservation, Version
from qifu.domain.people import queries as people
from qifu.domain.policies.queries import carried, judging
from qifu.domain.registry import agencies
from qifu.entry.cli.sample.streams import SEED, stream
from qifu.entry.cli.seed import grants_after
from qifu.kernel.actor import SYSTEM, Actor, Agency

SCORING = ({"name": "s1", "label": "项目成效", "most": 60}, {"name": "s2", "label": "规范和信用", "most": 40})
QUESTIONS = (
    {"name": "q1", "label": "资金用途", "kind": "text", "is_required": True, "hint": ""},
    {"name": "q2", "label": "项目总投入（元）", "kind": "money", "is_required": False, "hint": ""},
)
MATERIALS = ({"name": "m1", "label": "项目说明", "hint": "盖章后扫描", "is_required": False},)
USES = ("购置设备和软件。", "扩大产能，新增岗位。", "改造生产线，降低能耗。", "开拓市场，参加展会。")
BANKS = ("示例银行江泽支行", "示例银行云泽支行", "示例商业银行澄浦支行")
REFUSED = {"clause": "项目管理办法第八条", "reason": "综合得分低于七十分。"}
PAID, PUBLIC, LATE = 8, 5, 9  # applications by how far they have come
LISTED = 30


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays."""

    editor: Actor
    publisher: Actor
    lead: Actor
    reviewers: tuple[Actor, ...]
    decider: Actor
    finance: Actor
    payer: Actor
    units: dict[str, int]


def write(now: datetime) -> int:
    """Play the year of grants so far; return how many applications there are."""
    began = max(now - timedelta(days=90), now.replace(month=1, day=1, hour=9))
    cast, known = _cast(now), agencies.contacts()
    items = _items(facts.day(now), set(known))
    if not items:
        return 0
    line = _line(cast, began, "P-07", items[0][0].title, "2150805", "kejing", "8000000.00")
    applied = _scheme(cast, began, items[0][0].code, "kejing", _apply(items[0][0].title, line, now, cast))
    firms = items[0][1][: PAID + PUBLIC + LATE]
    _settled(cast, applied, _actors(firms[:PAID], known), began)
    if began + timedelta(days=61) < now:
        grants_after.write(
            contacts=_actors(firms[:3], known), lead=cast.lead, decider=cast.decider, finance=cast.finance, payer=cast.payer,
            at=began + timedelta(days=50), now=began + timedelta(days=60),
        )  # fmt: skip
    _public(cast, applied, _actors(firms[PAID : PAID + PUBLIC], known), now - timedelta(days=9))
    _under_way(cast, applied, _actors(firms[PAID + PUBLIC :], known), now - timedelta(days=4))
    for place, way in enumerate(("none", "confirm"), 1):
        if place < len(items):
            _without_application(cast, items[place][0], way, began, now, known)
    return Application.objects.count()


def _cast(now: datetime) -> Cast:
    def actor(username: str) -> Actor:
        account = people.account_by_username(username)
        assert account is not None
        return people.actor_of(account, now)

    units = {view.code: view.id for view in people.units()}
    reviewers = tuple(actor(f"huishen-{code}") for code in ("kejing", "caizheng", "renli"))
    return Cast(
        actor("zhengce01"), actor("duban01"), actor("chengban-kejing-1"), reviewers, actor("duban01"), actor("caiwu01"),
        actor("caiwu-caizheng"), units,
    )  # fmt: skip


def _items(on: date, contacts: set[int]) -> list[tuple[carried.Rests, list[int]]]:
    """The items that pay money and fit most of those who have a contact here; the firms that fit, by their number."""
    found = []
    for one in carried.payable(on):
        if not one.is_sample:
            continue
        firms = [firm for firm in judging.fitting(one.revision) if firm in contacts]
        if len(firms) >= 6:
            found.append((one, firms))
    return sorted(found, key=lambda one: (-min(len(one[1]), PAID + PUBLIC + LATE), one[0].code))[:3]


def _line(cast: Cast, at: datetime, code: str, project: str, functional: str, unit: str, total: str) -> int:
    row = money.open_line(
        actor=cast.finance, now=at, year=at.year, code=code, project=project, functional=functional, economic="31204",
        unit=cast.units[unit], total=Decimal(total),
    )  # fmt: skip
    return row.pk


def _apply(title: str, line: int, now: datetime, cast: Cast) -> Terms:
    return Terms(
        title=title, line=line, way="apply", basis="asked", opens_on=date(now.year, 1, 1),
        closes_on=date(now.year, 12, 31), cap=Decimal("300000.00"), fields=("employees", "industry"), questions=QUESTIONS,
        materials=MATERIALS, scoring=SCORING, pass_mark=Decimal(70),
        reviewers=[cast.units[code] for code in ("kejing", "caizheng", "renli")], publicity_days=5, decide_days=30,
        clawback="三年内迁出本区的，退回补助资金。", duties=grants_after.DUTIES,
    )  # fmt: skip


def _scheme(cast: Cast, at: datetime, item: str, unit: str, terms: Terms) -> Version:
    drafted = schemes.begin(actor=cast.editor, now=at, item=item, unit=cast.units[unit], terms=terms)
    return schemes.publish(actor=cast.publisher, now=at + timedelta(hours=1), version=drafted.pk)


def _actors(firms: Sequence[int], known: dict[int, tuple[int, ...]]) -> list[Actor]:
    return [Actor(known[firm][0], "contact", "联系人", agencies=(Agency(firm, "owner"),)) for firm in firms]


def _draft(version: Version, who: Actor, at: datetime) -> str:
    drawn = stream(SEED, f"grants.{who.account}")
    (firm,) = who.enterprises
    row = applying.start(actor=who, now=at, scheme=version.scheme.code, enterprise=firm)
    said = {
        one["name"]: str(one["value"]) for one in [{"name": n, "value": a["value"]} for n, a in row.answers.items()]
    }
    lacking = {name: "20" if name == "employees" else "C3581" for name, value in said.items() if not value}
    asked = int(drawn.integers(5, 32)) * 10_000
    values = lacking | {"q1": USES[int(drawn.integers(len(USES)))], "q2": str(asked * 3), "asked": str(asked)}
    applying.save(
        actor=who,
        now=at,
        number=row.number,
        values=values,
        contact_name="办事员",
        phone=f"199{drawn.integers(10**7, 10**8)}",
    )
    return row.number


def _submitted(version: Version, people_: Sequence[Actor], at: datetime) -> list[str]:
    found = []
    for place, who in enumerate(people_):
        moment = at + timedelta(minutes=37 * place)
        number = _draft(version, who, moment)
        applying.submit(actor=who, now=moment + timedelta(minutes=20), number=number)
        found.append(number)
    return found


def _reviewed(cast: Cast, numbers: Sequence[str], at: datetime, good: bool = True) -> None:
    """Scores of all three departments, then the summary."""
    vote, opinion = ("yes", "材料属实。") if good else ("no", "成效不明显。")
    for number in numbers:
        drawn = stream(SEED, f"grants.review.{good}.{numbers.index(number)}")
        for place, who in enumerate(cast.reviewers):
            first, second = (int(drawn.integers(46, 58)), int(drawn.integers(30, 39))) if good else (25, 20)
            scores = {"s1": str(first), "s2": str(second)}
            given = reviewing.Opinion(False, scores=scores, vote=vote, opinion=opinion)
            reviewing.give(actor=who, now=at + timedelta(hours=place), number=number, opinion=given)
        asked = Application.objects.get(number=number).asked or Decimal(0)
        said: dict[str, object] = {"minutes": "三个部门分别审阅并评分，按平均分汇总。"}
        more = {"amount": str(min(asked, Decimal(300_000)))} if good else REFUSED
        step = "conclude" if good else "fail"
        taking.take(actor=cast.lead, now=at + timedelta(hours=5), number=number, step=step, given=said | more)


def _passed(cast: Cast, numbers: Sequence[str], at: datetime) -> None:
    for number in numbers:
        taking.take(actor=cast.lead, now=at, number=number, step="pass")


@transaction.atomic
def _settled(cast: Cast, version: Version, people_: Sequence[Actor], at: datetime) -> None:
    """The first round of the year: most are paid; one came back from the bank, one was refused and asks again."""
    numbers = _submitted(version, people_, at + timedelta(days=2))
    _passed(cast, numbers, at + timedelta(days=4))
    _reviewed(cast, numbers[:-1], at + timedelta(days=8))
    _reviewed(cast, numbers[-1:], at + timedelta(days=8), good=False)
    publicity.open_notice(actor=cast.lead, now=at + timedelta(days=10), version=version.pk)
    publicity.clear_due(now=at + timedelta(days=24))
    for number in numbers[:-1]:
        given = {"reason": "会审通过，公示无异议。", "clause": "项目管理办法第十条"}
        taking.take(actor=cast.decider, now=at + timedelta(days=25), number=number, step="grant", given=given)
    for place, (who, number) in enumerate(zip(people_[:-2], numbers[:-2], strict=True)):
        account = f"6217{who.account or 0:010d}"
        applying.confirm_account(
            actor=who, now=at + timedelta(days=26), number=number, bank=BANKS[place % len(BANKS)], account=account
        )
    _paid(cast, numbers[:-2], at + timedelta(days=28))
    taking.take(
        actor=people_[-1], now=at + timedelta(days=20), number=numbers[-1], step="appeal",
        given={"reason": "评分没有考虑今年新投产的车间，请求复核。"},
    )  # fmt: skip


def _paid(cast: Cast, numbers: Sequence[str], at: datetime) -> None:
    streams = [row.stream for row in Application.objects.filter(number__in=numbers)]
    held = list(Reservation.objects.filter(source__in=streams).values_list("pk", flat=True))
    batch = payments.draw(actor=cast.finance, now=at, reservations=held)
    payments.release(actor=cast.payer, now=at + timedelta(hours=3), number=batch.number)
    later = at + timedelta(days=1)
    lines = ["单号,结果,回单号,原因,日期,金额"]
    for place, order in enumerate(PaymentOrder.objects.filter(batch=batch).order_by("pk")):
        good = place + 1 < len(held)
        said = ("成功", f"HD{order.number[2:]}", "") if good else ("失败", "", "户名与账号不符")
        lines.append(",".join((order.number, *said, facts.day(later).isoformat(), str(order.amount))))
    payments.take_return(actor=cast.payer, now=later, name="银行回单.csv", data="\r\n".join(lines).encode())


@transaction.atomic
def _public(cast: Cast, version: Version, people_: Sequence[Actor], at: datetime) -> None:
    """On the public list now; somebody objects to one line."""
    numbers = _submitted(version, people_, at)
    _passed(cast, numbers, at + timedelta(days=2))
    _reviewed(cast, numbers, at + timedelta(days=5))
    if not numbers:
        return
    notice = publicity.open_notice(actor=cast.lead, now=at + timedelta(days=8), version=version.pk)
    line = NoticeLine.objects.filter(notice=notice).order_by("pk").first()
    assert line is not None
    publicity.object_to(
        actor=SYSTEM, now=at + timedelta(days=8, hours=5), number=notice.number, line=line.pk, who="某同行企业",
        text="该项目的设备去年已在别处投用，请核实是否属于今年的投入。", phone="19900000000",
    )  # fmt: skip


@transaction.atomic
def _under_way(cast: Cast, version: Version, people_: Sequence[Actor], at: datetime) -> None:
    """In the form check, asked for more, in review with some opinions given, one draft."""
    if not people_:
        return
    numbers = _submitted(version, people_[:-1], at)
    _draft(version, people_[-1], at + timedelta(days=1))
    _passed(cast, numbers[:3], at + timedelta(days=1))
    for number in numbers[:1]:
        given = reviewing.Opinion(False, scores={"s1": "50", "s2": "33"}, vote="yes", opinion="同意。")
        reviewing.give(actor=cast.reviewers[0], now=at + timedelta(days=2), number=number, opinion=given)
    for number in numbers[3:4]:
        given_ = {"items": ["项目说明要盖章", "写明设备清单"]}
        taking.take(actor=cast.lead, now=at + timedelta(days=1), number=number, step="ask", given=given_)
    for number in numbers[4:5]:
        said = {"refusal": "material", "clause": "项目管理办法第六条", "reason": "设备清单与发票不一致。"}
        taking.take(actor=cast.lead, now=at + timedelta(days=2), number=number, step="reject", given=said)


@transaction.atomic
def _without_application(
    cast: Cast, item: carried.Rests, way: str, began: datetime, now: datetime, known: dict[int, tuple[int, ...]]
) -> None:
    """A scheme for which nobody applies: listed by the system; some are through, some wait to be confirmed."""
    is_none = way == "none"
    title = item.title
    line = _line(
        cast, began, "P-08" if is_none else "P-09", title, "2080799" if is_none else "2150899", "kejing", "3000000.00"
    )
    terms = Terms(
        title=title, line=line, way=way, basis="fixed", fixed=Decimal(5000 if is_none else 20000), quota=LISTED,
        opens_on=date(now.year, 1, 1), publicity_days=0, decide_days=10,
    )  # fmt: skip
    version = _scheme(cast, began, item.code, "kejing", terms)
    listing.list_eligible(actor=cast.lead, now=now - timedelta(days=6), version=version.pk)
    rows = list(Application.objects.filter(version=version).order_by("pk"))
    reached = [row for row in rows if row.enterprise_id in known]
    for row in reached[:6]:
        step = "enlist" if is_none else "offer"
        taking.take(actor=cast.lead, now=now - timedelta(days=5), number=row.number, step=step)
    for row in reached[:4]:
        if not is_none:
            (who,) = _actors([row.enterprise_id], known)
            taking.take(actor=who, now=now - timedelta(days=4), number=row.number, step="accept")
        given = {"reason": "按名单确认。", "clause": "实施细则第三条"}
        taking.take(actor=cast.decider, now=now - timedelta(days=3), number=row.number, step="grant", given=given)

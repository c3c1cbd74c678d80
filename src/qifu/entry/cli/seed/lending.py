"""Subsidised interest and relief of the sample district: banks, a programme with two quarters, a list of persons, pairs to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants.actions import applying, money, payments
from qifu.domain.grants.loans.actions import lists, settling, setup
from qifu.domain.grants.loans.terms import Asked
from qifu.domain.grants.models import Application, Bank, BankShare, Loan, PaymentOrder, Programme, Reservation
from qifu.domain.grants.overlaps.actions import look_over
from qifu.domain.grants.relief import actions as relief
from qifu.domain.people import queries as people
from qifu.domain.registry.models import Enterprise
from qifu.engines.codes import identity
from qifu.entry.cli.sample.streams import SEED, stream
from qifu.kernel.actor import Actor, Agency

BANKS = ("江泽银行", "云泽农村商业银行", "澄浦村镇银行", "汉岸商业银行")
NAMES = (
    "王建国",
    "李秀兰",
    "张志明",
    "刘桂芳",
    "陈文斌",
    "杨丽华",
    "赵国强",
    "黄淑珍",
    "周永福",
    "吴玉梅",
    "徐长江",
    "孙桂英",
)
LOANS, PAIR = 36, 2


def write(now: datetime) -> int:
    """Play two quarters of lending and one list of relief; return how many loans were listed."""
    finance, payer, editor, keeper, decider = (
        _actor(name, now) for name in ("caiwu01", "caiwu-caizheng", "zhengce01", "chengban-jinrong-1", "duban01")
    )
    units = {view.code: view.id for view in people.units()}
    began = max(now - timedelta(days=60), now.replace(month=1, day=1, hour=9))
    with transaction.atomic():
        line = money.open_line(
            actor=finance, now=began, year=began.year, code="P-12", project="小微企业贷款贴息", functional="2160299",
            economic="31299", unit=units["jinrong"], total=Decimal("3000000.00"),
        )  # fmt: skip
        banks = [_bank(finance, began, place, name) for place, name in enumerate(BANKS)]
        programme = setup.add_programme(
            actor=editor, now=began, title="小微企业贷款贴息", clause="《小微企业贷款贴息实施办法》第四条", line=line.pk,
            unit=units["jinrong"], asked=_terms(now), sizes=("small", "micro"),
        )  # fmt: skip
    first, second = _quarters(now.date())
    count = _quarter(programme, banks, *first, keeper, began + timedelta(days=3))
    row = settling.work_out(
        actor=keeper, now=began + timedelta(days=4), programme=programme.pk, first=first[0], last=first[1]
    )
    _mended(row.pk, keeper, began + timedelta(days=4))
    row = settling.work_out(
        actor=keeper, now=began + timedelta(days=5), programme=programme.pk, first=first[0], last=first[1]
    )
    settling.decide(
        actor=decider, now=began + timedelta(days=6), number=row.pk, reason="清单与借款合同、付息凭证相符。"
    )
    _paid(finance, payer, row.pk, began + timedelta(days=8))
    count += _quarter(programme, banks, *second, keeper, now - timedelta(days=2))
    settling.work_out(
        actor=keeper, now=now - timedelta(days=1), programme=programme.pk, first=second[0], last=second[1]
    )
    _relief(editor, keeper, finance, units["jinrong"], began, now)
    _pair(now - timedelta(days=1))
    look_over(now=now - timedelta(hours=1))
    return count


def _actor(username: str, now: datetime) -> Actor:
    account = people.account_by_username(username)
    assert account is not None
    return people.actor_of(account, now)


def _bank(actor: Actor, at: datetime, place: int, name: str) -> Bank:
    account = f"4200100000{place:06d}"
    return setup.add_bank(actor=actor, now=at, name=name, holder=f"{name}营业部", branch=name, account=account)


def _terms(now: datetime) -> Asked:
    """Half of the interest up to a benchmark that the programme brings along; the figures are the sample's own."""
    return Asked(
        "share", Decimal(50), benchmark=((date(now.year - 1, 1, 1), Decimal("3.10")), (date(now.year, 1, 1), Decimal("3.00"))),
        lent_since=date(now.year - 1, 1, 1), months=24, of_firm_in_year=Decimal(100_000),
        principal_of_firm=Decimal(5_000_000), rate_ceiling=Decimal("4.50"),
    )  # fmt: skip


def _quarters(today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """The two whole quarters before today's."""
    begins = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    middle = _before(begins)
    return (_before(middle), middle - timedelta(days=1)), (middle, begins - timedelta(days=1))


def _before(day: date) -> date:
    month = day.month - 3
    return date(day.year - (month < 1), month + 12 * (month < 1), 1)


def _quarter(programme: Programme, banks: Sequence[Bank], first: date, last: date, keeper: Actor, at: datetime) -> int:
    firms = list(
        Enterprise.objects.filter(status="open", size_class__in=["small", "micro"], merged_into=None)
        .exclude(uscc=None).order_by("pk").values_list("uscc", "name")[:LOANS]
    )  # fmt: skip
    for place, bank in enumerate(banks):
        loans = [
            _loan(number, code or "", name, first, last)
            for number, (code, name) in enumerate(firms) if number % len(banks) == place
        ]  # fmt: skip
        wrong = (
            [lists.Wrong(len(loans) + 2, "JJ-TEST-99", "到期日“2027-02-30”认不出来，请写成 2026-09-30。")]
            if place == 1
            else []
        )
        handed = lists.Handed(
            f"{bank.name}{first:%Y%m}贷款清单.xlsx", f"{bank.pk}-{first}", len(loans) + len(wrong), loans, wrong
        )
        row = lists.try_list(
            actor=keeper, now=at, programme=programme.pk, bank=bank.pk, first=first, last=last, handed=handed
        )
        lists.enter_list(actor=keeper, now=at + timedelta(minutes=9), number=row.pk)
    return len(firms)


def _loan(number: int, code: str, name: str, first: date, last: date) -> lists.Listed:
    drawn = stream(SEED, f"lending.{code}")
    begun = first - timedelta(days=int(drawn.integers(20, 80)))
    amount, rate = Decimal(int(drawn.integers(20, 400)) * 10_000), Decimal(int(drawn.integers(310, 440))) / 100
    moved = [(begun, amount)]
    if number % 3 == 0:
        moved.append((first + timedelta(days=int(drawn.integers(5, 60))), -amount / 2))
    paid = (amount * rate * (last - first).days / 36_000).quantize(Decimal("0.01"))
    late = [(first + timedelta(days=20), first + timedelta(days=29))] if number == 7 else []
    return lists.Listed(
        f"JJ-{begun:%Y%m}-{number:04d}", code, name, (number + 2,), moved, [(begun, rate)],
        date(begun.year + 1, begun.month, min(begun.day, 28)), None, late, None if number == 5 else paid,
        (paid / 2).quantize(Decimal("0.01")) if number % 4 == 0 else None,
    )  # fmt: skip


def _mended(settlement: int, keeper: Actor, at: datetime) -> None:
    """What the bank did not bring in time is left out."""
    for one in Loan.objects.filter(settlement=settlement, state="open"):
        lists.drop_loan(actor=keeper, now=at, number=one.pk, reason="银行没有提供付息凭证，列入下一期。")


def _paid(finance: Actor, payer: Actor, settlement: int, at: datetime) -> None:
    sources = [share.stream for share in BankShare.objects.filter(settlement=settlement)]
    held = list(Reservation.objects.filter(source__in=sources).values_list("pk", flat=True))
    batch = payments.draw(actor=finance, now=at, reservations=held)
    payments.release(actor=payer, now=at + timedelta(hours=2), number=batch.number)
    lines = ["付款单号,金额,处理结果,回单号,交易日期"]
    day = (at + timedelta(days=1)).date()
    orders = PaymentOrder.objects.filter(batch=batch).order_by("pk")
    lines += [f"{one.number},{one.amount},交易成功,HX{one.number[2:]},{day}" for one in orders]
    payments.take_return(
        actor=payer, now=at + timedelta(days=1), name="银行回单.csv", data="\r\n".join(lines).encode("gb18030")
    )


def _relief(editor: Actor, keeper: Actor, finance: Actor, unit: int, began: datetime, now: datetime) -> None:
    line = money.open_line(
        actor=finance, now=began, year=began.year, code="P-15", project="改制企业困难职工慰问", functional="2081901",
        economic="30306", unit=unit, total=Decimal("400000.00"),
    )  # fmt: skip
    scheme = relief.add_scheme(
        actor=editor, now=began, title="改制企业困难职工慰问", clause="《改制企业困难职工慰问办法》第三条", line=line.pk, unit=unit,
        every="half", standards=[("困难职工", date(now.year - 1, 1, 1), Decimal(800)), ("困难职工", date(now.year, 1, 1), Decimal(1000)),
                                 ("重病职工", date(now.year, 1, 1), Decimal(2000))],
    )  # fmt: skip
    lines = [
        relief.Line(place, name, _nobody(place), "重病职工" if place % 5 == 0 else "困难职工", BANKS[place % 4], f"62220200000{place:05d}")
        for place, name in enumerate(NAMES, 2)
    ]  # fmt: skip
    lines.append(relief.Line(len(lines) + 2, NAMES[0], _nobody(2), "困难职工", BANKS[0], "6222020000000002"))
    period = f"{now.year}H{1 if now.month < 7 else 2}"
    row = relief.try_list(
        actor=keeper, now=now - timedelta(days=1), scheme=scheme.pk, period=period,
        handed=relief.Handed("困难职工慰问名单.xlsx", f"relief-{period}", lines),
    )  # fmt: skip
    relief.enter_list(actor=keeper, now=now - timedelta(hours=20), number=row.pk)


def _nobody(place: int) -> str:
    """An identity number that nobody bears: its county code was given up long before."""
    first = f"42010019500101{place:03d}"
    return first + identity.check_character(first)


def _pair(at: datetime) -> None:
    """Two firms of one scheme name the same account for their money."""
    rows = Application.objects.filter(state__in=["publicity", "submitted", "review"], contact__isnull=False)
    version = rows.order_by("version", "pk").values_list("version", flat=True).first()
    for row in rows.filter(version=version).order_by("pk")[:PAIR]:
        actor = Actor(row.contact, "contact", "联系人", agencies=(Agency(row.enterprise_id, "owner"),))
        applying.confirm_account(actor=actor, now=at, number=row.number, bank=BANKS[0], account="4200100000999999")

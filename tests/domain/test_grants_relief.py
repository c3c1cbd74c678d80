"""Relief to persons: once a period, by the standard of the day, masked everywhere, paid under the whole name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.grants.actions import payments
from qifu.domain.grants.models import (
    FundLine,
    LedgerEntry,
    PaymentOrder,
    ReliefList,
    ReliefPerson,
    ReliefScheme,
    Reservation,
)
from qifu.domain.grants.queries import funds
from qifu.domain.grants.relief import actions, periods, queries
from qifu.engines.codes import identity
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing, Refusal
from qifu.kernel.evidence.models import Content, Record
from qifu.kernel.unmaskings.models import Unmasking
from tests.domain import loan_room
from tests.domain.loan_room import Loans
from tests.stage import Stage

pytestmark = pytest.mark.django_db
D = Decimal


def person(serial: int) -> str:
    """An identity number of nobody: born on the day after the calendar reform, in a county that was dissolved."""
    first = f"4201061949100{serial % 10}{serial:03d}"[:17]
    return first + identity.check_character(first)


@pytest.fixture
def room(stage: Stage, settings: Settings) -> Loans:
    settings.QIFU_NOW = stage.now
    return loan_room.build(stage)


@pytest.fixture
def scheme(room: Loans) -> ReliefScheme:
    standards = [
        ("困难职工", date(2025, 1, 1), D(800)), ("困难职工", date(2026, 7, 1), D(1000)), ("困难党员", date(2026, 1, 1), D(600)),
    ]  # fmt: skip
    return actions.add_scheme(
        actor=room.actor("editor"), now=room.stage.now, title="困难职工慰问", clause="慰问办法第二条", line=room.line.pk,
        unit=room.stage.house.department, every="quarter", standards=standards,
    )  # fmt: skip


def line(number: int, serial: int, **changes: str) -> actions.Line:
    held = {"name": "王小明", "kind": "困难职工", "bank": "江泽银行", "account": f"62220200000{serial:05d}"} | changes
    return actions.Line(
        number, identity=changes.get("identity", person(serial)), **{k: v for k, v in held.items() if k != "identity"}
    )


def hand(room: Loans, scheme: ReliefScheme, *lines: actions.Line, period: str = "2026Q3") -> ReliefList:
    handed = actions.Handed("慰问名单.xlsx", "d", lines)
    return actions.try_list(
        actor=room.actor("handler"), now=room.stage.now, scheme=scheme.pk, period=period, handed=handed
    )


def enter(room: Loans, row: ReliefList) -> ReliefList:
    return actions.enter_list(actor=room.actor("handler"), now=room.stage.now, number=row.pk)


def decide(room: Loans, row: ReliefList, who: str = "supervisor") -> ReliefList:
    return actions.decide(actor=room.actor(who), now=room.stage.now, number=row.pk, reason="名单属实。")


def refused(act: Callable[[], object], kind: type[Refusal]) -> str:
    """The sentence of a refusal, after showing that it changed nothing."""
    tables = (ReliefList, ReliefPerson, FundLine, Reservation, LedgerEntry, Record)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with pytest.raises(kind) as refusal:
        act()
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    return refusal.value.message


def test_from_the_list_to_the_persons_account(room: Loans, scheme: ReliefScheme) -> None:
    """Orders and screens show 王**; the bank's file has the whole name, or the money would come back."""
    row = enter(room, hand(room, scheme, line(2, 1), line(3, 2, kind="困难党员", name="欧阳小红")))
    decide(room, row)
    room.line.refresh_from_db()
    assert (room.line.reserved, list(ReliefPerson.objects.values_list("shown", "amount", "state"))) == (
        D(1600), [("王**", D(1000), "held"), ("欧***", D(600), "held")],
    )  # fmt: skip
    held = list(Reservation.objects.values_list("pk", flat=True))
    batch = payments.draw(actor=room.actor("finance"), now=room.stage.now, reservations=held, layout="fixed")
    payments.release(actor=room.actor("payer"), now=room.stage.now, number=batch.number)
    orders = list(PaymentOrder.objects.order_by("pk"))
    assert [(one.payee, one.tail) for one in orders] == [("王**", "0001"), ("欧***", "0002")]
    file = funds.bank_file(actor=room.actor("payer"), number=batch.number)
    batch.refresh_from_db()
    assert file.name == f"{batch.number}.txt"
    assert all(name in file.content.decode("gb18030") for name in ("王小明", "欧阳小红"))
    lines = [
        "付款单号,金额,处理结果,回单号,原因", f"{orders[0].number},1000.00,成功,R1,", f"{orders[1].number},60.00,成功,R2,",
    ]  # fmt: skip
    back = payments.take_return(
        actor=room.actor("payer"), now=room.stage.now, name="a.csv", data="\n".join(lines).encode("gb18030")
    )
    assert back.odd == [[orders[1].number, "付款单是 600.00 元，回单是 60.00 元，金额不符，没有改动"]]
    assert list(ReliefPerson.objects.order_by("pk").values_list("state", "receipt")) == [("paid", "R1"), ("sent", "")]
    room.line.refresh_from_db()
    assert (room.line.reserved, room.line.paid) == (D(600), D(1000))


def test_nothing_that_names_a_person_lies_open(room: Loans, scheme: ReliefScheme) -> None:
    row = enter(room, hand(room, scheme, line(2, 1), line(3, 9, identity="123")))
    decide(room, row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, identity, account, shown, identity_shown FROM grants_reliefperson")
        (stored,) = cursor.fetchall()
    assert (stored[3:], [value[:20].count("王") for value in stored[:3]]) == (
        ("王**", identity.mask(person(1))),
        [0, 0, 0],
    )
    told = str(list(Record.objects.values())) + str(list(Content.objects.values())) + str(row.rejects)
    assert [text in told for text in ("王小明", person(1), "6222020000000001")] == [False] * 3


def test_each_person_once_a_period_by_the_standard_of_its_first_day(room: Loans, scheme: ReliefScheme) -> None:
    row = hand(room, scheme, line(2, 1), line(3, 1), line(4, 2, kind="困难户"), line(5, 3, identity=person(3)[:-1]),
               line(6, 4, account="12-3"), line(7, 5, name="王"))  # fmt: skip
    assert row.rejects == [
        [3, "这个人本期已经列入，每人每期只发一次。"],
        [4, "类别“困难户”没有本期的标准，应为困难职工、困难党员。"],
        [5, "身份证号码应为 18 位，现为 17 位，请核对是否漏录或多录。"],
        [6, "开户行应填写，银行账号应为 6 至 32 位数字。"],
        [7, "姓名应为 2 至 40 字。"],
    ]
    other = hand(room, scheme, line(2, 1))
    enter(room, row)
    assert "有 1 人本期已经列入另一份名单" in refused(lambda: enter(room, other), Conflict)
    assert hand(room, scheme, line(2, 1)).rejects[0][1] == "这个人本期已经列入，每人每期只发一次。"
    earlier = hand(room, scheme, line(2, 1), period="2026q2")
    assert (earlier.period, ReliefPerson.objects.get(list=earlier).amount) == ("2026Q2", D(800))


def test_who_hands_in_does_not_decide_and_the_budget_holds(room: Loans, scheme: ReliefScheme) -> None:
    FundLine.objects.filter(pk=room.line.pk).update(total=D(1500))
    row = enter(room, hand(room, scheme, line(2, 1), line(3, 2)))
    assert refused(lambda: decide(room, row, "handler"), Forbidden) == "只有中心的督办员可以核定名单。"
    assert "预算不足" in refused(lambda: decide(room, row), Invalid)
    second = ReliefPerson.objects.get(list=row, mark=ReliefPerson.objects.order_by("-pk")[0].mark)
    assert "理由" in refused(
        lambda: actions.drop_person(actor=room.actor("handler"), now=room.stage.now, number=second.pk, reason=""),
        Invalid,
    )
    actions.drop_person(actor=room.actor("handler"), now=room.stage.now, number=second.pk, reason="已调离本区。")
    assert decide(room, row).state == "decided"
    said = refused(lambda: actions.undo_list(actor=room.actor("handler"), now=room.stage.now, number=row.pk), Conflict)
    assert said == "这份名单已经核定或撤回，不能再撤回。"


def test_a_look_at_a_whole_identity_is_kept_and_not_for_everybody(room: Loans, scheme: ReliefScheme) -> None:
    row = enter(room, hand(room, scheme, line(2, 1)))
    one = row.people.get()
    show = actions.show
    assert (
        show(actor=room.actor("supervisor"), now=room.stage.now, number=one.pk, reason="核对身份")
        == f"王小明 {person(1)}"
    )
    assert Unmasking.objects.get().subject == f"grants.reliefperson:{one.pk}"
    with pytest.raises(Forbidden, match="只有提交名单和核定名单的人"):
        show(actor=room.actor("finance"), now=room.stage.now, number=one.pk, reason="核对身份")
    with pytest.raises(Missing):
        queries.relief_list(room.actor("street"), row.pk)
    with pytest.raises(Forbidden):
        queries.schemes(room.actor("dispatcher"))


@pytest.mark.parametrize(
    ("every", "period", "day", "label"),
    [("year", "2026", date(2026, 1, 1), "2026 年"), ("half", "2026H2", date(2026, 7, 1), "2026 年下半年"),
     ("quarter", "2026Q3", date(2026, 7, 1), "2026 年第 3 季度"), ("month", "2026-09", date(2026, 9, 1), "2026 年 9 月")],
)  # fmt: skip
def test_periods_as_they_are_written(every: str, period: str, day: date, label: str) -> None:
    assert (periods.begins(every, period), periods.label(every, period)) == (day, label)
    with pytest.raises(Invalid, match="期间应写成"):
        periods.begins(every, "2026Q5")


def test_the_way_through_the_pages(room: Loans) -> None:
    def browser(who: str) -> Client:
        client = Client()
        client.force_login(room.stage.house.account(who))
        return client

    given = {"title": "春节慰问", "clause": "第一条", "every": "year", "line": room.line.pk,
             "unit": room.stage.house.department, "standards": "2026-01-01 困难职工"}  # fmt: skip
    editor, handler, supervisor = browser("editor"), browser("handler"), browser("supervisor")
    wrong = editor.post("/desk/relief/new/", given)
    assert (wrong.status_code, "第 1 行应是日期、类别和金额" in wrong.content.decode()) == (422, True)
    editor.post(
        "/desk/relief/new/",
        given | {"standards": "2026-01-01 困难职工 500\n2026-01-01，离休，1,000".replace("1,000", "1000")},
    )
    scheme = ReliefScheme.objects.get()
    at = f"/desk/relief/{scheme.pk}/"
    text = f"姓名,身份证号,类别,开户行,银行账号\n王小明,{person(1)},困难职工,江泽银行,622202000000001\n李,1,x,,\n"
    assert handler.post(f"{at}lists/", {"period": "2026Q1"}).status_code == 422
    answer = handler.post(
        f"{at}lists/", {"period": "2026", "file": SimpleUploadedFile("a.csv", text.encode("gb18030"))}
    )
    there = answer["Location"]
    page = handler.get(there).content.decode()
    assert [part in page for part in ("王**", "王小明", "姓名应为 2 至 40 字。")] == [True, False, True]
    handler.post(f"{there}enter/")
    assert supervisor.post(f"{there}decide/", {"reason": ""}).status_code == 422
    assert supervisor.post(f"{there}decide/", {"reason": "属实。"}).status_code == 302
    shown = supervisor.post(f"/desk/relief/people/{ReliefPerson.objects.get().pk}/show/", {"reason": "核对"})
    assert shown.json() == {"value": f"王小明 {person(1)}"}
    assert supervisor.get(f"{there}export/").status_code == 200
    assert handler.get(f"{at}template/").status_code == 200
    assert [client.get("/desk/relief/").status_code for client in (editor, handler, supervisor, browser("street"))] == [
        200
    ] * 4

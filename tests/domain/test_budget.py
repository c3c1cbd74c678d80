"""Budget and ledger: nothing enters that does not balance or twice, a closed month stays closed, execution adds up, warnings in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.disclosure.actions import budgets, ledger
from qifu.domain.disclosure.actions.budgets import Planned
from qifu.domain.disclosure.entries import Entry, Side, problems
from qifu.domain.disclosure.models import BudgetVersion, Month, Project, Voucher, VoucherImport, VoucherLine
from qifu.domain.disclosure.queries import execution
from qifu.kernel import measures
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Record
from qifu.kernel.measures import Ask, evaluation
from tests.conftest import NOW, House
from tests.domain import budget_room as room
from tests.domain.budget_room import YEAR, paying, post

JAN = date(YEAR, 1, 20)
HEADINGS = "日期,凭证号,摘要,科目编码,借方金额,贷方金额,功能分类,经济分类,资金来源,项目代码"
FILE = f"""{HEADINGS}
2026-01-05,记-1,付一月维护费,500101 业务活动费用,"30,000.00",,,,,
,,,1011,,"30,000.00",,,,
,,,720101,"30,000.00",,2011399 其他商贸事务支出,30227 委托业务费,一般公共预算,P01
,,,6001,,"30,000.00",,,,
2026-01-06,记-2,付活动场租,500101,5000,,,,,
2026-01-06,记-2,付活动场租,1011,,5000,,,,
2026-01-06,记-2,付活动场租,720101,5000,,2011399,30215,财政拨款,P02
2026-01-06,记-2,付活动场租,6001,,5000,,,,
"""


@pytest.fixture
def house(house: House) -> House:
    room.finance(house)
    return house


def counts() -> tuple[int, int, int, int]:
    return Voucher.objects.count(), VoucherLine.objects.count(), BudgetVersion.objects.count(), Record.objects.count()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"debit": Decimal("99.99")}, "预算会计科目借贷不平：借方 99.99 元，贷方 100.00 元，相差 0.01 元。"),
        ({"functional": "2011300"}, "功能分类科目“2011300”不是 2026 年的项级科目（7 位）。"),
        ({"economic": "30199999"}, "部门预算支出经济分类科目“30199999”不是 2026 年的类或款级科目（3 开头）。"),
        ({"money": ""}, "资金来源没有写明，或不是已知的来源。"),
        ({"credit": Decimal("100.00")}, "借方和贷方金额必须且只能填一个。"),
        ({"account": "9101"}, "会计科目“9101”不是 1—8 开头的科目编码。"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(house: House, change: dict[str, object], said: str) -> None:
    room.approved(house)
    entry = paying("记-1", JAN, "100.00")
    first, second, third, fourth = entry.sides
    wrong = replace(entry, sides=(first, second, replace(third, **change), fourth))  # type: ignore[arg-type]
    before = counts()
    assert said in [text for _, text in problems(wrong)]
    with pytest.raises(Invalid):
        post(house, wrong)
    assert counts() == before


def test_financial_and_budgetary_accounts_balance_each_for_themselves(house: House) -> None:
    """Together they would balance; side by side they do not."""
    crossed = Entry(JAN, "记-1", "串账", (
        Side("500101", debit=Decimal(5)), Side("6001", credit=Decimal(5)),
    ))  # fmt: skip
    assert len(list(problems(crossed))) == 2
    with pytest.raises(Invalid):
        post(house, crossed)


def test_a_voucher_is_posted_once(house: House) -> None:
    room.approved(house)
    entry = paying("记-1", JAN, "100.00")
    row = post(house, entry)
    before = counts()
    assert post(house, entry).pk == row.pk
    with pytest.raises(Conflict) as refusal:
        post(house, paying("记-1", JAN, "200.00"))
    assert refusal.value.message == "2026年1月已有凭证“记-1”，内容不同。请核对凭证号。"
    assert counts() == before
    assert (row.debit, row.credit, row.is_posted, row.lines.count()) == (Decimal("200.00"), Decimal("200.00"), True, 4)


def test_the_database_itself_refuses(house: House) -> None:
    """Past the actions: an unbalanced voucher is not posted, a posted one not changed, a closed month not opened."""
    row = post(house, paying("记-1", JAN, "100.00"))
    held = Voucher.objects.filter(pk=row.pk)
    draft = Voucher.objects.create(
        year=YEAR,
        month=1,
        number="记-2",
        day=JAN,
        summary="绕过",
        origin="x",
        debit=Decimal(5),
        credit=Decimal(5),
        digest="d",
        at=NOW,
    )
    VoucherLine.objects.create(voucher=draft, place=1, account="1011", debit=Decimal(5))
    VoucherLine.objects.create(voucher=draft, place=2, account="6001", credit=Decimal(5))
    month = Month.objects.create(year=YEAR, month=2, closed_at=NOW)
    late = Voucher.objects.create(
        year=YEAR, month=2, number="记-3", day=date(YEAR, 2, 1), summary="绕过", origin="x", debit=Decimal(5), credit=Decimal(5),
        digest="d", at=NOW,
    )  # fmt: skip
    VoucherLine.objects.create(voucher=late, place=1, account="1011", debit=Decimal(5))
    VoucherLine.objects.create(voucher=late, place=2, account="1002", credit=Decimal(5))
    tries = (
        lambda: Voucher.objects.filter(pk=draft.pk).update(is_posted=True),
        lambda: Voucher.objects.filter(pk=late.pk).update(is_posted=True),
        lambda: held.update(summary="改过"),
        lambda: held.delete(),
        lambda: row.lines.update(debit=Decimal(1), credit=Decimal(0)),
        lambda: row.lines.first().delete(),  # type: ignore[union-attr]
        lambda: VoucherLine.objects.create(voucher=row, place=9, account="1011", debit=Decimal(5)),
        lambda: Voucher.objects.create(
            year=YEAR, month=1, number="记-9", day=JAN, summary="直接", origin="x", debit=Decimal(5), credit=Decimal(5), digest="d",
            at=NOW, is_posted=True,
        ),
        lambda: month.delete(),
    )  # fmt: skip
    for act in tries:
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    row.refresh_from_db()
    assert (row.summary, row.lines.count(), Voucher.objects.filter(is_posted=True).count()) == ("支付款项", 4, 1)
    VoucherLine.objects.filter(voucher=draft, place=2).update(account="1002")
    assert Voucher.objects.filter(pk=draft.pk).update(is_posted=True) == 1


def test_a_reversal_takes_back_to_nought_and_only_once(house: House) -> None:
    version = room.approved(house)
    row = post(house, paying("记-1", JAN, "100.00"))
    day = date(YEAR, 2, 3)
    with pytest.raises(Invalid):
        ledger.reverse(actor=house.actor("accountant"), now=NOW, voucher=row.pk, day=day, reason=" ")
    with pytest.raises(Invalid):
        ledger.reverse(
            actor=house.actor("accountant"), now=NOW, voucher=row.pk, day=date(YEAR, 1, 1), reason="科目用错"
        )
    back = ledger.reverse(actor=house.actor("accountant"), now=NOW, voucher=row.pk, day=day, reason="科目用错")
    assert (back.kind, back.reverses_id, back.debit, back.month) == ("reversal", row.pk, Decimal("-200.00"), 2)
    told = execution.execution(actor=house.actor("leader"), year=YEAR)
    assert told.whole.spent == 0
    assert [one.spent for one in told.months[:2]] == [Decimal("100.00"), Decimal("-100.00")]
    before = counts()
    for number in (row.pk, back.pk):
        with pytest.raises(Conflict):
            ledger.reverse(actor=house.actor("accountant"), now=NOW, voucher=number, day=day, reason="再来一次")
    assert counts() == before
    assert version.state == "approved"


def test_a_closed_month_stays_closed(house: House) -> None:
    finance = house.actor("accountant")
    for month, said in ((2, "请按月份顺序结账，前面还有没有结账的月份。"), (9, "2026年9月还没有结束，不能结账。")):
        with pytest.raises(Conflict) as refusal:
            ledger.close_month(actor=finance, now=NOW, year=YEAR, month=month)
        assert refusal.value.message == said
    ledger.close_month(actor=finance, now=NOW, year=YEAR, month=1)
    before = counts()
    with pytest.raises(Conflict) as refusal:
        post(house, paying("记-1", JAN, "100.00"))
    assert refusal.value.message == "2026年1月已经结账，不能再登记凭证。请登记在尚未结账的月份。"
    with pytest.raises(Conflict):
        ledger.close_month(actor=finance, now=NOW, year=YEAR, month=1)
    assert counts() == before


def test_a_budget_holds_when_a_second_person_approved_it(house: House) -> None:
    draft = room.draw(house)
    leader = house.actor("leader")
    assert execution.execution(actor=leader, year=YEAR).whole.adjusted == 0
    with pytest.raises(Forbidden):
        budgets.approve(actor=house.actor("accountant"), now=NOW, version=draft.pk)
    budgets.approve(actor=house.actor("treasurer"), now=NOW, version=draft.pk)
    with pytest.raises(Conflict):
        budgets.approve(actor=leader, now=NOW, version=draft.pk)
    with pytest.raises(Conflict):
        budgets.drop(actor=house.actor("accountant"), now=NOW, version=draft.pk)
    with pytest.raises(Conflict) as refusal:
        room.draw(house)
    assert refusal.value.message == "2026 年已有年初预算，改动请登记为预算调整。"
    assert execution.execution(actor=leader, year=YEAR).whole.adjusted == Decimal("1940000.00")
    assert list(Project.objects.order_by("code").values_list("code", "name")) == [
        ("P01", "企业服务平台运行维护"), ("P02", "惠企活动经费"),
    ]  # fmt: skip


def test_an_adjustment_adds_and_never_falls_below_nought(house: House) -> None:
    room.approved(house)
    less = Planned("P02", "惠企活动经费", "2011399", "30215", "general", Decimal("-30000.00"))
    with pytest.raises(Invalid):
        room.draw(house, [less], kind="adjustment")
    room.approved(house, [less], kind="adjustment", reason="财政收回")
    carried = Planned("P02", "惠企活动经费", "2011399", "30215", "general", Decimal("5000.00"))
    room.approved(house, [carried], kind="carried")
    told = execution.execution(actor=house.actor("leader"), year=YEAR)
    (events,) = [one for one in told.projects if one.key == "P02"]
    assert (events.initial, events.adjusted) == (Decimal("100000.00"), Decimal("75000.00"))
    draft = room.draw(house, [replace(less, amount=Decimal("-75000.01"))], kind="adjustment", reason="财政收回")
    with pytest.raises(Conflict):
        budgets.approve(actor=house.actor("treasurer"), now=NOW, version=draft.pk)


def test_execution_adds_up_by_every_cut(house: House) -> None:
    room.fill_execution(house)
    told = execution.execution(actor=house.actor("leader"), year=YEAR)
    assert told.whole.spent == Decimal("336000.00")
    for rows in (told.projects, told.moneys, told.functional, told.economic):
        assert sum(one.spent for one in rows) == told.whole.spent
        assert sum(one.adjusted for one in rows) == told.whole.adjusted == Decimal("1940000.00")
    assert sum(one.spent for one in told.months) == told.whole.spent == told.months[-1].so_far
    year = Ask(date(YEAR, 1, 1), date(YEAR, 12, 31), NOW)
    assert evaluation.value(measures.measure("disclosure.spent"), year).amount == told.whole.spent
    assert evaluation.value(measures.measure("disclosure.budget"), year).amount == told.whole.adjusted
    assert [value.amount for _, value in evaluation.months(measures.measure("disclosure.spent"), year)][:3] == [
        one.spent for one in told.months[:3]
    ]


def test_forecast_and_warnings_once_a_quarter_is_closed(house: House) -> None:
    """100,000 a month of 1,440,000 keeps pace; 4,000 a month of 100,000 does not."""
    room.fill_execution(house)
    leader = house.actor("leader")
    assert execution.execution(actor=leader, year=YEAR).whole.forecast is None
    for month in (1, 2, 3):
        ledger.close_month(actor=house.actor("accountant"), now=NOW, year=YEAR, month=month)
    told = execution.execution(actor=leader, year=YEAR)
    by = {one.key: one for one in told.projects}
    assert by[""].forecast == Decimal("1200000.00")
    assert by["P02"].forecast == Decimal("48000.00")
    assert by["P02"].warnings == (
        "已执行 12.0%，比截至 3 月的时间进度 25.0% 慢 13.0 个百分点。",
        "照近三个月的支出，全年约执行 48.0%，约有 5.20 万元用不完。",
    )
    assert execution.project(actor=leader, number=by["P02"].id or 0).whole.warnings == by["P02"].warnings


def test_transfers_of_the_years_end_are_no_expenditure(house: House) -> None:
    row = post(house, paying("记-1", JAN, "100.00"))
    end = Entry(date(YEAR, 12, 31), "结-1", "年末结转", (
        Side("820102", "财政拨款结转", debit=Decimal("100.00")),
        Side("720101", "事业支出", credit=Decimal("100.00"), functional=room.AFFAIRS, economic="30101", money="general"),
    ))  # fmt: skip
    assert post(house, end).kind == "closing"
    assert execution.execution(actor=house.actor("leader"), year=YEAR).whole.spent == Decimal("100.00")
    assert row.kind == "ordinary"


def test_only_finance_of_the_centre_writes(house: House) -> None:
    before = counts()
    for name in ("leader", "auditor", "dispatcher", "handler"):
        actor = house.actor(name)
        with pytest.raises(Forbidden):
            ledger.post(actor=actor, now=NOW, entry=paying("记-1", JAN, "1.00"), origin="x")
        with pytest.raises(Forbidden):
            ledger.close_month(actor=actor, now=NOW, year=YEAR, month=1)
        with pytest.raises(Forbidden):
            budgets.draw(actor=actor, now=NOW, year=YEAR, kind="initial", title="x", reason="", lines=[])
    for name in ("dispatcher", "handler", "street"):
        with pytest.raises(Forbidden):
            execution.execution(actor=house.actor(name), year=YEAR)
    assert counts() == before


@pytest.fixture
def desk(house: House, client: Client, settings: Settings) -> Client:
    settings.QIFU_NOW = NOW
    client.force_login(house.account("accountant"))
    return client


def hand_in(desk: Client, text: str, name: str = "一月.csv") -> VoucherImport:
    desk.post("/desk/budget/imports/", {"file": SimpleUploadedFile(name, text.encode())})
    return VoucherImport.objects.order_by("-pk")[0]


def test_a_file_is_tried_then_entered_and_never_twice(house: House, desk: Client) -> None:
    room.approved(house)
    before = counts()
    tried = hand_in(desk, FILE)
    assert (tried.rows, tried.fresh, tried.same, tried.problems, tried.total) == (8, 2, 0, [], Decimal("70000.00"))
    assert counts()[:3] == before[:3]
    page = desk.post(f"/desk/budget/imports/{tried.pk}/enter/", follow=True).content.decode()
    assert "已登记 2 张凭证" in page
    told = execution.execution(actor=house.actor("leader"), year=YEAR)
    assert {one.key: one.spent for one in told.projects} == {
        "": Decimal(0), "P01": Decimal("30000.00"), "P02": Decimal("5000.00"),
    }  # fmt: skip
    after = counts()
    assert desk.post(f"/desk/budget/imports/{tried.pk}/enter/").status_code == 409
    again = desk.post("/desk/budget/imports/", {"file": SimpleUploadedFile("又一次.csv", FILE.encode())})
    assert (again.status_code, "导入，不需要再导入" in again.content.decode()) == (422, True)
    assert counts() == after
    more = hand_in(desk, FILE + "2026-02-01,记-1,付二月,1011,7,,,,,\n2026-02-01,记-1,付二月,1002,,7,,,,\n")
    assert (more.fresh, more.same, more.problems) == (1, 2, [])


def test_a_file_with_errors_names_the_rows_and_enters_nothing(house: House, desk: Client) -> None:
    room.approved(house)
    wrong = FILE.replace("2026-01-06,记-2,付活动场租,6001,,5000", "2026-01-06,记-2,付活动场租,6001,,4999").replace(
        "P02", "P77"
    )
    tried = hand_in(desk, wrong + "2026-01-07,记-3,日期错,1011,abc,,,,,\n2026-13-07,记-4,日期错,1011,5,,,,,\n")
    assert tried.problems == [
        [6, "记-2：2026 年没有代码为“P77”的项目，请先在预算中登记。"],
        [6, "记-2：预算会计科目借贷不平：借方 5,000.00 元，贷方 4,999.00 元，相差 1.00 元。"],
        [10, "借方“abc”不是数，请写成以元为单位的数。"],
        [11, "日期“2026-13-07”读不懂，请写成 2026-01-31。"],
    ]
    before = counts()
    assert desk.post(f"/desk/budget/imports/{tried.pk}/enter/").status_code == 409
    assert counts() == before


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", "只有一列\n1\n".encode(), b"a,b\n1,2\n", b"PK\x03\x04broken"]
)
def test_a_bad_file_is_refused_with_a_sentence(house: House, desk: Client, content: bytes) -> None:
    before = counts()
    for address, more in (
        ("/desk/budget/imports/", {}),
        ("/desk/budget/versions/", {"kind": "initial", "title": "预算"}),
    ):
        answer = desk.post(address, {"file": SimpleUploadedFile("x.csv", content), **more})
        assert answer.status_code == 422
        assert "data-errors" in answer.content.decode()
    assert counts() == before


def test_a_budget_is_drawn_up_from_a_table_and_approved_on_the_desk(house: House, desk: Client) -> None:
    table = (
        "项目代码,项目名称,功能分类,经济分类,资金来源,金额（元）,政府采购\n"
        ",,2011350,30101,一般公共预算,1200000,\n"
        'P01,平台运维,2011399,30227,财政拨款,"400,000.00",是\n'
    )
    asked = {"year": "2026", "kind": "initial", "title": "2026 年部门预算", "reason": ""}
    desk.post("/desk/budget/versions/", {**asked, "file": SimpleUploadedFile("预算.csv", table.encode("gb18030"))})
    row = BudgetVersion.objects.get()
    assert [(one.economic, one.amount, one.is_procurement) for one in row.lines.order_by("pk")] == [
        ("30101", Decimal("1200000.00"), False), ("30227", Decimal("400000.00"), True),
    ]  # fmt: skip
    assert desk.post(f"/desk/budget/versions/{row.pk}/approve/").status_code == 403
    desk.force_login(house.account("leader"))
    desk.post(f"/desk/budget/versions/{row.pk}/approve/")
    row.refresh_from_db()
    assert (row.state, row.approved_by) == ("approved", house.accounts["leader"].pk)


def test_numbers_and_contracts_of_the_year(house: House, desk: Client) -> None:
    room.approved(house)
    bad = desk.post("/desk/budget/year/number/", {"year": "2026", "item": "staff", "value": "十二", "basis": "名册"})
    assert bad.status_code == 422
    desk.post("/desk/budget/year/number/", {"year": "2026", "item": "staff", "value": "12", "basis": "十二月工资名册"})
    project = Project.objects.get(code="P01")
    contract = {
        "name": "平台运维服务", "kind": "services", "supplier": "某软件公司", "size": "micro", "amount": "386,000.00",
        "signed_on": "2026-03-02", "project": str(project.pk),
    }  # fmt: skip
    assert desk.post("/desk/budget/year/contract/", contract).status_code == 302
    assert desk.post("/desk/budget/year/contract/", contract).status_code == 422
    page = desk.get("/desk/budget/year/?year=2026").content.decode()
    assert "12 人" in page
    assert "38.60 万元" in page


def test_lists_open_are_filtered_and_exported(house: House, desk: Client) -> None:
    room.fill_execution(house)
    page = desk.get("/desk/budget/vouchers/?year=2026&month=2&q=付-2").content.decode()
    assert "2月 付-2" in page
    assert "2月 记-2" not in page
    lines = b"".join(desk.get("/desk/budget/vouchers/export/?year=2026&month=1").streaming_content).decode()  # type: ignore[arg-type, attr-defined]
    assert lines.count("\n") == 1 + 12
    for address in ("", "export/", "subjects/", "vouchers/", "versions/", "imports/", "year/"):
        assert desk.get(f"/desk/budget/{address}?year=2026").status_code == 200, address
    row = Voucher.objects.get(number="付-1")
    assert (
        desk.post(f"/desk/budget/vouchers/{row.pk}/reverse/", {"day": "2026-09-30", "reason": "多付"}).status_code
        == 302
    )
    assert "已由" in desk.get(f"/desk/budget/vouchers/{row.pk}/").content.decode()
    assert desk.get("/desk/budget/?year=2031").status_code == 200

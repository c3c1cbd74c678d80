"""Subsidised interest at the desk: from the template to the decided settlement, and what stands beside a field that is wrong."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.grants.models import Bank, Loan, LoanList, Programme, Settlement
from qifu.kernel.evidence.models import Record
from tests.domain import loan_room
from tests.domain.loan_room import CODES, Loans
from tests.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(stage: Stage, settings: Settings) -> Loans:
    settings.QIFU_NOW = stage.now
    return loan_room.build(stage)


def browser(room: Loans, who: str) -> Client:
    client = Client()
    client.force_login(room.stage.house.account(who))
    return client


def filled(content: bytes, *rows: list[object]) -> SimpleUploadedFile:
    book = load_workbook(BytesIO(content))
    for at, cells in enumerate(rows, 2):
        for place, value in enumerate(cells, 1):
            book["贷款清单"].cell(at, place).value = value  # type: ignore[assignment]
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("江泽银行.xlsx", out.getvalue())


def test_from_the_template_to_the_decided_settlement(room: Loans) -> None:
    handler, at = browser(room, "handler"), f"/desk/subsidies/{room.programme.pk}/"
    period = {"first": "2026-04-01", "last": "2026-06-30"}
    blank = b"".join(handler.get(f"{at}template/", period).streaming_content)  # type: ignore[attr-defined]
    row = [
        "L1",
        "武汉示例",
        CODES[0],
        "放款",
        date(2026, 4, 1),
        1000000,
        4,
        date(2027, 4, 1),
        None,
        None,
        None,
        9000,
        3800,
    ]
    bad = ["L2", "乙", CODES[1], "放款", "哪天", 5, 4, date(2027, 4, 1)]
    answer = handler.post(f"{at}lists/", period | {"bank": room.banks[0].pk, "file": filled(blank, row, bad)})
    made = LoanList.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/subsidies/lists/{made.pk}/")
    page = handler.get(answer["Location"]).content.decode()
    assert "日期“哪天”认不出来，请写成 2026-09-30。" in page
    assert "提交这 1 笔" in page
    assert handler.post(f"/desk/subsidies/lists/{made.pk}/enter/").status_code == 302
    answer = handler.post(f"{at}work/", period)
    settled = Settlement.objects.get()
    assert answer["Location"] == f"/desk/subsidies/settlements/{settled.pk}/"
    loan = Loan.objects.get()
    shown = handler.get(f"/desk/subsidies/loans/{loan.pk}/").content.decode()
    assert all(text in shown for text in ("3,791.67", "3,791.6667", "1.50%", "91"))
    supervisor, there = browser(room, "supervisor"), f"/desk/subsidies/settlements/{settled.pk}/"
    empty = supervisor.post(f"{there}decide/", {"reason": ""})
    assert (empty.status_code, "请写明核定意见" in empty.content.decode()) == (422, True)
    assert supervisor.post(f"{there}decide/", {"reason": "相符。"}).status_code == 302
    assert "待拨付" in supervisor.get(there).content.decode()
    book = load_workbook(BytesIO(b"".join(supervisor.get(f"{there}export/").streaming_content)))  # type: ignore[attr-defined]
    assert [cell.value for cell in book["贷款明细"][2]][:9] == [
        "江泽银行", "L1", room.stage.firm.name, "武汉示例", "已算出", 91, 3791.67, 3800, 8.33,
    ]  # fmt: skip
    assert Record.objects.filter(verb="grants.export_settlement").count() == 1


def test_what_is_wrong_stands_on_the_page_and_writes_nothing(room: Loans) -> None:
    handler, at = browser(room, "handler"), f"/desk/subsidies/{room.programme.pk}/"
    before = Record.objects.count()
    period = {"first": "2026-04-01", "last": "2026-06-30", "bank": room.banks[0].pk}
    for given, said in (
        ({}, "请选择贴息期间第一天。"),
        (period, "请先选择文件。"),
        (period | {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}, "没有找到“借据编号”"),
        (period | {"bank": "999", "file": SimpleUploadedFile("a.csv", b"a")}, "请从列表中选择。"),
    ):
        answer = handler.post(f"{at}lists/", given)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    answer = handler.post(f"{at}work/", {"first": "2026-04-01", "last": "2026-06-30"})
    assert answer.status_code == 409
    assert "请先选择贴息期间" in handler.get(f"{at}template/").content.decode()
    assert (LoanList.objects.count(), Record.objects.count()) == (0, before)


def test_finance_enters_banks_and_the_editor_programmes(room: Loans) -> None:
    finance = browser(room, "finance")
    given = {"name": "汉云银行", "holder": "汉云银行营业部", "branch": "汉云银行", "account": "4200 1000 0000 0777"}
    assert finance.post("/desk/subsidies/banks/", given).status_code == 302
    assert Bank.objects.get(name="汉云银行").tail == "0777"
    page = finance.get("/desk/subsidies/banks/").content.decode()
    assert ("尾号 0777" in page, "4200100000000777" in page) == (True, False)
    editor = browser(room, "editor")
    assert finance.get("/desk/subsidies/new/").status_code == 403
    asked = {
        "title": "科技企业贴息", "clause": "第五条", "way": "benchmark", "value": "40", "basis": "365",
        "benchmark": "2026-01-20 3.00\n2026年6月20日，2.9%", "line": room.line.pk, "unit": room.stage.house.department,
        "of_loan": "30000",
    }  # fmt: skip
    wrong = editor.post("/desk/subsidies/new/", asked | {"benchmark": "2026-01-20"})
    assert (wrong.status_code, "第 1 行应是日期和年利率" in wrong.content.decode()) == (422, True)
    assert editor.post("/desk/subsidies/new/", asked).status_code == 302
    made = Programme.objects.get(title="科技企业贴息")
    assert (made.terms["benchmark"], made.terms["of_loan"], made.terms["interest_paid_needed"]) == (
        [["2026-01-20", "3.00"], ["2026-06-20", "2.9"]], "30000", False,
    )  # fmt: skip
    assert "40% " not in editor.get(f"/desk/subsidies/{made.pk}/").content.decode()

"""Writing a policy at the desk: what a pasted text says fills the form, what is unfinished is not counted, examples mean what they say."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from qifu.domain.policies import checking, columns, composing, facts
from qifu.domain.policies.composing import Line
from qifu.domain.policies.models import Case, Document, Revision
from qifu.entry.desk.policies import pasting
from tests.conftest import NOW
from tests.domain import policy_room as room
from tests.domain.policy_room import CODE
from tests.domain.test_policies_screens import LINES, entered, lines
from tests.stage import Stage

TEXT = """江泽区人民政府办公室文件
江政办规〔2026〕12号
江泽区人民政府办公室关于印发
《江泽区支持软件业发展若干措施》的通知
各街道办事处：
    现印发给你们，请认真组织实施。
江泽区人民政府办公室
2026年10月20日
    第一条 本措施适用于软件和信息技术服务业企业。
    第二条 按上年度研发费用的8%给予补贴，最高50万元。
    第三条 本措施自2026年11月1日起施行，有效期至2028年12月31日。
"""
NEW = "/desk/policies/documents/new/"


@pytest.fixture(autouse=True)
def _now(settings: Settings) -> Iterator[None]:
    settings.QIFU_NOW = NOW
    facts.forget()
    yield
    facts.forget()


def test_a_pasted_text_fills_what_is_empty_and_nothing_is_kept(stage: Stage) -> None:
    answer = entered(stage, "admin").post(NEW, {"text": TEXT, "issuer": "我自己写的机关", "act": "read"})
    assert answer.status_code == 200
    held = answer.context["form"].initial
    assert held["title"] == "江泽区人民政府办公室关于印发《江泽区支持软件业发展若干措施》的通知"
    assert (held["number"], held["issuer"], held["level"]) == ("江政办规〔2026〕12号", "我自己写的机关", "district")
    assert [held[name].isoformat() for name in ("issued_on", "effective_from", "effective_to")] == [
        "2026-10-20",
        "2026-11-01",
        "2028-12-31",
    ]
    page = answer.content.decode()
    assert "从正文读出并填好了：标题、层级、文号、成文日期、开始执行、停止执行。" in page
    assert "I65 软件业" in page
    assert "最高 500,000 元" in page
    assert 'value="我自己写的机关"' in page
    assert not Document.objects.exists()


@pytest.mark.parametrize(("text", "said"), [("", "还没有正文。"), ("今天天气很好", "没有从正文读出新的内容")])
def test_a_text_that_says_nothing_of_itself_is_told_so(stage: Stage, text: str, said: str) -> None:
    page = entered(stage, "admin").post(NEW, {"text": text, "title": "已写的", "act": "read"}).content.decode()
    assert said in page
    assert 'value="已写的"' in page


def test_articles_of_a_text_are_offered_once_each() -> None:
    told = pasting.told(TEXT + "第一条 再说一遍。\n一、总则\n（二）细则\n")
    assert told.articles == ("第一条", "第二条", "第三条", "一", "（二）")
    assert told.codes == ("I65",)
    assert told.grants == (("8%", "第二条 按上年度研发费用的8%给予补贴"), ("最高 500,000 元", "最高50万元"))


def test_lines_that_are_not_finished_are_not_counted_meanwhile(stage: Stage) -> None:
    admin = entered(stage, "admin")
    rows = [
        ("0", "and", "", "", "", "", ""),
        ("1", "clause", "industry", "starts_with", "I65", "", ""),
        ("1", "clause", "employees", ">=", "", "", ""),
        ("1", "or", "", "", "", "", ""),
        ("2", "clause", "", "", "", "", ""),
    ]
    page = admin.post("/desk/policies/preview/", lines(rows)).content.decode()
    assert "还有 3 行没有填完，没有计入下面的户数。" in page
    assert "行业代码以 I65（软件和信息技术服务业）开头" in page
    wrong = [*rows[:3], ("1", "clause", "employees", ">=", "很多", "", "")]
    page = admin.post("/desk/policies/preview/", lines(wrong)).content.decode()
    assert "第 4 行：从业人员应是数字，写的是“很多”。" in page  # numbered as the editor shows them
    page = admin.post("/desk/policies/preview/", lines([rows[0], rows[4]])).content.decode()
    assert "选好第一个条件" in page
    assert admin.post("/desk/policies/preview/", {}).status_code == 200


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("revenue", "500万元", 500), ("revenue", "500 万", 500), ("revenue", "1.5亿", 15_000),
        ("revenue", "5,000,000元", 500), ("revenue", "2亿元", 20_000), ("revenue", "500", 500),
        ("employees", "30人", 30), ("rd_ratio", "5%", 0.05), ("rd_ratio", "５％", 0.05), ("revenue_growth", "0", 0),
    ],
)  # fmt: skip
def test_figures_are_read_with_the_unit_that_stands_behind_them(field: str, written: str, read: float) -> None:
    done = composing.composed([Line(0, "clause", field, ">=", written)])
    assert (done.problems, done.condition) == ([], {">=": [{"var": field}, read]})


def test_a_ratio_says_its_percent(stage: Stage) -> None:
    done = composing.composed([Line(0, "clause", "rd_ratio", ">=", "5")])
    assert done.problems == ["第 1 行：“研发费用占比”是比例，请带上百分号，如 5%。"]


def test_an_example_of_a_kind_expects_what_the_kind_means(stage: Stage) -> None:
    row = room.draft(stage.house)
    admin = entered(stage, "admin")
    place = f"/desk/policies/items/{CODE}/{row.number}/cases/"
    before = Case.objects.count()
    given = {"name": "五个人", "kind": "not", "on": "2026-10-01", "fact_employees": "5"}
    refused = admin.post(place, given | {"expected": "eligible"})
    assert refused.status_code == 422
    assert "“不符合”的算例，应有的结果只能是“不符合”。" in refused.content.decode()
    assert Case.objects.count() == before
    assert admin.post(place, given | {"expected": ""}).status_code == 302
    assert Case.objects.get(name="五个人").expected == "ineligible"
    page = admin.get(f"/desk/policies/items/{CODE}/").content.decode()
    assert 'id="fact_employees" name="fact_employees" value="5"' in page  # the next one begins from the last


def test_an_example_that_belies_its_kind_does_not_count(stage: Stage) -> None:
    row = room.draft(stage.house)
    kept = [case for case in row.cases.all() if case.kind != Case.Kind.NOT]
    liar = Case(revision=row, name="其实符合", kind="not", on=kept[0].on, facts=kept[0].facts, expected="eligible")
    assert "缺少“不符合”的算例。" in checking.in_the_way(row, [*kept, liar])


def test_who_reads_a_draft_has_the_text_beside_it(stage: Stage) -> None:
    row = room.draft(stage.house)
    Document.objects.filter(pk=row.document_id).update(text="第一条 独一无二的正文。")
    reader = entered(stage, "supervisor")
    assert "独一无二的正文" in reader.get(f"/desk/policies/items/{CODE}/").content.decode()
    Revision.objects.filter(pk=row.pk).update(state="withdrawn")
    assert "独一无二的正文" not in reader.get(f"/desk/policies/items/{CODE}/").content.decode()


def test_columns_are_read_once_for_all_processes_and_names_only_where_asked_for(
    stage: Stage,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    room.firm(stage, employees=60)
    on = facts.day(NOW)
    read = columns.kept(on)
    with django_assert_num_queries(0):
        assert columns.kept(on) is read
    assert not {"name", "uscc", "enterprise_id"} & set(read.table.columns)
    facts.forget()  # as another process, which has read nothing yet
    with django_assert_max_num_queries(1) as asked:  # none where the cache is not in the database
        shared = columns.kept(on)
    assert all("kernel_cache" in one["sql"] for one in asked.captured_queries)
    assert (shared.ids.tolist(), shared.streets) == (read.ids.tolist(), read.streets)
    rows = slice(0, read.table.rows)
    assert str(shared.table.columns["employees"].floats(rows)) == str(read.table.columns["employees"].floats(rows))  # type: ignore[union-attr]
    named = columns.kept(on, ["employees", "name"])
    assert stage.firm.name in named.table.columns["name"].words  # type: ignore[union-attr]


@pytest.mark.parametrize("left", [b"rubbish", zlib.compress(b"rubbish"), zlib.compress(pickle.dumps({"a": 1}))])
def test_packed_columns_that_cannot_be_used_are_read_anew(stage: Stage, left: bytes) -> None:
    room.firm(stage, employees=60)
    on = facts.day(NOW)
    cache.set(f"policies.columns.{on.isoformat()}", left)
    assert columns.kept(on).table.rows == 2


def test_a_condition_on_names_is_counted_too(stage: Stage) -> None:
    room.firm(stage)
    rows = [("0", "clause", "name", "in", stage.firm.name, "", "")]
    told = entered(stage, "admin").post("/desk/policies/preview/", lines(rows)).context["told"]
    assert (told.eligible, told.unknown) == (1, 0)


def test_the_empty_editor_has_the_columns_ready_for_the_first_line(stage: Stage) -> None:
    assert not facts.HELD
    entered(stage, "admin").post("/desk/policies/preview/", lines([("0", "and", "", "", "", "", "")]))
    assert list(facts.HELD) == [(facts.day(NOW), False)]


def test_what_is_written_is_compared_with_what_was_saved(stage: Stage) -> None:
    room.firm(stage, employees=60)
    room.known(stage, dishonest=False)
    row = room.draft(stage.house)
    admin = entered(stage, "admin")
    money = {"amount_mode": "each", "amount_field": "employees", "amount_each": "1000", "amount_cap": "30"}
    saved = lines() | money | {"of_code": CODE, "of_number": str(row.number)}
    assert "与已保存的第" not in admin.post("/desk/policies/preview/", saved).content.decode()
    stricter = [*LINES[:2], ("1", "clause", "employees", ">=", "100", "", ""), LINES[3]]
    page = admin.post("/desk/policies/preview/", saved | lines(stricter)).content.decode()
    assert "与已保存的第 1 版相比：</strong>由符合变为不符合 1 户；预计金额少 6.00 万元。" in page
    page = admin.post("/desk/policies/preview/", saved | {"amount_each": "2000"}).content.decode()
    assert "与已保存的第 1 版相比：</strong>预计金额多 6.00 万元。" in page
    assert admin.post("/desk/policies/preview/", saved | {"of_number": "9"}).status_code == 404

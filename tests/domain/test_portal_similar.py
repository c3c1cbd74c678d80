"""Cases like the one at hand: found by their words, helped by a common building, bounded, cut to who asks."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.domain.appeals.models import Appeal, Category, Words
from qifu.domain.appeals.queries.similar import Similar, similar
from qifu.domain.estate.models import Building
from qifu.domain.publishing import overlap
from tests.conftest import NOW
from tests.stage import Stage


def found(stage: Stage, who: str, text: str, **given: object) -> list[Similar]:
    return similar(actor=stage.actor(who), now=NOW, text=text, **given)  # type: ignore[arg-type]


def test_the_likest_come_first_with_the_reason(stage: Stage) -> None:
    building = Building.objects.create(code="B1", name="云启大厦", tokens="")
    there = stage.submit(title="地下车库停车位不够", body="车库满了", building=building.pk)
    alike = stage.submit(title="停车位不够用", body="车库满了")
    stage.submit(title="夜间限电影响生产", body="产线停工")
    hits = found(stage, "dispatcher", "地下车库停车位不够", building=building.pk)
    assert [hit.line.number for hit in hits] == [there.number, alike.number]
    assert hits[0].why == "同一楼宇 · 标题相近"
    assert hits[1].why == "标题相近"
    assert hits[0].score > hits[1].score


def test_closed_ones_the_case_itself_and_chance_are_left_out(stage: Stage) -> None:
    stage.to("closed", title="停车位不够")
    own = stage.submit(title="停车位不够", body="车位")
    assert found(stage, "dispatcher", "停车位不够", exclude=own.number) == []
    assert found(stage, "dispatcher", "公司的问题请帮助解决") == []
    assert found(stage, "dispatcher", "") == []


def test_a_common_trait_alone_is_no_likeness(stage: Stage) -> None:
    stage.submit(title="停车位不够", body="车位")
    assert found(stage, "dispatcher", "融资贷款贴息", enterprise=stage.firm.pk, category=stage.category.pk) == []


def test_an_enterprise_is_shown_its_own_only(stage: Stage) -> None:
    own = stage.submit(title="停车位不够")
    stage.submit(stage.stranger, title="停车位不够", enterprise=stage.other_firm.pk)
    assert [hit.line.number for hit in found(stage, "contact", "楼下停车位不够")] == [own.number]


def test_the_work_is_bounded_whatever_the_table_holds(stage: Stage) -> None:
    text = "地下车库停车位不够，充电桩经常损坏，物业收费偏高，电梯运行缓慢"

    def cost() -> int:
        with CaptureQueriesContext(connection) as told:
            assert len(found(stage, "dispatcher", text)) == 5
        return len(told)

    for _ in range(5):
        first = stage.submit(title="地下车库停车位不够", body="充电桩经常损坏")
    cost()  # the tree of units is read once a process
    few = cost()
    category = Category.objects.get(pk=stage.category.pk)
    more = Appeal.objects.bulk_create(
        Appeal(number=f"QS{n:013d}", kind="appeal", state="submitted", urgency="normal", channel="portal", category=category,
               title="地下车库停车位不够", body="充电桩", raised_by="x", enterprise=stage.firm, submitted_at=NOW, burns_at=NOW)
        for n in range(500)
    )  # fmt: skip
    Words.objects.bulk_create(Words(appeal=one, tokens=first.words.tokens) for one in more)
    assert cost() == few <= overlap.PAIRS + 13

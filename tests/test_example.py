"""How tests are written here; read it first.

Each test plays a small scene on a stage: a centre with a dispatcher, a department with a handler, a firm with its contact
(`tests/conftest.py`, `tests/stage.py`). It is a Wednesday, ten in the morning, the day before a long holiday: `stage.now`.
Nothing reads the clock; `stage.later(minutes=5)` moves it on. Then the test says exactly what must be so.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries import lists
from qifu.kernel.errors import Conflict, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history
from qifu.kernel.outbox.models import Item
from tests.stage import Stage

pytestmark = pytest.mark.django_db


def test_an_appeal_goes_from_submission_to_reply(stage: Stage) -> None:
    """Play it, then assert exact values: the row, what each step left as evidence, and who is told."""
    case = stage.submit(title="楼下停车位不够")
    stage.later(minutes=5).take("dispatcher", case, "accept")
    stage.later(minutes=10).take("dispatcher", case, "dispatch", unit=stage.house.department)
    stage.later(minutes=30).take("handler", case, "sign")
    told_before = Item.objects.count()
    case = stage.later(hours=2).take("handler", case, "reply", outcome="solved", text="已协调新增二十个车位。")

    assert (case.state, case.outcome, case.unit_id, case.seq) == ("replied", "solved", stage.house.department, 5)
    assert case.replied_at == stage.now == case.submitted_at + timedelta(hours=2, minutes=45)
    assert [(row.seq, row.verb, row.actor) for row in history(case.stream)] == [
        (1, "appeals.submit", stage.contact.mark),
        (2, "appeals.accept", stage.actor("dispatcher").mark),
        (3, "appeals.dispatch", stage.actor("dispatcher").mark),
        (4, "appeals.sign", stage.actor("handler").mark),
        (5, "appeals.reply", stage.actor("handler").mark),
    ]
    told = Item.objects.order_by("pk")[told_before:]
    assert [(item.channel, item.payload["template"], item.payload["to"]) for item in told] == [
        ("inapp", "appeal_replied", f"account:{stage.contact.account}"),
        ("sms", "appeal_replied", f"appeal:{case.pk}"),
    ]


def test_a_refused_step_changes_nothing_and_sends_nothing(stage: Stage) -> None:
    """Show the refusal and its sentence; then that the row, the evidence and the outbox are as they were."""
    case = stage.to("dispatched")
    before = stage.row(case), Record.objects.count(), Item.objects.count()

    with pytest.raises(Conflict) as refusal:
        stage.take("handler", case, "reply", outcome="solved", text="好")

    assert refusal.value.message == "现在是“待签收”，不能回复企业。请刷新页面查看最新进展。"
    assert (stage.row(case), Record.objects.count(), Item.objects.count()) == before


def test_a_foreign_case_is_as_good_as_missing(stage: Stage) -> None:
    """Who may not see a case learns nothing by asking: not even that it exists."""
    case, nowhere = stage.submit(), Appeal(number="QS0000000000000")
    said = []
    for asked in (case, nowhere):
        with pytest.raises(Missing) as refusal:
            stage.sheet(stage.stranger, asked)
        said.append(refusal.value.message)
    assert said[0] == said[1]


@pytest.mark.parametrize("more", [0, 5], ids=["one case", "six cases"])
def test_a_list_asks_the_database_as_often_however_long_it_is(stage: Stage, more: int) -> None:
    """Count the queries of a list at two lengths; the number is written down and may only fall."""
    numbers = [stage.later(minutes=1).submit(title=f"第 {n} 件").number for n in range(1 + more)]
    dispatcher = stage.actor("dispatcher")

    with CaptureQueriesContext(connection) as asked:
        page = lists.page(actor=dispatcher, now=stage.now, filters=lists.Filters(scope="all", order="newest"))

    assert [line.number for line in page.lines] == numbers[::-1]
    assert len(asked) == 5

"""What may be asked for twice: found among applications, shown beside them, judged by a person, never acting by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.grants.actions import applying
from qifu.domain.grants.models import Application, BankAccount, Overlap
from qifu.domain.grants.overlaps import actions, queries
from qifu.domain.policies import facts
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history
from tests.domain import grant_room
from tests.domain.grant_room import Grants
from tests.stage import Stage

pytestmark = pytest.mark.django_db
ASKED = (
    {"name": "q1", "label": "用途说明", "kind": "text", "is_required": True, "hint": ""},
    {"name": "q2", "label": "项目名称", "kind": "text", "is_required": False, "hint": ""},
    {"name": "q3", "label": "发票号码", "kind": "text", "is_required": False, "hint": ""},
)


@pytest.fixture
def pair(stage: Stage, settings: Settings) -> tuple[Grants, Application, Application]:
    """The application of a firm, and another one by a stranger with one of its invoices and its account."""
    settings.QIFU_NOW = stage.now
    facts.forget()
    room = grant_room.build(stage, questions=ASKED)
    row = room.start()
    applying.save(
        actor=room.contact, now=stage.now, number=row.number, phone="19900001234",
        values={"q1": "稳定岗位。", "q2": "数控加工中心改造", "q3": "发票 01234567890123456789"},
    )  # fmt: skip
    one = applying.submit(actor=room.contact, now=stage.now, number=row.number)
    answers = one.answers | {"q3": {"value": "01234567890123456789、88880000"}}
    other = Application.objects.create(
        number="SB2", version=one.version, enterprise=stage.other_firm, year=one.year, state="submitted", answers=answers,
        drafted_at=stage.now, entered_at=stage.now, submitted_at=stage.now,
    )  # fmt: skip
    for firm in (stage.firm, stage.other_firm):
        BankAccount.objects.create(
            enterprise=firm, holder=firm.name, bank="江泽银行", number="622202000001", tail="0001", confirmed_by=1,
            confirmed_at=stage.now,
        )  # fmt: skip
    return room, one, other


def test_a_pair_is_found_told_and_judged(pair: tuple[Grants, Application, Application]) -> None:
    room, one, other = pair
    stage = room.stage
    assert (actions.look_over(now=stage.now), actions.look_over(now=stage.now)) == (1, 0)
    (found,) = queries.findings_for(room.actor("handler"), one.pk)
    assert (found.is_alarm, found.points, [tie["code"] for tie in found.ties]) == (
        True, 220, ["same-invoice", "related-item", "same-title", "same-account"],
    )  # fmt: skip
    assert found.ties[0]["why"] == "同一张发票出现在两件申报里：01234567890123456789。"
    assert [side.number for side in found.sides] == [one.number, "SB2"]
    assert queries.findings_for(room.actor("handler"), other.pk) == (found,)
    before = (Record.objects.count(), Overlap.objects.values_list("state", flat=True).get())
    give = {"actor": room.actor("handler"), "now": stage.now, "number": found.id}
    with pytest.raises(Invalid, match="理由"):
        actions.judge(**give, judgement="confirmed", reason="")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="请选择是不是重复"):
        actions.judge(**give, judgement="x", reason="同一张发票")  # type: ignore[arg-type]
    assert (Record.objects.count(), Overlap.objects.values_list("state", flat=True).get()) == before
    row = actions.judge(**give, judgement="confirmed", reason="同一张发票报了两次。")  # type: ignore[arg-type]
    assert [record.verb for record in history(row.stream)] == ["grants.judge_overlap"]
    with pytest.raises(Conflict, match="已经判断过"):
        actions.judge(**give, judgement="cleared", reason="再想想")  # type: ignore[arg-type]
    one.refresh_from_db()
    assert (one.state, actions.look_over(now=stage.now), Overlap.objects.count()) == ("submitted", 0, 1)


def test_what_is_no_longer_so_goes_while_it_is_open(pair: tuple[Grants, Application, Application]) -> None:
    room, _, other = pair
    actions.look_over(now=room.stage.now)
    Application.objects.filter(pk=other.pk).update(state="withdrawn")
    actions.look_over(now=room.stage.now)
    assert Overlap.objects.count() == 0


def test_who_sees_neither_application_sees_no_pair(pair: tuple[Grants, Application, Application]) -> None:
    room, _, _ = pair
    actions.look_over(now=room.stage.now)
    number = Overlap.objects.get().pk
    assert [len(queries.listing(room.actor(who))) for who in ("handler", "supervisor", "leader", "street")] == [
        1,
        1,
        1,
        0,
    ]
    with pytest.raises(Missing):
        actions.judge(actor=room.actor("street"), now=room.stage.now, number=number, judgement="cleared", reason="不是")
    with pytest.raises(Forbidden):
        actions.judge(actor=room.actor("leader"), now=room.stage.now, number=number, judgement="cleared", reason="不是")
    with pytest.raises(Forbidden):
        queries.listing(replace(room.contact))


def test_the_page_and_the_application_show_it(pair: tuple[Grants, Application, Application]) -> None:
    room, one, _ = pair
    actions.look_over(now=room.stage.now)
    client = Client()
    client.force_login(room.stage.house.account("handler"))
    for address in ("/desk/overlaps/", f"/desk/grants/{one.number}/"):
        page = client.get(address).content.decode()
        assert ["很可能重复" in page, "同一张发票出现在两件申报里" in page, "622202000001" in page] == [
            True,
            True,
            False,
        ]
    number = Overlap.objects.get().pk
    wrong = client.post(f"/desk/overlaps/{number}/judge/", {"judgement": "cleared", "reason": ""})
    assert (wrong.status_code, "请写明判断的理由" in wrong.content.decode()) == (422, True)
    client.post(f"/desk/overlaps/{number}/judge/", {"judgement": "cleared", "reason": "分批开票，不是同一笔。"})
    assert "分批开票" in client.get("/desk/overlaps/?state=cleared").content.decode()


def test_a_reviewer_of_another_unit_has_the_pair_on_the_sheet(pair: tuple[Grants, Application, Application]) -> None:
    """Ties and warning stand on the sheet; what the reviewer may not open is no link, and who judges is said."""
    room, one, other = pair
    room.take("handler", one, "pass")
    actions.look_over(now=room.stage.now)
    client = Client()
    client.force_login(room.stage.house.account("taxreviewer"))
    page = client.get(f"/desk/grants/{one.number}/").content.decode()
    assert "同一张发票出现在两件申报里" in page
    assert '<a href="#overlaps">1 条可能重复申报的线索</a>还没有判断' in page
    assert f'href="/desk/grants/{one.number}/"' in page
    assert f'href="/desk/grants/{other.number}/"' not in page
    assert client.get(f"/desk/grants/{other.number}/").status_code == 404
    assert "由这两件申报的审查单位或中心督办员判断" in page
    assert "记录判断" not in page
    number = Overlap.objects.get().pk
    actions.judge(
        actor=room.actor("handler"), now=room.stage.now, number=number, judgement="cleared", reason="分批开票。"
    )
    judged = client.get(f"/desk/grants/{one.number}/").content.decode()
    assert "分批开票。" in judged
    assert "还没有判断" not in judged

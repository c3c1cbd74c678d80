"""Departments' lists of who claimed what: tried, entered, taken back; and what of a list cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.people import actions as people
from qifu.domain.policies import facts
from qifu.domain.policies.actions import claim_lists, matching
from qifu.domain.policies.claim_plan import Line
from qifu.domain.policies.models import Claim, ClaimList, Match, Push
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item as Waiting
from tests.conftest import NOW, PASSWORD
from tests.domain import policy_room as room
from tests.domain.policy_room import CODE
from tests.stage import Stage

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(settings: Settings) -> Iterator[None]:
    settings.QIFU_NOW = NOW
    facts.forget()
    yield
    facts.forget()


@pytest.fixture
def item(stage: Stage) -> str:
    room.published(stage.house)
    room.firm(stage)
    room.known(stage, dishonest=False)
    return CODE


def tried(stage: Stage, *lines: Line, who: str = "admin") -> ClaimList:
    actor = stage.house.actor(who)
    return claim_lists.try_list(actor=actor, now=stage.now, name="兑现.csv", origin="区人力资源局", lines=lines)


def entered(stage: Stage, *lines: Line) -> ClaimList:
    made = tried(stage, *lines)
    return claim_lists.enter_list(actor=stage.house.actor("admin"), now=stage.now, number=made.pk)


def told() -> list[tuple[int, date, date | None, Decimal | None]]:
    return list(Claim.objects.order_by("pk").values_list("year", "applied_on", "paid_on", "yuan"))


def test_a_list_is_tried_entered_and_taken_back(stage: Stage, item: str) -> None:
    matching.match_all(now=NOW)
    line = Line(2, "软件企业稳岗奖励", stage.firm.name, applied="2026年5月6日", paid="20260610", wan="4.5")
    made = tried(stage, line)
    assert (made.fresh, made.changed, made.same, made.rejects, told()) == (1, 0, 0, [], [])

    row = claim_lists.enter_list(actor=stage.house.actor("admin"), now=stage.now, number=made.pk)
    assert told() == [(2026, date(2026, 5, 6), date(2026, 6, 10), Decimal("45000.00"))]
    assert (row.state, Claim.objects.get().source) == ("entered", "区人力资源局：兑现.csv")
    assert Waiting.objects.order_by("-pk").values_list("channel", "payload__code")[0] == ("policies", "")
    matching.match_all(now=NOW)
    assert Match.objects.get().unclaimed["firms"] == 0
    with pytest.raises(Conflict):
        claim_lists.enter_list(actor=stage.house.actor("admin"), now=stage.now, number=made.pk)

    done = claim_lists.undo_list(actor=stage.house.actor("admin"), now=stage.now, number=made.pk)
    assert (done.taken_back, done.kept, told()) == (1, 0, [])
    matching.match_all(now=NOW)
    assert Match.objects.get().unclaimed["firms"] == 1
    verbs = Record.objects.filter(stream=f"policies.list:{made.pk}").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["policies.list", "policies.list_enter", "policies.list_undo"]


def test_a_payment_completes_the_application_before_it_and_is_given_back(stage: Stage, item: str) -> None:
    first = entered(stage, Line(2, item, stage.firm.name, applied="2025-11-20"))
    paid = Line(2, item, stage.firm.name, paid="2026-02-01", yuan="30,000")
    second = entered(stage, paid)
    assert (second.fresh, second.changed) == (0, 1)
    assert told() == [(2025, date(2025, 11, 20), date(2026, 2, 1), Decimal("30000.00"))]
    assert tried(stage, paid).same == 1

    claim_lists.undo_list(actor=stage.house.actor("admin"), now=stage.now, number=second.pk)
    assert told() == [(2025, date(2025, 11, 20), None, None)]
    entered(stage, paid)
    done = claim_lists.undo_list(actor=stage.house.actor("admin"), now=stage.now, number=first.pk)
    assert (done.taken_back, done.kept) == (0, 1)  # the payment came after it
    assert told() == [(2025, date(2025, 11, 20), date(2026, 2, 1), Decimal("30000.00"))]


def test_pushes_count_as_applied_for_until_the_list_is_taken_back(stage: Stage) -> None:
    things = room.fill(stage, 20)
    push = Push.objects.get(pk=things["push"])
    day = NOW.date().isoformat()
    row = entered(stage, Line(2, str(things["code"]), stage.firm.name, applied=day))
    push.refresh_from_db()
    assert (row.pushes, push.applied_at) == ([push.pk], NOW)
    claim_lists.undo_list(actor=stage.house.actor("admin"), now=stage.now, number=row.pk)
    push.refresh_from_db()
    assert push.applied_at is None


def test_rows_that_cannot_be_used_say_why(stage: Stage, item: str) -> None:
    name = stage.firm.name
    lines = [
        Line(2, "=HYPERLINK(1)", name, applied="2026-05-06"),
        Line(3, item, "没有这家公司", applied="2026-05-06"),
        Line(4, item, name, applied="五月初"),
        Line(5, item, name, applied="2026-13-01"),
        Line(6, item, name, applied="2030-01-01"),
        Line(7, item, name),
        Line(8, item, name, applied="2026-05-06", paid="2026-05-01"),
        Line(9, item, name, applied="2026-05-06", yuan="=1+1"),
        Line(10, item, name, applied="2026-05-06", yuan="-3"),
        Line(11, item, name, applied="2026-05-06", yuan="1E30"),
        Line(12, item, "", applied="2026-05-06"),
        Line(13, "", name, applied="2026-05-06"),
        Line(14, item.lower(), name, applied="2026-05-06"),
        Line(15, item, name, applied="2026-06-06"),
    ]
    made = tried(stage, *lines)
    assert (made.fresh, made.rejected, told()) == (1, 13, [])
    wanted = [
        (2, "政策库里没有“=HYPERL"),
        (3, "企业库里没有这家企业，请核对"),
        (4, "申报日期“五月初”不是日期，"),
        (5, "申报日期“2026-13-0"),
        (6, "申报日期 2030-01-0"),
        (7, "申报日期和拨付日期都没有写，"),
        (8, "拨付日期早于申报日期。"),
        (9, "金额“=1+1”不是可用的数"),
        (10, "金额“-3”不是可用的数字，"),
        (11, "金额“1E30”不是可用的数"),
        (12, "没有写企业名称，也没有写统一"),
        (13, "没有写是哪一项政策；整份名单"),
        (15, "与第 14 行是同一家企业、同"),
    ]
    assert [one["number"] for one in made.rejects] == [number for number, _ in wanted]
    for one, (_, reason) in zip(made.rejects, wanted, strict=True):
        assert one["reason"].startswith(reason)


def test_who_may_not_reads_in_nothing(stage: Stage, item: str) -> None:
    made = tried(stage, Line(2, item, stage.firm.name, applied="2026-05-06"))
    before = Record.objects.count(), Waiting.objects.count()
    with pytest.raises(Forbidden):
        tried(stage, Line(2, item, stage.firm.name, applied="2026-05-06"), who="handler")
    with pytest.raises(Forbidden):
        claim_lists.enter_list(actor=stage.house.actor("leader"), now=stage.now, number=made.pk)
    with pytest.raises(Missing):
        claim_lists.undo_list(actor=stage.house.actor("admin"), now=stage.now, number=made.pk + 1)
    with pytest.raises(Invalid):
        tried(stage)
    assert (told(), ClaimList.objects.count()) == ([], 1)
    assert (Record.objects.count(), Waiting.objects.count()) == before


def test_a_workbook_of_one_item_goes_through_the_screens(stage: Stage, item: str) -> None:
    admin = Client()
    admin.force_login(stage.house.account("admin"), backend=BACKEND)
    text = f"2026年稳岗奖励拨付名单\n序号,单位名称,申请日期,金额(万元)\n1,{stage.firm.name},2026-05-06,4.5\n2,查无此家,2026-05-06,3\n"
    address = "/desk/policies/claims/lists/"
    file = SimpleUploadedFile("名单.csv", text.encode("gb18030"))
    assert admin.post(address, {"file": file, "origin": "区人力资源局"}).status_code == 422
    assert ClaimList.objects.count() == 0
    file = SimpleUploadedFile("名单.csv", text.encode("gb18030"))
    answer = admin.post(address, {"file": file, "origin": "区人力资源局", "item": item})
    number = ClaimList.objects.get().pk
    assert (answer.status_code, answer["Location"]) == (302, f"{address}{number}/")
    page = admin.get(f"{address}{number}/").content.decode()
    assert "企业库里没有这家企业" in page
    assert admin.post(f"{address}{number}/enter/").status_code == 302
    assert told() == [(2026, date(2026, 5, 6), None, Decimal("45000.00"))]
    listed = admin.get("/desk/policies/claims/?q=稳岗&state=applied&year=2026").content.decode()
    assert stage.firm.name in listed
    assert "1 条，其中已拨付 0 条" in listed
    assert "没有这样的申报" in admin.get("/desk/policies/claims/?state=paid").content.decode()
    assert len(b"".join(admin.get("/desk/policies/claims/export/?sort=yuan").streaming_content)) > 3_000  # type: ignore[attr-defined]
    assert "claims/export/" in admin.get("/desk/policies/claims/").content.decode()
    made = people.create_member(actor=SYSTEM, now=NOW, username="editor", name="许政策", password=PASSWORD).account
    people.grant_role(actor=SYSTEM, now=NOW, account=made.pk, unit=stage.house.centre, role=Role.POLICY_EDITOR)
    editor = Client()  # reads the list, and carries none away: no button leads to a refusal
    editor.force_login(made, backend=BACKEND)
    assert "claims/export/" not in editor.get("/desk/policies/claims/").content.decode()
    assert editor.get("/desk/policies/claims/export/").status_code == 403
    assert len(b"".join(admin.get(f"{address}{number}/rejects/").streaming_content)) > 3_000  # type: ignore[attr-defined]
    assert admin.post(f"{address}{number}/undo/").status_code == 302
    assert told() == []
    for wrong in (b"", b"\x00\x01\x02", b"a\nb\n", "企业名称,别的\n甲,乙\n".encode()):
        bad = SimpleUploadedFile("x.csv", wrong)
        assert admin.post(address, {"file": bad, "origin": "局", "item": item}).status_code == 422
    assert ClaimList.objects.count() == 1


def test_a_street_sees_the_claims_of_its_own_enterprises(stage: Stage, item: str) -> None:
    entered(stage, Line(2, item, stage.firm.name, applied="2026-05-06"))
    street = Client()
    street.force_login(stage.house.account("street"), backend=BACKEND)
    inside = stage.firm.street_id == stage.house.street
    text = street.get("/desk/policies/claims/").content.decode()
    assert (stage.firm.name in text) is inside

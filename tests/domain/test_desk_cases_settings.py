"""Reply templates, promises, categories, queue and evidence on the desk: who may, what it does, what is on record."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Category, Clock, Promise, ReplyTemplate
from qifu.domain.appeals.queries.catalogue import categories
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item, State
from tests.conftest import NOW
from tests.domain.test_desk_cases import browser, page, send
from tests.stage import Stage

ADMINISTRATORS = [
    "/desk/settings/promises/",
    "/desk/settings/promises/appeal/normal/accept/",
    "/desk/settings/categories/",
    "/desk/settings/categories/new/",
]


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, db: None) -> None:
    settings.QIFU_NOW = NOW


@pytest.mark.parametrize("url", ADMINISTRATORS)
def test_settings_open_for_the_administrator_alone(stage: Stage, url: str) -> None:
    page(browser(stage, "admin"), url)
    for who in ("dispatcher", "handler", "auditor"):
        page(browser(stage, who), url, 403)


@pytest.mark.parametrize(
    "url", ["/desk/queue/", "/desk/queue/?state=&channel=sms", "/desk/evidence/", "/desk/evidence/?verb=people"]
)
def test_queue_and_evidence_open_for_administrator_and_auditor(stage: Stage, url: str) -> None:
    stage.submit()
    for who in ("admin", "auditor"):
        page(browser(stage, who), url)
    for who in ("dispatcher", "handler", "leader"):
        page(browser(stage, who), url, 403)


def test_a_promise_holds_for_new_cases_and_not_for_old_ones(stage: Stage) -> None:
    old, client = stage.submit(), browser(stage, "admin")
    url = "/desk/settings/promises/appeal/normal/accept/"
    assert client.post(url, {"n": "30", "term": "wall"}).status_code == 302
    new = stage.submit()
    found = Clock.objects.filter(kind="accept").order_by("pk").values_list("appeal", "term", "n")
    assert list(found) == [(old.pk, "minutes", 60), (new.pk, "wall", 30)]
    record = Record.objects.get(stream="appeals.promise:appeal/normal/accept")
    assert record.facts == {"from": {"term": "minutes", "n": 60}, "to": {"term": "wall", "n": 30}}
    assert "30 分钟（昼夜连续计）" in page(client, "/desk/settings/promises/")
    assert client.post(url, {"act": "usual"}).status_code == 302
    assert Promise.objects.count() == 0


@pytest.mark.parametrize(
    "given", [{"n": "0", "term": "minutes"}, {"n": "5", "term": "moons"}, {"n": "x", "term": "days"}]
)
def test_a_promise_that_cannot_be_kept_is_refused(stage: Stage, given: dict[str, str]) -> None:
    response = browser(stage, "admin").post("/desk/settings/promises/appeal/normal/accept/", given)
    assert (response.status_code, Promise.objects.count()) == (422, 0)


def test_a_category_is_added_renamed_and_retired_and_old_cases_keep_it(stage: Stage) -> None:
    case, client, top = stage.submit(), browser(stage, "admin"), stage.category.parent
    assert top is not None
    assert (
        client.post(f"/desk/settings/categories/new/?parent={top.pk}", {"name": "电梯", "unit": stage.tax}).status_code
        == 302
    )
    made = Category.objects.get(name="电梯")
    assert (made.parent, made.unit_id) == (top, stage.tax)
    url = f"/desk/settings/categories/{stage.category.pk}/"
    assert client.post(url, {"name": "停车位", "unit": "", "order": "3"}).status_code == 302
    assert "场地楼宇 / 停车位" in page(browser(stage, "dispatcher"), f"/desk/cases/{case.number}/")
    assert (
        client.post(f"/desk/settings/categories/{top.pk}/retire/", HTTP_REFERER="http://testserver/desk/").status_code
        == 303
    )
    assert Category.objects.get(pk=top.pk).is_active
    assert client.post(url + "retire/").status_code == 302
    assert stage.category.pk not in {c.id for c in categories().below(top.pk)}
    assert "停车位" in page(browser(stage, "dispatcher"), f"/desk/cases/{case.number}/")
    verbs = list(Record.objects.filter(stream=f"appeals.category:{stage.category.pk}").values_list("verb", flat=True))
    assert verbs == ["appeals.category_change", "appeals.category_retire"]


def test_a_category_needs_a_name_of_its_own(stage: Stage) -> None:
    top = stage.category.parent
    assert top is not None
    response = browser(stage, "admin").post(f"/desk/settings/categories/new/?parent={top.pk}", {"name": "停车"})
    assert response.status_code == 422
    assert "同级已有这个名称。" in response.content.decode()


def test_a_template_is_the_units_own(stage: Stage) -> None:
    handler, taxman = browser(stage, "handler"), browser(stage, "taxman")
    draft = {"title": "停车已协调", "body": "已为您协调车位。", "unit": stage.house.department, "category": ""}
    assert handler.post("/desk/templates/new/", draft).status_code == 302
    row = ReplyTemplate.objects.get()
    assert "停车已协调" in page(handler, "/desk/templates/")
    assert "停车已协调" not in page(taxman, "/desk/templates/")
    page(taxman, f"/desk/templates/{row.pk}/", 404)
    assert taxman.post(f"/desk/templates/{row.pk}/drop/").status_code == 404
    assert taxman.post("/desk/templates/new/", draft).status_code == 403
    assert ReplyTemplate.objects.count() == 1
    assert handler.post(f"/desk/templates/{row.pk}/", draft | {"title": ""}).status_code == 422
    assert handler.post(f"/desk/templates/{row.pk}/drop/").status_code == 302
    verbs = list(Record.objects.filter(stream=f"appeals.template:{row.pk}").values_list("verb", flat=True))
    assert verbs == ["appeals.template", "appeals.template_drop"]


def test_a_template_stands_beside_the_reply_and_its_use_is_counted(stage: Stage) -> None:
    row = ReplyTemplate.objects.create(unit_id=stage.house.department, title="已协调", body="已为您协调“车位”。")
    case, handler = stage.to("working"), browser(stage, "handler")
    assert 'data-body="已为您协调“车位”。"' in page(handler, f"/desk/cases/{case.number}/")
    send(handler, case, "reply", outcome="solved", text="已为您协调。", template=row.pk)
    row.refresh_from_db()
    assert row.used == 1


def test_the_administrator_retries_and_cancels_and_the_auditor_only_looks(stage: Stage) -> None:
    stage.submit()
    item = Item.objects.order_by("pk").first()
    assert item is not None
    Item.objects.filter(pk=item.pk).update(state=State.PARKED, due_at=None, last_error="对方拒收")
    assert "对方拒收" in page(browser(stage, "auditor"), "/desk/queue/")
    assert browser(stage, "auditor").post(f"/desk/queue/{item.pk}/retry/").status_code == 403
    assert browser(stage, "admin").post(f"/desk/queue/{item.pk}/retry/").status_code == 302
    item.refresh_from_db()
    assert item.state == State.WAITING
    assert browser(stage, "admin").post(f"/desk/queue/{item.pk}/cancel/").status_code == 302
    item.refresh_from_db()
    assert item.state == State.CANCELLED
    assert Record.objects.filter(verb__in=["outbox.retry", "outbox.cancel"]).count() == 2


def test_the_queue_speaks_in_whole_words(stage: Stage) -> None:
    stage.to("dispatched", stage.submit(kind="complaint"))
    shown = page(browser(stage, "admin"), "/desk/queue/?state=")
    assert "{kind}" not in shown
    assert "投诉已转办" in shown
    Item.objects.update(payload={"template": "appeal_dispatched"})
    assert "诉求已转办" in page(browser(stage, "admin"), "/desk/queue/?state=")


def test_evidence_is_filtered_paged_and_verified(stage: Stage) -> None:
    case, auditor = stage.to("replied"), browser(stage, "auditor")
    response = auditor.get("/desk/evidence/", {"stream": case.stream, "verb": "appeals.reply"})
    assert [row.verb for row, *_ in response.context["rows"]] == ["appeals.reply"]
    assert "已协调新增二十个车位。" in response.content.decode()
    seen: list[int] = []
    before: int | str = ""
    while before is not None:
        found = auditor.get("/desk/evidence/", {"before": before, "stream": "people"}).context
        seen += [row.pk for row, *_ in found["rows"]]
        before = found["next"]
    wanted = Record.objects.filter(stream__startswith="people").order_by("-pk")
    assert seen == list(wanted.values_list("pk", flat=True))
    shown = auditor.post("/desk/evidence/verify/").content.decode()
    assert "证据链完整。" in shown


def test_evidence_speaks_to_an_auditor(stage: Stage) -> None:
    case, auditor = stage.to("dispatched"), browser(stage, "auditor")
    url = "/desk/evidence/"
    shown = page(auditor, f"{url}?stream={case.stream}&verb=appeals.dispatch")
    assert '<option value="appeals.dispatch" selected>转办</option>' in shown
    assert "{&#x27;" not in shown
    (_, by, told, verb, _), *_ = auditor.get(url, {"verb": "appeals.dispatch"}).context["rows"]
    dispatcher = stage.house.accounts["dispatcher"]
    assert (verb, by) == ("转办", f"{dispatcher.name}（工作人员）")
    facts = dict(told)
    assert (facts["步骤"], facts["原来"], facts["改为"]) == ("转办", "待转办", "待签收")
    assert "承办单位：区城建局" in facts["变更"]
    assert "T0" not in facts["变更"]
    named = auditor.get(url, {"actor": dispatcher.name}).context
    assert {found.actor for found, *_ in named["rows"]} == {f"staff:{dispatcher.pk}"}
    assert auditor.get(url, {"actor": "查无此人"}).context["rows"] == []
    assert auditor.get(url, {"actor": f"staff:{dispatcher.pk}"}).context["who"] == dispatcher.name


def test_evidence_hides_who_raised_a_confidential_case(stage: Stage) -> None:
    open_, quiet = stage.submit(), stage.submit(is_confidential=True)
    stage.take("contact", quiet, "urge", text="请加快")
    name, url = stage.contact.name, "/desk/evidence/"
    for who, knows in (("admin", False), ("auditor", True)):
        desk = browser(stage, who)
        for case, is_named in ((open_, True), (quiet, knows)):
            answer = desk.get(url, {"stream": case.stream})
            assert (
                name in answer.content.decode(),
                f'contact%3A{stage.contact.account}"' in answer.content.decode(),
            ) == (
                is_named,
                is_named,
            )
            _, by, told, *_ = answer.context["rows"][-1]
            assert by == (f"{name}（企业联系人）" if is_named else "企业（要求保密）")
            assert dict(told)["企业编号"] == (str(stage.firm.pk) if is_named else "（保密）")
        asked_for = desk.get(url, {"actor": name}).context["rows"]
        assert {row.stream for row, *_ in asked_for} == ({open_.stream, quiet.stream} if knows else {open_.stream})


def test_evidence_costs_as_much_whoever_is_asked_for(stage: Stage) -> None:
    admin = browser(stage, "admin")
    for _ in range(3):
        stage.to("replied", is_confidential=True)
    counted = []
    for given in ({"verb": "appeals.reply"}, {"actor": "承办"}, {"actor": "系统"}, {"stream": "appeals.appeal"}):
        admin.get("/desk/evidence/", given)
        with CaptureQueriesContext(connection) as asked:
            assert admin.get("/desk/evidence/", given).context["rows"] or given == {"actor": "系统"}
        counted.append(len(asked))
    assert max(counted) <= 14, counted

"""The desk's screens for cases: lists cost the same whatever they hold, steps are taken once, refusals change nothing."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal, Assignment, Category, FollowUp, Order
from qifu.kernel.evidence.models import Record
from qifu.kernel.files.models import StoredFile
from qifu.kernel.outbox.models import Item
from qifu.kernel.unmaskings.models import Unmasking
from tests.stage import Stage

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, db: None, tmp_path: object) -> None:
    from tests.conftest import NOW

    settings.QIFU_NOW = NOW
    settings.HOME = tmp_path


def browser(stage: Stage, who: str) -> Client:
    client = Client()
    client.force_login(stage.house.account(who), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return response.content.decode()


def send(client: Client, case: Appeal, step: str, key: str = "", **given: object):  # type: ignore[no-untyped-def]
    row = Appeal.objects.get(pk=case.pk)
    data = {"seq": row.seq, "idempotency_key": key or f"{step}-{row.seq}"} | given
    return client.post(f"/desk/cases/{case.number}/{step}/", data)


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "handler", "street", "leader", "auditor", "admin"])
@pytest.mark.parametrize(
    "url", ["/desk/", "/desk/cases/", "/desk/supervision/", "/desk/?scope=call", "/desk/templates/"]
)
def test_the_lists_open_for_all_staff(stage: Stage, who: str, url: str) -> None:
    stage.to("working")
    page(browser(stage, who), url)


@pytest.mark.parametrize("way", ["hotline", "visit", "meeting", "station", "complaint", "petition", "assistance"])
def test_every_way_of_entry_opens(stage: Stage, way: str) -> None:
    assert f'data-draft="new-{way}"' in page(browser(stage, "dispatcher"), f"/desk/new/?way={way}")


STATES = [
    "submitted",
    "accepted",
    "dispatched",
    "working",
    "asking",
    "disputed",
    "replied",
    "closed",
    "declined",
    "withdrawn",
]


@pytest.mark.parametrize("state", STATES)
def test_a_case_opens_in_every_state_for_the_centre(stage: Stage, state: str) -> None:
    case = stage.to(state)
    for who in ("dispatcher", "supervisor", "auditor"):
        assert case.title in page(browser(stage, who), f"/desk/cases/{case.number}/")


@pytest.mark.parametrize("kind", ["complaint", "petition", "assistance"])
def test_other_kinds_open_with_their_own_steps(stage: Stage, kind: str) -> None:
    fields = {"batch": {"party": "single", "persons": 1}, "channel": "visit"} if kind == "petition" else {}
    actor = stage.actor("dispatcher") if kind == "petition" else stage.contact
    case = stage.to("working", stage.submit(actor, kind=kind, **fields))
    step = {"complaint": "findings", "petition": "reply", "assistance": "finish"}[kind]
    assert f"/desk/cases/{case.number}/{step}/" in page(browser(stage, "handler"), f"/desk/cases/{case.number}/")


def test_a_foreign_case_is_missing_and_visitors_are_sent_to_sign_in(stage: Stage) -> None:
    case = stage.to("working")
    taxman = browser(stage, "taxman")
    page(taxman, f"/desk/cases/{case.number}/", 404)
    assert send(taxman, case, "reply", outcome="solved", text="好").status_code == 404
    assert taxman.post(f"/desk/cases/{case.number}/phone/", {"reason": "核对"}).status_code == 404
    assert Client().get(f"/desk/cases/{case.number}/").status_code == 302
    assert Appeal.objects.get(pk=case.pk).state == "working"


def test_a_step_is_never_taken_by_get(stage: Stage) -> None:
    case = stage.submit()
    assert browser(stage, "dispatcher").get(f"/desk/cases/{case.number}/accept/").status_code == 405
    assert Appeal.objects.get(pk=case.pk).state == "submitted"


def test_a_list_costs_the_same_for_thirty_and_three_hundred(stage: Stage) -> None:
    def queries() -> int:
        client = browser(stage, "dispatcher")
        client.get("/desk/?scope=open")
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/desk/?scope=open").status_code == 200
        return len(caught)

    for _ in range(30):
        stage.submit()
    few = queries()
    rows = [Appeal(**{**row, "id": None, "number": f"X{i}"}) for i, row in enumerate(list(Appeal.objects.values()) * 9)]
    Appeal.objects.bulk_create(rows)
    assert (Appeal.objects.count(), queries()) == (300, few)


def test_paging_by_key_shows_every_case_once(stage: Stage) -> None:
    numbers = {stage.later(minutes=1).submit().number for _ in range(30)}
    client, seen, cursor = browser(stage, "dispatcher"), [], ""
    for _ in range(3):
        response = client.get("/desk/", {"scope": "accept", "cursor": cursor})
        found = response.context["page"]
        seen += [line.number for line in found.lines]
        cursor = found.next
        if not cursor:
            break
    assert (len(seen), set(seen)) == (30, numbers)


def test_filters_cut_the_list_and_stay_as_chips(stage: Stage) -> None:
    stage.submit(urgency="urgent")
    stage.submit()
    response = browser(stage, "dispatcher").get("/desk/", {"scope": "accept", "urgency": "urgent", "q": "停车"})
    assert [line.urgency for line in response.context["page"].lines] == ["urgent"]
    assert [(c.label, c.value) for c in response.context["bar"].chips] == [("搜索", "停车"), ("紧急程度", "紧急")]


@pytest.mark.parametrize("since", ["0001-01-01", "1999-01-01", "9999-12-31", "9999-99-99", "²"])
@pytest.mark.parametrize("until", ["0001-01-01", "9999-12-31", "3000-13-01"])
def test_days_beyond_all_calendars_break_nothing(stage: Stage, since: str, until: str) -> None:
    stage.submit()
    client, given = browser(stage, "dispatcher"), {"since": since, "until": until, "unit": since}
    for url in ("/desk/", "/desk/cases/", "/board/", "/board/rows/", "/open/"):
        assert client.get(url, given).status_code in (200, 404), url
    for cursor in (">0001-01-01T00:00:00+08:00~1", ">9999-12-31T23:59:59-08:00~1", "<9999-12-31~1"):
        assert client.get("/desk/", {"cursor": cursor, "scope": "accept"}).status_code == 200
    found = client.get("/desk/cases/", {"since": "0001-01-01", "until": "9999-12-31"}).context["page"]
    assert len(found.lines) == 1


def test_a_confidential_case_does_not_answer_who_raised_it(stage: Stage) -> None:
    case = stage.to("working", is_confidential=True)
    handler = browser(stage, "handler")
    shown = page(handler, f"/desk/cases/{case.number}/")
    assert stage.firm.name not in shown
    assert "/phone/" not in shown
    assert handler.get("/desk/cases/", {"enterprise": stage.firm.pk}).context["page"].lines == []
    assert handler.get("/desk/cases/", {"q": "19900001234"}).context["page"].lines == []
    assert len(browser(stage, "dispatcher").get("/desk/cases/", {"q": "19900001234"}).context["page"].lines) == 1
    for who in ("handler", "dispatcher"):  # nor do the words by which it is found
        for word in ("1234", "1234 停车", "云启", stage.firm.uscc or ""):
            assert browser(stage, who).get("/desk/cases/", {"q": word}).context["page"].lines == [], word
    assert "1234" not in case.words.tokens.split()
    near = {"title": "楼下停车位不够", "enterprise": stage.firm.pk}
    assert "同一企业" not in handler.get("/desk/new/open/", near).content.decode()
    assert "同一企业" in browser(stage, "dispatcher").get("/desk/new/open/", near).content.decode()


def test_a_case_is_carried_from_arrival_to_reply_by_forms_alone(stage: Stage) -> None:
    case = stage.submit()
    centre, handler = browser(stage, "dispatcher"), browser(stage, "handler")
    assert send(centre, case, "accept").status_code == 302
    assert send(centre, case, "dispatch", unit=stage.house.department, units=[stage.tax]).status_code == 302
    assert send(handler, case, "sign").status_code == 302
    assert send(browser(stage, "taxman"), case, "part", text="我局意见").status_code == 302
    file = SimpleUploadedFile("现场.png", PNG, "image/png")
    assert send(handler, case, "reply", outcome="solved", text="已增加车位。", files=file).status_code == 302
    row = Appeal.objects.get(pk=case.pk)
    assert (row.state, row.outcome, row.unit_id) == ("replied", "solved", stage.house.department)
    assert StoredFile.objects.get().owner == row.stream
    shown = page(centre, f"/desk/cases/{case.number}/")
    assert "已增加车位。" in shown
    assert "现场.png" in shown


def test_what_is_lacking_stands_beside_the_field_and_nothing_typed_is_lost(stage: Stage) -> None:
    case = stage.to("working")
    file = SimpleUploadedFile("合同.png", PNG, "image/png")
    response = send(browser(stage, "handler"), case, "reply", text="已经写了很久的回复", files=file)
    shown = response.content.decode()
    assert response.status_code == 422
    assert "请填写办理结果。" in shown
    assert "已经写了很久的回复" in shown
    kept = StoredFile.objects.get()
    assert f'name="files_kept" value="{kept.pk}|合同.png"' in shown
    assert Appeal.objects.get(pk=case.pk).state == "working"
    again = send(
        browser(stage, "handler"), case, "reply", outcome="solved", text="回复", files_kept=f"{kept.pk}|合同.png"
    )
    assert again.status_code == 302
    assert StoredFile.objects.get().owner == case.stream


def test_a_file_of_somebody_else_is_not_taken_along(stage: Stage) -> None:
    case = stage.to("working")
    send(browser(stage, "handler"), case, "reply", text="x", files=SimpleUploadedFile("a.png", PNG))
    kept = StoredFile.objects.get()
    other = stage.to("working", stage.submit())
    response = send(
        browser(stage, "colleague"), other, "reply", outcome="solved", text="y", files_kept=f"{kept.pk}|a.png"
    )
    assert response.status_code == 422
    assert Appeal.objects.get(pk=other.pk).state == "working"


def test_an_old_page_is_told_what_happened_and_changes_nothing(stage: Stage) -> None:
    case = stage.submit()
    seen = Record.objects.filter(stream=case.stream).count()
    stale = {
        "seq": case.seq,
        "seen": seen,
        "idempotency_key": "old",
        "reason": "scope",
        "elsewhere": "请到区人民法院立案庭咨询办理，电话见网站首页。",
    }
    stage.take("dispatcher", case, "accept")
    before, records, items = stage.row(case), Record.objects.count(), Item.objects.count()
    response = browser(stage, "dispatcher").post(f"/desk/cases/{case.number}/decline/", stale)
    shown = response.content.decode()
    assert response.status_code == 409
    assert "这件诉求刚有了新的进展" in shown
    assert "现在的状态是“待转办”" in shown
    assert [entry.what for entry in response.context["since"]] == ["接单"]
    assert "请到区人民法院立案庭咨询办理" in shown
    assert (stage.row(case), Record.objects.count(), Item.objects.count()) == (before, records, items)


def test_a_case_that_left_meanwhile_hands_back_what_was_typed(stage: Stage) -> None:
    case = stage.to("working")
    stage.take("handler", case, "return", cause="duty", reason="不属于本单位职责")
    before = stage.row(case)
    response = send(browser(stage, "colleague"), case, "reply", outcome="solved", text="写了两个小时的回复")
    shown = response.content.decode()
    assert response.status_code == 404
    assert "这件事项已不在本单位" in shown
    assert "您填写的内容（可以复制）" in shown
    assert "写了两个小时的回复" in shown
    assert case.title not in shown
    assert stage.row(case) == before


def test_the_second_dispatcher_gets_the_note_back(stage: Stage) -> None:
    case = stage.to("accepted")
    old = {"seq": case.seq, "unit": stage.house.department, "note": "请先联系物业"}
    stage.take("dispatcher", case, "dispatch", unit=stage.tax)
    response = browser(stage, "dispatcher").post(f"/desk/cases/{case.number}/dispatch/", old)
    assert response.status_code == 409
    assert response.context["typed"] == [("内部备注", "请先联系物业")]
    assert "请先联系物业" in response.content.decode()


def test_an_internal_note_is_called_internal_once(stage: Stage) -> None:
    case = stage.take("dispatcher", stage.submit(), "accept", note="已与物业通话")
    entry = page(browser(stage, "dispatcher"), f"/desk/cases/{case.number}/")
    assert "内部备注：已与物业通话" in entry
    assert "（内部）内部备注" not in entry


def test_after_a_return_the_handler_lands_on_the_list(stage: Stage) -> None:
    case, handler = stage.to("working"), browser(stage, "handler")
    response = send(handler, case, "return", cause="duty", reason="不属于本单位职责")
    assert response["Location"] == "/desk/"
    assert f"{case.number} 已退回中心" in page(handler, "/desk/")


def test_a_good_reply_can_be_written_up_from_its_page(stage: Stage) -> None:
    def offers(who: str, case: Appeal) -> bool:
        return f"/desk/cases/{case.number}/article/" in page(browser(stage, who), f"/desk/cases/{case.number}/")

    case = stage.to("replied")
    assert [offers(who, case) for who in ("dispatcher", "handler", "leader", "auditor")] == [True, True, False, False]
    assert not offers("dispatcher", stage.to("working", stage.submit()))
    assert not offers("dispatcher", stage.to("replied", stage.submit(is_confidential=True)))
    assert browser(stage, "handler").post(f"/desk/cases/{case.number}/article/").status_code == 302


def test_the_same_form_sent_twice_is_one_step(stage: Stage) -> None:
    case, client = stage.submit(), browser(stage, "dispatcher")
    data = {"seq": case.seq, "idempotency_key": "once"}
    url = f"/desk/cases/{case.number}/accept/"
    assert [client.post(url, data).status_code for _ in range(2)] == [302, 302]
    assert Record.objects.filter(stream=case.stream, verb="appeals.accept").count() == 1


def test_after_a_step_the_way_leads_back_only_to_our_own_list(stage: Stage) -> None:
    for back, place in (("/desk/?scope=accept", "/desk/?scope=accept"), ("https://elsewhere.example/", "/desk/cases/")):
        case = stage.submit()
        response = send(browser(stage, "dispatcher"), case, "accept", next=back, then="list")
        assert response["Location"].startswith(place)


def test_a_batch_does_what_it_can_and_says_what_it_could_not(stage: Stage) -> None:
    good, moved, gone = stage.submit(), stage.submit(), stage.submit()
    stage.take("dispatcher", gone, "accept")
    picks = [f"{good.number}~{good.seq}", f"{moved.number}~{moved.seq + 1}", f"{gone.number}~{gone.seq}"]
    response = browser(stage, "dispatcher").post(
        "/desk/batch/", {"act": "accept", "pick": picks, "idempotency_key": "b"}
    )
    assert [r.number for r in response.context["done"]] == [good.number]
    assert [(r.number, r.said[:7]) for r in response.context["refused"]] == [
        (moved.number, "这件诉求刚有了"),
        (gone.number, "这件诉求刚有了"),
    ]
    assert [Appeal.objects.get(pk=c.pk).state for c in (good, moved, gone)] == ["accepted", "submitted", "accepted"]


def test_a_batch_transfer_is_looked_at_first_and_carried_out_row_by_row(stage: Stage) -> None:
    Category.objects.filter(pk=stage.category.pk).update(unit=stage.house.department)
    cases, new = [stage.to("accepted") for _ in range(2)], stage.submit()
    client, picks = browser(stage, "dispatcher"), [f"{c.number}~{c.seq}" for c in (*cases, new)]
    response = client.post("/desk/batch/", {"act": "dispatch", "pick": picks})
    assert [(row[0].line.number, row[2]) for row in response.context["rows"]] == [
        (c.number, str(stage.house.department)) for c in cases
    ]
    assert [one.line.number for one in response.context["unable"]] == [new.number]
    assert f'<option value="{stage.house.centre}"' not in response.content.decode()
    given = {"act": "dispatch", "confirmed": "1", "pick": picks[:2], "idempotency_key": "t"}
    given |= {f"unit-{cases[0].number}": stage.tax}
    lacking = client.post("/desk/batch/", given)
    assert (lacking.status_code, lacking.context["lacking"]) == (422, 1)
    assert Appeal.objects.filter(state="dispatched").count() == 0
    given |= {f"unit-{cases[1].number}": stage.house.department}
    for _ in range(2):  # sent twice is done once
        done = client.post("/desk/batch/", given).context["done"]
        assert [(r.number, r.said) for r in done] == [
            (cases[0].number, "已转办到区税务局"), (cases[1].number, "已转办到区城建局"),
        ]  # fmt: skip
    assert Assignment.objects.filter(role="lead").count() == 2


def test_a_batch_transfer_to_one_unit_goes_there_without_script(stage: Stage) -> None:
    cases = [stage.to("accepted") for _ in range(2)]
    picks = [f"{c.number}~{c.seq}" for c in cases]
    given = {"act": "dispatch", "confirmed": "1", "unit": stage.tax, "pick": picks}
    browser(stage, "dispatcher").post("/desk/batch/", given)
    assert list(Appeal.objects.values_list("state", "unit")) == [("dispatched", stage.tax)] * 2


def test_looking_at_a_batch_transfer_costs_the_same_for_two_and_twenty(stage: Stage) -> None:
    cases, counts = [stage.to("accepted") for _ in range(20)], []
    for case in cases:
        case = stage.take("dispatcher", case, "dispatch", unit=stage.tax)
        stage.take("taxman", case, "return", cause="duty", reason="不属于本单位职责")
    client = browser(stage, "dispatcher")
    for many in (2, 2, 20):
        with CaptureQueriesContext(connection) as caught:
            response = client.post("/desk/batch/", {"act": "dispatch", "pick": [f"{c.number}~9" for c in cases[:many]]})
        counts.append(len(caught))
        assert len(response.context["rows"]) == many
        assert response.context["rows"][0][0].returned_by == ("区税务局",)
    assert counts[1] == counts[2]


def test_an_export_holds_the_filtered_rows_no_formula_and_is_on_record(stage: Stage) -> None:
    risky = stage.submit(title="=HYPERLINK(1)", urgency="urgent")
    stage.submit()
    response = browser(stage, "dispatcher").post("/desk/export/", {"scope": "all", "urgency": "urgent", "q": "停车"})
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = list(book.active.iter_rows())
    assert [cell.value for cell in rows[0]][:4] == ["受理编号", "类型", "标题", "企业"]
    assert [cell.value for cell in rows[1]][:4] == [risky.number, "诉求", "=HYPERLINK(1)", stage.firm.name]
    assert (len(rows), rows[1][2].data_type, rows[1][2].quotePrefix) == (2, "s", True)
    record = Record.objects.get(verb="appeals.export")
    assert record.facts["count"] == 1
    assert record.facts["filters"] == {"scope": "all", "urgency": "urgent", "order": "newest"}
    assert record.content.body == {"q": "停车"}


def test_a_look_at_the_phone_needs_a_reason_and_is_recorded(stage: Stage) -> None:
    case = stage.to("working")
    handler = browser(stage, "handler")
    assert "19900001234" not in page(handler, f"/desk/cases/{case.number}/")
    url = f"/desk/cases/{case.number}/phone/"
    refused = handler.post(url, {"reason": " "})
    assert (refused.status_code, Unmasking.objects.count()) == (422, 0)
    assert "请写明查看的理由" in refused.json()["detail"]
    assert handler.post(url, {"reason": "联系企业"}).json() == {"value": "19900001234"}
    assert Unmasking.objects.get().reason == "联系企业"
    assert Record.objects.filter(verb="unmask", stream=case.stream).count() == 1


def test_an_attachment_is_fetched_through_the_door_and_cannot_run(stage: Stage) -> None:
    case = stage.to("working")
    send(
        browser(stage, "handler"),
        case,
        "reply",
        outcome="solved",
        text="见附件",
        files=SimpleUploadedFile("图.png", PNG),
    )
    url = f"/desk/cases/{case.number}/files/{StoredFile.objects.get().pk}/"
    response = browser(stage, "dispatcher").get(url)
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert browser(stage, "dispatcher").get(url + "?inline=1")["Content-Disposition"].startswith("inline")
    assert browser(stage, "taxman").get(url).status_code == 404


def test_calls_and_extensions_are_settled_from_the_list(stage: Stage) -> None:
    called, asked = stage.to("replied"), stage.to("working")
    FollowUp.objects.create(appeal=called, round=1, cause="low", drawn_at=stage.now)
    stage.take("handler", asked, "ask_extension", workdays=2, reason="需要会商")
    centre = browser(stage, "dispatcher")
    assert "评价偏低回访" in page(centre, "/desk/?scope=call")
    assert "需要会商" in page(centre, "/desk/?scope=extension")
    back = {"next": "/desk/?scope=call", "then": "list"}
    assert (
        send(centre, called, "follow_up", result="solved", satisfied="yes", **back)["Location"] == "/desk/?scope=call"
    )
    assert (FollowUp.objects.get().state, FollowUp.objects.get().satisfied) == ("done", True)
    send(centre, asked, "refuse_extension", reason="请按期回复")
    assert Appeal.objects.get(pk=asked.pk).extensions.get().state == "refused"


def test_a_written_order_is_a_word_document(stage: Stage) -> None:
    from docx import Document

    case = stage.to("working")
    send(browser(stage, "supervisor"), case, "supervise", level="1", text="三日内到现场解决。")
    order = Order.objects.get()
    response = browser(stage, "handler").get(f"/desk/cases/{case.number}/order/{order.pk}.docx")
    document = Document(io.BytesIO(response.content))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "企业服务中心督办单" in said
    assert "三日内到现场解决。" in said
    assert case.number in "".join(cell.text for row in document.tables[0].rows for cell in row.cells)
    assert "仿宋_GB2312" in document.element.xml
    assert browser(stage, "taxman").get(f"/desk/cases/{case.number}/order/{order.pk}.docx").status_code == 404


def entered(stage: Stage, **fields: object) -> dict[str, object]:
    usual = {
        "title": "来电反映停车难",
        "body": "请协调。",
        "category": stage.category.code,
        "enterprise": stage.firm.pk,
    }
    return usual | {"phone": "199 0000 1234", "contact_name": "李女士", "idempotency_key": "k"} | fields


def test_a_call_is_written_down_once(stage: Stage) -> None:
    client = browser(stage, "dispatcher")
    for _ in range(2):
        assert client.post("/desk/new/?way=hotline", entered(stage, urgency="urgent")).status_code == 302
    case = Appeal.objects.get()
    assert (case.channel, case.kind, case.urgency, case.phone) == ("hotline", "appeal", "urgent", "19900001234")


def test_who_only_reads_is_not_offered_to_write_down(stage: Stage) -> None:
    for who, status in (("dispatcher", 200), ("handler", 200), ("leader", 403), ("auditor", 403)):
        client = browser(stage, who)
        page(client, "/desk/new/", status)
        assert ('href="/desk/new/"' in page(client, "/desk/cases/")) is (status == 200)


def test_a_merge_that_does_not_fit_says_why(stage: Stage) -> None:
    case, complaint, done = stage.to("accepted"), stage.submit(kind="complaint"), stage.to("replied", stage.submit())
    for leader, why in ((case, "不能并入它自己"), (complaint, "类型不同不能并案"), (done, "已回复或已办结")):
        response = send(browser(stage, "dispatcher"), case, "merge", leader=leader.number)
        assert (response.status_code, response.content.decode().count(why) > 1) == (422, True)
    assert Appeal.objects.get(pk=case.pk).state == "accepted"


def test_a_petition_says_who_came_and_when_an_answer_was_agreed(stage: Stage) -> None:
    client = browser(stage, "dispatcher")
    refused = client.post("/desk/new/?way=petition", entered(stage, persons="0"))
    assert refused.status_code == 422
    assert "请填写来访人数" in refused.content.decode()
    petition = entered(stage, enterprise="", party="group", persons="5", batch="第二批", agreed="2026-10-20")
    assert client.post("/desk/new/?way=petition", petition).status_code == 302
    case = Appeal.objects.get()
    assert (case.kind, case.batch["persons"], case.batch["agreed"]) == ("petition", 5, "2026-10-20")
    assert "集体访" in page(client, f"/desk/cases/{case.number}/")


def test_entry_finds_the_firm_and_shows_what_is_open(stage: Stage) -> None:
    from qifu.domain.registry import naming
    from qifu.kernel import search

    stage.firm.tokens = search.tokens(naming.written(stage.firm.name), stage.firm.uscc or "")
    stage.firm.save()
    stage.submit()
    client = browser(stage, "dispatcher")
    assert f'value="{stage.firm.pk}"' in page(client, "/desk/new/firms/?firm=云启")
    assert "楼下停车位不够" in page(client, f"/desk/new/open/?enterprise={stage.firm.pk}")


def test_what_is_alike_is_shown_before_it_is_entered_and_beside_the_case(stage: Stage) -> None:
    first = stage.submit()
    second, client = stage.submit(), browser(stage, "dispatcher")
    assert "相似的在办事项" in page(client, "/desk/new/open/?title=楼下停车位不够用")
    shown = page(client, f"/desk/cases/{second.number}/similar/")
    assert first.number in shown
    assert second.number not in shown
    page(browser(stage, "taxman"), f"/desk/cases/{second.number}/similar/", 404)

"""The portal as an enterprise uses it: submit, receipt, answer, conclude, lists, messages; and what it refuses."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal, Rating
from qifu.domain.estate.models import Building
from qifu.domain.people.models import Account
from qifu.domain.publishing import actions as publishing
from qifu.domain.registry.models import Agency
from qifu.kernel.evidence.models import Record
from qifu.kernel.files.models import StoredFile
from qifu.kernel.sealed import lookup, seal
from qifu.output.messages.models import Kept
from tests.conftest import NOW
from tests.stage import Stage

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, stage: Stage) -> None:
    settings.QIFU_NOW = NOW
    for actor, firm, phone in (
        (stage.contact, stage.firm, "19900001234"),
        (stage.stranger, stage.other_firm, "19900005678"),
    ):
        account = Account.objects.get(pk=actor.account)
        account.phone_sealed, account.phone_lookup = seal(f"+86{phone}"), lookup(f"+86{phone}")
        account.save()
        Agency.objects.create(enterprise=firm, account=account, role="owner", person=account.name, since=NOW)


def entered(account: int | None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(Account.objects.get(pk=account))
    return client


@pytest.fixture
def contact(stage: Stage) -> Client:
    return entered(stage.contact.account)


def form(stage: Stage, **fields: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "idempotency_key": "k-1", "kind": "appeal", "body": "楼下停车位不够。\n每天绕行半小时。", "title": "",
        "category": stage.category.code, "place": "", "urgency": "normal", "enterprise": stage.firm.pk,
        "contact_name": "钱经理", "phone": "19900001234", "prefers": "phone",
    }  # fmt: skip
    return plain | fields


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


# Home ---------------------------------------------------------------------------------------------------------------


def test_a_visitor_sees_the_promises_that_are_in_force(stage: Stage) -> None:
    page = text(entered(None).get("/"))
    figures = re.findall(r'<dt>(.+?)</dt><dd><span class="figure">(\d+)</span> (.+?)</dd>', page)
    assert figures == [("内接单", "1", "小时"), ("内转办", "3", "小时"), ("内回复", "3", "个工作日")]
    assert "工作日 9:00–12:00、14:00–17:30" in page
    assert "今天 11:00 前接单，10月10日 17:30 前回复" in page  # 9 October is a holiday, 10 October a make-up day


def test_a_changed_promise_shows_at_once(stage: Stage) -> None:
    from qifu.domain.appeals.models import Promise

    Promise.objects.create(kind="appeal", urgency="normal", clock="accept", term="minutes", n=45)
    assert '<span class="figure">45</span> 分钟' in text(entered(None).get("/"))


def test_what_waits_for_me_comes_first(stage: Stage, contact: Client) -> None:
    moving, asked, replied = (
        stage.submit(title="正在办的"),
        stage.to("asking", title="要补充的"),
        stage.to("replied", title="要确认的"),
    )
    page = text(contact.get("/"))
    waits, rest = page.split("进行中（", 1)
    assert asked.number in waits
    assert replied.number in waits
    assert moving.number not in waits
    assert moving.number in rest
    assert asked.number not in rest


def test_the_staff_go_to_their_desk(stage: Stage) -> None:
    client = entered(stage.house.accounts["dispatcher"].pk)
    assert client.get("/")["Location"] == reverse("desk:work")
    case = stage.submit()
    assert client.get(f"/cases/{case.number}/")["Location"] == reverse("desk:case", kwargs={"number": case.number})


@pytest.mark.parametrize("path", ["/cases/", "/cases/new/", "/messages/", "/cases/QS2609300000000/"])
def test_a_visitor_signs_in_first(path: str) -> None:
    assert entered(None).get(path)["Location"].startswith("/sign-in/phone/?next=")


# Submit -------------------------------------------------------------------------------------------------------------


def test_what_is_known_is_filled_in(contact: Client, stage: Stage) -> None:
    page = text(contact.get("/cases/new/"))
    assert 'value="钱经理"' in page
    assert 'value="19900001234"' in page
    assert f'name="enterprise" value="{stage.firm.pk}"' in page
    assert stage.firm.name in page


def test_submitting_gives_a_receipt_at_once(contact: Client, stage: Stage) -> None:
    response = contact.post("/cases/new/", form(stage))
    case = Appeal.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/cases/{case.number}/receipt/")
    assert (case.title, case.enterprise_id, case.contact, case.channel) == (
        "楼下停车位不够",
        stage.firm.pk,
        stage.contact.account,
        "portal",
    )
    page = text(contact.get(response["Location"]))
    assert f"{case.number[:2]} {case.number[2:8]} {case.number[8:12]} {case.number[12:]}" in page
    assert "2026年10月10日 周六 17:30" in page
    assert "3 个工作日" in page
    assert "1 小时（只计服务时间）" in page
    assert "<svg" in page
    assert f"http://testserver/cases/{case.number}/" in page
    assert not re.search(r"\sstyle=|<style|\son\w+=", page)


def test_a_double_submit_is_one_case(contact: Client, stage: Stage) -> None:
    def sent() -> str:
        photo = SimpleUploadedFile("现场.png", PNG, "image/png")  # uploaded anew each time
        return str(contact.post("/cases/new/", form(stage, files=photo))["Location"])

    assert sent() == sent()
    assert Appeal.objects.count() == 1
    assert StoredFile.objects.exclude(owner="").count() == 1


def test_one_key_does_not_carry_another_content(contact: Client, stage: Stage) -> None:
    contact.post("/cases/new/", form(stage))
    response = contact.post("/cases/new/", form(stage, body="完全不同的另一件事"))
    assert response.status_code == 409
    assert "完全不同的另一件事</textarea>" in text(response)
    assert Appeal.objects.count() == 1
    assert 'value="k-1"' not in text(response)  # the next try has a key of its own


def test_the_same_words_under_another_key_are_asked_about_first(contact: Client, stage: Stage) -> None:
    contact.post("/cases/new/", form(stage))
    first = Appeal.objects.get().number
    asked = contact.post("/cases/new/", form(stage, idempotency_key="k-2"))
    assert (asked.status_code, Appeal.objects.count()) == (409, 1)
    assert f'刚刚已提交过相同内容：<a href="/cases/{first}/">{first}</a>' in text(asked)
    assert f'name="again" value="{first}"' in text(asked)
    assert "每天绕行半小时。</textarea>" in text(asked)
    assert contact.post("/cases/new/", form(stage, idempotency_key="k-2", again=first)).status_code == 302
    assert Appeal.objects.count() == 2


@pytest.mark.parametrize("change", [{"body": "另一件事。"}, {"enterprise": ""}, {}])
def test_other_words_and_later_ones_are_another_case(
    contact: Client, stage: Stage, settings: Settings, change: dict[str, object]
) -> None:
    contact.post("/cases/new/", form(stage))
    settings.QIFU_NOW = NOW + timedelta(minutes=0 if change else 11)
    assert contact.post("/cases/new/", form(stage, idempotency_key="k-2", **change)).status_code == 302
    assert Appeal.objects.count() == 2


def test_an_empty_form_is_told_all_that_it_lacks_at_once(contact: Client, stage: Stage) -> None:
    page = text(contact.post("/cases/new/", form(stage, body="", category="")))
    assert "请填写诉求内容。" in page
    assert "请选择二级分类。" in page
    assert "请填写标题。" not in page


def test_what_is_lacking_is_said_and_nothing_typed_is_lost(contact: Client, stage: Stage) -> None:
    response = contact.post("/cases/new/", form(stage, body="", category="", place="云启大厦"))
    assert response.status_code == 422
    page = text(response)
    assert "请填写诉求内容。" in page
    assert 'value="云启大厦"' in page
    assert 'value="k-1"' in page
    assert Appeal.objects.count() == 0
    again = contact.post("/cases/new/", form(stage, category=""))
    assert again.status_code == 422
    assert "请选择二级分类" in text(again)
    assert "每天绕行半小时。" in text(again)


def test_a_file_of_a_wrong_kind_is_refused_and_the_good_one_kept(contact: Client, stage: Stage) -> None:
    files = [SimpleUploadedFile("现场.png", PNG), SimpleUploadedFile("工具.png", b"MZ\x90\x00program")]
    response = contact.post("/cases/new/", form(stage, files=files))
    page = text(response)
    assert response.status_code == 422
    assert "文件“工具.png”的内容不是可以接收的类型" in page
    assert "每天绕行半小时。" in page
    kept = StoredFile.objects.get()
    assert f'name="files_kept" value="{kept.pk}|现场.png"' in page
    assert Appeal.objects.count() == 0
    contact.post("/cases/new/", form(stage, files_kept=f"{kept.pk}|现场.png"))
    kept.refresh_from_db()
    assert kept.owner == Appeal.objects.get().stream


def test_the_form_names_the_files_that_are_taken(contact: Client, stage: Stage) -> None:
    asked = stage.to("working")
    stage.take("handler", asked, "ask", text="请补充", items=["营业执照"])
    for address in ("/cases/new/", f"/cases/{asked.number}/"):
        page = text(contact.get(address))
        assert "可以传：PDF、PNG、JPG、WEBP、DOCX、XLSX、PPTX、DOC、MP3、MP4、TXT、CSV。" in page
        assert "XLS、PPT、HEIC 请先另存为 XLSX、PPTX、JPG。" in page


def test_anothers_file_cannot_be_taken(contact: Client, stage: Stage) -> None:
    entered(stage.stranger.account).post(
        "/cases/new/", form(stage, category="", files=SimpleUploadedFile("密.png", PNG))
    )
    foreign = StoredFile.objects.get()
    assert contact.post("/cases/new/", form(stage, files_kept=f"{foreign.pk}|密.png")).status_code == 422
    assert Appeal.objects.count() == 0


def test_nobody_speaks_for_a_foreign_enterprise(contact: Client, stage: Stage) -> None:
    came = {"HTTP_REFERER": "http://testserver/cases/new/"}
    refused = contact.post("/cases/new/", form(stage, enterprise=stage.other_firm.pk), **came)  # type: ignore[arg-type]
    assert (refused.status_code, Appeal.objects.count()) == (403, 0)
    assert "您还不能代表这家企业，请先完成企业认证。" in text(refused)
    assert "每天绕行半小时。</textarea>" in text(refused)


def test_a_refusal_told_on_the_page_before_is_no_success_to_the_draft(contact: Client, stage: Stage) -> None:
    case = stage.to("closed")
    page = f"/cases/{case.number}/"
    came = {"HTTP_REFERER": f"http://testserver{page}"}
    told = contact.post(f"{page}urge/", {"text": "请尽快", "idempotency_key": "u"}, follow=True, **came)  # type: ignore[arg-type]
    assert told.redirect_chain == [(f"http://testserver{page}", 303)]
    assert "data-toast data-refused" in text(told)
    assert "data-refused" not in text(contact.get(page))


@pytest.mark.parametrize(("field", "value"), [("kind", "petition"), ("urgency", "now"), ("prefers", "pigeon")])
def test_what_the_form_does_not_offer_is_refused(contact: Client, stage: Stage, field: str, value: str) -> None:
    assert contact.post("/cases/new/", form(stage, **{field: value})).status_code in (403, 422)
    assert Appeal.objects.count() == 0


def test_who_is_not_certified_submits_as_a_person(stage: Stage) -> None:
    account = Account.objects.create(
        kind="contact", name="赵先生", phone_sealed=seal("+8619900009999"), phone_lookup="9", created=NOW
    )
    client = entered(account.pk)
    assert "尚未认证企业，这次以个人身份提交" in text(client.get("/cases/new/"))
    client.post("/cases/new/", form(stage, enterprise=""))
    assert Appeal.objects.values_list("enterprise", "contact").get() == (None, account.pk)


def test_a_building_is_known_by_its_name(contact: Client, stage: Stage) -> None:
    from qifu.kernel import search

    building = Building.objects.create(
        code="B1", name="云启大厦", road="解放大道", number="100号", tokens=search.tokens("云启大厦")
    )
    assert 'value="云启大厦"' in text(contact.get("/cases/new/places/?place=云启"))
    contact.post("/cases/new/", form(stage, place="云启大厦 A座1203"))
    assert Appeal.objects.values_list("building", "place").get() == (building.pk, "云启大厦 A座1203")


def test_answers_and_own_cases_are_offered_while_typing(contact: Client, stage: Stage) -> None:
    draft = publishing.Draft("园区停车位不够怎么办？", "向街道申请错时停车。", "premises.parking")
    made = publishing.draft(actor=stage.actor("handler"), now=NOW, draft=draft)
    publishing.publish(actor=stage.actor("dispatcher"), now=NOW, article=made.pk, seen=1)
    own = stage.submit(title="楼下停车位不够")
    foreign = stage.submit(stage.stranger, title="停车位不够用", enterprise=stage.other_firm.pk)
    page = text(contact.post("/cases/new/answers/", {"body": "公司楼下停车位总是不够"}))
    assert "园区停车位不够怎么办？" in page
    assert "向街道申请错时停车。" in page
    assert own.number in page
    assert foreign.number not in page
    assert 'for="category_premises.parking"' in page
    assert text(contact.post("/cases/new/answers/", {"body": "停车"})) == ""
    assert "谢谢，已记下" in text(contact.post(f"/answers/{made.pk}/vote/", {"helped": "yes"}))
    made.refresh_from_db()
    assert (made.helped, made.not_helped) == (1, 0)


# One case -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["", "receipt/", "files/1/"])
def test_a_foreign_case_is_not_there(stage: Stage, tail: str) -> None:
    case = stage.submit()
    stranger = entered(stage.stranger.account)
    assert stranger.get(f"/cases/{case.number}/{tail}").status_code == 404
    assert stranger.get(f"/cases/QS2609301234560/{tail}").status_code == 404


@pytest.mark.parametrize("step", ["withdraw", "urge", "add", "answer", "conclude", "accept"])
def test_a_foreign_case_is_not_moved(stage: Stage, step: str) -> None:
    case = stage.submit()
    before = stage.row(case)
    fields = {"reason": "x", "text": "x", "solved": "yes", "speed": 5, "result": 5, "attitude": 5}
    assert entered(stage.stranger.account).post(f"/cases/{case.number}/{step}/", fields).status_code == 404
    assert stage.row(case) == before


def test_what_was_written_is_shown_as_text(contact: Client, stage: Stage) -> None:
    case = stage.submit(title="<script>alert(1)</script>", body='<img src=x onerror="a()">', place='"><b>x</b>')
    stage.take("contact", case, "add", text="<svg onload=a()>")
    for path in ("/", "/cases/", f"/cases/{case.number}/", f"/cases/{case.number}/receipt/"):
        page = text(contact.get(path))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg onload" not in page
        assert "<b>x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_question_is_answered_item_by_item(contact: Client, stage: Stage) -> None:
    case = stage.to("working")
    stage.take("handler", case, "ask", items=["营业执照", "现场照片"], text="请一次补齐")
    assert "请您补充这 2 项" in text(contact.get(f"/cases/{case.number}/"))
    refused = contact.post(
        f"/cases/{case.number}/answer/", {"item_0": "见证照库", "item_1": "", "idempotency_key": "a"}
    )
    assert refused.status_code == 422
    assert "请回答这一项" in text(refused)
    assert "见证照库</textarea>" in text(refused)
    assert stage.row(case)["state"] == "asking"
    fields = {"item_0": "见证照库", "item_1": "", "idempotency_key": "a", "files": SimpleUploadedFile("现场.png", PNG)}
    response = contact.post(f"/cases/{case.number}/answer/", fields)
    assert response["Location"] == f"/cases/{case.number}/"
    assert stage.row(case)["state"] == "working"
    said = Record.objects.filter(stream=case.stream, verb="appeals.answer").get().content.body["text"]
    assert said == "1. 营业执照：见证照库\n2. 现场照片：见附件"
    file = StoredFile.objects.get()
    download = contact.get(f"/cases/{case.number}/files/{file.pk}/")
    assert (b"".join(download.streaming_content), download["Content-Type"]) == (PNG, "image/png")


MARKS = {"speed": 5, "result": 4, "attitude": 5}


def test_solved_and_rated_in_one_gesture(contact: Client, stage: Stage) -> None:
    case = stage.to("replied")
    for _ in range(2):
        response = contact.post(f"/cases/{case.number}/conclude/", {"solved": "yes", "idempotency_key": "c", **MARKS})
        assert response["Location"] == f"/cases/{case.number}/"
    row = stage.row(case)
    assert (row["state"], row["closed_how"], row["mark_speed"], row["mark_result"]) == ("closed", "confirmed", 5, 4)
    assert Rating.objects.values_list("round", "speed", "result", "attitude").get() == (1, 5, 4, 5)
    verbs = Record.objects.filter(stream=case.stream).order_by("-seq").values_list("verb", flat=True)[:2]
    assert list(verbs) == ["appeals.confirm", "appeals.rate"]


def test_not_solved_opens_a_round_with_the_marks_kept_in_the_last(contact: Client, stage: Stage) -> None:
    case = stage.to("replied")
    refused = contact.post(f"/cases/{case.number}/conclude/", {"solved": "no", "idempotency_key": "c", "speed": 2})
    assert refused.status_code == 422
    page = text(refused)
    assert "请填写理由。" in page
    assert "请给办理结果打星。" in page
    assert "请给办理速度打星。" not in page
    assert (Rating.objects.count(), stage.row(case)["state"]) == (0, "replied")
    contact.post(
        f"/cases/{case.number}/conclude/", {"solved": "no", "reason": "还是没有车位", "idempotency_key": "c", **MARKS}
    )
    row = stage.row(case)
    assert (row["state"], row["round"], row["unit_id"]) == ("accepted", 2, None)
    assert Rating.objects.values_list("round", flat=True).get() == 1


@pytest.mark.parametrize("ticked", [{}, {"speed": 3, "comment": "等等再说", "unrated": "1"}])
def test_the_rating_may_be_left_for_later(contact: Client, stage: Stage, ticked: dict[str, object]) -> None:
    case = stage.to("replied")
    address = f"/cases/{case.number}/conclude/"
    assert "（可不评）" in text(contact.get(f"/cases/{case.number}/"))
    contact.post(address, {"solved": "yes", "idempotency_key": "c", **ticked})
    assert (stage.row(case)["closed_how"], Rating.objects.count()) == ("confirmed", 0)
    contact.post(f"/cases/{case.number}/rate/", {"idempotency_key": "r", **MARKS})
    assert Rating.objects.values_list("speed", "result", "attitude").get() == (5, 4, 5)


def test_a_refusal_needs_its_reason_and_no_stars(contact: Client, stage: Stage) -> None:
    case = stage.to("replied")
    address = f"/cases/{case.number}/conclude/"
    refused = contact.post(address, {"solved": "no", "idempotency_key": "c"})
    assert refused.status_code == 422
    assert "请填写理由。" in text(refused)
    assert "打星。" not in text(refused)
    contact.post(address, {"solved": "no", "reason": "还是没有车位", "idempotency_key": "c"})
    assert (stage.row(case)["round"], Rating.objects.count()) == (2, 0)


@pytest.mark.parametrize("state", ["submitted", "working", "asking", "closed", "withdrawn"])
def test_there_is_nothing_to_conclude_before_a_reply(contact: Client, stage: Stage, state: str) -> None:
    case = stage.to(state)
    before = stage.row(case)
    response = contact.post(f"/cases/{case.number}/conclude/", {"solved": "yes", "idempotency_key": "c", **MARKS})
    assert response.status_code == 409
    assert "没有等待您确认的回复" in text(response)
    assert (stage.row(case), Rating.objects.count()) == (before, 0)


def test_a_rated_round_keeps_its_marks(contact: Client, stage: Stage) -> None:
    case = stage.to("replied")
    stage.take("contact", case, "rate", speed=1, result=1, attitude=1)
    assert 'name="speed"' not in text(contact.get(f"/cases/{case.number}/"))
    contact.post(f"/cases/{case.number}/conclude/", {"solved": "yes", "idempotency_key": "c"})
    assert stage.row(case)["state"] == "closed"
    assert Rating.objects.values_list("speed", flat=True).get() == 1


@pytest.mark.parametrize(
    ("state", "step", "fields", "after"),
    [
        ("working", "urge", {"text": "请尽快"}, "working"),
        ("working", "add", {"text": "补充一点"}, "working"),
        ("working", "withdraw", {"reason": "已自行解决"}, "withdrawn"),
        ("closed", "reopen", {"reason": "又出现了"}, "accepted"),
        ("closed", "rate", {**MARKS, "comment": "很好"}, "closed"),
    ],
)
def test_every_other_step(
    contact: Client, stage: Stage, state: str, step: str, fields: dict[str, object], after: str
) -> None:
    case = stage.to(state)
    assert f'id="step-{step}"' in text(contact.get(f"/cases/{case.number}/"))
    response = contact.post(f"/cases/{case.number}/{step}/", {"idempotency_key": "s", **fields})
    assert response["Location"] == f"/cases/{case.number}/"
    assert stage.row(case)["state"] == after


def test_a_step_that_lacks_something_stands_open_with_what_was_typed(contact: Client, stage: Stage) -> None:
    case = stage.to("working")
    response = contact.post(f"/cases/{case.number}/withdraw/", {"reason": ""})
    assert response.status_code == 422
    assert '<details class="act" id="step-withdraw" open>' in text(response)
    assert stage.row(case)["state"] == "working"


@pytest.mark.parametrize("step", ["accept", "dispatch", "reply", "lapse", "nothing"])
def test_steps_of_the_desk_are_not_there(contact: Client, stage: Stage, step: str) -> None:
    case = stage.submit()
    before = stage.row(case)
    assert contact.post(f"/cases/{case.number}/{step}/", {"text": "x"}).status_code == 404
    assert stage.row(case) == before


def test_after_ninety_days_one_submits_anew(contact: Client, stage: Stage, settings: Settings) -> None:
    case = stage.to("closed")
    settings.QIFU_NOW = NOW + timedelta(days=91)
    page = text(contact.get(f"/cases/{case.number}/"))
    assert 'id="step-reopen"' not in page
    assert f"/cases/new/?previous={case.number}" in page
    contact.post("/cases/new/", form(stage, previous=case.number))
    assert Appeal.objects.exclude(pk=case.pk).get().previous_id == case.pk


@pytest.mark.parametrize("path", ["withdraw/", "conclude/", "answer/"])
def test_nothing_moves_by_a_link(contact: Client, stage: Stage, path: str) -> None:
    case = stage.to("replied")
    assert contact.get(f"/cases/{case.number}/{path}").status_code == 405


# Lists, messages ----------------------------------------------------------------------------------------------------


def test_the_tabs_divide_what_is_mine(contact: Client, stage: Stage) -> None:
    going, asked, done = stage.submit(title="停车问题"), stage.to("asking"), stage.to("closed", title="网络问题")
    stage.submit(stage.stranger, enterprise=stage.other_firm.pk)

    def listed(query: str) -> list[str]:
        return re.findall(r'class="case-link" href="/cases/(\w+)/"', text(contact.get(f"/cases/{query}")))

    assert listed("") == [asked.number, going.number]
    assert listed("?tab=asked") == [asked.number]
    assert listed("?tab=done") == [done.number]
    assert listed("?tab=done&q=网络") == [done.number]
    assert listed("?q=网络") == []
    assert "没有找到和“网络”有关的事项" in text(contact.get("/cases/?q=网络"))


def test_a_colleague_sees_the_companys_cases_but_not_confidential_ones(stage: Stage) -> None:
    plain, quiet = stage.submit(), stage.submit(is_confidential=True)
    Agency.objects.filter(account=stage.stranger.account).update(enterprise=stage.firm)
    colleague = entered(stage.stranger.account)
    assert colleague.get(f"/cases/{plain.number}/").status_code == 200
    assert colleague.get(f"/cases/{quiet.number}/").status_code == 404


def test_queries_do_not_grow_with_the_list(contact: Client, stage: Stage) -> None:
    def counted(path: str) -> int:
        with CaptureQueriesContext(connection) as told:
            assert contact.get(path).status_code == 200
        return len(told)

    stage.to("asking")
    stage.to("replied")
    paths = ("/", "/cases/", "/cases/new/")
    warm = [counted(path) for path in paths]  # the tree of units is read once a process
    assert min(warm) > 0
    few = {path: counted(path) for path in paths}
    for _ in range(6):
        stage.submit()
    assert {path: counted(path) for path in few} == few
    assert max(few.values()) <= 30


def test_messages_are_read_by_a_post(contact: Client, stage: Stage) -> None:
    case = stage.submit()
    for key, account in (("a", stage.contact.account), ("b", stage.stranger.account)):
        Kept.objects.create(key=key, channel="inapp", account_id=account, template="x", subject="诉求已接单",
                            text=f"您的诉求（编号 {case.number}）已接单", sent_at=NOW)  # fmt: skip
    mine, foreign = Kept.objects.get(key="a"), Kept.objects.get(key="b")
    page = text(contact.get("/messages/"))
    assert page.count("诉求已接单") == 1
    assert "1<span" in page
    assert contact.get("/messages/read/").status_code == 405
    response = contact.post("/messages/read/", {"message": mine.pk, "number": case.number})
    assert response["Location"] == f"/cases/{case.number}/"
    assert contact.post("/messages/read/", {"message": foreign.pk})["Location"] == "/messages/"
    assert (Kept.objects.get(key="a").read_at, Kept.objects.get(key="b").read_at) == (NOW, None)
    away = contact.post("/messages/read/", {"message": mine.pk, "number": "//evil.example/"})
    assert away["Location"] == "/messages/"


def test_what_went_out_is_shown_in_the_demo_only(settings: Settings) -> None:
    for key, tail in (("a", "1234"), ("b", "5678")):
        Kept.objects.create(key=key, channel="sms", shown_to=f"199****{tail}", template="x", subject="登录验证码",
                            text=f"验证码 {tail}00", sent_at=NOW)  # fmt: skip
    settings.DEMO = False
    assert entered(None).get("/demo/messages/").status_code == 404
    settings.DEMO = True
    page = text(entered(None).get("/demo/messages/?tail=1234", headers={"HX-Request": "true"}))
    assert "验证码 123400" in page
    assert "567800" not in page
    assert "<html" not in page


def test_help_explains_and_finds(stage: Stage) -> None:
    page = text(entered(None).get("/help/?q=没有这样的词"))
    assert "没有找到相关解答" in page
    assert "放假安排已公布到 2026年12月31日" in page

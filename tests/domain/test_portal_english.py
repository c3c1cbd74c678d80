"""The portal in its second language: what each page says in English, when it does, and what stays Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.conf import settings as configured
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from qifu.domain.people.models import Account
from qifu.domain.publishing import actions as publishing
from qifu.domain.registry import actions as registry
from qifu.domain.registry.models import Agency
from qifu.engines.codes import credit
from qifu.entry.portal.home import letters
from qifu.entry.theme import phrases, pieces, words
from qifu.entry.theme.unavailable import FULL, SENTENCE
from qifu.kernel.sealed import lookup, seal
from qifu.output.messages import reading, wording
from qifu.output.messages.models import Kept
from tests.conftest import NOW, PASSWORD
from tests.stage import Stage
from tests.walls import catalogue


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


# The pages --------------------------------------------------------------------------------------------------------------


class Chrome(HTMLParser):
    """Collects the Chinese of a page that is not marked as Chinese: what is seen, read aloud, hinted or asked."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "use", "path"})
    SPOKEN = frozenset({"aria-label", "title", "placeholder", "alt", "data-confirm", "data-confirm-ok", "data-label"})
    TYPED = frozenset({"textarea", "script", "style", "title"})  # the title of a page names the case

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang") or ""
        is_chinese = (given.get("lang") or "").startswith("zh") or tag in self.TYPED
        if not is_chinese and not self._is_marked():
            self.found += [value for name, value in attrs if name in self.SPOKEN and catalogue.HAN.search(value or "")]
        if tag not in self.VOID:
            self.open.append((tag, is_chinese))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if catalogue.HAN.search(text) and not self._is_marked():
            self.found.append(text.strip())

    def _is_marked(self) -> bool:
        return any(is_chinese for _, is_chinese in self.open)


def chinese(response: object, status: int = 200) -> list[str]:
    """The unmarked Chinese of an English page."""
    page = Chrome()
    page.feed(response.content.decode())  # type: ignore[attr-defined]
    assert response.status_code == status  # type: ignore[attr-defined]
    assert response["Content-Language"] == "en"  # type: ignore[index]
    assert page.lang in ("en", "")  # a fragment has none
    return page.found


def test_unmarked_chinese_is_found() -> None:
    page = Chrome()
    page.feed(
        '<p title="题">字<span lang="zh-Hans">名<b>字</b></span><input placeholder="填">words</p>尾<textarea>稿</textarea>'
    )
    assert page.found == ["题", "字", "填", "尾"]


def entered(account: int | None = None, language: str = "en") -> Client:
    client = Client(headers={"accept-language": "zh-CN" if language == "en" else "en"})
    if account is not None:
        client.force_login(Account.objects.get(pk=account))
    client.cookies[configured.LANGUAGE_COOKIE_NAME] = language
    return client


@pytest.fixture
def portal(stage: Stage, settings: Settings) -> Client:
    """The contact of the stage, with a certified enterprise and an English portal."""
    settings.QIFU_NOW = NOW
    account = Account.objects.get(pk=stage.contact.account)
    account.phone_sealed, account.phone_lookup = seal("+8619900001234"), lookup("+8619900001234")
    account.save()
    Agency.objects.create(enterprise=stage.firm, account=account, role="owner", person=account.name, since=NOW)
    return entered(account.pk)


def test_visitors_pages_are_english(db: None, stage: Stage, settings: Settings) -> None:
    settings.QIFU_NOW, settings.DEMO = NOW, True
    said = publishing.Draft("车位怎么申请？", "请向街道提出。", "premises.parking")
    draft = publishing.draft(actor=stage.actor("dispatcher"), now=NOW, draft=said)
    publishing.publish(actor=stage.actor("supervisor"), now=NOW, article=draft.pk, seen=draft.version)
    stage.to("closed")
    client = entered()
    for path in (
        "/",
        "/help/",
        "/help/?q=%E5%81%9C",
        "/open/",
        "/open/?year=2026",
        "/sign-in/",
        "/sign-in/phone/",
        "/demo/messages/",
    ):
        assert (path, chinese(client.get(path))) == (path, [])
    assert "Three promises" in client.get("/").content.decode()
    assert (
        "车位怎么申请？</span>" in client.get("/").content.decode()
    )  # what people wrote stays as it is, and is marked
    assert chinese(client.get("/nowhere/"), 404) == []
    assert chinese(client.post("/sign-in/phone/", {"phone": "12"})) == []
    client.post("/sign-in/phone/", {"phone": "19900009999"})
    assert chinese(client.get("/sign-in/phone/code/")) == []
    refused = client.post("/sign-in/phone/code/", {"code": "000000"})
    assert chinese(refused) == []
    assert "The code is wrong. You have 4 more tries." in refused.content.decode()


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        *(
            ("appeal", s)
            for s in ("submitted", "accepted", "dispatched", "working", "asking", "disputed", "replied", "closed")
        ),
        *(("appeal", s) for s in ("declined", "withdrawn")),
        *(("complaint", s) for s in ("settling", "replied", "closed")),
        *(("assistance", s) for s in ("working", "asking", "replied", "closed")),
    ],
)
def test_a_case_is_english_wherever_it_stands(stage: Stage, portal: Client, kind: str, state: str) -> None:
    case = stage.to(state, kind=kind, urgency="urgent", place="南洋大厦 12 楼", is_confidential=True)
    for path in (
        f"/cases/{case.number}/",
        f"/cases/{case.number}/receipt/",
        "/",
        "/cases/",
        "/cases/?tab=done",
        "/messages/",
    ):
        assert (path, chinese(portal.get(path))) == (path, [])


def test_the_timeline_is_english_and_leaves_what_was_typed(stage: Stage, portal: Client) -> None:
    case = stage.to("asking")
    stage.take("contact", case, "answer", text="已解决", files=[])
    stage.take("contact", case, "urge", text="请快一点")
    stage.take("handler", case, "reply", outcome="partly", text="已协调新增二十个车位。")
    stage.take("contact", case, "refuse", reason="还是不够")
    stage.take("contact", case, "withdraw", reason="自行解决")
    page = portal.get(f"/cases/{case.number}/")
    assert chinese(page) == []
    text = page.content.decode()
    told = re.findall(r'<p class="said">(.*?)</p>', text)
    zh = '<span lang="zh-Hans">{}</span>'.format
    assert told == [
        f"Withdrawn by the enterprise: {zh('自行解决')}",
        f"The enterprise refused this reply and a new round began: {zh('还是不够')}",
        f"{zh('区城建局')} replied (Partly solved): {zh('已协调新增二十个车位。')}",
        f"The enterprise sent a reminder. {zh('请快一点')}",
        f"Your answers: {zh('已解决')}",  # a word of ours, but typed
        f"Please provide: {zh('营业执照')}. {zh('请补充')}",
        f"{zh('区城建局')} signed for it and has begun to handle it.",
        f"Dispatched to {zh('区城建局')}.",
        "The centre accepted the case.",
        f"Submitted: {zh('楼下停车位不够')}",
    ]
    assert "Round 2 · Withdraw" in text
    assert "today 10:00" in text


def test_forms_and_their_refusals_are_english(stage: Stage, portal: Client) -> None:
    assert chinese(portal.get("/cases/new/")) == []
    refused = portal.post("/cases/new/", {"kind": "appeal", "body": "", "urgency": "normal", "prefers": "phone"})
    assert chinese(refused, 422) == []
    assert "Please choose a second-level category." in refused.content.decode()
    asked, replied = stage.to("asking"), stage.to("replied")
    assert chinese(portal.post(f"/cases/{asked.number}/answer/", {"item_0": ""}), 422) == []
    assert chinese(portal.post(f"/cases/{replied.number}/conclude/", {"solved": ""}), 422) == []
    lacking = portal.post(f"/cases/{replied.number}/conclude/", {"solved": "no"})
    assert chinese(lacking, 422) == []
    assert "Please fill in 'Reason'." in lacking.content.decode()
    stale = portal.post(
        f"/cases/{asked.number}/conclude/", {"solved": "yes", "speed": "5", "result": "5", "attitude": "5"}
    )
    assert chinese(stale, 409) == []
    assert "The case now stands at 'Waiting for the enterprise'; no reply waits" in stale.content.decode()
    done = portal.post(f"/cases/{asked.number}/withdraw/", {"reason": "自行解决"}, follow=True)
    assert "Withdrawn; it is no longer handled." in done.content.decode()


def test_what_is_offered_while_typing_is_english(stage: Stage, portal: Client) -> None:
    stage.to("working", title="楼下停车位不够用")
    found = portal.post("/cases/new/answers/", {"body": "楼下停车位不够用，请协调"})
    assert chinese(found) == []
    assert "Being handled by the unit · similar title. For the same matter" in found.content.decode()


@pytest.mark.parametrize(
    ("name", "context"),
    [
        *((f"{code}.html", {}) for code in (400, 403, 404, 409, 413, 429, 500)),
        ("403_csrf.html", {}),
        ("500.html", {"reference": "QF-0", "request_id": "1"}),
        ("503.html", {"sentence": SENTENCE}),
        ("503.html", {"sentence": FULL}),
        ("theme/refusal.html", {}),
        ("theme/refusal.html", {"message": "没有这个页面。"}),
        ("signin/inactive.html", {}),
        ("signin/locked.html", {"limit": 5, "minutes": 15, "until": NOW}),
    ],
)
def test_pages_of_refusals_and_faults_are_english(name: str, context: dict[str, object], english: None) -> None:
    page = Chrome()
    page.feed(render_to_string(name, context))
    assert (page.found, page.lang) == ([], "en")


def test_own_pages_and_certification_are_english(stage: Stage, portal: Client) -> None:
    registry.invite(
        actor=stage.contact, now=NOW, enterprise=stage.firm.pk, phone="19900007777", person="李四", role="agent"
    )
    firm = f"/my/enterprises/{stage.firm.pk}/"
    for path in ("/me/", "/me/phone/", "/me/sessions/", "/my/enterprises/", "/my/enterprises/certify/", firm):
        assert (path, chinese(portal.get(path))) == (path, [])
    empty = portal.post("/my/enterprises/certify/", {"person": "李四"})
    assert chinese(empty, 422) == []
    assert "This field is required." in empty.content.decode()  # Django's own words follow the page
    assert chinese(portal.post(f"{firm}invite/", {"phone": "12", "person": "李四", "role": "agent"}), 422) == []


@pytest.mark.parametrize(
    "code",
    ["", "123", "9142010OMA4K1A2B3C", "91420100MA4K1A2B3", "91420100MA4K1A2B3D", "X1420100MA4K1A2B3C", "甲" * 18],
)
def test_every_fault_of_a_credit_code_has_its_english(code: str, english: None) -> None:
    said = credit.problem(code)
    assert said
    assert catalogue.HAN.sub("", phrases.said(said).replace("甲", "")) == phrases.said(said).replace("甲", "")


# Which language ---------------------------------------------------------------------------------------------------------


def test_a_page_is_chinese_until_english_is_chosen(stage: Stage, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    official = Client(headers={"accept-language": "en-GB,en;q=0.9"})
    first = official.get("/help/")
    assert "时间怎么算" in first.content.decode()
    assert '<html lang="zh-Hans">' in first.content.decode()
    assert (first["Content-Language"], "Cookie" in first["Vary"], "Accept-Language" in first["Vary"]) == (
        "zh-hans",
        True,
        False,
    )
    answer = official.post("/language/", {"language": "en", "next": "/help/"})
    assert (answer.status_code, answer["Location"]) == (302, "/help/")
    kept = answer.cookies["qifu_language"]
    assert (kept.value, kept["max-age"], kept["httponly"], kept["samesite"]) == ("en", 365 * 86400, True, "Lax")
    assert "How time is counted" in official.get("/help/").content.decode()
    official.post("/language/", {"language": "zh-hans", "next": "/help/"})
    assert "时间怎么算" in official.get("/help/").content.decode()


def test_the_switch_leads_back_and_nowhere_else(db: None) -> None:
    page = Client().get("/help/?q=%E5%81%9C").content.decode()
    assert '<input type="hidden" name="next" value="/help/?q=%E5%81%9C">' in page
    assert 'name="language" value="en" lang="en">English</button>' in page
    assert Client().post("/language/", {"language": "en", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert Client().get("/language/").status_code == 405
    assert "简体中文</button>" in entered().get("/help/").content.decode()


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/cases/", "/desk/people/", "/desk/knowledge/", "/me/", "/me/password/", "/me/sessions/"]
)
def test_the_staff_work_in_chinese_whatever_was_chosen(stage: Stage, settings: Settings, path: str) -> None:
    settings.QIFU_NOW = NOW
    page = entered(stage.house.accounts["admin"].pk).get(path)
    assert page.status_code == 200
    assert page["Content-Language"] == "zh-hans"
    assert '<html lang="zh-Hans">' in page.content.decode()
    assert 'name="language"' not in page.content.decode()


def test_the_forms_of_the_staff_refuse_in_chinese(stage: Stage, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    staff = entered(stage.house.accounts["admin"].pk)
    page = staff.post(
        "/me/password/", {"oldpassword": PASSWORD, "password1": "1234", "password2": "1234"}
    ).content.decode()
    assert "密码" in page
    assert not re.search(r"This|password is|must contain", page)


def test_one_request_leaves_no_language_behind(db: None) -> None:
    entered().get("/help/")
    assert translation.get_language() == "zh-hans"


def test_the_api_answers_in_chinese(db: None) -> None:
    answer = entered().get("/api/v1/cases")
    assert answer["Content-Language"] == "zh-hans"
    assert catalogue.HAN.search(answer.content.decode())


# Times and spans --------------------------------------------------------------------------------------------------------


def test_times_are_said_in_the_english_manner(english: None) -> None:
    at = datetime(2026, 9, 30, 16, 40, tzinfo=words.HERE)
    assert words.cn_date(at) == "30 Sep 2026, 16:40"
    assert words.cn_date(at.date()) == "30 Sep 2026"
    assert words.cn_week(at) == "Wed 30 Sep 2026, 16:40"
    assert words.cn_month(at.date()) == "Sep 2026"
    near = [words.cn_near(at + timedelta(days=n), at) for n in (-1, 0, 1, 2, 100)]
    assert near == ["yesterday 16:40", "today 16:40", "tomorrow 16:40", "2 Oct, 16:40", "8 Jan 2027, 16:40"]
    spans = [words.duration(seconds) for seconds in (30, 300, 7500, 7200, 259200, 273600)]
    assert spans == ["under 1 min", "5 min", "2 h 5 min", "2 h", "3 d", "3 d 4 h"]
    ago = [words.ago(at - timedelta(minutes=n), at) for n in (0, 5, 125, 800)]
    assert ago == ["just now", "5 min ago", "2 h ago", "today 03:20"]


def test_a_clock_is_said_in_english(english: None) -> None:
    at = datetime(2026, 9, 30, 16, 40, tzinfo=words.HERE)
    due = at + timedelta(hours=2)
    assert "2 h left</span>" in pieces.clock_chip(due, at)
    assert 'title="Due Wed 30 Sep 2026, 18:40"' in pieces.clock_chip(due, at)
    assert "Reply 1 h over (provisional)</span>" in pieces.clock_chip(
        due, due + timedelta(hours=1), label="Reply", provisional=True
    )
    assert "done 1 h late</span>" in pieces.clock_chip(due, at, met=due + timedelta(hours=1))


def test_units_are_counted(english: None) -> None:
    assert [phrases.several("小时", n) for n in (1, 3)] == ["hour", "hours"]
    assert [phrases.said(f"{n} 个工作日") for n in (1, 3)] == ["1 working day", "3 working days"]


def test_several_sentences_are_said_one_by_one(english: None) -> None:
    assert phrases.said("请填写标题。请填写理由。") == "Please fill in 'Title'. Please fill in 'Reason'."
    assert phrases.said("场地楼宇 / 停车难") == "Premises and buildings / Parking"
    assert phrases.spoken("请填写标题。谁知道。") == '<span lang="zh-Hans">请填写标题。谁知道。</span>'


def test_what_was_typed_is_never_translated(english: None) -> None:
    assert phrases.data("已解决") == '<span lang="zh-Hans">已解决</span>'
    assert (
        phrases.told("企业撤回：已解决", "企业撤回：{reason}")
        == 'Withdrawn by the enterprise: <span lang="zh-Hans">已解决</span>'
    )
    assert phrases.told("完成 A 或 B", "企业撤回：{reason}") == '<span lang="zh-Hans">完成 A 或 B</span>'
    assert phrases.data("<b>solved</b>") == "&lt;b&gt;solved&lt;/b&gt;"
    assert (
        phrases.spoken("文件“<b>.pdf”是空的，请重新选择。")
        == "The file '&lt;b&gt;.pdf' is empty. Please choose another."
    )


def test_chinese_pages_are_as_they_were() -> None:
    assert phrases.data("名字") == "名字"
    assert phrases.said("已解决") == phrases.spoken("已解决") == "已解决"
    assert phrases.told("企业撤回：已解决", "企业撤回：{reason}") == "企业撤回：已解决"


# Messages ---------------------------------------------------------------------------------------------------------------

VALUES = {"kind": "投诉", "title": "楼下“停车”不够，请协调", "number": "QS2026093000011", "owner": "周调度", "unit": "区城建局",
          "accept_due": "9月30日 11:00", "reply_due": "10月10日 17:30", "reason": "不属于本区职责", "enterprise": "武汉云启软件有限公司",
          "count": "3", "code": "123456", "minutes": "5", "days": "7",
          "handbook": "办理说明", "specialist": "民意街道服务站", "amount": "50,000.00 元", "duty": "报告资金使用", "due": "10月12日",
          "field": "营业收入", "when": "10月12日09:30", "place": "云启大厦一楼大厅", "result": "已同意"}  # fmt: skip


def kept_message(template: str, values: dict[str, str]) -> Kept:
    return Kept(template=template, text=wording.text(template, values))


@pytest.mark.parametrize("template", list(wording.TO_ENTERPRISE))
def test_every_message_to_enterprises_is_read_back_and_said_in_english(template: str, english: None) -> None:
    pattern = wording.TO_ENTERPRISE[template].text
    parts = [set(wording.PLACE.findall(part)) for part in wording.OPTIONAL.findall(pattern)]
    for left_out in (set(), *parts, set().union(*parts)):
        given = {name: VALUES[name] for name in wording.PLACE.findall(pattern) if name not in left_out}
        message = kept_message(template, given)
        assert reading.values(pattern, message.text) == given
        page = Chrome()
        page.feed(letters.text(message))
        assert (page.found, "[" in letters.text(message)) == ([], False)


def test_a_message_is_said_again_in_english(english: None) -> None:
    given = {name: VALUES[name] for name in ("kind", "title", "number", "owner", "reply_due")}
    assert letters.text(kept_message("appeal_receipt", given)) == (
        "Your complaint '<span lang=\"zh-Hans\">楼下“停车”不够，请协调</span>' has been received: number QS2026093000011, "
        'duty owner <span lang="zh-Hans">周调度</span>. We will reply by 10 Oct, 17:30.'
    )


def test_a_message_of_other_words_is_shown_as_it_was_sent(english: None) -> None:
    for template in ("appeal_replied", "appeal_gone"):
        message = Kept(template=template, text="<b>以前的说法")
        assert letters.text(message) == '<span lang="zh-Hans">&lt;b&gt;以前的说法</span>'


def test_the_inbox_is_english_where_english_is_read(stage: Stage, portal: Client) -> None:
    Kept.objects.create(key="k", channel="inapp", account_id=stage.contact.account, subject="诉求已接单", sent_at=NOW,
                        template="appeal_accepted", text=wording.text("appeal_accepted", VALUES))  # fmt: skip
    page = portal.get("/messages/")
    assert chinese(page) == []
    assert "has been accepted, handled by" in page.content.decode()

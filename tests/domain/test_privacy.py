"""Erasing what is personal: everything that names somebody is gone, the chain is whole, the row equals its history, figures stay."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from qifu.domain.appeals import history
from qifu.domain.appeals.actions import privacy
from qifu.domain.appeals.models import Appeal, Assignment, Order, Rating, Suggestion
from qifu.entry.cli import main
from qifu.entry.clock import retention
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing, Refusal
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.actions import seal_up
from qifu.kernel.evidence.models import Content, Record
from qifu.kernel.evidence.verify import verify
from qifu.kernel.files.actions import keep, path_of
from qifu.kernel.files.models import StoredFile
from qifu.kernel.outbox.models import Item
from qifu.output.messages.models import Kept
from tests.conftest import NOW
from tests.domain.test_desk_cases import PNG, browser, page
from tests.stage import Stage

pytestmark = pytest.mark.django_db
SECRET, WORDS = "骑楼下的鹦鹉", "鹦鹉"
LATER = NOW + timedelta(days=60)


@pytest.fixture(autouse=True)
def _home(settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def played(stage: Stage) -> Appeal:
    """A case on which every kind of text was left, closed."""
    file = keep(actor=stage.contact, now=NOW, file=io.BytesIO(PNG), name=f"{SECRET}.png")
    case = stage.submit(
        title=SECRET, body=f"{SECRET}太吵，联系人钱经理。", place=SECRET, contact_name="钱经理", files=[file.pk]
    )
    case = stage.take("dispatcher", case, "accept")
    case = stage.take("dispatcher", case, "dispatch", unit=stage.house.department, units=[stage.tax])
    Suggestion.objects.create(
        appeal=case, model="m", ranked=[[stage.tax, 0.9, [WORDS]]], chosen=stage.house.department, at=NOW
    )
    case = stage.take("handler", case, "sign")
    case = stage.take("supervisor", case, "supervise", level="1", text=SECRET)
    case = stage.take("handler", case, "answer_order", text=SECRET)
    case = stage.take("taxman", case, "part", text=SECRET)
    case = stage.take("handler", case, "reply", outcome="solved", text=SECRET)
    case = stage.take("contact", case, "confirm")
    return stage.take("contact", case, "rate", speed=5, result=4, attitude=5, comment=SECRET)


def whole_database() -> str:
    """Everything that the database holds, as text."""
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(("django_", "people_", "registry_")):
                cursor.execute(f'SELECT * FROM "{table}"')
                texts += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(texts)


def test_nothing_personal_is_left_and_the_rest_is_as_it_was(
    stage: Stage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    case = played(stage)
    kept = Kept.objects.create(
        key="k", channel="inapp", account_id=1, template="work_dispatched", subject=f"新任务 {SECRET}",
        text=f"{case.number} {SECRET}", sent_at=NOW,
    )  # fmt: skip
    seal_up(now=NOW)
    file, before = StoredFile.objects.get(owner=case.stream), model_to_dict(case)
    place = path_of(file.digest)
    assert place.exists()
    assert WORDS in whole_database()
    assert Item.objects.filter(stream=case.stream).exists()

    with django_capture_on_commit_callbacks(execute=True):
        retention.erase(actor=stage.actor("admin"), now=LATER, number=case.number, reason="保存期满，电话19912345678")
        assert place.exists(), "a rollback must find the file still there"

    row = Appeal.objects.get(pk=case.pk)
    texts = {"title", "body", "place", "contact_name", "phone", "phone_lookup", "phone_tail"}
    changed = {name for name, value in model_to_dict(row).items() if value != before[name]}
    assert changed == texts
    assert (row.title, row.body, row.phone, row.words.tokens) == ("（已清除）", "", "", "")
    found = whole_database()
    for secret in (SECRET, WORDS, "钱经理", "19900001234", "19912345678"):
        assert secret not in found, secret
    assert not place.exists()
    assert StoredFile.objects.get(pk=file.pk).dropped_at == LATER
    assert Suggestion.objects.get(appeal=row).ranked == [[stage.tax, 0.9, []]]
    assert list(Rating.objects.values_list("speed", "result", "attitude", "comment")) == [(5, 4, 5, "")]
    assert Order.objects.get(appeal=row).answer == Assignment.objects.get(appeal=row, role="joint").part == "（已清除）"
    kept.refresh_from_db()
    assert (kept.subject, kept.text) == ("新任务 （已清除）", f"{case.number} （已清除）")

    assert history.differs(row, evidence.history(row.stream)) == {}
    assert not Content.objects.filter(record__stream=row.stream, body__isnull=False).exists()
    last = Record.objects.filter(stream=row.stream).latest("seq")
    assert (last.verb, last.actor) == ("evidence.erase", stage.actor("admin").mark)
    assert last.facts == {"erased": Content.objects.filter(record__stream=row.stream).count(),
                          "reason": "保存期满，电话199****5678"}  # fmt: skip
    seal_up(now=LATER)
    report = verify()
    assert (report.broken, report.unsealed) == ("", 0)
    assert report.erased == last.facts["erased"]


def test_the_pages_of_an_erased_case_still_open(stage: Stage, settings: Settings) -> None:
    case = played(stage)
    privacy.erase_personal(actor=SYSTEM, now=LATER, number=case.number, reason="保存期满")
    settings.QIFU_NOW = LATER
    shown = page(browser(stage, "dispatcher"), f"/desk/cases/{case.number}/")
    assert "（已清除）" in shown
    assert WORDS not in shown
    assert case.number in page(browser(stage, "dispatcher"), "/desk/cases/")


@pytest.mark.parametrize(
    ("who", "number", "reason", "at", "refusal"),
    [
        ("dispatcher", "", "保存期满", LATER, Forbidden),
        ("auditor", "", "保存期满", LATER, Forbidden),
        ("contact", "", "保存期满", LATER, Forbidden),
        ("admin", "", " ", LATER, Invalid),
        ("admin", "企诉-none", "保存期满", LATER, Missing),
        ("admin", "", "保存期满", NOW + timedelta(days=29), Conflict),
    ],
)
def test_who_may_not_or_too_early_changes_nothing(
    stage: Stage, who: str, number: str, reason: str, at: datetime, refusal: type[Refusal]
) -> None:
    case = played(stage)
    before, length = stage.row(case), evidence.length(case.stream)
    with pytest.raises(refusal):
        privacy.erase_personal(actor=stage.actor(who), now=at, number=number or case.number, reason=reason)
    assert (stage.row(case), evidence.length(case.stream)) == (before, length)


def test_an_open_case_is_never_erased_not_even_at_request(stage: Stage) -> None:
    case = stage.to("working")
    with pytest.raises(Conflict):
        privacy.erase_personal(actor=SYSTEM, now=LATER, number=case.number, reason="当事人要求", at_request=True)
    assert stage.row(case)["title"] == case.title


def test_at_the_persons_request_a_closed_case_is_erased_at_once_and_only_once(stage: Stage) -> None:
    case = played(stage)
    actor = stage.actor("admin")
    privacy.erase_personal(actor=actor, now=NOW, number=case.number, reason="当事人要求", at_request=True)
    length = evidence.length(case.stream)
    privacy.erase_personal(actor=actor, now=NOW, number=case.number, reason="当事人要求", at_request=True)
    assert evidence.length(case.stream) == length


def test_retention_is_off_until_set_and_then_takes_only_the_old(stage: Stage, settings: Settings) -> None:
    old, young, working = played(stage), None, stage.to("working")
    stage.later(days=100)
    young = stage.to("closed")
    at = stage.now + timedelta(days=90)
    settings.RETENTION_DAYS = 0
    assert retention.erase_old(at) == 0
    settings.RETENTION_DAYS = 180
    assert retention.erase_old(at) == 1
    assert retention.erase_old(at) == 0
    titles = {row.pk: row.title for row in Appeal.objects.all()}
    assert titles == {old.pk: "（已清除）", young.pk: young.title, working.pk: working.title}
    assert Record.objects.filter(stream=old.stream).latest("seq").facts["reason"] == "办结满 180 天，保存期届满"


# --- the screen and the command


def test_the_administrator_erases_on_the_screen(stage: Stage, settings: Settings) -> None:
    case, client = played(stage), browser(stage, "admin")
    settings.QIFU_NOW = NOW + timedelta(days=3)
    given = {"number": case.number, "reason": "当事人书面要求"}
    early = client.post("/desk/operations/erase/", given)
    assert (early.status_code, stage.row(case)["title"]) == (422, SECRET)
    assert "办结不满 30 天" in early.content.decode()
    done = client.post("/desk/operations/erase/", given | {"at_request": "on"})
    assert (done.status_code, done["Location"]) == (302, "/desk/operations/")
    assert stage.row(case)["title"] == "（已清除）"
    assert f"{case.number} 的个人信息已清除" in page(client, "/desk/operations/")
    assert verify().broken == ""


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"number": "", "reason": "当事人要求"}, "必填"),
        ({"number": "QS2609300000000", "reason": "当事人要求"}, "没有编号为“QS2609300000000”的事项"),
        ({"number": "QS2609300000000", "reason": "。"}, "至少"),
    ],
)
def test_what_cannot_be_erased_is_said_beside_the_field(stage: Stage, given: dict[str, str], sentence: str) -> None:
    shown = browser(stage, "admin").post("/desk/operations/erase/", given)
    assert shown.status_code == 422
    assert sentence in shown.content.decode()


def test_the_command_asks_first_and_then_erases(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    case = played(stage)
    line = ["privacy", "erase", case.number, "--reason", "当事人要求", "--at-request"]
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main.run(line) == 130
    assert stage.row(case)["title"] == SECRET
    assert main.run([*line, "--yes"]) == 0
    assert stage.row(case)["title"] == "（已清除）"
    assert main.run(["privacy", "erase", "QS2609300000000", "--reason", "当事人要求", "--yes"]) == 2

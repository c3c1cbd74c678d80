"""A small room of policies for tests: a document, an item on its way to publication, the sample library, enterprises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO

from django.db import transaction

from qifu.domain.policies import facts
from qifu.domain.policies.actions import adopting, claim_lists, documents, drafting, matching, publishing, pushing
from qifu.domain.policies.actions.documents import Paper
from qifu.domain.policies.actions.drafting import About, Words
from qifu.domain.policies.claim_plan import Line
from qifu.domain.policies.models import Document, Push, PushRun, Revision
from qifu.domain.registry.actions import holding
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.sources import source_of
from qifu.domain.registry.models import Agency, Enterprise
from qifu.entry.cli.sample import policies as samples
from qifu.kernel.actor import Actor
from qifu.kernel.files.actions import keep
from tests.conftest import NOW, House
from tests.stage import Stage

CODE = "D-2026-001"
CONDITION = {
    "and": [
        {"starts_with": [{"var": "industry"}, ["I65"]]},
        {">=": [{"var": "employees"}, 20]},
        {"==": [{"var": "dishonest"}, False]},
    ]
}
CLAUSES = (
    {"path": "/and/0", "cite": "第一条", "says": "软件和信息技术服务业"},
    {"path": "/and/1", "cite": "第二条", "says": "从业人员不少于二十人"},
    {"path": "/and/2", "cite": "第三条", "says": "信用良好"},
)
WORDS = Words(
    title="软件企业稳岗奖励", force_from=date(2026, 1, 1), summary="软件企业稳定用工的，按人数奖励。", condition=CONDITION,
    formula={"min": [30, {"*": [{"var": "employees"}, 0.1]}]}, amount_words="每人 1000 元，最高 30 万元", steps=1,
    how="在网上提交名册。", clauses=CLAUSES,
)  # fmt: skip
ABOUT = About(CODE, "money", "就业", "区人力资源局")
PAPER = Paper(
    "district", "软件企业稳岗若干措施", "区人民政府办公室", "江泽政规〔2026〕1号", date(2025, 12, 20), date(2026, 1, 1),
    text="第一条 本措施适用于软件和信息技术服务业。第二条 从业人员不少于二十人。第三条 信用良好。",
)  # fmt: skip
ON = date(2026, 6, 1)
FITS = {"industry": "I6513", "employees": 60, "dishonest": False}
CASES = (
    ("六十人的软件企业", "eligible", FITS, "eligible"),
    ("餐饮企业", "not", FITS | {"industry": "H6210"}, "ineligible"),
    ("正好二十人", "boundary", FITS | {"employees": 20}, "eligible"),
    ("不知道多少人", "unknown", {"industry": "I6513", "dishonest": False}, "unknown"),
)


def document(house: House, paper: Paper = PAPER, now: datetime = NOW) -> Document:
    return documents.enter(actor=house.actor("admin"), now=now, paper=paper)


def draft(house: House, words: Words = WORDS, about: About = ABOUT, *, cases: bool = True) -> Revision:
    """A draft of the administrator's, with its cases."""
    found = Document.objects.filter(number=PAPER.number).first() or document(house)
    made = drafting.begin(actor=house.actor("admin"), now=NOW, about=about, document=found.pk, words=words)
    for name, kind, given, expected in CASES if cases else ():
        drafting.add_case(
            actor=house.actor("admin"), now=NOW, code=about.code, number=1, name=name, kind=kind, on=ON, given=given,
            expected=expected,
        )  # fmt: skip
    return made


def published(house: House) -> Revision:
    """An item that the administrator wrote and the supervisor read and published."""
    made = draft(house)
    reader = house.actor("supervisor")
    publishing.read(actor=reader, now=NOW, code=CODE, number=1, seen=made.version)
    return publishing.publish(actor=reader, now=NOW, code=CODE, number=1)


def firm(stage: Stage, **known: object) -> Enterprise:
    """The first firm of the stage, with what the registry knows of it."""
    values = {"industry": "I6513", "employees": 60, "registered_on": date(2020, 3, 1)} | known
    Enterprise.objects.filter(pk=stage.firm.pk).update(**values)
    stage.firm.refresh_from_db()
    return stage.firm


def known(stage: Stage, **values: object) -> None:
    """Let the centre's word stand for the first firm."""
    believe({stage.firm.pk: values})


def believe(values: Mapping[int, Mapping[str, object]]) -> None:
    """Let the centre's word stand for firms."""
    rows = [
        holding.Incoming(row_key=f"test:{firm}", enterprise=firm, values=told, as_of=NOW.date())
        for firm, told in values.items()
    ]
    with transaction.atomic():
        holding.put_rows(source=source_of("word", NOW), rows=rows, now=NOW)
        reckon_profiles(values, NOW)


def contact(stage: Stage) -> Actor:
    """The contact of the first firm, known to the registry."""
    Agency.objects.get_or_create(
        account_id=stage.contact.account,
        enterprise=stage.firm,
        role="owner",
        defaults={"person": "钱经理", "since": NOW},
    )
    return stage.contact


def fill(stage: Stage, items: int = 40) -> dict[str, object]:
    """A room in which every page has something to show; what addresses mean, by short names."""
    facts.forget()
    firm(stage)
    speaker = contact(stage)
    known(stage, dishonest=False, high_tech=True, rd_ratio=0.02)
    adopting.adopt(now=NOW, bundles=samples.bundles(items))
    made = draft(stage.house)
    matching.match_all(now=NOW)
    pushing.push(now=NOW, only=[stage.firm.pk])
    told = Push.objects.filter(enterprise=stage.firm).order_by("pk").first()
    assert told is not None
    assert speaker.account is not None
    line = Line(2, told.revision.item.code, stage.firm.name, applied="2026-05-06", yuan="3000")
    handed = claim_lists.try_list(
        actor=stage.house.actor("admin"), now=NOW, name="名单.csv", origin="区人力资源局", lines=[line]
    )
    papers = [
        keep(
            actor=stage.house.actor("admin"), now=NOW, file=BytesIO(b"\xe8\xa1\xa8"), name="申请表.txt", owner=stream
        ).pk
        for stream in (made.document.stream, told.revision.document.stream)
    ]
    return {
        "code": told.revision.item.code,
        "drafted_item": made.item.code,
        "document": made.document_id,
        "push": told.pk,
        "push_run": PushRun.objects.create(state="done", begun_at=NOW, moved_at=NOW, ended_at=NOW).pk,
        "claim_list": handed.pk,
        "policy_file": papers[0],
        "public_file": papers[1],
        "revision": 1,
        "example": made.cases.order_by("pk").values_list("pk", flat=True)[0],
    }

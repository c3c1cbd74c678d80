"""A house in which every page has something to show: cases in every state, and one of each other thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from qifu.domain.appeals.actions import tallies
from qifu.domain.appeals.actions.templates import Draft as Reply
from qifu.domain.appeals.actions.templates import write
from qifu.domain.appeals.models import Appeal
from qifu.domain.disclosure import actions as disclosure
from qifu.domain.estate import actions as estate
from qifu.domain.estate.models import Building, Room
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account
from qifu.domain.publishing import actions as publishing
from qifu.domain.registry.actions.holding import Incoming, put_rows
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.sources import source_of
from qifu.domain.registry.models import (
    Agency,
    Certification,
    Correction,
    Greeting,
    Invitation,
    Load,
    Pairing,
    Reject,
    Segment,
    SourceRow,
)
from qifu.entry.cli.sample.cast import Contact
from qifu.kernel.actor import SYSTEM, Actor, Role
from qifu.kernel.actor import Agency as Speaks
from qifu.kernel.exports.models import Export
from qifu.kernel.files.actions import give, keep
from qifu.kernel.sealed import lookup
from tests.cast import AGENT_OF_TWO, OWNER_B
from tests.conftest import NOW, PASSWORD
from tests.domain import (
    alert_room,
    budget_room,
    collection_room,
    event_room,
    grant_room,
    loan_room,
    policy_room,
    visit_room,
)
from tests.domain.test_examinations import examined, paper
from tests.stage import Stage

SECRET = "JBSWY3DPEHPK3PXP"
STATES = ("submitted", "accepted", "dispatched", "working", "asking", "replied", "closed", "declined", "disputed")
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff\xff\x7f\x00\t\xfb\x03\xfd\x05CE\xca\x00\x00\x00\x00IEND\xaeB`\x82"
)
Things = dict[str, object]


def build(stage: Stage, owner: Contact) -> Things:
    """Play all of it; return what addresses mean, by short names."""
    speaks = people_account(owner)
    stage.contact = Actor(speaks, "contact", owner.name, agencies=(Speaks(stage.firm.pk, "owner"),))
    things = _cases(stage) | _registry(stage) | _people(stage) | _knowledge(stage) | _papers(stage)
    things |= alert_room.fill(stage)
    things |= event_room.fill(stage)
    things |= policy_room.fill(stage)
    things |= collection_room.fill(stage)
    things |= budget_room.fill(stage.house)
    things |= grant_room.fill(stage)
    things |= loan_room.fill(stage)
    things |= visit_room.fill(stage)
    tallies.refresh(now=NOW)
    return things


def people_account(contact: Contact) -> int:
    return Account.objects.get(phone_lookup=lookup(contact.phone)).pk


def _cases(stage: Stage) -> Things:
    things: Things = {state: stage.to(state).number for state in STATES}
    house = stage.house
    paper = keep(actor=stage.contact, now=NOW, file=BytesIO(PICTURE), name="现场.png")
    joint = stage.to("accepted", stage.submit(title="楼顶漏水影响办公", files=[paper.pk], urgency="urgent"))
    stage.take("dispatcher", joint, "dispatch", unit=house.department, units=[stage.tax])
    joint = stage.take("handler", joint, "sign")
    stage.take("taxman", joint, "part", text="我局没有意见。")
    stage.take("handler", joint, "ask_extension", workdays=2, reason="需要现场勘查")
    stage.take("supervisor", joint, "supervise", level="1", text="请三日内到现场。")
    again = stage.to("replied")
    stage.take("contact", again, "rate", speed=2, result=1, attitude=3, comment="太慢")
    again = stage.take("contact", again, "refuse", reason="没有解决")
    rated = stage.to("replied")
    stage.take("contact", rated, "rate", speed=5, result=5, attitude=5, comment="很满意")
    stage.take("contact", rated, "confirm")
    return things | {
        "joint": joint.number,
        "second": again.number,
        "rated": rated.number,
        "complaint": stage.to("settling", kind="complaint").number,
        "petition": stage.to("replied", _visit(stage)).number,
        "errand": stage.to("working", kind="assistance").number,
        "withdrawn": stage.to("withdrawn").number,
    }


def _visit(stage: Stage) -> Appeal:
    came = {"party": "group", "persons": 5}
    return stage.submit(stage.actor("dispatcher"), kind="petition", channel="visit", enterprise=None, batch=came)


def _registry(stage: Stage) -> Things:
    claimant = people.sign_up_contact(now=NOW, phone=OWNER_B.phone, name=OWNER_B.name)
    actor = Actor(claimant.pk, "contact", OWNER_B.name)
    proof = keep(actor=actor, now=NOW, file=BytesIO(PICTURE), name="营业执照.png")
    claim = Certification.objects.create(
        account=claimant, enterprise=stage.other_firm, uscc=stage.other_firm.uscc, enterprise_name="武汉禾木商贸公司",
        person=OWNER_B.name, role="owner", filed_at=NOW,
    )  # fmt: skip
    with transaction.atomic():
        give(actor=actor, ids=[proof.pk], owner=f"registry.certification:{claim.pk}")
    colleague = people.sign_up_contact(now=NOW, phone=AGENT_OF_TWO.phone, name=AGENT_OF_TWO.name)
    Agency.objects.create(account=colleague, enterprise=stage.firm, role="agent", person=colleague.name, since=NOW)
    invited = OWNER_B.phone
    Invitation.objects.create(
        enterprise=stage.firm, role="agent", person=OWNER_B.name, phone=invited, phone_lookup=lookup(invited),
        code_digest="x", invited_by_id=stage.contact.account, invited_at=NOW, expires_at=NOW + timedelta(days=3),
    )  # fmt: skip
    headings = ["企业名称", "信用代码", "备注"]
    draft = Load.objects.create(
        name="名单.xlsx", digest="x", headings=headings, mapping={"name": 0, "uscc": 1}, rows=2, started_at=NOW,
        updated_at=NOW,
    )  # fmt: skip
    done = Load.objects.create(
        name="上月名单.csv", digest="y", headings=headings, mapping={"name": 0, "uscc": 1}, state="done", is_dry=False,
        rows=3, done=3, created=2, rejected=1, started_at=NOW, updated_at=NOW, ended_at=NOW,
    )  # fmt: skip
    Reject.objects.create(load=done, row_number=4, reason="没有企业名称", raw=["", "91420100MA4K1A2B3C", ""])
    keeper = stage.house.accounts["dispatcher"].pk
    Segment.objects.create(name="软件企业", asked={"section": "I"}, account=keeper, made_at=NOW, changed_at=NOW)
    for state in ("waiting", "done"):
        Export.objects.create(
            account=keeper, kind="enterprises", title="企业名单", asked={}, state=state, asked_at=NOW, moved_at=NOW
        )
    building = _building(stage)
    return {
        "claimant": claimant.pk,
        "claim": claim.pk,
        "firm": stage.firm.pk,
        "other_firm": stage.other_firm.pk,
        **_sources(stage, done),
        "draft": draft.pk,
        "done": done.pk,
        **building,
    }


@transaction.atomic
def _sources(stage: Stage, load: Load) -> Things:
    """A row of a source with its version before, a doubt, a correction that waits."""
    source = source_of("tax", NOW)
    for revenue in (900, 950):
        row = Incoming(stage.firm.uscc or "", {"revenue": revenue, "profit": 12.5}, NOW.date(), stage.firm.pk, 2)
        put_rows(source=source, rows=[row], now=NOW, load=load)
    put_rows(source=source, rows=[Incoming("禾木", {"written": "禾木商贸", "employees": 3}, NOW.date())], now=NOW)
    reckon_profiles([stage.firm.pk], NOW)
    row = SourceRow.objects.get(row_key="禾木")
    pairing = Pairing.objects.create(
        source=source, row_key=row.row_key, row=row, enterprise=stage.other_firm, score=1, reasons=[["名称", "+9.1"]],
        found_at=NOW,
    )  # fmt: skip
    correction = Correction.objects.create(
        enterprise=stage.firm, field="profit", before=12.5, value=13, reason="报表有误",
        filed_by_id=stage.contact.account or 0, filed_at=NOW,
    )  # fmt: skip
    for n, (state, why) in enumerate((("greeted", ""), ("waiting", ""), ("missed", "no_contact"))):
        Greeting.objects.create(
            identity=f"name:新设{n}", name=f"新设{n}", from_load=True, made_at=NOW, promised_at=NOW, state=state, why=why,
            told_at=NOW if state == "greeted" else None, enterprise=stage.firm if n == 0 else None,
            told={"handbook": "办理说明", "specialist": "", "items": [["D-1", "稳岗奖励"]], "count": 1},
        )  # fmt: skip
    held = SourceRow.objects.get(enterprise=stage.firm, gone_at=None)
    return {"source_row": held.pk, "pairing": pairing.pk, "correction": correction.pk}


def _building(stage: Stage) -> Things:
    """A building of two towers with a room that is let, one that is shared, and empty ones; who runs it; a round; a list."""
    house, dispatcher = stage.house, stage.actor("dispatcher")
    towers = ["A座", "B座"]
    one = estate.BuildingRow(
        "B001", "云启大厦", ["云启国际"], house.street, "云泽大道", "88号", towers, 20, Decimal(9000)
    )
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[one])
    told = estate.RoomFacts(area=Decimal(120), asking=Decimal(60))
    rooms = [estate.RoomRow("B001", tower, 12, f"120{n}", told) for tower in towers for n in range(1, 5)]
    estate.put_rooms(actor=SYSTEM, now=NOW, rows=rooms)
    first, second, third = Room.objects.order_by("pk").values_list("pk", flat=True)[:3]
    said = estate.Letting(enterprise=stage.firm.pk, rent=Decimal(58), lease_until=NOW.date() + timedelta(days=60))
    let = estate.let(actor=dispatcher, now=NOW, room=first, letting=said)
    let = estate.correct(
        actor=dispatcher, now=NOW, tenancy=let.pk, letting=replace(said, taxed_in="outside"), note="租赁合同"
    )
    for tenant in ("某工作室", "另一工作室"):
        shared = estate.Letting(tenant=tenant, is_shared=True)
        estate.let(actor=dispatcher, now=NOW, room=second, letting=shared)
    manager = people.create_member(actor=SYSTEM, now=NOW, username="louyu", name="江楼宇", password=PASSWORD).account
    Account.objects.filter(pk=manager.pk).update(must_change_password=False)
    people.grant_role(actor=SYSTEM, now=NOW, account=manager.pk, unit=house.street, role=Role.BUILDING_MANAGER)
    number = Building.objects.get().pk
    estate.grant(actor=dispatcher, now=NOW, building=number, account=manager.pk)
    under_way = estate.begin_round(actor=stage.actor("street"), now=NOW, building=number)
    estate.note(
        actor=stage.actor("street"), now=NOW, round=under_way.pk, room=third, answer="differs", note="挂着别家牌子"
    )
    lines = [estate.Line(2, "云启大厦", "A座1204", "某公司"), estate.Line(3, "没有的楼", "1", "某公司")]
    handed = estate.try_list(actor=dispatcher, now=NOW, name="租户名单.csv", lines=lines)
    return {
        "building": number,
        "room": first,
        "empty_room": third,
        "tenancy": let.pk,
        "round": under_way.pk,
        "tenant_list": handed.pk,
        "louyu": manager.pk,
    }


def _people(stage: Stage) -> Things:
    house = stage.house
    made = people.create_member(actor=SYSTEM, now=NOW, username="newcomer", name="韩新人")
    people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=house.station, role=Role.SPECIALIST)
    stranger = people.sign_up_contact(now=NOW, phone="+8615400009999", name="")
    handler, guarded = house.accounts["handler"].pk, house.accounts["colleague"]
    TOTP.activate(guarded, SECRET)
    RecoveryCodes.activate(guarded)
    people.set_duty(
        actor=SYSTEM, now=NOW, unit=house.department, account=handler, starts=NOW, ends=NOW + timedelta(days=1)
    )
    people.delegate(
        actor=house.actor("handler"),
        now=NOW,
        deputy=guarded.pk,
        since=NOW,
        until=NOW + timedelta(days=2),
        reason="出差",
    )
    people.issue_token(actor=SYSTEM, now=NOW, account=handler, label="统计程序", scopes=["appeals:read"])
    return {
        "newcomer": made.account.pk,
        "stranger": stranger.pk,
        "handler": handler,
        "department": house.department,
        "centre": house.centre,
        "contact": stage.contact.account,
    }


def _knowledge(stage: Stage) -> Things:
    house, category = stage.house, stage.category
    written = house.actor("handler")
    drafted = publishing.draft(actor=written, now=NOW, draft=publishing.Draft("怎么办停车证", "到窗口办理。"))
    known = publishing.draft(
        actor=written, now=NOW, draft=publishing.Draft("楼下停车位不够怎么办", "向街道提出，一周内现场协调。")
    )
    publishing.publish(actor=house.actor("supervisor"), now=NOW, article=known.pk, seen=1)
    template = write(actor=written, now=NOW, draft=Reply("停车", "已协调××。", house.department, category.pk))
    return {"drafted": drafted.pk, "known": known.pk, "template": template.pk, "category": category.pk}


def _papers(stage: Stage) -> Things:
    """Final accounts of which one total is wrong; two more handed in together, not examined yet."""
    uploads = [(BytesIO(paper()), "决算.txt"), (BytesIO(paper("1.00")), "决算二.txt")]
    together = disclosure.hand_in(actor=stage.house.actor("dispatcher"), now=NOW, uploads=uploads)
    return {"paper": examined(stage, paper("310.00")), "papers": together.batch, "unread": together.examinations[0]}

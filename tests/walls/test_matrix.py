"""Who may reach what: every address and method, as every role, is answered as the table says; and looking changes nothing."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Order, ReplyTemplate
from qifu.domain.disclosure import actions as disclosure
from qifu.domain.estate import actions as estate
from qifu.domain.estate.models import Building, Mandate, Room
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account, Delegation, DutyShift, Membership
from qifu.domain.publishing import actions as publishing
from qifu.domain.registry.models import (
    Agency,
    Certification,
    Correction,
    Enterprise,
    Invitation,
    Load,
    Merge,
    Pairing,
    Segment,
    Source,
    SourceRow,
)
from qifu.entry.api import bearers
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.exports.models import Export
from qifu.kernel.files.actions import give, keep
from qifu.kernel.outbox.models import Item
from qifu.kernel.sealed import seal
from tests.conftest import NOW
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
from tests.stage import Stage
from tests.walls import matrix
from tests.walls.matrix import ROLES, Address, Stand

GONE = 987_654_321
GONE_CASE = "QS2609300000000"
ANSWERS = {"200", "201", "204", "302", "401", "403", "404", "405", "409", "413", "422", "429"}
# Looks that leave a record, each for a reason: who carried what away is kept.
RECORDED = {
    "desk/export/",
    "desk/enterprises/export/",
    "desk/enterprises/greetings/export/",
    "desk/enterprises/classes/<slug:key>/export/",
    "desk/enterprises/classes/candidates/export/",
    "desk/enterprises/pairings/export/",
    "desk/enterprises/corrections/export/",
    "desk/policies/export/",
    "desk/policies/unclaimed/<slug:code>/export/",
    "desk/policies/claims/export/",
    "desk/policies/claims/lists/<int:number>/rejects/",
    "desk/buildings/export/",
    "desk/rooms/export/",
    "desk/buildings/<int:number>/tenants/",
    "desk/alerts/export/",
    "desk/budget/vouchers/export/",
    "desk/subsidies/settlements/<int:number>/export/",
    "desk/grants/money/check/workbook/",
    "desk/relief/lists/<int:number>/export/",
    "desk/policies/collection/export/",
    "desk/enterprises/<int:number>/file.docx",
    "board/rows/download/",
    "desk/events/export/",
    "desk/events/reach/export/",
    "desk/events/<int:number>/people/export/",
    "board/evaluation/download/",
    "desk/visits/export/",
    "desk/visits/unseen/export/",
    "desk/visits/plans/<int:number>/export/",
    "desk/visits/specialists/export/",
}
# Tables that say who is here and how often, not what happened.
PRESENCE = {"django_session", "usersessions_usersession", "kernel_cache", "people_token"}
RANDOM = re.compile(r"[A-Za-z0-9]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # tokens and keys of forms


@pytest.fixture
def stand(stage: Stage, settings: Settings, tmp_path: Path) -> Stand:
    """One object of every sort, one person of every role, each signed in and with a token."""
    settings.QIFU_NOW, settings.API_RATE, settings.HOME = NOW, 10**9, tmp_path
    settings.DEMO = False
    bearers.METER.forget()
    things = _things(stage) | alert_room.fill(stage)
    accounts = _accounts(stage)
    things |= event_room.fill(stage)
    things |= policy_room.fill(stage, 20)
    things |= collection_room.fill(stage)
    things |= budget_room.fill(stage.house)
    things |= grant_room.fill(stage)
    things |= loan_room.fill(stage)
    things |= visit_room.fill(stage)
    clients, headers = {}, {}
    for role in ROLES:
        clients[role], headers[role] = Client(raise_request_exception=False), {}
        if role == "visitor":
            continue
        account = accounts[role]
        if role != "service":
            clients[role].force_login(Account.objects.get(pk=account))
        actor = {"contact": stage.contact, "stranger": stage.stranger}.get(role, SYSTEM)
        scopes = ["appeals:read", "appeals:write", "enterprises:read"] if role == "service" else []
        made = people.issue_token(actor=actor, now=NOW, account=account, label="试", scopes=scopes)
        headers[role] = {"Authorization": f"Bearer {made.clear}"}
    return Stand(clients, headers, lambda address: _values(address, things))


def _accounts(stage: Stage) -> dict[str, int]:
    house = stage.house
    made = people.create_member(
        actor=SYSTEM, now=NOW, username="specialist", name="韩专员", password="correct horse 9 b"
    )
    people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=house.station, role=Role.SPECIALIST)
    Account.objects.update(must_change_password=False)
    for actor, firm in ((stage.contact, stage.firm), (stage.stranger, stage.other_firm)):
        Agency.objects.create(account_id=actor.account, enterprise=firm, role="owner", person=actor.name, since=NOW)
    accounts = {name: account.pk for name, account in house.accounts.items()}
    service = people.create_service(actor=SYSTEM, now=NOW, name="市一站直通").pk
    return accounts | {"contact": stage.contact.account or 0, "stranger": stage.stranger.account or 0,
                       "specialist": made.account.pk, "service": service}  # fmt: skip


def _things(stage: Stage) -> dict[str, object]:
    """One object of each sort, by the name under which an address means it."""
    house = stage.house
    paper = keep(actor=stage.contact, now=NOW, file=BytesIO("车位".encode()), name="情况.txt")
    case = stage.to("working", stage.submit(files=[paper.pk]))
    stage.take("supervisor", case, "supervise", level="1", text="请尽快办理")
    proof = keep(actor=stage.stranger, now=NOW, file=BytesIO("执照".encode()), name="执照.txt")
    claim = Certification.objects.create(
        account_id=stage.stranger.account, enterprise=stage.firm, uscc=stage.firm.uscc or "",
        enterprise_name=stage.firm.name, person="孙经理", role="agent", filed_at=NOW,
    )  # fmt: skip
    give(actor=stage.stranger, ids=[proof.pk], owner=f"registry.certification:{claim.pk}")
    colleague = Account.objects.create(
        kind="contact", name="李同事", phone_sealed=seal("+8613900000008"), phone_lookup="李", created=NOW
    )
    handler = house.accounts["handler"].pk
    papers = [(BytesIO(f"决算{n}".encode()), f"{n}.txt") for n in range(2)]
    handed = disclosure.hand_in(actor=stage.contact, now=NOW, uploads=papers)
    return {
        "batch": handed.batch,
        "examination": handed.examinations[0],
        "case": case.number,
        "file": paper.pk,
        "order": Order.objects.get().pk,
        "firm": stage.firm.pk,
        **_estate(stage),
        **_sources(stage),
        "certification": claim.pk,
        "proof": proof.pk,
        "agency": Agency.objects.create(
            account=colleague, enterprise=stage.firm, role="agent", person="李同事", since=NOW
        ).pk,
        "invitation": Invitation.objects.create(
            enterprise=stage.firm, role="agent", person="王同事", phone="13900000009", phone_lookup="x", code_digest="x",
            invited_by_id=stage.contact.account, invited_at=NOW, expires_at=NOW + timedelta(days=3),
        ).pk,
        "segment": Segment.objects.create(
            name="软件", asked={"section": "I"}, account=house.accounts["dispatcher"].pk, made_at=NOW, changed_at=NOW
        ).pk,
        "carried": Export.objects.create(
            account=house.accounts["dispatcher"].pk, kind="enterprises", title="企业名单", asked={}, asked_at=NOW,
            moved_at=NOW,
        ).pk,
        "load": Load.objects.create(name="名单.xlsx", digest="x", started_at=NOW, updated_at=NOW).pk,
        "unit": house.department,
        "account": handler,
        "membership": Membership.objects.get(account=handler).pk,
        "shift": DutyShift.objects.create(
            unit_id=house.department, account_id=handler, starts=NOW + timedelta(days=9), ends=NOW + timedelta(days=10)
        ).pk,
        "delegation": Delegation.objects.create(
            giver_id=handler, deputy=house.accounts["colleague"], since=NOW, until=NOW + timedelta(days=1), reason="出差",
            created=NOW,
        ).pk,
        "token": people.issue_token(actor=SYSTEM, now=NOW, account=handler, label="手").token.pk,
        "template": ReplyTemplate.objects.create(unit_id=house.department, title="停车", body="已协调").pk,
        "category": stage.category.pk,
        "item": Item.objects.order_by("pk").values_list("pk", flat=True).first() or 0,
        "article": publishing.draft(
            actor=house.actor("handler"), now=NOW, draft=publishing.Draft("怎么办停车证", "到窗口办理。")
        ).pk,
    }  # fmt: skip


def _sources(stage: Stage) -> dict[str, object]:
    """A row of a source beside an enterprise that it may be, a merge, a correction with its proof."""
    source = Source.objects.create(code="list", name="其他名单")
    row = SourceRow.objects.create(source=source, row_key="云", as_of=NOW.date(), learned_at=NOW, enterprise=stage.firm)
    follower = Enterprise.objects.create(name="云启贸易", merged_into=stage.firm, created=NOW, updated=NOW)
    paper = keep(actor=stage.contact, now=NOW, file=BytesIO("报表".encode()), name="报表.txt")
    correction = Correction.objects.create(
        enterprise=stage.firm, field="profit", value=1, reason="报表有误", filed_by_id=stage.contact.account or 0,
        filed_at=NOW,
    )  # fmt: skip
    give(actor=stage.contact, ids=[paper.pk], owner=f"registry.correction:{correction.pk}")
    return {
        "source_row": row.pk,
        "list_source": row.source_id,
        "pairing": Pairing.objects.create(
            source=source, row_key="云", row=row, enterprise=stage.other_firm, score=1, found_at=NOW
        ).pk,
        "merge": Merge.objects.create(leading=stage.firm, merged=follower, reason="同一家", made_at=NOW).pk,
        "correction": correction.pk,
        "paper": paper.pk,
    }


def _estate(stage: Stage) -> dict[str, object]:
    """A building with a room that is let, who runs it, a round through it, a list of its tenants."""
    house, dispatcher = stage.house, stage.actor("dispatcher")
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B01", "云启大厦", (), house.street)])
    building = Building.objects.get().pk
    estate.put_rooms(
        actor=SYSTEM,
        now=NOW,
        rows=[
            estate.RoomRow("B01", "", 12, "1201"),
            estate.RoomRow("B01", "", 1, "101", estate.RoomFacts(Decimal(80))),
        ],
    )
    room = Room.objects.get(number="1201").pk
    let = estate.let(actor=dispatcher, now=NOW, room=room, letting=estate.Letting(enterprise=stage.firm.pk))
    line = estate.Line(2, "云启大厦", "1302", stage.other_firm.name)
    return {
        "building": building,
        "room": room,
        "free": Room.objects.get(number="101").pk,
        "tenancy": let.pk,
        "mandate": Mandate.objects.create(building_id=building, account=house.accounts["colleague"], since=NOW).pk,
        "round": estate.begin_round(actor=stage.actor("street"), now=NOW, building=building).pk,
        "tenant_list": estate.try_list(actor=dispatcher, now=NOW, name="名单.csv", lines=[line]).pk,
    }


# What `number` and the like mean, by where the address begins. The first that fits counts.
MEANS = (
    ("my/enterprises/certify/", {"number": "certification"}),
    ("my/enterprises/corrections/", {"number": "correction"}),
    ("my/enterprises/", {"number": "firm", "agency": "agency", "invitation": "invitation"}),
    ("examinations/batches/", {"number": "batch"}),
    ("examinations/", {"number": "examination"}),
    ("desk/enterprises/loads/", {"number": "load"}),
    ("desk/enterprises/segments/", {"number": "segment"}),
    ("desk/enterprises/rows/", {"number": "source_row"}),
    ("desk/enterprises/sources/", {"number": "list_source"}),
    ("desk/enterprises/pairings/", {"number": "pairing"}),
    ("desk/enterprises/merges/", {"number": "merge"}),
    ("desk/enterprises/corrections/", {"number": "correction", "file": "paper"}),
    ("desk/enterprises/", {"number": "firm"}),
    ("api/v1/enterprises/", {"number": "firm"}),
    ("desk/exports/", {"number": "carried"}),
    ("desk/certifications/", {"number": "certification", "file": "proof"}),
    ("desk/buildings/lists/", {"number": "tenant_list"}),
    ("desk/buildings/", {"number": "building"}),
    ("rooms/", {"room": "free"}),
    ("my/buildings/", {"number": "building", "room": "free"}),
    ("desk/events/", {"number": "event", "thing": "film"}),
    ("events/", {"number": "event", "material": "film"}),
    ("my/events/", {"code": "ticket"}),
    ("my/bookings/", {"number": "booking"}),
    ("desk/venues/bookings/", {"number": "booking"}),
    ("desk/venues/", {"number": "venue"}),
    ("venues/", {"number": "venue"}),
    ("desk/knowledge/", {"number": "article"}),
    ("desk/policies/claims/lists/", {"number": "claim_list"}),
    ("desk/policies/documents/", {"file": "policy_file"}),
    ("desk/policies/items/", {"enterprise": "firm"}),
    ("desk/policies/push/", {"run": "push_run"}),
    ("policies/", {"file": "public_file"}),
    ("desk/policies/collection/sources/", {"number": "source"}),
    ("desk/policies/collection/", {"number": "finding"}),
    ("desk/measures/snapshots/", {"number": "snapshot"}),
    ("desk/performance/", {"number": "plan", "indicator": "indicator"}),
    ("accounts/", {"number": "published_account"}),
    ("desk/accounts/", {"number": "final_account"}),
    ("desk/budget/projects/", {"number": "project"}),
    ("desk/budget/versions/", {"number": "budget_draft"}),
    ("desk/budget/vouchers/", {"number": "voucher"}),
    ("desk/budget/imports/", {"number": "voucher_import"}),
    ("desk/subsidies/lists/", {"number": "loan_list"}),
    ("desk/subsidies/settlements/", {"number": "settlement"}),
    ("desk/subsidies/loans/", {"number": "loan"}),
    ("desk/subsidies/", {"number": "programme"}),
    ("desk/relief/lists/", {"number": "relief_list"}),
    ("desk/relief/people/", {"number": "relief_person"}),
    ("desk/relief/", {"number": "relief_scheme"}),
    ("desk/overlaps/", {"number": "overlap"}),
    ("desk/grants/notices/", {"number": "notice"}),
    ("desk/grants/objections/", {"number": "objection"}),
    ("desk/grants/money/batches/", {"number": "payment_batch"}),
    ("desk/grants/money/returns/", {"number": "bank_return"}),
    ("desk/grants/money/", {"line": "fund_line"}),
    ("desk/grants/schemes/", {"version": "scheme"}),
    ("desk/grants/after/", {"number": "duty", "file": "duty_file", "case": "clawback"}),
    ("desk/grants/", {"number": "grant", "file": "grant_file"}),
    (
        "my/grants/<slug:number>/duties/",
        {"number": "paid_grant", "duty": "duty", "file": "duty_file", "case": "clawback"},
    ),
    ("my/grants/", {"number": "grant", "file": "grant_file"}),
    ("grants/notices/", {"number": "notice"}),
    ("grants/schemes/", {"code": "scheme_code"}),
    ("desk/accounts/", {"number": "final_account"}),
    ("accounts/", {"number": "published_account"}),
    ("desk/visits/plans/", {"number": "visit_plan"}),
    ("desk/visits/specialists/deal/", {"street": "visit_street"}),
    ("desk/visits/specialists/wishes/", {"wish": "change_wish"}),
    ("desk/visits/specialists/", {"account": "specialist"}),
    ("desk/visits/stations/", {"unit": "station_unit"}),
    ("desk/visits/<str:number>/photos/", {"number": "told_visit", "photo": "visit_photo"}),
    ("desk/visits/", {"number": "visit"}),
    ("field/visits/", {"number": "visit"}),
    ("stations/", {"unit": "station_unit"}),
    ("desk/cases/", {"number": "case"}),
    ("cases/", {"number": "case"}),
    ("api/v1/appeals/", {"number": "case"}),
)
# What is a word and no object: the same for what is there and what is not.
WORDS = {
    ("desk/analysis/<slug:form>/", "form"): "docx",
    ("desk_alert_rule_retire", "code"): "abnormal",
    ("desk_alert_rule_revive", "code"): "abnormal",
    ("desk_alert_rule_route", "code"): "abnormal",
    ("desk/cases/<str:number>/<slug:step>/", "step"): "note",
    ("cases/<str:number>/<slug:step>/", "step"): "urge",
    ("api/v1/appeals/<number>/<step>", "step"): "note",
    ("desk/enterprises/loads/<int:number>/<str:step>/", "step"): "cancel",
    ("desk/enterprises/loads/<int:number>/rows/<slug:kind>/", "kind"): "new",
    ("desk/enterprises/pairings/<int:number>/<slug:word>/", "word"): "later",
    ("desk/enterprises/classes/<slug:key>/", "key"): "key",
    ("desk/enterprises/classes/<slug:key>/export/", "key"): "key",
    ("desk/enterprises/<int:number>/fields/<slug:field>/", "field"): "revenue",
    ("my/enterprises/<int:number>/profile/<slug:field>/", "field"): "rd_expense",
    ("desk/settings/categories/<int:category>/<slug:act>/", "act"): "retire",
    ("desk/queue/<int:item>/<slug:act>/", "act"): "cancel",
    ("desk/policies/collection/sources/<int:number>/<slug:step>/", "step"): "pause",
    ("desk/policies/collection/<int:number>/<slug:step>/", "step"): "noted",
    ("desk_export_ask", "name"): "enterprises",
    ("people_member_act", "step"): "deactivate",
    ("desk_grant_step", "step"): "reject",
    ("desk_scheme_act", "act"): "close",
    ("portal_grant_step", "step"): "withdraw",
    ("desk_account_download", "form"): "docx",
    ("portal_account_download", "form"): "docx",
    ("desk_account_step", "step"): "hand-in",
    ("desk_visit_step", "step"): "cancel",
    ("desk_event_step", "step"): "close",
    ("desk_event_drop", "kind"): "material",
    ("desk_booking_step", "step"): "approve",
    ("desk_measure", "name"): "appeals.reply",
    ("desk_measure_rows", "name"): "appeals.reply",
    ("desk_measure_freeze", "name"): "appeals.reply",
}
# What has no page of its own, and on whose page it is seen.
SHOWN_ON = {
    "booking": "desk/venues/bookings/",
    "change_wish": "desk/visits/specialists/",
    "relief_person": "desk/relief/lists/<int:number>/",
    "overlap": "desk/overlaps/",
}
PLAIN = {
    "kind": "appeal",
    "urgency": "normal",
    "clock": "reply",
    "month": "2026-08",
    "face": "forms",
    "place": "0",
    "word": "right",
}


def _meant(address: Address, part: str) -> tuple[str, str | None]:
    """Which object a part of the address means; or the word that it is."""
    means = next((names for begins, names in MEANS if address.pattern.startswith(begins)), {})
    word = WORDS.get((address.pattern, part)) or WORDS.get((address.name, part)) or PLAIN.get(part)
    return means.get(part, part), word


def _first(address: Address) -> str:
    """The object that the address is about; those named behind it belong to it."""
    return next((thing for thing, word in (_meant(address, part) for part in address.parts) if word is None), "")


def _values(address: Address, things: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    there: dict[str, object] = {}
    gone: dict[str, object] = {}
    for part in address.parts:
        thing, word = _meant(address, part)
        if word is not None:
            there[part] = gone[part] = word
            continue
        assert thing in things, f"tell tests/walls/test_matrix.py which object `{part}` of {address.pattern} means"
        there[part] = things[thing]
        gone[part] = GONE_CASE if thing == "case" else GONE
    return there, gone


@pytest.mark.slow
def test_every_address_answers_as_the_table_says_alike_for_foreign_and_missing_objects(stand: Stand) -> None:
    """The rows of the table are complete, every cell is what is answered, a GET by anybody leaves the tables alone, and
    who may not see an object is told what they would be told if there were none."""
    told = stand.tour()
    mode = os.environ.get("QIFU_MATRIX", "")
    found = {(row["address"], row["method"]): row for row in matrix.rows(told)}
    if mode == "write":
        matrix.write(found)
        return
    known = matrix.read()
    wrong = [row for key, row in found.items() if not _same(known.get(key), row)]
    if mode == "print":
        print("\n" + "\n".join(",".join(row.values()) for row in wrong))
        return
    said = [
        f"{row['address']} {row['method']}: {_difference(known.get((row['address'], row['method'])), row)}"
        for row in wrong
    ]
    assert not wrong, "judge and add with `python -m tests.walls.matrix`:\n" + "\n".join(said)
    assert not set(known) - set(found), "rows of addresses that are gone"
    assert not {place for place in stand.wrote if place[1] not in PRESENCE and place[0] not in RECORDED}
    unlike = _unlike(stand, told)
    assert not unlike, "\n".join(map(str, unlike))


def _same(known: matrix.Row | None, row: matrix.Row) -> bool:
    return known is not None and all(known[name] == value for name, value in row.items())


def _difference(known: matrix.Row | None, row: matrix.Row) -> str:
    if known is None:
        return "no row"
    return ", ".join(f"{role} {row[role]}, not {known[role]}" for role in ROLES if known[role] != row[role])


def _unlike(stand: Stand, told: matrix.Told) -> list[tuple[object, ...]]:
    """Where what is foreign is answered otherwise than what is missing; who sees an object may be told that this step is not theirs."""
    sees = {
        (role, _first(address))
        for (address, method, role), answer in told.items()
        if method == "GET" and len(address.parts) == 1 and answer.status_code == 200
    }
    pages = {address.pattern: address for address, _, _ in told}
    sees |= {
        (role, thing)
        for thing, page in SHOWN_ON.items()
        for role in ROLES
        if told[pages[page], "GET", role].status_code == 200
    }
    unlike: list[tuple[object, ...]] = []
    for (address, method, role), foreign in told.items():
        there, gone = stand.values(address)
        if there == gone or foreign.status_code == 405:
            continue
        absent = stand.ask(role, method, address, gone)
        place = (role, method, address.pattern, foreign.status_code, absent.status_code)
        if absent.status_code in (200, 201, 500):
            unlike.append(place)
        if foreign.status_code in (404, 403, 401) and (role, _first(address)) not in sees:
            alike = _said(foreign, address, there) == _said(absent, address, gone)
            if absent.status_code != foreign.status_code or not alike:
                unlike.append(place)
    return unlike


def _said(answer: Any, address: Address, values: dict[str, object]) -> str:
    """What was said, without the path that was asked for and the names of cases."""
    text = RANDOM.sub("·", answer.content.decode())
    path = address.at(values).partition("?")[0]
    for part in (path, quote(path, safe=""), *(value for value in values.values() if isinstance(value, str))):
        text = text.replace(part, "·")
    return text


def test_no_address_takes_an_unknown_method(stand: Stand) -> None:
    for address in matrix.addresses():
        there, _ = stand.values(address)
        for method in ("PUT", "PATCH", "DELETE"):
            status = stand.ask("dispatcher", method, address, there).status_code
            # pages of the sign-in library take PUT for an empty form: shown again, or sent away
            shown = {200, 302} if address.pattern.startswith(("sign-in/", "me/")) else set()
            assert status in {403, 404, 405} | shown, (method, address.pattern, status)
    assert not {place for place in stand.wrote if place[1] not in PRESENCE}


def test_the_table_is_made_of_known_answers() -> None:
    rows = matrix.read()
    assert rows
    for row in rows.values():
        assert {row[role] for role in ROLES} <= ANSWERS, row

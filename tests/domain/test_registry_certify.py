"""Speaking for an enterprise: filed with proof, decided by the staff; colleagues invited by telephone and removed."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest

from qifu.domain.people import actions as people
from qifu.domain.people import queries as sign_in
from qifu.domain.people.models import Account
from qifu.domain.registry import actions, agencies
from qifu.domain.registry.models import Agency, Certification, Enterprise, Invitation
from qifu.kernel.actor import Actor
from qifu.kernel.actor import Agency as Held
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.files import actions as files
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW, House
from tests.domain.registry_lists import code, name

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def person(phone: str, at: datetime = NOW) -> Actor:
    account = people.sign_up_contact(now=NOW, phone=phone)
    return sign_in.actor_of(Account.objects.get(pk=account.pk), at)


def proof(actor: Actor) -> int:
    return files.keep(actor=actor, now=NOW, file=io.BytesIO(PNG), name="执照.png").pk


def firm(number: int = 1) -> Enterprise:
    return Enterprise.objects.create(name=name(number), uscc=code(number), created=NOW, updated=NOW)


def filed(actor: Actor, **changed: object) -> Certification:
    told: dict[str, object] = {
        "uscc": code(1).lower(), "enterprise_name": name(1), "person": "李新", "role": "owner",
    }  # fmt: skip
    told |= changed if "files" in changed else {"files": [proof(actor)], **changed}
    return actions.file_certification(actor=actor, now=NOW, **told)  # type: ignore[arg-type]


def owner_of(row: Enterprise, phone: str = "13900000001") -> Actor:
    actor = person(phone)
    Agency.objects.create(account_id=actor.account, enterprise=row, role="owner", person="李新", since=NOW)
    return person(phone)


def traces() -> tuple[int, int, int, int]:
    return (Record.objects.count(), Item.objects.count(), Agency.objects.count(), Certification.objects.count())


def test_an_approved_request_lets_the_person_speak(house: House) -> None:
    row, actor = firm(), person("13900000001")
    request = filed(actor)
    assert (request.state, request.enterprise, request.uscc) == ("pending", row, code(1))
    assert actor.enterprises == frozenset()
    dispatcher = house.actor("dispatcher")
    assert agencies.count_waiting(dispatcher) == 1
    assert [file.name for file in agencies.proof(dispatcher, request.pk)] == ["执照.png"]
    actions.approve_certification(actor=dispatcher, now=NOW, certification=request.pk)
    assert person("13900000001").agencies == (Held(row.pk, "owner"),)
    assert agencies.contacts_of(row.pk) == (actor.account,)
    sent = Item.objects.filter(payload__template="certification_approved").order_by("channel")
    assert [(item.channel, item.payload["to"]) for item in sent] == [
        ("inapp", f"account:{actor.account}"), ("sms", f"account:{actor.account}"),
    ]  # fmt: skip
    verbs = Record.objects.filter(stream=f"registry.certification:{request.pk}").order_by("seq")
    assert list(verbs.values_list("verb", flat=True)) == ["certification.file", "certification.approve"]
    with pytest.raises(Conflict):
        actions.refuse_certification(actor=dispatcher, now=NOW, certification=request.pk, reason="材料不清楚")
    with pytest.raises(Conflict, match="已经可以代表"):
        filed(person("13900000001"))


def test_a_firm_that_the_registry_does_not_hold_is_entered_on_approval(house: House) -> None:
    request = filed(person("13900000001"))
    assert request.enterprise is None
    row = actions.approve_certification(actor=house.actor("supervisor"), now=NOW, certification=request.pk).enterprise
    assert row is not None
    assert (row.name, row.uscc) == (name(1), code(1))
    assert Record.objects.filter(stream=f"registry.enterprise:{row.pk}").count() == 2


def test_a_refusal_gives_the_reason_and_may_be_followed_by_another_request(house: House) -> None:
    actor = person("13900000001")
    request = filed(actor)
    with pytest.raises(Conflict, match="正在审核"):
        filed(actor)
    actions.refuse_certification(
        actor=house.actor("dispatcher"), now=NOW, certification=request.pk, reason="授权书没有盖章"
    )
    assert Agency.objects.count() == 0
    assert [(c.state, c.reason) for c in agencies.my_certifications(actor)] == [("refused", "授权书没有盖章")]
    again = filed(actor)
    actions.withdraw_certification(actor=actor, now=NOW, certification=again.pk)
    assert Certification.objects.get(pk=again.pk).state == "withdrawn"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"uscc": code(1)[:-1] + "#"}, "uscc"),
        ({"enterprise_name": "甲"}, "enterprise_name"),
        ({"person": ""}, "person"),
        ({"role": "administrator"}, "role"),
        ({"files": []}, "files"),
    ],
)
def test_a_request_that_cannot_be_used_says_where(house: House, changed: dict[str, object], field: str) -> None:
    actor = person("13900000001")
    told = {"files": [proof(actor)]} | changed
    before = traces()
    with pytest.raises(Invalid) as refusal:
        filed(actor, **told)
    assert list(refusal.value.fields) == [field]
    assert traces() == before


def test_proof_of_somebody_else_is_not_taken(house: House) -> None:
    stolen = proof(person("13900000002"))
    actor = person("13900000001")
    before = traces()
    with pytest.raises(Invalid):
        filed(actor, files=[stolen])
    assert traces() == before


@pytest.mark.parametrize("who", ["handler", "street", "leader", "auditor"])
def test_who_may_not_review_leaves_no_trace(house: House, who: str) -> None:
    request = filed(person("13900000001"))
    before = traces()
    for act in (
        lambda: actions.approve_certification(actor=house.actor(who), now=NOW, certification=request.pk),
        lambda: actions.refuse_certification(actor=house.actor(who), now=NOW, certification=request.pk, reason="不通过不通过"),
        lambda: agencies.proof(house.actor(who), request.pk),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Missing):
        actions.withdraw_certification(actor=person("13900000009"), now=NOW, certification=request.pk)
    assert traces()[0] - before[0] == 1  # the stranger's account only
    assert traces()[1:] == before[1:]


def test_an_owner_invites_a_colleague_by_telephone(house: House) -> None:
    row = firm()
    owner = owner_of(row)
    told = actions.invite(
        actor=owner, now=NOW, enterprise=row.pk, phone="139 0000 0002", person="王新", role="agent", code="314159"
    )
    item = Item.objects.get(payload__template="enterprise_invitation")
    assert "13900000002" not in str(item.payload)
    assert "314159" not in str(item.payload)
    assert "13900000002" not in str(list(Invitation.objects.values("code_digest", "phone_lookup", "person")))
    colleague = person("13900000002")
    assert [one.enterprise_name for one in agencies.invitations_for(colleague, NOW)] == [name(1)]
    assert agencies.invitations_for(person("13900000003"), NOW) == ()
    with pytest.raises(Missing):
        actions.accept_invitation(actor=person("13900000003"), now=NOW, invitation=told.pk, code="314159")
    with pytest.raises(Invalid, match="还可以再试 4 次"):
        actions.accept_invitation(actor=colleague, now=NOW, invitation=told.pk, code="000000")
    actions.accept_invitation(actor=colleague, now=NOW, invitation=told.pk, code="314159")
    assert person("13900000002").agencies == (Held(row.pk, "agent"),)
    with pytest.raises(Conflict):
        actions.accept_invitation(actor=colleague, now=NOW, invitation=told.pk, code="314159")


def test_five_wrong_codes_or_a_week_end_an_invitation(house: House) -> None:
    row = firm()
    owner = owner_of(row)
    colleague = person("13900000002")

    def invite() -> int:
        return actions.invite(
            actor=owner, now=NOW, enterprise=row.pk, phone="13900000002", person="王新", role="agent", code="314159"
        ).pk

    first = invite()
    for _ in range(5):
        with pytest.raises(Invalid):
            actions.accept_invitation(actor=colleague, now=NOW, invitation=first, code="000000")
    with pytest.raises(Conflict):
        actions.accept_invitation(actor=colleague, now=NOW, invitation=first, code="314159")
    second = invite()
    with pytest.raises(Conflict):
        actions.accept_invitation(actor=colleague, now=NOW + timedelta(days=7), invitation=second, code="314159")
    actions.withdraw_invitation(actor=owner, now=NOW, enterprise=row.pk, invitation=second)
    assert agencies.open_invitations(owner, row.pk, NOW) == ()
    assert Agency.objects.filter(account=colleague.account).count() == 0


def test_an_owner_removes_a_colleague_but_never_the_last_owner(house: House) -> None:
    row = firm()
    owner = owner_of(row)
    colleague = person("13900000002")
    held = Agency.objects.create(account_id=colleague.account, enterprise=row, role="agent", person="王新", since=NOW)
    agent = person("13900000002")
    own = Agency.objects.get(account=owner.account)
    before = traces()
    with pytest.raises(Forbidden):
        actions.remove_colleague(actor=agent, now=NOW, enterprise=row.pk, agency=own.pk)
    with pytest.raises(Missing):
        actions.remove_colleague(actor=person("13900000002", NOW), now=NOW, enterprise=row.pk + 1, agency=own.pk)
    with pytest.raises(Conflict, match="唯一的负责人"):
        actions.remove_colleague(actor=owner, now=NOW, enterprise=row.pk, agency=own.pk)
    assert traces() == before
    actions.remove_colleague(actor=owner, now=NOW, enterprise=row.pk, agency=held.pk)
    assert person("13900000002", NOW + timedelta(seconds=1)).agencies == ()
    assert [one.person for one in agencies.colleagues(owner, row.pk)] == ["李新"]


def test_one_account_acts_for_several_and_the_choice_is_checked(house: House) -> None:
    one, two, other = firm(1), firm(2), firm(3)
    owner_of(one)
    actor = owner_of(two)
    assert [told.id for told in agencies.mine(actor)] == [one.pk, two.pk]
    assert agencies.current(actor, two.pk) == two.pk
    assert agencies.current(actor, other.pk) == agencies.current(actor, None) == one.pk
    with pytest.raises(Missing):
        agencies.require_mine(actor, other.pk)

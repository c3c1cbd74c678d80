"""Units, members, roles, duty, tokens: what each action writes, and that a refused one writes nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qifu.domain.people import actions, directory, phones, queries
from qifu.domain.people.models import Account, Delegation, DutyShift, Membership, Token, Unit
from qifu.engines.calendar import Hours
from qifu.kernel import outbox
from qifu.kernel.actor import SYSTEM, VISITOR, Agency, Post, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing, Refusal
from qifu.kernel.evidence.models import Record
from tests.conftest import House

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def state() -> tuple[object, ...]:
    """Everything this room keeps, and how much evidence there is."""
    models = (Account, Unit, Membership, Delegation, DutyShift, Token)
    return (*(list(model.objects.order_by("pk").values()) for model in models), Record.objects.count())


def last() -> Record:
    return Record.objects.order_by("-pk")[0]


# Units


def test_a_unit_is_created_with_evidence(house: House, now: datetime) -> None:
    unit = actions.create_unit(
        actor=house.actor("admin"), now=now, code="D02", name="区人社局", kind="department", parent=house.centre
    )
    assert (unit.short_name, unit.parent_id, unit.is_active) == ("区人社局", house.centre, True)
    record = last()
    assert (record.verb, record.stream) == ("unit.create", f"unit:{unit.pk}")
    assert record.actor == f"staff:{house.accounts['admin'].pk}"
    assert record.facts == {"code": "D02", "name": "区人社局", "kind": "department", "parent": house.centre}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "D01"}, "code"),
        ({"code": "有空格 的"}, "code"),
        ({"name": "局"}, "name"),
        ({"kind": "ministry"}, "kind"),
        ({"parent": 10**9}, "parent"),
    ],
)
def test_a_unit_that_cannot_be_used_changes_nothing(
    house: House, now: datetime, changes: dict[str, object], field: str
) -> None:
    before = state()
    fields = {"code": "D02", "name": "区人社局", "kind": "department", "parent": house.centre} | changes
    with pytest.raises(Invalid) as refusal:
        actions.create_unit(actor=house.actor("admin"), now=now, **fields)
    assert list(refusal.value.fields) == [field]
    assert state() == before


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "handler", "leader", "auditor"])
def test_only_administrators_change_units(house: House, now: datetime, who: str) -> None:
    actor, before = house.actor(who), state()
    attempts = [
        lambda: actions.create_unit(actor=actor, now=now, code="X", name="某局", kind="department"),
        lambda: actions.rename_unit(actor=actor, now=now, unit=house.street, name="新名"),
        lambda: actions.move_unit(actor=actor, now=now, unit=house.street, parent=None),
        lambda: actions.close_unit(actor=actor, now=now, unit=house.station, open_cases=lambda unit: 0),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden, match="只有管理员可以维护机构和人员"):
            attempt()
    assert state() == before


def test_the_held_tree_follows_every_write(house: House, now: datetime) -> None:
    admin = house.actor("admin")
    assert queries.unit(house.street).name == "民意街道"
    actions.rename_unit(actor=admin, now=now, unit=house.street, name="新民意街道")
    assert queries.unit(house.street).name == "新民意街道"
    assert queries.subtree(house.street) == {house.street, house.station}
    actions.move_unit(actor=admin, now=now, unit=house.station, parent=house.department)
    assert queries.subtree(house.street) == {house.street}
    assert queries.unit_tree().ancestors(house.station) == (house.department, house.centre)


def test_a_unit_is_not_moved_below_itself(house: House, now: datetime) -> None:
    before = state()
    with pytest.raises(Invalid, match="不能把单位移到它自己或它的下级之下"):
        actions.move_unit(actor=house.actor("admin"), now=now, unit=house.street, parent=house.station)
    assert state() == before


def test_a_unit_closes_only_when_empty(house: House, now: datetime) -> None:
    admin, before = house.actor("admin"), state()
    with pytest.raises(Conflict, match="民意街道还有下级单位"):
        actions.close_unit(actor=admin, now=now, unit=house.street, open_cases=lambda unit: 0)
    with pytest.raises(Conflict, match="区城建局还有 2 个在任岗位"):
        actions.close_unit(actor=admin, now=now, unit=house.department, open_cases=lambda unit: 0)
    assert state() == before
    actions.close_unit(actor=admin, now=now, unit=house.station, open_cases=lambda unit: 0)
    assert [unit.code for unit in queries.units()] == ["C", "D01", "S01"]
    assert [unit.code for unit in queries.units(closed=True)] == ["C", "D01", "S01", "S01-1"]
    with pytest.raises(Conflict, match="已经停用"):
        actions.close_unit(actor=admin, now=now, unit=house.station, open_cases=lambda unit: 0)


def test_reading_the_tree_costs_one_query(house: House) -> None:
    queries.units()
    with CaptureQueriesContext(connection) as captured:
        queries.units("department")
    assert len(captured) == 1


def test_hours_come_from_the_unit_or_from_above(house: House, now: datetime) -> None:
    assert queries.hours_of(house.station) == Hours()
    actions.set_hours(
        actor=house.actor("admin"), now=now, unit=house.street, spans=[("08:30", "12:00"), ("13:30", "17:00")]
    )
    expected = Hours(((time(8, 30), time(12)), (time(13, 30), time(17))))
    assert queries.hours_of(house.station) == expected
    assert queries.hours_of(house.department) == Hours()
    actions.set_hours(actor=house.actor("admin"), now=now, unit=house.street, spans=None)
    assert queries.hours_of(house.station) == Hours()


@pytest.mark.parametrize(
    "spans", [[], [("12:00", "09:00")], [("09:00", "12:00"), ("11:00", "13:00")], [("9点", "12:00")]]
)
def test_hours_that_make_no_sense_are_refused(house: House, now: datetime, spans: list[tuple[str, str]]) -> None:
    before = state()
    with pytest.raises(Invalid):
        actions.set_hours(actor=house.actor("admin"), now=now, unit=house.street, spans=spans)
    assert state() == before


# Members and roles


def test_a_member_comes_with_a_temporary_password(house: House, now: datetime) -> None:
    made = actions.create_member(
        actor=house.actor("admin"), now=now, username="Han.Li", name="韩力", phone="138 0000 1234"
    )
    account = Account.objects.get(pk=made.account.pk)
    assert (account.username, account.kind, account.must_change_password) == ("han.li", "staff", True)
    assert account.check_password(made.password)
    assert len(made.password) == 14
    assert "13800001234" not in account.phone_sealed
    assert queries.masked_phone(account.pk) == "138****1234"
    assert queries.phone_to_send(account.pk) == "+8613800001234"
    assert outbox.resolve(f"account:{account.pk}", "sms") == "+8613800001234"
    assert queries.account_by_phone("+86 138-0000-1234") == account.pk
    record = last()
    assert (record.verb, record.facts) == ("account.create", {"kind": "staff"})
    assert record.content.body == {"username": "han.li", "name": "韩力"}


def test_a_name_or_number_is_taken_once(house: House, now: datetime) -> None:
    admin = house.actor("admin")
    actions.create_member(actor=admin, now=now, username="han", name="韩力", phone="13800001234")
    before = state()
    with pytest.raises(Invalid, match="人员信息有误") as refusal:
        actions.create_member(actor=admin, now=now, username="HAN", name="韩二")
    assert refusal.value.fields == {"username": "已被使用，请换一个。"}
    with pytest.raises(Invalid, match="手机号已属于另一个账号"):
        actions.create_member(actor=admin, now=now, username="han2", name="韩二", phone="+8613800001234")
    assert state() == before


def test_a_role_is_held_once_and_ends(house: House, now: datetime) -> None:
    admin, handler = house.actor("admin"), house.accounts["handler"]
    before = state()
    with pytest.raises(Conflict, match="郑承办在区城建局已经是承办人"):
        actions.grant_role(actor=admin, now=now, account=handler.pk, unit=house.department, role=Role.HANDLER)
    assert state() == before
    held = Membership.objects.get(account=handler)
    actions.end_role(actor=admin, now=now + DAY, membership=held.pk)
    assert house.actor("handler", now + DAY).posts == ()
    assert house.actor("handler", now).posts == (Post(house.department, Role.HANDLER, "department"),)
    with pytest.raises(Conflict, match="已经结束"):
        actions.end_role(actor=admin, now=now + DAY, membership=held.pk)
    history = directory.history(actor=admin, now=now + DAY, account=handler.pk)
    assert [(row.role, row.until) for row in history] == [(Role.HANDLER, now + DAY)]


def test_a_role_may_begin_later(house: House, now: datetime) -> None:
    actions.grant_role(
        actor=house.actor("admin"), now=now, account=house.accounts["handler"].pk, unit=house.street,
        role=Role.SPECIALIST, since=now + DAY, until=now + 2 * DAY,
    )  # fmt: skip
    assert [len(house.actor("handler", now + step * DAY).posts) for step in (0, 1, 2)] == [1, 2, 1]


def test_the_last_administrator_stays(house: House, now: datetime) -> None:
    admin, before = house.actor("admin"), state()
    held = Membership.objects.get(role=Role.ADMINISTRATOR)
    with pytest.raises(Conflict, match="最后一位管理员"):
        actions.end_role(actor=admin, now=now, membership=held.pk)
    with pytest.raises(Conflict, match="不能停用自己"):
        actions.deactivate(actor=admin, now=now, account=house.accounts["admin"].pk)
    with pytest.raises(Conflict, match="最后一位管理员"):
        actions.deactivate(actor=SYSTEM, now=now, account=house.accounts["admin"].pk)
    assert state() == before


def test_letting_a_member_go_ends_everything(house: House, now: datetime) -> None:
    admin, account = house.actor("admin"), house.accounts["handler"].pk
    issued = actions.issue_token(actor=house.actor("handler"), now=now, account=account, label="脚本")
    old_hash = house.account("handler").get_session_auth_hash()
    actions.deactivate(actor=admin, now=now + HOUR, account=account)
    row = house.account("handler")
    assert (row.is_active, row.has_usable_password()) == (False, False)
    assert row.get_session_auth_hash() != old_hash
    assert queries.account_of_token(issued.clear, now + HOUR) is None
    assert not Membership.objects.at(now + HOUR).filter(account=account).exists()
    assert last().facts == {"roles_ended": 1}
    with pytest.raises(Missing, match="已停用"):
        house.actor("handler")
    clear = actions.reactivate(actor=admin, now=now + DAY, account=account)
    row = house.account("handler")
    assert (row.is_active, row.must_change_password, row.check_password(clear)) == (True, True, True)
    assert house.actor("handler", now + DAY).posts == ()


def test_resetting_a_password_ends_the_sessions(house: House, now: datetime) -> None:
    old_hash = house.account("handler").get_session_auth_hash()
    clear = actions.reset_password(actor=house.actor("admin"), now=now, account=house.accounts["handler"].pk)
    row = house.account("handler")
    assert (row.check_password(clear), row.must_change_password) == (True, True)
    assert row.get_session_auth_hash() != old_hash
    assert clear not in str(last().facts)


def test_members_are_not_changed_by_others(house: House, now: datetime) -> None:
    actor, target, before = house.actor("supervisor"), house.accounts["handler"].pk, state()
    attempts = [
        lambda: actions.create_member(actor=actor, now=now, username="new", name="新人"),
        lambda: actions.rename_member(actor=actor, now=now, account=target, name="新名"),
        lambda: actions.grant_role(actor=actor, now=now, account=target, unit=house.centre, role=Role.ADMINISTRATOR),
        lambda: actions.end_role(actor=actor, now=now, membership=Membership.objects.first().pk),
        lambda: actions.reset_password(actor=actor, now=now, account=target),
        lambda: actions.deactivate(actor=actor, now=now, account=target),
        lambda: actions.end_sessions(actor=actor, now=now, account=target),
        lambda: actions.issue_token(actor=actor, now=now, account=target, label="偷"),
        lambda: actions.create_service(actor=VISITOR, now=now, name="外部系统"),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert state() == before


def test_contacts_are_out_of_the_administrators_reach(house: House, now: datetime) -> None:
    contact = actions.sign_up_contact(now=now, phone="13900001111")
    before = state()
    with pytest.raises(Missing):
        actions.reset_password(actor=house.actor("admin"), now=now, account=contact.pk)
    with pytest.raises(Missing):
        actions.grant_role(actor=house.actor("admin"), now=now, account=contact.pk, unit=house.centre, role=Role.LEADER)
    assert state() == before


# The actor


def test_the_actor_of_a_member_costs_two_queries(house: House, now: datetime) -> None:
    account = house.account("dispatcher")
    with CaptureQueriesContext(connection) as captured:
        actor = queries.actor_of(account, now)
    assert len(captured) == 2
    assert actor.posts == (Post(house.centre, Role.DISPATCHER, "centre"),)
    assert (actor.kind, actor.name, actor.account) == ("staff", "周调度", account.pk)


def test_agencies_come_from_whoever_registered(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_agencies", None)
    contact = actions.sign_up_contact(now=now, phone="13900001111")
    assert queries.actor_of(contact, now).agencies == ()
    asked = []

    def source(account: int, at: datetime) -> tuple[Agency, ...]:
        asked.append((account, at))
        return (Agency(7, "owner"),)

    queries.register_agencies(source)
    assert queries.actor_of(contact, now).enterprises == {7}
    assert queries.actor_of(house.account("handler"), now).agencies == ()
    assert asked == [(contact.pk, now)]


# Delegation


def give(house: House, now: datetime, giver: str, deputy: str) -> Delegation:
    return actions.delegate(
        actor=house.actor(giver), now=now, deputy=house.accounts[deputy].pk, since=now, until=now + 7 * DAY,
        reason="外出学习",
    )  # fmt: skip


def test_a_deputy_has_the_posts_for_the_colleague(house: House, now: datetime) -> None:
    made = give(house, now, "street", "handler")
    giver = house.accounts["street"].pk
    actor = house.actor("handler", now + DAY)
    assert actor.posts == (
        Post(house.department, Role.HANDLER, "department"),
        Post(house.street, Role.HANDLER, "street", for_account=giver),
    )
    assert actor.for_whom(house.street, [Role.HANDLER]) == giver
    assert actor.for_whom(house.department, [Role.HANDLER]) is None
    assert house.actor("handler", now + 7 * DAY).posts == actor.posts[:1]
    record = last()
    assert (record.verb, record.stream) == ("delegation.give", f"account:{giver}")
    assert record.facts["deputy"] == house.accounts["handler"].pk
    actions.revoke_delegation(actor=house.actor("street"), now=now + DAY, delegation=made.pk)
    assert house.actor("handler", now + DAY).posts == actor.posts[:1]


def test_evidence_names_both_the_deputy_and_the_colleague(house: House, now: datetime) -> None:
    give(house, now, "supervisor", "dispatcher")
    deputy, giver = house.accounts["dispatcher"].pk, house.accounts["supervisor"].pk
    actions.set_hours(actor=house.actor("dispatcher"), now=now, unit=house.street, spans=[("09:00", "12:00")])
    record = last()
    assert (record.verb, record.actor, record.for_whom) == (
        "unit.hours", f"staff:{deputy}", f"staff:{giver}"
    )  # fmt: skip


def test_delegation_is_not_passed_on(house: House, now: datetime) -> None:
    give(house, now, "street", "handler")
    give(house, now, "handler", "colleague")
    units = house.actor("colleague", now).units()
    assert units == {house.department}


def test_some_roles_are_never_delegated(house: House, now: datetime) -> None:
    before = state()
    for giver in ("admin", "auditor"):
        with pytest.raises(Conflict, match="管理员和审计员的岗位不能委托"):
            give(house, now, giver, "handler")
    assert state() == before
    actions.grant_role(
        actor=SYSTEM, now=now, account=house.accounts["admin"].pk, unit=house.centre, role=Role.DISPATCHER
    )
    give(house, now, "admin", "handler")
    assert house.actor("handler").has_role(Role.DISPATCHER)
    assert not house.actor("handler").has_role(Role.ADMINISTRATOR)


def test_delegations_that_make_no_sense_are_refused(house: House, now: datetime) -> None:
    actor, deputy = house.actor("handler"), house.accounts["colleague"].pk
    give(house, now, "handler", "colleague")
    before = state()
    fields = {"deputy": deputy, "since": now, "until": now + DAY, "reason": "外出"}
    cases = [
        ({"deputy": actor.account}, Invalid),
        ({"deputy": 10**9}, Invalid),
        ({"until": now}, Invalid),
        ({"until": now + 200 * DAY}, Invalid),
        ({"since": now - 2 * DAY, "until": now - DAY}, Invalid),
        ({"reason": " "}, Invalid),
        ({}, Conflict),
        ({"giver": house.accounts["street"].pk}, Forbidden),
    ]
    for changes, kind in cases:
        with pytest.raises(kind):
            actions.delegate(actor=actor, now=now, **(fields | changes))
    with pytest.raises(Missing):
        actions.revoke_delegation(actor=house.actor("street"), now=now, delegation=Delegation.objects.get().pk)
    assert state() == before


def test_the_database_refuses_what_actions_never_write(house: House, now: datetime) -> None:
    person = house.accounts["handler"]
    rows = [
        Delegation(giver=person, deputy=person, since=now, until=now + DAY, reason="x", created=now),
        Delegation(giver=person, deputy=house.accounts["street"], since=now, until=now, reason="x", created=now),
        DutyShift(unit_id=house.centre, account=person, starts=now, ends=now),
        Membership(account=person, unit_id=house.department, role=Role.HANDLER, since=now),
        Account(kind="staff", name="无名", created=now),
        Account(kind="robot", name="无名", created=now),
    ]
    for row in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


# Duty


def test_the_person_on_duty_is_named(house: House, now: datetime) -> None:
    handler, colleague = house.accounts["handler"].pk, house.accounts["colleague"].pk
    assert queries.duty_owner(house.department, now) == queries.Person(handler, "郑承办")
    assert queries.duty_owner(house.centre, now) == queries.Person(house.accounts["dispatcher"].pk, "周调度")
    assert queries.duty_owner(house.station, now) is None
    shift = actions.set_duty(
        actor=house.actor("supervisor"), now=now, unit=house.department, account=colleague,
        starts=now + HOUR, ends=now + 9 * HOUR,
    )  # fmt: skip
    assert queries.duty_owner(house.department, now + HOUR) == queries.Person(colleague, "冯承办")
    assert queries.duty_owner(house.department, now + 9 * HOUR) == queries.Person(handler, "郑承办")
    before = state()
    with pytest.raises(Conflict, match="已由冯承办值班"):
        actions.set_duty(
            actor=house.actor("admin"), now=now, unit=house.department, account=handler,
            starts=now, ends=now + 2 * HOUR,
        )  # fmt: skip
    with pytest.raises(Invalid, match="本单位的在任人员"):
        actions.set_duty(
            actor=house.actor("admin"), now=now, unit=house.department, account=house.accounts["street"].pk,
            starts=now + 20 * HOUR, ends=now + 21 * HOUR,
        )  # fmt: skip
    with pytest.raises(Forbidden):
        actions.clear_duty(actor=house.actor("handler"), now=now, shift=shift.pk)
    assert state() == before
    actions.clear_duty(actor=house.actor("admin"), now=now + 2 * HOUR, shift=shift.pk)
    assert DutyShift.objects.get(pk=shift.pk).ends == now + 2 * HOUR


def test_the_rota_of_a_week(house: House, now: datetime) -> None:
    account = house.accounts["handler"].pk
    actions.set_duty(
        actor=SYSTEM, now=now, unit=house.department, account=account,
        starts=now.replace(hour=20), ends=now.replace(hour=8) + DAY,
    )  # fmt: skip
    days = directory.week(actor=house.actor("handler"), unit=house.department, monday=date(2026, 9, 28))
    assert [(day.day, [shift.name for shift in shifts]) for day, shifts in days] == [
        (28, []), (29, []), (30, ["郑承办"]), (1, ["郑承办"]), (2, []), (3, []), (4, []),
    ]  # fmt: skip


# Tokens


def test_a_token_is_shown_once_and_kept_as_digest(house: House, now: datetime) -> None:
    admin = house.actor("admin")
    service = actions.create_service(actor=admin, now=now, name="市级平台")
    issued = actions.issue_token(
        actor=admin, now=now, account=service.pk, label="转办", scopes=["appeals:read"], expires=now + DAY
    )
    assert issued.clear.startswith("qifu_")
    assert issued.clear not in str(list(Token.objects.values()))
    bearer = queries.account_of_token(issued.clear, now)
    assert bearer is not None
    assert (bearer.account.pk, bearer.scopes) == (service.pk, {"appeals:read"})
    found = queries.actor_of_token(issued.clear, now)
    assert found is not None
    assert (found[0].mark, found[0].may_scope("appeals:read")) == (f"service:{service.pk}", True)
    assert found[0].may_scope("people") is False
    assert found[1] == issued.token.pk
    assert queries.actor_of_token("qifu_wrong", now) is None
    assert queries.account_of_token(issued.clear, now + DAY) is None
    assert queries.account_of_token(issued.clear + "x", now) is None
    actions.touch_token(token=issued.token.pk, now=now)
    actions.touch_token(token=issued.token.pk, now=now + timedelta(seconds=30))
    assert Token.objects.get().last_used == now
    actions.revoke_token(actor=admin, now=now, token=issued.token.pk)
    assert queries.account_of_token(issued.clear, now) is None


def test_tokens_that_may_not_be_issued(house: House, now: datetime) -> None:
    admin = house.actor("admin")
    service = actions.create_service(actor=admin, now=now, name="市级平台")
    narrow = queries.actor_of(house.account("handler"), now, ["appeals:read"])
    mine = house.accounts["handler"].pk
    issued = actions.issue_token(actor=house.actor("handler"), now=now, account=mine, label="脚本")
    before = state()
    cases = [
        lambda: actions.issue_token(actor=admin, now=now, account=service.pk, label="全部"),
        lambda: actions.issue_token(actor=admin, now=now, account=service.pk, label=" ", scopes=["appeals:read"]),
        lambda: actions.issue_token(actor=admin, now=now, account=service.pk, label="全部", scopes=["all"]),
        lambda: actions.issue_token(actor=narrow, now=now, account=mine, label="更大"),
        lambda: actions.issue_token(actor=narrow, now=now, account=mine, label="更大", scopes=["people"]),
        lambda: actions.issue_token(actor=admin, now=now, account=mine, label="旧", expires=now),
        lambda: actions.revoke_token(actor=house.actor("street"), now=now, token=issued.token.pk),
    ]
    for attempt in cases:
        with pytest.raises(Refusal):
            attempt()
    assert state() == before


# Contacts and the directory


def test_a_proved_number_makes_one_account(house: House, now: datetime) -> None:
    first = actions.sign_up_contact(now=now, phone="13900001111")
    again = actions.sign_up_contact(now=now + DAY, phone="+86 139 0000 1111")
    assert first.pk == again.pk
    assert (first.kind, first.name, first.phone_verified, first.username) == ("contact", "用户1111", True, None)
    assert Record.objects.filter(stream=f"account:{first.pk}").count() == 1


def test_a_member_does_not_come_in_by_phone(house: House, now: datetime) -> None:
    actions.create_member(actor=SYSTEM, now=now, username="han", name="韩力", phone="13800001234")
    before = state()
    with pytest.raises(Conflict, match="请用用户名和密码登录"):
        actions.sign_up_contact(now=now, phone="13800001234")
    assert state() == before


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800000000", "+8613800000000"),
        (" 138-0000-0000", "+8613800000000"),
        ("＋８６１３８００００００００", "+8613800000000"),
        ("008613800000000", "+8613800000000"),
        ("+85291234567", "+85291234567"),
    ],
)
def test_numbers_have_one_form(text: str, number: str) -> None:
    assert phones.normalise(text) == number


@pytest.mark.parametrize("text", ["", "12345", "23800000000", "+8612345", "138000000001", "abc", "+0123456789"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="手机号格式不对"):
        phones.normalise(text)


def test_the_directory_searches_and_pages(house: House, now: datetime) -> None:
    actor = house.actor("handler")
    queries.units()
    with CaptureQueriesContext(connection) as captured:
        page, count = directory.colleagues(actor=actor, now=now, limit=3)
    assert (len(page), count, len(captured)) == (3, 8, 4)
    found, count = directory.colleagues(actor=actor, now=now, q="承办")
    assert ({row.name for row in found}, count) == ({"郑承办", "冯承办"}, 2)
    found, _ = directory.colleagues(actor=actor, now=now, unit=house.centre, role=Role.HANDLER)
    assert {row.name for row in found} == {"郑承办", "冯承办", "褚街道"}
    found, _ = directory.colleagues(actor=actor, now=now, unit=house.street)
    assert {row.name for row in found} == {"褚街道"}
    with pytest.raises(Forbidden):
        directory.colleagues(actor=VISITOR, now=now)


def test_names_in_bulk_cost_one_query(house: House) -> None:
    ids = [account.pk for account in house.accounts.values()]
    with CaptureQueriesContext(connection) as captured:
        names = queries.names([*ids, None])
    assert (len(captured), names[house.accounts["admin"].pk], len(names)) == (1, "陈管理", 8)
    assert queries.names([None]) == {}

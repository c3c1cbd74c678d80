"""A small stage on which cases are played: the house of people, a firm with its contact, a category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from qifu.domain.appeals.actions.submit import Request, submit
from qifu.domain.appeals.actions.take import take
from qifu.domain.appeals.models import Appeal, Category
from qifu.domain.appeals.queries import sheet as sheets
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account
from qifu.domain.registry.models import Enterprise
from qifu.kernel.actor import SYSTEM, Actor, Agency, Role
from qifu.kernel.sealed import seal
from tests.conftest import NOW, House


@dataclass
class Stage:
    """Who plays, and shorthand for what they do."""

    house: House
    firm: Enterprise
    other_firm: Enterprise
    tax: int  # a second department
    contact: Actor
    stranger: Actor
    handlers: dict[int, Actor]
    category: Category
    now: datetime = NOW

    def actor(self, name: str) -> Actor:
        return self.contact if name == "contact" else self.house.actor(name, self.now)

    def later(self, **span: float) -> Stage:
        self.now += timedelta(**span)
        return self

    def submit(self, actor: Actor | None = None, key: str = "", **fields: object) -> Appeal:
        request = Request(
            title="楼下停车位不够",
            body="公司员工停车困难，请协调增加车位。",
            category=self.category.code,
            enterprise=self.firm.pk,
            phone="19900001234",
        )
        return submit(actor=actor or self.contact, now=self.now, request=replace(request, **fields), key=key)  # type: ignore[arg-type]

    def take(
        self, who: str | Actor, case: Appeal, step: str, key: str = "", seq: int | None = None, **given: object
    ) -> Appeal:
        actor = self.actor(who) if isinstance(who, str) else who
        return take(actor=actor, now=self.now, number=case.number, step=step, given=given, key=key, seq=seq)

    def to(self, state: str, case: Appeal | None = None, **fields: object) -> Appeal:
        """Play a fresh appeal until it stands in the state, by the shortest way."""
        case = case or self.submit(**fields)
        for who, step, given in self.way(case.kind, state):
            case = self.take(who, case, step, **given)
        assert case.state == state
        return case

    def way(self, kind: str, state: str) -> list[tuple[str, str, dict[str, object]]]:
        unit: dict[str, object] = {"unit": self.house.department}
        accepted: list[tuple[str, str, dict[str, object]]] = [("dispatcher", "accept", {})]
        if kind == "petition":
            accepted = []
        dispatched = [*accepted, ("dispatcher", "dispatch", unit)]
        working = [*dispatched, ("handler", "sign", {})]
        if kind == "assistance":
            handler = self.house.accounts["handler"].pk
            working = [*accepted, ("dispatcher", "appoint", unit | {"account": handler})]
        answer: dict[str, object] = {"outcome": "solved", "text": "已协调新增二十个车位。"}
        reply = {"complaint": "settle", "assistance": "finish"}.get(kind, "reply")
        settling = [*working, ("handler", "findings", {"text": "情况属实。"})]
        replied = [*(settling if kind == "complaint" else working), ("handler", reply, answer)]
        back = ("handler", "return", {"cause": "duty", "reason": "不属于本单位职责"})
        asked = [*working, ("handler", "ask", {"items": ["营业执照"], "text": "请补充"})]
        ends = ("dispatcher", "conclude", {"reason": "已答复"}) if kind == "petition" else ("contact", "confirm", {})
        ways = {
            "submitted": [],
            "accepted": accepted,
            "dispatched": dispatched,
            "working": working,
            "asking": asked,
            "settling": settling,
            "replied": replied,
            "closed": [*replied, ends],
            "declined": [("dispatcher", "decline", {"reason": "scope", "elsewhere": "请到区法院"})],
            "withdrawn": [("contact", "withdraw", {"reason": "自行解决"})],
            "disputed": [*dispatched, back, *dispatched[-1:], back, *dispatched[-1:], back],
        }
        return ways[state]

    def sheet(self, who: str | Actor, case: Appeal) -> sheets.Sheet:
        actor = self.actor(who) if isinstance(who, str) else who
        return sheets.sheet(actor=actor, now=self.now, number=case.number)

    def row(self, case: Appeal) -> Mapping[str, object]:
        return Appeal.objects.filter(pk=case.pk).values().get()


def build(house: House) -> Stage:
    tax = people.create_unit(
        actor=SYSTEM, now=NOW, code="D02", name="区税务局", kind="department", parent=house.centre
    ).pk
    made = people.create_member(
        actor=SYSTEM, now=NOW, username="taxman", name="沈税务", password="correct horse 9 battery"
    )
    people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=tax, role=Role.HANDLER)
    house.accounts["taxman"] = made.account
    firms = [
        Enterprise.objects.create(name=name, uscc=uscc, street_id=house.street, created=NOW, updated=NOW, tokens="")
        for name, uscc in (
            ("武汉云启软件有限公司", "91420100MA4K1A2B3C"),
            ("武汉禾木商贸有限公司", "91420100MA49Z8Y74D"),
        )
    ]
    people_ = [
        Account.objects.create(kind="contact", name=name, phone_sealed=seal(name), phone_lookup=name, created=NOW)
        for name in ("钱经理", "孙经理")
    ]
    contact, stranger = (
        Actor(account.pk, "contact", account.name, agencies=(Agency(firm.pk, "owner"),))
        for account, firm in zip(people_, firms, strict=True)
    )
    top = Category.objects.create(code="premises", name="场地楼宇")
    category = Category.objects.create(code="premises.parking", name="停车", parent=top)
    return Stage(house, firms[0], firms[1], tax, contact, stranger, {}, category)

"""A small room of grants for tests: an item, a line of the budget, a scheme with its people, and an application on its way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from io import BytesIO

from django.db import transaction

from qifu.domain.grants.actions import applying, money, payments, publicity, reviewing, schemes, taking
from qifu.domain.grants.actions.schemes import Terms
from qifu.domain.grants.models import (
    Application,
    FundLine,
    NoticeLine,
    PaymentBatch,
    PaymentOrder,
    Reservation,
    Version,
)
from qifu.domain.grants.obligations import terms as duty_terms
from qifu.domain.grants.obligations.actions import keeping, recovering, reporting
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account
from qifu.domain.policies.actions import publishing
from qifu.kernel.actor import SYSTEM, Actor, Role
from qifu.kernel.files.actions import keep
from tests.conftest import NOW, PASSWORD
from tests.domain import policy_room
from tests.stage import Stage

STAFF = {
    "editor": ("许政策", "centre", Role.POLICY_EDITOR),
    "second": ("何督办", "centre", Role.SUPERVISOR),
    "reviewer": ("吕会审", "centre", Role.REVIEWER),
    "taxreviewer": ("施会审", "tax", Role.REVIEWER),
    "drawer": ("张财务", "centre", Role.FINANCE),
    "payer": ("孔财务", "tax", Role.FINANCE),
}
SCORING = ({"name": "s1", "label": "带动就业", "most": 60}, {"name": "s2", "label": "信用和规范", "most": 40})
MATERIALS = ({"name": "m1", "label": "花名册", "hint": "盖章", "is_required": False},)
QUESTIONS = ({"name": "q1", "label": "用途说明", "kind": "text", "is_required": True, "hint": ""},)
CLAUSE = "《软件企业稳岗若干措施》第二条"


@dataclass
class Grants:
    """The stage with what grants need, and shorthand for what its people do."""

    stage: Stage
    line: FundLine
    version: Version
    contact: Actor
    numbers: list[str] = field(default_factory=list)

    def actor(self, name: str) -> Actor:
        return self.contact if name == "contact" else self.stage.actor(name)

    def later(self, **span: float) -> Grants:
        self.stage.later(**span)
        return self

    def start(self) -> Application:
        return applying.start(
            actor=self.contact, now=self.stage.now, scheme=self.version.scheme.code, enterprise=self.stage.firm.pk
        )

    def submitted(self) -> Application:
        row = self.start()
        applying.save(
            actor=self.contact, now=self.stage.now, number=row.number, values={"q1": "稳定岗位。"}, phone="19900001234"
        )
        return applying.submit(actor=self.contact, now=self.stage.now, number=row.number)

    def take(self, who: str, row: Application, step: str, **given: object) -> Application:
        return taking.take(actor=self.actor(who), now=self.stage.now, number=row.number, step=step, given=given)

    def score(self, who: str, row: Application, first: int, second: int, vote: str = "yes") -> None:
        given = reviewing.Opinion(False, scores={"s1": str(first), "s2": str(second)}, vote=vote, opinion="属实。")
        reviewing.give(actor=self.actor(who), now=self.stage.now, number=row.number, opinion=given)

    def rated(self) -> Application:
        row = self.take("handler", self.submitted(), "pass")
        self.later(hours=1).score("reviewer", row, 50, 35)
        self.score("taxreviewer", row, 48, 30)
        return self.later(hours=1).take("handler", row, "conclude", minutes="两个部门一致同意。")

    def deciding(self) -> Application:
        row = self.rated()
        publicity.open_notice(actor=self.actor("handler"), now=self.stage.now, version=self.version.pk)
        publicity.clear_due(now=self.later(days=30).stage.now)
        return Application.objects.get(pk=row.pk)

    def granted(self) -> Application:
        return self.take("supervisor", self.deciding(), "grant", reason="符合条件。", clause=CLAUSE)

    def account(self, row: Application) -> None:
        applying.confirm_account(
            actor=self.contact,
            now=self.stage.now,
            number=row.number,
            bank="江泽银行云泽支行",
            account="6222 0000 1111 2345",
        )

    def sent(self, row: Application) -> PaymentBatch:
        held = list(Reservation.objects.filter(source=row.stream, state="held").values_list("pk", flat=True))
        batch = payments.draw(actor=self.actor("drawer"), now=self.stage.now, reservations=held)
        return payments.release(actor=self.actor("payer"), now=self.stage.now, number=batch.number)

    def answer(self, batch: PaymentBatch, result: str = "成功", why: str = "") -> bytes:
        lines = ["单号,金额,结果,回单号,原因,日期"]
        for order in PaymentOrder.objects.filter(batch=batch).order_by("pk"):
            receipt = f"HD{order.number}" if result != "失败" else ""
            lines.append(f"{order.number},{order.amount},{result},{receipt},{why},{self.stage.now.date()}")
        return "\r\n".join(lines).encode()


def terms(stage: Stage, line: FundLine, **changes: object) -> Terms:
    """How the scheme of the room works."""
    usual = Terms(
        title="软件企业稳岗奖励", line=line.pk, way="apply", basis="formula", opens_on=date(2026, 1, 1),
        cap=Decimal("50000.00"), fields=("industry", "employees"), questions=QUESTIONS, materials=MATERIALS, scoring=SCORING,
        pass_mark=Decimal(70), reviewers=(stage.house.centre, stage.tax), publicity_days=5,
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def staff(stage: Stage) -> None:
    """Those who write, review and pay."""
    units = {"centre": stage.house.centre, "tax": stage.tax}
    for username, (name, place, role) in STAFF.items():
        made = people.create_member(actor=SYSTEM, now=NOW, username=username, name=name, password=PASSWORD)
        people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=units[place], role=role)
        Account.objects.filter(pk=made.account.pk).update(must_change_password=False)
        stage.house.accounts[username] = made.account


def budget(stage: Stage, total: str) -> FundLine:
    """A line of the year's budget."""
    return money.open_line(
        actor=stage.actor("drawer"), now=NOW, year=2026, code="P2026-07", project="稳岗奖励", functional="2080799",
        economic="31204", unit=stage.house.department, total=Decimal(total),
    )  # fmt: skip


def scheme(stage: Stage, line: FundLine, item: str, unit: int, **changes: object) -> Version:
    """A scheme that the editor wrote and the supervisor published."""
    drafted = schemes.begin(
        actor=stage.actor("editor"), now=NOW, item=item, unit=unit, terms=terms(stage, line, **changes)
    )
    return schemes.publish(actor=stage.actor("supervisor"), now=NOW, version=drafted.pk)


def build(stage: Stage, total: str = "1000000.00", **changes: object) -> Grants:
    """A published scheme on a published item, with everybody who has to do with it."""
    staff(stage)
    policy_room.published(stage.house)
    policy_room.firm(stage)
    policy_room.known(stage, dishonest=False, employees=60, industry="I6513")
    contact, line = policy_room.contact(stage), budget(stage, total)
    return Grants(stage, line, scheme(stage, line, policy_room.CODE, stage.house.department, **changes), contact)


def fill(stage: Stage) -> dict[str, object]:
    """A room in which every page has something to show; what addresses mean, by short names."""
    staff(stage)
    house, plain = stage.house, {"reviewers": (), "scoring": (), "pass_mark": None}
    about = replace(policy_room.ABOUT, code="D-2026-071")
    made = policy_room.draft(house, about=about)
    publishing.read(actor=house.actor("supervisor"), now=NOW, code=about.code, number=1, seen=made.version)
    publishing.publish(actor=house.actor("supervisor"), now=NOW, code=about.code, number=1)
    policy_room.known(stage, dishonest=False, employees=60, industry="I6513")
    line, contact = budget(stage, "1000000.00"), policy_room.contact(stage)
    duties = [one.as_row() for one in duty_terms.read("不迁出 | 36 个月 | 全额追回\n报告资金使用 | 6 个月 | 全额追回")]
    version = scheme(stage, line, about.code, house.department, publicity_days=0, duties=duties, **plain)
    room = Grants(stage, line, version, contact)
    first = room.start()
    paper = keep(actor=contact, now=NOW, file=BytesIO("花名册".encode()), name="花名册.txt")
    applying.attach(actor=contact, now=NOW, number=first.number, material="m1", file=paper.pk)
    granted = room.take(
        "supervisor", room.take("handler", room.submitted(), "approve"), "grant", reason="符合。", clause=CLAUSE
    )
    room.account(granted)
    batch = payments.draw(
        actor=room.actor("drawer"), now=NOW, reservations=[Reservation.objects.get(source=granted.stream).pk]
    )
    strange = "单号,金额,结果,回单号,原因,日期\r\nZF0,1.00,成功,HD0,,2026-03-11".encode()
    back = payments.take_return(actor=room.actor("drawer"), now=NOW, name="回单.csv", data=strange)
    things: dict[str, object] = {
        "grant": granted.number, "grant_file": paper.pk, "scheme": room.version.pk, "scheme_code": room.version.scheme.code,
        "payment_batch": batch.number, "fund_line": line.pk, "bank_return": back.pk,
    }  # fmt: skip
    return things | _others(room, about.code, plain) | _owed(room, granted)


def _owed(room: Grants, granted: Application) -> dict[str, object]:
    """What is owed for a grant, as if it had been paid: a report with its file, and money asked back for another breach."""
    with transaction.atomic():
        stay, report = keeping.begin([granted], SYSTEM, NOW)
    paper = keep(actor=room.contact, now=NOW, file=BytesIO("发票".encode()), name="发票.txt")
    reporting.report(actor=room.contact, now=NOW, number=report.pk, text="购置服务器三台，四万元。", file=paper.pk)
    reporting.note_breach(
        actor=room.actor("handler"), now=NOW, number=stay.pk, text="已迁往外区", source="税务迁移登记", as_of=NOW.date()
    )
    case = recovering.propose(
        actor=room.actor("handler"),
        now=NOW,
        number=stay.pk,
        clause=CLAUSE,
        reason="已迁往外区。",
        breached_on=NOW.date(),
    )
    return {
        "duty": report.pk, "duty_file": paper.pk, "clawback_duty": stay.pk, "paid_grant": granted.number, "clawback": case.number,
    }  # fmt: skip


def _others(room: Grants, item: str, plain: dict[str, object]) -> dict[str, object]:
    """An application on a public list that is objected to, one in review, a draft; a scheme in work."""
    stage = room.stage
    public = replace(room, version=scheme(stage, room.line, item, stage.tax, **plain))
    shown = public.take("taxman", public.submitted(), "approve")
    notice = publicity.open_notice(actor=room.actor("taxman"), now=NOW, version=public.version.pk)
    objection = publicity.object_to(
        actor=stage.stranger, now=NOW, number=notice.number, line=NoticeLine.objects.get(notice=notice).pk,
        text="这家企业的人数不是六十人。", who="李某", phone="19900005678",
    )  # fmt: skip
    asked = replace(room, version=scheme(stage, room.line, item, stage.house.centre))
    review = asked.take("editor", asked.submitted(), "pass")
    draft = replace(room, version=scheme(stage, room.line, item, stage.house.street, **plain)).start()
    work = schemes.renew(actor=room.actor("editor"), now=NOW, version=public.version.pk)
    return {
        "public_grant": shown.number, "notice": notice.number, "objection": objection.number, "review_grant": review.number,
        "draft_grant": draft.number, "draft_scheme": work.pk,
    }  # fmt: skip

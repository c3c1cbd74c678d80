"""A small room of subsidised interest for tests: two banks, a programme, lists, and everybody who has to do with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from qifu.domain.grants.actions import money, payments
from qifu.domain.grants.loans.actions import lists, settling, setup
from qifu.domain.grants.loans.terms import Asked
from qifu.domain.grants.models import (
    Application,
    Bank,
    BankShare,
    FundLine,
    LoanList,
    Overlap,
    PaymentBatch,
    Programme,
    Reservation,
    Settlement,
)
from qifu.domain.grants.relief import actions as relief
from qifu.domain.people import actions as people
from qifu.domain.registry.models import Enterprise
from qifu.engines.codes import identity
from qifu.kernel.actor import SYSTEM, Actor, Role
from tests.conftest import NOW, PASSWORD
from tests.stage import Stage

D = Decimal
FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
STAFF = {
    "editor": ("许政策", "centre", Role.POLICY_EDITOR),
    "second": ("何督办", "centre", Role.SUPERVISOR),
    "finance": ("张财务", "centre", Role.FINANCE),
    "payer": ("孔财务", "department", Role.FINANCE),
}
CODES = ("91420106MA4K00001J", "91420106MA4K00002G")
TERMS = Asked("share", D(50), benchmark=((date(2026, 1, 1), D("3.00")),), of_firm_in_year=D(20_000))


@dataclass
class Loans:
    """The stage with what subsidised interest needs, and shorthand for what its people do."""

    stage: Stage
    line: FundLine
    programme: Programme
    banks: tuple[Bank, Bank]

    def actor(self, name: str) -> Actor:
        return self.stage.actor(name)

    def hand(self, bank: int, *loans: lists.Listed, digest: str = "d") -> LoanList:
        handed = lists.Handed(f"清单{bank}.xlsx", f"{digest}{bank}", len(loans), loans)
        return lists.try_list(
            actor=self.actor("handler"), now=self.stage.now, programme=self.programme.pk, bank=self.banks[bank].pk,
            first=FIRST, last=LAST, handed=handed,
        )  # fmt: skip

    def enter(self, bank: int, *loans: lists.Listed, digest: str = "d") -> LoanList:
        row = self.hand(bank, *loans, digest=digest)
        return lists.enter_list(actor=self.actor("handler"), now=self.stage.now, number=row.pk)

    def work_out(self, budget: Decimal | None = None) -> Settlement:
        return settling.work_out(
            actor=self.actor("handler"), now=self.stage.now, programme=self.programme.pk, first=FIRST, last=LAST,
            budget=budget,
        )  # fmt: skip

    def decide(self, row: Settlement, who: str = "supervisor") -> Settlement:
        return settling.decide(actor=self.actor(who), now=self.stage.now, number=row.pk, reason="清单与合同相符。")

    def sent(self, row: Settlement) -> PaymentBatch:
        sources = [share.stream for share in BankShare.objects.filter(settlement=row)]
        held = list(Reservation.objects.filter(source__in=sources, state="held").values_list("pk", flat=True))
        batch = payments.draw(actor=self.actor("finance"), now=self.stage.now, reservations=held)
        return payments.release(actor=self.actor("payer"), now=self.stage.now, number=batch.number)


def listed(number: str, code: int = 0, **changes: object) -> lists.Listed:
    """A million lent on 1 April at 4 %, due in a year; 9,000 of interest paid."""
    usual = lists.Listed(
        number, CODES[code], "武汉示例有限公司", (2,), ((FIRST, D(1_000_000)),), ((FIRST, D(4)),), date(2027, 4, 1),
        interest=D(9_000),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def build(stage: Stage, total: str = "1000000.00", **changes: object) -> Loans:
    """A programme that subsidises half of the interest up to 3 %, at most 20,000 for a firm in a year."""
    for username, (name, place, role) in STAFF.items():
        made = people.create_member(actor=SYSTEM, now=NOW, username=username, name=name, password=PASSWORD)
        unit = getattr(stage.house, place)
        people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=unit, role=role)
        stage.house.accounts[username] = made.account
    for firm, code in zip((stage.firm, stage.other_firm), CODES, strict=True):
        Enterprise.objects.filter(pk=firm.pk).update(uscc=code, size_class="small")
    line = money.open_line(
        actor=stage.actor("finance"), now=NOW, year=2026, code="P2026-09", project="小微企业贷款贴息", functional="2160299",
        economic="31299", unit=stage.house.department, total=D(total),
    )  # fmt: skip
    banks = [
        setup.add_bank(actor=stage.actor("finance"), now=NOW, name=name, holder=f"{name}营业部", branch=name, account=account)
        for name, account in (("江泽银行", "420010000000012"), ("云泽农商行", "420010000000099"))
    ]  # fmt: skip
    programme = setup.add_programme(
        actor=stage.actor("editor"), now=NOW, title="小微企业贷款贴息", clause="《贷款贴息办法》第三条", line=line.pk,
        unit=stage.house.department, asked=replace(TERMS, **changes), sizes=("small", "micro"),  # type: ignore[arg-type]
    )  # fmt: skip
    return Loans(stage, line, programme, (banks[0], banks[1]))


def fill(stage: Stage) -> dict[str, object]:
    """Something on every page of interest, relief and overlaps, beside the filled room of grants; ids by short names."""
    line, unit, handler = FundLine.objects.earliest("pk"), stage.house.department, stage.actor("handler")
    bank = setup.add_bank(
        actor=stage.actor("drawer"), now=NOW, name="江泽银行", holder="江泽银行营业部", branch="江泽银行", account="420010000000012"
    )  # fmt: skip
    programme = setup.add_programme(
        actor=stage.actor("editor"),
        now=NOW,
        title="小微企业贷款贴息",
        clause="第三条",
        line=line.pk,
        unit=unit,
        asked=TERMS,
    )
    loan = replace(listed("L1"), code=stage.firm.uscc or "")
    listed_ = lists.try_list(
        actor=handler, now=NOW, programme=programme.pk, bank=bank.pk, first=FIRST, last=LAST,
        handed=lists.Handed("清单.xlsx", "d", 1, [loan]),
    )  # fmt: skip
    lists.enter_list(actor=handler, now=NOW, number=listed_.pk)
    worked = settling.work_out(actor=handler, now=NOW, programme=programme.pk, first=FIRST, last=LAST)
    scheme = relief.add_scheme(
        actor=stage.actor("editor"), now=NOW, title="困难职工慰问", clause="第二条", line=line.pk, unit=unit, every="year",
        standards=[("困难职工", date(2026, 1, 1), D(500))],
    )  # fmt: skip
    first = "42010619491001001"
    person = relief.Line(2, "王小明", first + identity.check_character(first), "困难职工", "江泽银行", "622202000001")
    people_ = relief.try_list(
        actor=handler, now=NOW, scheme=scheme.pk, period="2026", handed=relief.Handed("名单.xlsx", "d", [person])
    )
    relief.enter_list(actor=handler, now=NOW, number=people_.pk)
    one, other = Application.objects.exclude(state="draft").order_by("pk").values_list("pk", flat=True)[:2]
    tie = {"code": "same-account", "weight": 50, "why": "两家企业的收款账户相同。"}
    pair = Overlap.objects.create(earlier_id=one, later_id=other, points=100, ties=[tie], found_at=NOW)
    return {
        "programme": programme.pk, "loan_list": listed_.pk, "settlement": worked.pk, "loan": listed_.loans.get().pk,
        "relief_scheme": scheme.pk, "relief_list": people_.pk, "relief_person": people_.people.get().pk, "overlap": pair.pk,
    }  # fmt: skip

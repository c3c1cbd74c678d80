"""A small year of money: two who keep it, an initial budget of two projects and the basics, vouchers of three months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from qifu.domain.disclosure import composing, freezing
from qifu.domain.disclosure.actions import budgets, ledger
from qifu.domain.disclosure.actions.budgets import Planned
from qifu.domain.disclosure.entries import Entry, Side
from qifu.domain.disclosure.models import Account, BudgetVersion, Project, Voucher
from qifu.domain.people import actions as people
from qifu.domain.performance import actions as performance
from qifu.domain.performance.actions import Promised
from qifu.domain.performance.models import Indicator
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.measures import Ask, measure
from qifu.kernel.measures.actions import freeze
from tests.conftest import NOW, PASSWORD, House

YEAR = 2026
AFFAIRS, PENSION = "2011350", "2080505"  # 事业运行, 养老保险缴费
LINES = (
    Planned("", "", AFFAIRS, "30101", "general", Decimal("1200000.00")),
    Planned("", "", PENSION, "30108", "general", Decimal("240000.00")),
    Planned("P01", "企业服务平台运行维护", "2011399", "30227", "general", Decimal("400000.00"), is_procurement=True),
    Planned("P02", "惠企活动经费", "2011399", "30215", "general", Decimal("100000.00")),
)


def finance(house: House) -> None:
    """Two for finance and performance join the centre: one draws up, the other approves."""
    for username, name in (("accountant", "秦财务"), ("treasurer", "尤出纳")):
        made = people.create_member(actor=SYSTEM, now=NOW, username=username, name=name, password=PASSWORD)
        people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=house.centre, role=Role.FINANCE)
        house.accounts[username] = made.account


def draw(house: House, lines: Sequence[Planned] = LINES, kind: str = "initial", reason: str = "") -> BudgetVersion:
    """A version drawn up by one of the two."""
    numbered = list(enumerate(lines, 2))
    actor = house.actor("accountant")
    return budgets.draw(
        actor=actor, now=NOW, year=YEAR, kind=kind, title=f"{YEAR} 年预算", reason=reason, lines=numbered
    )


def approved(house: House, lines: Sequence[Planned] = LINES, kind: str = "initial", reason: str = "") -> BudgetVersion:
    """A version that the other has approved."""
    row = draw(house, lines, kind, reason)
    return budgets.approve(actor=house.actor("treasurer"), now=NOW, version=row.pk)


def paying(
    number: str, day: date, amount: str, *, project: str = "", economic: str = "30101", functional: str = AFFAIRS
) -> Entry:
    """An expenditure as the finance system books it: in the financial accounts and beside them in the budgetary ones."""
    value = Decimal(amount)
    return Entry(
        day, number, "支付款项",
        (
            Side("500101", "业务活动费用", debit=value),
            Side("1011", "零余额账户用款额度", credit=value),
            Side("720101", "事业支出", debit=value, functional=functional, economic=economic, money="general", project=project),
            Side("6001", "财政拨款预算收入", credit=value),
        ),
    )  # fmt: skip


def post(house: House, entry: Entry) -> Voucher:
    return ledger.post(actor=house.actor("accountant"), now=NOW, entry=entry, origin=f"desk:{entry.number}")


def projects() -> list[Project]:
    return list(Project.objects.filter(year=YEAR))


def fill_execution(house: House) -> None:
    """An approved budget and three months of vouchers: 100,000 of basics, 8,000 and 4,000 of the two projects each month."""
    approved(house)
    for month in (1, 2, 3):
        post(house, paying(f"记-{month}", date(YEAR, month, 20), "100000.00"))
        post(
            house,
            paying(
                f"维-{month}", date(YEAR, month, 22), "8000.00", project="P01", economic="30227", functional="2011399"
            ),
        )
        post(
            house,
            paying(
                f"付-{month}", date(YEAR, month, 25), "4000.00", project="P02", economic="30215", functional="2011399"
            ),
        )


def fill(house: House) -> dict[str, object]:
    """Everything that the pages show."""
    finance(house)
    fill_execution(house)
    version = BudgetVersion.objects.get(state="approved")
    draft = draw(house, [Planned("P02", "惠企活动经费", "2011399", "30215", "general", Decimal("-20000.00"))],
                 kind="adjustment", reason="区财政局 2026 年 8 月调整通知")  # fmt: skip
    voucher = Voucher.objects.get(number="付-3")
    tried = ledger.try_file(
        actor=house.actor("accountant"), now=NOW, name="九月凭证.csv", digest="0" * 64, rows=4,
        entries=[(2, paying("记-9", date(YEAR, 9, 20), "5000.00"))], unread=[],
    )  # fmt: skip
    for month in (1, 2, 3):
        ledger.close_month(actor=house.actor("accountant"), now=NOW, year=YEAR, month=month)
    line = version.lines.exclude(project=None).order_by("pk").first()
    assert line is not None
    asked = Ask(date(YEAR, 1, 1), date(YEAR, 9, 30), NOW)
    frozen = freeze(
        actor=house.actor("accountant"), now=NOW, measure=measure("disclosure.spent"), ask=asked, purpose="年度自评"
    )
    return (
        promise(house)
        | {
            "snapshot": frozen.pk,
            "budget": version.pk,
            "budget_draft": draft.pk,
            "voucher": voucher.pk,
            "voucher_import": tried.pk,
            "project": line.project_id,
        }
        | accounts(house)
    )


def accounts(house: House) -> dict[str, object]:
    """Final accounts that are being composed, and others that are published."""
    actor, unit = house.actor("accountant"), "临江市云桥区企业服务中心"
    begun = Account.objects.create(year=YEAR, unit=unit, begun_at=NOW)
    made = composing.composed(actor=actor, year=YEAR, unit=unit, words={}, prior=None, published=NOW)
    raw = freezing.dumped(made)
    published = Account.objects.create(
        year=YEAR - 1, unit=unit, begun_at=NOW, state="published", drawn_by=1, reviewed_by=2, published_by=3,
        published_at=NOW, frozen=freezing.packed(raw), digest=freezing.digest_of(raw),
    )  # fmt: skip
    return {"final_account": begun.pk, "published_account": published.pk}


def promise(house: House) -> dict[str, object]:
    """Goals of the year that are approved, and a self-evaluation that is begun."""
    lines = [
        Promised("办好企业诉求", "产出指标", "时效指标", "按时回复率", "≥95%", Decimal(50), measure="appeals.reply"),
        Promised("办好企业诉求", "效益指标", "社会效益指标", "营商环境", "有效提升", Decimal(30)),
    ]
    actor, numbered = house.actor("accountant"), list(enumerate(lines, 2))
    plan = performance.draw(
        actor=actor, now=NOW, year=YEAR, name="单位整体支出", project="", scheme="hubei", lines=numbered
    )
    performance.approve(actor=house.actor("treasurer"), now=NOW, plan=plan.pk)
    performance.fill(actor=actor, now=NOW, plan=plan.pk)
    return {"plan": plan.pk, "indicator": Indicator.objects.get(measure="").pk}

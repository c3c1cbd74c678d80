"""Who sees and does what after payment.

| what                                            | who                                                               |
|-------------------------------------------------|-------------------------------------------------------------------|
| obligations and claw-backs                      | whoever sees the application                                      |
| reporting, answering a proposed claw-back       | those who speak for the enterprise                                |
| confirming a report, asking once, noting a breach, proposing | handler of the scheme's unit                         |
| deciding a claw-back                            | supervisor of the centre who has not proposed it                  |
| entering a bank's receipt                       | finance, who has neither proposed nor decided it                  |
| confirming the receipt                          | another of finance, under the same condition                      |
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from qifu.domain.grants import access as grants
from qifu.domain.grants.models import Clawback, Obligation, Repayment
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

NONE = "没有这项约定，或您无权查看。请从列表进入。"


def visible(actor: Actor) -> QuerySet[Obligation]:
    """The obligations of applications that the actor may see."""
    rows = Obligation.objects.exclude(state="void")
    if actor.kind == "system":
        return rows
    return rows.filter(application__in=grants.visible(actor).values("pk"))


def obligation(actor: Actor, number: int, *, lock: bool = False) -> Obligation:
    """Fetch, and perhaps lock, an obligation.

    :raises Missing: there is none for this actor.
    """
    seen = visible(actor).filter(pk=number)
    rows = seen.select_for_update(of=("self",)) if lock else seen
    row = rows.select_related("application__version__scheme", "application__version__line", "file").first()
    if row is None:
        raise Missing(NONE)
    return row


def clawback(actor: Actor, number: str, *, lock: bool = False) -> Clawback:
    """Fetch, and perhaps lock, a claw-back of an obligation that the actor may see.

    :raises Missing: there is none for this actor.
    """
    seen = Clawback.objects.filter(number=number, obligation__in=visible(actor).values("pk"))
    rows = seen.select_for_update(of=("self",)) if lock else seen
    row = rows.select_related("obligation__application__version__scheme", "file").first()
    if row is None:
        raise Missing(NONE)
    return row


def repayment(actor: Actor, number: int) -> Repayment:
    """Fetch and lock a sum that came back, for finance.

    :raises Forbidden: not finance. :raises Missing: there is none.
    """
    grants.require_payer(actor)
    row = Repayment.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise Missing("没有这笔退款，请刷新页面。")
    return row


def require_contact(actor: Actor, row: Obligation) -> None:
    """:raises Forbidden: does not speak for the enterprise."""
    if not actor.is_contact or row.enterprise_id not in actor.enterprises:
        raise Forbidden("这一步只能由企业自己办理。")


def is_lead(actor: Actor, row: Obligation) -> bool:
    """Whether the actor is of the unit that answers for the scheme."""
    return actor.is_staff and row.application.version.scheme.unit_id in grants.led(actor)


def require_lead(actor: Actor, row: Obligation) -> None:
    """:raises Forbidden: not a handler of the unit that answers for the scheme."""
    if not is_lead(actor, row):
        raise Forbidden("这一步由项目的负责单位办理。")


def is_decider(actor: Actor) -> bool:
    """Whether the actor decides claw-backs."""
    return any(p.role is Role.SUPERVISOR and p.unit_kind == "centre" for p in actor.posts)


def require_decider(actor: Actor, row: Clawback) -> None:
    """:raises Forbidden: not a supervisor of the centre, or who proposed it."""
    if not is_decider(actor):
        raise Forbidden("追回由中心督办员决定。")
    if actor.account == row.proposed_by:
        raise Forbidden(f"提出和决定不能是同一个人{grants.SEPARATION}。请由同事决定。")


def require_cashier(actor: Actor, row: Clawback) -> None:
    """:raises Forbidden: not finance, or who proposed or decided it."""
    grants.require_payer(actor)
    if actor.account in (row.proposed_by, row.decided_by):
        raise Forbidden(f"提出或决定追回的人不能登记退款{grants.SEPARATION}。请由同事办理。")


def waiting(actor: Actor) -> Q:
    """What of the obligations waits for the actor, by every post that is held; open days are judged by the lists."""
    found = Q(application__version__scheme__unit__in=grants.led(actor), state__in=("reported", "breached"))
    if is_decider(actor):
        found |= Q(state="clawback", clawbacks__state="hearing")
    if grants.may_pay(actor):
        found |= Q(state="clawback", clawbacks__state="owed")
    return found

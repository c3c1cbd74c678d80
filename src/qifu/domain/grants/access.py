"""Who sees and does what in grants, as data; and the doors: fetch and authorise in one function.

| what                                        | who                                                                         |
|---------------------------------------------|-----------------------------------------------------------------------------|
| published schemes, lists in publicity       | everybody                                                                   |
| schemes in work                             | all of the staff                                                            |
| writing schemes                             | policy editor, administrator                                                |
| publishing and closing schemes              | policy editor, supervisor of the centre, administrator; never the author    |
| applications                                | those who speak for the enterprise; supervisor, policy editor, finance,     |
|                                             | leader, auditor, administrator; handler and leader of the scheme's unit;    |
|                                             | reviewers of a unit that has a seat                                         |
| form check, joint review, lists, objections | handler of the scheme's unit; where the centre answers: its policy editor   |
| scoring                                     | reviewer of the unit that has the seat, without a conflict                  |
| site visits                                 | who does the form check; reviewer of a unit that has a seat, no conflict    |
| deciding                                    | supervisor of the centre who has not checked or scored it                   |
| fund lines, batches, the bank's answers     | finance, who has not checked, scored or decided what is paid                |
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.domain.grants.models import (
    Application,
    BankReturn,
    Decision,
    FundLine,
    Notice,
    Objection,
    PaymentBatch,
    Seat,
    SiteVisit,
    Stay,
    Version,
)
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

WRITERS = (Role.POLICY_EDITOR, Role.ADMINISTRATOR)
PUBLISHERS = (Role.POLICY_EDITOR, Role.SUPERVISOR)
OVERSEERS = (Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR, Role.FINANCE)
NO_APPLICATION = "没有这件申报，或您无权查看。请核对编号，或从列表进入。"
SEPARATION = "（《行政事业单位内部控制规范（试行）》第十二条：不相容岗位相互分离）"
APART = f"您参与过这件申报的审查或决定，不能再经手它的下一环节{SEPARATION}。请由同事办理。"


def is_official(actor: Actor) -> bool:
    """Whether the actor is of the staff and has come for more than running a building."""
    return actor.is_staff and any(post.role is not Role.BUILDING_MANAGER for post in actor.posts)


def account_of(actor: Actor) -> int:
    """:raises Forbidden: nobody is signed in."""
    if actor.account is None:
        raise Forbidden("请登录后再操作。")
    return actor.account


def may_write(actor: Actor) -> bool:
    """Whether the actor writes schemes."""
    return actor.is_staff and actor.has_role(*WRITERS)


def may_publish(actor: Actor) -> bool:
    """Whether the actor puts out schemes that somebody else wrote."""
    own = any(post.role in PUBLISHERS and post.unit_kind == "centre" for post in actor.posts)
    return actor.is_staff and (own or actor.has_role(Role.ADMINISTRATOR))


def may_pay(actor: Actor) -> bool:
    """Whether the actor handles money: lines of the budget, batches, answers of the bank."""
    return actor.is_staff and actor.has_role(Role.FINANCE)


def sees_money(actor: Actor) -> bool:
    """Whether the actor looks at the money of all schemes."""
    return actor.is_staff and (sees_all(actor) or actor.has_role(Role.FINANCE))


def sees_all(actor: Actor) -> bool:
    """Whether the actor looks at every application."""
    central = any(p.role in (Role.SUPERVISOR, Role.POLICY_EDITOR) and p.unit_kind == "centre" for p in actor.posts)
    overseer = any(p.role in OVERSEERS and (p.unit_kind == "centre" or p.role is Role.FINANCE) for p in actor.posts)
    return actor.kind == "system" or central or overseer


def led(actor: Actor) -> frozenset[int]:
    """The units for which the actor checks applications."""
    editor = {p.unit for p in actor.posts if p.role is Role.POLICY_EDITOR and p.unit_kind == "centre"}
    return actor.units(Role.HANDLER) | editor


def visible(actor: Actor) -> QuerySet[Application]:
    """The applications that the actor may see; nobody but its enterprise sees a draft, which sees no list before it was told of it."""
    if actor.is_contact:
        told = Exists(Stay.objects.filter(application=OuterRef("pk"), state="offered"))
        own = Application.objects.filter(enterprise__in=actor.enterprises).exclude(state="listed")
        return own.filter(~Q(state="dropped") | told)
    rows = Application.objects.exclude(state="draft")
    if sees_all(actor):
        return rows
    if not actor.is_staff:
        return rows.none()
    seats = Seat.objects.filter(unit__in=actor.units(Role.REVIEWER)).values("application")
    return rows.filter(Q(version__scheme__unit__in=led(actor) | actor.units(Role.LEADER)) | Q(pk__in=seats))


def application(actor: Actor, number: str, *, lock: bool = False) -> Application:
    """Fetch, and perhaps lock, an application that the actor may see.

    :raises Missing: there is none for this actor; foreign and missing answer alike.
    """
    found = visible(actor).filter(number=number)
    if not lock:
        row = found.select_related("version__scheme", "version__line").first()
    else:
        pk = found.values_list("pk", flat=True).first()
        rows = Application.objects.select_for_update(of=("self",)).select_related("version__scheme", "version__line")
        row = rows.filter(pk=pk or 0).first()
    if row is None:
        raise Missing(NO_APPLICATION)
    return row


def judges(applications: list[int]) -> dict[int, set[int]]:
    """The accounts that checked, visited, scored or decided each application."""
    found: dict[int, set[int]] = {number: set() for number in applications}
    for rows in (
        Application.objects.filter(pk__in=applications).values_list("pk", "checker"),
        Seat.objects.filter(application__in=applications).values_list("application_id", "account"),
        SiteVisit.objects.filter(application__in=applications).values_list("application_id", "account"),
        Decision.objects.filter(application__in=applications).values_list("application_id", "by"),
    ):
        for number, account in rows:
            if account is not None:
                found[number].add(account)
    return found


def relations(actor: Actor, row: Application) -> frozenset[str]:
    """What the actor is to the application: contact, lead, decider, finance, system. Steps name these."""
    if actor.kind == "system":
        return frozenset({"system"})
    if actor.is_contact:
        return frozenset({"contact"} if row.enterprise_id in actor.enterprises else ())
    found = set()
    if row.version.scheme.unit_id in led(actor):
        found.add("lead")
    if any(p.role is Role.SUPERVISOR and p.unit_kind == "centre" for p in actor.posts):
        found.add("decider")
    if may_pay(actor):
        found.add("finance")
    return frozenset(found)


def seat(actor: Actor, row: Application, *, lock: bool = False) -> Seat:
    """Fetch the place of the actor's unit in the present review of an application.

    :raises Forbidden: the actor's unit has none.
    """
    rows = Seat.objects.select_for_update() if lock else Seat.objects.all()
    held = rows.filter(application=row, round=row.round, unit__in=actor.units(Role.REVIEWER)).order_by("pk").first()
    if held is None:
        raise Forbidden("您所在的单位没有参加这件申报的会审。")
    return held


def visiting_unit(actor: Actor, row: Application) -> int:
    """The unit on whose behalf the actor goes to the site of an application.

    :raises Forbidden: neither the unit that checks it, nor one that has a seat in its review and no conflict.
    """
    if "lead" in relations(actor, row):
        return row.version.scheme.unit_id
    held = seat(actor, row)
    if held.has_conflict:
        raise Forbidden("您的单位已经回避这件申报，不能参加现场核查。")
    return held.unit_id


def version(actor: Actor, number: int, *, lock: bool = False) -> Version:
    """Fetch a version of a scheme for the staff.

    :raises Forbidden: not of the staff. :raises Missing: there is none.
    """
    require_official(actor)
    rows = Version.objects.select_for_update(of=("self",)) if lock else Version.objects.all()
    row = rows.select_related("scheme", "line").filter(pk=number).first()
    if row is None:
        raise Missing("没有这个兑现项目，请返回列表重新选择。")
    return row


def notice(number: str, *, lock: bool = False) -> Notice:
    """Fetch a public list, for everybody."""
    rows = Notice.objects.select_for_update(of=("self",)) if lock else Notice.objects.all()
    row = rows.select_related("version__scheme").filter(number=number).first()
    if row is None:
        raise Missing("没有这份公示，可能编号有误，请返回列表查找。")
    return row


def objection(actor: Actor, number: str) -> Objection:
    """Fetch and lock an objection for whoever settles it.

    :raises Missing: there is none for this actor.
    """
    rows = Objection.objects.select_for_update(of=("self",)).select_related("application__version__scheme")
    held = rows.filter(number=number, application__version__scheme__unit__in=led(actor))
    row = held.first() if actor.is_staff else None
    if row is None:
        raise Missing("没有这条异议，或它由其他单位处理。请返回列表重新查找。")
    return row


def batch(actor: Actor, number: str, *, lock: bool = False) -> PaymentBatch:
    """Fetch a batch of payments for whoever looks at money.

    :raises Forbidden: the actor does not. :raises Missing: there is none.
    """
    require_money(actor)
    rows = PaymentBatch.objects.select_for_update() if lock else PaymentBatch.objects.all()
    row = rows.filter(number=number).first()
    if row is None:
        raise Missing("没有这个拨付批次，请返回列表重新选择。")
    return row


def bank_return(actor: Actor, number: int) -> BankReturn:
    """Fetch a file that came back from the bank, for whoever looks at money."""
    require_money(actor)
    row = BankReturn.objects.filter(pk=number).first()
    if row is None:
        raise Missing("没有这份银行回单，请返回列表重新选择。")
    return row


def line(actor: Actor, number: int) -> FundLine:
    """Fetch a line of the budget for whoever looks at money."""
    require_money(actor)
    row = FundLine.objects.filter(pk=number).first()
    if row is None:
        raise Missing("没有这条预算，请返回列表重新选择。")
    return row


def require_official(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if actor.kind != "system" and not is_official(actor):
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")


def require_writer(actor: Actor) -> None:
    """:raises Forbidden: the actor does not write schemes."""
    if not may_write(actor):
        raise Forbidden("您的角色不能编写兑现项目，请联系政策编辑或管理员。")


def require_publisher(actor: Actor) -> None:
    """:raises Forbidden: the actor does not put schemes out."""
    if not may_publish(actor):
        raise Forbidden("只有中心的政策编辑、督办员和管理员可以发布和停止兑现项目。")


def require_payer(actor: Actor) -> None:
    """:raises Forbidden: the actor does not handle money."""
    if actor.kind != "system" and not may_pay(actor):
        raise Forbidden("只有财务人员可以办理预算和拨付。")


def require_money(actor: Actor) -> None:
    """:raises Forbidden: the actor does not look at money."""
    require_official(actor)
    if actor.kind != "system" and not sees_money(actor):
        raise Forbidden("只有财务、督办、政策编辑、领导、审计和管理人员可以查看资金。")


def require_apart(actor: Actor, applications: list[int]) -> None:
    """:raises Forbidden: the actor has judged one of them."""
    if actor.account is not None and any(actor.account in who for who in judges(applications).values()):
        raise Forbidden(APART)

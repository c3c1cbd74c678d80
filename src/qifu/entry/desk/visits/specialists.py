"""Who looks after whom: load and reach, bound by rules, handed over; profile and training of one specialist."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.people import queries as people
from qifu.domain.people import service
from qifu.domain.people.actions.service import LANGUAGES, colleague_to_keep, enter_training, may_keep, write_profile
from qifu.domain.registry import queries as registry
from qifu.domain.visits import access, rules
from qifu.domain.visits.actions import binding, granting, moving
from qifu.domain.visits.queries import bindings, wishes
from qifu.engines.calendar import SHANGHAI
from qifu.engines.codes import industries
from qifu.entry.desk.visits import asked
from qifu.entry.theme.attachments import sent, workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Filter, FilterBar
from qifu.kernel.errors import Invalid, Missing
from qifu.output.charts.tables import as_xlsx

HEADS = (
    "专员",
    "单位",
    "街道",
    "负责企业（家）",
    "负责楼宇（栋）",
    "待走访",
    "一年内走访",
    "一年内走访企业（家）",
    "培训（次）",
    "学时",
)
SHOWN = 50


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """Specialists with what they look after and what they did."""
    request = cast(PersonRequest, incoming)
    found, values = _found(request)
    page = asked.number(request.GET.get("page", "")) or 1
    kept = access.kept_streets(request.actor)
    units = people.unit_tree().units
    unbound = bindings.unbound_by_street(request.actor)
    context = {
        "found": found[(page - 1) * SHOWN : page * SHOWN],
        "count": len(found),
        "before": page - 1,
        "after": page + 1 if page * SHOWN < len(found) else 0,
        "bar": FilterBar(
            (
                Filter("q", "专员", "search", placeholder="姓名"),
                Filter("street", "街道", choices=asked.units("street")),
            ),
            values,
        ),
        "wishes": wishes.waiting(request.actor),
        "unbound": [(street, units[street].short_name, count) for street, count in unbound.items()],
        "may_keep": bool(kept),
        "takers": found,
    }
    return render(request, "visits/specialists.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The same as a workbook; that it was carried away is recorded."""
    request = cast(PersonRequest, incoming)
    found, values = _found(request)
    rows = [
        (one.name, one.unit_name, one.street_name, one.enterprises, one.buildings, one.ahead, one.done, one.reached,
         one.trainings, float(one.hours))
        for one in found
    ]  # fmt: skip
    moving.note_export(actor=request.actor, now=request.now, rows=len(rows), filters={"list": "specialists", **values})
    return workbook(as_xlsx([("服务专员", HEADS, rows)]), f"服务专员{request.now.astimezone(SHANGHAI):%Y%m%d}.xlsx")


def _found(request: PersonRequest) -> tuple[tuple[bindings.Load, ...], dict[str, str]]:
    street, q = asked.number(request.GET.get("street", "")), request.GET.get("q", "").strip()[: asked.LONGEST]
    return bindings.loads(request.actor, request.now, street=street, q=q), {"q": q, "street": str(street or "")}


@require_GET
def preview(incoming: HttpRequest, street: int) -> HttpResponse:
    """Whom the rules would give the enterprises of a street that nobody looks after."""
    request = cast(PersonRequest, incoming)
    ties = binding.preview(actor=request.actor, now=request.now, street=street)
    names = registry.names(one.enterprise for one in ties[:SHOWN])
    who = people.names({one.account for one in ties})
    counted: dict[tuple[str, str], int] = {}
    for one in ties:
        key = (who[one.account], rules.label(one.rule))
        counted[key] = counted.get(key, 0) + 1
    context = {
        "street": people.unit(street),
        "count": len(ties),
        "counted": sorted((*key, n) for key, n in counted.items()),
        "ties": [(names[one.enterprise], who[one.account], rules.label(one.rule), one.why) for one in ties[:SHOWN]],
    }
    return render(request, "visits/deal.html", context)


@require_POST
def deal(incoming: HttpRequest, street: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = binding.deal(actor=request.actor, now=request.now, street=street)
    messages.success(request, f"已分配 {row.bound} 家企业。")
    return redirect("desk_specialists")


@require_POST
def hand_over(incoming: HttpRequest, account: int) -> HttpResponse:
    """Hand all that one looks after to others."""
    request = cast(PersonRequest, incoming)
    takers = [found for text in request.POST.getlist("takers") if (found := asked.number(text)) is not None]
    row = binding.hand_over(
        actor=request.actor, now=request.now, giver=account, takers=takers, why=request.POST.get("why", "")
    )
    messages.success(request, f"已移交 {row.bound} 项，待走访的一并转给接手的专员。")
    return redirect("desk_specialists")


@require_POST
def answer(incoming: HttpRequest, wish: int) -> HttpResponse:
    """Answer an enterprise that asked for another specialist."""
    request = cast(PersonRequest, incoming)
    granting.answer_change(
        actor=request.actor, now=request.now, wish=wish, answer=request.POST.get("answer", ""),
        account=asked.number(request.POST.get("account", "")),
    )  # fmt: skip
    messages.success(request, "已答复，企业在“我的企业”里可以看到。")
    return redirect("desk_specialists")


@require_GET
def page(incoming: HttpRequest, account: int) -> HttpResponse:
    """One specialist: what is looked after, profile, training."""
    request = cast(PersonRequest, incoming)
    one = _one(request, account)
    at = asked.number(request.GET.get("page", "")) or 1
    tied, count = bindings.of_specialist(request.actor, account, at)
    context = {
        "one": one,
        "tied": tied,
        "count": count,
        "before": at - 1,
        "after": at + 1 if at * bindings.PAGE < count else 0,
        "trainings": service.trainings(account),
        "languages": LANGUAGES,
        "sections": [(section.code, section.name) for section in industries.sections()],
        "may_write": request.actor.account == account or may_keep(request.actor, one.unit),
        "may_bind": one.unit in access.units_of(request.actor, *access.KEEPERS) or access.is_clerk(request.actor),
        "others": [
            other for other in bindings.loads(request.actor, request.now) if other.street_name == one.street_name
        ],
    }
    return render(request, "visits/specialist.html", context)


def _one(request: PersonRequest, account: int) -> bindings.Load:
    found = {one.account: one for one in bindings.loads(request.actor, request.now)}
    if account not in found:
        raise Missing("没有这位服务专员，请返回列表重新选择。")
    return found[account]


@require_GET
def photo(incoming: HttpRequest, account: int) -> FileResponse:
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    return shown(account)


def shown(account: int) -> FileResponse:
    """The face, to be looked at on a page."""
    response = sent(*service.photo(account))
    response["Content-Disposition"] = "inline"
    return response


@require_POST
def profile(incoming: HttpRequest, account: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    picture = request.FILES.get("photo")
    write_profile(
        actor=request.actor, now=request.now, account=account, languages=request.POST.getlist("languages"),
        sections=request.POST.getlist("sections"), intro=request.POST.get("intro", ""),
        photo=cast(BinaryIO, picture) if picture else None,
    )  # fmt: skip
    messages.success(request, "专员信息已保存，负责的企业马上能看到。")
    return redirect("desk_specialist", account)


@require_POST
def training(incoming: HttpRequest, account: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    colleague_to_keep(request.actor, request.now, account)
    day = asked.day_of(request.POST.get("day", ""))
    if day is None:
        raise Invalid("请选择培训日期。", {"day": "请选择培训日期。"})
    try:
        hours = Decimal(request.POST.get("hours", "").strip()).quantize(Decimal("0.1"))
    except (InvalidOperation, ValueError):
        raise Invalid("学时请填数字。", {"hours": "请填数字。"}) from None
    enter_training(
        actor=request.actor, now=request.now, account=account, title=request.POST.get("title", ""), day=day, hours=hours,
        certificate=request.POST.get("certificate", ""), good_until=asked.day_of(request.POST.get("good_until", "")),
    )  # fmt: skip
    messages.success(request, "培训记录已登记。")
    return redirect("desk_specialist", account)

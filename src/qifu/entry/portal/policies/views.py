"""Without signing in: the library with facets and search, one item, the calendar of windows, the calculator."""

from __future__ import annotations

from typing import Any, cast

from allauth.core.internal import ratelimit
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from qifu.domain.policies import facts
from qifu.domain.policies.queries import calculator as calculating
from qifu.domain.policies.queries import mine, public
from qifu.engines.codes import industries
from qifu.entry.portal.certify import choice
from qifu.entry.theme import attachments
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import FileItem
from qifu.kernel.errors import TooMany
from qifu.output.charts import tables

LABELS = {
    "level": "层级", "kind": "种类", "theme": "主题", "unit": "负责单位", "section": "行业", "when": "受理时间", "steps": "办理方式",
}  # fmt: skip
SORTS = (("", "最相关"), ("closes", "最早截止"), ("newest", "最近执行"))
LONGEST_Q = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFFERED = 12  # industries to choose from


@never_cache
@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """The items in force, found by words and facets; what is set stays in the address."""
    request = cast(PersonRequest, incoming)
    on = facts.day(request.now)
    q, given, sort = _asked(request)
    page = public.found(on, q, given, sort=sort, place=number_of(request.GET.get("from", "")))
    facets = [(name, label, page.facets[name], given[name]) for name, label in LABELS.items()]
    context = {
        "page": page,
        "q": q,
        "sort": sort,
        "sorts": SORTS,
        "facets": facets,
        "set": [
            (label, {code: text for code, text, _ in values}.get(value, value), _without(request.GET, name))
            for name, label, values, value in facets
            if value
        ],
        "on": on,
    }
    return render(request, "policies/list.html", context)


def _asked(request: PersonRequest) -> tuple[str, dict[str, str], str]:
    """What the address asks for: words, facets, order."""
    given = {name: request.GET.get(name, "")[:40] for name in LABELS}
    return request.GET.get("q", "").strip()[:LONGEST_Q], given, request.GET.get("sort", "")


@never_cache
@require_GET
def export(incoming: HttpRequest) -> HttpResponse:
    """The list as asked for, as a table to take away."""
    request = cast(PersonRequest, incoming)
    if not ratelimit.consume(request, app="allauth.account", action="policies_export", limit_get=True):
        raise TooMany("下载得太频繁，每分钟最多 12 次，请稍后再试。")
    on = facts.day(request.now)
    q, given, sort = _asked(request)
    cards = public.found(on, q, given, sort=sort, size=public.MOST).cards
    rows = ((*public.row(one), request.build_absolute_uri(reverse("portal_policy", args=[one.code]))) for one in cards)
    name = f"policies-{on:%Y%m%d}"
    if request.GET.get("as") == "csv":
        sent = b"".join(tables.as_csv(public.HEADS, rows))
        return _sent(sent, f"{name}.csv", "text/csv; charset=utf-8")
    return _sent(tables.as_xlsx([(public.SHEET, public.HEADS, rows)]), f"{name}.xlsx", XLSX)


def _sent(body: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@never_cache
@require_GET
def item(incoming: HttpRequest, code: str) -> HttpResponse:
    """One item; to a contact also whether the enterprise fits, with every reason."""
    request = cast(PersonRequest, incoming)
    on = facts.day(request.now)
    sheet = public.item(code, on)
    context: dict[str, Any] = {"sheet": sheet, "card": sheet.card, "row": sheet.revision, "on": on}
    context["files"] = [
        FileItem(one.name, reverse("portal_policy_file", args=[code, one.pk]), one.size) for one in sheet.files
    ]
    enterprise = choice.current(request) if request.actor.is_contact else None
    if enterprise is not None:
        context["own"] = mine.shown(request.actor, enterprise, code, on)
    return render(request, "policies/item.html", context)


@require_GET
def attachment(incoming: HttpRequest, code: str, file: int) -> FileResponse:
    """An attachment of the document behind an item in force."""
    request = cast(PersonRequest, incoming)
    return attachments.sent(*public.attachment(code, facts.day(request.now), file))


@never_cache
@require_GET
def calendar(incoming: HttpRequest) -> HttpResponse:
    """What begins and ends in the coming months."""
    request = cast(PersonRequest, incoming)
    on = facts.day(request.now)
    given = {name: request.GET.get(name, "")[:40] for name in ("level", "theme")}
    months = public.calendar(on, wanted=given)
    context = {
        "months": months,
        "on": on,
        "given": given,
        "levels": list(public.LEVELS.items()),
        "themes": public.themes(on),
        "is_empty": not any(month.begins or month.ends for month in months),
    }
    return render(request, "policies/calendar.html", context)


@never_cache
@require_GET
def calculator(incoming: HttpRequest) -> HttpResponse:
    """Some questions, chosen by how much they decide; the answers stay in the address and nowhere else."""
    request = cast(PersonRequest, incoming)
    given = {name: request.GET[name].strip()[:40] for name in request.GET if calculating.askable(name)}
    stand = calculating.stand(facts.day(request.now), given)
    for name in stand.problems:  # asked again, with what is wrong beside it
        given.pop(name, None)
    if stand.problems:
        again = calculating.stand(facts.day(request.now), given)
        wrong = next(iter(stand.problems))
        field = next(one.field for one in stand.answered if one.field.name == wrong)
        context = _asking(request, again, given) | {
            "question": field,
            "is_ratio": mine.is_ratio(field),
            "problem": stand.problems[wrong],
        }
        return render(request, "policies/calculator.html", context, status=422)
    return render(request, "policies/calculator.html", _asking(request, stand, given))


def _asking(request: PersonRequest, stand: calculating.Stand, given: dict[str, str]) -> dict[str, Any]:
    words = request.GET.get("trade", "").strip()[:40]
    offered = industries.search(words, OFFERED) if words else ()
    answered = [(one, _without(request.GET, one.field.name)) for one in stand.answered if one.field.name in given]
    return {
        "stand": stand,
        "question": stand.question,
        "is_ratio": stand.question is not None and mine.is_ratio(stand.question),
        "answered": answered,
        "given": given,
        "trade": words,
        "offered": [one for one in offered if len(one.code) >= 4],
        "can": stand.can[:30],
        "maybe": stand.maybe[:10],
        "step": len(given) + 1,
    }


def number_of(text: str) -> int:
    """A place in a list from the address; anything else is its beginning."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _without(query: QueryDict, name: str) -> str:
    """The address with one part taken out, and back at the beginning of the list."""
    kept = query.copy()
    for part in (name, "from", "trade"):
        kept.pop(part, None)
    return f"?{kept.urlencode()}"

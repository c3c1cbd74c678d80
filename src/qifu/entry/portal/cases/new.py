"""Submit: one page, what is known filled in, answers and own open cases offered while typing, a receipt at once."""

from __future__ import annotations

import hashlib
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.appeals.actions.submit import Request, submit
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.queries.catalogue import CategoryView, categories
from qifu.domain.appeals.queries.similar import just_submitted, similar
from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.publishing import actions as publishing
from qifu.domain.publishing import queries as knowledge
from qifu.domain.registry import agencies
from qifu.engines.codes import phones
from qifu.entry.portal.cases import promised
from qifu.entry.portal.cases.door import for_contacts
from qifu.entry.portal.cases.forms import DEFAULTS, KINDS, URGENCIES, CaseForm, first_line
from qifu.entry.portal.certify import choice
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Forbidden, Invalid

ENOUGH_TYPED = 6  # characters before anything is looked for
TAKEN = "这一页刚才已经提交过另一份内容，那件已经收到。下面填写的是另一件事，请再按一次“提交”。"


@for_contacts
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Raise a need."""
    if request.method == "GET":
        return _page(request, CaseForm(initial=_known(request)))
    kept, problem = needs.uploads(request.POST, request.FILES, "files", actor=request.actor, now=request.now)
    if problem:
        form = CaseForm(request.POST, problems={"files": problem}, kept=kept)
        return _page(request, form, status=422)
    wanted, key = _read(request, [file.id for file in kept]), request.POST.get("idempotency_key", "")
    first = _first(request, wanted, key)
    if first:
        return _page(request, CaseForm(request.POST, kept=kept), status=409, first=first)
    try:
        case = submit(actor=request.actor, now=request.now, request=wanted, key=key)
    except (Invalid, Forbidden, Conflict) as refusal:
        form = CaseForm(request.POST, problems=_problems(refusal, request), kept=kept)
        return _page(request, form, status=refusal.status)
    return redirect("portal:receipt", number=case.number)


def _first(request: PersonRequest, wanted: Request, key: str) -> str:
    """The case that was begun with the same words a moment ago, unless the person has seen it named and goes on."""
    if not wanted.category:
        return ""  # what is lacking is said first
    found = just_submitted(
        actor=request.actor,
        now=request.now,
        title=wanted.title,
        body=wanted.body,
        enterprise=wanted.enterprise,
        key=key,
    )
    return "" if found == request.POST.get("again") else found


def _problems(refusal: Invalid | Forbidden | Conflict, request: PersonRequest) -> dict[str, str]:
    """What is wrong, field by field. The title is made of the text, so a text that is lacking is no lacking title."""
    if isinstance(refusal, Conflict):
        return {"__all__": TAKEN}
    problems = refusal.fields if isinstance(refusal, Invalid) else {}
    if "body" in problems and not request.POST.get("title", "").strip():
        problems = {name: said for name, said in problems.items() if name != "title"}
    return problems or {"__all__": refusal.message}


@for_contacts
@require_POST
def answers(request: PersonRequest) -> HttpResponse:
    """What fits the text so far: answers given before, and own cases that are open."""
    text = " ".join((request.POST.get("title", "")[:100], request.POST.get("body", "")[:1000])).strip()
    if len(text) < ENOUGH_TYPED:
        return HttpResponse("")
    found = knowledge.suggest(text)
    likely = _category(found[0].category) if found else None
    context = {
        "answers": found,
        "similar": similar(actor=request.actor, now=request.now, text=text, limit=2),
        "likely": likely,
    }
    return render(request, "portal/_answers.html", context)


@require_GET
def places(incoming: HttpRequest) -> HttpResponse:
    """Buildings for somebody who is typing a place."""
    found = estate.suggest(incoming.GET.get("place", "")[:50])
    return render(incoming, "portal/_places.html", {"places": found})


@require_POST
def vote(incoming: HttpRequest, article: int) -> HttpResponse:
    """Say whether an answer helped."""
    request = cast(PersonRequest, incoming)
    has_helped = request.POST.get("helped") == "yes"
    session = "" if request.actor.account is not None else _session(request)
    publishing.vote(actor=request.actor, now=request.now, article=article, has_helped=has_helped, session=session)
    return render(request, "portal/_voted.html", {"has_helped": has_helped})


def _category(code: str) -> CategoryView | None:
    """The second-level category in use that bears the code."""
    return next((c for c in categories().by_id.values() if code and c.code == code and c.parent and c.is_active), None)


def _session(request: PersonRequest) -> str:
    """A name for a visitor's session that cannot be turned back into the session."""
    if not request.session.session_key:
        request.session.create()
    return hashlib.sha256(str(request.session.session_key).encode()).hexdigest()[:32]


def _read(request: PersonRequest, files: list[int]) -> Request:
    post = request.POST
    body, place = post.get("body", "").replace("\r\n", "\n"), post.get("place", "").strip()
    chosen = post.get("enterprise", "")
    return Request(
        title=post.get("title", "").strip() or first_line(body) or "",
        body=body,
        category=post.get("category", ""),
        kind=post.get("kind", "appeal"),
        urgency=post.get("urgency", "normal"),
        enterprise=int(chosen) if chosen.isdigit() and len(chosen) < 19 else None,
        building=_building(place),
        place=place,
        contact_name=post.get("contact_name", "").strip(),
        phone=post.get("phone", "").strip(),
        prefers=post.get("prefers", "phone"),
        is_confidential="is_confidential" in post,
        previous=post.get("previous", "")[:20],
        files=files,
    )


def _building(place: str) -> int | None:
    """The building whose name the place begins with; places are offered by that name."""
    if not place:
        return None
    return next((found.id for found in estate.suggest(place.split()[0]) if place.startswith(found.name)), None)


def _known(request: PersonRequest) -> dict[str, object]:
    """What need not be asked: enterprise, place, person, number."""
    actor = request.actor
    enterprise = choice.current(request)
    number = people.phone_to_send(actor.account) if actor.account is not None else ""
    seat = next(iter(estate.places_of(enterprise)), None) if enterprise else None
    place = f"{seat.building.name} {seat.tower}{seat.room}".strip() if seat and seat.until is None else ""
    found = phones.parse(number)
    known: dict[str, object] = {"enterprise": enterprise or "", "place": place, "contact_name": actor.name}
    return DEFAULTS | known | {"phone": found.number if found else number, "previous": request.GET.get("previous", "")}


def _page(request: PersonRequest, form: CaseForm, status: int = 200, first: str = "") -> HttpResponse:
    catalogue = categories()
    chosen = str(form["category"].value() or "")
    groups = [
        {"top": top, "below": below, "is_open": any(c.code == chosen for c in below)}
        for top in catalogue.tops()
        if (below := catalogue.below(top.id))
    ]
    previous = request.POST.get("previous") or request.GET.get("previous", "")
    context = {
        "form": form,
        "groups": groups,
        "chosen": chosen,
        "kinds": KINDS,
        "urgencies": URGENCIES,
        "prefers": words.PREFERS,
        "replies": promised.replies(request.now),
        "hours": promised.service_hours(),
        "firms": agencies.mine(request.actor),
        "previous": previous[:20],
        "first": first,
        "needs_new_key": TAKEN in form.problems.values(),
    }
    return render(request, "portal/new.html", context, status=status)

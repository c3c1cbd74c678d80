"""Evidence, for administrator and auditor: who did what to which object, and whether the chain is whole."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.appeals.queries.concealed import concealed
from qifu.domain.people import queries as people
from qifu.entry.desk.cases import recorded
from qifu.entry.desk.cases.doors import require_inspector
from qifu.entry.desk.cases.walking import BIG, walk
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.evidence import queries
from qifu.kernel.evidence.verify import verify

PAGE = 50


@require_GET
def records(incoming: HttpRequest) -> HttpResponse:
    """The latest records, cut by object, by what was done, by whom."""
    request = cast(PersonRequest, incoming)
    require_inspector(request.actor)
    return render(request, "cases/evidence.html", _context(request))


@require_POST
def verify_now(incoming: HttpRequest) -> HttpResponse:
    """Walk the chain now where it is short; a long one is walked by the worker."""
    request = cast(PersonRequest, incoming)
    require_inspector(request.actor)
    context = _context(request)
    if queries.is_longer(than=BIG):
        walk.enqueue()
        context["is_handed_over"] = True
    else:
        context["report"] = verify()
    return render(request, "cases/evidence.html", context)


def _context(request: PersonRequest) -> dict[str, object]:
    given = {name: request.GET.get(name, "").strip()[:80] for name in ("stream", "verb", "actor", "before")}
    before = given["before"]
    found = queries.latest(
        stream=given["stream"],
        verb=given["verb"],
        actors=_marks(given["actor"]),
        before_id=int(before) if before.isdecimal() and len(before) < 19 else None,
        size=PAGE + 1,
    )
    page = found[:PAGE]
    hidden = concealed(actor=request.actor, streams={row.stream for row in page})
    rows = [row for row in page if not (given["actor"] and recorded.is_told_by(row, hidden))]
    known = recorded.names(rows)
    options = recorded.choices()
    return {
        "rows": [
            (
                row,
                recorded.HIDDEN if recorded.is_told_by(row, hidden) else recorded.who(row.actor, known),
                recorded.told(row, known, is_hidden=row.stream in hidden),
                recorded.verb_label(row.verb),
                recorded.who(row.for_whom, known) if row.for_whom else "",
            )
            for row in rows
        ],
        "next": page[-1].pk if len(found) > PAGE else None,
        "hidden": recorded.HIDDEN,
        "given": given,
        "verbs": options
        if not given["verb"] or _is_known(given["verb"])
        else ((given["verb"], given["verb"]), *options),
        "who": _named(given["actor"]),
        "anchor": queries.anchor(),
        "is_cut": any(given[name] for name in ("stream", "verb", "actor")),
    }


def _is_known(verb: str) -> bool:
    return recorded.verb_label(verb) != verb


def _marks(actor: str) -> list[str] | None:
    """The marks of those asked for: one as evidence writes it, or all who bear the name; None when nobody is asked for."""
    if not actor:
        return None
    kinds = {label: kind for kind, label in recorded.ACTORS.items()}
    if actor in recorded.ACTORS or actor in kinds or ":" in actor:
        return [kinds.get(actor, actor)]
    return people.marks_named(actor)


def _named(actor: str) -> str:
    """What stands in the field: the name, where a link brought a mark."""
    found = recorded.account(actor)
    return people.names([found]).get(found, actor) if found else recorded.ACTORS.get(actor, actor)

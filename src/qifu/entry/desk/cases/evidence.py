"""Evidence, for administrator and auditor: who did what to which object, and whether the chain is whole."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.appeals.flow import FLOWS
from qifu.domain.people import queries as people
from qifu.entry.desk.cases.doors import require_inspector
from qifu.entry.desk.cases.walking import BIG, walk
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.evidence import queries
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import verify

PAGE = 50
ACTORS = {"system": "系统", "visitor": "访客", "staff": "工作人员", "contact": "企业联系人", "service": "外部系统"}


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
        actor=given["actor"],
        before_id=int(before) if before.isdecimal() and len(before) < 19 else None,
        size=PAGE + 1,
    )
    rows = found[:PAGE]
    names = people.names(_account(row.actor) for row in rows)
    return {
        "rows": [(row, _who(row, names), _told(row), _verb(row.verb)) for row in rows],
        "next": rows[-1].pk if len(found) > PAGE else None,
        "given": given,
        "anchor": queries.anchor(),
        "is_cut": any(given[name] for name in ("stream", "verb", "actor")),
    }


def _account(mark: str) -> int | None:
    number = mark.partition(":")[2]
    return int(number) if number.isdecimal() else None


def _who(row: Record, names: dict[int, str]) -> str:
    kind = ACTORS.get(row.actor.partition(":")[0], row.actor)
    name = names.get(_account(row.actor) or 0, "")
    return f"{name}（{kind}）" if name else kind


def _told(row: Record) -> list[tuple[str, object]]:
    """The facts, and what was said or changed where it is kept still."""
    told: list[tuple[str, object]] = list(row.facts.items())
    if row.content_digest is not None:
        body = getattr(getattr(row, "content", None), "body", None)
        told += list(body.items()) if isinstance(body, dict) else [("内容", "（已按规定清除）")]
    return [*told, ("摘要", bytes(row.hash).hex())]


def _verb(verb: str) -> str:
    """A step of a case by its label; empty for what has none."""
    room, _, name = verb.partition(".")
    steps = [flow.steps[name] for flow in FLOWS.values() if name in flow.steps] if room == "appeals" else []
    return steps[0].label if steps else ""

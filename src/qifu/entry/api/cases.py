"""Cases: hand one in, list, look at one, take a step."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.params.functions import Body, Header
from ninja.responses import Status

from qifu.domain.appeals.actions.submit import submit
from qifu.domain.appeals.actions.take import take
from qifu.domain.appeals.queries import lists, sheet
from qifu.engines.flow import Step
from qifu.entry.api import reading
from qifu.entry.api.bearers import ApiRequest
from qifu.entry.api.contract import only_known, told
from qifu.entry.api.handed import AppealFilters, AppealIn, StepIn
from qifu.entry.api.shapes import AppealOut, AppealPage, ReceiptOut, StandingOut, StepsOut, line
from qifu.entry.api.values import Id, Number, StepName
from qifu.kernel.receipts import queries as receipts

router = Router(tags=["诉求"])
READ, WRITE = "appeals:read", "appeals:write"
NOTHING = Body({})
KEY = Header(None, alias="Idempotency-Key", max_length=100, description="同一键重发得到同一结果")


@router.post("", **told(WRITE, {201: ReceiptOut}, 409), summary="提交诉求")
def hand_in(request: HttpRequest, response: HttpResponse, given: AppealIn, key: str | None = KEY) -> Any:
    """Begin a case. A retry with the same key, or from the same system with the same external number, answers 201 with
    the same receipt and the header `Idempotent-Replay: true`."""
    asked = cast(ApiRequest, request)
    wanted = reading.request(asked.actor, given)
    case = submit(actor=asked.actor, now=asked.now, request=wanted, key=key or "")
    if case.submitted_at != asked.now or _is_replay(asked, "appeals.submit", key):
        response["Idempotent-Replay"] = "true"
    response["Location"] = f"{request.path.rstrip('/')}/{case.number}"
    return Status(201, _receipt(asked, case.number))


@router.get("", **told(READ, {200: AppealPage}), summary="诉求列表")
def listing(request: HttpRequest, filters: Query[AppealFilters]) -> Any:
    """Return the cases that the caller may see, newest first or by what is due first."""
    asked = cast(ApiRequest, request)
    only_known(request, AppealFilters.model_fields)
    page = lists.page(
        actor=asked.actor,
        now=asked.now,
        filters=reading.filters(filters),
        cursor=reading.opened(filters.cursor),
        size=filters.size,
        with_count=False,
    )
    return {"items": [line(row) for row in page.lines], "next": reading.sealed(page.next)}


@router.get("/{number}", **told(READ, {200: AppealOut}), summary="一件诉求")
def show(request: HttpRequest, number: Path[Number]) -> Any:
    """Return the case with timeline, clocks, parts and the steps that are possible now."""
    asked = cast(ApiRequest, request)
    found = sheet.sheet(actor=asked.actor, now=asked.now, number=number.upper())
    return _whole(found, asked.actor.is_staff)


@router.get("/{number}/steps", **told(READ, {200: StepsOut}), summary="现在可以做的步骤")
def steps(request: HttpRequest, number: Path[Number]) -> Any:
    """Return what the caller can do now, and what each step asks for."""
    asked = cast(ApiRequest, request)
    found = sheet.sheet(actor=asked.actor, now=asked.now, number=number.upper())
    items = [_step(step) for step in found.steps]
    return {"number": found.line.number, "state": found.line.state, "seq": found.line.seq, "items": items}


@router.get(
    "/{number}/files/{file}",
    **told(READ, {200: None}) | {"openapi_extra": {"x-scope": READ, "responses": {200: {"content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}}},
    summary="下载附件",
)  # fmt: skip
def attachment(request: HttpRequest, number: Path[Number], file: Path[Id]) -> Any:
    """Return one file of the case."""
    asked = cast(ApiRequest, request)
    kept, content = sheet.attachment(actor=asked.actor, number=number.upper(), file=file)
    return FileResponse(content, as_attachment=True, filename=kept.name, content_type="application/octet-stream")


@router.post("/{number}/{step}", **told(WRITE, {200: StandingOut}, 409), summary="办理一步")
def take_step(
    request: HttpRequest,
    response: HttpResponse,
    number: Path[Number],
    step: Path[StepName],
    given: StepIn = NOTHING,
    key: str | None = KEY,
) -> Any:
    """Take a step with what it asks for. 409 with the present state when it is not possible from there."""
    asked, number = cast(ApiRequest, request), number.upper()
    seq = reading.seen(given)
    is_replay = _is_replay(asked, f"appeals.{step} {number}", key)
    values = reading.step_values(asked.actor, number, step, given, is_replay=is_replay)
    case = take(
        actor=asked.actor,
        now=asked.now,
        number=number,
        step=step,
        given=values,
        seq=seq,
        key=key or "",
    )
    if _is_replay(asked, f"appeals.{step} {number}", key):
        response["Idempotent-Replay"] = "true"
    (row,) = lists.as_lines(asked.actor, [case], asked.now)
    return {"number": row.number, "state": row.state, "state_label": row.state_label, "is_open": row.is_open,
            "round": row.round, "seq": row.seq, "due_at": row.due_at}  # fmt: skip


def _is_replay(asked: ApiRequest, act: str, key: str | None) -> bool:
    """Whether the key was settled by an earlier call than this one."""
    made = receipts.made_at(actor=asked.actor, act=act, key=key) if key else None
    return made is not None and made != asked.now


def _receipt(asked: ApiRequest, number: str) -> dict[str, Any]:
    found = sheet.receipt(actor=asked.actor, now=asked.now, number=number)
    clocks = {clock.kind: clock for clock in found.clocks}
    return {
        **line(found.line),
        **{f"{kind}_due": clocks[kind].due if kind in clocks else None for kind in ("accept", "dispatch", "reply")},
        "is_assumed": any(clock.is_assumed for clock in clocks.values()),
        "rules": {kind: clock.rule for kind, clock in clocks.items()},
        "owner": found.owner,
        "external": found.external,
    }


def _whole(found: sheet.Sheet, inside: bool) -> dict[str, Any]:
    """The whole case in the words of the API. Who handles it is told inside only: outside the unit answers."""
    dues = {clock.kind: clock.due for clock in found.clocks}  # of the latest round
    return {
        **line(found.line),
        "body": found.body,
        "place": found.place,
        "contact_name": found.contact_name,
        "phone_masked": found.phone_masked,
        "prefers": found.appeal.prefers,
        "owner": found.duty_owner,
        "handler": found.handler_name if inside else "",
        "is_confidential": found.appeal.is_confidential,
        "external": found.external,
        "accept_due": dues.get("accept"),
        "reply_due": dues.get("reply"),
        "question": found.question,
        "clocks": [asdict(clock) for clock in found.clocks],
        "timeline": [_happening(one) for one in found.happenings],
        "parts": [asdict(part) | {"handler": part.handler_name} for part in found.parts],
        "files": [_file(file) for file in found.files],
        "ratings": [{name: getattr(one, name) for name in _RATING} for one in found.ratings],
        "orders": [{name: getattr(one, name) for name in _ORDER} | {"unit": one.unit_id} for one in found.orders],
        "steps": [step.name for step in found.steps],
        "leader": found.leader.number if found.leader else None,
        "previous": found.previous.number if found.previous else None,
    }


_RATING = ("round", "speed", "result", "attitude", "comment", "at")
_ORDER = ("number", "level", "text", "issued_at", "answer", "answered_at")


def _happening(one: sheet.Happening) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": one.at,
        "step": one.step,
        "label": one.label,
        "who": one.who,
        "text": one.text,
        "details": [{"label": label, "value": str(value)} for label, value in one.details],
        "files": [_file(file) for file in one.files],
        "is_internal": one.is_internal,
        "round": one.round,
    }


def _file(file: Any) -> dict[str, Any]:
    return {"id": file.pk, "name": file.name, "kind": file.kind, "size": file.size}


def _step(step: Step) -> dict[str, Any]:
    needs = [
        {
            "name": need.name,
            "label": need.label,
            "kind": need.kind,
            "required": need.is_required,
            "longest": need.longest,
            "options": [{"value": value, "label": label} for value, label in need.options],
            "hint": need.hint,
        }
        for need in step.needs
    ]
    return {"name": step.name, "label": step.label, "needs": needs, "confirms": step.confirms}

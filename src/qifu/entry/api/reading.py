"""From the caller's words to the domain's: codes to ids, dates to days, cursors to keys. Judges form only, never rights."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import date

from qifu.domain.appeals import access
from qifu.domain.appeals.actions.submit import Request
from qifu.domain.appeals.flow import FLOWS
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.lists import Filters
from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.engines.codes import credit
from qifu.engines.flow import Need
from qifu.entry.api.handed import AppealFilters, AppealIn, ContactIn
from qifu.entry.api.values import LARGEST, read_day
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing

USUAL = {"contact": "portal", "service": "city"}  # the channel of a case, by who hands it in
LONGEST_ITEM = 1000


def request(actor: Actor, given: AppealIn) -> Request:
    """Return the case handed in as the action takes it.

    :raises Invalid: an enterprise or a building is not known.
    :raises Forbidden: a contact names an enterprise that is not theirs, whether there is one or not.
    """
    contact = given.contact if isinstance(given.contact, ContactIn) else ContactIn(phone=given.contact or "")
    if given.building is not None and given.building not in estate.brief([given.building]):
        raise Invalid("没有找到这栋楼宇，请重新选择。", {"building": "没有找到。"})
    usual = USUAL.get(actor.kind, "hotline")
    return Request(
        title=given.title,
        body=given.body,
        category=given.category,
        kind=given.kind,
        channel="city" if actor.kind == "service" else given.channel or usual,
        urgency=given.urgency,
        enterprise=enterprise(actor, given.enterprise),
        building=given.building,
        place=given.place,
        contact_name=contact.name,
        phone=contact.phone.strip(),
        prefers=contact.prefers,
        is_confidential=given.confidential,
        previous=given.previous or "",
        batch={name: value for name, value in given.batch.model_dump().items() if value} if given.batch else {},
        files=given.files,
        external=given.external or "",
    )


def enterprise(actor: Actor, given: int | str | None) -> int | None:
    """Find the enterprise by its id or its credit code."""
    if given is None or isinstance(given, int):
        return given
    text = credit.normalise(given)
    if text.isascii() and text.isdigit() and len(text) < 15:
        return int(text)
    found = registry.by_uscc(text)
    if actor.is_contact and (found is None or found.id not in actor.enterprises):
        raise Forbidden("您还不能代表这家企业，请先完成企业认证。")
    if found is None:
        raise Invalid("没有找到这家企业，请核对编号或统一社会信用代码。", {"enterprise": "没有找到。"})
    return found.id


def filters(given: AppealFilters) -> Filters:
    """Return what the list is cut by."""
    words = ("q", "state", "kind", "channel", "urgency", "late", "scope", "order")
    found: dict[str, object] = {name: value for name in words if (value := getattr(given, name))}
    for name in ("unit", "street"):
        if value := getattr(given, name):
            found[name] = unit(value, name)
    for name in ("since", "until"):
        if value := getattr(given, name):
            found[name] = read_day(value, name)
    if given.category:
        found["category"] = category(given.category, "category")
    if given.enterprise:
        found["enterprise"] = given.enterprise
    return Filters(**found)  # type: ignore[arg-type]


def unit(given: object, name: str) -> int:
    """Find a unit by its code or its id.

    :raises Invalid: there is none.
    """
    text = str(given)
    for view in people.units(closed=True):
        if text in (view.code, str(view.id)):
            return view.id
    raise Invalid(f"没有代码或编号为 {text} 的单位，见 GET /units。", {name: "没有这个单位。"})


def category(given: object, name: str) -> int:
    """Find a category by its code or its id.

    :raises Invalid: there is none.
    """
    text = str(given)
    for view in categories().by_id.values():
        if text in (view.code, str(view.id)):
            return view.id
    raise Invalid(f"没有代码为 {text} 的分类，见 GET /categories。", {name: "没有这个分类。"})


def seen(sent: Mapping[str, object]) -> int | None:
    """Return the step count that the caller saw, if it was told.

    :raises Invalid: it is no count.
    """
    seq = sent.get("seq")
    if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool) or seq < 0):
        raise Invalid("seq 应当是读到的步骤数。", {"seq": "应当是不小于 0 的整数。"})
    return seq


def step_values(
    actor: Actor, number: str, step: str, sent: Mapping[str, object], *, is_replay: bool = False
) -> dict[str, object]:
    """Return what was sent as the values of the step's needs. The flow judges them; here they only get their types.
    A replay is read even where the step has taken the case out of the actor's sight.

    :raises Missing: no such case for this actor.
    :raises Conflict: nobody can take the step from the present state; who may, and with what, does not matter then.
    :raises Invalid: a field is not one of the step's, or cannot be read.
    """
    appeal = access.door(SYSTEM if is_replay else actor, number)
    flow = FLOWS[appeal.kind]
    wanted = flow.steps.get(step)
    if wanted is None:
        return {}
    if appeal.state not in wanted.sources and not is_replay:
        label = flow.states[appeal.state].label
        raise Conflict(f"现在是“{label}”，不能{wanted.label}。见 GET /appeals/{number}/steps。", state=appeal.state)
    needs = {need.name: need for need in wanted.needs}
    if unknown := {name: "这一步不需要这一项。" for name in sent if name not in needs and name != "seq"}:
        raise Invalid(f"“{wanted.label}”不需要：{'、'.join(sorted(unknown))}。", unknown)
    return {name: _value(actor, needs[name], value) for name, value in sent.items() if name in needs}


def _value(actor: Actor, need: Need, value: object) -> object:
    if value is None or value == "" or value == []:
        return None
    read = _READ.get(need.kind)
    return read(actor, need, value) if read else value


def _choice(actor: Actor, need: Need, value: object) -> object:
    return _only(isinstance(value, str), need, value)


def _date(actor: Actor, need: Need, value: object) -> date:
    return read_day(value, need.name)


def _unit(actor: Actor, need: Need, value: object) -> int:
    return unit(_only(_is_word(value), need, value), need.name)


def _units(actor: Actor, need: Need, value: object) -> list[int]:
    rows = _only(isinstance(value, list) and len(value) <= 100, need, value)
    return [_unit(actor, need, row) for row in rows] if isinstance(rows, list) else []


def _category(actor: Actor, need: Need, value: object) -> int:
    return category(_only(_is_word(value), need, value), need.name)


def _whole(actor: Actor, need: Need, value: object) -> object:
    return _only(_is_key(value), need, value)


def _files(actor: Actor, need: Need, value: object) -> object:
    return _only(isinstance(value, list) and all(_is_key(row) for row in value), need, value)


def _items(actor: Actor, need: Need, value: object) -> object:
    fits = isinstance(value, list) and all(isinstance(row, str) and len(row) <= LONGEST_ITEM for row in value)
    return _only(fits, need, value)


def _case(actor: Actor, need: Need, value: object) -> int:
    """The case of a receipt number that the actor may see."""
    text = _only(isinstance(value, str), need, value)
    try:
        return access.door(actor, str(text).strip().upper()).pk
    except Missing:
        raise Invalid("没有这个受理编号，或您无权查看。", {need.name: "没有这个受理编号。"}) from None


def _only(fits: bool, need: Need, value: object) -> object:
    if not fits:
        raise Invalid(f"{need.label}没有写对，请核对类型。", {need.name: "类型不对。"})
    return value


def _is_key(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST


def _is_word(value: object) -> bool:
    return isinstance(value, str) or _is_key(value)


_READ: dict[str, Callable[[Actor, Need, object], object]] = {
    "choice": _choice,
    "date": _date,
    "unit": _unit,
    "units": _units,
    "category": _category,
    "account": _whole,
    "case": _case,
    "files": _files,
    "items": _items,
}


def sealed(cursor: str) -> str | None:
    """Return the key of the next page as an opaque word."""
    return base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=") if cursor else None


def opened(word: str | None) -> str:
    """Return the key that an opaque word stands for.

    :raises Invalid: it is none of ours.
    """
    if not word:
        return ""
    try:
        text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not text or not text.isprintable():
        raise Invalid("游标无效，请从第一页重新开始。", {"cursor": "无效。"})
    return text

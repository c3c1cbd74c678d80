"""The history of an enterprise in words: from records of evidence to lines that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from qifu.domain.people import queries as people
from qifu.domain.registry import queries
from qifu.domain.registry.columns import BY_FIELD
from qifu.engines.codes import industries, legal_forms
from qifu.entry.theme.shapes import Entry

if TYPE_CHECKING:
    from qifu.kernel.evidence.models import Record

VERBS = {
    "enterprise.create": ("录入企业", "plus"),
    "enterprise.change": ("信息变更", "edit"),
    "enterprise.merge": ("合并企业", "split"),
    "enterprise.unmerge": ("撤销合并", "undo"),
    "enterprise.split": ("拆分企业", "split"),
    "enterprise.state_fact": ("企业填报", "edit"),
    "enterprise.ask_again": ("再次询问已有数据", "reply"),
    "enterprise.file": ("导出一企一档", "download"),
    "enterprise.greet": ("问候新企业", "send"),
    "enterprise.not_greeted": ("未能问候新企业", "alert"),
    "enterprise.greeting_seen": ("企业看过问候", "check"),
    "agency.begin": ("取得办事权限", "person-check"),
    "agency.end": ("移除办事权限", "x-circle"),
    "agency.invite": ("邀请同事", "send"),
    "agency.accept": ("接受邀请", "check"),
    "agency.uninvite": ("撤回邀请", "undo"),
    "unmask": ("查看完整电话", "eye"),
}
EXTRA = {"street_id": "所属街道", "marks_begun": "新增标识", "marks_ended": "取消标识", "former_names": "曾用名"}

_NAMES = {column.label: column.field for column in BY_FIELD.values()} | {label: name for name, label in EXTRA.items()}


def entries(records: Iterable[Record]) -> list[Entry]:
    """Tell each record in a line."""
    rows = list(records)
    names = people.names(_account(row.actor) for row in rows)
    return [_told(row, names) for row in rows]


def _told(row: Record, names: Mapping[int, str]) -> Entry:
    what, icon = VERBS.get(row.verb, ("其他记录", "history"))
    who = names.get(_account(row.actor) or 0, "系统")
    body = _body(row)
    return Entry(row.at, what, who, _text(row, body), public=False, icon=icon)


def _body(row: Record) -> Mapping[str, object]:
    content = getattr(row, "content", None)
    return content.body or {} if content is not None else {}


def _text(row: Record, body: Mapping[str, object]) -> str:
    if row.verb == "enterprise.change":
        before, after = _mapping(body.get("before")), _mapping(body.get("after"))
        return "；".join(
            f"{_label(name)}：{_value(name, before.get(name))} → {_value(name, after.get(name))}"
            if name in before and name in after
            else f"{_label(name)}：{_value(name, after.get(name, before.get(name)))}"
            for name in {**before, **after}
        )
    if row.verb == "unmask":
        return f"理由：{body.get('reason', '（已清除）')}"
    return str(body.get("person") or body.get("reason") or "")


def change(label: str, before: object, after: object) -> tuple[str, str, str]:
    """One line of a sample: what changes, from what, to what, in words."""
    name = _NAMES.get(label, "")
    return label, _value(name, before), _value(name, after)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _label(name: str) -> str:
    return EXTRA[name] if name in EXTRA else BY_FIELD[name].label if name in BY_FIELD else name


def _value(name: str, value: object) -> str:
    if value in (None, "", []):
        return "（空）"
    if name == "street_id" and isinstance(value, int):
        unit = people.unit_tree().units.get(value)
        return unit.short_name if unit else str(value)
    if name in ("marks_begun", "marks_ended") and isinstance(value, list):
        return "、".join(dict(queries.mark_kinds()).get(str(kind), str(kind)) for kind in value)
    if isinstance(value, list):
        return "、".join(map(str, value))
    return _named(name, str(value))


def _named(name: str, value: str) -> str:
    if name == "industry":
        held = industries.find(value)
        return f"{value} {held.name}" if held else value
    if name == "legal_form":
        return legal_forms.legal_form(value).name
    labels = dict((*queries.sizes(), *queries.statuses()))
    return labels.get(value, value)


def _account(mark: str) -> int | None:
    number = mark.partition(":")[2]
    return int(number) if number.isdecimal() else None

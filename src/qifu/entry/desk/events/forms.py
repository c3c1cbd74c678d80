"""Forms of events and rooms. Rules live in the room; these only read what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from qifu.domain.events import access
from qifu.domain.events.actions.keeping import Draft
from qifu.domain.events.actions.venues import VenueFacts
from qifu.domain.events.queries import Event, Venue, rooms
from qifu.domain.events.queries.listing import KINDS
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.events.asked import number
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid

SAID = {
    "required": "这一项要填写。", "invalid": "格式不对，请重新填写。", "invalid_choice": "请从列表中选择。",
    "min_value": "数字过小，请核对。", "max_value": "数字过大，请核对。", "max_length": "过长，请精简。",
    "max_digits": "数字过大，请核对。", "max_decimal_places": "最多两位小数。", "max_whole_digits": "数字过大，请核对。",
}  # fmt: skip
DAYS = tuple((str(n), f"周{word}") for n, word in enumerate("一二三四五六日", 1))


def moment(label: str, hint: str = "") -> forms.DateTimeField:
    """A moment, by the picker of the browser."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    return forms.DateTimeField(label=label, widget=widget, input_formats=formats, help_text=hint, error_messages=SAID)


def whole(label: str, hint: str = "", *, required: bool = True) -> forms.IntegerField:
    """A whole number."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label,
        required=required,
        help_text=hint,
        min_value=0,
        max_value=100_000,
        widget=widget,
        error_messages=SAID,
    )


def money(label: str) -> forms.DecimalField:
    """An amount in 元."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label,
        required=False,
        max_digits=12,
        decimal_places=2,
        help_text="元。",
        widget=widget,
        error_messages=SAID,
    )


def text(label: str, longest: int, hint: str = "", *, required: bool = True) -> forms.CharField:
    """A line."""
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint, error_messages=SAID,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class EventForm(forms.Form):
    """An event."""

    title = text("名称", 80)
    kind = forms.ChoiceField(label="类型", choices=KINDS, error_messages=SAID)
    host = forms.ChoiceField(label="主办单位", error_messages=SAID)
    summary = forms.CharField(
        label="内容", max_length=4000, error_messages=SAID, widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000})
    )
    starts = moment("开始")
    ends = moment("结束")
    venue = forms.ChoiceField(
        label="共享场地", required=False, help_text="选了场地，发布时自动预约。", error_messages=SAID
    )
    place = text("别处的地点", 120, "不用共享场地时填写。", required=False)
    street = forms.ChoiceField(label="所在街道", required=False, error_messages=SAID)
    opens = moment("报名开始")
    closes = moment("报名截止")
    places = whole("名额", "不限名额请留空。", required=False)
    queue_most = whole("候补人数", "名额满后最多排多少人；不设候补填 0。")
    each_most = whole("每家企业最多", "人。")
    budget = money("预算")
    cost = money("实际支出")

    def __init__(self, data: Any, *, actor: Actor, event: Event | None = None, now: datetime, **kept: Any) -> None:
        super().__init__(data, **kept)
        tree = people.unit_tree().units
        hosts = access.hosts(actor) | ({event.host_id} if event else frozenset())
        if access.is_clerk(actor):
            hosts |= {unit.id for unit in people.units() if unit.kind in ("centre", "department", "street")}
        chosen = [(str(pk), tree[pk].short_name) for pk in sorted(hosts) if pk in tree]
        streets = [(str(unit.id), unit.short_name) for unit in people.units("street")]
        held = [(str(one.venue.pk), f"{one.venue.name}（{one.venue.seats} 座）") for one in rooms.venues(now)]
        for name, choices in (("host", chosen), ("street", [("", "不限"), *streets]), ("venue", [("", "不用"), *held])):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        """What was typed."""
        told = dict(self.cleaned_data)
        for name in ("starts", "ends", "opens", "closes"):
            told[name] = told[name].astimezone(SHANGHAI)
        for name in ("host", "street", "venue"):
            told[name] = number(told[name])
        return Draft(**told)


def kept(row: Event) -> dict[str, object]:
    """An event as the form shows it."""
    names = [name for name in EventForm.base_fields if name not in ("host", "street", "venue")]
    moments = {"starts", "ends", "opens", "closes"}
    told = {name: getattr(row, name).astimezone(SHANGHAI) if name in moments else getattr(row, name) for name in names}
    return told | {"host": str(row.host_id), "street": str(row.street_id or ""), "venue": str(row.venue_id or "")}


class VenueForm(forms.Form):
    """A room."""

    name = text("名称", 60)
    address = text("地址", 120)
    street = forms.ChoiceField(label="所在街道", required=False, error_messages=SAID)
    seats = whole("座位")
    equipment = text("设备", 200, "用顿号隔开，例如“投影、音响”。", required=False)
    opens = forms.TimeField(
        label="几点开门", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), error_messages=SAID
    )
    closes = forms.TimeField(
        label="几点关门", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), error_messages=SAID
    )
    weekdays = forms.MultipleChoiceField(
        label="哪几天开放", choices=DAYS, widget=forms.CheckboxSelectMultiple, error_messages=SAID
    )
    longest = whole("一次最长", "小时。")
    ahead = whole("可提前", "天。")
    rules = text("预约规则", 500, required=False)
    needs_approval = forms.BooleanField(label="预约要审批", required=False)
    is_open = forms.BooleanField(label="接受预约", required=False)

    def __init__(self, data: Any, **kept: Any) -> None:
        super().__init__(data, **kept)
        streets = [(str(unit.id), unit.short_name) for unit in people.units("street")]
        self.fields["street"].choices = [("", "不限"), *streets]  # type: ignore[attr-defined]

    def facts(self) -> VenueFacts:
        """What was typed."""
        told = dict(self.cleaned_data)
        told["street"], told["weekdays"] = number(told["street"]), "".join(sorted(told["weekdays"]))
        words = told["equipment"].replace("，", "、").replace(",", "、").split("、")
        told["equipment"] = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
        return VenueFacts(**told)


def described(row: Venue) -> dict[str, object]:
    """A room as the form shows it."""
    told = {name: getattr(row, name) for name in VenueForm.base_fields if name != "street"}
    return told | {
        "street": str(row.street_id or ""),
        "equipment": "、".join(row.equipment),
        "weekdays": list(row.weekdays),
    }


def done(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Whether the form was good and the action went through; else what is wrong stands beside the fields."""
    if not form.is_valid():
        return False
    try:
        act()
    except Invalid as refusal:
        known = {name: said for name, said in refusal.fields.items() if name in form.fields}
        for name, said in known.items():
            form.add_error(name, said)
        if not known:
            form.add_error(None, refusal.message)
        return False
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return False
    return True

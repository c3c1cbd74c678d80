"""Forms of rooms and tenancies. Rules live in the room; these only read what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.urls import reverse_lazy

from qifu.domain.estate import queries
from qifu.domain.estate.actions import Letting, Part, RoomFacts
from qifu.kernel.errors import Invalid

TYPED = {
    "autocomplete": "off", "list": "firms", "hx-get": reverse_lazy("desk_tenant_names"),
    "hx-trigger": "input changed delay:300ms", "hx-target": "#firms", "hx-params": "tenant",
}  # fmt: skip
MONEY = {"inputmode": "decimal", "autocomplete": "off"}


def day(label: str, *, required: bool = False, hint: str = "") -> forms.DateField:
    """A day, by the picker of the browser."""
    messages = {"required": f"请选择{label}。", "invalid": "日期格式不对，请重新选择。"}
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget, error_messages=messages)


def figure(label: str, hint: str = "") -> forms.DecimalField:
    """A figure of two places."""
    messages = {"invalid": "请填写数字。", "max_digits": "数字过大，请核对。", "max_decimal_places": "最多两位小数。",
                "max_whole_digits": "数字过大，请核对。"}  # fmt: skip
    return forms.DecimalField(
        label=label, required=False, max_digits=10, decimal_places=2, help_text=hint, error_messages=messages,
        widget=forms.TextInput(attrs=MONEY),
    )  # fmt: skip


def pick(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """One of a list."""
    return forms.ChoiceField(
        label=label, choices=choices, required=False, error_messages={"invalid_choice": "请从列表中选择。"}
    )


class LettingForm(forms.Form):
    """Who sits in a room, and on what terms."""

    tenant = forms.CharField(
        label="租户", max_length=200, help_text="企业全称或统一社会信用代码；企业库里没有的按所写名称登记。",
        error_messages={"required": "请填写租户。", "max_length": "名称过长，请精简。"},
        widget=forms.TextInput(attrs=TYPED),
    )  # fmt: skip
    since = day("入驻日期")
    until = day("最后一天", hint="还在的留空。")
    lease_until = day("租约到期日")
    rent = figure("租金", "元每平方米每月。")
    registered_in = pick("注册地", queries.choices("place"))
    taxed_in = pick("纳税地", queries.choices("place"))
    is_shared = forms.BooleanField(label="与别家合租这个房间", required=False)
    note = forms.CharField(
        label="依据", max_length=500, required=False, help_text="例如“租赁合同”“现场核验”。",
        error_messages={"max_length": "最多 500 个字。"},
    )  # fmt: skip

    def letting(self) -> Letting:
        """What was typed."""
        told = dict(self.cleaned_data)
        told.pop("note")
        told["enterprise"], told["tenant"] = queries.written(told["tenant"])
        return Letting(**told)


class FactsForm(forms.Form):
    """What a room is."""

    area = figure("面积", "平方米。")
    use = pick("用途", queries.choices("use"))
    state = pick("空置时", queries.choices("state"))
    asking = figure("招租报价", "元每平方米每月；公开显示。")
    owner_kind = pick("业主", queries.choices("owner"))
    owner = forms.CharField(label="业主单位", max_length=80, required=False, help_text="个人业主不填姓名。")

    def facts(self) -> RoomFacts:
        """What was typed."""
        return RoomFacts(**self.cleaned_data)


class ReshapeForm(forms.Form):
    """Of a room or several: from which day, and why."""

    day = day("从哪一天起", required=True, hint="新房间的第一天；原来的房间到前一天为止。")
    note = forms.CharField(
        label="依据", max_length=500, required=False, help_text="例如“装修图纸”“现场核验”。",
        error_messages={"max_length": "最多 500 个字。"},
    )  # fmt: skip


class SplitForm(ReshapeForm):
    """Into which rooms one is split, and who goes into which."""

    def __init__(self, data: Any, *, number: str, parts: int, sitting: list[tuple[int, str]], today: date) -> None:
        super().__init__(data, initial={"day": today})
        self.parts = parts
        for place in range(1, parts + 1):
            self.fields[f"number_{place}"] = number_field(f"第 {place} 间的房号", f"{number}{chr(64 + place)}")
            self.fields[f"area_{place}"] = figure(f"第 {place} 间的面积", "平方米；还没有量的留空。")
            if sitting:
                self.fields[f"tenants_{place}"] = forms.TypedMultipleChoiceField(
                    label=f"谁在第 {place} 间", choices=sitting, coerce=int, required=False,
                    widget=forms.CheckboxSelectMultiple, initial=[one for one, _ in sitting] if place == 1 else [],
                    error_messages={"invalid_choice": "租户登记刚有变化，请刷新页面后再办。"},
                )  # fmt: skip
        self.order_fields([name for name in self.fields if name not in ("day", "note")] + ["day", "note"])

    def wanted(self) -> list[Part]:
        """What was typed."""
        told = self.cleaned_data
        return [
            Part(told[f"number_{n}"].strip(), told[f"area_{n}"], tuple(told.get(f"tenants_{n}", ())))
            for n in range(1, self.parts + 1)
        ]


class MergeForm(ReshapeForm):
    """With which rooms one is joined, and what they become."""

    rooms = forms.TypedMultipleChoiceField(
        label="与哪些房间合并", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一间。", "invalid_choice": "这一层的房间刚有变化，请刷新页面后再办。"},
    )  # fmt: skip

    def __init__(self, data: Any, *, number: str, others: list[tuple[int, str]], today: date) -> None:
        super().__init__(data, initial={"day": today})
        cast(forms.TypedMultipleChoiceField, self.fields["rooms"]).choices = others
        self.fields["number_1"] = number_field("合并后的房号", number)
        self.fields["area_1"] = figure("合并后的面积", "平方米；留空按各间面积相加，有一间没有登记的就不填。")
        self.order_fields(["rooms", "number_1", "area_1", "day", "note"])


def number_field(label: str, initial: str) -> forms.CharField:
    """The number of a room."""
    messages = {"required": "请写明房号。", "max_length": "房号不超过 20 字。"}
    return forms.CharField(
        label=label,
        max_length=20,
        initial=initial,
        error_messages=messages,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EndForm(forms.Form):
    """The last day of a tenancy."""

    until = day("最后一天", required=True)


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
    return True

"""Forms of visits at the desk. Rules live in the room; these only read what was typed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy

from qifu.domain.estate import queries as estate
from qifu.kernel.errors import Conflict, Invalid

TYPED = {
    "autocomplete": "off", "list": "firms", "hx-get": reverse_lazy("desk_tenant_names"),
    "hx-trigger": "input changed delay:300ms", "hx-target": "#firms", "hx-params": "tenant",
}  # fmt: skip
KINDS = (("enterprise", "企业"), ("building", "楼宇"))


class ArrangeForm(forms.Form):
    """Whom to visit, when, by whom, and why."""

    of = forms.ChoiceField(label="走访什么", choices=KINDS, initial="enterprise", required=False)
    tenant = forms.CharField(
        label="企业或楼宇", max_length=120, help_text="企业全称、统一社会信用代码，或楼宇名称。",
        error_messages={"required": "请填写企业或楼宇。", "max_length": "名称过长，请核对。"},
        widget=forms.TextInput(attrs=TYPED),
    )  # fmt: skip
    day = forms.DateField(
        label="哪一天", error_messages={"required": "请选择日期。", "invalid": "日期格式不对，请重新选择。"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    staff = forms.ChoiceField(
        label="谁去", error_messages={"required": "请选择走访人。", "invalid_choice": "请从列表中选择。"}
    )
    why = forms.CharField(
        label="为什么去", max_length=300, error_messages={"required": "请写明为什么走访。", "max_length": "最多 300 个字。"}
    )  # fmt: skip

    def __init__(
        self, data: Any, *, initial: dict[str, object], units: list[int], staff: list[tuple[str, str]]
    ) -> None:
        super().__init__(data, initial={"tenant": initial.get("target", "")})
        self.fields["staff"].choices = [("", "请选择"), *staff]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find whom it is about."""
        told = super().clean() or {}
        name = told.get("tenant", "")
        told["enterprise"] = told["building"] = None
        if told.get("of") == "building":
            found = [one for one in estate.suggest(name) if one.name == name] or list(estate.suggest(name)[:1])
            told["building"] = found[0].id if found else None
        elif name:
            told["enterprise"], _ = estate.written(name)
        if name and told["enterprise"] is None and told["building"] is None:
            self.add_error("tenant", "没有找到，请从提示里选择，或核对名称。")
        if "staff" in told:
            unit, _, account = str(told["staff"]).partition("-")
            told["staff"] = (int(unit), int(account))
        return told

    def refuse(self, refusal: Invalid | Conflict) -> None:
        """Say what the room found wrong, beside the fields where it can."""
        places = {"enterprise": "tenant", "building": "tenant", "account": "staff", "unit": "staff"}
        fields = getattr(refusal, "fields", {})
        for name, text in fields.items():
            self.add_error(places.get(name, name), text)
        if not fields:
            self.add_error(None, refusal.message)


class PlanForm(forms.Form):
    """Which month, where, and how much each can do."""

    month = forms.CharField(label="哪个月", max_length=7, widget=forms.TextInput(attrs={"type": "month"}))
    street = forms.ChoiceField(label="哪里", required=False)
    each = forms.IntegerField(
        label="每人每月最多走访", min_value=1, max_value=100, help_text="次，含已经安排的。",
        error_messages={"invalid": "请填 1 到 100。", "min_value": "请填 1 到 100。", "max_value": "请填 1 到 100。"},
    )  # fmt: skip

    def __init__(self, data: Any, *, initial: dict[str, object], streets: list[tuple[str, str]]) -> None:
        super().__init__(data, initial=initial)
        self.fields["street"].choices = streets  # type: ignore[attr-defined]

    def clean_month(self) -> date:
        """The first day of the month."""
        try:
            return date.fromisoformat(f"{self.cleaned_data['month']}-01")
        except ValueError:
            raise forms.ValidationError("请选择月份。") from None

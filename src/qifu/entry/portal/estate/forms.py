"""What is looked for in a room to let, and a new tenant of one's own building."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from qifu.domain.estate.queries import Need, Wish
from qifu.domain.people import queries as people

USES = [("office", "办公"), ("shop", "商铺"), ("works", "厂房"), ("store", "仓储"), ("other", "其他")]
SORTS = [("area", "面积从小到大"), ("-area", "面积从大到小"), ("rent", "租金从低到高"), ("place", "按楼宇")]
DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}
LARGEST = Decimal(1_000_000)


def streets() -> list[tuple[str, str]]:
    """The streets to choose from."""
    return [("", "不限"), *((str(unit.id), unit.short_name) for unit in people.units("street"))]


def figure(text: str) -> Decimal | None:
    """A figure of the address; None when it is none."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= LARGEST else None


def number(text: str) -> int | None:
    """A number of the address; None when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def wish(query: Any) -> Wish:
    """A list of rooms as the address asks for it; what is none of ours counts as not set."""
    return Wish(
        q=query.get("q", "").strip()[:60],
        street=number(query.get("street", "")),
        least=figure(query.get("least", "")),
        most=figure(query.get("most", "")),
        rent=figure(query.get("rent", "")),
        use=query.get("use", "") if query.get("use") in dict(USES) else "",
        sort=query.get("sort", "") if query.get("sort") in dict(SORTS) else "area",
        page=number(query.get("page", "")) or 1,
    )


class NeedForm(forms.Form):
    """What an enterprise looks for."""

    area = forms.DecimalField(
        label="需要多大（平方米）",
        min_value=Decimal(1),
        max_value=LARGEST,
        decimal_places=2,
        widget=forms.TextInput(attrs=DECIMAL),
        error_messages={
            "required": "请填写需要的面积。",
            "invalid": "请填写数字，例如 120。",
            "min_value": "面积应大于 0。",
            "max_value": "数字过大，请核对。",
            "max_decimal_places": "最多两位小数。",
        },
    )
    rent = forms.DecimalField(
        label="租金最多（元/平方米·月）",
        required=False,
        min_value=Decimal(0),
        max_value=LARGEST,
        widget=forms.TextInput(attrs=DECIMAL),
        error_messages={
            "invalid": "请填写数字，例如 120。",
            "min_value": "请填写数字，例如 120。",
            "max_value": "数字过大，请核对。",
        },
    )
    street = forms.ChoiceField(label="街道", required=False, error_messages={"invalid_choice": "请重新选择街道。"})
    use = forms.ChoiceField(label="用途", choices=USES, required=False)
    section = forms.ChoiceField(label="所在行业", required=False, help_text="同行业企业多的楼宇排在前面。")

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["street"].choices = streets()  # type: ignore[attr-defined]
        self.fields["section"].choices = [("", "不限"), *sections]  # type: ignore[attr-defined]

    def need(self) -> Need:
        """What was typed."""
        told = self.cleaned_data
        street = number(told["street"])
        return Need(told["area"], told["rent"], street, told["use"] or "office", told["section"])


class TenantForm(forms.Form):
    """A new tenant."""

    tenant = forms.CharField(
        label="企业全称或统一社会信用代码",
        max_length=120,
        error_messages={"required": "请填写企业名称。", "max_length": "名称过长，请精简。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    since = forms.DateField(
        label="哪天入驻",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请选择入驻日期。", "invalid": "日期格式不对，请重新选择。"},
    )
    lease_until = forms.DateField(
        label="租约到期日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期格式不对，请重新选择。"},
    )
    is_shared = forms.BooleanField(label="与别家合租这个房间", required=False)

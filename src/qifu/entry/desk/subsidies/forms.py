"""Forms of banks and programmes. Rules live in the room; these only read what was typed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms

from qifu.domain.grants.loans import queries
from qifu.domain.grants.loans.terms import BASES, WAYS, Asked
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.engines.payments import day_of

_WRONG = {"invalid": "请填写数字。", "max_digits": "数字过大，请核对。", "max_decimal_places": "小数位数过多。",
          "max_whole_digits": "数字过大，请核对。", "min_value": "不能小于零。"}  # fmt: skip


def line(label: str, longest: int, hint: str = "") -> forms.CharField:
    """A line of text."""
    said = {"required": f"请填写{label}。", "max_length": f"最多 {longest} 个字。"}
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=longest, help_text=hint, error_messages=said, widget=widget)


def figure(label: str, hint: str = "", *, required: bool = False, places: int = 2) -> forms.DecimalField:
    """A figure that may be left out."""
    return forms.DecimalField(
        label=label, required=required, min_value=Decimal(0), max_digits=16, decimal_places=places, help_text=hint,
        error_messages=_WRONG | {"required": f"请填写{label}。"},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


def day(label: str, *, required: bool = False, hint: str = "") -> forms.DateField:
    """A day, by the picker of the browser."""
    said = {"required": f"请选择{label}。", "invalid": "日期格式不对，请重新选择。"}
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget, error_messages=said)


def pick(label: str, choices: list[tuple[str, str]], hint: str = "") -> forms.ChoiceField:
    """One of a list."""
    said = {"required": f"请选择{label}。", "invalid_choice": "请从列表中选择。"}
    return forms.ChoiceField(label=label, choices=choices, help_text=hint, error_messages=said)


def unit_choices() -> list[tuple[str, str]]:
    """The units that may answer for money: the centre and the departments."""
    units = people.unit_tree().units.values()
    return [(str(one.id), one.name) for one in units if one.kind in ("centre", "department")]


class BankForm(forms.Form):
    """A bank and the account its share is paid to."""

    name = line("银行名称", 120)
    holder = line("收款户名", 120, "贴息资金付给银行的这个账户，由银行分付企业。")
    branch = line("开户行", 120)
    account = line("收款账号", 40, "6 至 32 位数字；加密保存，页面上只显示末四位。")


class ProgrammeForm(forms.Form):
    """What interest is subsidised and how."""

    title = line("项目名称", 120)
    clause = line("依据", 200, "文件和条款，例如“《贷款贴息办法》第三条”。")
    way = pick("贴息方式", list(WAYS))
    value = figure("数值", "百分数或百分点，例如 50。", required=True, places=4)
    basis = pick("计息基础", list(BASES), "按借款合同的约定。")
    benchmark = forms.CharField(
        label="基准利率表", required=False, max_length=4000,
        help_text="一行一次：日期和年利率（%），例如“2026-01-20 3.00”。按合同利息贴息时，超过基准的部分不贴；不用基准的留空。",
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 4000}),
        error_messages={"max_length": "内容过长，请精简。"},
    )  # fmt: skip
    lent_since = day("首次放款不早于")
    lent_until = day("首次放款不晚于")
    months = forms.IntegerField(
        label="最长贴息（月）", required=False, min_value=1, max_value=600, help_text="自首次放款起；不限的留空。",
        error_messages={"invalid": "请填写整数。", "min_value": "至少 1 个月。", "max_value": "数字过大，请核对。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    rate_ceiling = figure("合同年利率不高于（%）", "高于的不予贴息；不限的留空。", places=4)
    principal_of_firm = figure("单户贴息本金上限（元）", "不限的留空。")
    of_loan = figure("单笔贴息上限（元）", "不限的留空。")
    of_firm_in_year = figure("单户每年贴息上限（元）", "不限的留空。")
    of_firm_in_period = figure("单户每期贴息上限（元）", "不限的留空。")
    extension_counts = forms.BooleanField(label="展期期间也贴息", required=False)
    interest_paid_needed = forms.BooleanField(label="先付后贴：不超过企业本期实付利息", required=False, initial=True)
    sizes = forms.MultipleChoiceField(
        label="企业规模", required=False, help_text="都不选表示不限。", widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列表中选择。"},
    )  # fmt: skip
    line = pick("从哪条预算支付", [])
    unit = pick("主管单位", [])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        cast(forms.ChoiceField, self.fields["line"]).choices = queries.line_choices()
        cast(forms.ChoiceField, self.fields["unit"]).choices = unit_choices()
        cast(forms.ChoiceField, self.fields["sizes"]).choices = list(registry.sizes())

    def clean_benchmark(self) -> list[tuple[date, Decimal]]:
        """Read one rate a line."""
        found = []
        for number, text in enumerate(str(self.cleaned_data["benchmark"]).splitlines(), 1):
            if not text.strip():
                continue
            since, _, rate = re.sub(r"[,，;；\s]+", " ", text.strip()).partition(" ")
            found.append(_step(number, day_of(since), rate.removesuffix("%")))
        return found

    def asked(self) -> Asked:
        """What was typed, as terms."""
        told = {name: value for name, value in self.cleaned_data.items() if name in Asked.__dataclass_fields__}
        return Asked(**told | {"basis": int(told["basis"])})


def _step(number: int, since: date | None, text: str) -> tuple[date, Decimal]:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(-1)
    if since is None or not rate.is_finite() or not 0 <= rate <= 36:
        raise forms.ValidationError(f"第 {number} 行应是日期和年利率，例如“2026-01-20 3.00”。")
    return since, rate


class PeriodForm(forms.Form):
    """A period to be subsidised."""

    first = day("贴息期间第一天", required=True)
    last = day("贴息期间最后一天", required=True)


class ListForm(PeriodForm):
    """A bank's list of loans."""

    bank = pick("银行", [])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        cast(forms.ChoiceField, self.fields["bank"]).choices = queries.bank_choices()


class WorkForm(PeriodForm):
    """What is worked out."""

    budget = figure("本期预算（元）", "合计超过时按比例压减；不限的留空。")

"""Forms of relief. Rules live in the room; these only read what was typed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms

from qifu.domain.grants.loans import queries as loans
from qifu.domain.grants.relief.periods import EVERY
from qifu.engines.payments import day_of, money
from qifu.entry.desk.subsidies.forms import line, pick, unit_choices


class SchemeForm(forms.Form):
    """What is paid a head, to whom, how often."""

    title = line("项目名称", 120)
    clause = line("依据", 200, "文件和条款。")
    every = pick("多久一次", list(EVERY))
    standards = forms.CharField(
        label="标准", max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 4000}),
        help_text="一行一条：起始日期、类别、每人金额（元），例如“2026-01-01 困难职工 1000”。标准变了就再加一行，按发放期间第一天取用。",
        error_messages={"required": "请填写标准。", "max_length": "内容过长，请精简。"},
    )  # fmt: skip
    line = pick("从哪条预算支付", [])
    unit = pick("主管单位", [])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        cast(forms.ChoiceField, self.fields["line"]).choices = loans.line_choices()
        cast(forms.ChoiceField, self.fields["unit"]).choices = unit_choices()

    def clean_standards(self) -> list[tuple[str, date, Decimal]]:
        """Read one standard a line."""
        return [
            _standard(number, text)
            for number, text in enumerate(str(self.cleaned_data["standards"]).splitlines(), 1)
            if text.strip()
        ]


def _standard(number: int, text: str) -> tuple[str, date, Decimal]:
    parts = re.sub(r"[,，;；\s]+", " ", text.strip()).split(" ")
    since, amount = day_of(parts[0]), money(parts[-1])
    if len(parts) != 3 or since is None or amount is None or amount <= 0:
        raise forms.ValidationError(f"第 {number} 行应是日期、类别和金额，例如“2026-01-01 困难职工 1000”。")
    return parts[1], since, amount


class ListForm(forms.Form):
    """A list of a period."""

    period = line("期间", 8)

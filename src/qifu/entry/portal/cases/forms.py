"""The form by which an enterprise raises a need. It shows and never judges: the errors are those of the refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from qifu.domain.appeals.flow import words
from qifu.entry.theme import needs

PHOTOS = "image/jpeg,image/png,image/webp," + needs.ACCEPT
KINDS = (
    ("appeal", "诉求", "有困难要解决，有政策要问"),
    ("complaint", "投诉", "对部门或人员的服务不满意"),
    ("assistance", "帮代办", "请人带着办手续、跑流程"),
)
URGENCIES = (
    ("normal", "一般", "大多数事情选这个"),
    ("urgent", "紧急", "停产、停水停电、有安全风险，等不了几天"),
    ("inquiry", "需调查", "牵涉面广，要先查清再答复"),
)
DEFAULTS = {"kind": "appeal", "urgency": "normal", "prefers": "phone"}


class CaseForm(needs.StepForm):
    """One page; nothing is asked that is known."""

    enterprise = forms.CharField(label="代表企业", required=False)
    kind = forms.ChoiceField(label="要办什么", choices=[(value, label) for value, label, _ in KINDS])
    body = forms.CharField(
        label="什么事",
        help_text="说清时间、地点、遇到的问题和希望怎么解决。",
        widget=forms.Textarea({"rows": 6, "maxlength": 5000}),
    )
    title = forms.CharField(
        label="标题", required=False, help_text="不填就用第一句话。", widget=forms.TextInput({"maxlength": 100})
    )
    category = forms.CharField(label="分类")
    place = forms.CharField(
        label="地点或楼宇",
        required=False,
        help_text="和地点有关的事请填写，可以从提示里选。",
        widget=forms.TextInput({"maxlength": 200, "list": "places", "autocomplete": "off"}),
    )
    files = needs.files_field(label="照片和附件")  # type: ignore[assignment]  # the name of the step's need
    urgency = forms.ChoiceField(label="紧急程度", choices=words.URGENCIES)
    contact_name = forms.CharField(
        label="联系人", required=False, widget=forms.TextInput({"maxlength": 40, "autocomplete": "name"})
    )
    phone = forms.CharField(
        label="联系电话",
        required=False,
        widget=forms.TextInput({"maxlength": 20, "type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}),
    )
    prefers = forms.ChoiceField(label="怎么联系您", choices=words.PREFERS)
    is_confidential = forms.BooleanField(label="对承办单位保密", required=False)

    def __init__(self, *args: Any, kept: Sequence[needs.Kept] = (), **kwargs: Any) -> None:
        super().__init__(*args, kept=kept, **kwargs)
        self.fields["files"].widget.attrs["accept"] = PHOTOS


class AnswerForm(needs.StepForm):
    """What is handed in with the answers to a question."""

    files = needs.files_field(label="照片和附件")  # type: ignore[assignment]  # the name of the step's need

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs["accept"] = PHOTOS


def first_line(body: str, longest: int = 40) -> str:
    """The first sentence of a text, as a title."""
    line = next((part.strip() for part in body.strip().splitlines() if part.strip()), "")
    for mark in "。！？；!?;":
        line = line.split(mark, 1)[0]
    return line if len(line) <= longest else line[: longest - 1] + "…"

"""Forms of units, members, duty and delegation. Rules live in the room; these only read what was typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from qifu.domain.people import directory, queries
from qifu.domain.people.scopes import SCOPES
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Refusal

Choices = list[tuple[str, str]]
FIRST_YEAR, LAST_YEAR = 2000, 2100  # a time outside was mistyped, and at the ends no time zone holds it


class Moment(forms.DateTimeField):
    """A day and a time of it, by the picker of the browser."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        messages = {"required": "请选择时间。", "invalid": "时间格式不对，请重新选择。"}
        super().__init__(widget=widget, error_messages=messages, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment = super().to_python(value)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


def text(label: str, limit: int, *, required: bool = True, hint: str = "", **kwargs: Any) -> forms.CharField:
    """A line of text."""
    messages = {"required": f"请填写{label}。", "max_length": f"最多 {limit} 个字。"}
    return forms.CharField(
        label=label, max_length=limit, required=required, help_text=hint, error_messages=messages, **kwargs
    )


def pick(label: str, *, required: bool = True, hint: str = "") -> forms.ChoiceField:
    """One of a list that is filled in when the form is made."""
    messages = {"required": f"请选择{label}。", "invalid_choice": f"请重新选择{label}。"}
    return forms.ChoiceField(label=label, required=required, help_text=hint, error_messages=messages)


def unit_choices(blank: str = "请选择") -> Choices:
    """All open units, indented by their depth."""
    rows = [(str(view.id), "　" * depth + view.name) for view, depth in queries.unit_tree().walk() if view.is_active]
    return [("", blank), *rows]


def number(value: str) -> int | None:
    """The id picked, None for nothing."""
    return int(value) if value else None


class UnitForm(forms.Form):
    """A unit that is to be, or its new name and place."""

    name = text("名称", 100)
    short_name = text("简称", 30, required=False, hint="列表和回执上显示，留空则用名称")
    parent = pick("上级单位", required=False)
    phone = text("公开电话", 32, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = unit_choices("没有上级单位")  # type: ignore[attr-defined]


class NewUnitForm(UnitForm):
    """A unit that is to be."""

    code = text("代码", 32, hint="字母、数字、横线或下划线，创建后不能修改")
    kind = pick("类型")
    field_order = ("code", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *queries.unit_kinds()]  # type: ignore[attr-defined]


class HoursForm(forms.Form):
    """Service hours on a working day."""

    hours = text("服务时间", 100, required=False, hint="如 09:00-12:00, 14:00-17:30；留空则沿用上级单位的时间")

    def spans(self) -> list[tuple[str, str]] | None:
        """What was typed as spans; None for nothing."""
        typed = self.cleaned_data["hours"]
        for mark, plain in (("，", ","), ("、", ","), ("–", "-"), ("—", "-"), ("：", ":"), (" ", "")):
            typed = typed.replace(mark, plain)
        pairs = [part.partition("-") for part in typed.split(",") if part]
        return [(start.zfill(5), end.zfill(5)) for start, _, end in pairs] or None


class DutyForm(forms.Form):
    """Who is on duty from when until when."""

    account = pick("值班人")
    starts = Moment(label="开始")
    ends = Moment(label="结束")

    def __init__(self, *args: Any, unit: int, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(person.id), person.name) for person in queries.staff_of_unit(unit, now)]
        self.fields["account"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    """A member who is to be admitted."""

    username = text("用户名", 64, hint="小写字母、数字、点、横线或下划线，用于登录")
    name = text("姓名", 64)
    phone = text("手机号", 32, required=False, hint="用于接收通知，加密保存")
    email = forms.EmailField(label="邮箱", required=False, error_messages={"invalid": "邮箱格式不对，请检查。"})


class RoleForm(forms.Form):
    """A role that is given."""

    unit = pick("单位")
    role = pick("岗位")
    since = Moment(label="开始", required=False, help_text="留空则立即生效")
    until = Moment(label="结束", required=False, help_text="留空则长期有效")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices()  # type: ignore[attr-defined]
        roles = [(role.value, role.label) for role in Role]
        self.fields["role"].choices = [("", "请选择"), *roles]  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """A token that is to be issued."""

    label = text("名称", 80, hint="写明给哪个程序用，便于以后作废")
    scopes = forms.MultipleChoiceField(
        label="范围",
        choices=list(SCOPES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选则与账号本身的权限相同；外部系统必须选择",
    )
    expires = Moment(label="到期", required=False, help_text="留空则长期有效，建议不超过一年")


class ServiceForm(forms.Form):
    """An outside system that is to be registered."""

    name = text("系统名称", 64)


class DelegationForm(forms.Form):
    """A deputy while one is away."""

    deputy = pick("代办人")
    since = Moment(label="开始")
    until = Moment(label="结束")
    reason = text("原因", 200)

    def __init__(self, *args: Any, actor: Actor, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows, _ = directory.colleagues(actor=actor, now=now, limit=2000)
        people = [(str(row.id), f"{row.name}（{row.place}）") for row in rows if row.id != actor.account]
        self.fields["deputy"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]


def say(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal beside the fields it speaks of, or above the form."""
    spoken = {name: said for name, said in getattr(refusal, "fields", {}).items() if name in form.fields}
    for name, said in spoken.items():
        form.add_error(name, refusal.message if len(spoken) == 1 else said)
    if not spoken:
        form.add_error(None, refusal.message)

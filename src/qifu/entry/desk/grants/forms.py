"""The form of a scheme. Questions, materials and scores are written a line each; rules live in the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from qifu.domain.grants.actions.schemes import Terms
from qifu.domain.grants.flow import words
from qifu.domain.grants.obligations import terms as duties
from qifu.domain.grants.queries.schemes import Card
from qifu.entry.theme import needs
from qifu.kernel.errors import Invalid, Refusal

PLACES = {"invalid": "请填写数字。", "max_decimal_places": "最多两位小数。", "max_digits": "数字过大。"}
KINDS = {"文字": "text", "数字": "number", "金额": "money", "日期": "date"}


def _money(label: str, hint: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=16, decimal_places=2, help_text=hint, error_messages=PLACES,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


def _day(label: str, *, required: bool = True, hint: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    messages = {"required": f"请选择{label}。", "invalid": "日期格式不对，请重新选择。"}
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget, error_messages=messages)


def _count(label: str, *, required: bool = True, hint: str = "") -> forms.IntegerField:
    messages = {
        "required": f"请填写{label}。",
        "invalid": "请填写整数。",
        "max_value": "数字过大。",
        "min_value": "不能小于零。",
    }
    return forms.IntegerField(
        label=label, required=required, help_text=hint, min_value=0, max_value=100_000, error_messages=messages
    )


def _rows(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4000, help_text=hint, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": "内容过长，请精简。"},
    )  # fmt: skip


def _needed(said: str) -> dict[str, str]:
    return {"required": said, "max_length": "内容过长，请精简。", "invalid_choice": "请从列表中选择。"}


class SchemeForm(forms.Form):
    """How an item is paid."""

    unit = forms.ChoiceField(label="负责单位", required=False)
    title = forms.CharField(label="项目名称", max_length=120, error_messages=_needed("请填写项目名称。"))
    line = forms.ChoiceField(label="预算", error_messages=_needed("请选择预算。"))
    way = forms.ChoiceField(
        label="办理方式", choices=words.WAYS, widget=forms.RadioSelect, error_messages=_needed("请选择办理方式。")
    )
    basis = forms.ChoiceField(
        label="金额怎么定", choices=words.BASES, widget=forms.RadioSelect, error_messages=_needed("请选择金额怎么定。")
    )
    fixed = _money("定额（元）", "金额怎么定选“定额”的填写。")
    cap = _money("每户上限（元）", "没有上限的留空。")
    quota = _count("名额（户）", required=False, hint="不限名额的留空。")
    opens_on = _day("开始受理")
    closes_on = _day("截止受理", required=False, hint="常年受理的留空。")
    fields_ = forms.MultipleChoiceField(
        label="预填的字段",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="企业库里有的自动填好，注明来源，企业核对即可。",
    )
    questions = _rows("另外要问的", "一行一问，例如：资金用途 | 文字 | 必填。可以是文字、数字、金额、日期。")
    materials = _rows("要交的材料", "一行一份，例如：花名册 | 必交 | 加盖公章。")
    reviewers = forms.MultipleChoiceField(
        label="会审单位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="几个部门同时审；不选即不会审。",
    )
    scoring = _rows("评分表", "一行一项，满分合计 100，例如：带动就业 | 60。不评分的留空。")
    pass_mark = _money("及格分", "会审平均分不低于它才通过；不评分的留空。")
    publicity_days = _count("公示工作日", hint="不公示的填 0。")
    decide_days = _count("承诺决定期限（工作日）", hint="从提交起算。")
    is_deemed = forms.BooleanField(label="超过承诺期限视为同意", required=False, help_text="只有规定允许时才勾选。")
    clawback = _rows("追回条款", "例如：三年内迁出的，全额追回。写入决定书。")
    duties = _rows(
        "付款后的义务",
        "一行一项，到期自动提醒和核对，例如：不迁出 | 36 个月 | 全额追回；保持人数 | 24 个月 | 不少于 90% | 按缺口比例追回；"
        "报告资金使用 | 6 个月 | 全额追回。也可以写“按未满期限追回”“不追回”。",
    )

    def __init__(
        self, *args: Any, units: Sequence[tuple[str, str]], lines: Sequence[tuple[str, str]],
        fields: Sequence[tuple[str, str]], **kwargs: Any,
    ) -> None:  # fmt: skip
        initial = dict(kwargs.pop("initial", None) or {})
        initial["fields_"] = initial.pop("fields", [])
        super().__init__(*args, **kwargs | {"initial": initial})
        cast(forms.ChoiceField, self.fields["unit"]).choices = units
        cast(forms.ChoiceField, self.fields["line"]).choices = [("", "请选择"), *lines]
        cast(forms.ChoiceField, self.fields["fields_"]).choices = fields
        cast(forms.ChoiceField, self.fields["reviewers"]).choices = units

    def refuse(self, refusal: Refusal) -> None:
        """Put what the room said beside the fields."""
        said = refusal.fields if isinstance(refusal, Invalid) else {}
        for name, text in said.items():
            self.add_error({"fields": "fields_"}.get(name, name if name in self.fields else None), text)
        if not said:
            self.add_error(None, refusal.message)


class VisitForm(forms.Form):
    """A visit to the site."""

    on = _day("核查日期")
    visitors = forms.CharField(label="谁去的", max_length=120, error_messages=_needed("请写明谁去的。"))
    place = forms.CharField(label="去了哪里", max_length=120, error_messages=_needed("请写明去了哪里。"))
    outcome = forms.ChoiceField(
        label="结论", choices=words.VISITS, widget=forms.RadioSelect, error_messages=_needed("请选择核查结论。")
    )
    findings = forms.CharField(
        label="看到的情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text="写入决定书的理由，企业会看到。",
        error_messages=_needed("请写明看到的情况。"),
    )  # fmt: skip
    photos = needs.files_field(label="照片和材料")


def terms_of(form: SchemeForm) -> Terms:
    """What was typed, as the room takes it."""
    told = form.cleaned_data
    return Terms(
        title=told["title"], line=int(told["line"]), way=told["way"], basis=told["basis"], opens_on=told["opens_on"],
        closes_on=told["closes_on"], fixed=told["fixed"], cap=told["cap"], quota=told["quota"], fields=told["fields_"],
        questions=_questions(told["questions"]), materials=_materials(told["materials"]), scoring=_scoring(told["scoring"]),
        pass_mark=told["pass_mark"], reviewers=[int(one) for one in told["reviewers"]],
        publicity_days=told["publicity_days"], decide_days=told["decide_days"], is_deemed=told["is_deemed"],
        clawback=told["clawback"].strip(), duties=[one.as_row() for one in duties.read(told["duties"])],
    )  # fmt: skip


def initial_of(card: Card) -> dict[str, Any]:
    """A draft as the form shows it."""
    row = card.row
    labels = {value: label for label, value in KINDS.items()}
    return {
        "unit": row.scheme.unit_id, "title": row.title, "line": row.line_id, "way": row.way, "basis": row.basis,
        "fixed": row.fixed, "cap": row.cap, "quota": row.quota, "opens_on": row.opens_on, "closes_on": row.closes_on,
        "fields": row.fields, "reviewers": row.reviewers, "pass_mark": row.pass_mark,
        "publicity_days": row.publicity_days, "decide_days": row.decide_days, "is_deemed": row.is_deemed,
        "clawback": row.clawback,
        "duties": duties.written(row.duties),
        "questions": "\n".join(
            f"{one['label']} | {labels.get(one['kind'], '文字')} | {'必填' if one['is_required'] else '选填'}" for one in row.questions
        ),
        "materials": "\n".join(
            " | ".join(part for part in (one["label"], "必交" if one["is_required"] else "选交", one["hint"]) if part)
            for one in row.materials
        ),
        "scoring": "\n".join(f"{one['label']} | {one['most']}" for one in row.scoring),
    }  # fmt: skip


def _cells(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.replace("｜", "|").split("|")] for line in text.splitlines() if line.strip()]
    return [(row + [""] * 3)[:3] for row in rows]


def _questions(text: str) -> list[dict[str, Any]]:
    return [
        {
            "name": f"q{n}",
            "label": label[:60],
            "kind": KINDS.get(kind, "text"),
            "is_required": need != "选填",
            "hint": "",
        }
        for n, (label, kind, need) in enumerate(_cells(text), 1)
    ]


def _materials(text: str) -> list[dict[str, Any]]:
    return [
        {"name": f"m{n}", "label": label[:60], "is_required": need != "选交", "hint": hint[:100]}
        for n, (label, need, hint) in enumerate(_cells(text), 1)
    ]


def _scoring(text: str) -> list[dict[str, Any]]:
    return [
        {
            "name": f"s{n}",
            "label": label[:60],
            "most": int(most) if most.isascii() and most.isdecimal() and len(most) < 4 else 0,
        }
        for n, (label, most, _) in enumerate(_cells(text), 1)
    ]

"""What the editor asks: an item, and the words of one revision. Conditions are lines of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms

from qifu.domain.policies.actions.drafting import WINDOWS, About, Words
from qifu.domain.policies.queries import public
from qifu.domain.policies.queries.desk import RevisionRow
from qifu.engines.eligibility import catalogue

DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
AMOUNTS = (
    ("none", "没有金额"), ("fixed", "固定金额"), ("each", "每人、每件多少元，可封顶"),
    ("share", "一笔钱的百分之几，可封顶"), ("json", "公式（JSON）"),
)  # fmt: skip
NUMERIC = ("number", "integer")
FIELDS = [("", "请选择"), *((f.name, f"{f.label}（{f.unit}）") for f in catalogue().values() if f.type in NUMERIC)]


class AboutForm(forms.Form):
    """What an item is."""

    code = forms.CharField(label="编号", max_length=24, help_text="大写字母、数字和连字符，如 D-2026-001，发布后不变。")
    kind = forms.ChoiceField(
        label="种类", choices=[("", "请选择"), *((str(k), str(v)) for k, v in public.KINDS.items())]
    )
    theme = forms.CharField(label="主题", max_length=20, help_text="如 研发、就业、融资。")
    unit = forms.CharField(label="负责单位", max_length=80)

    @property
    def about(self) -> About:
        told = self.cleaned_data
        return About(told["code"].strip().upper(), told["kind"], told["theme"].strip(), told["unit"].strip())


class WordsForm(forms.Form):
    """What a revision says, apart from its condition."""

    title = forms.CharField(label="名称", max_length=120)
    summary = forms.CharField(
        label="通俗说明", max_length=400, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="一两句话：谁，能得到什么。",
    )  # fmt: skip
    force_from = forms.DateField(label="开始执行", widget=DAY)
    force_to = forms.DateField(label="停止执行", required=False, widget=DAY, help_text="不填为未定。")
    amount_mode = forms.ChoiceField(label="金额", choices=AMOUNTS, required=False)
    amount_fixed = forms.DecimalField(
        label="固定金额（万元）", required=False, min_value=0, decimal_places=4, max_digits=12
    )
    amount_each = forms.DecimalField(
        label="每人、每件（元）", required=False, min_value=0, decimal_places=2, max_digits=12
    )
    amount_field = forms.ChoiceField(label="按哪项数据", choices=FIELDS, required=False)
    amount_rate = forms.DecimalField(label="比例（%）", required=False, min_value=0, decimal_places=4, max_digits=8)
    amount_cap = forms.DecimalField(label="最高（万元）", required=False, min_value=0, decimal_places=4, max_digits=12)
    amount_json = forms.CharField(
        label="公式（JSON，万元）", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )
    amount_words = forms.CharField(label="标准说明", max_length=300, required=False)
    steps = forms.IntegerField(
        label="企业要办几步", min_value=0, max_value=99, help_text="什么都不用办的写 0，才能叫“免申即享”。"
    )
    how = forms.CharField(label="办理方式", max_length=600, required=False, widget=forms.Textarea({"rows": 2}))
    window_kind = forms.ChoiceField(label="受理时间", choices=list(WINDOWS.items()))
    window_from = forms.CharField(
        label="受理开始", required=False, max_length=10, help_text="每年的写 03-01，一次的写 2026-03-01。"
    )
    window_to = forms.CharField(label="受理截止", required=False, max_length=10)
    window_note = forms.CharField(label="受理说明", required=False, max_length=100)
    materials = forms.CharField(
        label="材料（一行一项）", required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    beyond = forms.CharField(
        label="另外审核什么（一行一项）", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )
    excludes = forms.CharField(label="不能同时享受的编号", required=False, max_length=300, help_text="用空格隔开。")
    contact = forms.CharField(
        label="咨询方式", max_length=120, required=False, help_text="写岗位和办公电话，不写个人手机。"
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def words(self, condition: object, clauses: list[dict[str, str]]) -> Words:
        """The revision as it is handed on. :raises ValueError: the formula is not JSON."""
        told = self.cleaned_data
        return Words(
            title=told["title"].strip(), summary=told["summary"].strip(), force_from=told["force_from"],
            force_to=told["force_to"], condition=condition, formula=formula_of(told), amount_words=told["amount_words"],
            materials=_lines(told["materials"]), window=_window(told), steps=told["steps"], how=told["how"].strip(),
            contact=told["contact"].strip(), beyond=_lines(told["beyond"]), excludes=told["excludes"].split()[:20],
            clauses=clauses,
        )  # fmt: skip


def formula_of(told: Mapping[str, Any]) -> object:
    """The formula of the amount. :raises ValueError: what is needed for it is missing, or it is not JSON."""
    mode = told.get("amount_mode") or "none"
    if mode == "fixed":
        return _number(told.get("amount_fixed"), "请填写固定金额。")
    if mode in ("share", "each"):
        field, is_each = told.get("amount_field"), mode == "each"
        rate = _number(
            told.get(f"amount_{'each' if is_each else 'rate'}"),
            "请填写每人、每件多少元。" if is_each else "请填写比例。",
        )
        if not field:
            raise ValueError("请选择按哪项数据计算。")
        part: object = {"*": [{"var": field}, round(rate / (10_000 if is_each else 100), 8)]}
        return {"min": [_number(told["amount_cap"], ""), part]} if told.get("amount_cap") else part
    if mode == "json" and (told.get("amount_json") or "").strip():
        try:
            return json.loads(told["amount_json"])
        except (ValueError, RecursionError):
            raise ValueError("公式不是 JSON，请核对括号和引号。") from None
    return None


def initial_of(row: RevisionRow) -> dict[str, object]:
    """A revision as the form shows it."""
    names = ("title", "summary", "force_from", "force_to", "amount_words", "how", "contact")
    window = row.window
    return {name: getattr(row, name) for name in names} | amount_of(row.formula) | {
        "steps": row.steps, "window_kind": window.get("kind", "always"),
        "window_from": window.get("from") or "", "window_to": window.get("to") or "",
        "window_note": window.get("note") or "", "materials": "\n".join(map(str, row.materials)),
        "beyond": "\n".join(map(str, row.beyond)), "excludes": " ".join(map(str, row.excludes)), "seen": row.version,
    }  # fmt: skip


def amount_of(formula: object) -> dict[str, object]:
    """The fields of the form that say a formula."""
    if formula is None:
        return {"amount_mode": "none"}
    if isinstance(formula, int | float):
        return {"amount_mode": "fixed", "amount_fixed": formula}
    cap, part = None, formula
    if isinstance(formula, dict) and set(formula) == {"min"} and len(formula["min"]) == 2:
        cap, part = formula["min"]
    share = part.get("*") if isinstance(part, dict) and isinstance(cap, int | float | None) else None
    if isinstance(share, list) and len(share) == 2 and isinstance(share[0], dict) and set(share[0]) == {"var"}:
        name = share[0]["var"]
        found = {"amount_field": name, "amount_cap": cap}
        if name in catalogue() and catalogue()[name].unit != "万元":
            return found | {"amount_mode": "each", "amount_each": round(float(share[1]) * 10_000, 4)}
        return found | {"amount_mode": "share", "amount_rate": round(float(share[1]) * 100, 6)}
    return {"amount_mode": "json", "amount_json": json.dumps(formula, ensure_ascii=False)}


def _number(value: object, lacking: str) -> int | float:
    if value is None or value == "":
        raise ValueError(lacking)
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError(f"“{str(value)[:20]}”不是数字，请核对。") from None
    if number < 0:
        raise ValueError("金额和比例不能是负数。")
    return int(number) if number.is_integer() else number


def _window(told: Mapping[str, Any]) -> dict[str, object]:
    note = told["window_note"].strip()
    if told["window_kind"] == "always":
        return {"kind": "always"} | ({"note": note} if note else {})
    ends = {"kind": told["window_kind"], "from": told["window_from"].strip(), "to": told["window_to"].strip()}
    return ends | ({"note": note} if note else {})


def _lines(text: str) -> list[str]:
    return [line.strip()[:200] for line in text.splitlines() if line.strip()][:40]

"""What is asked at a visit: forms as dated data. A report names its version; an older one stays readable for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qifu.kernel.errors import Invalid

LONGEST = 500  # characters of an answer in words
MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """One question. kind: choice (one of the options), choices (several), number, words."""

    key: str
    label: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""

    def says(self, answer: object) -> str:
        """The answer as people read it."""
        words = dict(self.options)
        if isinstance(answer, list):
            return "、".join(words.get(str(one), str(one)) for one in answer)
        return f"{words.get(str(answer), str(answer))}{self.unit}"


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of a kind of place from a day on."""

    version: str
    since: date
    of: str  # enterprise, building
    questions: tuple[Question, ...]


_TREND = (("up", "上升"), ("flat", "持平"), ("down", "下降"))
_TROUBLES = (
    ("orders", "订单不足"),
    ("money", "资金周转"),
    ("people", "招工用工"),
    ("premises", "场地租金"),
    ("costs", "成本上涨"),
    ("procedures", "办事手续"),
    ("none", "没有明显困难"),
)
_MET = (("head", "负责人"), ("manager", "部门主管"), ("other", "其他人员"), ("nobody", "没有见到人"))
_MET_THERE = (("head", "运营负责人"), ("manager", "物业主管"), ("other", "其他人员"), ("nobody", "没有见到人"))
_STATES = (("normal", "正常"), ("growing", "扩大"), ("hard", "困难"), ("stopped", "停业"))
_INTENT = (("stay", "留在原址"), ("expand", "本区扩大"), ("move", "打算搬迁"), ("unsure", "没有想好"))
_POLICIES = (("used", "已享受"), ("known", "知道未申报"), ("unknown", "不了解"))
_BUILDING_TROUBLES = (
    ("vacancy", "空置"),
    ("parking", "停车"),
    ("repair", "设施维修"),
    ("safety", "消防安全"),
    ("none", "没有明显困难"),
)
FORMS = (
    Form(
        "2026-1",
        date(2026, 1, 1),
        "enterprise",
        (
            Question("met", "见到谁", "choice", _MET),
            Question("state", "经营状况", "choice", _STATES),
            Question("orders", "近三个月订单", "choice", _TREND),
            Question("staff", "目前员工", "number", unit="人"),
            Question("troubles", "主要困难", "choices", _TROUBLES),
            Question("stays", "未来一年打算", "choice", _INTENT),
            Question("policies", "惠企政策", "choice", _POLICIES),
            Question("words", "企业还说了什么", "words"),
        ),
    ),
    Form(
        "2026-1b",
        date(2026, 1, 1),
        "building",
        (
            Question("met", "见到谁", "choice", _MET_THERE),
            Question("let", "出租情况", "choice", _TREND),
            Question("leaving", "近期要搬走", "number", unit="家"),
            Question("coming", "近期要入驻", "number", unit="家"),
            Question("troubles", "楼宇的困难", "choices", _BUILDING_TROUBLES),
            Question("words", "运营方还说了什么", "words"),
        ),
    ),
)  # fmt: skip
BY_VERSION = {one.version: one for one in FORMS}


def form_for(of: str, on: date) -> Form:
    """The form in force for an enterprise or a building on the day; before the first, the first."""
    held = [one for one in FORMS if one.of == of]
    return max((one for one in held if one.since <= on), key=lambda one: one.since, default=held[0])


def checked(version: str, of: str, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers, each of the kind that its question takes; unanswered ones are left out.

    :raises Invalid: no such form, a question that it does not have, or an answer that is none.
    """
    form = BY_VERSION.get(version)
    if form is None or form.of != of:
        raise Invalid("走访表的版本不对，请更新后再提交。", {"form": "版本不对"})
    questions = {one.key: one for one in form.questions}
    problems = {f"answers.{key}": "没有这个问题。" for key in answers if key not in questions}
    told: dict[str, object] = {}
    for key, one in questions.items():
        value = answers.get(key)
        if value in (None, "", []):
            continue
        if _fits(one, value):
            told[key] = value.strip() if isinstance(value, str) else value
        else:
            problems[f"answers.{key}"] = f"“{one.label}”的回答不合要求。"
    if problems:
        raise Invalid("走访表有几处需要修改：" + "".join(problems.values()), problems)
    return told


def _fits(one: Question, value: object) -> bool:
    known = {key for key, _ in one.options}
    if one.kind == "choice":
        return isinstance(value, str) and value in known
    if one.kind == "choices":
        return isinstance(value, list) and all(isinstance(v, str) for v in value) and set(value) <= known
    if one.kind == "number":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST
    return isinstance(value, str) and len(value) <= LONGEST


def said(version: str, answers: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """What was answered, in words, in the order of the form."""
    form = BY_VERSION.get(version)
    return (
        tuple((one.label, one.says(answers[one.key])) for one in form.questions if one.key in answers) if form else ()
    )

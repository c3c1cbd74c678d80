"""Rules on the targets of budgets: goals without indicators (TGT-01), 历史标准 (TGT-05), the arithmetic of estimates (TGT-06)."""

from __future__ import annotations

from collections.abc import Iterator

from qifu.engines.statements.money import amount

from .case import Case
from .registry import INFO, TARGETS, WARNING, Hit, rule


@rule(
    "TGT-01",
    "目标下没有指标",
    source=TARGETS,
    severity=WARNING,
    message="目标“{goal}”下没有指标。",
    fix="为每个长期目标和年度目标设置指标。",
    kinds=("budget",),
)
def goals(case: Case) -> Iterator[Hit]:
    """Every goal of a form has indicators, where another one does and the form was read whole."""
    for form in case.model.forms:
        unclear = any(form.title in each.where for each in case.model.unreadable)
        if unclear or not form.indicators:
            continue
        for goal in form.goals:
            case.checked += 1
            if goal.text and not goal.indicators:
                yield Hit({"goal": goal.text[:30]}, (goal.at or form.at,), cause=f"目标 {goal.text[:30]}")


@rule(
    "TGT-05",
    "历史标准没有往年的值",
    source=TARGETS,
    severity=INFO,
    message="指标“{name}”的标准是历史标准，前年、上年的值是空白。",
    fix="填写前两年的值，没有往年值的改用计划标准等。",
    kinds=("budget",),
)
def history(case: Case) -> Iterator[Hit]:
    """An indicator measured by its history has one, where the table gives that of others."""
    for form in case.model.forms:
        for goal in form.goals:
            if not any(any(one.past) for one in goal.indicators):
                continue
            for one in goal.indicators:
                case.checked += 1
                if "历史标准" in one.basis and not any(one.past):
                    yield Hit({"name": one.name}, (one.at or form.at,), cause="历史标准")


@rule(
    "TGT-06",
    "测算数不等于单价乘以计量数",
    source=TARGETS,
    severity=WARNING,
    message="项目“{project}”的“{task}”：单价{price}×计量数{count}={right}元，测算数写为{said}元。",
    fix="核对单价、计量数和测算数。",
    kinds=("budget",),
)
def estimate(case: Case) -> Iterator[Hit]:
    """The lines of an estimate that give a price and a number."""
    for form in case.model.forms:
        for line in form.details.get("tasks", "").split("\n"):
            task, *figures = line.split("\t")
            price, count, said = (amount(each) for each in (*figures, "", "", "")[:3])
            if price is None or count is None or said is None:
                continue
            case.checked += 1
            if (
                abs(price * count - said) >= 1 and said != price * count * 10000
            ):  # less is rounding; a price may be in 万元
                values = {"project": form.name, "task": task, "price": f"{price:f}", "count": f"{count:f}"}
                values |= {"right": f"{price * count:f}", "said": f"{said:f}"}
                yield Hit(values, (form.at,), (f"{said:f}",), cause=f"测算 {form.name} {task}")

"""The target forms of a drawn budget: of the whole department, and the application of every project."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.model import Form, Goal, Indicator
from qifu.engines.statements.money import HUNDRED, ZERO, rounded

from .budget_amounts import KINDS, Project, World

_INDICATORS = (
    ("产出指标", "数量指标", "走访企业数量", "家", "历史标准"),
    ("产出指标", "数量指标", "组织企业活动场次", "场", "计划标准"),
    ("产出指标", "质量指标", "诉求办结率", "%", "历史标准"),
    ("产出指标", "时效指标", "任务完成及时率", "%", "计划标准"),
    ("效益指标", "社会效益指标", "惠企政策知晓率", "%", "历史标准"),
    ("满意度指标", "服务对象满意度指标", "企业满意度", "%", "历史标准"),
)


def _goals(world: World, project: Project) -> tuple[Goal, ...]:
    """A goal beyond the year and one of the year, with their indicators; numbers of the text are targets."""
    rng, name = world.rng, project.name.removesuffix("项目")
    chosen = [_INDICATORS[i] for i in sorted(rng.sample(range(len(_INDICATORS)), rng.randint(3, 5)))]
    yearly = tuple(_target(rng, kind, name) for kind in chosen)
    lasting = tuple(replace(each, past=()) for each in yearly[:2])
    said = "，".join(f"{each.name}{each.target.replace('≥', '达到')}" for each in yearly[:2])
    return (
        Goal(f"持续开展{name}工作，健全服务企业的长效机制。", "", lasting),
        Goal(f"完成{name}年度任务，{said}。", "", yearly),
    )


def _target(rng: random.Random, kind: tuple[str, str, str, str, str], name: str) -> Indicator:
    level1, level2, label, unit, basis = kind
    low, high = (85, 97) if unit == "%" else (20, 400)
    values = sorted(rng.randint(low, high) for _ in range(3))
    past = tuple(f"≥{value}{unit}" for value in values[:2])
    return Indicator(level1, level2, f"{name}{label}", f"≥{values[2]}{unit}", basis=basis, past=past)


def _yuan(amount: Decimal) -> str:
    return f"{amount * 10000:.2f}"


def applications(world: World) -> tuple[Form, ...]:
    """The application of every project, in 元."""
    return tuple(_application(world, project, number) for number, project in enumerate(world.projects, start=1))


def _application(world: World, project: Project, number: int) -> Form:
    year, name = world.style.year, project.name.removesuffix("项目")
    standing = bool(project.prior)
    money = _yuan(project.amount)
    prior = ";".join(f"{year - back}={_yuan(value)}" for back, value in sorted(project.prior.items(), reverse=True))
    details = {
        "office": world.name,
        "level": project.level,
        "frequency": "常年性项目" if standing else "一次性项目",
        "start": str(year - max(project.prior, default=0)),
        "end": str(year + 1 if standing else year),
        "total": money,
        "current": money,
        "summary": f"围绕服务企业开展{name}工作，明确责任科室和经费来源，为辖区企业提供便利。",
        "grounds": f"1.单位职责：为辖区企业提供服务。2.年度重点工作安排：开展{name}工作。",
        "plan": f"上半年制定{name}方案并组织实施，下半年检查进度、回访企业，年底开展绩效自评。",
        "prior": prior,
        "sources": money,
        "estimate": money,
    }
    return Form(
        f"表12-{number}.部门项目支出绩效目标表",
        "project",
        project.name,
        Decimal(money) / 10000,
        goals=_goals(replace(world, rng=random.Random(f"{project.name} {project.amount}")), project),
        details={key: value for key, value in details.items() if value},
    )


def of_department(world: World) -> Form:
    """The targets of the whole department: its money of three years, and the goals of its largest projects."""
    own, total = world.spent("unit"), world.basic() + world.spent(*KINDS)
    years = [(before, world.before(back)) for before, back in zip(world.basic_before, (2, 1), strict=True)]
    table = (
        ("财政拨款", total - own, [basic + spent for basic, spent in years]),
        ("其他资金", own, [ZERO, ZERO]),
        ("收入合计", total, [basic + spent for basic, spent in years]),
        ("基本支出", world.basic(), [basic for basic, _ in years]),
        ("项目支出", total - world.basic(), [spent for _, spent in years]),
        ("支出合计", total, [basic + spent for basic, spent in years]),
    )
    funds = "\n".join(
        "\t".join([name, f"{now:.2f}", f"{rounded(now / total * HUNDRED, 2):.2f}", *(f"{each:.2f}" for each in before)])
        for name, now, before in table
    )
    largest = sorted(applications(world), key=lambda form: -(form.budget or ZERO))[:2]
    return Form(
        "表11.部门整体支出绩效目标表",
        "unit",
        budget=Decimal(f"{total:.2f}"),
        goals=tuple(goal for form in largest for goal in form.goals),
        details={"funds": funds},
    )

"""Faults of the explanations: figures, lists and uses that disagree with the statements and with each other."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.model import Claim, Paragraph
from qifu.engines.statements.money import CENT, ZERO, rounded
from qifu.engines.statements.relations import tops
from qifu.engines.statements.subjects import class_of, codes_by_name

from .figures import FAR, WAYS, Kinds, Planter, Way, last_year, lost, other, shifted, transposed
from .forms import rate_of
from .passages import (
    edited,
    figures,
    insert,
    places,
    retold,
    says,
    swap,
)
from .tables import note_of_none

SECTIONS = ("overall", "income", "expenditure", "fiscal")


def _total(claim: Claim) -> bool:
    return claim.measure == "amount" and claim.topic in (*SECTIONS, "basic") and not claim.item


def _subject(claim: Claim) -> bool:
    of_class = claim.measure == "amount" and claim.section == "五(二)" and "类" in claim.subject
    return claim.topic == "general" and ((claim.measure == "actual" and bool(claim.item)) or of_class)


def _review(claim: Claim) -> bool:
    return claim.topic == "performance" and claim.measure in ("budget", "actual")


def _whole_evaluation(value: Callable[[Decimal, Model, random.Random], Decimal | None]) -> Planter:
    """The money of the evaluation of the whole unit."""
    pattern = r"(整体支出绩效自评，资金)([\d.]+)"

    def planter(model: Model, rng: random.Random) -> Model | None:
        whole = next((form for form in model.forms if form.kind == "unit"), None)
        for i in places(model, "explanations", "performance", pattern):
            found = re.search(pattern, model.text[i].text)
            wrong = value(Decimal(found[2]), model, rng) if found else None
            allowed = (whole.budget, whole.executed) if whole else ()
            if wrong is None or any(each is not None and abs(each - wrong) < FAR for each in allowed):
                return None
            return edited(model, i, re.sub(pattern, rf"\g<1>{wrong:f}", model.text[i].text, count=1))
        return None

    return planter


def _money_of_projects(value: Decimal, model: Model, rng: random.Random) -> Decimal | None:
    return sum((form.executed or ZERO for form in model.forms if form.kind == "project"), ZERO) or None


def _kept(way: Way) -> Callable[[Decimal, Model, random.Random], Decimal | None]:
    return lambda value, model, rng: way(value, rng)


def _listed(change: Callable[[list[Decimal], random.Random], list[Decimal] | None]) -> Planter:
    """Projects listed behind 项目支出 that do not add up to it."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        pattern = r"项目支出([\d.]+)万元。$"
        for i in places(model, "explanations", "general", pattern):
            found = re.search(pattern, model.text[i].text)
            whole = Decimal(found[1]) if found else ZERO
            if whole < 9:
                return None
            first, second = (whole * 2 / 7).quantize(CENT), (whole * 3 / 7).quantize(CENT)
            parts = change([first, second, whole - first - second], rng)
            if parts is None:
                return None
            names = ("楼宇走访专项", "惠企政策宣传", "企业诉求办理")
            listed = "、".join(f"{name}{value:f}万元" for name, value in zip(names, parts, strict=False))
            return edited(model, i, f"{model.text[i].text}项目支出主要用于{listed}。")
        return None

    return planter


def _one_other(way: Way) -> Callable[[list[Decimal], random.Random], list[Decimal] | None]:
    def change(parts: list[Decimal], rng: random.Random) -> list[Decimal] | None:
        value = way(parts[0], rng)
        return None if value is None else [value, *parts[1:]]

    return change


def _economic(change: Callable[[list[str], list[str], random.Random], list[str] | None]) -> Planter:
    """The economic subjects that section six lists."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        words, classes = rng.choice((("人员经费", ("301", "303")), ("公用经费", ("302", "310"))))
        rows = [row for row in model.tables["T06"].rows if len(row.code) == 5 and row.code[:3] in classes]
        spare = [row.name for row in rows if not row.amounts.get("amount")]
        for i in places(model, "explanations", "basic", rf"^{words}.*主要包括："):
            head, _, tail = model.text[i].text.partition("主要包括：")
            names = change(tail.rstrip("。").split("、"), spare, rng)
            return None if names is None else edited(model, i, f"{head}主要包括：{'、'.join(names)}。")
        return None

    return planter


def _surplus(names: list[str], spare: list[str], rng: random.Random) -> list[str] | None:
    return [rng.choice(spare), *names] if spare else None


def _missing(names: list[str], spare: list[str], rng: random.Random) -> list[str] | None:
    gone = rng.randrange(len(names))
    return [name for i, name in enumerate(names) if i != gone] if len(names) > 2 else None


def _replaced(names: list[str], spare: list[str], rng: random.Random) -> list[str] | None:
    place = rng.randrange(len(names))
    return [*names[:place], rng.choice(spare), *names[place + 1 :]] if spare and len(names) > 2 else None


def _class_use(model: Model) -> list[tuple[int, str]]:
    """The paragraphs of 五（二） by 类 and their codes."""
    found = []
    for i in places(model, "explanations", "general", r"（类）支出[\d.]+万元，占[\d.]+%。主要用于"):
        name = re.match(r"\d+\.(.*?)（类）", model.text[i].text)
        if name and (code := class_of(name[1])):
            found.append((i, code))
    return found


def _use(words: str) -> Planter:
    """A use that only projects have, stated for a class without projects."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        table = model.tables["T05"]
        held = [
            i
            for i, code in _class_use(model)
            if not any((row := table.row(each)) and row.amounts.get("project") for each in tops(table, code))
        ]
        if not held:
            return None
        i = rng.choice(held)
        return edited(model, i, re.sub(r"主要用于.*?。", f"主要用于{words}等支出。", model.text[i].text))

    return planter


def _named(choose: Callable[[str, set[str]], bool]) -> Planter:
    """A subject under a class that has no row in the statement."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        codes = {row.code for row in model.tables["T05"].rows if row.code}
        present = {row.name for row in model.tables["T05"].rows}
        held = _class_use(model)
        rng.shuffle(held)
        for i, head in held:
            names = [
                name
                for name, known in codes_by_name().items()
                if any(code.startswith(head) and choose(code, codes) for code in known)
                and not re.search(r"[、,，。；;：:中和及()（）]|用于|等", name)
                and len(name) >= 4
                and name not in present
                and not any(used.startswith(code) for code in known if code.startswith(head) for used in codes)
            ]
            if names:
                said = f"主要用于{rng.choice(sorted(names))}等支出。"
                return edited(model, i, re.sub(r"主要用于.*?。", said, model.text[i].text))
        return None

    return planter


def _fund_figure(topic: str, name: str) -> Planter:
    """A figure in the section of a statement that is empty."""
    table = {"政府性基金": "T07", "国有资本经营": "T08"}[name]

    def planter(model: Model, rng: random.Random) -> Model | None:
        if table not in model.tables or not model.tables[table].is_empty:
            return None
        said = f"{model.document.year}年度{name}预算财政拨款支出{rounded(Decimal(rng.randint(300, 4900)) / 100, 2):f}万元。"
        return swap("^.*$", said, topic=topic)(model, rng)

    return planter


def _restated_total(topic: str, way: Way) -> Planter:
    """A total of the general budget that another section says differently."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        row = model.tables["T05"].row("")
        value = way(row.amounts["total"] or ZERO, rng) if row else None
        if value is None:
            return None
        return insert("explanations", f"。其中：一般公共预算财政拨款支出{value:f}万元", topic)(model, rng)

    return planter


def _worked(way: Way) -> Planter:
    """A quantity of work that two sections say differently."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        value = Decimal(rng.randint(120, 980))
        wrong = way(value, rng)
        if wrong is None or wrong != wrong.to_integral_value() or wrong == 0:
            return None
        first = insert("works", f"。全年收集企业诉求{value:f}件")(model, rng)
        return insert("explanations", f"。收集企业诉求{int(wrong)}件", "performance")(first, rng) if first else None

    return planter


def _praise(words: str) -> Planter:
    """Praise beside a project of which little was executed."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        poor = [f for f in model.forms if f.kind == "project" and f.rate and Decimal(f.rate.rstrip("%")) < 80]
        return insert("explanations", words, "performance")(model, rng) if poor else None

    return planter


# ---- the report at the end -------------------------------------------------------------------------------------------


def _report(what: str, way: Way) -> Planter:
    """A report of one project in the annex, with one figure other than in the form."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        held = [each for each in model.forms if each.kind == "project" and each.rate and each.budget and each.executed]
        rng.shuffle(held)
        for each in held:
            figures = {
                "预算数": each.budget,
                "执行数": each.executed,
                "执行率": rate_of(each),
                "总得分": each.total_score,
            }
            said = figures.get(what)
            wrong = way(said, rng) if said else None
            if wrong is not None:
                text = _worded(each.name, {**figures, what: wrong})
                return retold(model, (*model.text, Paragraph("annex", "", "text", text)))
        return None

    return planter


def _worded(name: str, figures: dict[str, Decimal | None]) -> str:
    units = {"预算数": "万元", "执行数": "万元", "执行率": "%", "总得分": "分"}
    said = "，".join(f"{what}为{value:f}{units[what]}" for what, value in figures.items() if value is not None)
    return f"{name}绩效评价情况：{said}。"


PLANTERS: dict[str, Kinds] = {
    "NAR-01": figures(_total),
    "NAR-02": figures(_subject),
    "NAR-02-SUM": figures(says("general", "initial", item=False)),
    "NAR-03": figures(says("general", "amount", item=False, subject="^(基本|项目)支出$")),
    "NAR-03-LIST": {
        "a project left out": _listed(lambda parts, rng: parts[:2]),
        "digits transposed": _listed(_one_other(transposed)),
        "decimal point shifted": _listed(_one_other(shifted)),
        "figure of last year": _listed(_one_other(last_year)),
    },
    "NAR-04": {
        "subject without money": _economic(_surplus),
        "subject left out": _economic(_missing),
        "one subject for another": _economic(_replaced),
    },
    "NAR-05": {
        "about": swap(r"(支出|收入|经费)(\d[\d.]*万元)", lambda m: f"{m[1]}约{m[2]}"),
        "nearly": swap(r"(支出|收入|经费)(\d[\d.]*万元)", lambda m: f"{m[1]}近{m[2]}"),
        "and more": swap(r"(支出|收入|经费)(\d+)[\d.]*万元", lambda m: f"{m[1]}{m[2]}余万元"),
    },
    "NAR-06": figures(_review),
    "NAR-09": {
        "fund said to be none": swap(
            r"^.*政府性基金预算财政拨款.*\d.*$", "本部门当年无政府性基金预算财政拨款收入支出。", topic="fund"
        ),
        "state capital said to be none": swap(
            r"^.*国有资本经营预算财政拨款支出\d.*$", "本部门当年无国有资本经营预算财政拨款支出。", topic="capital"
        ),
        "note under the statement": note_of_none,
        "figure for an empty fund": _fund_figure("fund", "政府性基金"),
        "figure for empty state capital": _fund_figure("capital", "国有资本经营"),
    },
    "NAR-11": {
        "money of the projects": _whole_evaluation(_money_of_projects),
        **{name: _whole_evaluation(_kept(way)) for name, way in WAYS.items()},
    },
    "NAR-12": {words: _use(words) for words in ("政策兑现", "惠企资金", "项目建设")},
    "NAR-13": {
        "项 of a 款 in use": _named(
            lambda code, used: len(code) == 7 and any(each.startswith(code[:5]) for each in used)
        ),
        "项 of another 款": _named(
            lambda code, used: len(code) == 7 and not any(each.startswith(code[:5]) for each in used)
        ),
        "款 without money": _named(lambda code, used: len(code) == 5),
    },
    "NAR-14": {
        "total": swap(r"(收入合计|支出合计)[\d.]+(万元)", lambda m: m[1] + m[2]),
        "budget of the beginning of the year": swap(r"(年初预算为)[\d.]+(万元)", lambda m: m[1] + m[2]),
        "part": swap(r"(基本支出|项目支出|公用经费)[\d.]+(万元)", lambda m: m[1] + m[2]),
        "procurement": swap(r"(服务支出)[\d.]+(万元)", lambda m: m[1] + m[2], topic="procurement"),
    },
    "NN-01": {
        "digits transposed": _restated_total("fiscal", transposed),
        "decimal point shifted": _restated_total("overall", shifted),
        "figure of last year": _restated_total("performance", last_year),
    },
    "NN-02": {
        "digits transposed": _worked(transposed),
        "decimal point shifted": _worked(shifted),
        "digit lost": _worked(lost),
    },
    "NN-04": {
        "reached": _praise("。各项目标均达到预期进度"),
        "in time": _praise("。各项目均按期完成"),
        "executed": _praise("，项目全部执行完毕"),
    },
    "FRM-08": {
        "budget": _report("预算数", transposed),
        "execution": _report("执行数", shifted),
        "rate": _report("执行率", other),
        "total score": _report("总得分", transposed),
    },
}

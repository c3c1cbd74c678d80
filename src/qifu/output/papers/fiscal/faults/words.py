"""Faults of the wording: residue of templates, labels, names of subjects and projects, what is personal."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from qifu.engines.statements import Model
from qifu.engines.statements.model import Paragraph
from qifu.engines.statements.reading.claims import item_path
from qifu.engines.statements.subjects import class_of, codes_by_name, functional, name_of

from .figures import Kinds, Planter
from .passages import drop_one, edited, insert, inserts, places, retold, swap


def _added(part: str, saying: str) -> Planter:
    """A paragraph of its own at the end of a part."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [i for i, p in enumerate(model.text) if p.part == part]
        if not found:
            return None
        last = model.text[found[-1]]
        more = Paragraph(part, last.section, "text", saying)
        return retold(model, (*model.text[: found[-1] + 1], more, *model.text[found[-1] + 1 :]))

    return planter


def _other_year(back: int) -> Planter:
    """Another year in the opening words of a section."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        topic = rng.choice(("overall", "income", "expenditure", "general"))
        return swap(r"^(20\d\d)(年度)", lambda m: f"{int(m[1]) - back}{m[2]}", topic=topic)(model, rng)

    return planter


def _listed(change: Callable[[str, Model], str]) -> Planter:
    """A part named otherwise in the contents."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = places(model, "contents", "", r"^第[二三四]部分")
        rng.shuffle(found)
        for i in found:
            changed = edited(model, i, change(model.text[i].text, model))
            if changed is not None:
                return changed
        return None

    return planter


def _project(change: Callable[[str], str]) -> Planter:
    """A project named otherwise in its review than in its form."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        names = [form.name for form in model.forms if form.kind == "project" and len(form.name) >= 6]
        rng.shuffle(names)
        for name in names:
            changed = swap(re.escape(name), change(name), topic="performance")(model, rng)
            if changed is not None:
                return changed
        return None

    return planter


# ---- subjects --------------------------------------------------------------------------------------------------------


def _explained(p: Paragraph) -> bool:
    return p.part == "terms" and p.kind == "text" and item_path(p.text) is not None


def _unused(model: Model, rng: random.Random) -> str:
    """The full name of a subject that no statement holds."""
    year = model.document.year or 0
    rows = [row for table in model.tables.values() for row in table.rows]
    names, heads = {row.name for row in rows}, {row.code[:3] for row in rows}
    codes = [c for c in functional() if len(c) == 7 and c[:3] in heads and name_of(c, year) not in names]
    code = rng.choice(sorted(codes))
    return f"{name_of(code[:3], year)}（类）{name_of(code[:5], year)}（款）{name_of(code, year)}（项）"


def _surplus_term(model: Model, rng: random.Random) -> Model | None:
    if not any(_explained(p) for p in model.text):
        return None
    return _added("terms", f"20.{_unused(model, rng)}：反映该方面的支出。")(model, rng)


def _other_term(model: Model, rng: random.Random) -> Model | None:
    found = [i for i, p in enumerate(model.text) if _explained(p)]
    return edited(model, rng.choice(found), f"3.{_unused(model, rng)}：反映该方面的支出。") if found else None


def _shortened(part: str, change: Callable[[str], str]) -> Planter:
    """The name of a 项 cut short until it is no name of a subject any more."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [i for i, p in enumerate(model.text) if p.part == part and p.kind == "text" and item_path(p.text)]
        rng.shuffle(found)
        for i in found:
            path = item_path(model.text[i].text)
            name = path[2] if path else ""
            short = change(name)
            if len(short) < 4 or short == name or codes_by_name().get(short) or not class_of(path[0] if path else ""):
                continue
            return edited(model, i, model.text[i].text.replace(f"{name}（项）", f"{short}（项）", 1))
        return None

    return planter


PLANTERS: dict[str, Kinds] = {
    "RES-01": inserts(
        "explanations",
        {
            "crosses": "，其中××项目支出",
            "year of the template": "，20XX年度完成",
            "line to fill in": "，资金用于______",
            "brackets to fill in": "，主要原因是（填写具体原因）",
        },
    ),
    "RES-02": inserts(
        "terms",
        {
            "fill in": "（请根据本单位实际情况填写）",
            "delete": "（如无此项收入，则删去）",
            "note to all units": "（注：以下为所有单位共用科目）",
        },
    ),
    "RES-03": inserts(
        "explanations", {"marks of a list": "，包括办公费、、水费", "commas": "，，按规定执行", "stops": "。。完成任务"}
    ),
    "RES-05": {
        "telephone for contact": _added("terms", "联系电话：0000-12345678。"),
        "telephone for questions": _added("terms", "咨询电话：0000-12345678"),
        "telephone with an office": _added("terms", "联系电话（综合科）：12345678"),
    },
    "RES-06": {
        **inserts(
            "explanations",
            {
                "half a sentence": "，主要是用于主要是用于日常运转",
                "short word": "，用于用于办公",
                "sentence": "，完成年度任务完成年度任务",
            },
        ),
        "stray digit": swap(r"(\d万元)。", lambda m: f"{m[1]}0。"),
    },
    "LBL-01": {
        "year without 度": _listed(lambda text, model: text.replace("年度", "年")),
        "unit left out": _listed(lambda text, model: text.replace(model.document.unit, "")),
        "other words": _listed(
            lambda text, model: text.replace("部门决算情况说明", "决算情况的说明").replace("决算表", "报表")
        ),
    },
    "LBL-03": {
        "word more": _project(lambda name: f"{name.removesuffix('经费')}工作经费"),
        "word for another": _project(lambda name: f"{name.removesuffix('经费')}专项资金"),
        "character lost": _project(lambda name: name.removesuffix("经费")[:-1] + "经费"),
    },
    "LBL-06": {"last year": _other_year(1), "the year before last": _other_year(2), "next year": _other_year(-1)},
    "LBL-08": {
        "budget": swap(r"(预算为[\d.]+)万元(?=[，。；、])", r"\1万"),
        "what was spent": swap(r"(决算为[\d.]+)万元(?=[，。；、])", r"\1万"),
        "income and expenditure": swap(r"((?:支出|收入)[\d.]+)万元(?=[，。；、])", r"\1万"),
    },
    "LBL-09": {
        "予": swap("预算", "予算"),
        "祘": swap("决算", "决祘"),
        "帐": insert("explanations", "，按规定开设银行帐户"),
        "按": insert("works", "，完成设备按装"),
    },
    "LBL-10": inserts(
        "terms",
        {
            "treasury": "，由市级财政拨款安排",
            "departments": "，适用于市直部门",
            "budget and accounts": "，纳入市级财政预决算管理",
        },
    ),
    "VOC-02": {
        "entry left out": drop_one(_explained),
        "entry too many": _surplus_term,
        "entry of another subject": _other_term,
    },
    "VOC-04": {
        "支出 left out of the glossary": _shortened("terms", lambda name: name.removesuffix("支出")),
        "end cut in the glossary": _shortened("terms", lambda name: name[:-2]),
        "end cut in the explanations": _shortened("explanations", lambda name: name[:-2]),
        "half of the name": _shortened("explanations", lambda name: name[: (len(name) + 1) // 2]),
    },
    "PRI-01": inserts(
        "works",
        {
            "name beside a benefit": "。发放困难职工王建国生活补助3000元",
            "name beside a pension": "。发放遗属李秀英抚恤金8000元",
            "mobile number": "。联系人手机13812345678",
            "identity number": "。身份证号420106198001011234",
            "bank account": "。退款账号：6222020000001234567",
        },
    ),
}

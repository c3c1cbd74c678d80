"""Lists of invented enterprises for the tests of the registry: valid codes, names of changing characters."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from qifu.domain.registry import actions, columns
from qifu.domain.registry.models import Load
from qifu.engines.codes import credit
from qifu.entry.intake.tables import Table, open_table
from qifu.kernel.actor import SYSTEM, Actor
from tests.conftest import NOW

HEADINGS = ["企业名称", "统一社会信用代码", "所属街道", "行业代码", "企业规模", "从业人数", "联系电话", "是否规上"]
CHARACTERS = "江河湖海山林云星光明远达信诚和顺通泰安康盛华瑞德恒永昌隆兴旺中正方圆"
TRADES = ("科技", "贸易", "建材", "餐饮管理", "文化传播", "物流", "装饰工程", "电子商务")


def code(number: int) -> str:
    body = f"91420103MA{number:07d}"
    return body + credit.check_character(body)


def name(number: int) -> str:
    size = len(CHARACTERS)
    picked = [CHARACTERS[(number // size**place) % size] for place in range(4)]
    return f"武汉{''.join(picked)}{TRADES[number % len(TRADES)]}有限公司"


def line(number: int, employees: object = 12) -> list[str]:
    return [name(number), code(number), "民意街道", "I6513", "小型", str(employees), "13800001234", "是"]


def write_csv(path: Path, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def opened(path: Path, actor: Actor = SYSTEM, source: str = "") -> tuple[Load, Table]:
    table = open_table(path, known=columns.is_known)
    load = actions.open_load(
        actor=actor, now=NOW, name=path.name, digest="d" * 64, headings=table.headings, source=source
    )
    return load, table


def run(path: Path, source: str = "") -> Load:
    load, table = opened(path, source=source)
    actions.begin_run(actor=SYSTEM, now=NOW, load=load.pk)
    return actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=table.rows())


def check(path: Path) -> Load:
    load, table = opened(path)
    actions.begin_check(actor=SYSTEM, now=NOW, load=load.pk, mapping=load.mapping)
    return actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=table.rows())


def figures(load: Load) -> tuple[int, int, int, int, int]:
    return load.created, load.changed, load.unchanged, load.rejected, load.noted

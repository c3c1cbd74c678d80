"""The enterprises of the sample district, read in as a list is read in, and the buildings in which they sit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

import polars as pl

from qifu.domain.estate import actions as estate
from qifu.domain.people import queries as people
from qifu.domain.registry.actions import begin_run, carry_on, open_load
from qifu.engines.codes.legal_forms import legal_form
from qifu.engines.codes.sizes import size_class
from qifu.entry.cli.sample.buildings import buildings
from qifu.entry.cli.sample.enterprises import enterprises
from qifu.entry.cli.sample.places import STREETS
from qifu.kernel.actor import SYSTEM

HEADINGS = ("企业名称", "统一社会信用代码", "曾用名", "行业代码", "所属街道", "企业类型", "成立日期", "注册资本（万元）",
            "从业人数", "地址", "联系电话", "重点企业", "四上企业", "企业规模")  # fmt: skip
SIZES = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
NAME = "江泽区企业名录（样例）.xlsx"


def put_buildings(opened: datetime) -> int:
    """Enter the directory of buildings."""
    units = {view.code: view.id for view in people.units("street")}
    rows = [
        estate.BuildingRow(
            code=one.id, name=one.name, aliases=one.aliases, street=units[one.street], road=one.road,
            number=f"{one.number}号", towers=one.towers, floors=one.floors, area=Decimal(one.area), manager=one.manager,
        )
        for one in buildings()
    ]  # fmt: skip
    made, _ = estate.put_buildings(actor=SYSTEM, now=opened, rows=rows)
    return made


def read_in(count: int, opened: datetime) -> int:
    """Read the list of enterprises into the registry, by the very path a list of the tax office takes."""
    digest = sha256(f"{NAME}:{count}".encode()).hexdigest()
    load = open_load(actor=SYSTEM, now=opened, name=NAME, digest=digest, headings=HEADINGS)
    begin_run(actor=SYSTEM, now=opened, load=load.pk)
    done = carry_on(actor=SYSTEM, clock=lambda: opened, load=load.pk, rows=_rows(enterprises(count)))
    if done.rejected:
        raise RuntimeError(f"{done.rejected} rows of the sample list were refused")
    return done.created


def people_of(count: int) -> dict[int, tuple[str, str, str]]:
    """Place in the sample → credit code, the firm's person, its telephone."""
    table = enterprises(count).select("index", "uscc", "contact", "phone")
    return {place: (uscc, person, phone) for place, uscc, person, phone in table.iter_rows()}


def _rows(table: pl.DataFrame) -> Iterator[tuple[int, Sequence[str]]]:
    streets = {one.code: one.name for one in STREETS}
    for number, row in enumerate(table.iter_rows(named=True), 2):
        size = size_class(row["industry"], row["employees"], row["revenue"], row["assets"]).size
        yield (
            number,
            (
                row["name"], row["uscc"], ";".join(row["former_names"]), row["industry"], streets[row["street"]],
                legal_form(row["legal_form"]).name, str(row["registered_on"]), _figure(row["registered_capital"]),
                _figure(row["employees"]), row["address"], row["phone"], _yes(row["key_enterprise"]),
                _yes(row["above_scale"]), SIZES.get(str(size), ""),
            ),
        )  # fmt: skip


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 10**6 else str(int(value))


def _yes(value: bool) -> str:
    return "是" if value else "否"

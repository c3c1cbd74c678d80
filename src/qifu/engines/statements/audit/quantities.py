"""Rules on quantities of the text: unit price times number (NAR-08), cumulative against annual (NN-03)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qifu.engines.statements.words import compact

from .case import Case
from .registry import ARITHMETIC, INFO, OPENNESS, WARNING, Hit, rule

_UNITS = "人|名|家|户|场|份|台|套|件|批|期"
_PRICE = re.compile(
    rf"每({_UNITS})(?:补助|发放|补贴|标准|为|按)*(\d+(?:\.\d+)?)(万?元)|(\d+(?:\.\d+)?)(万?元)/({_UNITS})"
)
_TOTAL = re.compile(r"(?:共计|合计|总计|共)(?:发放|支出|支付|使用|补助|安排|需)?(\d+(?:\.\d+)?)(万?元)")
_PERIODS = re.compile(r"每[年月季天日]|[个/]月|/[年天日次]|余|约|近|多[人名家户场份台套件批期]")


@rule(
    "NAR-08",
    "单价乘以数量与金额不符",
    source=ARITHMETIC,
    severity=WARNING,
    message="“{said}”：{price}元×{number}={b}元，写为{a}元。",
    fix="核对单价、数量和金额。",
    kinds=("final_accounts", "budget"),
)
def unit_price(case: Case) -> Iterator[Hit]:
    """A sentence with one price, one number of the same unit and one total."""
    for paragraph in case.model.text:
        if paragraph.kind != "text":
            continue
        for sentence in re.split(r"[。;]", compact(paragraph.text)):
            prices, totals = list(_PRICE.finditer(sentence)), list(_TOTAL.finditer(sentence))
            if len(prices) != 1 or len(totals) != 1 or _PERIODS.search(sentence):
                continue
            found = prices[0]
            unit, price = found[1] or found[6], _yuan(found[2] or found[4], found[3] or found[5])
            numbers = re.findall(rf"(?<![\d.])(\d+){unit}", sentence)
            if len(numbers) != 1:
                continue
            case.checked += 1
            total, right = _yuan(totals[0][1], totals[0][2]), price * int(numbers[0])
            if abs(total - right) > _half_a_place(totals[0][1], totals[0][2]):
                values = {"said": sentence[-40:], "price": f"{price:f}", "number": numbers[0]}
                values |= {"a": f"{total:f}", "b": f"{right:f}"}
                yield Hit(values, (paragraph.line,), (totals[0][1],), cause=f"单价 {paragraph.line} {found[0]}")


def _yuan(figure: str, unit: str) -> Decimal:
    return Decimal(figure) * (10000 if unit == "万元" else 1)


def _half_a_place(figure: str, unit: str) -> Decimal:
    """What rounding to the printed places can make, in 元."""
    places = len(figure.partition(".")[2])
    return _yuan("0.5", unit).scaleb(-places)


_SO_FAR = r"截至(20\d\d)年(?:底|末|年底|12月底|12月31日)?[,]?(?:全[区市]|平台|中心)?(?:已?累计|共|已)?"
_COUNTED = r"([一-鿿]{2,14}?)(\d{2,})([个条家户场次件份])"


@rule(
    "NN-03",
    "同一个数一处为累计、一处为全年",
    source=OPENNESS,
    severity=INFO,
    message="“{what}{number}{unit}”一处写“截至{year}年”，一处写“{other}”。",
    fix="核对这个数是截至年末的累计数还是当年数，各处用同一个期间。",
)
def periods(case: Case) -> Iterator[Hit]:
    """A figure said to be reached by the end of the year and to be that of the year."""
    places = [(p.text, p.line) for p in case.model.text]
    places += [(cell, grid.at) for grid in case.model.grids for row in grid.rows for cell in row]
    texts = [(compact(text), line) for text, line in places]
    for text, line in texts:
        for found in re.finditer(_SO_FAR + _COUNTED, text):
            year, what, number, unit = found.groups()
            noun = re.escape(what[-4:])
            case.checked += 1
            annual = re.compile(
                rf"(?<!截至)(?<!\d)({year}年(?:度)?|全年)(?:共|全年)?(?![末底])[一-鿿]{{0,10}}{noun}{number}{unit}"
            )
            for other, there in texts:
                said = annual.search(other)
                if said and "累计" not in said[0]:
                    values = {"what": what, "number": number, "unit": unit, "year": year, "other": said[1]}
                    yield Hit(values, (line, there), (number,), cause=f"期间 {what}{number}")
                    break

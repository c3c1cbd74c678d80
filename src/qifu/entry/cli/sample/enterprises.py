"""Sixty thousand invented enterprises of the sample district, as columns.

Columns: `index` (0…), `name`, `uscc`, `former_names` (list), `legal_form` (code of `qifu.engines.codes.legal_forms`),
`industry` (class of GB/T 4754-2017 with section letter), `street` (code), `building_id` (null outside the
directory), `tower`, `floor`, `room`, `address`, `registered_on`, `registered_capital`, `revenue`, `assets` (万元,
two decimals, null unknown), `employees` (null unknown), `key_enterprise`, `above_scale`, `contact`, `phone` (E.164).
The size class is left to be computed. A longer table begins with the shorter one.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from qifu.engines.codes import credit
from qifu.entry.cli.sample.buildings import buildings
from qifu.entry.cli.sample.naming import ENTERPRISE_BLOCK, is_denied, people, phone, trade_pairs
from qifu.entry.cli.sample.naming import TRADE_SYLLABLES as SYLLABLES
from qifu.entry.cli.sample.places import CITY, DISTRICT, DIVISION_CODE, STREETS
from qifu.entry.cli.sample.streams import SEED, Floats, Integers, stream, weighted
from qifu.entry.cli.sample.trades import TRADES

ENTERPRISES = 60_000
FIXED_ON = date(2026, 6, 30)
"""Last day of registration in the sample: fixed, so that the table is the same whenever it is made."""

# (name, industry, legal form, above-scale, key): firms that the cast and the tests speak of.
FIXED_FIRMS = (
    ("武汉江泽禾汀软件有限公司", "I6513", "limited", True, True),
    ("武汉江泽岚曜餐饮管理有限公司", "H6210", "limited", True, False),
    ("武汉江泽樾衡医疗器械有限公司", "C3581", "limited", True, True),
    ("武汉江泽晟峤建设工程有限公司", "E4710", "limited", True, True),
    ("武汉江泽澜翊供应链有限公司", "L7224", "limited", False, False),
    ("武汉江泽弈筠商务咨询有限公司", "L7243", "limited", False, False),
    ("武汉江泽暄禧酒店管理有限公司", "H6121", "limited", True, False),
    ("武汉市江泽区穗麓便利店（个体工商户）", "F5213", "individual", False, False),
)
_FORMS = ("limited", "individual", "joint_stock", "sole_proprietorship", "partnership", "branch")
_FORM_WEIGHTS = [79.0, 13.0, 1.0, 2.0, 2.5, 2.5]
_SHOP_SECTIONS = "FHORQP"  # sections in which individual businesses are usual


@cache
def enterprises(n: int = ENTERPRISES, seed: int = SEED) -> pl.DataFrame:
    """Return `n` enterprises (at least eight) as a table; see the module for its columns."""
    trade = _trades(n, seed)
    form = _forms(n, seed, trade)
    street, building = _places(n, seed, trade)
    rooms = _rooms(n, seed, building)
    revenue, heads, assets, capital = _sizes(n, seed, trade, form)
    above, key = _marks(n, seed, trade, form, revenue)
    names, former = _names(n, seed, trade, form, street)
    pool = people(4000, "legal", seed)
    contact = stream(seed, "contact").integers(len(pool), size=n).tolist()
    towers, floors, numbers = rooms
    table = pl.DataFrame(
        {
            "index": np.arange(n),
            "name": names,
            "uscc": _credit_codes(n, form),
            "former_names": pl.Series(former, dtype=pl.List(pl.String)),
            "legal_form": [_FORMS[f] for f in form.tolist()],
            "industry": [TRADES[t].code for t in trade.tolist()],
            "street": [STREETS[s].code for s in street.tolist()],
            "building_id": [buildings(seed)[b].id if b >= 0 else None for b in building.tolist()],
            "tower": towers,
            "floor": pl.Series(floors, dtype=pl.Int64),
            "room": numbers,
            "address": _addresses(n, seed, street, building, rooms),
            "registered_on": _registered(n, seed, above),
            "registered_capital": _holes(seed, "capital.known", capital, 0.03, np.zeros(n, dtype=bool)),
            "employees": _holes(seed, "heads.known", heads, 0.13, above).cast(pl.Int64),
            "revenue": _holes(seed, "revenue.known", revenue, 0.15, above),
            "assets": _holes(seed, "assets.known", assets, 0.18, above),
            "key_enterprise": key,
            "above_scale": above,
            "contact": [pool[c] for c in contact],
            "phone": [phone(ENTERPRISE_BLOCK, i) for i in range(n)],
        }
    )
    return table


def _trades(n: int, seed: int) -> Integers:
    drawn = weighted(seed, "trade", n, [trade.share for trade in TRADES])
    places = {trade.code: number for number, trade in enumerate(TRADES)}
    for number, firm in enumerate(FIXED_FIRMS):
        drawn[number] = places[firm[1]]
    return drawn


def _forms(n: int, seed: int, trade: Integers) -> Integers:
    form = weighted(seed, "form", n, _FORM_WEIGHTS)
    shops = np.array([one.code[0] in _SHOP_SECTIONS for one in TRADES])[trade]
    form[(form == 1) & ~shops] = 0
    form[: len(FIXED_FIRMS)] = [_FORMS.index(firm[2]) for firm in FIXED_FIRMS]
    return form


def _places(n: int, seed: int, trade: Integers) -> tuple[Integers, Integers]:
    """Streets and buildings (-1: none): offices sit in buildings more often than shops and workshops."""
    housed = buildings(seed)
    street = weighted(seed, "street", n, [one.weight for one in STREETS])
    building = weighted(seed, "building", n, [one.area**0.8 for one in housed])
    likely = np.array([{"I": 0.82, "L": 0.74, "M": 0.7, "K": 0.66, "J": 0.8}.get(t.code[0], 0.38) for t in TRADES])
    inside = stream(seed, "inside").random(n) < likely[trade]
    inside[: len(FIXED_FIRMS) - 1] = True
    inside[len(FIXED_FIRMS) - 1] = False
    building[0:3] = 0  # three fixed firms share a building, for merge tests
    codes = {one.code: number for number, one in enumerate(STREETS)}
    home = np.array([codes[one.street] for one in housed])
    return np.where(inside, home[building], street), np.where(inside, building, -1)


_Rooms = tuple[list[str | None], list[int | None], list[str | None]]


def _rooms(n: int, seed: int, building: Integers) -> _Rooms:
    """Tower, floor and room (floor and two digits) of every firm that sits in a building."""
    drawn = stream(seed, "rooms").random((n, 3)).tolist()
    housed = buildings(seed)
    towers: list[str | None] = []
    floors: list[int | None] = []
    numbers: list[str | None] = []
    for b, (x, y, z) in zip(building.tolist(), drawn, strict=True):
        if b < 0:
            towers.append(None)
            floors.append(None)
            numbers.append(None)
            continue
        one = housed[b]
        floor = 1 + int(y * one.floors)
        towers.append(one.towers[int(x * len(one.towers))] if one.towers else None)
        floors.append(floor)
        numbers.append(f"{floor}{1 + int(z * 24):02d}")
    return towers, floors, numbers


def _addresses(n: int, seed: int, street: Integers, building: Integers, rooms: _Rooms) -> list[str]:
    drawn = stream(seed, "doors").random((n, 3)).tolist()
    housed, lines = buildings(seed), []
    for i, (s, b) in enumerate(zip(street.tolist(), building.tolist(), strict=True)):
        head = f"{CITY}{DISTRICT}"
        if b >= 0:
            lines.append(f"{head}{housed[b].address}{rooms[0][i] or ''}{rooms[2][i]}室")
            continue
        roads = STREETS[s].roads
        lines.append(f"{head}{roads[int(drawn[i][0] * len(roads))]}{1 + int(drawn[i][1] * 420)}号")
    return lines


def _sizes(n: int, seed: int, trade: Integers, form: Integers) -> tuple[Floats, Floats, Floats, Floats]:
    """Revenue, employees, assets and capital: log-normal about the trade's usual size, shops far below it."""
    typical = np.array([one.revenue for one in TRADES])[trade]
    usual = np.array([one.heads for one in TRADES])[trade]
    shrink = np.where(form == 1, 0.35, np.where(form == 2, 4.0, 1.0))
    common = stream(seed, "size").normal(size=n)
    revenue = typical * shrink * 0.42 * np.exp(1.42 * common + 0.45 * stream(seed, "revenue").normal(size=n))
    heads = usual * shrink**0.6 * 0.8 * np.exp(0.85 * common + 0.4 * stream(seed, "heads").normal(size=n))
    assets = revenue * np.exp(0.2 + 0.7 * stream(seed, "assets").normal(size=n))
    steps = np.array([10, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10000, 50000], dtype=np.float64)
    wished = revenue * np.exp(-0.3 + 0.9 * stream(seed, "capital").normal(size=n))
    capital = steps[np.searchsorted(steps, np.clip(wished, 1, 49_999))]
    revenue[: len(FIXED_FIRMS)] = [8600, 1350, 12400, 46800, 870, 210, 940, 62]
    assets[: len(FIXED_FIRMS)] = revenue[: len(FIXED_FIRMS)] * 1.2
    heads[: len(FIXED_FIRMS)] = [126, 88, 164, 310, 21, 9, 47, 3]
    return revenue.round(2), np.maximum(heads.round(), 1), assets.round(2), capital


def _marks(n: int, seed: int, trade: Integers, form: Integers, revenue: Floats) -> tuple[NDArray[np.bool_], ...]:
    """Above-scale: over the trade's bar and taken into the statistics; key: the strongest of these, and a few new."""
    bars = np.array([np.inf if one.bar is None else max(one.bar, 500.0) for one in TRADES])[trade]
    over = revenue / bars
    chance = np.clip(over - 1, 0, 1) * 0.78
    own = (form != 1) & (form != 5)
    above = own & (stream(seed, "above").random(n) < chance)
    key = above & (stream(seed, "key").random(n) < np.clip(0.045 * over, 0, 0.8))
    key |= own & (stream(seed, "key.new").random(n) < 0.0006)
    above[: len(FIXED_FIRMS)] = [firm[3] for firm in FIXED_FIRMS]
    key[: len(FIXED_FIRMS)] = [firm[4] for firm in FIXED_FIRMS]
    return above, key


def _registered(n: int, seed: int, above: NDArray[np.bool_]) -> list[date]:
    """Days of registration: most firms are young, above-scale ones at least two years old."""
    age = stream(seed, "age").exponential(2300, size=n)
    days = np.where(above, 760 + age, age).clip(0, 12_400)
    days[: len(FIXED_FIRMS)] = np.maximum(days[: len(FIXED_FIRMS)], 1600)
    return [FIXED_ON - timedelta(days=int(d)) for d in days.tolist()]


def _holes(seed: int, name: str, values: Floats, share: float, always: NDArray[np.bool_]) -> pl.Series:
    """Leave out a share of the values: what nobody has reported is unknown."""
    kept = (stream(seed, name).random(len(values)) >= share) | always
    kept[: len(FIXED_FIRMS)] = True
    return pl.Series(np.where(kept, values, np.nan)).fill_nan(None)


_BODY_STEP = 17_290_753  # odd and no multiple of 31: every index gets another organisation code
_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])


def _credit_codes(n: int, form: Integers) -> list[str]:
    """Valid, different credit codes in an unassigned division of registration."""
    body = (np.arange(n, dtype=np.int64) * _BODY_STEP + 4_194_301) % 31**5
    digits = np.stack([body // 31**place % 31 for place in range(4, -1, -1)], axis=1)
    letters = np.array(list(credit.ALPHABET))
    fixed = f"91{DIVISION_CODE}MA4"
    text = np.full((n, 18), "0", dtype="<U1")
    text[:, :11] = list(fixed)
    text[form == 1, 1] = "2"
    text[:, 11:16] = letters[digits]
    as_number = np.vectorize(lambda c: int(c, 36), otypes=[np.int64])(text[:, 8:16])
    text[:, 16] = np.array(list("0123456789X"))[-(as_number @ _ORGANISATION_WEIGHTS) % 11]
    order = {letter: value for value, letter in enumerate(credit.ALPHABET)}
    values = np.vectorize(order.__getitem__, otypes=[np.int64])(text[:, :17])
    text[:, 17] = letters[-(values @ _WEIGHTS) % 31]
    return ["".join(row) for row in text.tolist()]


def _names(n: int, seed: int, trade: Integers, form: Integers, street: Integers) -> tuple[list[str], list[list[str]]]:
    """Different names: 字号 of two or three syllables, a word of the trade, a legal form; now and then former ones."""
    pairs = trade_pairs()
    drawn = stream(seed, "names").random((n, 6)).tolist()
    taken = {firm[0] for firm in FIXED_FIRMS}
    names = [firm[0] for firm in FIXED_FIRMS][:n]
    former: list[list[str]] = [[] for _ in names]
    for i in range(len(names), n):
        a, b, c, d, e, f = drawn[i]
        pair, word = pairs[int(a * len(pairs))], TRADES[trade[i]].words
        chosen = word[int(b * len(word))]
        mark = pair + SYLLABLES[int(c * len(SYLLABLES))] if d < 0.4 else pair
        turn = int(c * len(SYLLABLES))
        name = _name(mark, chosen, int(form[i]), e, STREETS[street[i]].name)
        while name in taken or is_denied(name):
            turn += 1
            mark = pairs[(int(a * len(pairs)) + turn * 37) % len(pairs)] + SYLLABLES[turn % len(SYLLABLES)]
            name = _name(mark, chosen, int(form[i]), e, STREETS[street[i]].name)
        taken.add(name)
        names.append(name)
        old = _name(pairs[int(f * 1e4) % len(pairs)] + "", chosen, int(form[i]), e, STREETS[street[i]].name)
        former.append([old] if f < 0.06 and old not in taken and not is_denied(old) else [])
    former[0] = ["武汉江泽禾汀科技有限公司"]
    return names, former


def _name(mark: str, word: str, form: int, drawn: float, street: str) -> str:
    if form == 1:
        shop = word if word.endswith(("店", "馆", "房", "社", "楼")) else f"{word}店"
        return f"{CITY}{DISTRICT}{mark}{shop}（个体工商户）"
    if form == 2:
        return f"武汉江泽{mark}{word}股份有限公司"
    if form == 3:
        return f"武汉江泽{mark}{word}中心（个人独资）"
    if form == 4:
        return f"武汉江泽{mark}{word}合伙企业（有限合伙）"
    if form == 5:
        return f"武汉江泽{mark}{word}有限公司{street.removesuffix('街')}分公司"
    return f"{mark}（武汉江泽）{word}有限公司" if drawn < 0.08 else f"武汉江泽{mark}{word}有限公司"

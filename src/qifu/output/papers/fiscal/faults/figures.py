"""How a figure goes wrong, and cells that hold one: digits transposed, a shifted point, last year's figure kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.money import CENT, HUNDRED, ZERO, rounded
from qifu.engines.statements.reading.repairs import with_value
from qifu.engines.statements.relations import Key, cells_of, relations

Planter = Callable[[Model, random.Random], Model | None]
Kinds = dict[str, Planter]
Way = Callable[[Decimal, random.Random], Decimal | None]
FAR = Decimal("0.3")  # nearer than this a difference might pass for rounding


def _options(value: Decimal, texts: Iterable[str], rng: random.Random, far: Decimal = FAR) -> Decimal | None:
    found = sorted({Decimal(text) for text in texts if text.strip(".")})
    far_enough = [each for each in found if abs(each - abs(value)) >= far]
    return rng.choice(far_enough) if far_enough else None


def transposed(value: Decimal, rng: random.Random) -> Decimal | None:
    """Two neighbouring digits have changed places."""
    text = f"{abs(value):f}"
    places = [i for i in range(len(text) - 1) if "." not in text[i : i + 2]]
    return _options(value, (text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in places), rng)


def shifted(value: Decimal, rng: random.Random) -> Decimal | None:
    """The decimal point stands one place off."""
    return _options(value, (f"{(abs(value) * 10).quantize(CENT):f}", f"{(abs(value) / 10).quantize(CENT):f}"), rng)


def lost(value: Decimal, rng: random.Random) -> Decimal | None:
    """One digit before the point is missing."""
    whole, _, rest = f"{abs(value):f}".partition(".")
    texts = (whole[:i] + whole[i + 1 :] + "." + rest for i in range(len(whole)) if len(whole) > 1)
    return _options(value, (text.rstrip(".") for text in texts), rng)


def other(value: Decimal, rng: random.Random) -> Decimal | None:
    """One digit is another."""
    text = f"{abs(value):f}"
    texts = (text[:i] + digit + text[i + 1 :] for i in range(len(text)) if text[i] != "." for digit in "123456789")
    return _options(value, texts, rng)


def last_year(value: Decimal, rng: random.Random) -> Decimal | None:
    """The figure of the year before was kept."""
    rate = rng.choice((rng.randint(-18, -3), rng.randint(3, 18)))
    return _options(value, (f"{(abs(value) * (HUNDRED + rate) / HUNDRED).quantize(CENT):f}",), rng)


def turned(value: Decimal, rng: random.Random) -> Decimal | None:
    """The sign is the other one."""
    return -value if abs(value) >= FAR else None


WAYS: dict[str, Way] = {
    "digits transposed": transposed,
    "decimal point shifted": shifted,
    "digit lost": lost,
    "figure of last year": last_year,
}
RATES: dict[str, Way] = {"digits transposed": transposed, "decimal point shifted": shifted, "another digit": other}


# ---- cells -----------------------------------------------------------------------------------------------------------


def with_cell(model: Model, key: Key, value: Decimal | None) -> Model:
    """The model with one cell of a statement changed."""
    statement, _ = with_value(model.tables[key[0]], key[1], key[2], value)
    return replace(model, tables={**model.tables, key[0]: statement})


def cell_of(code: str, way: Way) -> Planter:
    """Change one figure that takes part in a relation of this rule."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        values = cells_of(model)
        cells = [cell for relation in relations(model) if relation.rule == code for cell, _ in relation.cells]
        held = [(cell, value) for cell in dict.fromkeys(cells) if (value := values.get(cell))]
        rng.shuffle(held)
        for cell, value in held:
            wrong = way(value, rng)
            if wrong is not None:
                return with_cell(model, cell, wrong)
        return None

    return planter


def _blank(code: str) -> Planter:
    """Leave one figure of a relation out."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        values = cells_of(model)
        cells = [cell for relation in relations(model) if relation.rule == code for cell, _ in relation.cells]
        held = [cell for cell in dict.fromkeys(cells) if abs(values.get(cell) or ZERO) >= FAR]
        return with_cell(model, rng.choice(held), None) if held else None

    return planter


def sums(code: str) -> Kinds:
    """The kinds of fault of a rule on sums."""
    return {
        **{name: cell_of(code, way) for name, way in WAYS.items()},
        "sign": cell_of(code, turned),
        "left blank": _blank(code),
    }


def hospitality(table: str, half: str) -> Kinds:
    """Faults of a statement of 三公 money, which is filled first where it is blank."""

    def planter(change: Callable[[dict[str, Decimal | None], random.Random], None]) -> Planter:
        def plant(model: Model, rng: random.Random) -> Model | None:
            statement = model.tables.get(table)
            if statement is None:
                return None
            held = dict(getattr(statement, half) or {})
            if not any(held.values()):
                running, reception = (
                    rounded(Decimal(rng.randint(120, 590)) / 100, 2),
                    rounded(Decimal(rng.randint(60, 280)) / 100, 2),
                )
                held |= {"vehicle_running": running, "vehicles": running, "reception": reception}
                held["total"] = running + reception
            before = dict(held)
            change(held, rng)
            changed = replace(statement, actual=held) if half == "actual" else replace(statement, budget=held)
            return replace(model, tables={**model.tables, table: changed}) if held != before else None

        return plant

    def wrong(column: str, way: Way) -> Callable[[dict[str, Decimal | None], random.Random], None]:
        def change(held: dict[str, Decimal | None], rng: random.Random) -> None:
            value = held.get(column)
            if value and (changed := way(value, rng)) is not None:
                held[column] = changed

        return change

    return {
        "digits of the total transposed": planter(wrong("total", transposed)),
        "decimal point of a part shifted": planter(wrong("reception", shifted)),
        "total of last year": planter(wrong("total", last_year)),
        "vehicles not added up": planter(lambda held, rng: held.update(vehicles=None)),
        "total left blank": planter(lambda held, rng: held.update(total=None)),
    }

"""Whether an obligation is kept, as far as the registry holds it: the value, whose it is and of which day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from qifu.domain.grants.models import Obligation
from qifu.domain.registry import facts as registry
from qifu.domain.registry import queries as enterprises

HEADS = ("employees", "insured_staff")
Finding = dict[str, str]


def findings(rows: Sequence[Obligation], on: date) -> dict[int, Finding]:
    """What the registry says of each, by its key. At most six statements, whatever the number."""
    firms = {row.enterprise_id for row in rows}
    held, briefs = registry.many(sorted(firms)), enterprises.brief(firms)
    return {
        row.pk: _heads(row, held.get(row.enterprise_id, {}), on)
        if row.kind == "headcount"
        else _stay(row, briefs.get(row.enterprise_id), held.get(row.enterprise_id, {}), on)
        for row in rows
        if row.kind in ("headcount", "stay")
    }


def heads_of(enterprises_: Sequence[int]) -> dict[int, int]:
    """How many people enterprises have, as far as is known."""
    found = {}
    for pk, held in registry.many(sorted(set(enterprises_))).items():
        value = next((held[name].value for name in HEADS if name in held), None)
        if isinstance(value, int) and value > 0:
            found[pk] = value
    return found


def _heads(row: Obligation, held: Mapping[str, registry.Held], on: date) -> Finding:
    told = next((held[name] for name in HEADS if name in held), None)
    if told is None or not isinstance(told.value, int):
        return _finding("unknown", "库里没有从业人数", "", "", None, on)
    if told.as_of is not None and told.as_of < row.since:
        return _finding("unknown", "库里只有拨付以前的人数", f"{told.value} 人", told.source, told.as_of, on)
    result = "no" if told.value < (row.least or 0) else "yes"
    return _finding(result, f"约定不少于 {row.least} 人", f"{told.value} 人", told.source, told.as_of, on)


def _stay(row: Obligation, firm: enterprises.Brief | None, held: Mapping[str, registry.Held], on: date) -> Finding:
    if firm is not None and firm.status != "open":
        return _finding("no", "登记状态应为存续", firm.status_label, registry.REGISTERED, on, on)
    told = held.get("street")
    if told is None:
        return _finding("unknown", "库里没有所在街道，可能已迁出", "", registry.REGISTERED, None, on)
    return _finding("yes", "仍在本区", str(told.value), told.source, told.as_of, on)


def _finding(result: str, text: str, value: str, source: str, as_of: date | None, on: date) -> Finding:
    return {
        "result": result, "text": text, "value": value, "source": source, "as_of": as_of.isoformat() if as_of else "",
        "on": on.isoformat(),
    }  # fmt: skip

"""An item judged for whoever carries it out: whether an enterprise fits, with every reason, and what it comes to; who fits it now.

For rooms that have passed their own door. What an enterprise says of itself today may stand in place of what is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.domain.policies import facts, planes, sourcing
from qifu.domain.policies.models import Match, Revision
from qifu.domain.policies.queries import mine
from qifu.domain.registry import facts as registry
from qifu.domain.registry.bounds import out_of_bounds
from qifu.engines import eligibility as law
from qifu.kernel.errors import Missing

STRETCH = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer for one enterprise; `lines` as evidence keeps them."""

    result: str
    lines: list[dict[str, object]]
    missing: tuple[str, ...]  # labels
    yuan: Decimal | None
    words: str


@dataclass(frozen=True, slots=True)
class Held:
    """A field of the catalogue with what stands of it."""

    name: str
    label: str
    unit: str
    kind: str
    members: Mapping[str, str]
    value: str  # as people write it; empty: nobody has said
    source: str
    as_of: date | None


def judged(enterprise: int, revision: int, on: date, said: Mapping[str, str] | None = None) -> Judged:
    """Whether an enterprise fits a revision on a day; `said`: what it writes of itself today, by field.

    :raises Missing: there is no such revision.
    """
    held = registry.held(enterprise)
    return _judged(_revision(revision), held, on, said or {})


def judged_all(enterprises: Sequence[int], revision: int, on: date) -> Iterator[tuple[int, Judged]]:
    """The same for many, a stretch at a time."""
    row = _revision(revision)
    for start in range(0, len(enterprises), STRETCH):
        held = registry.many(enterprises[start : start + STRETCH])
        for number in enterprises[start : start + STRETCH]:
            yield number, _judged(row, held.get(number, {}), on, {})


def fitting(revision: int) -> list[int]:
    """The enterprises that fit as of the last match, ascending; none before the first."""
    plane = Match.objects.filter(revision=revision).values_list("eligible_bits", flat=True).first()
    return [int(number) for number in planes.ids_of(plane)] if plane is not None else []


def fields(enterprise: int, names: Sequence[str]) -> list[Held]:
    """What stands of an enterprise in these fields, in the order given."""
    known, held = law.catalogue(), registry.held(enterprise)
    found = []
    for name in names:
        field, told = known[name], held.get(name)
        value = mine.value_said(name, told.value) if told and mine.is_ratio(field) else _plain(told)
        found.append(
            Held(
                name, field.label, field.unit, field.type, _choices(field), value, told.source if told else "",
                told.as_of if told else None,
            )
        )  # fmt: skip
    return found


def askable() -> list[tuple[str, str]]:
    """The fields of the catalogue that a form may hold: name, label."""
    return sorted(((name, field.label) for name, field in law.catalogue().items()), key=lambda one: one[1])


def fields_of(revision: int) -> list[str]:
    """The fields that a revision's condition and amount ask for."""
    row = _revision(revision)
    library = law.compile_policies([facts.policy(row)])
    reading = law.Reading(library, {}, date.min)
    names = [name for line in reading.explain(0).tree for name in line.fields]
    if row.formula is not None:
        names += law.amount(law.read_formula(row.formula), {}).missing
    return list(dict.fromkeys(names))


def problem(name: str, text: str) -> str:
    """What is wrong with a value written for a field; empty: nothing."""
    field = law.catalogue()[name]
    try:
        value = law.read(field, text)
    except law.Unreadable:
        return f"{field.label}填写的内容读不懂，请按{field.unit or '示例'}填写。"
    return out_of_bounds(field, value, date.max)


def label_of(name: str) -> str:
    """The name of a field as people say it."""
    return law.catalogue()[name].label


def _judged(row: Revision, held: Mapping[str, registry.Held], on: date, said: Mapping[str, str]) -> Judged:
    record = {name: one.value for name, one in held.items()} | {name: text for name, text in said.items() if text}
    library, values = law.compile_policies([facts.policy(row)]), facts.read(record, on)
    origin = {name: one for name, one in held.items() if not said.get(name)}
    told = law.Reading(library, values, on, origin).explain(0)
    known = sourcing.sources(row.clauses)
    labels = tuple(law.catalogue()[name].label for name in told.missing)
    words, yuan = mine.worth(row, values) if told.result != "ineligible" else ("", None)
    return Judged(told.result, [_line(line, known, said) for line in told.tree], labels, yuan, words)


def _line(line: law.Line, known: Mapping[str, sourcing.Source], said: Mapping[str, str]) -> dict[str, object]:
    source = sourcing.source_of(line.path, known) if line.fields else known.get(line.path)
    origin = line.origin if isinstance(line.origin, registry.Held) else None
    name = line.fields[0] if len(line.fields) == 1 else ""
    return {
        "depth": line.depth, "text": line.text, "value": mine.value_said(name, line.value), "result": line.result,
        "source": _origin(name, origin, said), "cite": source.cite if source else "",
        "as_of": origin.as_of.isoformat() if origin and origin.as_of else "",
    }  # fmt: skip


def _origin(name: str, origin: registry.Held | None, said: Mapping[str, str]) -> str:
    if not name:
        return ""
    return origin.source if origin else "本次填写" if said.get(name) else "系统计算"


def _revision(number: int) -> Revision:
    row = Revision.objects.select_related("item", "document").filter(pk=number).first()
    if row is None:
        raise Missing("没有这一版政策，请返回重新选择。")
    return row


def _choices(field: law.Field) -> Mapping[str, str]:
    return {"true": "是", "false": "否"} if field.type == "boolean" else dict(field.members)


def _plain(told: registry.Held | None) -> str:
    if told is None or told.value is None:
        return ""
    return str(told.value).lower() if isinstance(told.value, bool) else str(told.value)

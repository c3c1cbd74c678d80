"""What a stretch of rows would do to the registry: which enterprise each row means, and what it changes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qifu.domain.registry.models import Enterprise, FormerName, Mark
from qifu.domain.registry.reading import Row
from qifu.engines.codes import credit, phones
from qifu.engines.linkage.codes import meant
from qifu.kernel import sealed

Change = tuple[object, object]
KEPT = frozenset(  # of what a row says, what the enterprise itself keeps
    [
        "industry",
        "street_id",
        "size_class",
        "legal_form",
        "registered_on",
        "registered_capital",
        "employees",
        "address",
        "status",
        "phone",
    ]
)


@dataclass
class Seen:
    """The rows of the file so far, by code and by name: the first of several is the one that counts."""

    codes: dict[str, int] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)  # of all rows
    codeless: dict[str, int] = field(default_factory=dict)  # of rows without a code

    def twice(self, row: Row) -> str:
        """Why the row repeats an earlier one; empty when it is the first."""
        if row.uscc is not None and (first := self.codes.get(row.uscc)):
            return f"与第 {first} 行的统一社会信用代码相同，只采用先出现的一行。"
        first = self.names.get(row.name) if row.uscc is None else self.codeless.get(row.name)
        if first:
            return f"与第 {first} 行的企业名称相同且有一行没有代码，只采用先出现的一行，请核对是否同一家。"
        return ""

    def note(self, row: Row) -> None:
        """Remember a row that was taken."""
        self.names.setdefault(row.name, row.number)
        if row.uscc is None:
            self.codeless[row.name] = row.number
        else:
            self.codes[row.uscc] = row.number


@dataclass(slots=True)
class Plan:
    """What one row does; without `enterprise` it makes one."""

    row: Row
    enterprise: Enterprise | None
    changes: dict[str, Change] = field(default_factory=dict)
    former: tuple[str, ...] = ()  # names to be added to those that it bore
    all_former: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()  # marks
    ended: tuple[Mark, ...] = ()
    problem: str = ""
    namesakes: tuple[int, ...] = ()  # enterprises that the row may mean alike
    made: Enterprise | None = None  # when it was carried out

    @property
    def target(self) -> Enterprise | None:
        """The enterprise it changes, or made."""
        return self.enterprise or self.made

    @property
    def kind(self) -> str:
        """created, changed, unchanged or rejected."""
        if self.problem:
            return "rejected"
        if self.enterprise is None:
            return "created"
        return "changed" if self.changes or self.former or self.begun or self.ended else "unchanged"

    def before(self) -> dict[str, object]:
        """The changed values as they were, fit for evidence."""
        told = {name: shown(name, old) for name, (old, _) in self.changes.items()}
        return told | ({"marks_ended": [mark.kind for mark in self.ended]} if self.ended else {})

    def after(self) -> dict[str, object]:
        """The changed values as they are now, fit for evidence."""
        told = {name: shown(name, new) for name, (_, new) in self.changes.items()}
        told |= {"marks_begun": list(self.begun)} if self.begun else {}
        return told | ({"former_names": list(self.former)} if self.former else {})


def plan(rows: Sequence[Row]) -> list[Plan]:
    """Say what each row does. Four queries, whatever the number of rows."""
    by_code, by_name = _known(rows)
    known = {e.pk for e in by_code.values()} | {e.pk for found in by_name.values() for e in found}
    former: dict[int, list[str]] = {}
    for owner, name in FormerName.objects.filter(enterprise__in=known).values_list("enterprise_id", "name"):
        former.setdefault(owner, []).append(name)
    marks: dict[int, dict[str, Mark]] = {}
    for mark in Mark.objects.filter(enterprise__in=known, until__isnull=True):
        marks.setdefault(mark.enterprise_id, {})[mark.kind] = mark
    return [_planned(row, by_code, by_name, former, marks) for row in rows]


def plan_apart(row: Row) -> Plan:
    """Say what a row without a code makes, of which a person said that it means none of those of its name."""
    return _planned(row, {}, {}, {}, {})


def plan_for(row: Row, enterprise: Enterprise) -> Plan:
    """Say what a row does to the enterprise that it was found to mean; the name as it writes it is not taken over."""
    borne = list(FormerName.objects.filter(enterprise=enterprise).values_list("name", flat=True))
    marks = {mark.kind: mark for mark in Mark.objects.filter(enterprise=enterprise, until__isnull=True)}
    made = _planned(row, {}, {row.name: [enterprise]}, {enterprise.pk: borne}, {enterprise.pk: marks})
    made.changes.pop("name", None)
    made.former = tuple(name for name in row.former if name not in borne and name != enterprise.name)
    made.all_former = (*borne, *made.former)
    return made


def shown(name: str, value: object) -> object:
    """A value as evidence and samples show it: plain JSON, telephones masked."""
    if name == "phone":
        return phones.mask(str(value)) if value else ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value


def _known(rows: Sequence[Row]) -> tuple[dict[str, Enterprise], dict[str, list[Enterprise]]]:
    codes = [row.uscc for row in rows if row.uscc]
    by_code = {str(e.uscc): e for e in Enterprise.objects.filter(uscc__in=codes)}
    by_name: dict[str, list[Enterprise]] = {}
    bare = [row.name for row in rows if row.uscc is None]
    fresh = [row.name for row in rows if row.uscc and row.uscc not in by_code]
    for found in Enterprise.objects.filter(name__in=bare) if bare else ():
        by_name.setdefault(found.name, []).append(found)
    taken = {e.pk for same in by_name.values() for e in same}
    for found in Enterprise.objects.filter(name__in=fresh, uscc__isnull=True) if fresh else ():
        if found.pk not in taken:
            by_name.setdefault(found.name, []).append(found)
    return by_code, by_name


def _planned(
    row: Row,
    by_code: Mapping[str, Enterprise],
    by_name: Mapping[str, list[Enterprise]],
    former: Mapping[int, list[str]],
    marks: Mapping[int, dict[str, Mark]],
) -> Plan:
    same = _meant(row, by_name.get(row.name, []))
    if row.uscc is not None:
        held = by_code.get(row.uscc) or next((e for e in same if e.uscc is None), None)
    elif len(same) > 1:
        why = f"库中有 {len(same)} 家企业叫这个名称，请补充统一社会信用代码。"
        return Plan(row, None, problem=why, namesakes=tuple(e.pk for e in same))
    else:
        held = same[0] if same else None
    said = {name: value for name, value in row.values.items() if name in KEPT}
    wanted: dict[str, object] = {"name": row.name, **said} | ({"uscc": row.uscc} if row.uscc else {})
    if held is None:
        begun = tuple(kind for kind, is_on in row.marks.items() if is_on)
        return Plan(row, None, {n: (None, v) for n, v in wanted.items()}, row.former, row.former, begun)
    changes = {n: (getattr(held, n), v) for n, v in wanted.items() if not _same(held, n, v)}
    borne = former.get(held.pk, [])
    added = (*((held.name,) if "name" in changes else ()), *row.former)
    fresh = tuple(dict.fromkeys(n for n in added if n not in borne and n != row.name))
    open_marks = marks.get(held.pk, {})
    begun = tuple(kind for kind, is_on in row.marks.items() if is_on and kind not in open_marks)
    ended = tuple(open_marks[kind] for kind, is_on in row.marks.items() if not is_on and kind in open_marks)
    return Plan(row, held, changes, fresh, (*borne, *fresh), begun, ended)


def _meant(row: Row, same: list[Enterprise]) -> list[Enterprise]:
    """Of several of one name those that stand, or the one of whose code the row's is a slip of the pen."""
    same = [e for e in same if e.merged_into_id is None] or same
    if len(same) < 2 or not row.typed_code:
        return same
    code = meant(credit.normalise(row.typed_code), {e.uscc for e in same if e.uscc}, {})
    return [e for e in same if e.uscc == code] if code else same


def _same(held: Enterprise, name: str, value: object) -> bool:
    if name == "phone":
        return held.phone_lookup == sealed.lookup(str(value))
    return bool(getattr(held, name) == value)

"""What can be carried away in the background: a list by its name, with its columns and its rows for one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.registry import actions, queries
from qifu.entry.desk.registry import asked as enterprise_asked
from qifu.entry.desk.registry import workbook
from qifu.entry.theme.book import Columns
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing


@dataclass(frozen=True, slots=True)
class Kind:
    """One list: its columns with their widths, who may take it, its rows, and the note in evidence of what was taken."""

    label: str
    columns: Columns
    require: Callable[[Actor], None]
    rows: Callable[[Actor, Mapping[str, str]], Iterator[tuple[str, ...]]]
    note: Callable[[Actor, datetime, int, Mapping[str, str]], None]


def _enterprises(actor: Actor, values: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    wanted = _wanted(values)
    return map(workbook.cells, queries.every(actor, wanted.q, wanted.filters))


def _enterprises_taken(actor: Actor, now: datetime, rows: int, values: Mapping[str, str]) -> None:
    wanted = _wanted(values)
    filters: dict[str, object] = {name: value for name, value in wanted.values.items() if name != "q"}
    actions.note_export(actor=actor, now=now, rows=rows, q=wanted.q, filters=filters)


def _wanted(values: Mapping[str, str]) -> enterprise_asked.Asked:
    return enterprise_asked.read(enterprise_asked.as_query(values))


KINDS = {
    "enterprises": Kind(
        "企业名单",
        workbook.COLUMNS,
        actions.require_exporter,
        _enterprises,
        _enterprises_taken,
    ),
}


def kind(name: str) -> Kind:
    """:raises Missing: there is no such list."""
    try:
        return KINDS[name]
    except KeyError:
        raise Missing("没有这种可以导出的名单。") from None

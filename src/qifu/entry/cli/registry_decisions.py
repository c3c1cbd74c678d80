"""What a person decided about pairs of rows: the review of `qifu registry link`, filled in and handed back."""

from __future__ import annotations

from pathlib import Path

from qifu.engines.linkage import Decision

from . import registry_lists as lists
from .speak import BadInput

PAIR_HEADS = (
    "row_a",
    "row_b",
    "决定",
    "把握",
    "依据",
    "名称a",
    "名称b",
    "代码a",
    "代码b",
    "地址a",
    "地址b",
    "来源a",
    "来源b",
)
YES = frozenset(["同", "是", "同一", "同一家", "相同", "合并", "1", "y", "yes", "same", "true"])
NO = frozenset(["不同", "否", "不是", "不同一", "分开", "0", "n", "no", "different", "false"])


def read_decisions(path: Path | None) -> list[Decision]:
    """Read what a person decided: row_a, row_b and 决定 (同 or 不同); lines without a decision are passed over.

    :raises BadInput: not a table, a column missing, a decision that is neither, a row beside itself, a pair decided both ways.
    """
    if path is None:
        return []
    headings, rows = lists.read_rows(path, str(path), PAIR_HEADS.__contains__)
    names = [heading.strip() for heading in headings]
    if not {"row_a", "row_b", "决定"} <= set(names):
        raise BadInput("要有 row_a、row_b、决定 三列。", "needs the columns row_a, row_b and 决定", where=str(path))
    a, b, word = (names.index(name) for name in ("row_a", "row_b", "决定"))
    found: dict[tuple[str, str], Decision] = {}
    for row in rows:
        said = row[word].strip().lower() if word < len(row) else ""
        if said and said not in YES | NO:
            raise BadInput(
                f"决定“{said[:20]}”不认识，请填 同 或 不同。", f"unknown decision {said[:20]!r}", where=str(path)
            )
        if said:
            _decided(found, Decision(row[a], row[b], said in YES), path)
    return list(found.values())


def _decided(found: dict[tuple[str, str], Decision], each: Decision, path: Path) -> None:
    if each.one == each.other:
        raise BadInput(
            f"有一条决定两边是同一行“{each.one[:40]}”，请改正 row_a 或 row_b。",
            f"a decision about row {each.one[:40]!r} and itself",
            where=str(path),
        )
    pair = (min(each.one, each.other), max(each.one, each.other))
    if found.setdefault(pair, each).is_same != each.is_same:
        raise BadInput(
            f"“{pair[0][:40]}”和“{pair[1][:40]}”既填了同，又填了不同，请留一条。",
            f"{pair[0][:40]!r} and {pair[1][:40]!r} are decided both ways",
            where=str(path),
        )

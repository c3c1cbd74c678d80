"""Codes and names of subjects against the table of the year; each finding says what the row it relies on was compared with."""

from __future__ import annotations

from collections.abc import Iterator

from qifu.engines.statements.layouts import layout, printed_name
from qifu.engines.statements.subjects import borne_out, is_unknown, name_of, names_of, out_of_force, siblings
from qifu.engines.statements.words import compact

from .case import Case
from .registry import BOTH, CLASSIFICATION, INFO, WARNING, Hit, rule

_UNPROVEN = "所收录的这一条没有对照过原文"


@rule(
    "VOC-01",
    "科目编码或名称与当年科目不符",
    source=CLASSIFICATION,
    severity=WARNING,
    message="{table}{what}（{proof}）。",
    kinds=BOTH,
    fix="按当年《政府收支分类科目》更正编码或名称。",
)
def subject_names(case: Case) -> Iterator[Hit]:
    """Hold codes and names of subjects against the table of the year."""
    year = case.model.document.year or 0
    seen: set[tuple[str, str]] = set()
    for name, table in case.model.tables.items():
        if layout(name).shape not in ("subjects", "economic"):
            continue
        for row in table.rows:
            if not row.code or (row.code, row.name) in seen:
                continue
            seen.add((row.code, row.name))
            case.checked += 1
            check = _misnamed if names_of(row.code) else _unknown
            yield from check(printed_name(name), row.code, row.name, row.at, year)


def _unknown(table: str, code: str, name: str, line: int, year: int) -> Iterator[Hit]:
    """A code that the table does not hold, below a subject whose children are all listed."""
    if code[0] not in "235" or not is_unknown(code, year):
        return
    what = f"科目编码{code}（{name}）在所收录的科目表中没有，请对照当年《政府收支分类科目》核对"
    listed = {borne_out(each) for each in siblings(code)}
    proof = "同级科目没有全部对照过原文" if "" in listed else f"同级科目{_seen_in('、'.join(sorted(listed)))}"
    yield Hit({"table": table, "what": what, "proof": proof}, (line,), (code,), cause=f"编码 {code}")


def _misnamed(table: str, code: str, name: str, line: int, year: int) -> Iterator[Hit]:
    """A code that was not in force in the year, or bears a name that is not that of the year."""
    if (gone := out_of_force(code, year)) is not None:
        began = year < gone.since
        span = f"从{gone.since}年起才有" if began else f"只用到{gone.until}年"
        what = f"科目编码{code}（{name}）{span}，{year}年没有这个科目"
        yield Hit(
            {"table": table, "what": what, "proof": f"年份{_seen_in(borne_out(code))}" if began else _UNPROVEN},
            (line,),
            (code,),
            severity="" if began else INFO,
            cause=f"编码 {code}",
        )
        return
    official = names_of(code)
    printed = compact(name)
    right = name_of(code, year) if code[0] == "2" else official[0]
    if not printed or printed == compact(right) or compact(right).startswith(printed):
        return  # a name cut short by the width of its cell
    if _without_brackets(printed) == _without_brackets(compact(right)):
        return
    old = "，这是往年的名称" if any(printed == compact(each) for each in official) else ""
    what = f"{code}的名称是“{name}”，科目表中为“{right}”{old}"
    proof = borne_out(code, right)
    values = {"table": table, "what": what, "proof": f"科目表的名称{_seen_in(proof)}" if proof else _UNPROVEN}
    yield Hit(values, (line,), (code,), cause=f"名称 {code}{printed}")


def _seen_in(proof: str) -> str:
    return f"见于{proof}"


def _without_brackets(text: str) -> str:
    return text.replace("(", "").replace(")", "")

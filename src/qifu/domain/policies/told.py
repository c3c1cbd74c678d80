"""An explanation as people follow it: what must not be so is said as what must be so, and a line that is in order is a yes.

    以下都不满足                           以下全部满足
      严重失信：是            becomes        严重失信：否
      行业代码以 C16 开头                    行业代码不以 C16 开头

What is inside a 以下不成立 is turned, groups and clauses alike (De Morgan), and the line itself is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from qifu.engines import eligibility as law

_TURNED = {"yes": "no", "no": "yes"}
_GROUPS = {
    "以下全部满足": "以下至少满足一项", "以下至少满足一项": "以下全部满足",
    "总是满足": "总不满足", "总不满足": "总是满足",
}  # fmt: skip
_OPPOSITES = (
    ("：是", "：否"), ("：否", "：是"), ("不属于 ", "属于 "), ("属于 ", "不属于 "), ("不低于 ", "低于 "), ("不高于 ", "高于 "),
    ("低于 ", "不低于 "), ("高于 ", "不高于 "), ("不早于 ", "早于 "), ("不晚于 ", "晚于 "), ("早于 ", "不早于 "),
    ("晚于 ", "不晚于 "), ("不为 ", "为 "), ("为 ", "不为 "),
)  # fmt: skip


def plainly(tree: Sequence[law.Line]) -> list[law.Line]:
    """The lines of a condition, as they are shown."""
    return [_line(line) for line in tree if not _is_negation(line)]


def _line(line: law.Line) -> law.Line:
    turns = line.path.count(".!")
    if turns % 2 == 0:
        return line._replace(depth=line.depth - turns)
    text = _denied(line) if line.fields else _GROUPS.get(line.text, line.text)
    return line._replace(depth=line.depth - turns, text=text, result=_TURNED.get(line.result, line.result))


def _denied(line: law.Line) -> str:
    """A clause said the other way round."""
    label = law.catalogue()[line.fields[0]].label
    if len(line.fields) > 1 or not line.text.startswith(label) or " 且" in line.text:
        return f"不是：{line.text}"
    rest = line.text[len(label) :]
    if rest.startswith("以 "):
        return f"{label}不{rest}"
    for one, other in _OPPOSITES:
        if rest.startswith(one):
            return label + other + rest[len(one) :]
    return f"不是：{line.text}"


def _is_negation(line: law.Line) -> bool:
    return line.path.endswith(".!") and not line.fields

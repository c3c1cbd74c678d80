"""An explanation as people follow it: of what must not be so, a line that does not hold is as it should be."""

from __future__ import annotations

from collections.abc import Sequence

from qifu.engines import eligibility as law

NONE_OF = "以下都不满足"
_TURNED = {"yes": "no", "no": "yes"}


def plainly(tree: Sequence[law.Line]) -> list[law.Line]:
    """The lines of a condition, as they are shown.

    以下不成立 over 以下至少满足一项 is one line, and each line under it is answered by whether it is in order.
    """
    paths = {line.path for line in tree}
    merged = [line.path for line in tree if _is_negation(line) and f"{line.path}.or" in paths]
    return [_line(line, merged) for line in tree if not (line.path.endswith(".!.or") and line.path[:-3] in merged)]


def _line(line: law.Line, merged: Sequence[str]) -> law.Line:
    turns = line.path.count(".!") - _is_negation(line)
    return line._replace(
        depth=line.depth - sum(line.path.startswith(f"{path}.or") for path in merged),
        result=_TURNED.get(line.result, line.result) if turns % 2 else line.result,
        text=NONE_OF if _is_negation(line) and line.path in merged else line.text,
    )


def _is_negation(line: law.Line) -> bool:
    return line.path.endswith(".!") and not line.fields

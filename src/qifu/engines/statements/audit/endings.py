"""What may not be said of a document that breaks off: that something is lacking, that a list is short, that its last part is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qifu.engines.statements.model import Model

from .hits import Finding

# rules that ask for what may have stood behind the break
_OF_THE_WHOLE = (
    "REQ-",
    "CNT-",
    "NN-",
    "LBL-01",
    "LBL-02",
    "LBL-03",
    "LBL-04",
    "VOC-02",
    "TBL-10",
    "TBL-11",
    "NAR-02-SUM",
    "NAR-03",
)
_OF_LISTS = (
    "NAR-04",
    "NAR-09",
    "NAR-13",
    "PCT-SUM",
    "FRM-06",
    "FRM-09",
    "XTB-05-06-SOFT",
    "PLS-",
    "TGT-03",
    "TGT-05",
    "BUD-12",
)


def until_the_break(findings: Iterable[Finding], model: Model) -> Iterator[Finding]:
    """The findings that nothing behind the break could refute."""
    if not model.ends_at:
        yield from findings
        return
    last = _last_part(model)
    for finding in findings:
        if not finding.rule.startswith((*_OF_THE_WHOLE, *_OF_LISTS)) and all(line < last for line in finding.lines):
            yield finding


def _last_part(model: Model) -> int:
    """The line with which the paragraph, statement or form begins in which the source breaks off."""
    starts = [each.line for each in model.text]
    starts += [each.at for each in model.tables.values()] + [each.at for each in model.forms]
    return max((line for line in starts if line <= model.ends_at), default=0)

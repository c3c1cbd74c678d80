"""Reading the official statements from the lines of their region, each by its shape."""

from __future__ import annotations

from dataclasses import replace

from qifu.engines.statements.model import Statement

from .economic import read_economic
from .frames import Trouble, read_head
from .hospitality import read_hospitality
from .ledgers import read_ledger
from .listed import read_listed
from .loose import without_doubtful
from .outline import Region
from .subjects import read_subjects

__all__ = ["Trouble", "read_statement"]


def read_statement(region: Region, trouble: Trouble) -> Statement:
    """Read one statement; what is not understood is named in `trouble`."""
    layout = region.layout
    base = read_head(region)
    if layout.shape not in ("ledger", "subjects"):
        region = replace(region, lines=without_doubtful(region, region.lines, trouble))
    if layout.shape == "ledger":
        return read_ledger(base, layout, region.lines, trouble)
    if layout.shape == "subjects":
        return read_subjects(base, layout, region.lines, trouble)
    if layout.shape == "economic":
        return read_economic(base, layout, region.lines, trouble)
    if layout.shape == "hospitality":
        return read_hospitality(base, layout, region.lines, trouble)
    return read_listed(base, layout, region.lines, trouble)

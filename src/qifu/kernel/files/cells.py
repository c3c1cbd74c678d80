"""What a cell of a table may be besides text that somebody typed."""

from __future__ import annotations


class Computed(str):
    """The text of a cell that a formula computed, as the spreadsheet kept it when the file was saved."""

    __slots__ = ()

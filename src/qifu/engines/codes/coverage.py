"""Which line of a statistical table an industry falls under, when lines name sections, divisions or groups."""

from collections.abc import Iterable, Mapping
from functools import cache

from . import industries


class Coverage:
    """Lines by the industries they name; the narrowest name wins."""

    def __init__(self, named: Mapping[str, Iterable[str]]) -> None:
        """Take line → the industry codes it names."""
        self._line = {code: line for line, codes in named.items() for code in codes}
        self._below = cache(self._lines_below)  # by codes of the standard only, so it stays small

    def lines(self, industry: str) -> frozenset[str | None]:
        """The lines of all classes at or below an industry; None stands for classes of no line.

        A code of an earlier edition is read as the narrowest industry its digits name; empty if they name none.
        """
        held = industries.nearest(industry)
        return self._below(held.code) if held else frozenset()

    def _lines_below(self, code: str) -> frozenset[str | None]:
        return frozenset(self._line_of(each) for each in industries.classes(code))

    def _line_of(self, held: industries.Industry) -> str | None:
        names = (held.code, *reversed(held.parents))
        return next((self._line[name] for name in names if name in self._line), None)

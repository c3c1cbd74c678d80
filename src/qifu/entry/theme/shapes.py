"""What pages hand to the shared pieces: small frozen values, so that a page says what it shows and not how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation; `badge` is a count that waits for the person."""

    label: str
    url: str
    icon: str = ""
    active: bool = False
    badge: int = 0
    group: str = ""


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file to be fetched through its case's door."""

    name: str
    url: str
    size: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. `public` tells whether the enterprise sees it."""

    at: datetime
    what: str
    who: str = ""
    text: str = ""
    files: Sequence[FileItem] = ()
    public: bool = True
    tone: str = ""  # "", amber, red, green
    icon: str = "check"


@dataclass(frozen=True, slots=True)
class Step:
    """One station in the life of a case."""

    label: str
    state: str = "todo"  # done, now, todo
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of a filter bar: select (with choices), search, text, date."""

    name: str
    label: str
    kind: str = "select"
    choices: Sequence[Choice] = ()
    placeholder: str = ""

    def says(self, value: str) -> str:
        """The value in the words of the screen."""
        return next((c.label for c in self.choices if c.value == value), value)


@dataclass(frozen=True, slots=True)
class FilterBar:
    """A GET form over a list: its fields, what the address holds now, and what to carry along (sort order)."""

    fields: Sequence[Filter]
    values: Mapping[str, str]
    keep: Sequence[str] = ("sort",)

    @property
    def active(self) -> list[tuple[Filter, str]]:
        return [(f, self.values[f.name]) for f in self.fields if self.values.get(f.name)]

    @property
    def kept(self) -> list[tuple[str, str]]:
        return [(name, self.values[name]) for name in self.keep if self.values.get(name)]

    def without(self, name: str = "") -> str:
        """The address with one filter taken out, or with all taken out."""
        pairs = self.kept + [(f.name, v) for f, v in self.active if name and f.name != name]
        return "?" + urlencode(pairs)

"""Categories: two levels, those in use and those retired, which old cases still bear."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from qifu.domain.appeals.models import Category
from qifu.kernel.prepared import Prepared
from qifu.kernel.reading import once

Row = tuple[int, str, str, int | None, int | None, int, bool]


@dataclass(frozen=True, slots=True)
class CategoryView:
    id: int
    code: str
    name: str
    parent: int | None
    unit: int | None
    order: int = 0
    is_active: bool = True

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All categories, in their order. As long as nothing was written it is the same object."""

    by_id: dict[int, CategoryView]

    def tops(self) -> list[CategoryView]:
        """The first level, in use."""
        return [c for c in self.by_id.values() if c.parent is None and c.is_active]

    def below(self, parent: int) -> list[CategoryView]:
        """The second level of one, in use."""
        return [c for c in self.by_id.values() if c.parent == parent and c.is_active]

    def path(self, category: int) -> str:
        """政策兑现 / 资金拨付"""
        found = self.by_id.get(category)
        if found is None:
            return ""
        above = self.by_id.get(found.parent) if found.parent else None
        return f"{above.name} / {found.name}" if above else found.name

    def ids_under(self, category: int) -> list[int]:
        """The category itself and those below it, retired ones too."""
        return [category, *(c.id for c in self.by_id.values() if c.parent == category)]


def categories() -> Catalogue:
    """The catalogue as it stands. One query a request of some dozens of narrow rows, so that no process shows an old name."""
    return once("appeals.categories", _present)


_ROWS = Prepared(
    lambda: Category.objects.order_by("order", "id").values_list(
        "id", "code", "name", "parent_id", "unit_id", "order", "is_active"
    )
)


def _present() -> Catalogue:
    return _built(tuple(_ROWS()))


@lru_cache(maxsize=2)
def _built(rows: tuple[Row, ...]) -> Catalogue:
    return Catalogue({row[0]: CategoryView(*row) for row in rows})

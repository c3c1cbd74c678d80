"""Many enterprises looked up at once by code or name, for rooms above that have passed their own door."""

from __future__ import annotations

from collections.abc import Iterable

from qifu.domain.registry.models import Enterprise


def sections_of(ids: Iterable[int]) -> dict[int, str]:
    """The section letter of the industry of many at once, for rooms that have passed their own door."""
    wanted, found = sorted(set(ids)), dict[int, str]()
    for start in range(0, len(wanted), 5_000):
        rows = Enterprise.objects.filter(pk__in=wanted[start : start + 5_000])
        found |= {pk: industry[:1] for pk, industry in rows.values_list("pk", "industry")}
    return found


def ids_by_code(codes: Iterable[str]) -> dict[str, int]:
    """The enterprises of many codes at once, for rooms that have passed their own door."""
    return _ids_by("uscc", codes)


def ids_by_name(names: Iterable[str]) -> dict[str, int]:
    """The enterprises of many names at once, letter by letter; a name that several bear is none of theirs."""
    return _ids_by("name", names)


def _ids_by(column: str, values: Iterable[str]) -> dict[str, int]:
    wanted, found, twice = sorted(set(values)), dict[str, int](), set[str]()
    for start in range(0, len(wanted), 500):
        rows = Enterprise.objects.filter(**{f"{column}__in": wanted[start : start + 500]})
        for value, pk in rows.values_list(column, "pk"):
            if value in found:
                twice.add(value)
            found[value] = pk
    return {value: pk for value, pk in found.items() if value not in twice}

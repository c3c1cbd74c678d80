"""Every address of the system, tried as every role: what the table in tests/cases/access.csv is held against.

`python -m tests.walls.matrix` prints the rows that the table lacks or that have changed, to be judged and pasted;
`python -m tests.walls.matrix --write` writes them into the table. Judge every figure before committing it: a row says
what ought to be answered, not what happens to be.
"""

from __future__ import annotations

import copy
import csv
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

TABLE = Path(__file__).parents[1] / "cases" / "access.csv"
ROLES = (
    "visitor", "contact", "stranger", "handler", "taxman", "street", "dispatcher", "supervisor", "leader", "auditor",
    "admin", "specialist", "service",
)  # fmt: skip
METHODS = ("GET", "POST")
WRITING = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+\"?(\w+)", re.I)
QUERIES = {
    "board/rows/": "?figure=reply&part=all",
    "board/rows/download/": "?figure=reply&part=all",
    "accounts/<int:number>/figure/": "?at=cell/T05//total",
    "desk/accounts/<int:number>/figure/": "?at=cell/T05//total",
}  # what an address must be told
Row = dict[str, str]


@dataclass(frozen=True)
class Address:
    """One pattern of the router."""

    pattern: str
    name: str

    @property
    def parts(self) -> list[str]:
        """The names of what varies in it."""
        return re.findall(r"\?P<(\w+)>", self.pattern) + re.findall(r"<(?:\w+:)?(\w+)>", _plain(self.pattern))

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    def at(self, values: dict[str, object]) -> str:
        """The path for these values."""
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda m: str(values[m[1]]), self.pattern)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), path)
        path = path.replace("^.*$", "nowhere").replace("^", "").replace("$", "")
        return f"/{path}{QUERIES.get(self.pattern, '')}"


def _plain(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>[^)]*\)", "", pattern)


def addresses() -> list[Address]:
    """All that the router knows, each once."""
    found: dict[str, Address] = {}
    for pattern, name in _walk(get_resolver().url_patterns):
        found.setdefault(pattern, Address(pattern, name))
    return list(found.values())


def _walk(patterns: list[Any], before: str = "") -> Iterator[tuple[str, str]]:
    for one in patterns:
        place = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, place)
        elif isinstance(one, URLPattern):
            yield place, one.name or ""


Told = dict[tuple[Address, str, str], Any]  # the answer by address, method and role


@dataclass
class Stand:
    """Who tries, and at what."""

    clients: dict[str, Client]
    headers: dict[str, dict[str, str]]
    values: Callable[[Address], tuple[dict[str, object], dict[str, object]]]  # what is there, and what is not
    wrote: set[tuple[str, str]] = field(default_factory=set)  # what looking wrote: address, table

    def ask(self, role: str, method: str, address: Address, values: dict[str, object]) -> Any:
        """Try it, note what a mere look writes, and undo whatever came of it."""
        client, headers = self.clients[role], self.headers[role] if address.is_api else {}
        cache.clear()
        cookies = copy.deepcopy(client.cookies)  # signing out would take them away for good
        with transaction.atomic():
            with connection.execute_wrapper(self._watching(address, method)):
                if method == "GET":
                    answer = client.get(address.at(values), headers=headers)
                elif address.is_api:
                    answer = client.generic(
                        method, address.at(values), "{}", content_type="application/json", headers=headers
                    )
                else:
                    answer = client.generic(method, address.at(values), headers=headers)
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer

    def _watching(self, address: Address, method: str) -> Callable[..., Any]:
        def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            if method != "POST" and (found := WRITING.match(sql)):
                self.wrote.add((address.pattern, found[1]))
            return execute(sql, params, many, context)

        return watch

    def tour(self) -> Told:
        """What everybody is told everywhere; a method that a visitor is refused before being asked to sign in is refused to all."""
        found: Told = {}
        for address in addresses():
            there, _ = self.values(address)
            for method in METHODS:
                first = self.ask(ROLES[0], method, address, there)
                for role in ROLES:
                    asked = role == ROLES[0] or first.status_code == 405
                    found[address, method, role] = first if asked else self.ask(role, method, address, there)
        return found


def rows(found: Told) -> Iterator[Row]:
    """The answers as rows of the table."""
    for address, method in dict.fromkeys((address, method) for address, method, _ in found):
        answers = {role: told(found[address, method, role].status_code) for role in ROLES}
        yield {"address": address.pattern, "method": method} | answers


def told(status: int) -> str:
    """The status as the table says it: all ways of sending elsewhere are one, and so are all faults of form."""
    return {301: "302", 303: "302", 307: "302", 400: "422"}.get(status, str(status))


def read() -> dict[tuple[str, str], Row]:
    """The table."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["address"], row["method"]): row for row in csv.DictReader(file)}


def write(rows: dict[tuple[str, str], Row]) -> None:
    """Write the table, in the order of the addresses; remarks stay."""
    held = read()
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["address", "method", *ROLES, "remark"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[key] | {"remark": held.get(key, {}).get("remark", "")} for key in sorted(rows))


def main() -> int:
    """Print or write the rows that the table lacks."""
    import pytest

    os.environ["QIFU_MATRIX"] = "write" if "--write" in sys.argv else "print"
    return int(pytest.main(["-q", "-s", "tests/walls/test_matrix.py", "-k", "as_the_table_says"]))


if __name__ == "__main__":
    raise SystemExit(main())

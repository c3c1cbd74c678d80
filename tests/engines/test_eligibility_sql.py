"""The same conditions as SQL: the whole suite of cases on DuckDB and on PostgreSQL, compared with the engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.engines.eligibility import Facts, Library, Reading, catalogue, compile_policies, facts, read_policies, sql
from tests.engines.test_eligibility_cases import ON, cases, conditions, expected, situation
from tests.engines.test_eligibility_laws import CONDITIONS, records

Ask = Callable[[str], list[tuple[Any, ...]]]
SERVER = os.environ.get("ELIGIBILITY_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
CREATE = "CREATE TEMPORARY TABLE enterprises (" + ", ".join(f"{n} {t}" for n, t in sql.columns().items()) + ")"


def row(number: int, held: Facts) -> list[Any]:
    values = dict(held) | {"enterprise_id": f"E{number}"}
    days = {name for name, field in catalogue().items() if field.type == "date"}
    return [
        date.fromordinal(int(value)) if name in days and isinstance(value, float) else value
        for name, value in ((name, values.get(name)) for name in catalogue())
    ]


@contextmanager
def duckdb_with(rows: list[list[Any]]) -> Iterator[Ask]:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (extra `sql`)")
    connection = duckdb.connect()
    connection.execute(CREATE)
    connection.executemany(f"INSERT INTO enterprises VALUES ({', '.join('?' * len(rows[0]))})", rows)
    yield lambda statement: connection.execute(statement).fetchall()
    connection.close()


@contextmanager
def postgres_with(rows: list[list[Any]]) -> Iterator[Ask]:
    import psycopg

    try:
        connection = psycopg.connect(SERVER, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {SERVER}")
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.enterprises")
        cursor.execute(CREATE)
        cursor.executemany(f"INSERT INTO enterprises VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
        yield lambda statement: cursor.execute(statement).fetchall()


ENGINES = pytest.mark.parametrize("engine", [duckdb_with, postgres_with], ids=["duckdb", "postgres"])


def asked(ask: Ask, library: Library) -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    found = [line for statement in sql.statements(library, ON) for line in ask(statement)]
    return {(e, p): (result, tuple(missing.split("|")) if missing else ()) for e, p, result, missing in found}


@ENGINES
def test_the_suite_of_cases(engine: Any) -> None:
    library, rows = conditions(), cases()
    with engine([row(number, situation(each)) for number, each in enumerate(rows)]) as ask:
        found = asked(ask, library)
    for number, each in enumerate(rows):
        told = found.get((f"E{number}", each["政策"]), ("ineligible", ()))
        assert told == expected(each), each


@ENGINES
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(CONDITIONS, min_size=1, max_size=4), st.lists(records(unknown=True), min_size=1, max_size=12))
def test_conditions_that_nobody_thought_of(engine: Any, when: list[Any], given_rows: list[dict[str, Any]]) -> None:
    library = compile_policies(read_policies([{"id": f"P{n}", "when": each} for n, each in enumerate(when)]))
    held = [facts(each, ON) for each in given_rows]
    with engine([row(number, each) for number, each in enumerate(held)]) as ask:
        found = asked(ask, library)
    for number, each in enumerate(held):
        reading = Reading(library, each, ON)
        for policy in range(len(when)):
            told = reading.explain(policy)
            result, missing = found.get((f"E{number}", f"P{policy}"), ("ineligible", ()))
            assert (result, set(missing)) == (told.result, set(told.missing))


@ENGINES
def test_quotes_absent_columns_days_of_force_and_five_thousand_prefixes(engine: Any) -> None:
    prefixes = [f"I6{n:04d}" for n in range(4999)] + ["I651"]
    library = compile_policies(
        read_policies(
            [
                {"id": "O'Brien", "when": {"==": [{"var": "street"}, "'; DROP TABLE enterprises; --"]}},
                {"id": "prefixes", "when": {"starts_with": [{"var": "industry"}, prefixes]}},
                {"id": "absent", "when": {">": [{"var": "revenue"}, 1]}},
                {"id": "late", "when": True, "effective_from": "2027-01-01"},
            ]
        )
    )
    known: Facts = {"street": "'; DROP TABLE enterprises; --", "industry": "I6513", "revenue": 5.0}
    with engine([row(0, known)]) as ask:
        ask_all = [line for each in sql.statements(library, ON) for line in ask(each)]
        assert sorted(line[1] for line in ask_all) == ["O'Brien", "absent", "prefixes"]
        bare = "SELECT enterprise_id, street, industry FROM enterprises"
        told = next(sql.statements(library, ON, table="bare", has=["enterprise_id", "street", "industry"]))
        assert sorted(ask(f"WITH bare AS ({bare}) {told}")) == [
            ("E0", "O'Brien", "eligible", ""),
            ("E0", "absent", "unknown", "revenue"),
            ("E0", "prefixes", "eligible", ""),
        ]


def test_a_table_is_a_plain_name() -> None:
    with pytest.raises(ValueError, match="no plain name"):
        list(sql.statements(conditions(), ON, table="enterprises; DROP TABLE x"))

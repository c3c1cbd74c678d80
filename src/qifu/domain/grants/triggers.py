"""Triggers by which the database itself refuses to change or drop an entry of the ledger. Used by the migration, and by tests to
empty a database."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_TABLE = "grants_ledgerentry"
_UP = {
    "postgresql": (
        """CREATE OR REPLACE FUNCTION grants_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP; END $$""",
        f"CREATE TRIGGER {_TABLE}_frozen BEFORE UPDATE OR DELETE ON {_TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION grants_ledger_refuse()",
        f"CREATE TRIGGER {_TABLE}_whole BEFORE TRUNCATE ON {_TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION grants_ledger_refuse()",
    ),
    "sqlite": tuple(
        f"CREATE TRIGGER {_TABLE}_no_{event.lower()} BEFORE {event} ON {_TABLE} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for event in ("UPDATE", "DELETE")
    ),
}
_DOWN = {
    "postgresql": tuple(f"DROP TRIGGER IF EXISTS {_TABLE}_{name} ON {_TABLE}" for name in ("frozen", "whole")),
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {_TABLE}_no_{event}" for event in ("update", "delete")),
}


def create(connection: BaseDatabaseWrapper) -> None:
    """Put the guards up."""
    _run(connection, _UP[connection.vendor])


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the guards down."""
    _run(connection, _DOWN[connection.vendor])


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

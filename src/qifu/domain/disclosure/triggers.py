"""Triggers by which the database itself posts only what balances and changes nothing that is posted. Used by the migration, and by
tests to empty a database.

Financial accounts (first digit 1 to 5) and budgetary ones (6 to 8) balance each for themselves: 《政府会计制度》 keeps both
side by side.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_V, _L, _M = "disclosure_voucher", "disclosure_voucherline", "disclosure_month"
_OWN = f"FROM {_L} WHERE voucher_id = NEW.id"
_GAP = f"(SELECT COALESCE(ROUND(SUM(debit * 100)) - ROUND(SUM(credit * 100)), 0) {_OWN} AND account {{side}}) <> 0"
_UNBALANCED = " OR ".join(
    (
        _GAP.format(side="< '6'"),
        _GAP.format(side=">= '6'"),
        f"COALESCE((SELECT ROUND(SUM(debit * 100)) {_OWN}), -1) <> ROUND(NEW.debit * 100)",
        f"(SELECT COUNT(*) {_OWN}) < 2",
    )
)
_CLOSED = f"EXISTS (SELECT 1 FROM {_M} WHERE year = NEW.year AND month = NEW.month)"  # noqa: S608 (names of our own)
_POSTED = f"EXISTS (SELECT 1 FROM {_V} WHERE id = {{row}}.voucher_id AND is_posted)"  # noqa: S608
BALANCE, CLOSED, FROZEN = "voucher does not balance", "month is closed", "posted vouchers are never changed"

_POSTGRES = {
    "disclosure_voucher_guard": f"""
        IF TG_OP = 'INSERT' AND NEW.is_posted THEN RAISE EXCEPTION '{BALANCE}'; END IF;
        IF TG_OP <> 'INSERT' AND OLD.is_posted THEN RAISE EXCEPTION '{FROZEN}'; END IF;
        IF TG_OP = 'UPDATE' AND NEW.is_posted THEN
          IF {_CLOSED} THEN RAISE EXCEPTION '{CLOSED}'; END IF;
          IF {_UNBALANCED} THEN RAISE EXCEPTION '{BALANCE}'; END IF;
        END IF;""",
    "disclosure_line_guard": f"""
        IF TG_OP <> 'DELETE' AND {_POSTED.format(row="NEW")} THEN RAISE EXCEPTION '{FROZEN}'; END IF;
        IF TG_OP <> 'INSERT' AND {_POSTED.format(row="OLD")} THEN RAISE EXCEPTION '{FROZEN}'; END IF;""",
    "disclosure_month_guard": f"IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION '{CLOSED}'; END IF;",
}
_TABLES = {"disclosure_voucher_guard": _V, "disclosure_line_guard": _L, "disclosure_month_guard": _M}


def _postgres_up() -> list[str]:
    found = []
    for name, body in _POSTGRES.items():
        found.append(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        found.append(
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {_TABLES[name]} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    return found


_SQLITE = (  # name, event, table, condition, message
    ("disclosure_voucher_unposted", "INSERT", _V, "NEW.is_posted", BALANCE),
    ("disclosure_voucher_frozen", "UPDATE", _V, "OLD.is_posted", FROZEN),
    ("disclosure_voucher_kept", "DELETE", _V, "OLD.is_posted", FROZEN),
    ("disclosure_voucher_open", "UPDATE", _V, f"NEW.is_posted AND {_CLOSED}", CLOSED),
    ("disclosure_voucher_balance", "UPDATE", _V, f"NEW.is_posted AND ({_UNBALANCED})", BALANCE),
    ("disclosure_line_new", "INSERT", _L, _POSTED.format(row="NEW"), FROZEN),
    ("disclosure_line_frozen", "UPDATE", _L, f"{_POSTED.format(row='OLD')} OR {_POSTED.format(row='NEW')}", FROZEN),
    ("disclosure_line_kept", "DELETE", _L, _POSTED.format(row="OLD"), FROZEN),
    ("disclosure_month_frozen", "UPDATE", _M, "1", CLOSED),
    ("disclosure_month_kept", "DELETE", _M, "1", CLOSED),
)


def create(connection: BaseDatabaseWrapper) -> None:
    """Put the guards up."""
    if connection.vendor == "postgresql":
        return _run(connection, _postgres_up())
    return _run(
        connection,
        [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for name, event, table, condition, message in _SQLITE
        ],
    )


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the guards down."""
    if connection.vendor == "postgresql":
        return _run(connection, [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in _TABLES.items()])
    return _run(connection, [f"DROP TRIGGER IF EXISTS {name}" for name, *_ in _SQLITE])


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

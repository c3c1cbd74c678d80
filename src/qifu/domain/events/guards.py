"""What the database itself holds of bookings: no two in one room at one time, whoever writes them. Used by the migration."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

OVERLAP = "booking_no_overlap"  # by which a refusal of the database is known
_STATES = "('asked', 'approved', 'used')"

_POSTGRES_UP = (
    f"""ALTER TABLE events_booking ADD CONSTRAINT {OVERLAP} EXCLUDE USING gist (
          int8range(venue_id, venue_id, '[]') WITH &&,
          tstzrange(starts, ends, '[)') WITH &&
        ) WHERE (state IN {_STATES})""",
)
_POSTGRES_DOWN = (f"ALTER TABLE events_booking DROP CONSTRAINT IF EXISTS {OVERLAP}",)


def _trigger(name: str, when: str) -> str:
    return f"""CREATE TRIGGER {name} BEFORE {when} ON events_booking
        WHEN NEW.state IN {_STATES} AND EXISTS (
          SELECT 1 FROM events_booking o WHERE o.venue_id = NEW.venue_id AND o.id IS NOT NEW.id
          AND o.state IN {_STATES} AND o.starts < NEW.ends AND NEW.starts < o.ends)
        BEGIN SELECT RAISE(ABORT, '{OVERLAP}'); END"""  # noqa: S608 - nothing in it comes from outside


_SQLITE_UP = (_trigger(OVERLAP, "INSERT"), _trigger(f"{OVERLAP}_later", "UPDATE"))
_SQLITE_DOWN = (f"DROP TRIGGER IF EXISTS {OVERLAP}", f"DROP TRIGGER IF EXISTS {OVERLAP}_later")


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the guards."""
    _run(connection, _POSTGRES_UP if connection.vendor == "postgresql" else _SQLITE_UP)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the guards away."""
    _run(connection, _POSTGRES_DOWN if connection.vendor == "postgresql" else _SQLITE_DOWN)


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

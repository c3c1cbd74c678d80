"""What the database itself holds of tenancies: no two in one room at one time, and nothing believed is overwritten.

Two tenancies of a room that are believed now and are true on one day are refused, unless both are shared. A row, once
written, changes in one thing only: when it ceased to be believed. Used by the migration.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

OVERLAP, FROZEN = "tenancy_no_overlap", "tenancy_no_overwrite"  # by which a refusal of the database is known
_KEPT = (
    "key", "enterprise_id", "tenant", "building_id", "floor_id", "room_id", "since", "until", "lease_until", "rent",
    "registered_in", "taxed_in", "is_shared", "learnt_at", "replaces_id", "list_id",
)  # fmt: skip

_POSTGRES_UP = (
    # A shared tenancy stands for itself alone and so meets no other shared one; one that is not meets all.
    f"""ALTER TABLE estate_tenancy ADD CONSTRAINT {OVERLAP} EXCLUDE USING gist (
          int8range(room_id, room_id, '[]') WITH &&,
          daterange(since, until, '[]') WITH &&,
          (CASE WHEN is_shared THEN int8range(id, id, '[]') ELSE int8range(NULL, NULL) END) WITH &&
        ) WHERE (dropped_at IS NULL AND room_id IS NOT NULL)""",
    f"""CREATE OR REPLACE FUNCTION {FROZEN}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
          IF OLD.dropped_at IS NULL AND {" AND ".join(f"NEW.{n} IS NOT DISTINCT FROM OLD.{n}" for n in _KEPT)}
          THEN RETURN NEW; END IF;
          RAISE EXCEPTION '{FROZEN}: what was believed of a tenancy stays'; END $$""",
    f"CREATE TRIGGER {FROZEN} BEFORE UPDATE ON estate_tenancy FOR EACH ROW EXECUTE FUNCTION {FROZEN}()",
)
_POSTGRES_DOWN = (
    f"DROP TRIGGER IF EXISTS {FROZEN} ON estate_tenancy",
    f"DROP FUNCTION IF EXISTS {FROZEN}()",
    f"ALTER TABLE estate_tenancy DROP CONSTRAINT IF EXISTS {OVERLAP}",
)
_SQLITE_UP = (
    f"""CREATE TRIGGER {OVERLAP} BEFORE INSERT ON estate_tenancy
        WHEN NEW.dropped_at IS NULL AND NEW.room_id IS NOT NULL AND EXISTS (
          SELECT 1 FROM estate_tenancy o WHERE o.room_id = NEW.room_id AND o.dropped_at IS NULL
          AND NOT (o.is_shared AND NEW.is_shared)
          AND (o.since IS NULL OR NEW.until IS NULL OR o.since <= NEW.until)
          AND (NEW.since IS NULL OR o.until IS NULL OR NEW.since <= o.until))
        BEGIN SELECT RAISE(ABORT, '{OVERLAP}'); END""",  # noqa: S608 - nothing in it comes from outside
    f"""CREATE TRIGGER {FROZEN} BEFORE UPDATE ON estate_tenancy
        WHEN OLD.dropped_at IS NOT NULL OR {" OR ".join(f"NEW.{n} IS NOT OLD.{n}" for n in _KEPT)}
        BEGIN SELECT RAISE(ABORT, '{FROZEN}: what was believed of a tenancy stays'); END""",
)
_SQLITE_DOWN = (f"DROP TRIGGER IF EXISTS {OVERLAP}", f"DROP TRIGGER IF EXISTS {FROZEN}")


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

"""Triggers by which the database itself refuses to change or drop evidence. Used by the migration, and by tests to empty a database."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

FROZEN = ("evidence_record", "evidence_seal")
ALL = (*FROZEN, "evidence_content", "evidence_head")

_POSTGRES_UP = (
    """CREATE OR REPLACE FUNCTION evidence_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'evidence is append-only: % on % refused', TG_OP, TG_TABLE_NAME; END $$""",
    """CREATE OR REPLACE FUNCTION evidence_erase_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN
         IF NEW.record_id = OLD.record_id AND NEW.body IS NULL AND NEW.salt IS NULL THEN RETURN NEW; END IF;
         RAISE EXCEPTION 'evidence content can only be erased'; END $$""",
    """CREATE OR REPLACE FUNCTION evidence_head_forward() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN
         IF NEW.stream = OLD.stream AND NEW.seq > OLD.seq THEN RETURN NEW; END IF;
         RAISE EXCEPTION 'the head of a chain only moves forward'; END $$""",
    *(
        f"CREATE TRIGGER {t}_frozen BEFORE UPDATE OR DELETE ON {t} FOR EACH ROW EXECUTE FUNCTION evidence_refuse()"
        for t in FROZEN
    ),
    *(
        f"CREATE TRIGGER {t}_whole BEFORE TRUNCATE ON {t} FOR EACH STATEMENT EXECUTE FUNCTION evidence_refuse()"
        for t in ALL
    ),
    "CREATE TRIGGER evidence_content_erase BEFORE UPDATE ON evidence_content FOR EACH ROW EXECUTE FUNCTION evidence_erase_only()",
    "CREATE TRIGGER evidence_content_kept BEFORE DELETE ON evidence_content FOR EACH ROW EXECUTE FUNCTION evidence_refuse()",
    "CREATE TRIGGER evidence_head_forward BEFORE UPDATE ON evidence_head FOR EACH ROW EXECUTE FUNCTION evidence_head_forward()",
    "CREATE TRIGGER evidence_head_kept BEFORE DELETE ON evidence_head FOR EACH ROW EXECUTE FUNCTION evidence_refuse()",
)
_POSTGRES_DOWN = (
    *(f"DROP TRIGGER IF EXISTS {t}_frozen ON {t}" for t in FROZEN),
    *(f"DROP TRIGGER IF EXISTS {t}_kept ON {t}" for t in FROZEN),  # as older versions named it
    *(f"DROP TRIGGER IF EXISTS {t}_whole ON {t}" for t in ALL),
    "DROP TRIGGER IF EXISTS evidence_content_erase ON evidence_content",
    "DROP TRIGGER IF EXISTS evidence_content_kept ON evidence_content",
    "DROP TRIGGER IF EXISTS evidence_head_forward ON evidence_head",
    "DROP TRIGGER IF EXISTS evidence_head_kept ON evidence_head",
)


def _refuse(name: str, event: str, table: str, message: str, when: str = "") -> str:
    condition = f"WHEN {when} " if when else ""
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{message}'); END"


_SQLITE_UP = (
    *(_refuse(f"{t}_no_update", "UPDATE", t, "evidence is append-only") for t in FROZEN),
    *(_refuse(f"{t}_no_delete", "DELETE", t, "evidence is append-only") for t in FROZEN),
    _refuse(
        "evidence_content_erase",
        "UPDATE",
        "evidence_content",
        "evidence content can only be erased",
        "NEW.record_id IS NOT OLD.record_id OR NEW.body IS NOT NULL OR NEW.salt IS NOT NULL",
    ),
    _refuse("evidence_content_kept", "DELETE", "evidence_content", "evidence is append-only"),
    _refuse(
        "evidence_head_forward",
        "UPDATE",
        "evidence_head",
        "the head of a chain only moves forward",
        "NEW.stream IS NOT OLD.stream OR NEW.seq <= OLD.seq",
    ),
    _refuse("evidence_head_kept", "DELETE", "evidence_head", "evidence is append-only"),
)
_SQLITE_DOWN = tuple(
    f"DROP TRIGGER IF EXISTS {name}"
    for name in (
        *(f"{t}_no_update" for t in FROZEN),
        *(f"{t}_no_delete" for t in FROZEN),
        "evidence_content_erase",
        "evidence_content_kept",
        "evidence_head_forward",
        "evidence_head_kept",
    )
)


def create(connection: BaseDatabaseWrapper) -> None:
    _run(connection, _POSTGRES_UP if connection.vendor == "postgresql" else _SQLITE_UP)


def drop(connection: BaseDatabaseWrapper) -> None:
    _run(connection, _POSTGRES_DOWN if connection.vendor == "postgresql" else _SQLITE_DOWN)


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

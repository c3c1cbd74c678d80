"""Unit and state of open cases hang together: told so, PostgreSQL reads a unit's list by the unit, not by the state."""

from typing import Any

from django.db import migrations

MAKE = "CREATE STATISTICS IF NOT EXISTS appeal_unit_state (mcv) ON unit_id, is_open, state FROM appeals_appeal"
DROP = "DROP STATISTICS IF EXISTS appeal_unit_state"


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("appeals", "0008_indexes")]

    operations = [migrations.RunPython(make, drop)]

"""The database refuses two bookings of one room at one time."""

from __future__ import annotations

from django.db import migrations

from qifu.domain.events import guards


def up(apps, schema_editor):
    guards.create(schema_editor.connection)


def down(apps, schema_editor):
    guards.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("events", "0002_search")]

    operations = [migrations.RunPython(up, down)]

"""The database refuses two tenancies of one room at one time, and the overwriting of what was believed."""

from __future__ import annotations

from django.db import migrations

from qifu.domain.estate import overlap


def up(apps, schema_editor):
    overlap.create(schema_editor.connection)


def down(apps, schema_editor):
    overlap.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("estate", "0007_no_premises")]

    operations = [migrations.RunPython(up, down)]

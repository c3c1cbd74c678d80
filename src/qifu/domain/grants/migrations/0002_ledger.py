"""The database refuses to change or drop an entry of the ledger."""

from django.db import migrations

from qifu.domain.grants import triggers


def up(apps, schema_editor):
    triggers.create(schema_editor.connection)


def down(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("grants", "0001_initial")]
    operations = [migrations.RunPython(up, down)]

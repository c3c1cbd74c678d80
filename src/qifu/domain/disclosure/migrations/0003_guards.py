"""The database posts only what balances and changes nothing that is posted."""

from django.db import migrations

from qifu.domain.disclosure import triggers


def up(apps, schema_editor):
    triggers.create(schema_editor.connection)


def down(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0002_budget_and_ledger")]
    operations = [migrations.RunPython(up, down)]

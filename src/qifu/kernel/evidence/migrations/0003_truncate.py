"""The database refuses to empty contents and heads, too."""

from django.db import migrations

from qifu.kernel.evidence import triggers


def up(apps, schema_editor):
    triggers.drop(schema_editor.connection)
    triggers.create(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_triggers")]
    operations = [migrations.RunPython(up, migrations.RunPython.noop)]

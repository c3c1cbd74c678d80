"""The ledger takes what is asked back and what has come back; its guards step aside while the table is rebuilt."""

from django.db import migrations, models

from qifu.domain.grants import triggers


def up(apps, schema_editor):
    triggers.create(schema_editor.connection)


def down(apps, schema_editor):
    triggers.drop(schema_editor.connection)


KINDS = ["grant", "reserve", "release", "pay", "return"]


class Migration(migrations.Migration):
    dependencies = [("grants", "0004_after_payment")]
    operations = [
        migrations.RunPython(down, up),
        migrations.RemoveConstraint("ledgerentry", "ledger_kind"),
        migrations.AddConstraint(
            "ledgerentry",
            models.CheckConstraint(name="ledger_kind", condition=models.Q(kind__in=[*KINDS, "claim", "recover"])),
        ),
        migrations.RunPython(up, down),
    ]

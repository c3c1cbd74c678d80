"""Figures say of themselves when they were counted: the counting is not the last touch of a row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0007_claim_lists")]

    operations = [
        migrations.AddField("match", "counted_at", models.DateTimeField(null=True)),
        migrations.RunPython(
            lambda apps, _: apps.get_model("policies", "Match").objects.update(counted_at=models.F("at")),
            migrations.RunPython.noop,
        ),
        migrations.AlterField("match", "counted_at", models.DateTimeField()),
    ]

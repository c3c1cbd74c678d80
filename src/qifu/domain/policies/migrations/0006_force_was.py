"""The last day that a revision had before a later one took over comes back when that one is withdrawn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0005_stamp")]
    operations = [migrations.AddField("revision", "force_was", models.DateField(null=True))]

"""A source remembers that somebody wants its pages looked at now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0009_push_runs")]
    operations = [
        migrations.AddField("source", "asked_at", models.DateTimeField(null=True)),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """The number under which an outside system keeps a case that it raised."""

    dependencies = [
        ("appeals", "0004_auto_dispatch"),
    ]

    operations = [
        migrations.AddField("appeal", "external", models.CharField(blank=True, max_length=60, null=True)),
        migrations.AddConstraint(
            "appeal",
            models.UniqueConstraint(
                condition=models.Q(("external__isnull", False)),
                fields=("raised_by", "external"),
                name="appeal_external",
            ),
        ),
    ]

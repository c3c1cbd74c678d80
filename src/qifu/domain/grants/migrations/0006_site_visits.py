"""Visits to the site during the review."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("grants", "0005_ledger_claims"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("visited_on", models.DateField()),
                ("visitors", models.CharField(max_length=120)),
                ("place", models.CharField(max_length=120)),
                ("outcome", models.CharField(max_length=8)),
                ("findings", models.CharField(max_length=1000)),
                ("account", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="visits", to="grants.application"
                    ),
                ),
                ("files", models.ManyToManyField(related_name="+", to="files.storedfile")),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.unit"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["application", "id"], name="visit_application")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["agrees", "differs", "unclear"])), name="visit_outcome"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("findings", ""), _negated=True), models.Q(("visitors", ""), _negated=True)
                        ),
                        name="visit_says_what",
                    ),
                ],
            },
        ),
    ]

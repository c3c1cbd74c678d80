"""Runs of pushing that a person set off, with how far they are."""

from django.db import migrations, models
from django.db.models import Q

STATES = [("waiting", "排队中"), ("running", "推送中"), ("done", "已完成"), ("cancelled", "已停止")]


class Migration(migrations.Migration):
    dependencies = [("policies", "0008_counted_at")]

    operations = [
        migrations.CreateModel(
            "PushRun",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.BigIntegerField(null=True)),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=9)),
                ("firms", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("parcels", models.PositiveIntegerField(default=0)),
                ("pushes", models.PositiveIntegerField(default=0)),
                ("held_back", models.PositiveIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="push_run_state", condition=Q(state__in=["waiting", "running", "done", "cancelled"])
                    ),
                    models.UniqueConstraint(
                        fields=["account"], condition=Q(state__in=["waiting", "running"]), name="push_run_one_each"
                    ),
                ]
            },
        ),
    ]

"""An index for each filter of the lists, and none twice."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def unindexed(to: str, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        to, blank=null, null=null, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+"
    )


INDEXES = [
    models.Index(fields=["handler", "burns_at", "id"], name="appeal_handler_open", condition=Q(is_open=True)),
    models.Index(
        fields=["burns_at", "id"], name="appeal_supervised_open", condition=Q(is_open=True) & Q(supervised__gt=0)
    ),
    models.Index(fields=["kind", "-id"], name="appeal_kind_new"),
    models.Index(fields=["urgency", "-id"], name="appeal_urgency"),
    models.Index(fields=["outcome", "-id"], name="appeal_outcome"),
    models.Index(fields=["closed_how", "-id"], name="appeal_closed_how"),
    models.Index(fields=["raised_by", "-id"], name="appeal_raised_by"),
    models.Index(fields=["-id"], name="appeal_accept_late", condition=Q(accept_late=True)),
    models.Index(fields=["-id"], name="appeal_dispatch_late", condition=Q(dispatch_late=True)),
    models.Index(fields=["-id"], name="appeal_reply_late", condition=Q(reply_late=True)),
]


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0007_words"),
        ("estate", "0002_search"),
        ("people", "0001_initial"),
        ("registry", "0003_notes"),
    ]

    operations = [
        migrations.RemoveIndex("appeal", "appeal_kind"),
        migrations.AlterField("appeal", "building", unindexed("estate.building")),
        migrations.AlterField("appeal", "category", unindexed("appeals.category", null=False)),
        migrations.AlterField("appeal", "enterprise", unindexed("registry.enterprise")),
        migrations.AlterField("appeal", "street", unindexed("people.unit")),
        migrations.AlterField("appeal", "unit", unindexed("people.unit")),
        *(migrations.AddIndex("appeal", index) for index in INDEXES),
    ]

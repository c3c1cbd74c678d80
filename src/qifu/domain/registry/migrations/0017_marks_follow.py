"""Marks follow what stands: those that the sources said and no list carried begin, those that the sources deny end."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KINDS = ("key", "above_scale", "high_tech", "specialised", "little_giant", "tech_sme")
BATCH = 2_000


def follow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    profiles, marks = apps.get_model("registry", "Profile"), apps.get_model("registry", "Mark")
    names = dict(apps.get_model("registry", "Source").objects.values_list("pk", "name"))
    own = profiles.objects.filter(enterprise__merged_into=None)
    for kind in KINDS:
        borne = marks.objects.filter(kind=kind, until__isnull=True)
        said = own.filter(**{f"values__{kind}": True}).exclude(enterprise__in=borne.values("enterprise"))
        made = [
            marks(
                enterprise_id=profile.pk,
                kind=kind,
                since=profile.reckoned_at.date(),
                source=names.get(profile.stands.get(kind, [0, 0])[1], "系统计算")[:120],
            )
            for profile in said.iterator(chunk_size=BATCH)
        ]
        marks.objects.bulk_create(made, batch_size=BATCH)
        denied = list(borne.filter(enterprise__profile__in=own.filter(**{f"values__{kind}": False})))
        for mark in denied:
            mark.until = max(mark.since, mark.enterprise.profile.reckoned_at.date())
        marks.objects.bulk_update(denied, ["until"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("registry", "0016_divided")]

    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]

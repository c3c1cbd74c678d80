"""Counts of lists are read from an index."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0015_segments")]

    operations = [
        migrations.AddIndex(
            model_name="enterprise",
            index=models.Index(
                fields=["street", "size_class", "status", "industry"],
                name="enterprise_divided",
                condition=models.Q(merged_into__isnull=True),
            ),
        ),
        migrations.AddIndex(
            model_name="enterprise",
            index=models.Index(
                fields=["id", "street", "size_class", "status", "industry"],
                name="enterprise_shape",
                condition=models.Q(merged_into__isnull=True),
            ),
        ),
    ]

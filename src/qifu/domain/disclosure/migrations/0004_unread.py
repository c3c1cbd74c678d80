"""How many places of a document could not be read stands in the list."""

import json
import zlib

from django.db import migrations, models


def count(apps, schema_editor):
    """Documents that were read before are counted from their result."""
    examination = apps.get_model("disclosure", "Examination")
    for row in examination.objects.filter(state="done").iterator(chunk_size=20):
        model = json.loads(zlib.decompress(row.result))["model"]
        row.unread = len(model.get("unreadable", ()))
        if row.unread:
            row.save(update_fields=["unread"])


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0003_guards")]
    operations = [
        migrations.AddField("examination", "unread", models.PositiveIntegerField(default=0)),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]

"""Whether any revision in force has changed is read from an index alone, whatever the revisions hold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_search_findings")]
    operations = [
        migrations.AddIndex("revision", models.Index(fields=["state", "changed_at", "id"], name="revision_stamp")),
    ]

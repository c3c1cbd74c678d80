"""An index for each filter of the page of evidence: by what was done, and by whom."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_truncate")]
    operations = [
        migrations.AddIndex("record", models.Index(fields=["verb", "-id"], name="evidence_verb")),
        migrations.AddIndex("record", models.Index(fields=["actor", "-id"], name="evidence_actor")),
    ]

"""The words of a case move beside it: a step rewrites the row of the case, and need not rewrite their index with it."""

import django.db.models.deletion
from django.db import migrations, models

from qifu.kernel.search import NoSearchIndex, SearchIndex

OUT = "INSERT INTO appeals_words (appeal_id, is_open, tokens) SELECT id, is_open, tokens FROM appeals_appeal"
BACK = "UPDATE appeals_appeal SET tokens = (SELECT w.tokens FROM appeals_words w WHERE w.appeal_id = appeals_appeal.id)"


class Migration(migrations.Migration):
    dependencies = [("appeals", "0006_tally_mark")]

    operations = [
        migrations.CreateModel(
            name="Words",
            fields=[
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="appeals.appeal",
                    ),
                ),
                ("is_open", models.BooleanField(default=True)),
                ("tokens", models.TextField(blank=True)),
            ],
        ),
        migrations.RunSQL(OUT, BACK),
        SearchIndex("appeals_words", where="is_open", key="appeal_id"),
        NoSearchIndex("appeals_appeal", where="is_open"),
        migrations.RemoveField("appeal", "tokens"),
    ]

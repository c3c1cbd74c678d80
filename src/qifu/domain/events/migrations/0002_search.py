"""Events are found by their words."""

from __future__ import annotations

from django.db import migrations

from qifu.kernel.search import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [SearchIndex("events_event")]

"""Find buildings by words of their name, aliases and address."""

from __future__ import annotations

from django.db import migrations

from qifu.kernel.search import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("estate", "0001_initial")]

    operations = [SearchIndex("estate_building")]

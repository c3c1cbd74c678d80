"""Findings of the collection are found by their words."""

from django.db import migrations

from qifu.kernel.search import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("policies", "0003_collection")]
    operations = [SearchIndex("policies_finding")]

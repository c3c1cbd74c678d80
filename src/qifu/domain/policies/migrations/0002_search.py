"""Revisions are found by their words."""

from django.db import migrations

from qifu.kernel.search import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]
    operations = [SearchIndex("policies_revision", where="state = 'published'")]

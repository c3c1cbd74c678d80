"""Find enterprises by words, initials and codes."""

from __future__ import annotations

from django.db import migrations

from qifu.kernel.search import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [SearchIndex("registry_enterprise")]

"""Cases are found by their words."""

from django.db import migrations

from qifu.kernel.search import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("appeals", "0001_initial")]
    operations = [SearchIndex("appeals_appeal", where="is_open")]

"""Articles are found by their words."""

from django.db import migrations

from qifu.kernel.search import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]
    operations = [SearchIndex("publishing_article", where="state = 'published'")]

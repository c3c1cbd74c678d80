"""When what an enterprise asked for was granted: the step between asking and the money."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0010_asked_at")]
    operations = [migrations.AddField("claim", "granted_on", models.DateField(null=True))]

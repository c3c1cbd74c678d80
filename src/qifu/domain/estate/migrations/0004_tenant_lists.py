"""Lists of tenants that were handed in."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("estate", "0003_rooms"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='TenantList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('tried', '已试算'), ('entered', '已导入'), ('undone', '已撤回')], default='tried', max_length=8)),
                ('rows', models.JSONField(default=list)),
                ('fresh', models.PositiveIntegerField(default=0)),
                ('same', models.PositiveIntegerField(default=0)),
                ('ended', models.PositiveIntegerField(default=0)),
                ('rejects', models.JSONField(default=list)),
                ('handed_at', models.DateTimeField()),
                ('entered_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='tenantlist',
            index=models.Index(fields=['-id'], name='tenant_list_newest'),
        ),
    ]

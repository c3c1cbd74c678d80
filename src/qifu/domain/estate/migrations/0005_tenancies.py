"""Tenancies, dated twice."""

from __future__ import annotations

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("estate", "0004_tenant_lists"), ("registry", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Tenancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4)),
                ('tenant', models.CharField(blank=True, default='', max_length=120)),
                ('since', models.DateField(blank=True, null=True)),
                ('until', models.DateField(blank=True, null=True)),
                ('lease_until', models.DateField(blank=True, null=True)),
                ('rent', models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
                ('registered_in', models.CharField(blank=True, choices=[('here', '本楼'), ('district', '本区他处'), ('outside', '区外'), ('', '不详')], default='', max_length=8)),
                ('taxed_in', models.CharField(blank=True, choices=[('here', '本楼'), ('district', '本区他处'), ('outside', '区外'), ('', '不详')], default='', max_length=8)),
                ('is_shared', models.BooleanField(default=False)),
                ('learnt_at', models.DateTimeField()),
                ('dropped_at', models.DateTimeField(blank=True, null=True)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='estate.building')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='registry.enterprise')),
                ('floor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='estate.floor')),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='estate.tenancy')),
                ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='estate.room')),
                ('list', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='estate.tenantlist')),
            ],
        ),
        migrations.AddIndex(
            model_name='tenancy',
            index=models.Index(fields=['room', 'dropped_at', 'until'], name='tenancy_room'),
        ),
        migrations.AddIndex(
            model_name='tenancy',
            index=models.Index(fields=['building', 'dropped_at', 'until'], name='tenancy_building'),
        ),
        migrations.AddIndex(
            model_name='tenancy',
            index=models.Index(fields=['enterprise', 'dropped_at'], name='tenancy_enterprise'),
        ),
        migrations.AddIndex(
            model_name='tenancy',
            index=models.Index(fields=['key'], name='tenancy_key'),
        ),
        migrations.AddConstraint(
            model_name='tenancy',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='tenancy_span'),
        ),
        migrations.AddConstraint(
            model_name='tenancy',
            constraint=models.CheckConstraint(condition=models.Q(('dropped_at__isnull', True), ('dropped_at__gte', models.F('learnt_at')), _connector='OR'), name='tenancy_belief'),
        ),
        migrations.AddConstraint(
            model_name='tenancy',
            constraint=models.CheckConstraint(condition=models.Q(('rent__isnull', True), ('rent__gte', 0), _connector='OR'), name='tenancy_rent'),
        ),
        migrations.AddConstraint(
            model_name='tenancy',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at__isnull', True)), fields=('key',), name='tenancy_one_belief'),
        ),
    ]

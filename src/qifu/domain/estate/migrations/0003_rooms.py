"""Towers, floors and rooms."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("estate", "0002_search")]

    operations = [
        migrations.CreateModel(
            name='Tower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, default='', max_length=20)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blocks', to='estate.building')),
            ],
        ),
        migrations.AddConstraint(
            model_name='tower',
            constraint=models.UniqueConstraint(fields=('building', 'name'), name='tower_once'),
        ),
        migrations.CreateModel(
            name='Floor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='floors', to='estate.tower')),
                ('number', models.SmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name='floor',
            constraint=models.UniqueConstraint(fields=('tower', 'number'), name='floor_once'),
        ),
        migrations.AddConstraint(
            model_name='floor',
            constraint=models.UniqueConstraint(condition=models.Q(('number__isnull', True)), fields=('tower',), name='floor_unknown_once'),
        ),
        migrations.AddConstraint(
            model_name='floor',
            constraint=models.CheckConstraint(condition=models.Q(('number__isnull', True), models.Q(('number', 0), _negated=True), _connector='OR'), name='floor_not_nought'),
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20)),
                ('area', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('use', models.CharField(choices=[('office', '办公'), ('shop', '商铺'), ('works', '厂房'), ('store', '仓储'), ('other', '其他')], default='office', max_length=8)),
                ('owner_kind', models.CharField(blank=True, choices=[('operator', '运营方自持'), ('state', '国有'), ('firm', '单位业主'), ('person', '个人业主'), ('', '不详')], default='', max_length=8)),
                ('owner', models.CharField(blank=True, default='', max_length=80)),
                ('state', models.CharField(choices=[('offered', '招租'), ('fitting', '装修中'), ('own', '自用'), ('held', '暂不出租')], default='offered', max_length=8)),
                ('asking', models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('until', models.DateField(blank=True, null=True)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='estate.building')),
                ('floor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='estate.floor')),
            ],
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(fields=['building', 'number'], name='room_building'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('floor', 'number'), name='room_once'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(('area__isnull', True), ('area__gt', 0), _connector='OR'), name='room_area'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(('asking__isnull', True), ('asking__gte', 0), _connector='OR'), name='room_asking'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner_kind', 'person'), _negated=True), ('owner', ''), _connector='OR'), name='room_no_person'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='room_span'),
        ),
    ]

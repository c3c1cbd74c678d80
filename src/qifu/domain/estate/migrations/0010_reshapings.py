"""A room is split or joined from a day on, and it is kept what it was made of."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('estate', '0009_rounds'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reshaping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reshapings', to='estate.building')),
            ],
        ),
        migrations.AddField(
            model_name='room',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ended', to='estate.reshaping'),
        ),
        migrations.AddField(
            model_name='room',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='made', to='estate.reshaping'),
        ),
    ]

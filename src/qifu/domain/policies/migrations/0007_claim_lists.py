"""Departments' lists of who claimed what, as they were handed in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('policies', '0006_force_was'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('origin', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=64)),
                ('account', models.BigIntegerField(null=True)),
                ('unit', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('tried', '已试算'), ('entered', '已导入'), ('undone', '已撤回')], default='tried', max_length=8)),
                ('rows', models.JSONField(default=list)),
                ('count', models.PositiveIntegerField(default=0)),
                ('fresh', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('same', models.PositiveIntegerField(default=0)),
                ('rejected', models.PositiveIntegerField(default=0)),
                ('rejects', models.JSONField(default=list)),
                ('written', models.JSONField(default=list)),
                ('pushes', models.JSONField(default=list)),
                ('handed_at', models.DateTimeField()),
                ('entered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-id'], name='claim_list_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['tried', 'entered', 'undone'])), name='claim_list_state')],
            },
        ),
    ]

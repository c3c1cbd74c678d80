
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.BigIntegerField()),
                ('kind', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=120)),
                ('asked', models.JSONField()),
                ('state', models.CharField(default='waiting', max_length=9)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('size', models.PositiveBigIntegerField(null=True)),
                ('problem', models.CharField(blank=True, default='', max_length=200)),
                ('asked_at', models.DateTimeField()),
                ('moved_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-id'], name='export_account'), models.Index(condition=models.Q(('state', 'done')), fields=['moved_at'], name='export_kept')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'writing', 'done', 'failed', 'cancelled', 'cleared'])), name='export_state')],
            },
        ),
    ]


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0014_undoing'),
    ]

    operations = [
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('asked', models.JSONField()),
                ('account', models.BigIntegerField()),
                ('is_shared', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['is_shared', 'name'], name='segment_shared')],
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='segment_name_once')],
            },
        ),
    ]

"""What is owed after payment, money asked back, and what a scheme says of both."""

import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0001_initial'),
        ('grants', '0003_loans_relief_overlaps'),
        ('registry', '0015_segments'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clawback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('state', models.CharField(default='hearing', max_length=8)),
                ('is_waiver', models.BooleanField(default=False)),
                ('clause', models.CharField(max_length=200)),
                ('reason', models.CharField(max_length=1000)),
                ('breached_on', models.DateField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('worked_out', models.CharField(max_length=300)),
                ('proposed_by', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('hear_until', models.DateTimeField()),
                ('statement', models.TextField(blank=True, default='')),
                ('stated_by', models.BigIntegerField(null=True)),
                ('stated_at', models.DateTimeField(null=True)),
                ('decided', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ('why', models.CharField(blank=True, default='', max_length=1000)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('back', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=16)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Obligation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('said', models.CharField(max_length=200)),
                ('rule', models.CharField(max_length=6)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('least', models.PositiveIntegerField(null=True)),
                ('state', models.CharField(default='running', max_length=10)),
                ('next_on', models.DateField(null=True)),
                ('finding', models.JSONField(default=dict)),
                ('report', models.TextField(blank=True, default='')),
                ('reported_by', models.BigIntegerField(null=True)),
                ('reported_at', models.DateTimeField(null=True)),
                ('is_asked', models.BooleanField(default=False)),
                ('asked_for', models.CharField(blank=True, default='', max_length=1000)),
                ('settled_by', models.BigIntegerField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Repayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receipt', models.CharField(max_length=60, unique=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('on', models.DateField()),
                ('entered_by', models.BigIntegerField()),
                ('entered_at', models.DateTimeField()),
                ('confirmed_by', models.BigIntegerField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='version',
            name='duties',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='clawback',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='clawback',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='grants.application'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile'),
        ),
        migrations.AddField(
            model_name='clawback',
            name='obligation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clawbacks', to='grants.obligation'),
        ),
        migrations.AddField(
            model_name='repayment',
            name='clawback',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repayments', to='grants.clawback'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(fields=['state', 'until', 'id'], name='obligation_state_until'),
        ),
        migrations.AddIndex(
            model_name='obligation',
            index=models.Index(condition=models.Q(('next_on__isnull', False)), fields=['next_on'], name='obligation_next'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'void'), _negated=True), fields=('application', 'kind'), name='obligation_once'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['stay', 'headcount', 'report'])), name='obligation_kind'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='obligation_span'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'headcount'), _negated=True), ('least__gt', 0), _connector='OR'), name='obligation_heads'),
        ),
        migrations.AddConstraint(
            model_name='obligation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['running', 'reported', 'asking', 'breached', 'clawback', 'met', 'ended', 'void'])), name='obligation_state'),
        ),
        migrations.AddIndex(
            model_name='clawback',
            index=models.Index(fields=['state', 'id'], name='clawback_state_id'),
        ),
        migrations.AddConstraint(
            model_name='clawback',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'dropped'), _negated=True), fields=('obligation',), name='clawback_once'),
        ),
        migrations.AddConstraint(
            model_name='clawback',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['hearing', 'owed', 'closed', 'dropped'])), name='clawback_state'),
        ),
        migrations.AddConstraint(
            model_name='clawback',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('back__gte', 0)), name='clawback_amount'),
        ),
        migrations.AddConstraint(
            model_name='clawback',
            constraint=models.CheckConstraint(condition=models.Q(('decided', None), ('back__lte', models.F('decided')), _connector='OR'), name='clawback_never_more'),
        ),
        migrations.AddConstraint(
            model_name='clawback',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='clawback_two_people'),
        ),
        migrations.AddConstraint(
            model_name='clawback',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'hearing'), models.Q(models.Q(('why', ''), _negated=True), models.Q(('decided_by', None), _negated=True), models.Q(('decided_at', None), _negated=True)), _connector='OR'), name='clawback_decided'),
        ),
        migrations.AddIndex(
            model_name='repayment',
            index=models.Index(fields=['clawback', 'id'], name='repayment_clawback'),
        ),
        migrations.AddConstraint(
            model_name='repayment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='repayment_amount'),
        ),
        migrations.AddConstraint(
            model_name='repayment',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('entered_by')), _negated=True), _connector='OR'), name='repayment_two_people'),
        ),
    ]

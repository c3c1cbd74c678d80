import django.db.models.deletion
import qifu.domain.people.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('kind', models.CharField(max_length=8)),
                ('username', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('name', models.CharField(max_length=64)),
                ('phone_sealed', models.TextField(blank=True, default='')),
                ('phone_lookup', models.CharField(blank=True, max_length=128, null=True, unique=True)),
                ('phone_verified', models.BooleanField(default=False)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('language', models.CharField(default='zh-hans', max_length=8)),
                ('is_active', models.BooleanField(default=True)),
                ('must_change_password', models.BooleanField(default=False)),
                ('session_round', models.PositiveIntegerField(default=0)),
                ('created', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'name', 'id'], name='account_kind_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['staff', 'contact', 'service'])), name='account_kind'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'staff'), _negated=True), ('username__isnull', False), _connector='OR'), name='account_staff_has_username'), models.CheckConstraint(condition=models.Q(models.Q(('phone_lookup__isnull', True), ('phone_sealed', '')), models.Q(('phone_lookup__isnull', False), models.Q(('phone_sealed', ''), _negated=True)), _connector='OR'), name='account_phone_both_or_none')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('created', models.DateTimeField()),
                ('expires', models.DateTimeField(blank=True, null=True)),
                ('last_used', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('short_name', models.CharField(max_length=30)),
                ('kind', models.CharField(max_length=12)),
                ('hours', models.JSONField(blank=True, null=True)),
                ('phone', models.CharField(blank=True, default='', max_length=32)),
                ('is_active', models.BooleanField(default=True)),
                ('mark', models.BigIntegerField(default=qifu.domain.people.models._mark, editable=False)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='people.unit')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.unit')),
            ],
        ),
        migrations.CreateModel(
            name='DutyShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.DateTimeField()),
                ('ends', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='people.unit')),
            ],
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('reason', models.CharField(max_length=200)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('created', models.DateTimeField()),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_held', to=settings.AUTH_USER_MODEL)),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['deputy', 'until'], name='delegation_deputy')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='delegation_span'), models.CheckConstraint(condition=models.Q(('giver', models.F('deputy')), _negated=True), name='delegation_not_to_oneself')],
            },
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['centre', 'department', 'street', 'station'])), name='unit_kind'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='unit_not_own_parent'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['unit', 'role', 'since'], name='membership_unit_role'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('account', 'unit', 'role'), name='membership_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='membership_span'),
        ),
        migrations.AddIndex(
            model_name='dutyshift',
            index=models.Index(fields=['unit', 'starts'], name='duty_unit_starts'),
        ),
        migrations.AddConstraint(
            model_name='dutyshift',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts'))), name='duty_span'),
        ),
    ]

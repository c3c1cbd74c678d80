"""Tenancies have taken the place of premises."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("estate", "0006_premises_become_tenancies")]

    operations = [migrations.DeleteModel("Premises")]

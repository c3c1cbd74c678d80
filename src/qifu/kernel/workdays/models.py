from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """A notice of the State Council on holidays, entered after this release of Qifu; later ones win."""

    document = models.CharField(max_length=60)  # its number
    dated = models.DateField()
    known_until = models.DateField()  # the last day that it settles
    days = models.JSONField()  # [[date, works, holiday], …]: only days that depart from Monday to Friday
    entered_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document"], name="notice_one_per_document")]

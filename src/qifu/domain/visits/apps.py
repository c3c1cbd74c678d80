"""Visits as an app: declares the figures that it proves."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "qifu.domain.visits"
    label = "visits"
    verbose_name = "走访"

    def ready(self) -> None:
        from qifu.domain.visits import measures
        from qifu.kernel.measures import register as register_measures

        register_measures("visits", "走访", measures.DECLARED)

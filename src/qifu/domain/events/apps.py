"""Events as an app: declares the figures that it proves."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "qifu.domain.events"
    label = "events"
    verbose_name = "活动"

    def ready(self) -> None:
        from qifu.domain.events import measures
        from qifu.kernel.measures import register as register_measures

        register_measures("events", "活动", measures.DECLARED)

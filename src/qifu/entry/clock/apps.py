"""The clock as an app: runs of schedules are a channel of the queue."""

from __future__ import annotations

from django.apps import AppConfig


class ClockConfig(AppConfig):
    name = "qifu.entry.clock"
    label = "clock"
    verbose_name = "定时"

    def ready(self) -> None:
        from qifu.entry.clock import schedule
        from qifu.kernel.outbox import periodic, register

        register(periodic.CHANNEL, schedule.run)

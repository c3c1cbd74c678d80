"""The outbox as an app: jobs are a channel like any other."""

from __future__ import annotations

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "qifu.kernel.outbox"
    label = "outbox"
    verbose_name = "待发队列"

    def ready(self) -> None:
        from qifu.kernel.outbox import jobs
        from qifu.kernel.outbox.registry import register

        register(jobs.CHANNEL, jobs.run)

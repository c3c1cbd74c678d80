from __future__ import annotations

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "qifu.domain.disclosure"
    label = "disclosure"
    verbose_name = "预决算公开"

    def ready(self) -> None:
        from qifu.domain.disclosure import measures
        from qifu.kernel.measures import register

        register("disclosure", "预算与执行", measures.DECLARED)

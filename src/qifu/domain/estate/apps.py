from __future__ import annotations

from django.apps import AppConfig


class EstateConfig(AppConfig):
    name = "qifu.domain.estate"
    label = "estate"

    def ready(self) -> None:
        from qifu.domain.estate import measures
        from qifu.kernel.measures import register as register_measures

        register_measures("estate", "楼宇", measures.DECLARED)

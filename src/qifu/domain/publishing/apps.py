from __future__ import annotations

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "qifu.domain.publishing"
    label = "publishing"
    verbose_name = "知识"

    def ready(self) -> None:
        from qifu.domain.publishing import measures
        from qifu.kernel.measures import register as register_measures

        register_measures("publishing", "知识与发布", measures.DECLARED)

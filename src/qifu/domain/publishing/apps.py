from __future__ import annotations

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "qifu.domain.publishing"
    label = "publishing"
    verbose_name = "知识"

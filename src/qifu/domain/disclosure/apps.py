from __future__ import annotations

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "qifu.domain.disclosure"
    label = "disclosure"
    verbose_name = "预决算公开"

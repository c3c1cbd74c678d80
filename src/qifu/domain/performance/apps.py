from __future__ import annotations

from django.apps import AppConfig


class PerformanceConfig(AppConfig):
    name = "qifu.domain.performance"
    label = "performance"
    verbose_name = "绩效"

"""The registry as an app: tells sign-in who speaks for which enterprise."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "qifu.domain.registry"
    label = "registry"
    verbose_name = "企业名录"

    def ready(self) -> None:
        from qifu.domain.people import queries
        from qifu.domain.registry import agencies

        queries.register_agencies(agencies.agencies_of)

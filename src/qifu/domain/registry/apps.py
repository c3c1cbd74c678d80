"""The registry as an app: tells sign-in who speaks for which enterprise, and the outbox the telephone behind `enterprise:12`."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "qifu.domain.registry"
    label = "registry"
    verbose_name = "企业名录"

    def ready(self) -> None:
        from qifu.domain.people import queries
        from qifu.domain.registry import agencies, measures
        from qifu.domain.registry.actions import greeting
        from qifu.kernel import outbox
        from qifu.kernel.measures import register as register_measures

        queries.register_agencies(agencies.agencies_of)
        outbox.register_resolver("enterprise", greeting.address_of)
        register_measures("registry", "企业", measures.DECLARED)

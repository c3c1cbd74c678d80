"""People as an app: tells the outbox how to reach a person by `account:12`, or by a sealed number."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "qifu.domain.people"
    label = "people"
    verbose_name = "人员与机构"

    def ready(self) -> None:
        from qifu.domain.people import measures, queries
        from qifu.kernel import outbox, sealed
        from qifu.kernel.measures import register as register_measures

        outbox.register_resolver("account", queries.address_of)
        outbox.register_resolver("sealed", lambda value, channel: sealed.unseal(value))
        register_measures("people", "人员与机构", measures.DECLARED)

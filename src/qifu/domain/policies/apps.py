from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "qifu.domain.policies"
    label = "policies"
    verbose_name = "惠企政策"

    def ready(self) -> None:
        from qifu.domain.policies.actions import matching, notifying
        from qifu.kernel.outbox import Policy, register

        register(notifying.CHANNEL, matching.run, policy=Policy(max_attempts=3, time_limit=600))

from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "qifu.domain.policies"
    label = "policies"
    verbose_name = "惠企政策"

    def ready(self) -> None:
        from qifu.domain.policies import measures
        from qifu.domain.policies.actions import notifying, running
        from qifu.kernel.measures import register as register_measures
        from qifu.kernel.outbox import Policy, register

        register(notifying.CHANNEL, running.run, policy=Policy(max_attempts=3, time_limit=1800))
        register_measures("policies", "政策", measures.DECLARED)

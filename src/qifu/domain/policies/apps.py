from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "qifu.domain.policies"
    label = "policies"
    verbose_name = "惠企政策"

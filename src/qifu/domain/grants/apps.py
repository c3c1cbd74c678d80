from __future__ import annotations

from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "qifu.domain.grants"
    label = "grants"

    def ready(self) -> None:
        """Say what money is paid for: each kind brings its own payees, judges and what follows."""
        from qifu.domain.grants.actions import outcomes
        from qifu.domain.grants.actions import relieved as persons
        from qifu.domain.grants.loans.actions import paying as shares
        from qifu.domain.grants.obligations.actions import keeping
        from qifu.domain.grants.sources import FOLLOWING, SOURCES

        SOURCES["application"] = outcomes.SOURCE
        SOURCES["bankshare"] = shares.SOURCE
        SOURCES["reliefperson"] = persons.SOURCE
        FOLLOWING.append(keeping.follow)

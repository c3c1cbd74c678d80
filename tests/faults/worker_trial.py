"""`qifu worker` for the trials: its only schedule is one of ours, due every second, and only where it is asked for."""

from __future__ import annotations

import os

import django

django.setup()

from qifu.entry.cli.worker import command  # noqa: E402
from qifu.entry.clock import schedule  # noqa: E402
from tests.faults.worker_jobs import tick  # noqa: E402

schedule.ENTRIES.clear()
if os.environ.get("QIFU_TRIAL_TICK"):
    schedule.add("trial.tick", tick, label="试验", every=1)
command()

"""`qifu worker` on a machine whose clock is set, ahead and back, while it works: the offset stands in a file of its own.

Its schedules are those that tell of time limits, every second, and nothing else.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.utils import timezone  # noqa: E402

from qifu.domain.appeals.actions import clocks  # noqa: E402
from qifu.entry.cli.worker import command  # noqa: E402
from qifu.entry.clock import schedule, worker  # noqa: E402


def clock() -> datetime:
    """The time of this machine, wrong by as many seconds as the file says."""
    return timezone.now() + timedelta(seconds=float(Path(os.environ["QIFU_TRIAL_CLOCK"]).read_text()))


worker.clock = clock
schedule.ENTRIES.clear()
schedule.add("appeals.signal", lambda now: clocks.signal_due(now=now), label="时限提醒与升级", every=1)
schedule.add("appeals.lapse", lambda now: clocks.lapse_due(now=now), label="确认期到期办结", every=1)
command()

"""Settings of a trial: as in use, but programs may call as often as they like, and what dead workers held comes back soon."""

import os

from qifu.config.settings import *  # noqa: F403
from qifu.config.settings import OUTBOX

API_RATE = 10**9
VENDORS = {"sms": os.environ.get("QIFU_SMS", "local"), "mail": "local"}
OUTBOX = {**OUTBOX, "lease": float(os.environ.get("QIFU_WORKER_LEASE", "5"))}
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20  # above the size of an embedded database, whose room a trial takes away

"""`python -m qifu.domain.policies.library` prints the table of docs/rules/library.md."""

from __future__ import annotations

import sys

from . import printed_table, read

sys.stdout.write(printed_table(read()) + "\n")

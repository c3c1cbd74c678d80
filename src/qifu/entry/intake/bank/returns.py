"""A bank's answer as text: banks that answer with a workbook are read like those that answer with commas."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from qifu.engines.payments.answers import is_heading
from qifu.entry.intake.tables import open_table


def as_text(path: Path, name: str) -> bytes:
    """Return the content of the file; of a workbook, its rows with commas between (the same workbook gives the same text).

    :raises Invalid: a workbook that cannot be read.
    """
    content = path.read_bytes()
    if not content.startswith(b"PK"):
        return content
    table = open_table(path, name, is_heading)
    kept = StringIO()
    writer = csv.writer(kept)
    writer.writerows([table.headings, *(cells for _, cells in table.rows())])
    return kept.getvalue().encode()

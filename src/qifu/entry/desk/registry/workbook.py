"""A list of enterprises as a workbook, written row by row in constant memory; nothing in it can run as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from qifu.domain.registry import actions
from qifu.domain.registry.queries import Brief
from qifu.entry.theme import book
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid
from qifu.output.charts.tables import LIMIT, as_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (("企业名称", 36), ("统一社会信用代码", 22), ("所属街道", 14), ("行业代码", 10), ("行业", 24), ("规模", 8),
           ("标识", 30), ("状态", 8))  # fmt: skip


def written(rows: Iterable[Brief]) -> tuple[IO[bytes], int]:
    """Return the workbook, open at its start, and the number of its rows."""
    file = TemporaryFile()  # noqa: SIM115 (closed by whoever sends it)
    count = book.write(file, "企业名单", COLUMNS, map(cells, rows))
    file.seek(0)
    return file, count


def cells(one: Brief) -> tuple[str, ...]:
    """One enterprise under the headings."""
    return (
        one.name,
        one.uscc,
        one.street_name,
        one.industry,
        one.industry_name,
        one.size_label,
        "、".join(one.mark_labels),
        one.status_label,
    )


def carried(
    request: PersonRequest,
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    q: str = "",
    **filters: object,
) -> HttpResponse:
    """A list of the registry as an Excel file; that it was carried away is recorded.

    :raises Forbidden: the actor may not. :raises Invalid: it is longer than a sheet that one waits for.
    """
    actions.require_exporter(request.actor)
    found = list(islice(rows, LIMIT + 1))
    if len(found) > LIMIT:
        raise Invalid(f"超过 {LIMIT:,} 行，请先筛选再导出。")
    actions.note_export(actor=request.actor, now=request.now, rows=len(found), q=q, filters={"list": title, **filters})
    told = HttpResponse(as_xlsx([(title, heads, found)]), content_type=XLSX)
    name = content_disposition_header(True, f"{title}{request.now:%Y%m%d}.xlsx")
    told["Content-Disposition"] = name or "attachment"
    return told

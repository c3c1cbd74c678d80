"""A disclosure as open data: one CSV of all amounts with a Frictionless data package that describes it, and the model as JSON."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator

from qifu.engines.statements import Model, to_json
from qifu.engines.statements.layouts import column_name, keyed, layout
from qifu.engines.statements.relations import cells_of

FIELDS = ("statement", "title", "side", "row", "name", "column", "column_name", "amount", "unit")


def write_package(model: Model) -> bytes:
    """Write `datapackage.json`, `amounts.csv` and `model.json` as one zip."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_fixed("datapackage.json"), json.dumps(_description(model), ensure_ascii=False, indent=1))
        archive.writestr(
            _fixed("amounts.csv"), amounts_csv(model).encode("utf-8-sig")
        )  # Excel takes it for GBK otherwise
        archive.writestr(_fixed("model.json"), json.dumps(to_json(model), ensure_ascii=False))
    return raw.getvalue()


def _fixed(name: str) -> zipfile.ZipInfo:
    """A member without the hour of the day, so that the same model gives the same bytes."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


def amounts_csv(model: Model) -> str:
    """Every amount of every statement, a row each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows(_rows(model))
    return text.getvalue()


def _rows(model: Model) -> Iterator[tuple[str, ...]]:
    for key, value in cells_of(model).items():
        if value is not None:
            statement, whole, column = key
            table = model.tables[statement]
            side, _, row = whole.rpartition(":")
            entries = keyed(getattr(table, side)) if side else {}
            found = table.row(whole) if not side else None
            name = entries[row].name if row in entries else found.name if found else ""
            unit = table.money_unit or model.document.money_unit or "万元"
            title, label = layout(statement).name, column_name(statement, column)
            yield statement, title, side, row, name, column, label, f"{value:f}", unit


def _description(model: Model) -> dict[str, object]:
    document = model.document
    kinds = {"amount": "number"}
    return {
        "profile": "tabular-data-package",
        "name": f"{document.kind or 'disclosure'}-{document.year or ''}".replace("_", "-"),
        "title": document.title or f"{document.year}年度{document.unit}",
        "resources": [
            {
                "name": "amounts",
                "path": "amounts.csv",
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "schema": {"fields": [{"name": name, "type": kinds.get(name, "string")} for name in FIELDS]},
            }
        ],
    }

"""Checking a document anew without the repairs that a person called wrong."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection

from qifu.domain.disclosure.models import Examination
from qifu.engines import statements
from qifu.engines.statements.audit import audit, report_json


def rejected_of(row: Examination) -> frozenset[int]:
    """The places of the repairs that were called wrong."""
    return frozenset(row.words.filter(is_right=False).values_list("place", flat=True))


def check_anew(row: Examination, rejected: Collection[int]) -> dict[str, int]:
    """Check what is left when the rejected repairs are taken back, keep the result; returns how many findings there are."""
    whole = json.loads(zlib.decompress(row.result))
    model = statements.without_repairs(statements.from_json(whole["model"]), rejected)
    other = row.against
    compared = json.loads(zlib.decompress(other.result)) if other is not None and other.result else None
    second = statements.from_json(compared.get("judged") or compared["model"]) if compared else None
    found = report_json(audit(model, second)) | {
        key: said for key, said in whole["audit"].items() if key == "not_compared"
    }
    judged = statements.to_json(model) | {"repairs": whole["model"]["repairs"]} if rejected else None
    whole |= {"audit": found, "judged": judged}
    row.result = zlib.compress(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode())
    row.errors, row.warnings, row.infos = (found["summary"][name] for name in ("error", "warning", "info"))
    row.relations, row.unread = found["summary"]["relations_checked"], len(model.unreadable)
    row.save(update_fields=["result", "errors", "warnings", "infos", "relations", "unread"])
    return {"errors": row.errors, "warnings": row.warnings, "infos": row.infos}

"""The readable tables of tests/cases as rows: hand-made cases, and what each figure must be over them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from qifu.domain.appeals.facts import NEVER
from qifu.domain.appeals.models import Appeal, Clock
from qifu.engines.calendar import SHANGHAI

CASES = Path(__file__).parents[1] / "cases"
LATE = {"按时": False, "超过": True, "": None, "未到": None, "超期未办": None}
CLOCKS = {"接单": "accept", "转办": "dispatch", "回复": "reply"}


def lines(name: str) -> list[dict[str, str]]:
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(_joined(file, name)))


def _joined(file: Iterator[str], name: str) -> Iterator[str]:
    """Explanations of cases hold commas; the columns after them are counted from the end."""
    for number, text in enumerate(file):
        parts = text.rstrip("\n").split(",")
        if name == "figures_cases" and number and len(parts) > 16:
            more = len(parts) - 16
            parts[1 : 2 + more] = ["，".join(parts[1 : 2 + more])]
            text = ",".join(parts) + "\n"
        yield text


def write(now: datetime, units: dict[str, int], category: int, street: int) -> dict[str, Appeal]:
    """Write the hand-made cases as they stand at `now`."""
    made: dict[str, Appeal] = {}
    for line in lines("figures_cases"):
        made[line["编号"]] = _case(line, now, units, category, street, made)
    return made


def _case(
    line: dict[str, str], now: datetime, units: dict[str, int], category: int, street: int, made: dict[str, Appeal]
) -> Appeal:
    is_open, at = not line["办结"], datetime.fromisoformat(f"{line['月份']}-20T10:00").replace(tzinfo=SHANGHAI)
    marks = [int(mark) for mark in line["评分"].split()] or [None, None, None]
    dues = {kind: _due(line[head], now) for head, kind in CLOCKS.items()}
    running = [due for due in dues.values() if due is not None] if is_open else []
    row: dict[str, Any] = {
        "number": f"QS{int(line['编号']):013d}", "kind": "appeal", "urgency": "normal", "channel": "portal",
        "category_id": category, "street_id": street, "unit_id": units.get(line["单位"]), "title": line["说明"][:100],
        "body": "内容", "raised_by": "system", "submitted_at": at, "burns_at": min(running, default=NEVER),
        "state": "working" if is_open else "closed", "is_open": is_open, "closed_how": line["办结"],
        "closed_at": None if is_open else at + timedelta(days=4), "outcome": line["办理结果"], "round": int(line["轮次"]),
        "returns": int(line["退回"]), "supervised": int(line["督办"]),
        "leader": made[line["并入"]] if line["并入"] else None,
        "accepted_at": at if LATE[line["接单"]] is not None else None,
        "dispatched_at": at if LATE[line["转办"]] is not None else None,
        "replied_at": at if line["已回复"] == "是" else None,
        "accept_late": LATE[line["接单"]], "dispatch_late": LATE[line["转办"]], "reply_late": LATE[line["回复"]],
        "first_reply_late": LATE[line["首次承诺"]],
        **dict(zip(("mark_speed", "mark_result", "mark_attitude"), marks, strict=True)),
    }  # fmt: skip
    case = Appeal.objects.create(**row)
    for kind, due in dues.items():
        if is_open and due is not None:
            promised = _due(line["首次承诺"], now) if kind == "reply" else due
            Clock.objects.create(
                appeal=case, kind=kind, round=1, term="workdays", n=3, started_at=at, due_at=due,
                promised_at=promised or due, calendar="x", status="running",
            )  # fmt: skip
    return case


def _due(said: str, now: datetime) -> datetime | None:
    return {"超期未办": now - timedelta(hours=1), "未到": now + timedelta(days=1)}.get(said)

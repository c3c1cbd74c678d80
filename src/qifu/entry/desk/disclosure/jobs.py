"""Reading and checking a document in the background: the page asks how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.utils import timezone
from django_tasks import task

from qifu.domain.disclosure import actions
from qifu.engines import statements
from qifu.engines.statements.audit import audit, report_json
from qifu.entry.intake.fiscal import Unusable, open_bytes
from qifu.kernel.files.actions import path_of
from qifu.kernel.outbox import Policy
from qifu.kernel.outbox.backend import OutboxTask

NOT_ONE = "没有认出预算或决算的报表、说明和绩效表。请确认文件是部门预算或部门决算的公开文本。"


@task(policy=Policy(max_attempts=2, backoff=5, time_limit=600))
def examine(examination: int) -> None:
    """Read the file, check it, keep the result; what cannot be used is said in a sentence."""
    taken = actions.take_up(now=timezone.now(), examination=examination)
    if taken is None:
        return
    try:
        paper = open_bytes(path_of(taken.digest).read_bytes(), taken.name)
        model = statements.read(paper)
    except Unusable as refusal:
        actions.refuse(now=timezone.now(), examination=examination, problem=refusal.zh)
        return
    except statements.NotADisclosure:
        actions.refuse(now=timezone.now(), examination=examination, problem=NOT_ONE)
        return
    other = statements.from_json(taken.other) if taken.other else None
    found = report_json(audit(model, other))
    if other is not None:
        found["not_compared"] = statements.why_not_compared(model, other)
    lines = [line.text if line.cells is None else "\t".join(line.cells) for line in paper.lines]
    actions.finish(
        now=timezone.now(),
        examination=examination,
        model=statements.to_json(model),
        lines=lines,
        audit=found,
    )


def enqueue(examinations: Iterable[int], now: datetime) -> None:
    """Put documents into the queue, each once for each time it is handed in."""
    job = cast("OutboxTask[Any, None]", examine)
    for examination in examinations:
        job.using(key=f"disclosure.examination:{examination}:{now.isoformat()}").enqueue(examination)

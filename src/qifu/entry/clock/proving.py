"""The nightly comparison of rows with their histories, as a job that fails aloud."""

from __future__ import annotations

from datetime import datetime

from qifu.domain.appeals.queries import proofs
from qifu.kernel.outbox import Hopeless

NAMED = 20


def prove(now: datetime) -> None:
    """Compare the cases whose turn it is.

    :raises Hopeless: some row contradicts its history; the queue page then names the cases.
    """
    wrong = proofs.contradictions(proofs.tonight(now))
    if wrong:
        more = f"等 {len(wrong)} 件" if len(wrong) > NAMED else ""
        raise Hopeless(f"下列事项的现状与留痕不一致，请核对数据库是否被直接改动：{'、'.join(wrong[:NAMED])}{more}。")

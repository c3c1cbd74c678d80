"""What waits in the outbox for the library of policies, done when its turn comes."""

from __future__ import annotations

from qifu.domain.policies.actions import matching, push_runs
from qifu.kernel.outbox import Delivery


def run(delivery: Delivery) -> object:
    """Match an item, an enterprise or everything; or push."""
    code, enterprise = str(delivery.payload.get("code") or ""), delivery.payload.get("enterprise")
    push = delivery.payload.get("push")
    if isinstance(push, int):
        return push_runs.carry_out(now=delivery.now, run=push)
    if code:
        return matching.match_item(now=delivery.now, code=code).changes
    if isinstance(enterprise, int):
        return matching.match_enterprise(now=delivery.now, enterprise=enterprise)
    return matching.match_all(now=delivery.now).changes

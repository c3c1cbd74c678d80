"""`qifu policies adopt`: the starter library taken in, filled up with sample policies where wanted, and matched."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from .speak import CLEAN, BadInput, emit, say, with_database


def adopt(sample: int, as_json: bool) -> int:
    """Take in the library, and sample policies up to so many items; match all enterprises."""
    with_database()
    from qifu.domain.policies import library
    from qifu.domain.policies.actions import adopting, matching
    from qifu.entry.cli.sample import policies as samples
    from qifu.kernel.errors import Invalid

    begun, now = time.perf_counter(), datetime.now(UTC)
    try:
        bundles = adopting.starter()
    except library.Faulty as fault:
        raise BadInput(f"起步政策库有一处不能用：{fault}", f"the starter library cannot be used: {fault}") from None
    national = sum(len(bundle.items) for bundle in bundles)
    try:
        done = adopting.adopt(now=now, bundles=[*bundles, *samples.bundles(max(0, sample - national))])
    except Invalid as refusal:
        raise BadInput(f"没有引入：{refusal.message}", f"nothing was adopted: {refusal.message}") from None
    matched = matching.match_all(now=now)
    seconds = round(time.perf_counter() - begun, 1)
    if as_json:
        emit(
            {
                "documents": done.documents, "items": done.items, "kept": len(done.kept),
                "enterprises": matched.enterprises, "eligible": matched.eligible, "unknown": matched.unknown,
                "seconds": seconds,
            }
        )  # fmt: skip
    say(
        f"引入文件 {done.documents} 份、政策 {done.items} 项（原有 {len(done.kept)} 项没有改动）；"
        f"{matched.enterprises} 户逐项匹配：符合 {matched.eligible}，暂不确定 {matched.unknown}，共 {seconds} 秒。",
        f"{done.documents} documents, {done.items} items adopted ({len(done.kept)} kept); {matched.enterprises} "
        f"enterprises matched: {matched.eligible} eligible, {matched.unknown} unknown, {seconds} s.",
    )
    return CLEAN

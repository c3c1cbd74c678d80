"""An alert to be looked at, for tests of every page and every address."""

from __future__ import annotations

from qifu.domain.registry.actions import alerting
from qifu.domain.registry.signals import Behind, Seen, Signal
from qifu.kernel.actor import SYSTEM
from tests.conftest import NOW
from tests.stage import Stage


def fill(stage: Stage) -> dict[str, object]:
    """Raise one alert that is open and one that is marked as false; return what addresses mean."""
    day, source = NOW.date(), "信用信息"
    behind = (Behind("经营异常名录", Seen(True, day, source)), Behind("经营异常名录", Seen(False, day, source)))
    why = "信用信息显示，该企业截至 2026年9月18日 被列入经营异常名录。请核实是否失联、未报年报，帮助移出。"
    found = [
        (stage.firm.pk, Signal("abnormal", why, "1", behind)),
        (stage.firm.pk, Signal("silence", "该企业 213 天没有诉求、填报或走访。", "2")),
    ]
    alert, false = alerting.raise_alerts(actor=SYSTEM, now=NOW, found=found)
    alerting.dismiss_alert(actor=stage.actor("dispatcher"), now=NOW, alert=false.pk, reason="企业一切正常，刚通过电话")
    trial: dict[str, object] = {
        "alerts": 72, "right": 25, "lost": 107, "foreseen": 19, "lead": 47, "firms": 1200, "months": 36,
    }  # fmt: skip
    alerting.keep_trial(now=NOW, code="abnormal", trial=trial)
    return {"alert": alert.pk}

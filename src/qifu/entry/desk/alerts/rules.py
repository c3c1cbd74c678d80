"""The rules: what each goes by, how often it was right, what it was worth on planted shocks; retired, brought back, routed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.people import queries as people
from qifu.domain.registry import watching
from qifu.domain.registry.actions import alerting
from qifu.domain.registry.signals import Rule
from qifu.entry.theme.middleware import PersonRequest

BARS = {
    "share": "降幅达到", "least": "至少", "more": "增加至少", "times": "达到", "days": "时间", "heads": "人数至少",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule was worth on planted shocks."""

    alerts: int
    right: int
    lost: int
    foreseen: int
    lead: int | None

    @property
    def late(self) -> int:
        """Days after the loss, where the sign comes later than it."""
        return -(self.lead or 0)

    @property
    def precision(self) -> float:
        return self.right / self.alerts if self.alerts else 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """A rule as the page shows it."""

    standing: watching.Standing
    bars: str
    trial: Trial | None

    @property
    def precision(self) -> float:
        return self.standing.right / self.standing.closed if self.standing.closed else 0.0


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    found = watching.rules(request.actor, localdate(request.now))
    trials = [one.trial for one in found if one.trial]
    context = {
        "rows": [Row(one, _bars(one.rule), _trial(one.trial)) for one in found],
        "tried": trials[0] if trials else None,
        "may_keep": watching.may_keep(request.actor),
        "units": [unit for kind in ("centre", "department", "street") for unit in people.units(kind)],
        "enough": watching.ENOUGH,
        "bar": watching.BAR,
    }
    return render(request, "alerts/rules.html", context)


@require_POST
def retire(incoming: HttpRequest, code: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    row = alerting.retire_rule(actor=request.actor, now=request.now, code=code, reason=reason)
    messages.success(request, f"“{watching.rule_of(row.code).label}”已停用，不再发出新的预警。")
    return redirect("desk_alert_rules")


@require_POST
def revive(incoming: HttpRequest, code: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    row = alerting.bring_back_rule(actor=request.actor, now=request.now, code=code, reason=reason)
    messages.success(request, f"“{watching.rule_of(row.code).label}”已恢复使用，准确率从现在起重新计算。")
    return redirect("desk_alert_rules")


@require_POST
def route(incoming: HttpRequest, code: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    unit = request.POST.get("unit", "")
    number = int(unit) if unit.isascii() and unit.isdecimal() and len(unit) < 18 else None
    alerting.route_rule(actor=request.actor, now=request.now, code=code, unit=number)
    messages.success(request, "已更改处置单位，今后的预警按此送达。")
    return redirect("desk_alert_rules")


def _bars(rule: Rule) -> str:
    told = []
    for name, value in rule.bars.items():
        shown = f"{float(value) * 100:g}%" if name == "share" else f"{float(value):g}"
        unit = (
            f" {rule.unit}"
            if name in ("least", "more")
            else {"days": " 天", "heads": " 人", "times": " 倍"}.get(name, "")
        )
        told.append(f"{BARS[name]} {shown}{unit}")
    return "，".join(told)


def _trial(kept: object) -> Trial | None:
    if not isinstance(kept, dict) or not kept:
        return None
    lead = kept.get("lead")
    return Trial(kept["alerts"], kept["right"], kept["lost"], kept["foreseen"], lead)

"""Alerts: raised by rules at night, closed with a result or as false by people; rules retired by figures and brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from qifu.domain.people import queries as people
from qifu.domain.registry import courses, watching
from qifu.domain.registry.actions.exporting import require_exporter
from qifu.domain.registry.models import Alert, AlertRule, Enterprise
from qifu.domain.registry.signals import BY_CODE, Signal, look
from qifu.engines.calendar import Term, due
from qifu.kernel import outbox
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import Entry, record, record_many
from qifu.kernel.workdays import queries as workdays

SLICE = 1000  # enterprises looked at in one transaction
SHORTEST = 4  # characters of a result
Found = tuple[int, Signal]
Hand = Callable[[Sequence[int]], courses.Handed]


def look_around(
    *, now: datetime, hand: Hand, size: int = SLICE, is_told: bool = True, houses: Mapping[str, str] | None = None
) -> int:
    """Look at every enterprise that was not merged into another; answer how many alerts were raised.

    `hand` says what the rooms above know of a stretch of enterprises; `is_told`: the units get a message; `houses`:
    names of buildings by their codes. A stretch is a transaction of its own: killed half-way and begun again, nothing is raised twice.
    """
    last, raised, since = 0, 0, courses.begun()
    units: dict[int, int] = {}
    while ids := list(
        Enterprise.objects.filter(pk__gt=last, merged_into=None).order_by("pk").values_list("pk", flat=True)[:size]
    ):
        last = ids[-1]
        found = courses.housed(courses.watched(ids, localdate(now), hand(ids), since), houses or {})
        retired = watching.retired_codes()
        signals = [(pk, signal) for pk, one in found.items() for signal in look(one, retired)]
        for alert in raise_alerts(actor=SYSTEM, now=now, found=signals):
            units[alert.unit_id] = units.get(alert.unit_id, 0) + 1
            raised += 1
    if is_told:
        _tell(units, now)
    return raised


@transaction.atomic
def raise_alerts(*, actor: Actor, now: datetime, found: Iterable[Found]) -> list[Alert]:
    """Raise what was found, but nothing that is open already or was closed for the very same thing."""
    wanted = list({(pk, one.rule, one.ground): (pk, one) for pk, one in found}.values())
    if not wanted:
        return []
    owners = {pk for pk, _ in wanted}
    streets = dict(Enterprise.objects.select_for_update().filter(pk__in=owners).values_list("pk", "street_id"))
    known = Alert.objects.filter(enterprise__in=owners).values_list("enterprise_id", "rule", "ground", "state")
    held = {(pk, rule, ground) for pk, rule, ground, _ in known}
    busy = {(pk, rule) for pk, rule, _, state in known if state == "open"}
    fresh, routes = list[Alert](), watching.routes()
    for pk, signal in wanted:
        if (pk, signal.rule, signal.ground) in held or (pk, signal.rule) in busy:
            continue
        busy.add((pk, signal.rule))
        fresh.append(_drawn(pk, signal, routes.get(signal.rule), streets.get(pk), now))
    made = Alert.objects.bulk_create(fresh, batch_size=500)
    record_many([
        Entry(actor, now, "alert.raise", _stream(one), {"enterprise": one.enterprise_id, "rule": one.rule,
              "ground": one.ground, "unit": one.unit_id, "due": one.due_at.isoformat()}, content={"why": one.why})
        for one in made
    ])  # fmt: skip
    return made


@transaction.atomic
def close_alert(*, actor: Actor, now: datetime, alert: int, outcome: str, result: str) -> Alert:
    """Close an alert that was right, with what came of it.

    :raises Missing: not for this actor. :raises Forbidden: the actor's unit does not deal with it.
    :raises Invalid: no outcome, or no result. :raises Conflict: it is closed already.
    """
    row = watching.alert_to_close(actor, alert)
    if outcome not in Alert.Outcome.values:
        raise Invalid("请选择处置结果。", {"outcome": "请选择一项"})
    text = _written(result, "请写明处置情况（至少四个字）：做了什么，企业现在怎样。", "result")
    return _ended(row, actor, now, "closed", outcome, text)


@transaction.atomic
def dismiss_alert(*, actor: Actor, now: datetime, alert: int, reason: str) -> Alert:
    """Mark an alert as false, with the reason; it counts against its rule. Raises as `close_alert` does."""
    row = watching.alert_to_close(actor, alert)
    text = _written(reason, "请写明为什么是误报（至少四个字），规则的准确率按此计算。", "reason")
    return _ended(row, actor, now, "false", "", text)


def retire_noisy(*, now: datetime) -> list[str]:
    """Retire every rule of whose closed alerts, thirty at least, too few were right; answer their codes."""
    retired = []
    for one in watching.standings(localdate(now)):
        if one.is_active and one.is_noisy:
            with transaction.atomic():
                row = _rule_row(one.rule.code, now)
                _turn(row, "retired", SYSTEM, now, f"处置 {one.closed} 条，属实 {one.right} 条，低于停用线。")
            retired.append(one.rule.code)
    return retired


@transaction.atomic
def retire_rule(*, actor: Actor, now: datetime, code: str, reason: str) -> AlertRule:
    """Put a rule out of use. :raises Conflict: it is already. :raises Invalid: no reason."""
    return _turned(actor, now, code, "retired", reason)


@transaction.atomic
def bring_back_rule(*, actor: Actor, now: datetime, code: str, reason: str) -> AlertRule:
    """Put a rule into use again; it is counted anew from now. :raises Conflict: it is in use."""
    return _turned(actor, now, code, "active", reason)


@transaction.atomic
def note_export(*, actor: Actor, now: datetime, rows: int, filters: dict[str, object]) -> None:
    """Record a list of alerts that is about to be carried away. :raises Forbidden: not for this actor."""
    require_exporter(actor)
    told = {name: value for name, value in filters.items() if value}
    record(actor=actor, now=now, verb="alert.export", stream="registry.exports", facts={"rows": rows, "filters": told})


@transaction.atomic
def route_rule(*, actor: Actor, now: datetime, code: str, unit: int | None) -> AlertRule:
    """Say who gets a rule's alerts from now on; None: the street of the enterprise."""
    watching.require_keeper(actor)
    watching.rule_of(code)
    if unit is not None and not people.unit(unit).is_active:
        raise Invalid("这个单位已停用，请另选一个。", {"unit": "已停用"})
    row = _rule_row(code, now)
    before, row.unit_id, row.changed_at = row.unit_id, unit, now
    row.save()
    record(actor=actor, now=now, verb="alert_rule.route", stream=_rule_stream(code), before={"unit": before},
           after={"unit": unit})  # fmt: skip
    return row


@transaction.atomic
def keep_trial(*, now: datetime, code: str, trial: dict[str, object]) -> AlertRule:
    """Keep what a rule was worth on planted shocks."""
    row = _rule_row(code, now)
    if row.trial == trial:
        return row
    row.trial, row.changed_at = trial, now
    row.save()
    record(actor=SYSTEM, now=now, verb="alert_rule.try", stream=_rule_stream(code), facts=trial)
    return row


def _drawn(enterprise: int, signal: Signal, named: int | None, street: int | None, now: datetime) -> Alert:
    unit = watching.unit_for(named, street)
    term = Term("workdays", BY_CODE[signal.rule].workdays)
    ends = due(now, term, calendar=workdays.calendar(), hours=people.hours_of(unit)).at
    assert ends is not None  # nothing pauses it
    behind = [
        [one.label, watching.plain(one.seen.value), one.unit, one.seen.day.isoformat(), one.seen.source, one.seen.row]
        for one in signal.behind
    ]
    return Alert(
        enterprise_id=enterprise, rule=signal.rule, ground=signal.ground, why=signal.why, behind=behind, found_at=now,
        unit_id=unit, due_at=ends,
    )  # fmt: skip


def _ended(row: Alert, actor: Actor, now: datetime, state: str, outcome: str, text: str) -> Alert:
    if row.state != "open":
        raise Conflict("这条预警已经处置过，请刷新页面查看结果。", state=row.state)
    row.state, row.outcome, row.result = state, outcome, text
    row.closed_at, row.closed_by_id = now, actor.account
    row.save()
    verb = "alert.close" if state == "closed" else "alert.dismiss"
    facts = {"outcome": outcome, "late": now > row.due_at}
    record(actor=actor, now=now, verb=verb, stream=_stream(row), facts=facts, content={"result": text})
    return row


def _turned(actor: Actor, now: datetime, code: str, state: str, reason: str) -> AlertRule:
    watching.require_keeper(actor)
    watching.rule_of(code)
    text = _written(reason, "请写明原因（至少四个字）。", "reason")[:300]
    row = _rule_row(code, now)
    if row.state == state:
        raise Conflict("规则已经是这个状态，请刷新页面。", state=state)
    return _turn(row, state, actor, now, text)


def _turn(row: AlertRule, state: str, actor: Actor, now: datetime, why: str) -> AlertRule:
    before, row.state, row.why, row.changed_at = row.state, state, why, now
    if state == "active":
        row.counted_from = now
    row.save()
    verb = "alert_rule.retire" if state == "retired" else "alert_rule.bring_back"
    record(actor=actor, now=now, verb=verb, stream=_rule_stream(row.code), content={"why": why},
           before={"state": before}, after={"state": state})  # fmt: skip
    return row


def _rule_row(code: str, now: datetime) -> AlertRule:
    row, _ = AlertRule.objects.select_for_update().get_or_create(
        code=code, defaults={"counted_from": watching.BEGINNING, "changed_at": now}
    )
    return row


def _tell(units: dict[int, int], now: datetime) -> None:
    """Tell who is on duty in each unit how many alerts came in the night."""
    for unit, count in units.items():
        person = people.duty_owner(unit, now)
        if person is not None:
            with transaction.atomic():
                outbox.tell(
                    channel="inapp", to=f"account:{person.id}", template="alerts_found", variables={"count": count},
                    key=f"alerts:{unit}:{now.date().isoformat()}", now=now,
                )  # fmt: skip


def _written(text: str, sentence: str, name: str) -> str:
    text = " ".join(text.split())[:500]
    if len(text) < SHORTEST:
        raise Invalid(sentence, {name: "至少四个字"})
    return text


def _stream(row: Alert) -> str:
    return f"registry.alert:{row.pk}"


def _rule_stream(code: str) -> str:
    return f"registry.alert_rule:{code}"


__all__ = [
    "bring_back_rule",
    "close_alert",
    "dismiss_alert",
    "keep_trial",
    "look_around",
    "note_export",
    "raise_alerts",
    "retire_noisy",
    "retire_rule",
    "route_rule",
]

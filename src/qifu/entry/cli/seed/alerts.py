"""A past for the figures of the sample district, and the alerts that came of it: most of them dealt with, some still open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from qifu.domain.people import queries as people
from qifu.domain.people.models import Account
from qifu.domain.registry.actions import alerting
from qifu.domain.registry.models import Alert, Enterprise, Source, SourceRow
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample.streams import stream
from qifu.entry.cli.seed import ledger
from qifu.entry.clock import watching
from qifu.kernel.actor import Actor

SEED = 20260930
FIRST, AGAIN = timedelta(days=45), timedelta(hours=1)  # before now: the first look of monitoring, and the last
LEAST = 200  # 万元 of revenue from which the years before are told
YEARS = 2
NEWS = 0.0008  # of all enterprises that the credit list names since the last time
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DONE = (
    ("helped", "已上门走访，协助对接银行和政策，企业经营逐步稳定。"),
    ("helped", "已电话联系并现场核实，帮助完成补报，跟踪一个月。"),
    ("referred", "情况属实，已转区有关部门联合研究，街道继续跟踪。"),
    ("left", "经核实企业已迁出原址，正在联系了解去向。"),
    ("recovered", "企业反映为季节性波动，近期订单已恢复。"),
)
_FALSE = (
    "数据口径调整造成的差异，企业经营正常。",
    "企业集团内部结算调整，实际没有下降。",
    "填报单位有误，已请企业更正。",
)


def write(opened: datetime, now: datetime) -> int:
    """Write the past, look twice, deal with most of what was found; answer how many alerts there are."""
    tell_years_before(opened)
    watching.look(now - FIRST, is_told=False)
    deal_with(now)
    tell_news(now)
    watching.look(now - AGAIN, is_told=False)
    watching.measure(now)
    return Alert.objects.count()


@transaction.atomic
def tell_years_before(opened: datetime) -> None:
    """Close earlier versions of the tax and social lists under the present ones: what they said of the years before."""
    draw = stream(SEED, "alerts.past")
    number, rows = ledger.next_pk(SourceRow), list[list[Any]]()
    places = {field.attname: place for place, field in enumerate(SourceRow._meta.concrete_fields)}
    for row in SourceRow.objects.filter(source__code__in=["tax", "social"], gone_at=None).order_by("pk").iterator(2000):
        growth = row.values.get("revenue_growth")
        if row.source_id and not _counts(row.values):
            continue
        for year, values in _before(row.values, growth if isinstance(growth, float) else None, draw.random()):
            day = date(row.as_of.year - year, 12, 31)
            learned = opened - timedelta(days=300 * year)
            made = list(ledger.plain(SourceRow(source_id=row.source_id, values={}, as_of=day, learned_at=learned)))
            made[places["id"]], made[places["row_key"]] = number + len(rows), row.row_key
            made[places["enterprise_id"]], made[places["values"]] = row.enterprise_id, _JSON.encode(values)
            made[places["gone_at"]] = ledger.plain(SourceRow(learned_at=row.learned_at))[places["learned_at"]]
            rows.append(made)
    ledger.write(SourceRow, rows)
    ledger.settle_numbers([SourceRow])


def _counts(values: dict[str, object]) -> bool:
    revenue, staff = values.get("revenue"), values.get("insured_staff")
    return (isinstance(revenue, int | float) and revenue >= LEAST) or (isinstance(staff, int) and staff >= 10)


def _before(values: dict[str, Any], growth: float | None, share: float) -> Iterator[tuple[int, dict[str, object]]]:
    """What the list said one and two years before: backwards by the growth that it reports, or by a drawn one."""
    pace = 1 + (growth if growth is not None else 0.3 * share - 0.08)
    told = {name: values[name] for name in ("revenue", "tax_paid", "insured_staff") if values.get(name) is not None}
    for year in range(1, YEARS + 1):
        pace_then = pace if year == 1 else 1 + (0.24 * share - 0.04)
        told = {
            name: max(1, round(value / max(0.4, pace_then))) if name == "insured_staff" else round(value / pace_then, 2)
            for name, value in told.items()
        }
        yield year, dict(told)


@transaction.atomic
def tell_news(now: datetime) -> None:
    """Let the credit list name some enterprises that it did not name before."""
    source = Source.objects.get(code="credit")
    named = SourceRow.objects.filter(source=source).values("enterprise")
    ids = list(Enterprise.objects.exclude(pk__in=named).filter(status="open").order_by("pk").values_list("pk", "uscc"))
    draw = stream(SEED, "alerts.news")
    chosen = sorted(draw.choice(len(ids), size=max(4, int(len(ids) * NEWS)), replace=False).tolist())
    day = (now - timedelta(days=4)).date()
    SourceRow.objects.bulk_create(
        SourceRow(
            source=source,
            row_key=ids[place][1] or f"e{ids[place][0]}",
            enterprise_id=ids[place][0],
            values={"abnormal": True} if draw.random() < 0.7 else {"dishonest": True},
            as_of=day,
            learned_at=now - timedelta(hours=2),  # after the list itself, which is no news
        )
        for place in chosen
    )


def deal_with(now: datetime) -> None:
    """Close most alerts in the days after they were found, by who is on duty there; one in four was false."""
    draw, actors = stream(SEED, "alerts.closing"), dict[int, Actor | None]()
    for alert in Alert.objects.filter(state="open").order_by("pk"):
        day = alert.found_at.astimezone(SHANGHAI) + timedelta(days=1 + int(16 * draw.random()))
        at = min(now - timedelta(hours=3), day.replace(hour=9 + int(8 * draw.random()), minute=int(60 * draw.random())))
        if alert.unit_id not in actors:
            person = people.duty_owner(alert.unit_id, at)
            account = Account.objects.get(pk=person.id) if person else None
            actors[alert.unit_id] = people.actor_of(account, at) if account else None
        actor = actors[alert.unit_id]
        if actor is None or draw.random() < 0.15:
            continue
        if draw.random() < 0.25:
            reason = _FALSE[int(draw.random() * len(_FALSE))]
            alerting.dismiss_alert(actor=actor, now=at, alert=alert.pk, reason=reason)
        else:
            outcome, result = _DONE[int(draw.random() * len(_DONE))]
            alerting.close_alert(actor=actor, now=at, alert=alert.pk, outcome=outcome, result=result)

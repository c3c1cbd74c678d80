"""What is done inside our application, a command a process: fill, sign in, count queries, draw statistics.

python -m benchmarks.casework.site found | grow N | prepare | waiting STATE N | queries | statistic
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")

import django

django.setup()

from django.db import connection, models  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from qifu.domain.appeals.actions import tallies  # noqa: E402
from qifu.domain.appeals.models import Appeal, Category  # noqa: E402
from qifu.domain.appeals.queries.figures import rows as behind  # noqa: E402
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope, scope_of  # noqa: E402
from qifu.domain.appeals.queries.figures.measures import MEASURES  # noqa: E402
from qifu.domain.people import actions, queries  # noqa: E402
from qifu.domain.people.models import Account, Membership  # noqa: E402
from qifu.domain.registry.models import Agency, Enterprise  # noqa: E402
from qifu.kernel.actor import SYSTEM  # noqa: E402

WORDS = ("停车", "贷款", "补贴", "招聘", "噪声", "电梯")
PHRASES = ("地下车库", "办理营业执照", "物业服务费", "资金拨付进度")
TOKENS = 40  # the meter allows each 600 calls a minute


def found() -> dict[str, Any]:
    from benchmarks.casework import fill

    started = time.perf_counter()
    fill.found(timezone.now())
    return {"cases": Appeal.objects.count(), "seconds": time.perf_counter() - started}


def grow(target: str) -> dict[str, Any]:
    from benchmarks.casework import fill

    started = time.perf_counter()
    before = Appeal.objects.count()
    cases = fill.grow(int(target))
    grown = time.perf_counter() - started
    if cases != before:
        tallies.refresh(now=timezone.now())
    return {"cases": cases, "seconds": grown, "tallied": time.perf_counter() - started - grown}


def prepare() -> dict[str, Any]:
    """Everything the load needs to know: cookies, addresses, what to send."""
    now, unit = timezone.now(), _busiest()
    members = Membership.objects.at(now).filter(unit=unit, role="handler").order_by("pk")
    handler = Account.objects.get(pk=members[0].account_id)
    dispatcher, leader = (queries.account_by_username(name) for name in ("diaodu01", "lingdao01"))
    agency = Agency.objects.filter(until__isnull=True, role="owner").order_by("pk").first()
    assert dispatcher is not None
    assert leader is not None
    assert agency is not None
    service = Account.objects.filter(kind="service").order_by("pk")[0]
    scopes = ("appeals:read", "appeals:write")
    tokens = [
        actions.issue_token(actor=SYSTEM, now=now, account=service.pk, label=f"bench {n}", scopes=scopes).clear
        for n in range(TOKENS)
    ]
    last = Appeal.objects.order_by("-pk").values_list("pk", flat=True)[0]
    spread = Appeal.objects.filter(pk__in=range(1, last, max(1, last // 400)))
    newest = Appeal.objects.order_by("-pk")
    firms = Enterprise.objects.filter(pk__in=list(newest.values_list("enterprise", flat=True)[:200]))
    tails = newest.exclude(phone_tail="").values_list("phone_tail", flat=True)[:200]
    people = {"handler": handler, "dispatcher": dispatcher, "leader": leader, "contact": agency.account}
    return {
        "cookies": {name: _cookie(account) for name, account in people.items()},
        "enterprise": agency.enterprise_id,
        "tokens": tokens,
        "numbers": list(spread.values_list("number", flat=True)),
        "cursors": [f"+~{last * share // 100}" for share in range(3, 100, 4)],
        "pairs": _pairs(),
        "codes": sorted({code for code in firms.values_list("uscc", flat=True) if code})[:20],
        "tails": sorted(set(tails))[:20],
        "categories": list(Category.objects.exclude(parent=None).order_by("pk").values_list("code", flat=True)),
        "units": [view.id for view in queries.units("department")],
        "unit": unit,
        "last": last,
    }


def _busiest() -> int:
    rows = Appeal.objects.filter(is_open=True, state__in=("dispatched", "working"), unit__isnull=False)
    counted = rows.values("unit").annotate(n=models.Count("pk")).order_by("-n", "unit")
    return int(counted[0]["unit"])


def _pairs() -> list[str]:
    """Two filters at a time, as addresses."""
    categories = list(Category.objects.exclude(parent=None).order_by("pk").values_list("pk", flat=True)[:6])
    units = [view.id for view in queries.units("department")][:6]
    streets = [view.id for view in queries.units("street")][:4]
    found: list[dict[str, object]] = [{"state": "closed", "unit": unit} for unit in units]
    found += [{"category": category, "channel": "hotline"} for category in categories]
    found += [{"kind": "complaint", "street": street} for street in streets]
    found += [{"urgency": "urgent", "late": "reply"}, {"outcome": "solved", "closed_how": "silent"}]
    found += [{"state": "working", "order": "burns"}, {"kind": "petition", "state": "closed"}]
    return [urlencode(one) for one in found]


def _cookie(account: Account) -> str:
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return str(client.cookies["sessionid"].value)


def waiting(state: str, most: str) -> list[str]:
    """Numbers of the newest cases that stand in a state."""
    rows = Appeal.objects.filter(state=state, is_open=True).order_by("-pk")
    return list(rows.values_list("number", flat=True)[: int(most)])


def statements() -> dict[str, list[str]]:
    """The statements of each page, as the application sends them; as many whatever the size."""
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    told, seen = prepare(), dict[str, list[str]]()
    for name, (who, address) in addresses(told).items():
        client = Client()
        client.cookies["sessionid"] = told["cookies"][who]
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
        seen[name] = [query["sql"] for query in captured.captured_queries]
    return seen


def addresses(told: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """One address of each page that is read."""
    return {
        "list": ("handler", "/desk/?scope=unit"),
        "pair": ("dispatcher", f"/desk/cases/?{told['pairs'][0]}"),
        "deep": ("dispatcher", f"/desk/cases/?cursor={quote(told['cursors'][10])}"),
        "case": ("dispatcher", f"/desk/cases/{told['numbers'][50]}/"),
        "search": ("dispatcher", f"/desk/cases/?q={quote(WORDS[0])}"),
        "board": ("leader", "/board/"),
    }


def statistic() -> dict[str, Any]:
    """A year's figures, exact: every measure of every unit from the rows; then all rows behind one of them, as a download."""
    now = timezone.now()
    leader = queries.account_by_username("lingdao01")
    assert leader is not None
    scope = scope_of(queries.actor_of(leader, now))
    cut = Cut(date(now.year - 1, 12, 1), date(now.year, 11, 1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    _, figures = len(_exact(cut, scope)), time.perf_counter() - started
    started = time.perf_counter()
    page = behind.page("reply", "met", cut, scope, now)
    shown = time.perf_counter() - started
    started = time.perf_counter()
    lines = sum(1 for _ in behind.details(behind.rows("reply", "all", cut, scope, now), scope, now))
    return {
        "figures": figures,
        "page": shown,
        "count": page.count,
        "lines": lines,
        "download": time.perf_counter() - started,
        "grown": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }


def _exact(cut: Cut, scope: Scope) -> list[dict[str, Any]]:
    now = timezone.now()
    counted = {f"n_{name}": models.Count("pk", filter=predicate(now)) for name, predicate in MEASURES.items()}
    return list(Appeal.objects.filter(cut.rows(scope)).order_by().values("unit").annotate(**counted))


COMMANDS: dict[str, Callable[..., Any]] = {
    "found": found, "grow": grow, "prepare": prepare, "waiting": waiting, "queries": statements, "statistic": statistic,
}  # fmt: skip

if __name__ == "__main__":
    json.dump(COMMANDS[sys.argv[1]](*sys.argv[2:]), sys.stdout, ensure_ascii=False)

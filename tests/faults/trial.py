"""The inside of a served trial, run as a program of its own on the trial's database.

python -m tests.faults.trial begin         a small house of people, with their tokens and sessions, as JSON
python -m tests.faults.trial audit FILE    what clients were told (number → steps, in order): says what is not true of it
python -m tests.faults.trial count         how much there is
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from qifu.domain.appeals import facts  # noqa: E402
from qifu.domain.appeals.actions.notify import TEMPLATES  # noqa: E402
from qifu.domain.appeals.history import differs  # noqa: E402
from qifu.domain.appeals.models import Appeal, Category, Clock  # noqa: E402
from qifu.domain.people import actions as people  # noqa: E402
from qifu.domain.people.models import Account  # noqa: E402
from qifu.domain.registry.models import Agency, Enterprise  # noqa: E402
from qifu.kernel.actor import SYSTEM, Actor, Role  # noqa: E402
from qifu.kernel.evidence.models import Record  # noqa: E402
from qifu.kernel.evidence.queries import history  # noqa: E402
from qifu.kernel.evidence.verify import verify  # noqa: E402
from qifu.kernel.outbox import engine  # noqa: E402
from qifu.kernel.outbox.models import OPEN, Item  # noqa: E402
from qifu.kernel.receipts.models import Receipt  # noqa: E402
from qifu.kernel.sealed import seal  # noqa: E402
from qifu.output.messages.models import Kept  # noqa: E402
from tests.faults.ground import DISPATCHERS  # noqa: E402

NOW = datetime.now(UTC)
LONG_AGO = datetime(2024, 1, 2, tzinfo=UTC)  # since when people are in office: trials may play on any day after it
WRITE = ["appeals:read", "appeals:write"]
SURNAMES = ("周", "赵", "孙", "李", "王", "冯")


def begin() -> dict[str, Any]:
    """Bring the database up to date and make the house; answer tokens and ids."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with transaction.atomic():
        return _house()


def _house() -> dict[str, Any]:
    def unit(code: str, name: str, kind: str, parent: int | None = None) -> int:
        return people.create_unit(actor=SYSTEM, now=LONG_AGO, code=code, name=name, kind=kind, parent=parent).pk

    def member(username: str, name: str, place: int, role: Role) -> int:
        made = people.create_member(
            actor=SYSTEM, now=LONG_AGO, username=username, name=name, password="correct horse 9"
        )
        people.grant_role(actor=SYSTEM, now=LONG_AGO, account=made.account.pk, unit=place, role=role)
        return made.account.pk

    centre = unit("C", "企业服务中心", "centre")
    department = unit("D01", "区城建局", "department", centre)
    firm = Enterprise.objects.create(
        name="武汉云启软件有限公司", uscc="91420100MA4K1A2B3C", created=LONG_AGO, updated=LONG_AGO, tokens=""
    )
    contact = Account.objects.create(
        kind="contact", name="钱经理", phone_sealed=seal("19900001111"), phone_lookup="1", created=LONG_AGO
    )
    Agency.objects.create(account=contact, enterprise=firm, role="owner", person="钱经理", since=LONG_AGO)
    top = Category.objects.create(code="premises", name="场地楼宇")
    Category.objects.create(code="premises.parking", name="停车", parent=top)
    accounts = {
        **{
            who: member(who, f"{name}调度", centre, Role.DISPATCHER)
            for who, name in zip(DISPATCHERS, SURNAMES, strict=True)
        },
        "supervisor": member("supervisor", "吴督办", centre, Role.SUPERVISOR),
        "handler": member("handler", "郑承办", department, Role.HANDLER),
        "system": people.create_service(actor=SYSTEM, now=LONG_AGO, name="城市平台").pk,
        "contact": contact.pk,
    }
    tokens = {who: people.issue_token(actor=_by(who, pk), now=NOW, account=pk, label="试验", scopes=WRITE).clear
              for who, pk in accounts.items()}  # fmt: skip
    sessions = {who: _session(pk) for who, pk in accounts.items() if who != "system"}
    return {"tokens": tokens, "sessions": sessions, "enterprise": firm.pk, "unit": department, "accounts": accounts}


def _by(who: str, account: int) -> Actor:
    return Actor(account, "contact", "钱经理") if who == "contact" else SYSTEM


def _session(account: int) -> str:
    """The cookie of a browser in which the person is signed in."""
    browser = Client()
    browser.force_login(Account.objects.get(pk=account), "allauth.account.auth_backends.AuthenticationBackend")
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def audit(told: dict[str, list[str]]) -> dict[str, Any]:
    """Hold the database against what clients were told: number → the steps acknowledged, in order."""
    _work_off()
    wrong = list(_wrong(told))
    report = verify()
    return {
        "wrong": wrong[:20],
        "count": len(wrong),
        "evidence": report.as_json(),
        "cases": Appeal.objects.count(),
        "items": dict(Counter(Item.objects.exclude(channel="periodic").values_list("state", flat=True))),
        "kept": Kept.objects.count(),
    }


def _work_off() -> None:
    """Let the queue run empty; what dead workers held comes back when its lease has ended."""
    end = time.monotonic() + 30
    while Item.objects.filter(state__in=OPEN).exists() and time.monotonic() < end:
        if not engine.run_due(now=datetime.now(UTC)):
            time.sleep(0.5)


def _wrong(told: dict[str, list[str]]) -> Iterator[str]:
    kept = Counter(Appeal.objects.values_list("number", flat=True))
    yield from (f"{number}: acknowledged and lost" for number in told if number not in kept)
    yield from (f"{number}: kept, but nobody was told of it" for number in kept if number not in told)
    if blank := Receipt.objects.filter(result="").count():
        yield f"{blank} receipts were never settled"
    for appeal in Appeal.objects.order_by("pk").iterator(500):
        yield from (f"{appeal.number}: {what}" for what in _torn(appeal, told.get(appeal.number, [])))
    inbox = Item.objects.filter(channel="inapp", state="done").count()
    if inbox != Kept.objects.filter(channel="inapp").count():
        yield f"{inbox} messages delivered, {Kept.objects.filter(channel='inapp').count()} kept"


def _torn(appeal: Appeal, acknowledged: list[str]) -> Iterator[str]:
    """What is not as it must be of one case."""
    records = list(history(appeal.stream))
    steps = [record for record in records if record.facts.get("changes")]
    names = [str(record.facts["step"]) for record in steps]
    if names != ["submit", *acknowledged]:
        yield f"steps {names}, acknowledged {acknowledged}"
    if appeal.seq != len(steps):
        yield f"row says step {appeal.seq}, evidence {len(steps)}"
    if wrong := differs(appeal, records):
        yield f"row differs from its history: {wrong}"
    clocks = list(Clock.objects.filter(appeal=appeal))
    if {c.kind for c in clocks if c.round == 1} < {"accept", "dispatch", "reply"}:
        yield "clocks are missing"
    live = [clock.kind for clock in clocks if clock.status in ("running", "paused")]
    if len(live) != len(set(live)) or (live and not appeal.is_open):
        yield f"{appeal.state} with live clocks {live}"
    if appeal.burns_at != facts.burns_at([facts.value(clock) for clock in clocks], appeal.state):
        yield "burns at another time than its nearest clock"
    keys = set(Item.objects.filter(stream=appeal.stream).values_list("key", flat=True))
    if not any(key.startswith(f"{appeal.number}:1:appeal_") for key in keys):
        yield "nothing was posted for its receipt"
    for number, record in enumerate(steps, 1):
        template = TEMPLATES.get(str(record.facts["step"]))
        due = f"{appeal.number}:{number}:{template}>account:{appeal.contact}"
        if appeal.contact and template and due not in keys:
            yield f"step {number} {record.facts['step']}: nothing was posted"


def count() -> dict[str, int]:
    """How much there is."""
    return {"cases": Appeal.objects.count(), "records": Record.objects.count()}


def main(act: str, *places: str) -> None:
    answers = {"begin": begin, "count": count, "audit": lambda: audit(json.loads(Path(places[0]).read_text()))}
    print(json.dumps(answers[act](), default=str))
    connections.close_all()  # a file of the embedded database is whole once its last connection is closed


if __name__ == "__main__":
    main(*sys.argv[1:])

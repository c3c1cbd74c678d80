"""The inside of the fair, run as a program on the trial's database.

python -m tests.faults.fair_trial open PEOPLE PLACES QUEUE   a fair that is open, and people with a session each, as JSON
python -m tests.faults.fair_trial begin EVENT                its doors are open
python -m tests.faults.fair_trial count EVENT                what the database holds of it
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402

from qifu.domain.events import flow  # noqa: E402
from qifu.domain.events.actions import keeping  # noqa: E402
from qifu.domain.events.models import CheckIn, Event, Registration  # noqa: E402
from qifu.domain.people.models import Account, Unit  # noqa: E402
from qifu.kernel.actor import SYSTEM  # noqa: E402
from qifu.kernel.evidence.models import Record  # noqa: E402
from qifu.kernel.evidence.verify import verify  # noqa: E402
from qifu.kernel.outbox.models import Item  # noqa: E402
from qifu.kernel.sealed import lookup, seal  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def fair(people: int, places: int, queue: int) -> dict[str, Any]:
    """Publish a fair, and sign so many people in."""
    now = datetime.now(UTC)
    starts = now + timedelta(days=2)
    draft = keeping.Draft(
        title="千人招聘会", kind="fair", summary="两千人报名，名额有限，先到先得。", host=Unit.objects.get(code="C").pk,
        starts=starts, ends=starts + timedelta(hours=6), opens=now - timedelta(hours=1), closes=starts, place="体育馆",
        places=places, queue_most=queue, each_most=1000,
    )  # fmt: skip
    made = keeping.make(actor=SYSTEM, now=now, draft=draft)
    keeping.take(actor=SYSTEM, now=now, event=made.pk, step="publish")
    phones = [f"+86138{n:08d}" for n in range(people)]
    rows = Account.objects.bulk_create(
        Account(kind="contact", name=f"求职者{n}", phone_sealed=seal(one), phone_lookup=lookup(one), created=now)
        for n, one in enumerate(phones)
    )
    return {"event": made.pk, "sessions": [_session(row) for row in rows]}


def _session(account: Account) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(account.pk), BACKEND
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def begin(event: int) -> dict[str, Any]:
    """Let the day come; say who has a ticket, and who only waits."""
    now = datetime.now(UTC)
    Event.objects.filter(pk=event).update(starts=now - timedelta(minutes=5))
    rows = Registration.objects.filter(event=event).order_by("pk")
    return {state: list(rows.filter(state=state).values_list("code", flat=True)) for state in ("registered", "waiting")}


def count(event: int) -> dict[str, Any]:
    """What the database holds, and whether its evidence agrees."""
    row, told = Event.objects.get(pk=event), Registration.objects.filter(event=event)
    states = Counter(told.values_list("state", flat=True))
    verbs = Counter(Record.objects.filter(stream=row.stream).values_list("verb", flat=True))
    checks = CheckIn.objects.filter(registration__event=event)
    return {
        "taken": row.taken, "waiting": row.waiting, "seated": sum(states[one] for one in flow.SEATED),
        "states": states, "phones": told.values("phone_lookup").distinct().count(),
        "codes": told.values("code").distinct().count(), "verbs": verbs, "in": checks.filter(is_double=False).count(),
        "people_in": checks.filter(is_double=False).values("registration").distinct().count(),
        "doubles": checks.filter(is_double=True).count(), "offline": checks.filter(is_offline=True).count(),
        "told": Item.objects.filter(channel="inapp", payload__template__startswith="event_").count(),
        "broken": verify().as_json()["broken"],
    }  # fmt: skip


if __name__ == "__main__":
    act, *given = sys.argv[1:]
    acts: dict[str, Any] = {"open": fair, "begin": begin, "count": count}
    print(json.dumps(acts[act](*map(int, given)), ensure_ascii=False))

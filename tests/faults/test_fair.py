"""A fair: all register at once, a quarter come through two doors, half of these noted without a network.

Two thousand people with QIFU_TRIALS=10, a tenth of it as usual.
Nobody gets a place that there is not, nobody is counted twice, and what is sent again is answered alike.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.faults.ground import SEED, TRIALS
from tests.faults.served import Site

pytestmark = pytest.mark.faults

MODULE = "tests.faults.fair_trial"
PEOPLE, PLACES, QUEUE, COMING = 200 * TRIALS, 150 * TRIALS, 20 * TRIALS, 50 * TRIALS
CLIENTS, BATCH, CSRF = 8, 50, "a" * 32


class Line(http.client.HTTPConnection):
    """A browser's connection that is kept."""

    def send_form(self, session: str, path: str, fields: dict[str, str]) -> tuple[int, str]:
        body = urlencode({"csrfmiddlewaretoken": CSRF, **fields})
        return self._sent(session, path, body, "application/x-www-form-urlencoded", {})

    def send_checks(self, session: str, path: str, checks: list[dict[str, object]]) -> tuple[int, str]:
        return self._sent(session, path, json.dumps({"checks": checks}), "application/json", {"X-CSRFToken": CSRF})

    def _sent(self, session: str, path: str, body: str, kind: str, more: dict[str, str]) -> tuple[int, str]:
        headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "Content-Type": kind, **more}
        self.request("POST", path, body.encode(), headers)
        answer = self.getresponse()
        text = answer.read().decode()
        return answer.status, answer.headers.get("Location", "") or text


def test_a_fair_is_never_overbooked_and_nobody_enters_twice(site: Site, tell: Callable[..., None]) -> None:
    made = site.call("open", str(PEOPLE), str(PLACES), str(QUEUE), module=MODULE)
    site.serve()
    site.until_served()
    begun = time.monotonic()
    statuses = _register(site, made)
    took = time.monotonic() - begun
    assert statuses == {302: PLACES + QUEUE, 409: PEOPLE - PLACES - QUEUE}
    held = site.call("count", str(made["event"]), module=MODULE)
    assert (held["taken"], held["waiting"], held["seated"]) == (PLACES, QUEUE, PLACES)
    assert held["states"] == {"registered": PLACES, "waiting": QUEUE}
    assert held["phones"] == held["codes"] == held["verbs"]["events.register"] == held["told"] == PLACES + QUEUE

    tickets = site.call("begin", str(made["event"]), module=MODULE)
    begun = time.monotonic()
    words = _doors(site, made["event"], tickets)
    door = time.monotonic() - begun
    held = site.call("count", str(made["event"]), module=MODULE)
    assert held["states"] == {"attended": COMING, "registered": PLACES - COMING, "waiting": QUEUE}
    assert (held["in"], held["people_in"], held["verbs"]["events.check_in"]) == (COMING, COMING, COMING)
    assert (held["taken"], held["broken"]) == (PLACES, "")
    assert held["doubles"] == held["verbs"]["events.double"] == words["double"]
    tell(
        registering=f"{PEOPLE / took:.0f}/s",
        seconds=round(took, 1),
        door=round(door, 1),
        words=words,
        offline=held["offline"],
    )


def _register(site: Site, made: dict[str, Any]) -> Counter[int]:
    """Each once; one in ten presses twice, and is shown the same ticket."""
    draw, path = random.Random(SEED), f"/events/{made['event']}/register/"
    pressing = [(n, session, draw.random() < 0.1) for n, session in enumerate(made["sessions"])]
    draw.shuffle(pressing)
    statuses, strange = Counter[int](), list[object]()

    def press(share: list[tuple[int, str, bool]]) -> None:
        line = Line("127.0.0.1", site.port, timeout=60)
        for n, session, is_twice in share:
            fields = {
                "person": f"求职者{n}",
                "phone": f"138{n:08d}",
                "firm": f"第{n}公司",
                "idempotency_key": f"fair-{n}",
            }
            first = line.send_form(session, path, fields)
            statuses[first[0]] += 1
            if is_twice and first[0] == 302 and line.send_form(session, path, fields) != first:
                strange.append((n, first))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(press, (pressing[n::CLIENTS] for n in range(CLIENTS))))
    assert strange == []
    return statuses


def _doors(site: Site, event: int, tickets: dict[str, list[str]]) -> Counter[str]:
    """Two doors with a network let one in at a time; two without send what they kept later, in batches, twice.

    One in five shows the ticket at two doors; one in twenty of those who wait tries as well.
    """
    draw, path = random.Random(SEED), f"/desk/events/door/{event}/checks/"
    coming = draw.sample(tickets["registered"], COMING)
    doors: list[list[str]] = [coming[n::4] for n in range(4)]
    for code in draw.sample(coming, COMING // 5):
        doors[draw.randrange(4)].append(code)
    doors[0] += draw.sample(tickets["waiting"], len(tickets["waiting"]) // 20)
    words, firsts = Counter[str](), Counter[str]()

    def stand(which: int) -> None:
        line, session = Line("127.0.0.1", site.port, timeout=60), site.cast["sessions"]["dispatcher"]
        is_offline, at = which >= 2, datetime.now(UTC).isoformat()
        checks: list[dict[str, object]] = [
            {"key": f"{which}-{n}", "code": code, "at": at, "how": "scan", "offline": is_offline}
            for n, code in enumerate(doors[which])
        ]
        size = BATCH if is_offline else 1
        for start in range(0, len(checks), size):
            some = checks[start : start + size]
            status, text = line.send_checks(session, path, some)
            assert status == 200, text
            if is_offline:  # the answer was lost on its way: sent once more
                assert line.send_checks(session, path, some)[1] == text
            for one in json.loads(text)["answers"]:
                words[one["word"]] += 1
                if one["word"] == "in":
                    firsts[str(next(each["code"] for each in some if each["key"] == one["key"]))] += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(stand, range(4)))
    assert (len(firsts), max(firsts.values())) == (COMING, 1)
    assert words["waiting"] == len(tickets["waiting"]) // 20
    assert words["in"] + words["double"] == COMING + COMING // 5
    return words

"""Eight people press at once: one step is taken, the others are told where the case now stands; a double click is one case."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.faults.ground import DISPATCHERS, SEED, TRIALS, Ground
from tests.faults.served import Site

pytestmark = pytest.mark.faults

ACTORS = 8
ROUNDS = 12 * TRIALS  # of each kind
CSRF = "a" * 32
Act = Callable[[], Any]

DIFFERENT: list[tuple[str, str, dict[str, object]]] = [
    ("dispatcher", "accept", {}),
    ("dispatcher2", "decline", {"reason": "scope", "elsewhere": "请到区法院立案庭。"}),
    ("dispatcher3", "classify", {"category": "premises.parking"}),
    ("dispatcher4", "note", {"text": "已电话联系。"}),
    ("supervisor", "note", {"text": "请尽快接单。"}),
    ("contact", "withdraw", {"reason": "自行解决。"}),
    ("contact", "urge", {"text": "请尽快。"}),
    ("contact", "add", {"text": "补充一张照片。"}),
]


class Together:
    """Eight threads that press at the same moment."""

    def __init__(self) -> None:
        self.pool, self.barrier = ThreadPoolExecutor(ACTORS), Barrier(ACTORS)

    def press(self, acts: list[Act]) -> list[Any]:
        def one(act: Act) -> Any:
            self.barrier.wait(60)
            return act()

        assert len(acts) == ACTORS
        return list(self.pool.map(one, acts))


@pytest.fixture
def together() -> Iterator[Together]:
    made = Together()
    yield made
    made.pool.shutdown()


@pytest.fixture(scope="module")
def served(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One served site for all races: what was told before stays true."""
    with ground.copy() as environment:
        made = Site(tmp_path_factory.mktemp("races"), environment, ground.cast)
        try:
            made.serve()
            made.until_served()
            yield made
        finally:
            made.stop()


def begun(site: Site, *steps: tuple[str, dict[str, object]]) -> str:
    """A new case, brought as far as the steps say by the first dispatcher."""
    status, made = site.post("contact", "/appeals", site.a_case("场地"))
    assert status == 201, made
    for step, needs in steps:
        assert site.post("dispatcher", f"/appeals/{made['number']}/{step}", needs)[0] == 200
    site.told.steps[made["number"]] = [step for step, _ in steps]
    number: str = made["number"]
    return number


def settled(site: Site) -> None:
    """What the database holds is what was told, no more and no less."""
    found = site.audit()
    assert (found["wrong"], found["cases"], found["evidence"]["broken"]) == ([], len(site.told.steps), "")


def by_form(site: Site, *, who: str, number: str, step: str, **given: object) -> tuple[int, str]:
    """Send the form of a step as a browser does."""
    headers = {
        "Cookie": f"sessionid={site.cast['sessions'][who]}; csrftoken={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode({"csrfmiddlewaretoken": CSRF, **given}).encode()
    status, text, _ = site.ask("POST", f"/desk/cases/{number}/{step}/", body, headers)
    return status, text


def test_of_eight_who_press_one_wins_and_the_others_are_told(
    served: Site, together: Together, tell: Callable[..., None]
) -> None:
    draw, statuses, winners = random.Random(SEED), Counter[int](), Counter[str]()
    for _ in range(ROUNDS):
        for acts in (the_same, different):
            number = begun(served)
            named = acts(served, number, draw)
            answers = together.press([act for _, act in named])
            statuses.update(status for status, _ in answers)
            (winner,) = [n for n, (status, _) in enumerate(answers) if status == 200]
            winners[named[winner][0]] += 1
            served.told.steps[number].append(named[winner][0])
            state = answers[winner][1]["state"]
            refused = [answer for n, answer in enumerate(answers) if n != winner]
            assert {status for status, _ in refused} == {409}, answers
            assert {body["state"] for _, body in refused} == {state}
            told = {body["detail"] for _, body in refused}
            ways = ("刷新后再处理。", "请刷新页面查看最新进展。", f"见 GET /appeals/{number}/steps。")
            assert [said for said in told if not said.endswith(ways)] == []
    tell(rounds=2 * ROUNDS, answers=statuses, winners=winners)
    settled(served)


def the_same(site: Site, number: str, draw: random.Random) -> list[tuple[str, Act]]:
    """Six colleagues accept, two of them in two windows, by a page that they loaded long ago."""
    people = [*DISPATCHERS, *DISPATCHERS[: ACTORS - len(DISPATCHERS)]]
    return [("accept", partial(site.post, who, f"/appeals/{number}/accept", {})) for who in people]


def different(site: Site, number: str, draw: random.Random) -> list[tuple[str, Act]]:
    """Eight different steps, each possible, all taken on the same page."""
    steps = draw.sample(DIFFERENT, ACTORS)
    return [
        (step, partial(site.post, who, f"/appeals/{number}/{step}", needs | {"seq": 1})) for who, step, needs in steps
    ]


def test_of_eight_who_send_the_form_one_goes_on_and_the_others_see_the_case_as_it_stands(
    served: Site, together: Together, tell: Callable[..., None]
) -> None:
    people = [*DISPATCHERS, *DISPATCHERS[: ACTORS - len(DISPATCHERS)]]
    for _ in range(ROUNDS // 2):
        number = begun(served, ("accept", {}))
        send = partial(by_form, served, number=number, step="dispatch", unit=served.cast["unit"], seq=2)
        answers = together.press([partial(send, who=who) for who in people])
        served.told.steps[number].append("dispatch")
        assert sorted(status for status, _ in answers) == [302] + [409] * (ACTORS - 1)
        pages = [page for status, page in answers if status == 409]
        assert all("这件诉求刚有了新的进展，请刷新后再处理。" in page for page in pages)
        assert all("现在的状态是“待签收”" in page for page in pages)
    tell(rounds=ROUNDS // 2)
    settled(served)


def test_a_case_sent_eight_times_at_once_with_one_key_is_one_case(
    served: Site, together: Together, tell: Callable[..., None]
) -> None:
    for n in range(ROUNDS):
        answers = together.press([partial(served.post, "contact", "/appeals", served.a_case(n), f"k{n}")] * ACTORS)
        assert {status for status, _ in answers} == {201}
        assert len({receipt["number"] for _, receipt in answers}) == 1
        assert len({receipt["reply_due"] for _, receipt in answers}) == 1
        served.told.steps[answers[0][1]["number"]] = []
    tell(rounds=ROUNDS)
    settled(served)

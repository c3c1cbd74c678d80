"""Lists of cases: each reason to see a case is read by itself and joined; searching finds what a reading of every text would."""

from __future__ import annotations

import random
from datetime import date
from itertools import chain

import pytest

from qifu.domain.appeals import access
from qifu.domain.appeals.actions.submit import found_by
from qifu.domain.appeals.models import Appeal, Words
from qifu.domain.appeals.queries import lists
from qifu.entry.cli.sample.appeals import stories
from qifu.kernel.actor import SYSTEM, Actor
from tests.conftest import NOW
from tests.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def mixed(stage: Stage) -> Stage:
    """Cases of every state, of two firms and two departments, some joint, some confidential."""
    for state in (
        "submitted",
        "accepted",
        "dispatched",
        "working",
        "asking",
        "replied",
        "closed",
        "declined",
        "withdrawn",
    ):
        stage.to(state)
    stage.to("working", is_confidential=True)
    stage.submit(stage.stranger, enterprise=stage.other_firm.pk)
    stage.submit(stage.actor("street"), channel="station", enterprise=None)
    joint = stage.to("accepted")
    stage.take("dispatcher", joint, "dispatch", unit=stage.tax, joint=[stage.house.department])
    return stage


def walked(actor: Actor, filters: lists.Filters) -> tuple[list[int], list[int], int]:
    """All ids of a list, page by page forward, then back again; and the number that the first page told."""
    page = first = lists.page(actor=actor, now=NOW, filters=filters, size=2)
    forward = [[line.id for line in page.lines]]
    while page.next:
        page = lists.page(actor=actor, now=NOW, filters=filters, cursor=page.next, size=2)
        forward.append([line.id for line in page.lines])
    back = [[line.id for line in page.lines]]
    while page.previous:
        page = lists.page(actor=actor, now=NOW, filters=filters, cursor=page.previous, size=2)
        back.insert(0, [line.id for line in page.lines])
    return list(chain(*forward)), list(chain(*back)), first.count


@pytest.mark.parametrize("order", ["newest", "burns"])
@pytest.mark.parametrize(
    "who", ["dispatcher", "supervisor", "handler", "taxman", "street", "contact", "auditor", "admin"]
)
def test_a_list_holds_exactly_what_the_person_may_see(mixed: Stage, who: str, order: str) -> None:
    actor = mixed.actor(who)
    for scope in lists.scopes(actor):
        filters = lists.Filters(scope=scope, order=order)
        rows = lists.ordered(lists.rows_of(actor, NOW, filters), filters)
        expected = list(dict.fromkeys(rows.values_list("pk", flat=True)))
        assert walked(actor, filters) == (expected, expected, len(expected)), scope
        if order == "newest":
            assert lists.waiting(actor).get(scope, len(expected)) == len(expected), scope
    everything = set(access.visible(actor).values_list("pk", flat=True))
    assert set(walked(actor, lists.Filters(order="newest"))[0]) == everything


def test_what_is_due_first_lists_open_cases_only_and_closed_ones_stand_by_age(mixed: Stage) -> None:
    actor = mixed.actor("dispatcher")
    still = set(Appeal.objects.filter(is_open=True).values_list("pk", flat=True))
    assert set(walked(actor, lists.Filters(order="burns"))[0]) == still
    closed = list(Appeal.objects.filter(state="closed").order_by("-pk").values_list("pk", flat=True))
    assert walked(actor, lists.Filters(order="burns", state="closed"))[0] == closed != []


def test_nobody_sees_nothing_and_the_system_everything(mixed: Stage) -> None:
    assert walked(Actor(None, "visitor", ""), lists.Filters()) == ([], [], 0)
    assert len(walked(SYSTEM, lists.Filters())[0]) == Appeal.objects.count()


def test_the_words_of_a_case_know_whether_it_is_open(mixed: Stage) -> None:
    again = mixed.take("contact", Appeal.objects.get(state="closed"), "reopen", reason="问题又出现了")
    assert again.is_open
    assert Words.objects.count() == Appeal.objects.count()
    for words in Words.objects.select_related("appeal"):
        assert words.is_open == words.appeal.is_open, words.appeal.state


# --- search

CASES = 2500


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    told = stories(CASES, date(2025, 1, 1), NOW, 7, firm_count=300)
    return [(story.title, story.body) for story in told]


@pytest.fixture
def library(stage: Stage, texts: list[tuple[str, str]]) -> dict[int, str]:
    """Some thousand cases; what each says, as a reader sees it."""
    made = Appeal.objects.bulk_create(
        Appeal(number=f"QS{n:013d}", kind="appeal", state="submitted", urgency="normal", channel="portal",
               category=stage.category, title=title, body=body, raised_by="x", submitted_at=NOW, burns_at=NOW)
        for n, (title, body) in enumerate(texts)
    )  # fmt: skip
    Words.objects.bulk_create(Words(appeal=one, tokens=found_by(one, [])) for one in made)
    return {one.pk: f"{one.title}\n{one.body}" for one in made}


def asked(texts: list[tuple[str, str]]) -> list[str]:
    """Pieces of two to eight characters, cut anywhere out of the texts."""
    drawn = random.Random(11)
    found: set[str] = set()
    while len(found) < 150:
        text = "\n".join(drawn.choice(texts))
        start, size = drawn.randrange(len(text) - 8), drawn.randint(2, 8)
        piece = text[start : start + size]
        if all("\u4e00" <= char <= "\u9fff" for char in piece):
            found.add(piece)
    return sorted(found)


@pytest.mark.parametrize("many", [1, lists.COUNTED], ids=["newest first", "by the index"])
def test_search_finds_every_text_that_holds_the_words(
    stage: Stage, library: dict[int, str], texts: list[tuple[str, str]], many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recall against a reading of every text is 1; what is found beside it holds all pairs of the words."""
    monkeypatch.setattr(lists, "COUNTED", many)
    actor, beside, right = stage.actor("dispatcher"), 0, 0
    for q in asked(texts):
        branches, _ = lists._found(actor, NOW, lists.Filters(q=q))
        found = {pk for branch in branches for pk in branch.values_list("pk", flat=True)}
        truth = {pk for pk, text in library.items() if q in text}
        assert truth
        assert truth <= found, q
        for pk in found - truth:
            assert all(q[i : i + 2] in library[pk] for i in range(len(q) - 1)), q
        beside, right = beside + len(found - truth), right + len(truth)
    assert beside <= right // 20


def test_the_number_told_of_a_search_is_exact_up_to_a_thousand(stage: Stage, library: dict[int, str]) -> None:
    actor = stage.actor("dispatcher")
    for q in ("停车", "补贴", "贷款"):
        page = lists.page(actor=actor, now=NOW, filters=lists.Filters(q=q))
        assert (page.count, page.is_capped) == (sum(q in text for text in library.values()), False)
        assert [line.id for line in page.lines] == sorted((pk for pk, t in library.items() if q in t), reverse=True)[
            :25
        ]

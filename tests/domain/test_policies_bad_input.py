"""What an editor may write by mistake or out of malice: each is refused with a sentence or read, and nothing is kept of it."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from pytest_django.fixtures import Settings

from qifu.domain.policies.actions import drafting, matching
from qifu.domain.policies.models import Item, Revision
from qifu.domain.policies.queries import mine
from qifu.kernel.errors import Invalid
from tests.conftest import NOW
from tests.domain import policy_room as room
from tests.domain.test_policies_screens import entered, lines
from tests.stage import Stage

pytestmark = pytest.mark.django_db
DEEP = '{"!": ' * 10_000 + "true" + "}" * 10_000
MANY = " ".join(f"C{n:04d}" for n in range(5_000))


def raw(text: str) -> list[tuple[str, ...]]:
    return [("0", "and", "", "", "", "", ""), ("1", "raw", "", "", text, "", "")]


def clause(field: str, comparison: str, value: str) -> list[tuple[str, ...]]:
    return [("0", "and", "", "", "", "", ""), ("1", "clause", field, comparison, value, "第一条", "")]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (raw('{">=": [{"var": "happiness"}, 3]}'), "happiness"),
        (clause("happiness", ">=", "3"), "请选择字段。"),
        (clause("registered_on", ">=", "去年春天"), "去年春天"),
        (clause("employees", ">=", "二十来个"), "二十来个"),
        (clause("employees", ">=", "=1+1"), "=1+1"),
        (raw(DEEP), "第 2 行"),
        (raw("[" * 10_000), "不是 JSON"),
        (raw('{"and": []}'), "第 2 行"),
        (raw("NaN"), "第 2 行"),
    ],
    ids=["field", "field of a line", "date", "number", "formula", "deep", "deep and open", "empty", "no number"],
)
def test_a_preview_says_what_is_wrong(
    stage: Stage, settings: Settings, given: list[tuple[str, ...]], told: str
) -> None:
    settings.QIFU_NOW = NOW
    answer = entered(stage, "admin").post("/desk/policies/preview/", lines(given))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert told in page
    assert "户符合" not in page
    assert Item.objects.count() == 0


def test_five_thousand_prefixes_are_read(stage: Stage, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    begun = time.process_time()
    parts = [MANY[start : start + 18_000] for start in range(0, len(MANY), 18_000)]
    given = [("0", "or", "", "", "", "", "")]
    given += [("1", "clause", "industry", "starts_with", part, "第一条", "") for part in parts]
    answer = entered(stage, "admin").post("/desk/policies/preview/", lines(given))
    assert answer.status_code == 200
    assert time.process_time() - begun < 30
    whole = entered(stage, "admin").post("/desk/policies/preview/", lines(clause("industry", "starts_with", MANY)))
    assert "写的值太长" in whole.content.decode()


def test_exclusions_that_run_in_a_circle_are_weighed_and_oneself_is_none(stage: Stage) -> None:
    room.firm(stage, employees=60)
    room.known(stage, dishonest=False)
    admin = stage.actor("admin")
    codes = ["D-2026-101", "D-2026-102", "D-2026-103"]
    for place, code in enumerate(codes):
        words = replace(
            room.WORDS, excludes=[codes[(place + 1) % 3]], formula={"*": [{"var": "employees"}, 0.1 * (place + 1)]}
        )
        room.draft(stage.house, words, replace(room.ABOUT, code=code), cases=False)
    Revision.objects.update(state="published", reader=stage.house.accounts["supervisor"].pk, published_at=NOW)
    matching.match_all(now=NOW)
    told = mine.mine(room.contact(stage), stage.firm.pk, NOW.date())
    assert ([one.card.code for one in told.can], told.least) == (codes[::-1], 180_000)  # only the dearest of the three

    own = replace(room.WORDS, excludes=["D-2026-104"])
    with pytest.raises(Invalid):
        drafting.begin(
            actor=admin, now=NOW, about=replace(room.ABOUT, code="D-2026-104"), words=own,
            document=Revision.objects.first().document_id,  # type: ignore[union-attr]
        )  # fmt: skip
    assert json.dumps(sorted(Item.objects.values_list("code", flat=True))) == json.dumps(codes)

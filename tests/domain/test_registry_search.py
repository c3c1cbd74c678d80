"""Finding enterprises: as complete as a substring search, cut to who asks, at a fixed number of statements."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypinyin import Style, pinyin

from qifu.domain.registry import actions, naming, queries
from qifu.domain.registry.models import Enterprise, Mark
from qifu.domain.registry.queries import Filters
from qifu.kernel.actor import SYSTEM, VISITOR, Actor, Agency, Post, Role
from qifu.kernel.errors import Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.unmaskings.models import Unmasking
from tests.conftest import NOW, House
from tests.domain.registry_lists import HEADINGS, code, line, name, run, write_csv

pytestmark = pytest.mark.django_db


def found(actor: Actor, q: str, **cut: object) -> set[str]:
    return {one.name for one in queries.every(actor, q, Filters(**cut))}  # type: ignore[arg-type]


def filled(tmp_path: Path, count: int, first: int = 1) -> None:
    run(write_csv(tmp_path / f"{first}.csv", [line(number) for number in range(first, first + count)]))


def contact(*enterprises: int) -> Actor:
    return Actor(account=999, kind="contact", name="某", agencies=tuple(Agency(e, "owner") for e in enterprises))


def test_recall_is_that_of_a_substring_search(house: House, tmp_path: Path) -> None:
    chance = random.Random(20260930)
    rows = [line(number) for number in chance.sample(range(500_000), 400)]
    run(write_csv(tmp_path / "名单.csv", rows))
    names = {row[0] for row in rows}
    tried = 0
    for _ in range(150):
        whole = chance.choice(sorted(names))
        size = chance.randint(1, 6)
        start = chance.randrange(len(whole) - size)
        piece = whole[start : start + size]
        truth = {each for each in names if piece in each}
        assert truth <= found(SYSTEM, piece)
        tried += len(truth)
    assert tried > 1000


def test_initials_codes_and_former_names_find(house: House, tmp_path: Path) -> None:
    filled(tmp_path, 30)
    wanted = Enterprise.objects.get(uscc=code(7))
    short = naming.initials(wanted.name)
    assert short.startswith("wh")
    for q in (
        short[:4],
        short[:4].upper(),
        short,
        short[2:6],  # without the place
        code(7)[:15],
        code(7)[-6:],
        code(7)[8:17],
        f"{code(7)[:6]} {code(7)[6:12]} {code(7)[12:]}",
        f"武汉 {wanted.name[2:6]}",
        f"（{wanted.name[2:4]}）",
    ):
        assert wanted.name in found(SYSTEM, q), q
    assert found(SYSTEM, code(7)[-6:]) == {wanted.name}
    assert found(SYSTEM, "完全没有的字号") == set()
    assert found(SYSTEM, "？！") == set()
    run(write_csv(tmp_path / "改名.csv", [["武汉新字号物流有限公司", *line(7)[1:]]]))
    assert found(SYSTEM, wanted.name) == {"武汉新字号物流有限公司"}


def test_filters_cut(house: House, tmp_path: Path) -> None:
    filled(tmp_path, 6)
    Enterprise.objects.filter(uscc=code(1)).update(industry="F5110", size_class="large", street=None)
    Enterprise.objects.filter(uscc=code(2)).update(status="cancelled")
    Mark.objects.filter(enterprise__uscc=code(3)).update(until=date(2026, 9, 30))
    every = {name(number) for number in range(1, 7)}
    assert found(SYSTEM, "", section="F") == {name(1)}
    assert found(SYSTEM, "", section="I") == every - {name(1)}
    assert found(SYSTEM, "", size="large") == {name(1)}
    assert found(SYSTEM, "", street=house.street) == every - {name(1)}
    assert found(SYSTEM, "", status="cancelled") == {name(2)}
    assert found(SYSTEM, "", mark="above_scale") == every - {name(3)}
    assert found(SYSTEM, "武汉", mark="above_scale", section="I") == every - {name(1), name(3)}
    counted = queries.facets(SYSTEM, "武汉")
    assert counted["section"] == {"F": 1, "I": 5}
    assert counted["street"] == {"": 1, str(house.street): 5}
    assert counted["mark"] == {"above_scale": 5}
    assert queries.count(SYSTEM, "武汉").number == 6


@pytest.mark.parametrize("cut", [{}, {"section": "I"}, {"mark": "above_scale"}, {"street": 0}, {"size": "large"}])
def test_the_counts_are_those_of_the_rows_found(house: House, tmp_path: Path, cut: dict[str, object]) -> None:
    filled(tmp_path, 8)
    Enterprise.objects.filter(uscc=code(1)).update(industry="F5110", size_class="large")
    Enterprise.objects.filter(uscc__in=[code(2), code(3)]).update(industry="I6420", street=None)
    Mark.objects.filter(enterprise__uscc=code(4)).update(until=date(2026, 9, 30))
    Enterprise.objects.filter(uscc=code(5)).update(merged_into=Enterprise.objects.get(uscc=code(6)))
    filters = Filters(**{k: house.street if k == "street" else v for k, v in cut.items()})  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as asked:
        counted = queries.facets(SYSTEM, "", filters)
    assert len(asked) == 2
    rows = list(queries.every(SYSTEM, "", filters))
    assert rows
    assert counted == {
        "street": dict(Counter(str(one.street or "") for one in rows)),
        "section": dict(Counter(one.industry[:1] for one in rows)),
        "size": dict(Counter(one.size_class for one in rows)),
        "mark": dict(Counter(kind for one in rows for kind in one.marks)),
    }
    assert queries.count(SYSTEM, "", filters).number == len(rows)


@pytest.mark.parametrize("sort", ["recent", "name"])
def test_pages_hold_each_enterprise_once(house: House, tmp_path: Path, sort: str) -> None:
    filled(tmp_path, 23)
    seen: list[int] = []
    cursor = ""
    while True:
        page = queries.search(SYSTEM, "武汉", None, cursor, sort=sort, size=5)
        seen += [one.id for one in page.items]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 23
    for broken in ("x", "1;drop", "-1", "9" * 40):
        with pytest.raises(Invalid):
            queries.search(SYSTEM, "", None, broken, sort=sort)


def test_who_sees_what(house: House, tmp_path: Path) -> None:
    filled(tmp_path, 3)
    own = Enterprise.objects.get(uscc=code(1))
    Enterprise.objects.filter(uscc=code(2)).update(street=None)
    every = {name(1), name(2), name(3)}
    for who in ("admin", "dispatcher", "supervisor", "handler", "leader", "auditor"):
        assert found(house.actor(who), "") == every, who
    assert found(house.actor("street"), "") == {name(1), name(3)}
    runs = Actor(account=1, kind="staff", name="运营", posts=(Post(house.street, Role.BUILDING_MANAGER, "street"),))
    assert found(runs, "") == set()
    assert found(contact(own.pk), "") == {name(1)}
    assert found(contact(), "") == found(VISITOR, "") == set()
    hidden = Enterprise.objects.get(uscc=code(2)).pk
    said = set()
    for actor, number in ((house.actor("street"), hidden), (contact(own.pk), hidden), (SYSTEM, 10**9)):
        with pytest.raises(Missing) as refusal:
            queries.enterprise(actor, number)
        said.add(refusal.value.message)
    assert said == {"没有这家企业，或您无权查看。"}


def test_a_telephone_is_masked_and_shown_for_a_reason(house: House, tmp_path: Path) -> None:
    filled(tmp_path, 1)
    number = Enterprise.objects.get().pk
    assert queries.enterprise(house.actor("handler"), number).phone == "138****1234"
    before = Record.objects.count()
    for who, reason, refusal in (
        ("leader", "看看", Forbidden),
        ("handler", " ", Invalid),
    ):
        with pytest.raises(refusal):
            actions.reveal_phone(actor=house.actor(who), now=NOW, enterprise=number, reason=reason)
    with pytest.raises(Missing):
        actions.reveal_phone(actor=contact(), now=NOW, enterprise=number, reason="想看一下")
    assert (Record.objects.count(), Unmasking.objects.count()) == (before, 0)
    shown = actions.reveal_phone(actor=house.actor("handler"), now=NOW, enterprise=number, reason="回访诉求")
    assert shown == "13800001234"
    assert Record.objects.get(verb="unmask").stream == f"registry.enterprise:{number}"


def test_short_forms_suggestions_and_lookups(house: House, tmp_path: Path) -> None:
    filled(tmp_path, 20)
    row = Enterprise.objects.get(uscc=code(5))
    told = queries.brief([row.pk, None, 10**9])
    assert list(told) == [row.pk]
    assert (told[row.pk].name, told[row.pk].street_name, told[row.pk].mark_labels) == (
        row.name, "民意街道", ("四上企业",),
    )  # fmt: skip
    assert queries.by_uscc(f" {code(5).lower()} ") == told[row.pk]
    assert queries.by_uscc("91") is None
    assert queries.suggest(SYSTEM, code(5)) == (told[row.pk],)
    assert len(queries.suggest(SYSTEM, "武汉")) == 10
    assert queries.suggest(SYSTEM, "") == ()


def test_a_list_costs_the_same_statements_at_two_sizes(house: House, tmp_path: Path) -> None:
    actor = house.actor("street")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.search(actor, "武汉", Filters(mark="above_scale"))
        return len(asked)

    filled(tmp_path, 2)
    cost()
    small = cost()
    filled(tmp_path, 60, first=100)
    assert cost() == small <= 5


def test_headings_are_known_by_their_synonyms() -> None:
    from qifu.domain.registry.columns import recognise

    assert recognise(HEADINGS) == {
        "name": 0, "uscc": 1, "street": 2, "industry": 3, "size_class": 4, "employees": 5, "phone": 6,
        "is_above_scale": 7,
    }  # fmt: skip
    assert recognise(["序号", "公 司 名*", "税号", "经营地址(详细)", "公司名称"]) == {
        "name": 1,
        "uscc": 2,
        "address": 3,
    }


@pytest.mark.parametrize("name", ["重庆长乐会计师事务所", "厦门银行调度中心", "武汉Ab12乐音（江夏）·单县", "", "行长"])
def test_initials_read_word_by_word_as_the_whole_name_is_read(name: str) -> None:
    whole = "".join(part[0] for part in pinyin(name, style=Style.FIRST_LETTER, errors="default")) if name else ""
    assert naming.initials(name) == re.sub("[^a-z0-9]", "", whole.lower())

"""Which value stands and why; what an enterprise states of itself; values as engines read them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.domain.registry import facts, persons
from qifu.domain.registry.actions import enter_known_sources, state_fact
from qifu.domain.registry.actions.holding import Diff, Incoming, put_rows
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.models import Enterprise, Profile, Source, SourceRow
from qifu.domain.registry.profiles import Complete, Said, reckon
from qifu.domain.registry.standing import Believed, Claim, stand
from qifu.engines.eligibility import catalogue
from qifu.kernel.actor import SYSTEM, Actor, Agency
from qifu.kernel.errors import Invalid, Missing
from qifu.kernel.evidence.models import Content, Record
from tests.conftest import NOW, House
from tests.domain.registry_lists import code, name

CASES = list(csv.DictReader((Path(__file__).parents[1] / "cases/standing.csv").open(encoding="utf-8")))
YEAR_END = date(2025, 12, 31)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_which_value_stands(case: dict[str, str]) -> None:
    found = stand("revenue", list(_claims(case["claims"])), date.fromisoformat(case["on"]))
    assert case["stands"] in (found.claim.source.name, str(found.claim.value))
    assert found.why.value == case["why"]
    assert (found.review_on.isoformat() if found.review_on else "") == case["review_on"]


def _claims(text: str) -> Iterator[Claim]:
    for number, part in enumerate(text.split(";")):
        source, authority, freshness, day, value = part.split()
        believed = Believed(number, source, int(authority), int(freshness), source.endswith("!"))
        yield Claim(int(value), believed, date.fromisoformat(day), float(number), number + 1)


def test_the_order_of_claims_does_not_matter() -> None:
    for case in CASES:
        on, held = date.fromisoformat(case["on"]), list(_claims(case["claims"]))
        assert stand("revenue", held, on).claim == stand("revenue", held[::-1], on).claim


def test_a_source_may_be_strong_in_one_field_only() -> None:
    sources = {1: Believed(1, "税务", 85, 700, strengths={"employees": 40}), 2: Believed(2, "社保", 80, 700)}
    said = [
        Said(1, 1, YEAR_END, 0.0, {"employees": 3, "revenue": 100}),
        Said(2, 2, YEAR_END, 0.0, {"employees": 5, "revenue": 90}),
    ]
    found = reckon(said, (), sources, date(2026, 11, 21))
    assert (found.values["employees"], found.values["revenue"]) == (5, 100)
    assert found.stands["employees"] == [2, 2, "authority"]


def test_who_is_not_on_a_complete_list_has_its_value_of_absence() -> None:
    sources = {7: Believed(7, "科技", 85, 400)}
    listed = (Complete(7, date(2026, 9, 1), {"high_tech": False}),)
    on_it = reckon([Said(1, 7, date(2026, 9, 1), 0.0, {"high_tech": True})], listed, sources, date(2026, 11, 21))
    assert on_it.values["high_tech"] is True
    off_it = reckon([], listed, sources, date(2026, 11, 21))
    assert (off_it.values, off_it.stands) == ({"high_tech": False}, {"high_tech": [0, 7, "only"]})


def test_the_size_class_and_the_research_ratio_follow_from_the_figures() -> None:
    sources = {1: Believed(1, "税务", 85, 700)}
    values = {"industry": "I6513", "employees": 120, "revenue": 8600, "rd_expense": 430, "size_class": "micro"}
    found = reckon([Said(1, 1, YEAR_END, 0.0, values)], (), sources, date(2026, 11, 21))
    assert (found.values["size_class"], found.values["rd_ratio"]) == ("medium", 0.05)
    assert found.stands["size_class"] == [0, 0, "computed"]


# --- with a database


@pytest.fixture
def firm(house: House) -> Enterprise:
    enter_known_sources(actor=SYSTEM, now=NOW)
    return Enterprise.objects.create(
        uscc=code(1), name=name(1), industry="I6513", street_id=house.street, registered_on=date(2019, 3, 4),
        created=NOW, updated=NOW,
    )  # fmt: skip


def say(source: str, firm: Enterprise, values: dict[str, object], day: date = YEAR_END, now: datetime = NOW) -> Diff:
    held = Source.objects.get(code=source)
    found = put_rows(source=held, rows=[Incoming(str(firm.uscc), values, day, firm.pk, 2)], now=now)
    reckon_profiles(found.enterprises, now)
    return found


def contact(firm: Enterprise) -> Actor:
    from qifu.domain.people.models import Account

    account = Account.objects.create(kind="contact", name="柳岚曜", created=NOW)
    return Actor(account.pk, "contact", "柳岚曜", agencies=(Agency(firm.pk, "owner"),))


@pytest.mark.django_db
def test_a_changed_row_closes_the_old_and_opens_a_new(firm: Enterprise) -> None:
    assert say("tax", firm, {"revenue": 900}) == Diff(1, 0, 0, frozenset({firm.pk}))
    assert say("tax", firm, {"revenue": 900}) == Diff(0, 0, 1, frozenset())
    later = NOW + timedelta(days=3)
    assert say("tax", firm, {"revenue": 1000}, now=later) == Diff(0, 1, 0, frozenset({firm.pk}))
    old, new = SourceRow.objects.order_by("pk")
    assert (old.values, old.gone_at, new.values, new.gone_at) == ({"revenue": 900}, later, {"revenue": 1000}, None)
    held = facts.held(firm.pk)["revenue"]
    assert held == facts.Held(Decimal(1000), YEAR_END, "税务申报", "只有这一个来源")


@pytest.mark.django_db
def test_two_sources_disagree_and_the_page_knows_why(firm: Enterprise) -> None:
    say("street", firm, {"revenue": 700, "employees": 9}, date(2026, 9, 1))
    say("tax", firm, {"revenue": 900.5})
    held = facts.held(firm.pk)
    assert held["revenue"] == facts.Held(Decimal("900.5"), YEAR_END, "税务申报", "来源的权威程度最高")
    assert held["employees"].value == 9
    assert held["registered_on"] == facts.Held(date(2019, 3, 4), date(2019, 3, 4), "企业名录", "只有这一个来源")


def house_street(firm: Enterprise) -> str:
    from qifu.domain.people import queries as people

    return people.unit(firm.street_id or 0).short_name


@pytest.mark.django_db
def test_columns_are_those_of_the_catalogue_with_none_for_the_unknown(firm: Enterprise, house: House) -> None:
    other = Enterprise.objects.create(uscc=code(2), name=name(2), created=NOW, updated=NOW)
    Enterprise.objects.create(uscc=code(3), name=name(3), status="cancelled", created=NOW, updated=NOW)
    Enterprise.objects.create(uscc=code(4), name=name(4), merged_into=firm, created=NOW, updated=NOW)
    say("tax", firm, {"revenue": 900.5, "tax_credit": "A"})
    ids, columns = facts.table()
    assert ids == [firm.pk, other.pk]
    assert set(columns) == set(catalogue())
    assert (columns["revenue"], columns["tax_credit"]) == ([900.5, None], ["A", None])
    assert columns["registered_on"] == [date(2019, 3, 4), None]
    assert columns["industry"] == ["I6513", None]
    assert columns["street"] == [house_street(firm), None]
    assert facts.table([other.pk])[0] == [other.pk]
    assert facts.table([])[0] == []


@pytest.mark.django_db
def test_stretches_hold_what_the_table_holds(firm: Enterprise) -> None:
    made = [Enterprise.objects.create(uscc=code(n), name=name(n), created=NOW, updated=NOW) for n in range(2, 7)]
    for number, one in enumerate(made[:3]):
        say("tax", one, {"revenue": 100.5 + number})
    ids, columns = facts.table()
    fields = ("revenue", "street", "industry", "name")
    told = list(facts.stretches(fields=fields, size=2))
    assert [len(some) for some, _ in told] == [2, 2, 2]
    assert [pk for some, _ in told for pk in some] == ids == [firm.pk, *(one.pk for one in made)]
    for field in fields:
        assert [value for _, part in told for value in part[field]] == columns[field]
    assert {len(part) for _, part in told} == {len(fields)}
    named = [pk for some, _ in facts.stretches(ids[1:4], size=2) for pk in some]
    assert named == ids[1:4]


@pytest.mark.django_db
def test_reading_takes_few_statements(firm: Enterprise) -> None:
    say("tax", firm, {"revenue": 900.5})
    with CaptureQueriesContext(connection) as asked:
        facts.held(firm.pk)
    assert len(asked) <= 3
    with CaptureQueriesContext(connection) as asked:
        facts.table()
    assert len(asked) <= 4


@pytest.mark.django_db
def test_an_enterprise_states_a_missing_fact_of_itself(firm: Enterprise) -> None:
    actor = contact(firm)
    done = state_fact(actor=actor, now=NOW, enterprise_id=firm.pk, field="rd_expense", value="1,250.5")
    assert (done.stands, done.held) == (True, facts.Held(Decimal("1250.5"), YEAR_END, "企业自报", "只有这一个来源"))
    record = Record.objects.get(verb="enterprise.state_fact")
    assert record.facts == {"field": "rd_expense", "stands": True, "files": 0}
    body = Content.objects.get(record=record).body
    assert body is not None
    assert body["after"] == {"rd_expense": "1250.5"}
    say("tax", firm, {"rd_expense": 900})
    done = state_fact(actor=actor, now=NOW, enterprise_id=firm.pk, field="rd_expense", value=1300)
    assert (done.stands, done.held.value, done.held.source) == (False, Decimal(900), "税务申报")
    assert SourceRow.objects.filter(source__code="self", gone_at=None).get().values == {"rd_expense": 1300}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("revenue", "很多", "营业收入应是数字，写的是“很多”。"),
        ("employees", "-3", "从业人员不能小于零。"),
        ("export_ratio", "3.5", "出口占比是比例，不能大于 1；3.5% 请写 3.5% 或 0.035。"),
        ("certified_on", "2027-01-01", "认定日期不能晚于今天。"),
        ("listing", "月球", "上市情况没有“月球”这个取值"),
        ("patents", "", "请填写有效专利。"),
        ("uscc", "91", "这一项以主管部门的数据为准"),
        ("nothing", "1", "这一项以主管部门的数据为准"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    firm: Enterprise, field: str, value: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        state_fact(actor=contact(firm), now=NOW, enterprise_id=firm.pk, field=field, value=value)
    assert (SourceRow.objects.count(), Profile.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_stranger_states_nothing(firm: Enterprise) -> None:
    stranger = Actor(None, "contact", "路人")
    with pytest.raises(Missing):
        state_fact(actor=stranger, now=datetime.now(UTC), enterprise_id=firm.pk, field="revenue", value=1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("钱守成", "钱**"),
        ("武汉岚曜投资有限公司", "武汉岚曜投资有限公司"),
        ("钱守成60%；武汉岚曜投资有限公司 40%", "钱** 60%；武汉岚曜投资有限公司 40%"),
        ("孙华（33.3%）、李丽（66.7％）", "孙* 33.3%；李* 66.7%"),
        ("王小明，赵四", "王**；赵*"),
        ("某某合伙企业（有限合伙） 12.5%", "某某合伙企业（有限合伙） 12.5%"),
    ],
)
def test_of_persons_only_the_surname_is_kept(text: str, kept: str) -> None:
    assert persons.holders(text) == kept


@pytest.mark.parametrize("text", ["钱守成 140%", "；；", "甲" * 200])
def test_what_is_no_list_of_shareholders_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text itself is the message
        persons.holders(text)

"""The sample district: the promised numbers, invented throughout, and the same every time."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import islice, pairwise
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from qifu.engines.codes import credit, divisions, industries, legal_forms, phones
from qifu.entry.cli.sample.appeals import DEMO, OPEN, stories, story_columns
from qifu.entry.cli.sample.buildings import buildings, directory
from qifu.entry.cli.sample.cast import SPECIALISTS, contacts, staff
from qifu.entry.cli.sample.corpus import JIEDAO, categories
from qifu.entry.cli.sample.district import units
from qifu.entry.cli.sample.enterprises import FIXED_FIRMS, enterprises
from qifu.entry.cli.sample.lists import write_lists, write_register
from qifu.entry.cli.sample.naming import PHONE_PREFIX, is_denied
from qifu.entry.cli.sample.places import DISTRICT, DIVISION_CODE
from qifu.entry.cli.sample.story import Kind, Stop, Story
from qifu.kernel.actor import Role
from tests import cast

START, END = date(2024, 7, 1), date(2026, 7, 1)


@pytest.fixture(scope="module")
def firms() -> pl.DataFrame:
    return enterprises()


@pytest.fixture(scope="module")
def told() -> list[Story]:
    return list(stories(DEMO, START, END))


def digest(rows: object) -> str:
    return sha256(repr(rows).encode()).hexdigest()


# The district


def test_units_are_as_many_as_promised_with_parents_first() -> None:
    kinds = Counter(unit.kind for unit in units())
    assert kinds == {"centre": 1, "substation": 1, "department": 25, "street": 14, "station": 65}
    seen: set[str] = set()
    for unit in units():
        assert unit.parent is None or unit.parent in seen
        assert unit.code not in seen
        seen.add(unit.code)
    assert len({unit.name for unit in units()}) == len(units())


def test_a_few_units_keep_their_own_hours_and_one_station_opens_on_saturdays() -> None:
    assert sum(unit.saturday for unit in units()) == 1
    assert {unit.code: unit.hours for unit in units()}["shuiwu"] == "08:30-12:00,14:00-17:00"
    assert all(re.fullmatch(r"(\d\d:\d\d-\d\d:\d\d,?)+", unit.hours) for unit in units())


def test_no_such_district_exists() -> None:
    assert not divisions.is_known(DIVISION_CODE)
    assert DISTRICT == "江泽区"


def test_buildings_are_117_with_different_names_and_doors() -> None:
    assert len(buildings()) == 117
    assert len({one.name for one in buildings()}) == 117
    assert len({(one.road, one.number) for one in buildings()}) == 117
    assert {one.street for one in buildings()} == {unit.code for unit in units() if unit.kind == "street"}
    assert not [one.name for one in buildings() if is_denied(one.name)]
    assert directory().columns == ["building_id", "名称", "别名", "街道", "道路", "门牌", "塔楼", "地上层数"]


# The cast


def test_every_role_is_held_and_every_department_and_street_has_a_handler() -> None:
    posts = [post for person in staff() for post in person.posts]
    assert {role for _, role in posts} == set(Role)
    assert sum(role is Role.SPECIALIST for _, role in posts) == SPECIALISTS == 194
    handled = {unit for unit, role in posts if role is Role.HANDLER}
    assert {unit.code for unit in units() if unit.kind in ("department", "street")} <= handled
    assert {unit for unit, _ in posts} <= {unit.code for unit in units()}


def test_people_have_different_usernames_and_phones() -> None:
    everybody = [*staff(), *contacts()]
    assert len({person.username for person in staff()}) == len(staff())
    assert len({person.phone for person in everybody}) == len(everybody)
    assert len(contacts()) == 12


def test_the_cast_of_tests_speaks_of_the_fixed_firms(firms: pl.DataFrame) -> None:
    assert cast.OWNER_A.agencies == ((0, "owner"),)
    assert cast.AGENT_OF_TWO.agencies == ((4, "agent"), (5, "agent"))
    assert firms["name"][:4].to_list() == [cast.FIRM_A, cast.FIRM_B, cast.FIRM_C, cast.FIRM_D]
    assert firms["building_id"][:3].to_list() == ["B001"] * 3


# Enterprises


def test_names_and_codes_are_different_and_codes_are_valid(firms: pl.DataFrame) -> None:
    assert firms.height == firms["name"].n_unique() == firms["uscc"].n_unique() == 60_000
    assert not [code for code in firms["uscc"] if not credit.is_valid(code)]
    assert all(credit.is_valid_organisation(code[8:17]) for code in firms["uscc"][:2000])
    assert all(code[2:8] == DIVISION_CODE for code in firms["uscc"])


def test_names_are_invented(firms: pl.DataFrame) -> None:
    assert not [name for name in firms["name"] if is_denied(name) or "江泽" not in name]
    assert not [name for names in firms["former_names"] for name in names if is_denied(name)]


def test_codes_of_industry_form_and_street_are_known(firms: pl.DataFrame) -> None:
    for code in firms["industry"].unique():
        assert industries.industry(code).level is industries.Level.CLASS
    for code in firms["legal_form"].unique():
        assert legal_forms.legal_form(code).code == code
    assert set(firms["street"]) == {unit.code for unit in units() if unit.kind == "street"}
    housed = {one.id: one.street for one in buildings()}
    pairs = firms.filter(pl.col("building_id").is_not_null()).select("building_id", "street").unique()
    assert all(housed[building] == street for building, street in pairs.iter_rows())


def test_the_mix_is_that_of_an_old_urban_core(firms: pl.DataFrame) -> None:
    sections = firms["industry"].str.head(1).value_counts(normalize=True)
    share = dict(sections.iter_rows())
    assert 0.30 < share["F"] < 0.48
    assert 0.08 < share["I"] < 0.18
    assert 0.09 < share["H"] < 0.16
    assert 0.02 < share["C"] < 0.08
    assert 0.10 < firms["building_id"].null_count() / firms.height < 0.6
    assert 1_200 <= firms["above_scale"].sum() <= 1_800
    assert 240 <= firms["key_enterprise"].sum() <= 360
    assert 0.11 < firms["revenue"].null_count() / firms.height < 0.19
    assert firms["revenue"].quantile(0.99) > 25 * firms["revenue"].median()


def test_a_longer_table_begins_with_the_shorter_one(firms: pl.DataFrame) -> None:
    assert enterprises(1_000).equals(firms[:1_000])


def test_the_same_seed_gives_the_same_district(firms: pl.DataFrame) -> None:
    again = enterprises.__wrapped__()
    assert digest(again.rows()) == digest(firms.rows())
    assert digest(buildings.__wrapped__()) == digest(buildings())
    assert digest(staff.__wrapped__()) == digest(staff())
    assert digest(enterprises.__wrapped__(1_000, 7).rows()) != digest(enterprises(1_000).rows())


def test_no_phone_lies_outside_the_unassigned_block(firms: pl.DataFrame) -> None:
    numbers = [*firms["phone"], *(one.phone for one in (*staff(), *contacts(), *units()))]
    assert all(re.fullmatch(re.escape(PHONE_PREFIX) + r"\d{8}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert phones.is_mobile(numbers[0])


# Appeals


def test_each_category_has_many_sentences_and_known_units() -> None:
    known = {unit.code for unit in units()} | {JIEDAO}
    assert len({one.parent for one in categories()}) == 13
    assert len(categories()) == 53
    for one in categories():
        assert one.templates >= 25
        assert {unit for unit, _ in one.units} <= known
        every = [*one.titles, *one.problems, *one.effects, *one.requests, *one.replies, *one.questions]
        assert {slot for text in every for slot in re.findall(r"{(.*?)}", text)} <= set("brsankdmfp")


def test_no_text_of_the_corpus_stands_in_two_places() -> None:
    counted = Counter(text for one in categories() for text in one.problems)
    assert [text for text, times in counted.items() if times > 1] == []


def test_stories_come_in_order_and_within_the_time(told: list[Story]) -> None:
    assert len(told) == DEMO
    assert [one.number for one in told] == list(range(DEMO))
    assert all(a.arrived <= b.arrived for a, b in pairwise(told))
    assert told[0].arrived.date() >= START
    assert told[-1].arrived < datetime(2026, 6, 30, 16, tzinfo=UTC)


def test_stories_are_deterministic(told: list[Story]) -> None:
    assert digest(list(stories(DEMO, START, END))) == digest(told)
    assert digest(list(stories(300, START, END, 7))) != digest(list(stories(300, START, END)))


def test_arrivals_follow_the_week_the_day_and_the_holidays(told: list[Story]) -> None:
    weekend = sum(one.arrived.weekday() >= 5 for one in told) / len(told)
    night = sum(one.arrived.hour < 7 for one in told) / len(told)
    october = sum((one.arrived.month, one.arrived.day) in {(10, d) for d in range(1, 8)} for one in told)
    assert 0.06 < weekend < 0.14
    assert 0.01 < night < 0.05
    assert 0 < october < 60


def test_plans_are_mostly_in_time_with_what_goes_wrong(told: list[Story]) -> None:
    plans = [one.plan for one in told]
    share = {
        "late": sum(p.late for p in plans),
        "silent": sum(p.rating is None for p in plans),
        "returned": sum(bool(p.returns) for p in plans),
        "reopened": sum(p.reopening is not None for p in plans),
        "asked": sum(p.question is not None for p in plans),
        "extended": sum(p.extension is not None for p in plans),
        "withdrawn": sum(p.withdrawn is not None for p in plans),
    }
    bounds = {
        "late": (0.045, 0.075), "silent": (0.40, 0.50), "returned": (0.06, 0.11), "reopened": (0.03, 0.055),
        "asked": (0.08, 0.14), "extended": (0.05, 0.10), "withdrawn": (0.01, 0.035),
    }  # fmt: skip
    for name, (least, most) in bounds.items():
        assert least < share[name] / len(told) < most, name
    assert max(len(p.returns) for p in plans) == 2
    assert all((p.outcome == "withdrawn") == (p.withdrawn is not None) for p in plans)


def test_some_units_are_later_than_others(told: list[Story]) -> None:
    def rate(unit: str) -> float:
        own = [one.plan.late for one in told if one.unit == unit]
        return sum(own) / len(own)

    assert rate("zhujian") > 2 * rate("shuiwu")


def test_the_last_cases_stand_open_in_all_states(told: list[Story]) -> None:
    stopped = [one.plan.stop for one in told if one.plan.stop]
    assert set(stopped) == set(Stop)
    assert len(stopped) == OPEN + 4  # four forgotten ones from before
    assert [one.plan.stop for one in told[-4:]] == [Stop.SUBMIT] * 4


def test_all_kinds_and_channels_occur(told: list[Story]) -> None:
    kinds = Counter(one.kind for one in told)
    assert set(kinds) == set(Kind)
    assert kinds[Kind.APPEAL] > 0.85 * len(told)
    assert all((one.persons > 0) == (one.kind is Kind.PETITION) for one in told)
    assert all(one.persons >= 5 for one in told if one.group)
    assert len({one.channel for one in told}) == 6


def test_texts_are_varied_and_their_slots_are_filled(told: list[Story]) -> None:
    assert len({one.title for one in told}) > 0.55 * len(told)
    assert len({one.body for one in told}) > 0.9 * len(told)
    texts = [text for one in told for text in (one.title, one.body, one.plan.reply)]
    assert not [text for text in texts if "{" in text or not text.strip() or is_denied(text)]
    assert min(len(one.body) for one in told) < 25
    assert max(len(one.body) for one in told) > 130


def test_neighbours_raise_the_same_trouble_within_three_days(told: list[Story]) -> None:
    followers = [one for one in told if one.duplicate_of is not None]
    assert 0.02 < len(followers) / len(told) < 0.05
    for one in followers:
        leader = told[one.duplicate_of or 0]
        assert leader.building == one.building
        assert leader.enterprise != one.enterprise
        assert leader.number < one.number
        assert (one.arrived - leader.arrived).days < 3


def test_firms_are_registered_before_they_ask(told: list[Story], firms: pl.DataFrame) -> None:
    since = firms["registered_on"].to_list()
    assert all(since[one.enterprise] <= one.arrived.date() for one in told)


def test_a_million_can_be_streamed() -> None:
    first = list(islice(stories(1_000_000, START, END), 50))
    assert [one.number for one in first] == list(range(50))
    table = next(story_columns(500, START, END, rows=200))
    assert table.height == 200
    assert table["category"].n_unique() > 30


@pytest.mark.slow
def test_a_classifier_neither_trivially_succeeds_nor_fails(told: list[Story]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    texts = [f"{one.title}\n{one.body}" for one in told]
    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    train, held = grams.fit_transform(texts[:4500]), grams.transform(texts[4500:])
    for labels in ([one.category for one in told], [one.unit for one in told]):
        score = LinearSVC().fit(train, labels[:4500]).score(held, labels[4500:])
        assert 0.80 < score < 0.94


# Lists


def test_ugly_lists_hold_what_they_say(tmp_path: Path) -> None:
    written = write_lists(tmp_path, rows=400)
    assert len(written) == 4
    register = written[0]
    text = register.path.read_bytes().decode("gb18030").splitlines()
    assert text[0].startswith("序号,企业名称,统一社会信用代码")
    assert len(text) == register.rows + 1 == 400 + register.duplicates + register.blank + 1
    for one in written:
        assert min(one.duplicates, one.blank, one.wrong_codes, one.formulas) > 0
        assert one.firms + one.wrong_codes == one.rows - one.duplicates - one.blank
    sheet = openpyxl.load_workbook(written[2].path).active
    assert sheet is not None
    assert sheet.cell(1, 1).value == "江泽区楼宇入驻企业台账"
    assert sheet.cell(sheet.max_row, 1).value == "合计"


def test_the_clean_register_holds_every_enterprise(tmp_path: Path, firms: pl.DataFrame) -> None:
    path = tmp_path / "register.csv"
    assert write_register(path, firms[:100]) == 100
    read = pl.read_csv(path)
    assert read["统一社会信用代码"].to_list() == firms["uscc"][:100].to_list()
    assert read["企业名称"][0] == FIXED_FIRMS[0][0]

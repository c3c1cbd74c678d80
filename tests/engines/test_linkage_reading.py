"""Reading one row: names, addresses and codes taken apart, by tables that a person of the registry can extend."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.engines.codes import credit
from qifu.engines.linkage import Building, codes, words
from qifu.engines.linkage.addresses import Address, Reader, Wards
from qifu.engines.linkage.directory import Directory, directory, tower_key
from qifu.engines.linkage.features import build
from qifu.engines.linkage.lexicon import Lexicon, common_regions, split
from qifu.engines.linkage.names import Name, learned, parse
from qifu.engines.linkage.scoring import Scorer
from qifu.engines.linkage.text import number, plain, sounds
from qifu.engines.linkage.weights import NEVER, Fit

CASES = Path(__file__).parent.parent / "cases"


def table(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def buildings() -> list[Building]:
    return [
        Building(
            row["building_id"], row["名称"], tuple(filter(None, row["别名"].split(";"))), row["街道"], row["道路"],
            row["门牌"], tuple(filter(None, row["塔楼"].split(";"))), int(row["地上层数"]),
        )
        for row in table("linkage_buildings.csv")
    ]  # fmt: skip


KNOWN = directory(buildings())
READER = Reader(
    KNOWN, Wards(frozenset({"湖北", "武汉"}), frozenset({"江泽"}), frozenset(b.street[:-1] for b in buildings()))
)
LEXICON = Lexicon(
    cities=frozenset({*words.MAJOR_CITIES, "武汉"}),
    districts=frozenset({"江泽", "云泽"}),
    places=frozenset({"望岚路", "澄辉路", "望岚大道", "建设一路", "建设二路", "云衡大厦"}),
)


def shown(address: Address, known: Directory = KNOWN) -> tuple[str, str, str, str]:
    building = known.buildings[address.place].id if address.place >= 0 else ""
    return building, address.tower, address.floor, address.room


class TestAddresses:
    @pytest.mark.parametrize("row", table("linkage_addresses.csv"), ids=lambda row: f"{row['地址']}+{row['房号']}")
    def test_cases(self, row: dict[str, str]) -> None:
        expected = (row["building_id"], row["tower"], row["floor"], row["room"])
        assert shown(READER.read(row["地址"], row["房号"])) == expected, row["why"]

    def test_every_building_is_found_by_each_of_its_names_and_by_its_door(self) -> None:
        for place, house in enumerate(KNOWN.buildings):
            for called in (house.name, *house.aliases):
                assert READER.read(called).place == place, called
            assert (
                READER.read(f"武汉市江泽区{house.road}{house.door.split('-')[0].removesuffix('号')}号").place == place
            )

    @given(st.text(max_size=60), st.text(max_size=20))
    @settings(max_examples=300, deadline=None)
    def test_nothing_that_people_type_breaks_it(self, text: str, room: str) -> None:
        address = READER.read(text, room)
        assert -1 <= address.place < len(KNOWN.buildings)

    @given(
        st.sampled_from([b for b in buildings() if b.floors > 8]),
        st.integers(1, 45),
        st.integers(1, 99),
        st.integers(0, 5),
    )
    @settings(max_examples=300, deadline=None)
    def test_a_room_is_its_floor_and_two_digits(self, house: Building, floor: int, room: int, way: int) -> None:
        floor = min(floor, house.floors)
        written = (
            f"{floor}{room:02d}室", f"{floor}楼{floor}{room:02d}室", f"{floor}层{room:02d}号", f"{floor}F{room:02d}",
            f"第{floor}层{floor}{room:02d}", f"{floor}/F {floor}{room:02d}房",
        )[way]  # fmt: skip
        assert shown(READER.read(house.name + written)) == (house.id, "", str(floor), f"{floor}{room:02d}")

    @pytest.mark.parametrize(
        ("one", "other"),
        [("A座", "a栋"), ("1号楼", "一栋"), ("东塔", "东座"), ("附楼", "副楼"), ("T1", "t1座"), ("12号楼", "十二幢")],
    )
    def test_towers_go_by_what_they_are_told_apart_by(self, one: str, other: str) -> None:
        assert tower_key(one) == tower_key(other)

    def test_two_buildings_with_one_name_are_told_apart_by_road_and_tower_or_not_at_all(self) -> None:
        twins = directory([
            Building("X", "云汇大厦", ("云汇",), "甲街", "长堤路", "1号", ("A座",), 20),
            Building("Y", "云汇中心", ("云汇",), "乙街", "短堤路", "2号", ("东塔",), 20),
        ])  # fmt: skip
        reader = Reader(twins, Wards(frozenset(), frozenset(), frozenset()))
        assert reader.read("长堤路云汇1203").place == 0
        assert reader.read("云汇东塔1203").place == 1
        assert reader.read("云汇1203").place == -1


def fit(one: str, other: str) -> str:
    """How two names go together, in the words of the table."""
    names = [parse(one, LEXICON), parse(other, LEXICON)]
    empty = ["", ""]
    rows = build(names, empty, [Address(), Address()], (empty, empty, empty), empty, empty, LEXICON)
    scorer = Scorer(rows)
    a, b = np.array([0]), np.array([1])
    if scorer.pieces(a, b)["branch"][0] == NEVER:
        return "never"
    return Fit(int(scorer.fit(a, b)[0])).name.lower()


class TestNames:
    @pytest.mark.parametrize("row", table("linkage_names.csv"), ids=lambda row: f"{row['名称a']}|{row['名称b']}")
    def test_cases(self, row: dict[str, str]) -> None:
        assert fit(row["名称a"], row["名称b"]) == row["判断"], row["why"]
        assert fit(row["名称b"], row["名称a"]) == row["判断"], row["why"]

    def test_parts(self) -> None:
        name = parse("武汉市江泽区禾汀信息技术（武汉）股份有限公司望岚路分公司（原武汉云枢软件有限公司）", LEXICON)
        assert name._replace(written="") == Name(
            "禾汀", "信息技术", "stock", "分公司:望岚路", "D江泽", "武汉云枢软件有限公司", ""
        )
        assert name.core == "禾汀信息技术"

    @given(st.text(max_size=40))
    @settings(max_examples=300, deadline=None)
    def test_nothing_that_people_type_breaks_it(self, text: str) -> None:
        name = parse(text, LEXICON)
        assert name.core == name.trade + name.industry

    def test_words_that_no_list_has_are_learned_from_the_names(self) -> None:
        trades = ["禾汀", "云枢", "澜汇", "晟阙", "朔望", "泊月", "双榉", "鹭城", "启辰", "瑾瑜", "望舒", "青篱"]
        found = learned([f"武汉{trade}鱼丸制售有限公司" for trade in trades], LEXICON)
        assert "鱼丸制售" in found
        assert "丸制售" not in found
        assert split("禾汀岚鱼丸制售", Lexicon(trades=LEXICON.trades | found)) == ("禾汀岚", "鱼丸制售")

    def test_regions_are_those_with_which_addresses_begin(self) -> None:
        lines = ["湖北省武汉市江泽区望岚大道1号"] * 50 + ["武汉市江泽区云泽大道1号"] * 50 + ["市府路3号"]
        assert common_regions(lines) == (frozenset({"武汉"}), frozenset({"江泽"}))


GOOD = "91420198MA4K00001" + credit.check_character("91420198MA4K00001")
OTHER = "91420198MA4K7WX12" + credit.check_character("91420198MA4K7WX12")


class TestCodes:
    @pytest.mark.parametrize(
        "cell", [GOOD, GOOD.lower(), f" {GOOD[:4]} {GOOD[4:]}", f"'{GOOD}", f"{GOOD[:8]}-{GOOD[8:]}"]
    )
    def test_an_odd_hand_is_read(self, cell: str) -> None:
        assert codes.read([cell]) == ([GOOD], [""])

    @pytest.mark.parametrize("cell", ["", "无", "/", "待补", "0", "9.1420198E+17", "9.14202E+17", "已注销"])
    def test_no_code_is_no_code(self, cell: str) -> None:
        assert codes.read([cell]) == ([""], [""])

    def test_a_letter_that_no_code_has_is_put_right(self) -> None:
        assert codes.read([GOOD.replace("0", "O", 1)]) == ([GOOD], [""])

    @given(st.integers(0, 17), st.sampled_from(credit.ALPHABET))
    def test_one_wrong_character_is_the_known_code_that_it_was(self, place: int, letter: str) -> None:
        typed = GOOD[:place] + letter + GOOD[place + 1 :]
        right, wrong = codes.read([typed, GOOD, OTHER])
        assert codes.repaired(right, wrong)[0] == GOOD

    @given(st.integers(0, 16))
    def test_two_neighbours_changed_one_left_out_or_one_twice(self, k: int) -> None:
        for typed in (
            GOOD[:k] + GOOD[k + 1] + GOOD[k] + GOOD[k + 2 :],
            GOOD[:k] + GOOD[k + 1 :],
            GOOD[:k] + GOOD[k] + GOOD[k:],
        ):
            right, wrong = codes.read([typed, GOOD, OTHER])
            assert codes.repaired(right, wrong)[0] == GOOD

    def test_an_organisation_code_and_an_old_tax_number_lead_to_the_code_that_holds_it(self) -> None:
        right, wrong = codes.read([GOOD[8:17], GOOD[2:17], GOOD])
        assert codes.repaired(right, wrong) == [GOOD, GOOD, GOOD]

    def test_a_wrong_code_like_no_known_one_stays_wrong(self) -> None:
        typed = GOOD[:9] + ("7" if GOOD[9] != "7" else "8") + GOOD[10:]
        right, wrong = codes.read([typed, OTHER])
        assert (right[0], wrong[0]) == ("", typed)
        assert codes.repaired(right, wrong) == ["", OTHER]


class TestText:
    @pytest.mark.parametrize(
        ("typed", "value"),
        [("12", 12), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("一百零二", 102), ("二三", 23), ("〇三", 3),
         ("叁", 3), ("", None), ("楼", None), ("十十", None)],
    )  # fmt: skip
    def test_numbers(self, typed: str, value: int | None) -> None:
        assert number(typed) == value

    def test_one_written_form(self) -> None:
        assert plain("武漢ＨＴ（軟件）—１２Ｆ") == "武汉HT(软件)-12F"

    def test_sounds(self) -> None:
        assert sounds("禾汀") == sounds("何厅") != sounds("禾澜")

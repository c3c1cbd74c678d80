"""Linkage as a whole: how right it is on lists it has never seen, and what holds whatever the lists are."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.engines.codes import credit
from qifu.engines.linkage import Building, Decision, Linked, Lists, link
from qifu.engines.linkage.branches import one_slip
from qifu.engines.linkage.survivors import firms
from qifu.entry.cli.sample import messy
from qifu.entry.cli.sample.messy_world import make_world

HOUSES = [
    Building("B1", "云衡大厦", ("云衡写字楼",), "望岚街", "望岚大道", "688号", ("A座", "B座"), 32),
    Building("B2", "澜汇国际中心", (), "云泽街", "澄辉路", "18号", (), 45),
]


def code(number: int) -> str:
    first = f"91420198MA{number:07d}"
    return first + credit.check_character(first)


Row = tuple[str, str, str]  # name, code, address


def lists(rows: list[Row], **columns: list[str]) -> Lists:
    empty = [""] * len(rows)
    ids = columns.get("ids", [f"R{k:05d}" for k in range(len(rows))])
    names, codes, addresses = (list(column) for column in zip(*rows, strict=True))
    return Lists(
        ids, names, codes, addresses, empty, columns.get("phones", empty), empty, columns.get("formers", empty)
    )


def groups(linked: Linked) -> list[list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for row, cluster in enumerate(linked.cluster):
        found[cluster].append(row)
    return sorted(found.values())


# Other firms of the district, so that the lists tell what is common: without them nothing is rare.
CROWD: list[Row] = [
    (f"武汉{a}{b}{word}有限公司", code(1000 + 60 * i + 10 * j + k), f"武汉市江泽区鸣皋路{1 + 60 * i + 10 * j + k}号")
    for i, a in enumerate("瑾璞瑜玥琅祺")
    for j, b in enumerate("晖暄煜烨焱炘")
    for k, word in enumerate(("软件", "商贸", "餐饮管理", "广告", "物流"))
]


def grouped(rows: list[Row], *decisions: Decision, **columns: list[str]) -> list[list[int]]:
    """Groups of the rows handed in, among a crowd of other firms."""
    full = {name: values + [""] * len(CROWD) for name, values in columns.items()}
    found = groups(link(lists(rows + CROWD, **full), HOUSES, decisions))
    return [group for group in found if group[0] < len(rows)]


FULL = "武汉禾汀软件有限公司"
ROOM = "武汉市江泽区望岚大道688号云衡大厦A座1203室"


class TestSame:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ((FULL, code(1), ROOM), ("禾汀软件（武汉）有限公司", code(1), "云衡写字楼A座12楼03")),
            ((FULL, code(1), ROOM), (FULL, "", "云衡大厦A座1203")),
            ((FULL, code(1), ROOM), ("禾汀软件", "", "云衡大厦A栋1203")),
            ((FULL, code(1), ROOM), ("禾汀", "", "云衡大厦A1203")),
            ((FULL, code(1), ROOM), ("武汉禾婷软件有限公司", "", "云衡大厦A1203")),
            ((FULL, code(1), ROOM), ("武汉禾婷软件有限公司", code(1), "")),
            ((FULL, code(1), ""), (FULL, code(1).replace("0", "O"), "")),
            ((FULL, code(1), ""), ("武汉禾汀软件有限公司", code(1)[:5] + code(1)[6:], "")),
            ((FULL, code(1), ROOM), ("武汉云枢软件有限公司", code(1), "云衡大厦A座1203")),
            ((FULL, code(1), ROOM), ("武汉禾汀软件有限公司", code(1), "武汉市江泽区澄辉路18号4501室")),
            ((FULL + "江泽分公司", code(2), ROOM), ("禾汀软件江泽分公司", "", "云衡大厦A座1203")),
        ],
    )  # fmt: skip
    def test_is_merged(self, one: Row, other: Row) -> None:
        assert grouped([one, other]) == [[0, 1]]

    def test_a_former_name_leads_to_the_firm(self) -> None:
        rows = [(FULL, code(1), ROOM), ("武汉云枢软件有限公司", "", "云衡大厦A座1203")]
        assert grouped(rows) == [[0], [1]]
        assert grouped(rows, formers=["武汉云枢软件有限公司", ""]) == [[0, 1]]

    def test_a_renamed_firm_brings_its_rows_together(self) -> None:
        rows = [
            (FULL, code(1), ROOM),
            (FULL, "", "云衡大厦A座1203"),
            ("武汉云枢软件有限公司", code(1), "云衡大厦A座1203室"),
            ("云枢软件", "", "云衡大厦A座12层03"),
        ]
        assert grouped(rows) == [[0, 1, 2, 3]]


class TestNeverMerged:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ((FULL, code(1), ROOM), (FULL + "江泽分公司", code(1), ROOM)),
            ((FULL, code(1), ROOM), (FULL + "江泽分公司", "", ROOM)),
            ((FULL + "江泽分公司", code(1), ROOM), (FULL + "云泽分公司", code(1), ROOM)),
            ((FULL + "第一分公司", "", ROOM), (FULL + "第二分公司", "", ROOM)),
            (("禾汀便利店（望岚路店）", "", "望岚大道688号"), ("禾汀便利店（澄辉路店）", "", "望岚大道688号")),
            (("禾汀便利店（望岚路店）", code(3), ""), ("武汉禾汀便利连锁有限公司", code(3), "")),
            (("禾汀便利店一店", code(3), ""), ("禾汀便利店二店", code(3), "")),
            ((FULL, code(1), ROOM), ("武汉禾汀商贸有限公司", code(2), ROOM)),
            ((FULL, code(1), ROOM), ("武汉禾汀商贸有限公司", "", ROOM)),
            ((FULL, code(1), ROOM), ("武汉澄舫物流有限公司", "", ROOM)),
            ((FULL, code(1), ROOM), ("武汉澄舫物流有限公司", code(1), "武汉市江泽区澄辉路18号4501室")),
        ],
    )
    def test_stays_apart(self, one: Row, other: Row) -> None:
        assert grouped([one, other]) == [[0], [1]]

    def test_a_borrowed_code_does_not_draw_a_firm_away_from_its_own_rows(self) -> None:
        rows = [
            (FULL, code(1), ROOM),
            (FULL, code(2), "云衡大厦A座1203"),  # the code of the other firm
            ("武汉澄舫物流有限公司", code(2), "澄辉路18号4501室"),
            ("武汉澄舫物流有限公司", code(2), "澜汇国际中心4501"),
        ]
        linked = link(lists(rows + CROWD), HOUSES)
        assert [group for group in groups(linked) if group[0] < 4] == [[0, 1], [2, 3]]
        made = firms(lists(rows + CROWD), linked, [0] * (len(rows) + len(CROWD)))
        first = next(firm for firm in made if firm.rows == [0, 1])
        assert (first.code, first.distrusted) == (code(1), [code(2)])

    def test_two_shops_of_one_name_at_two_doors_with_two_codes(self) -> None:
        rows = [
            ("江泽区穗麓便利店", code(5), "鸣皋路801号"),
            ("江泽区穗麓便利店", code(6), "鸣皋路905号"),
            ("穗麓便利店", code(5), "鸣皋路801号"),
            ("穗麓便利店", "", "鸣皋路905号"),
        ]
        assert grouped(rows) == [[0, 2], [1, 3]]


class TestDecisions:
    ROWS = [(FULL, code(1), ROOM), ("武汉禾汀商贸有限公司", "", ROOM), ("禾汀软件", "", "云衡大厦A座1203")]

    def test_a_person_joins_what_the_evidence_leaves_apart(self) -> None:
        assert grouped(self.ROWS) == [[0, 2], [1]]
        assert grouped(self.ROWS, Decision("R00001", "R00000", True)) == [[0, 1, 2]]

    def test_a_person_parts_what_the_evidence_joins(self) -> None:
        assert grouped(self.ROWS, Decision("R00000", "R00002", False)) == [[0], [1], [2]]

    def test_a_person_may_join_even_a_branch(self) -> None:
        rows = [(FULL, code(1), ROOM), (FULL + "江泽分公司", "", ROOM)]
        assert grouped(rows, Decision("R00000", "R00001", True)) == [[0, 1]]

    def test_a_decided_pair_is_not_asked_again(self) -> None:
        decision = Decision("R00000", "R00001", False)
        asked = link(lists(self.ROWS + CROWD), HOUSES, [decision]).review
        assert (0, 1) not in {(each.one, each.other) for each in asked}

    def test_rows_that_are_gone_are_passed_over(self) -> None:
        assert grouped(self.ROWS, Decision("R00000", "gone", True)) == [[0, 2], [1]]


class TestExplained:
    def test_every_merge_names_its_evidence(self) -> None:
        linked = link(lists([(FULL, code(1), ROOM), ("禾汀软件", "", "云衡大厦A座1203"), *CROWD]), HOUSES)
        (merge,) = [each for each in linked.links if {each.one, each.other} == {0, 1}]
        assert set(merge.pieces) == {"prior", "name", "place"}
        assert merge.pieces["name"] > 5 < merge.pieces["place"]
        assert sum(merge.pieces.values()) == pytest.approx(merge.score, abs=0.05)

    def test_as_many_merges_as_rows_went(self) -> None:
        given, _, _ = sample(901, 300)
        linked = link(given, world_houses(901, 300))
        assert len(linked.links) == len(given) - len(set(linked.cluster))


@cache
def sample(seed: int, size: int) -> tuple[Lists, dict[str, int], dict[str, messy.Told]]:
    """Messy lists in memory, with their truth."""
    world, rng, truth, seen = make_world(seed, size), random.Random(f"rows{seed}"), messy.Truth(), set[int]()
    columns: dict[str, list[str]] = {field.name: [] for field in fields(Lists)}
    for kind in messy.KINDS:
        for row, *cells in messy._rows(world, kind, rng, truth, seen):
            told = dict(zip(kind.heads, cells, strict=True))
            for name, heads in HEADS.items():
                columns[name].append(next((told[head] for head in heads if head in told), ""))
            columns["ids"].append(row)
    return Lists(**columns), dict(truth.firms), dict(truth.places)


HEADS = {
    "names": ("企业名称", "单位名称", "公司名", "企业全称"),
    "codes": ("统一社会信用代码", "税号", "社会信用代码", "信用代码"),
    "addresses": ("住所", "经营地址", "楼宇", "地址"),
    "rooms": ("房号",),
    "phones": ("联系电话", "电话"),
    "persons": ("法定代表人", "负责人"),
    "formers": ("曾用名",),
}


def world_houses(seed: int, size: int) -> list[Building]:
    return [
        Building(h.id, h.name, h.aliases, h.street, h.road, f"{h.number}号", h.towers, h.floors)
        for h in make_world(seed, size).houses
    ]


def f1(found: set[object], right: set[object]) -> float:
    return 2 * len(found & right) / (len(found) + len(right))


def pairs(cluster: dict[str, int]) -> set[object]:
    of: dict[int, list[str]] = defaultdict(list)
    for row, number in cluster.items():
        of[number].append(row)
    return {(a, b) for members in of.values() for a in members for b in members if a < b}


def clusters(cluster: dict[str, int]) -> set[object]:
    of: dict[int, list[str]] = defaultdict(list)
    for row, number in cluster.items():
        of[number].append(row)
    return {tuple(sorted(members)) for members in of.values()}


class TestMessyLists:
    @pytest.mark.parametrize("seed", [901, 902, 903, 904])
    def test_lists_never_seen(self, seed: int) -> None:
        given, truth, told = sample(seed, 1500)
        houses = world_houses(seed, 1500)
        linked = link(given, houses)
        found = dict(zip(given.ids, linked.cluster, strict=True))
        assert f1(pairs(found), pairs(truth)) >= 0.99
        assert f1(clusters(found), clusters(truth)) >= 0.975
        right = [
            (houses[at.place].id if at.place >= 0 else "", at.tower, at.floor, at.room)
            for at in linked.addresses
        ]  # fmt: skip
        wanted = [told[row] for row in given.ids]
        housed = [k for k, each in enumerate(wanted) if each[0]]
        assert sum(a[0] == b[0] for a, b in zip(right, wanted, strict=True)) / len(right) >= 0.998
        for part in (2, 3):
            assert sum(right[k][part] == wanted[k][part] for k in housed) / len(housed) >= 0.995

    def test_the_order_of_rows_does_not_matter_and_the_same_lists_give_the_same(self) -> None:
        given, _, _ = sample(905, 400)
        houses = world_houses(905, 400)
        first = link(given, houses)
        order = list(range(len(given)))
        random.Random(5).shuffle(order)
        again = link(given.taken(order), houses)
        assert [first.cluster[k] for k in order] == again.cluster
        assert [first.addresses[k] for k in order] == again.addresses
        assert link(given, houses).cluster == first.cluster

    def test_never_merge_rules_hold_in_every_cluster(self) -> None:
        given, _, _ = sample(906, 1500)
        linked = link(given, world_houses(906, 1500))
        for rows in groups(linked):
            names = [linked.names[row] for row in rows]
            for one, other in combinations(names, 2):
                if one.branch.partition(":")[0] != other.branch.partition(":")[0]:
                    assert one_slip(one.written, other.written)  # 八店 and 店八


SHOPS = ("禾汀便利店（望岚路店）", "禾汀便利店（澄辉路店）")
BRANCHES = (FULL + "江泽分公司", FULL + "第一分公司")
NAMES = st.sampled_from(
    (FULL, "禾汀软件", "禾汀", *BRANCHES, *SHOPS, "武汉禾汀商贸有限公司", "武汉澄舫物流有限公司", "", "合计")
)
CODES = st.sampled_from(["", "无", code(1), code(2), code(1)[:17], "x"])
PLACES = st.sampled_from(["", ROOM, "云衡大厦A座1203", "澄辉路18号", "鸣皋路801号"])


class TestAnyLists:
    @given(st.lists(st.tuples(NAMES, CODES, PLACES), min_size=1, max_size=14), st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_every_row_once_in_any_order_and_branches_apart(self, rows: list[Row], chance: random.Random) -> None:
        given_lists = lists(rows)
        linked = link(given_lists, HOUSES)
        assert len(linked.cluster) == len(linked.addresses) == len(rows)
        assert sorted(set(linked.cluster)) == list(range(len(set(linked.cluster))))
        for members in groups(linked):
            assert len({linked.names[row].branch for row in members}) == 1
        order = list(range(len(rows)))
        chance.shuffle(order)
        again = link(given_lists.taken(order), HOUSES)
        assert [linked.cluster[k] for k in order] == again.cluster
        made = firms(given_lists, linked, [0] * len(rows))
        assert sorted(row for firm in made for row in firm.rows) == list(range(len(rows)))

    def test_no_rows(self) -> None:
        empty: list[str] = []
        assert link(Lists(*([empty] * 8)), HOUSES).cluster == []


def test_the_work_may_be_spread() -> None:
    given, _, _ = sample(907, 60)
    calls: list[int] = []

    def counted(work: Callable[[object], object], items: list[object]) -> list[object]:
        calls.append(len(items))
        return [work(item) for item in items]

    houses = world_houses(907, 60)
    assert link(given, houses, spread=counted).cluster == link(given, houses).cluster  # type: ignore[arg-type]
    assert len(calls) == 2

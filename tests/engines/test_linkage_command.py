"""`qifu registry link` from files to files: what it reads, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars
import pytest
import xlsxwriter

from qifu.engines.codes import credit
from qifu.entry.cli import registry_link, registry_lists
from qifu.entry.cli.main import run
from qifu.entry.cli.sample.messy import write_messy
from qifu.entry.cli.speak import BadInput

CASES = Path(__file__).parent.parent / "cases"
FILES = ("clusters.csv", "addresses.csv", "enterprises.csv", "review.csv", "links.csv", "rejects.csv")


def code(number: int) -> str:
    first = f"91420198MA{number:07d}"
    return first + credit.check_character(first)


@dataclass
class Told:
    code: int
    out: str
    err: str


Link = Callable[..., Told]


@pytest.fixture
def link(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Link:
    def call(*sources: str, buildings: str = "", options: tuple[str, ...] = ()) -> Told:
        command = ["registry", "link", "--buildings", buildings or str(CASES / "linkage_buildings.csv")]
        for source in sources:
            command += ["--source", source]
        result = run([*command, "--out", str(tmp_path / "out"), *options])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return Told(result, told.out, told.err)

    return call


def write(path: Path, lines: list[list[object]], encoding: str = "utf-8") -> str:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    return str(path)


def book(path: Path, lines: list[list[object]]) -> str:
    workbook = xlsxwriter.Workbook(str(path), {"default_date_format": "m月d日"})
    sheet = workbook.add_worksheet()
    for number, line in enumerate(lines):
        sheet.write_row(number, 0, line)
    workbook.close()
    return str(path)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def clusters(tmp_path: Path) -> dict[str, str]:
    return {row["row_id"]: row["cluster_id"] for row in read(tmp_path / "out" / "clusters.csv")}


def addresses(tmp_path: Path) -> dict[str, tuple[str, ...]]:
    rows = read(tmp_path / "out" / "addresses.csv")
    return {row["row_id"]: (row["building_id"], row["tower"], row["floor"], row["room"]) for row in rows}


FULL = "武汉禾汀软件有限公司"


class TestLists:
    def test_three_ugly_lists_become_two_firms(self, link: Link, tmp_path: Path) -> None:
        crowd = [f"武汉{a}{b}商贸有限公司" for a in "瑾璞瑜玥琅" for b in "晖暄煜烨"]
        lines: list[list[object]] = [["市场主体名单"], ["企业名称", "统一社会信用代码", "住所"]]
        lines += [
            [FULL, code(1), "望岚大道688号云衡大厦A座1203室"],
            *([name, code(100 + k), ""] for k, name in enumerate(crowd)),
        ]
        register = write(tmp_path / "register.csv", lines, "gb18030")
        tax = book(tmp_path / "tax.xlsx", [["单位名称", "税号"], ["武汉市禾汀软件有限责任公司", code(1).lower()]])
        tenants = book(
            tmp_path / "tenants.xlsx",
            [["公司名", "楼宇", "房号"], ["禾汀软件", "云衡写字楼", "A1203"], ["禾汀软件江泽分公司", "云衡写字楼", date(2026, 12, 3)]],
        )  # fmt: skip
        told = link(f"市场主体={register}", f"税务={tax}", f"楼宇={tenants}", options=("--json",))
        assert told.code == 0, told.err
        found = clusters(tmp_path)
        assert found["市场主体:1"] == found["税务:1"] == found["楼宇:1"] != found["楼宇:2"]
        assert len(set(found.values())) == 22
        assert addresses(tmp_path)["楼宇:1"] == ("B01", "A座", "12", "1203")
        assert addresses(tmp_path)["楼宇:2"] == ("B01", "", "12", "1203")  # a room that the spreadsheet took for a date
        assert addresses(tmp_path)["税务:1"] == ("", "", "", "")
        summary = json.loads(told.out)
        assert (summary["rows"], summary["enterprises"], summary["rejects"]) == (24, 22, 0)
        assert told.out.count("\n") == 1
        assert "读取名称" in told.err
        (firm,) = [row for row in read(tmp_path / "out" / "enterprises.csv") if row["cluster_id"] == found["税务:1"]]
        assert (firm["uscc"], firm["name"], firm["building_id"], firm["floor"], firm["room"]) == (
            code(1), FULL, "B01", "12", "1203",
        )  # fmt: skip
        assert (firm["uscc_source"], firm["name_source"], firm["name_row"], firm["rows"]) == (
            "市场主体",
            "市场主体",
            "市场主体:1",
            "3",
        )
        (branch,) = [row for row in read(tmp_path / "out" / "enterprises.csv") if row["cluster_id"] == found["楼宇:2"]]
        assert (branch["branch"], branch["parent_id"]) == ("分公司:江泽", found["税务:1"])

    def test_every_row_once_and_the_same_files_twice_give_the_same(self, link: Link, tmp_path: Path) -> None:
        count = write_messy(tmp_path, 31, 250)
        sources = [f"{name}={tmp_path / file}" for name, file in
                   (("市场主体", "register.csv"), ("税务", "tax.xlsx"), ("楼宇", "tenants.xlsx"), ("街道", "streets.csv"))]  # fmt: skip
        given = [row["row_id"] for row in read(tmp_path / "truth_clusters.csv")]
        assert link(*sources, buildings=str(tmp_path / "buildings.csv")).code == 0
        first = {name: (tmp_path / "out" / name).read_bytes() for name in FILES}
        assert sorted(clusters(tmp_path)) == sorted(addresses(tmp_path)) == sorted(given)
        assert len(read(tmp_path / "out" / "clusters.csv")) == len(read(tmp_path / "out" / "addresses.csv")) == count
        firms = [row["cluster_id"] for row in read(tmp_path / "out" / "enterprises.csv")]
        assert sorted(firms) == sorted(set(clusters(tmp_path).values()))
        assert link(*sources, buildings=str(tmp_path / "buildings.csv")).code == 0
        assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == first
        assert not list((tmp_path / "out").glob(".*"))

    def test_parquet_and_an_id_that_two_lists_share(self, link: Link, tmp_path: Path) -> None:
        polars.DataFrame({"row_id": ["1", "2"], "name": [FULL, "武汉云枢物流有限公司"]}).write_parquet(
            tmp_path / "a.parquet"
        )
        other = write(tmp_path / "b.csv", [["row_id", "名称"], ["1", FULL]])
        told = link(f"a={tmp_path / 'a.parquet'}", f"b={other}")
        assert told.code == 1
        assert sorted(clusters(tmp_path)) == ["1", "2", "b:1"]

    def test_columns_without_a_known_heading_are_told_by_what_stands_in_them(self, link: Link, tmp_path: Path) -> None:
        lines: list[list[object]] = [["甲", "乙", "丙"]]
        lines += [
            [code(k), f"武汉{a}软件有限公司", f"望岚大道{k}号"]
            for k, a in enumerate(("禾汀", "云枢", "澜汇", "泊月"), 1)
        ]
        told = link(f"x={write(tmp_path / 'x.csv', lines)}", options=("--json",))
        assert told.code == 0
        assert json.loads(told.out)["sources"]["x"] == {"name": ["乙"], "code": ["甲"], "address": ["丙"]}

    def test_a_mapping_names_the_columns(self, link: Link, tmp_path: Path) -> None:
        path = write(tmp_path / "x.csv", [["谁", "地址", "号"], [FULL, "云衡大厦A座1203", code(1)]])
        mapping = tmp_path / "map.json"
        mapping.write_text(json.dumps({"x": {"name": "谁", "统一社会信用代码": "号"}}), encoding="utf-8")
        assert link(f"x={path}", options=("--map", str(mapping))).code == 0
        (firm,) = read(tmp_path / "out" / "enterprises.csv")
        assert (firm["name"], firm["uscc"], firm["room"]) == (FULL, code(1), "1203")

    def test_rows_that_cannot_be_used_are_told_and_keep_their_place(self, link: Link, tmp_path: Path) -> None:
        lines: list[list[object]] = [
            ["row_id", "企业名称", "信用代码", "地址"],
            ["a", FULL, code(1), ""],
            ["b", "", "", "云衡大厦1203"],
        ]
        lines += [
            ["c", "合计", "2 家", ""],
            ["d", '=HYPERLINK("http://example.com")', "", ""],
            ["e", "企业名称", "", ""],
        ]
        told = link(f"x={write(tmp_path / 'x.csv', lines)}", options=("--json",))
        assert told.code == 1
        rejects = {row["row_id"]: row["reason"] for row in read(tmp_path / "out" / "rejects.csv")}
        assert rejects == {
            "b": "没有企业名称，也没有信用代码。",
            "c": "“合计”不是企业，可能是合计或说明行。",
            "d": "名称单元格里是公式，未采用。",
            "e": "这是重复的标题行。",
        }
        assert sorted(clusters(tmp_path)) == ["a", "b", "c", "d", "e"]
        assert len(set(clusters(tmp_path).values())) == 5
        assert addresses(tmp_path)["b"] == ("B01", "", "12", "1203")

    def test_nothing_written_can_run_as_a_formula(self, link: Link, tmp_path: Path) -> None:
        lines: list[list[object]] = [["企业名称", "地址", "电话"], ["武汉禾汀软件有限公司", "=1+1", "@SUM(A1)"]]
        assert link(f"x={write(tmp_path / 'x.csv', lines)}").code == 0
        for name in FILES:
            for row in read(tmp_path / "out" / name):
                assert not [cell for cell in row.values() if cell.startswith(("=", "@"))]


class TestDecisions:
    LINES = [
        ["row_id", "企业名称", "信用代码", "地址"],
        ["a", FULL, code(1), "云衡大厦A座1203"],
        ["b", "武汉澄舫物流有限公司", code(1), "云衡大厦A座1203"],
        ["c", "武汉禾汀商贸有限公司", "", "云衡大厦A座1203"],
    ]

    def test_what_a_person_decided_is_kept(self, link: Link, tmp_path: Path) -> None:
        path = write(tmp_path / "x.csv", self.LINES)
        decisions = write(
            tmp_path / "d.csv", [["row_a", "row_b", "决定"], ["a", "c", "同"], ["a", "b", "不同"], ["b", "c", ""]]
        )
        assert link(f"x={path}", options=("--decisions", decisions)).code == 0
        found = clusters(tmp_path)
        assert found["a"] == found["c"] != found["b"]

    def test_the_review_can_be_filled_in_and_given_back(self, link: Link, tmp_path: Path) -> None:
        write_messy(tmp_path, 33, 400)
        sources = [
            f"税务={tmp_path / 'tax.xlsx'}",
            f"街道={tmp_path / 'streets.csv'}",
            f"楼宇={tmp_path / 'tenants.xlsx'}",
        ]
        assert link(*sources, buildings=str(tmp_path / "buildings.csv")).code == 0
        asked = read(tmp_path / "out" / "review.csv")
        assert asked
        assert all(row["决定"] == "" and row["依据"] for row in asked)
        lines: list[list[object]] = [
            list(asked[0]),
            *([*list(row.values())[:2], "不同", *list(row.values())[3:]] for row in asked),
        ]
        decided = write(tmp_path / "d.csv", lines)
        options = ("--decisions", decided)
        assert link(*sources, buildings=str(tmp_path / "buildings.csv"), options=options).code == 0
        found = clusters(tmp_path)
        assert not [row for row in asked if found[row["row_a"]] == found[row["row_b"]]]
        again = {(row["row_a"], row["row_b"]) for row in read(tmp_path / "out" / "review.csv")}
        assert not again & {(row["row_a"], row["row_b"]) for row in asked}

    def test_a_decision_that_is_neither_is_refused(self, link: Link, tmp_path: Path) -> None:
        path = write(tmp_path / "x.csv", self.LINES)
        decisions = write(tmp_path / "d.csv", [["row_a", "row_b", "决定"], ["a", "c", "也许"]])
        told = link(f"x={path}", options=("--decisions", decisions))
        assert (told.code, "也许" in told.err) == (2, True)

    @pytest.mark.parametrize(
        ("lines", "said"),
        [([["a", "c", "同"], ["c", "a", "不同"]], "“a”和“c”既填了同，又填了不同"), ([["a", "a", "同"]], "同一行“a”")],
    )
    def test_what_cannot_both_be_is_refused(
        self, link: Link, tmp_path: Path, lines: list[list[object]], said: str
    ) -> None:
        path = write(tmp_path / "x.csv", self.LINES)
        decisions = write(tmp_path / "d.csv", [["row_a", "row_b", "决定"], *lines])
        told = link(f"x={path}", options=("--decisions", decisions))
        assert (told.code, said in told.err, (tmp_path / "out").exists()) == (2, True, False)

    def test_a_decision_about_rows_that_are_not_here_is_told(self, link: Link, tmp_path: Path) -> None:
        path = write(tmp_path / "x.csv", self.LINES)
        decisions = write(tmp_path / "d.csv", [["row_a", "row_b", "决定"], ["a", "旧名单:7", "同"], ["a", "c", "同"]])
        told = link(f"x={path}", options=("--decisions", decisions, "--json"))
        assert (told.code, json.loads(told.out)["unknown_decisions"]) == (1, 1)
        assert "1 条人工决定提到的行不在这次的名单里" in told.err


def test_an_id_that_another_row_bears_is_told(link: Link, tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", [["row_id", "企业名称"], ["1", FULL], ["1", "武汉澄舫物流有限公司"]])
    told = link(f"x={path}")
    assert told.code == 1
    assert "1 行的 row_id 与前面的行重复" in told.err
    assert set(clusters(tmp_path)) == {"1", "x:1"}


class TestRefused:
    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("没有等号", "名称=文件"),
            ("x=/nowhere/none.csv", "没有这个文件"),
            ("x={empty}", "是空的"),
            ("x={noise}", "不能作为表格读取"),
            ("x={broken}", "工作簿"),
            ("x={nameless}", "没有认出企业名称或信用代码"),
        ],
    )
    def test_a_source_that_cannot_be_used(self, link: Link, tmp_path: Path, source: str, said: str) -> None:
        (tmp_path / "empty.csv").write_bytes(b"")
        (tmp_path / "noise.csv").write_bytes(bytes(range(256)) * 20)
        (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 400)
        write(tmp_path / "nameless.csv", [["甲", "乙"], ["1", "2"], ["3", "4"]])
        places = {name: str(tmp_path / f"{name}.csv") for name in ("empty", "noise", "nameless")}
        told = link(source.format(**places, broken=tmp_path / "broken.xlsx"))
        assert told.code == 2
        assert said in told.err
        assert told.out == ""

    def test_one_name_twice(self, link: Link, tmp_path: Path) -> None:
        path = write(tmp_path / "x.csv", [["名称"], [FULL]])
        assert link(f"x={path}", f"x={path}").code == 2

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ([["编号", "楼名"], ["1", "云衡大厦"]], "building_id 和 名称"),
            ([["building_id", "名称"], ["B1", "甲楼"], ["B1", "乙楼"]], "重复的 building_id"),
        ],
    )
    def test_a_directory_that_cannot_be_used(
        self, link: Link, tmp_path: Path, lines: list[list[object]], said: str
    ) -> None:
        path = write(tmp_path / "x.csv", [["名称", "代码"], [FULL, ""]])
        told = link(f"x={path}", buildings=write(tmp_path / "b.csv", lines))
        assert (told.code, said in told.err) == (2, True)

    @pytest.mark.parametrize(
        ("mapping", "said"),
        [
            ("not json", "不是 JSON"),
            ("[" * 100_000, "不是 JSON"),
            ('{"x": {"colour": "名称"}}', "没有“colour”这一项"),
            ('{"y": {"name": "名称"}}', "没有用 --source 给出"),
            ('{"x": {"name": "没有的列"}}', "在表中没有"),
        ],
    )
    def test_a_mapping_that_cannot_be_used(self, link: Link, tmp_path: Path, mapping: str, said: str) -> None:
        path = write(tmp_path / "x.csv", [["名称", "代码"], [FULL, ""]])
        (tmp_path / "map.json").write_text(mapping, encoding="utf-8")
        told = link(f"x={path}", options=("--map", str(tmp_path / "map.json")))
        assert (told.code, said in told.err) == (2, True)

    def test_a_folder_that_is_a_file(self, link: Link, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("x")
        path = write(tmp_path / "x.csv", [["名称", "代码"], [FULL, ""]])
        assert link(f"x={path}").code == 2


class TestHeadings:
    @pytest.mark.parametrize(
        ("headings", "expected"),
        [
            (["企业名称", "统一社会信用代码", "地址"], {"name": [0], "code": [1], "address": [2]}),
            (
                ["序号", "单位名称（全称）", "税  号", "注册地址", "经营地址"],
                {"name": [1], "code": [2], "address": [4, 3]},
            ),
            (["公司名", "楼 宇", "房号", "楼层"], {"name": [0], "building": [1], "room": [2], "floor": [3]}),
            (
                ["纳税人名称*", "社会信用代码（纳税人识别号）", "生产经营地址"],
                {"name": [0], "code": [1], "address": [2]},
            ),
            (["入驻企业全称", "所在楼宇名称", "房间号码"], {"name": [0], "building": [1], "room": [2]}),
        ],
    )
    def test_recognised(self, headings: list[str], expected: dict[str, list[int]]) -> None:
        assert registry_lists.recognise(headings) == expected

    @pytest.mark.parametrize(
        ("typed", "room"),
        [("2026-12-03", "12-03"), ("12月3日", "12-03"), ("2026-01-31 00:00:00", "1-31"), ("1203", "1203")],
    )
    def test_rooms_that_became_dates(self, typed: str, room: str) -> None:
        assert registry_lists.room_text(typed) == room


def test_needs_no_settings_and_no_django(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", [["名称", "代码"], [FULL, code(1)]])
    buildings = str(CASES / "linkage_buildings.csv")
    program = (
        "import sys; from qifu.entry.cli.main import run; "
        f"code = run(['registry', 'link', '--source', 'x={path}', '--buildings', {buildings!r}, '--out', {str(tmp_path / 'o')!r}]); "
        "sys.exit(code or 'django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_many_texts_are_worked_on_in_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_link, "MANY", 10)
    assert registry_link.in_processes(len, ["x" * k for k in range(50)]) == list(range(50))


def test_a_source_is_named_before_its_file() -> None:
    assert registry_link._named("税务=a=b.csv") == ("税务", Path("a=b.csv"))
    with pytest.raises(BadInput):
        registry_link._named("=a.csv")

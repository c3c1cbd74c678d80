"""`qifu policies`: whole answers, and a clear refusal of what cannot be used."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from qifu.engines.eligibility import catalogue
from qifu.entry.cli.main import run

ON = "2026-09-30"
HEAD = "enterprise_id,employees,high_tech,industry,registered_on,rd_ratio\n"
ROWS = "E1,120,true,I6513,2024-01-31,0.05\nE2,,false,C3581,2010-05-01,0.01\nE3,80,,I6513,,\n"
POLICIES: list[dict[str, Any]] = [
    {
        "id": "P1",
        "title": "软件企业扶持",
        "effective_from": "2026-01-01",
        "effective_to": None,
        "when": {
            "and": [
                {"starts_with": [{"var": "industry"}, "I65"]},
                {">=": [{"var": "employees"}, 100]},
                {"==": [{"var": "high_tech"}, True]},
            ]
        },
    },
    {"id": "P2", "title": "初创企业", "when": {"<": [{"var": "age_months"}, 60]}},
]


@dataclass
class Told:
    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        return json.loads(self.out)


Qifu = Callable[..., Told]


@pytest.fixture
def qifu(capsys: pytest.CaptureFixture[str]) -> Qifu:
    def call(*arguments: object) -> Told:
        code = run([str(each) for each in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out
        return Told(code, told.out, told.err)

    return call


@dataclass
class Files:
    """A folder with policies and one way to match them."""

    folder: Path
    qifu: Qifu

    def policies(self, policies: object) -> Path:
        path = self.folder / "p.json"
        path.write_text(policies if isinstance(policies, str) else json.dumps(policies, ensure_ascii=False), "utf-8")
        return path

    def table(self, text: str, name: str = "e.csv", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def match(self, table: Path, policies: object = POLICIES, *more: object) -> Told:
        return self.qifu(
            *("policies", "match", "--enterprises", table, "--policies", self.policies(policies), "--on", ON),
            *("--out", self.folder / "m.csv", "--summary", "--json", *more),
        )

    @property
    def result(self) -> list[tuple[str, ...]]:
        with (self.folder / "m.csv").open(encoding="utf-8", newline="") as file:
            return sorted(tuple(row) for row in csv.reader(file))


@pytest.fixture
def files(tmp_path: Path, qifu: Qifu) -> Files:
    return Files(tmp_path, qifu)


HEADING = ("enterprise_id", "policy_id", "result", "missing")
EXPECTED = [
    ("E1", "P1", "eligible", ""),
    ("E1", "P2", "eligible", ""),
    ("E3", "P2", "unknown", "age_months"),
    HEADING,
]


def summary(*lines: tuple[str, int, int, int]) -> list[dict[str, object]]:
    return [{"id": i, "eligible": e, "unknown": u, "ineligible": n} for i, e, u, n in lines]


class TestMatch:
    def test_csv(self, files: Files) -> None:
        told = files.match(files.table(HEAD + ROWS))
        assert (told.code, told.err) == (0, "")
        assert files.result == EXPECTED
        assert told.answer["policies"] == summary(("P1", 1, 0, 2), ("P2", 1, 1, 1))
        assert told.answer["enterprises"] == 3
        assert 0 < told.answer["seconds"] < 60

    def test_missing_is_joined_in_the_order_of_the_condition(self, files: Files) -> None:
        told = files.match(files.table("enterprise_id,industry\nE9,I6513\n"))
        assert told.code == 0
        assert ("E9", "P1", "unknown", "employees|high_tech") in files.result

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
    def test_encodings_and_chinese_headings(self, files: Files, encoding: str) -> None:
        head = "企业编号,企业名称,从业人员,高新技术企业,行业代码,登记日期\n"
        told = files.match(files.table(head + "E1,江泽禾汀软件,120,是,I6513,2024年1月31日\n", encoding=encoding))
        assert (told.code, told.err) == (0, "")
        assert files.result == [("E1", "P1", "eligible", ""), ("E1", "P2", "eligible", ""), HEADING]

    def test_workbook_and_parquet_answer_alike(self, files: Files) -> None:
        book = xlsxwriter.Workbook(str(files.folder / "e.xlsx"))
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, cells in enumerate(csv.reader((HEAD + ROWS).splitlines())):
            for column, cell in enumerate(cells):
                if place and column == 4 and cell:
                    sheet.write_datetime(place, column, datetime.fromisoformat(cell), day)
                elif place and column in (1, 5) and cell:
                    sheet.write_number(place, column, float(cell))
                elif place and column == 2 and cell:
                    sheet.write_boolean(place, column, cell == "true")
                else:
                    sheet.write_string(place, column, cell)
        book.close()
        assert files.match(files.folder / "e.xlsx").code == 0
        assert files.result == EXPECTED
        frame = pl.read_csv((HEAD + ROWS).encode(), try_parse_dates=True)
        assert frame["registered_on"].dtype == pl.Date
        frame.write_parquet(files.folder / "e.parquet")
        assert files.match(files.folder / "e.parquet").code == 0
        assert files.result == EXPECTED

    def test_result_as_parquet(self, files: Files) -> None:
        table, out = files.table(HEAD + ROWS), files.folder / "m.parquet"
        told = files.qifu(
            "policies",
            "match",
            "--enterprises",
            table,
            "--policies",
            files.policies(POLICIES),
            "--on",
            ON,
            "--out",
            out,
        )
        assert told.code == 0
        assert told.out == ""
        assert sorted(pl.read_parquet(out).rows()) == EXPECTED[:3]
        assert [path.name for path in files.folder.glob("m.*")] == ["m.parquet"]

    def test_what_was_handed_in_is_never_written_over(self, files: Files) -> None:
        table, policies = files.table(HEAD + ROWS), files.policies(POLICIES)
        linked = files.folder / "same.csv"
        linked.symlink_to(table)
        before = table.read_bytes(), policies.read_bytes()
        for out in (table, linked):
            told = files.qifu(
                *("policies", "match", "--enterprises", table, "--policies", policies, "--on", ON, "--out", out)
            )
            assert told.code == 2
            assert told.err == "--out：结果文件就是输入的文件，写下去会覆盖它，请换一个名字。\n"
        assert (table.read_bytes(), policies.read_bytes()) == before

    def test_out_of_force_nobody_is_eligible(self, files: Files) -> None:
        late = [POLICIES[0] | {"effective_from": "2026-10-01"}]
        told = files.match(files.table(HEAD + ROWS), late)
        assert told.answer["policies"] == summary(("P1", 0, 0, 3))
        assert files.result == [HEADING]

    def test_no_enterprise_and_no_policy(self, files: Files) -> None:
        assert files.match(files.table(HEAD)).answer["policies"] == summary(("P1", 0, 0, 0), ("P2", 0, 0, 0))
        assert files.match(files.table(HEAD + ROWS), []).answer["policies"] == []
        assert files.result == [HEADING]


class TestCells:
    """A bad cell is told by row and column, and is unknown."""

    @pytest.mark.parametrize(
        ("column", "cell", "sentence"),
        [
            ("employees", "一百二十", "从业人员应是数字，写的是“一百二十”。按未知处理。"),
            ("employees", "12.5", "从业人员应是整数，写的是“12.5”。按未知处理。"),
            ("employees", "=100+20", "从业人员应是数字，写的是“=100+20”。按未知处理。"),
            ("employees", "inf", "从业人员应是数字，写的是“inf”。按未知处理。"),
            ("employees", "1e300", "从业人员应是数字，写的是“1e300”。按未知处理。"),
            ("high_tech", "也许", "高新技术企业应是 true 或 false（是或否），写的是“也许”。按未知处理。"),
            (
                "registered_on",
                "二〇二四年元月",
                "登记日期应是日期（如 2026-09-30），写的是“二〇二四年元月”。按未知处理。",
            ),
            ("registered_on", "2024-02-30", "登记日期应是日期（如 2026-09-30），写的是“2024-02-30”。按未知处理。"),
            ("registered_on", "45322", "登记日期应是日期（如 2026-09-30），写的是“45322”。按未知处理。"),
        ],
    )
    def test_is_unknown_and_told(self, files: Files, column: str, cell: str, sentence: str) -> None:
        cells = dict(zip(HEAD.strip().split(","), ["E1", "120", "true", "I6513", "2024-01-31", "0.05"], strict=True))
        line = ",".join({**cells, column: cell}.values())
        path = files.table(f"{HEAD}E0,1,false,C3581,2010-05-01,\n{line}\n")
        told = files.match(path)
        assert told.code == 1
        assert told.err == f"{path}：第 3 行 {column} 列：{sentence}\n"
        field = "age_months" if column == "registered_on" else column
        assert [row for row in files.result if row[2] == "unknown"] == [
            ("E1", "P2" if field == "age_months" else "P1", "unknown", field)
        ]

    @pytest.mark.parametrize("cell", ["120", "120.0", " 120 ", '"1,120"', "1.2e2", "+120", "000120"])
    def test_numbers_as_people_write_them(self, files: Files, cell: str) -> None:
        told = files.match(files.table(f"{HEAD}E1,{cell},是,i6513,2024/1/31,5%\n"))
        assert (told.code, told.err) == (0, "")
        assert files.result == [("E1", "P1", "eligible", ""), ("E1", "P2", "eligible", ""), HEADING]

    def test_a_code_of_no_table_is_told_and_compared_as_text(self, files: Files) -> None:
        path = files.table(f"{HEAD}E1,120,true,I6510,2024-01-31,\n")
        told = files.match(path, POLICIES, "--lang", "en")
        assert told.code == 1
        assert told.err == f"{path}: row 2, column industry: “I6510” is not in the table; compared as text\n"
        assert ("E1", "P1", "eligible", "") in files.result

    def test_rows_that_cannot_be_named_are_left_out(self, files: Files) -> None:
        rows = ",1,,,,\nE1,120,true,I6513,2024-01-31,\nE1,1,,,,\n=1+1,2,,,,\n\n"
        path = files.table(HEAD + rows)
        told = files.match(path)
        assert told.code == 1
        assert told.err.splitlines() == [
            f"{path}：第 2 行 enterprise_id 列：没有企业编号，这一行没有判断。",
            f"{path}：第 4 行 enterprise_id 列：企业编号与前面重复，这一行没有判断。",
            f"{path}：第 5 行 enterprise_id 列：企业编号是公式，这一行没有判断。",
        ]
        assert told.answer["enterprises"] == 1

    def test_many_bad_cells_are_counted_and_the_first_told(self, files: Files) -> None:
        rows = "".join(f"E{n},多,true,I6513,2024-01-31,\n" for n in range(100))
        told = files.match(files.table(HEAD + rows))
        assert told.code == 1
        assert len(told.err.splitlines()) == 21
        assert told.err.endswith("……共 100 处。\n")

    def test_columns_that_nobody_knows_are_said_once(self, files: Files) -> None:
        path = files.table("enterprise_id,employees,联系人\nE1,120,某人\n")
        told = files.match(path)
        assert (told.code, told.err) == (0, f"{path}：目录中没有的列没有使用：联系人\n")


def var(name: str) -> dict[str, str]:
    return {"var": name}


def deep(levels: int) -> str:
    return '[{"id": "OK", "when": true}, {"when": ' + '{"!": ' * levels + "true" + "}" * levels + ', "id": "DEEP"}]'


REFUSED: list[tuple[object, str]] = [
    ({"==": [var("revenu"), 1]}, "$.when.==[0]：字段目录中没有“revenu”"),
    ({"and": [True, {">=": [var("employees"), "100"]}]}, "$.when.and[1].>=[1]：类型不符：从业人员（employees）是整数"),
    ({">=": [var("listing"), "star"]}, "$.when：上市情况（listing）不是数值或日期，不能比大小。"),
    ({"==": [var("listing"), "nasdaq"]}, "$.when.==[1]：上市情况没有“nasdaq”这个取值"),
    ({"==": [var("high_tech"), 1]}, "$.when.==[1]：类型不符：高新技术企业（high_tech）是是非"),
    ({"==": [var("employees"), True]}, "$.when.==[1]：类型不符：从业人员（employees）是整数"),
    ({"==": [var("employees"), None]}, "$.when.==[1]：类型不符：从业人员（employees）是整数，不能与“None”比较。"),
    ({">": [var("registered_on"), "去年"]}, "$.when.>[1]：“去年”不是日期"),
    ({"<": [var("employees"), var("high_tech")]}, "$.when：从业人员（integer）与高新技术企业（boolean）类型不同"),
    ({">=": [1, var("employees"), 3]}, "$.when：“>=”应有 2 个参数。"),
    ({"<": [1, 2]}, "$.when：比较中至少要有一个字段。"),
    ({"and": []}, "$.when.and：“and”后面应是列表，至少有一个条件。"),
    ({"and": True}, "$.when.and：“and”后面应是列表"),
    ({"and": [True], "or": [True]}, "$.when：一个条件只能有一个运算符，这里有：and、or。"),
    ({}, "$.when：一个条件只能有一个运算符，这里有：空。"),
    ("yes", "$.when：这里应是条件，写的是“yes”。"),
    ({"xor": [True]}, "$.when：没有运算符“xor”"),
    ({"==": [{"var": ["employees", 0]}, 1]}, '$.when.==[0]：这里应是 {"var": "字段名"} 或字面值。'),
    ({"var": "employees"}, "$.when：单独一个字段作条件时，须是是非字段。"),
    ({"in": ["I65", var("industry")]}, "$.when：“in”的第一个参数须是字段。"),
    ({"in": [var("industry"), "I65"]}, "$.when：“in”的第二个参数须是列表。"),
    ({"in": [var("employees"), [1, "2"]]}, "$.when.in[1][1]：类型不符"),
    ({"starts_with": [var("employees"), "1"]}, "$.when：从业人员不是文字或代码，不能比开头。"),
    ({"==": [var("employees"), 10**400]}, "$.when.==[1]：数字太大或不是数。"),
]


class TestPolicies:
    @pytest.mark.parametrize(("when", "told"), REFUSED, ids=lambda each: str(each)[:40])
    def test_a_condition_that_cannot_be_used_is_refused_by_policy_and_path(
        self, files: Files, when: object, told: str
    ) -> None:
        policies = [POLICIES[0], {"id": "坏", "title": "", "when": when}]
        answer = files.match(files.table(HEAD + ROWS), policies)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith(f"{files.folder / 'p.json'}：政策 坏 的 {told}")
        assert not (files.folder / "m.csv").exists()

    @pytest.mark.parametrize(
        ("policies", "told"),
        [
            ({"id": "A", "when": True}, "$：政策文件应是 JSON 列表。"),
            ([7], "政策 （第 1 项） 的 $：政策应是 JSON 对象。"),
            ([{"when": True}], "政策 （第 1 项） 的 $.id：缺少编号 id（文字）。"),
            ([{"id": "=A", "when": True}], "政策 =A 的 $.id：编号不能以 = + - @ 开头，也不能含控制字符。"),
            ([{"id": "A"}], "政策 A 的 $.when：缺少条件 when。"),
            ([{"id": "A", "when": True}] * 2, "政策 A 的 $.id：同一编号的政策出现了两次。"),
            ([{"id": "A", "when": True, "effective_to": "年底"}], "政策 A 的 $.effective_to：“年底”不是日期"),
            (
                [{"id": "A", "when": True, "effective_from": "2026-02-01", "effective_to": "2026-01-01"}],
                "政策 A 的 $.effective_to：失效日期早于生效日期。",
            ),
            ("[{", "不是 JSON：第 1 行第 3 个字符处有错。"),
            (
                '[{"id": "A", "when": {"==": [{"var": "employees"}, NaN]}}]',
                "政策 A 的 $.when.==[1]：数字太大或不是数。",
            ),
            (
                '[{"id": "A", "when": {"!": true, "!": false}}]',
                "政策 A 的 $.when：一个条件只能有一个运算符，这里有：!。",
            ),
            ('[{"id": "A", "id": "B", "when": true}]', "政策 B 的 $：有一项写了两次，不知以哪个为准。"),
            ("[" + "9" * 5000 + "]", "JSON 中有过长的数字。"),
            (deep(10_000), "政策 DEEP 的 $.when：条件嵌套太深，请改写。"),
            (deep(200), "政策 DEEP 的 $.when" + ".!" * 101 + "：条件嵌套超过 100 层，请改写。"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_refused(self, files: Files, policies: object, told: str) -> None:
        answer = files.match(files.table(HEAD + ROWS), policies)
        assert answer.code == 2
        assert answer.err.startswith(f"{files.folder / 'p.json'}：{told}")

    def test_as_deep_as_allowed_is_read(self, files: Files) -> None:
        told = files.match(files.table(HEAD + ROWS), deep(100))
        assert told.answer["policies"] == summary(("OK", 3, 0, 0), ("DEEP", 3, 0, 0))

    def test_five_thousand_prefixes(self, files: Files) -> None:
        prefixes = [f"I6{n:04d}" for n in range(4999)] + ["I651"]
        when = {"starts_with": [var("industry"), prefixes]}
        told = files.match(files.table(HEAD + ROWS), [{"id": "A", "when": when}])
        assert told.answer["policies"] == summary(("A", 2, 0, 1))

    def test_gb18030(self, files: Files) -> None:
        text = json.dumps([{"id": "甲", "when": {"==": [var("street"), "江汉"]}}], ensure_ascii=False)
        path = files.policies("")
        path.write_bytes(text.encode("gb18030"))
        told = files.qifu(
            *("policies", "match", "--enterprises", files.table("enterprise_id,street\nE1,江汉\n"), "--policies", path),
            *("--on", ON, "--summary", "--json"),
        )
        assert told.answer["policies"] == summary(("甲", 1, 0, 0))


class TestMisuse:
    def test_files_and_options(self, files: Files) -> None:
        table = files.table(HEAD + ROWS)
        for change, told in (
            ({"--on": "明天"}, "--on：“明天”不是日期，写法是 2026-09-30。\n"),
            ({"--out": "m.doc"}, "m.doc：结果文件须是 .csv 或 .parquet。\n"),
            ({"--out": "/nowhere/m.csv"}, "/nowhere/m.csv：没有这个文件夹，结果无处可写。\n"),
            ({"--enterprises": "none.csv"}, "none.csv：没有这个文件。\n"),
            ({"--enterprises": "e.xls"}, "e.xls：表格须是 .csv、.xlsx 或 .parquet。\n"),
        ):
            options = {"--enterprises": table, "--policies": files.policies(POLICIES), "--on": ON, "--out": "m.csv"}
            line = [part for pair in (options | change).items() for part in pair]
            assert files.qifu("policies", "match", *line).err == told

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "文件是空的，应有标题行。"),
            ("name,employees\nA,1\n", "缺少 enterprise_id 列（企业编号）。"),
            ("enterprise_id,employees,employees\nE1,1,2\n", "“employees”列出现了两次，请去掉一列。"),
            ("enterprise_id,employees,从业人员\nE1,1,2\n", "employees 列出现了两次，请去掉一列。"),
            ("enterprise_id,employees\nE1,1\nE2,2,3\n", "第 3 行有 3 格，标题行只有 2 格。"),
            ("enterprise_id\0", "不是 UTF-8 或 GB18030 的文本文件。"),
        ],
    )
    def test_a_table_that_cannot_be_used(self, files: Files, text: str, told: str) -> None:
        path = files.table(text)
        answer = files.match(path)
        assert (answer.code, answer.err) == (2, f"{path}：{told}\n")

    @pytest.mark.parametrize("name", ["e.xlsx", "e.parquet"])
    def test_a_damaged_file(self, files: Files, name: str) -> None:
        path = files.table("PK damaged", name)
        answer = files.match(path)
        assert (answer.code, answer.err) == (2, f"{path}：文件已损坏，或内容与扩展名不符，请重新另存。\n")


class TestExplain:
    def ask(self, files: Files, enterprise: str, policy: str, *more: str) -> Told:
        return files.qifu(
            *("policies", "explain", "--enterprises", files.table(HEAD + ROWS), "--policies", files.policies(POLICIES)),
            *("--enterprise", enterprise, "--policy", policy, "--on", ON, *more),
        )

    def test_unknown_names_what_is_missing_and_what_would_do(self, files: Files) -> None:
        told = self.ask(files, "E3", "P1", "--json")
        assert told.code == 0
        assert told.answer["result"] == "ineligible"
        assert [(line["path"], line["value"], line["result"]) for line in told.answer["tree"]] == [
            ("$.when.and", None, "no"),
            ("$.when.and[0]", "I6513", "yes"),
            ("$.when.and[1]", 80, "no"),
            ("$.when.and[2]", None, "unknown"),
        ]
        assert told.answer["missing"] == []
        assert [(c["field"], c["from"], c["to"]) for c in told.answer["nearest"][0]["changes"]] == [
            ("employees", 80, 100),
            ("high_tech", None, True),
        ]

    def test_missing_and_who_could_supply_it(self, files: Files) -> None:
        told = self.ask(files, "E3", "P2", "--json").answer
        assert (told["result"], told["missing"]) == ("unknown", ["age_months"])
        assert told["suppliers"] == {"age_months": "市场监管部门"}

    def test_in_words(self, files: Files) -> None:
        told = self.ask(files, "E2", "P2")
        assert told.out.splitlines() == ["初创企业：不符合", "  [否] 成立月数低于 60 个月（现为 196）"]

    def test_yes_and_no_are_said_as_words(self, files: Files) -> None:
        table, policies = files.table(HEAD + ROWS), files.policies(POLICIES)
        given = ("--enterprises", table, "--policies", policies, "--enterprise", "E2", "--policy", "P1", "--on", ON)
        told = files.qifu("policies", "explain", *given)
        assert "    [否] 高新技术企业：是（现为 否）" in told.out.splitlines()

    def test_who_or_what_is_not_there(self, files: Files) -> None:
        assert self.ask(files, "E7", "P1").err == f"{files.folder / 'e.csv'}：没有编号为“E7”的企业。\n"
        told = self.ask(files, "E1", "P7", "--lang", "en")
        assert (told.code, told.err) == (2, f"{files.folder / 'p.json'}: No policy “P7”.\n")


class TestSql:
    def test_statements_for_a_database(self, files: Files) -> None:
        told = files.qifu("policies", "sql", "--policies", files.policies(POLICIES[1:]), "--on", ON, "--table", "firms")
        assert told.code == 0
        assert "(VALUES ('P2', (e.age_months < CAST(60.0 AS DOUBLE PRECISION))" in told.out
        assert told.out.endswith("WHERE p.is_met IS NOT FALSE;\n")
        refused = files.qifu("policies", "sql", "--policies", files.policies(POLICIES), "--on", ON, "--table", "a b")
        assert (refused.code, refused.err) == (2, "--table：“a b”不是简单的表名。\n")


class TestCheckAndFields:
    def test_check_lists_every_refusal_and_doubt(self, files: Files) -> None:
        policies = [
            {"id": "A", "when": {"starts_with": [var("industry"), ["I65", "I6510"]]}},
            {"id": "B", "when": {"==": [var("revenu"), 1]}},
            {"id": "C", "when": {"<=": [10, var("employees"), 5]}, "effective_to": "2025-12-31"},
            {"id": "D", "when": {"and": [True, False]}},
            {"id": "A", "when": True},
        ]
        told = files.qifu("policies", "check", "--policies", files.policies(policies), "--on", ON, "--json")
        assert told.code == 2
        assert told.answer["policies"] == 3
        assert [(each["policy"], each["path"]) for each in told.answer["errors"]] == [
            ("B", "$.when.==[0]"),
            ("A", "$.id"),
        ]
        assert [(each["policy"], each["message"]) for each in told.answer["warnings"]] == [
            ("A", "行业代码“I6510”不在代码表中，请核对。"),
            ("C", "已于 2025-12-31 失效。"),
            ("C", "下限大于上限，没有企业符合。"),
            ("D", "没有企业符合这个条件。"),
        ]

    def test_thousands_of_unlisted_codes_are_one_sentence(self, files: Files) -> None:
        codes = [f"C9{number:03d}" for number in range(1_000)]
        policy = {"id": "A", "when": {"starts_with": [var("industry"), ["I65", *codes]]}}
        told = files.qifu("policies", "check", "--policies", files.policies([policy]), "--json")
        said = "行业代码“C9000”、“C9001”、“C9002”、“C9003”、“C9004”等 1000 个不在代码表中，请核对。"
        assert (told.code, [each["message"] for each in told.answer["warnings"]]) == (1, [said])

    def test_exclusions_name_what_is_there_and_run_in_no_circle(self, files: Files) -> None:
        def excluding(name: str, *others: str) -> dict[str, Any]:
            return {"id": name, "when": {">": [var("employees"), 1]}, "excludes": list(others)}

        policies = [
            excluding("A", "B"), excluding("B", "C"), excluding("C", "A"),  # who gives way to whom is not to be known
            excluding("D", "E"), excluding("E", "D"),  # both sides say so: equals
            excluding("F", "D", "Z"), excluding("G", "G"), excluding("H", "I"),
            {"id": "I", "when": {"==": [var("revenu"), 1]}}, {"id": "J", "when": True, "excludes": "A"},
        ]  # fmt: skip
        told = files.qifu("policies", "check", "--policies", files.policies(policies), "--json")
        assert (told.code, told.answer["policies"]) == (2, 5)  # A B D E H
        assert [(each["policy"], each["path"], each["message"]) for each in told.answer["errors"][2:]] == [
            ("F", "$.excludes[1]", "互斥的“Z”不在这个文件里。"),
            ("G", "$.excludes[0]", "一项政策不能与自己互斥。"),
            ("C", "$.excludes[0]", "互斥绕成了圈：A → B → C → A。请在互斥的两项上都写明对方。"),
        ]
        assert [(each["policy"], each["path"]) for each in told.answer["errors"][:2]] == [
            ("I", "$.when.==[0]"),
            ("J", "$.excludes"),
        ]

    def test_a_long_circle_of_exclusions_is_found(self, files: Files) -> None:
        ring = [{"id": f"P{n}", "when": True, "excludes": [f"P{(n + 1) % 5_000}"]} for n in range(5_000)]
        told = files.qifu("policies", "check", "--policies", files.policies(ring), "--json")
        assert [each["policy"] for each in told.answer["errors"]] == ["P4999"]

    def test_a_sound_file_is_clean(self, files: Files) -> None:
        told = files.qifu("policies", "check", "--policies", files.policies(POLICIES))
        assert (told.code, told.out, told.err) == (0, "", "可用 2 项，不能用 0 项，可疑 0 处。\n")

    def test_fields_hold_what_conditions_may_ask(self, qifu: Qifu) -> None:
        told = qifu("policies", "fields", "--json")
        assert told.code == 0
        by_name = {each["name"]: each for each in told.answer}
        assert list(by_name) == list(catalogue())
        kinds = {
            "number": "registered_capital revenue revenue_growth assets profit taxable_income tax_paid rd_expense rd_ratio "
            "rd_staff_ratio export_ratio debt_ratio energy_intensity loan_balance disabled_staff_ratio quarter_sales "
            "high_tech_income_ratio main_income_ratio equity_financing tech_transfer_income equipment_cost green_equipment "
            "ui_paid layoff_ratio priority_hire_ratio",
            "integer": "employees patents inventions age_months insured_staff disabled_staff young_hires key_hires "
            "veteran_hires ui_months class_one_ip niche_years sme_score",
            "date": "registered_on certified_on",
            "text": "enterprise_id name uscc street building_id",
            "code": "industry",
            "enum": "listing tax_credit vat_status ownership size_class legal_form",
            "boolean": "high_tech specialised little_giant above_scale tech_sme innovative_sme single_champion "
            "science_award ic_listed machine_tool_listed book_assessed own_software dishonest penalised abnormal",
        }
        for kind, names in kinds.items():
            assert sorted(n for n, each in by_name.items() if each["type"] == kind) == sorted(names.split())
        assert list(by_name["listing"]["values"]) == [
            "none",
            "neeq",
            "guided",
            "bse",
            "star",
            "gem",
            "main",
            "overseas",
        ]
        assert list(by_name["tax_credit"]["values"]) == list("ABMCD")
        assert all(each["label"] and each["definition"] for each in told.answer)


def test_needs_no_django_and_no_settings(files: Files) -> None:
    code = (
        "import sys; from qifu.entry.cli.main import run; "
        "code = run(sys.argv[1:]); assert 'django' not in sys.modules, 'django'; sys.exit(code)"
    )
    line = ["policies", "match", "--enterprises", files.table(HEAD + ROWS), "--policies", files.policies(POLICIES)]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, line), "--on", ON, "--summary", "--json"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["enterprises"] == 3

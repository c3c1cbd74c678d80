"""`qifu deadline` and the shell around it: answers, batches, and a clear refusal of what cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import polars
import pytest
from openpyxl import Workbook

from qifu.entry.cli import main
from qifu.entry.cli.main import run

KNOWN = "2026-12-31"


@dataclass
class Told:
    code: int
    out: str
    err: str

    @property
    def answer(self) -> object:
        return json.loads(self.out)


Qifu = Callable[..., Told]


@pytest.fixture
def qifu(capsys: pytest.CaptureFixture[str]) -> Qifu:
    def call(*arguments: str) -> Told:
        code = run(arguments)
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out
        return Told(code, told.out, told.err)

    return call


def due(moment: str, assumed: bool = False) -> dict[str, object]:
    return {"due": f"{moment}+08:00", "calendar_known_until": KNOWN, "assumed": assumed}


class TestOne:
    @pytest.mark.parametrize(
        ("start", "kind", "n", "expected"),
        [
            ("2026-09-30T16:40:00+08:00", "--minutes", "60", due("2026-10-08T09:10:00")),
            ("2026-09-30T16:40:00", "--minutes", "60", due("2026-10-08T09:10:00")),
            ("2026-09-30T08:40:00Z", "--minutes", "60", due("2026-10-08T09:10:00")),
            ("2026-09-30T03:40:00-05:00", "--minutes", "60", due("2026-10-08T09:10:00")),
            ("2026-09-30 16:40", "--minutes", "60", due("2026-10-08T09:10:00")),
            ("2026-09-30T16:40:00.9+08:00", "--minutes", "60", due("2026-10-08T09:10:00")),
            ("2026-02-13", "--workdays", "3", due("2026-02-25T17:30:00")),
            ("2026-09-30T16:40:00+08:00", "--workdays", "3", due("2026-10-10T17:30:00")),
            # 20:00 in New York is already the next day in Shanghai.
            ("2026-03-09T20:00:00-04:00", "--workdays", "1", due("2026-03-11T17:30:00")),
            ("2026-12-29T10:00:00+08:00", "--workdays", "3", due("2027-01-04T17:30:00", assumed=True)),
            ("2026-03-10T10:00:00+08:00", "--workdays", "0", due("2026-03-10T17:30:00")),
        ],
    )
    def test_json(self, qifu: Qifu, start: str, kind: str, n: str, expected: dict[str, object]) -> None:
        told = qifu("deadline", "--start", start, kind, n, "--json")
        assert told.code == 0
        assert told.answer == expected
        assert told.out.count("\n") == 1

    def test_a_sentence_without_json(self, qifu: Qifu) -> None:
        told = qifu("deadline", "--start", "2026-09-30T16:40", "--workdays", "3")
        assert (told.code, told.out, told.err) == (0, "2026-10-10 17:30:00（星期六）到期\n", "")

    def test_an_assumed_end_says_so(self, qifu: Qifu) -> None:
        told = qifu("deadline", "--start", "2026-12-29T10:00", "--workdays", "3", "--json")
        assert "暂定" in told.err
        assert KNOWN in told.err

    def test_english(self, qifu: Qifu) -> None:
        for line in (
            ["--lang", "en", "deadline", "--start", "soon", "--minutes", "1"],
            ["deadline", "--start", "soon", "--minutes", "1", "--lang", "en"],
        ):
            told = qifu(*line)
            assert told.code == 2
            assert "is not a moment" in told.err

    def test_hours_of_a_unit_and_a_calendar_of_the_past(self, qifu: Qifu) -> None:
        told = qifu(
            *("deadline", "--start", "2026-03-10T16:30", "--minutes", "60", "--json"),
            *("--hours", "08:30-12:00,13:00-17:00"),
        )
        assert told.answer == due("2026-03-11T09:00:00")
        told = qifu(
            *("deadline", "--start", "2018-12-28T10:00", "--workdays", "1", "--json"),
            *("--as-of", "2018-12-05"),
        )
        assert told.answer == {
            "due": "2018-12-31T17:30:00+08:00",
            "calendar_known_until": "2018-12-31",
            "assumed": False,
        }


BAD = [
    (["--start", "soon", "--minutes", "1"], "不是时刻"),
    (["--start", "", "--minutes", "1"], "不是时刻"),
    (["--start", "2026-02-30T10:00", "--minutes", "1"], "不是时刻"),
    (["--start", "2026-09-30T25:00", "--minutes", "1"], "不是时刻"),
    (["--start", "2003-12-31T23:59:59", "--minutes", "1"], "2004 年至 2100 年"),
    (["--start", "2101-01-01T00:00", "--minutes", "1"], "2004 年至 2100 年"),
    (["--start", "0001-01-01T00:00+14:00", "--minutes", "1"], "2004 年至 2100 年"),
    (["--start", "9999-12-31T23:59-14:00", "--minutes", "1"], "2004 年至 2100 年"),
    (["--start", "2100-12-31T10:00", "--workdays", "3"], "2100 年以后"),
    (["--start", "2100-12-31T18:00", "--minutes", "0"], "2100 年以后"),
    (["--start", "2026-09-30", "--workdays", "30000"], "2100 年以后"),
    (["--start", "2026-09-30", "--workdays", "1000000000"], "太大"),
    (["--start", "2026-09-30", "--minutes", "9" * 5000], "太大"),
    (["--start", "2026-09-30", "--workdays", "-1"], "整数"),
    (["--start", "2026-09-30", "--workdays", "1.5"], "整数"),
    (["--start", "2026-09-30", "--minutes", "三"], "整数"),
    (["--start", "2026-09-30", "--minutes", "３"], "整数"),
    (["--start", "2026-09-30", "--minutes", ""], "整数"),
    (["--start", "2026-09-30"], "两者取一"),
    (["--start", "2026-09-30", "--minutes", "1", "--workdays", "1"], "两者取一"),
    (["--minutes", "1"], "--start"),
    ([], "--start"),
    (["--start"], "--start"),
    (["--nonsense"], "没有 --nonsense 这个选项"),
    (["--start", "2026-09-30", "--minutes", "1", "extra"], "命令行"),
    (["--start", "2026-09-30", "--minutes", "1", "--hours", "12:00-09:00"], "服务时间"),
    (["--start", "2026-09-30", "--minutes", "1", "--as-of", "yesterday"], "不是日期"),
    (["--start", "2026-09-30", "--minutes", "1", "--lang", "fr"], "--lang"),
    (["--batch", "missing.csv"], "missing.csv：没有这个文件"),
    (["--batch", "."], "文件夹"),
    (["--batch", "x.csv", "--start", "2026-09-30"], "不与"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=lambda value: str(value)[:50])
def test_bad_input_is_refused_with_a_sentence(qifu: Qifu, arguments: list[str], sentence: str) -> None:
    told = qifu("deadline", *arguments)
    assert told.code == 2
    assert told.out == ""
    assert sentence in told.err
    assert told.err.count("\n") == 1


LINES = "2026-09-30T16:40:00+08:00,minutes,60\n2026-02-13T10:00,workdays,3\n2026-12-29T10:00,workdays,3\n"
ANSWERS = [due("2026-10-08T09:10:00"), due("2026-02-25T17:30:00"), due("2027-01-04T17:30:00", assumed=True)]


class TestBatch:
    @pytest.mark.parametrize(
        "content",
        [
            LINES.encode(),
            ("start,kind,n\n" + LINES).encode(),
            ("\ufeffstart,kind,n\n" + LINES).encode(),
            ("\ufeff" + LINES).encode(),
            ("起点说明,Start ,kind,N\n" + "".join(f"备注,{line}\n" for line in LINES.split())).encode("gb18030"),
            LINES.replace("\n", "\r\n").encode(),
            ("\n" + LINES.replace("\n", "\n\n")).encode(),
            LINES.rstrip().encode(),
            LINES.replace("2026-02-13T10:00", '" 2026-02-13T10:00 "').encode(),
            b"n,kind,start\n"
            + b"".join(b",".join(reversed(line.split(b","))) + b"\n" for line in LINES.encode().split()),
        ],
        ids=["plain", "heading", "bom", "bom-bare", "gb18030", "crlf", "blank", "no-end", "quoted", "order"],
    )
    def test_answers_every_line(self, qifu: Qifu, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "terms.csv"
        file.write_bytes(content)
        told = qifu("deadline", "--batch", str(file))
        assert told.code == 0
        assert [json.loads(line) for line in told.out.splitlines()] == ANSWERS
        assert "1 行晚于已公布的日历" in told.err

    def test_reads_a_workbook_and_parquet(self, qifu: Qifu, tmp_path: Path) -> None:
        rows = [line.split(",") for line in LINES.split()]
        book = Workbook()
        assert book.active is not None
        for row in (["start", "kind", "n"], *([start, kind, int(n)] for start, kind, n in rows)):
            book.active.append(row)
        book.save(tmp_path / "terms.xlsx")
        starts, kinds, numbers = zip(*rows, strict=True)
        frame = polars.DataFrame({"kind": kinds, "n": [int(n) for n in numbers], "start": starts})
        frame.write_parquet(tmp_path / "terms.parquet")
        for name in ("terms.xlsx", "terms.parquet"):
            told = qifu("deadline", "--batch", str(tmp_path / name))
            assert [json.loads(line) for line in told.out.splitlines()] == ANSWERS

    @pytest.mark.parametrize("name", ["terms.xlsx", "terms.parquet"])
    def test_a_damaged_workbook_is_refused(self, qifu: Qifu, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text(LINES, encoding="utf-8")
        told = qifu("deadline", "--batch", str(tmp_path / name))
        assert (told.code, told.out) == (2, "")
        assert "已损坏" in told.err

    def test_what_is_quoted_back_is_short_and_harmless(self, qifu: Qifu) -> None:
        told = qifu("deadline", "--start", "\x1b[31m\n" + "x" * 5000, "--minutes", "1")
        assert told.code == 2
        assert "\x1b" not in told.err
        assert len(told.err) < 200

    def test_equals_one_by_one(self, qifu: Qifu, tmp_path: Path) -> None:
        file = tmp_path / "terms.csv"
        file.write_text(LINES, encoding="utf-8")
        lines = qifu("deadline", "--batch", str(file), "--json").out.splitlines()
        for text, line in zip(LINES.split(), lines, strict=True):
            start, kind, n = text.split(",")
            assert qifu("deadline", "--start", start, f"--{kind}", n, "--json").out.strip() == line

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ("soon,minutes,1", "不是时刻"),
            ("2026-09-30,weeks,1", "不认识"),
            ("2026-09-30,days,1", "不认识"),
            ("2026-09-30,minutes,-1", "整数"),
            ("2026-09-30,minutes,1000000000", "太大"),
            ("2150-01-01,minutes,1", "2004 年至 2100 年"),
            ("2026-09-30,minutes", "三列"),
            ("2026-09-30,minutes,1,2", "三列"),
            ("2026-09-30;minutes;1", "三列"),
            ("=cmd|' /C calc'!A0,minutes,1", "不是时刻"),
        ],
    )
    def test_one_bad_line_refuses_the_file_and_is_named(
        self, qifu: Qifu, tmp_path: Path, line: str, sentence: str
    ) -> None:
        file = tmp_path / "terms.csv"
        file.write_text("start,kind,n\n" + LINES + line + "\n" + LINES, encoding="utf-8")
        told = qifu("deadline", "--batch", str(file))
        assert (told.code, told.out) == (2, "")
        assert "第 5 行" in told.err
        assert sentence in told.err
        assert str(file) in told.err

    @pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", LINES.encode("utf-16"), b"\xff\xfe\xff\xff"])
    def test_what_is_not_text_is_refused(self, qifu: Qifu, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "terms.csv"
        file.write_bytes(content)
        told = qifu("deadline", "--batch", str(file))
        assert (told.code, told.out) == (2, "")

    def test_an_oversized_cell_is_refused(self, qifu: Qifu, tmp_path: Path) -> None:
        file = tmp_path / "terms.csv"
        file.write_text("x" * 200_000 + ",minutes,1\n", encoding="utf-8")
        told = qifu("deadline", "--batch", str(file))
        assert (told.code, told.out) == (2, "")
        assert "第 1 行" in told.err
        assert len(told.err) < 1000

    def test_an_empty_file_has_no_answers(self, qifu: Qifu, tmp_path: Path) -> None:
        file = tmp_path / "terms.csv"
        file.write_bytes(b"")
        told = qifu("deadline", "--batch", str(file))
        assert (told.code, told.out) == (0, "")
        assert "没有可推算的行" in told.err


class TestShell:
    def test_help_and_version(self, qifu: Qifu) -> None:
        assert "deadline" in qifu("-h").out
        assert "deadline" in qifu("--help").out
        assert qifu().out == qifu("--help").out
        assert qifu("--version").out.startswith("qifu ")
        assert "--workdays" in qifu("deadline", "-h").out

    def test_an_unknown_command(self, qifu: Qifu) -> None:
        told = qifu("dedline")
        assert (told.code, told.out, told.err) == (2, "", "没有这个命令。用法见 qifu -h。\n")

    def test_our_own_fault_has_a_reference_and_no_traceback(self, qifu: Qifu, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("QIFU_DEBUG", raising=False)
        monkeypatch.setitem(main.COMMANDS, "broken", (f"{__name__}:broken", "坏的"))
        told = qifu("broken")
        assert (told.code, told.out) == (3, "")
        assert "参考号 QF-" in told.err
        assert told.err.count("\n") == 1
        assert qifu("broken").err == told.err
        assert "Reference QF-" in qifu("broken", "--lang", "en").err

    def test_debugging_shows_the_fault(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("QIFU_DEBUG", "1")
        monkeypatch.setitem(main.COMMANDS, "broken", (f"{__name__}:broken", "坏的"))
        assert run(["broken"]) == 3
        assert "ZeroDivisionError" in capsys.readouterr().err

    def test_ctrl_c_is_quiet(self, qifu: Qifu, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(main.COMMANDS, "stopped", (f"{__name__}:stopped", "中断"))
        told = qifu("stopped")
        assert told.code == 130
        assert "已中断。" in told.err

    def test_engine_commands_wake_neither_django_nor_settings(self) -> None:
        code = (
            "import sys; from qifu.entry.cli.main import run;"
            "run(['deadline','--start','2026-09-30','--minutes','1','--json']);"
            "print([m for m in sys.modules if m.split('.')[0] in ('django','sqlite3','psycopg')"
            " or m == 'qifu.config.settings'])"
        )
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert told.stdout.splitlines()[1] == "[]"

    def test_a_reader_that_goes_away_hears_no_complaint(self, tmp_path: Path) -> None:
        file = tmp_path / "terms.csv"
        file.write_text(LINES * 20_000, encoding="utf-8")
        line = f'"{sys.executable}" -m qifu.entry.cli.main deadline --batch "{file}" | head -1'
        told = subprocess.run(line, shell=True, capture_output=True, text=True, check=True)
        assert json.loads(told.stdout) == ANSWERS[0]
        assert "Broken" not in told.stderr
        assert "Traceback" not in told.stderr

    def test_reads_standard_input(self) -> None:
        told = subprocess.run(
            [sys.executable, "-m", "qifu.entry.cli.main", "deadline", "--batch", "-"],
            input=LINES,
            capture_output=True,
            text=True,
            check=True,
        )
        assert [json.loads(line) for line in told.stdout.splitlines()] == ANSWERS


@click.command()
def broken() -> None:
    raise ZeroDivisionError


@click.command()
def stopped() -> None:
    raise KeyboardInterrupt

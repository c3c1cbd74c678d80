"""`qifu fiscal`: exit codes, JSON, and a clear sentence for every input that cannot be used."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from reportlab.pdfgen.canvas import Canvas

from qifu.entry.cli.main import run
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.samples import sample


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.docx"
    path.write_bytes(render(sample(random.Random(2)), "docx"))
    return path


def test_reads_and_audits(accounts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fiscal", "read", str(accounts), "--json"]) == 0
    model = json.loads(capsys.readouterr().out)
    assert model["document"]["money_unit"] == "万元"
    assert run(["fiscal", "audit", str(accounts), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["summary"]["error"] == 0
    assert report["summary"]["relations_checked"] > 500


@pytest.mark.parametrize("form", ["docx", "xlsx", "pdf", "html"])
def test_renders_what_it_read(accounts: Path, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["fiscal", "read", str(accounts), "--json"])
    first = capsys.readouterr().out
    model, out = tmp_path / "model.json", tmp_path / f"out.{form}"
    model.write_text(first, encoding="utf-8")
    assert run(["fiscal", "render", str(model), "--to", form, "--out", str(out)]) == 0
    capsys.readouterr()
    run(["fiscal", "read", str(out), "--json"])
    again, before = json.loads(capsys.readouterr().out), json.loads(first)
    for part in ("document", "tables", "forms"):
        assert again[part] == before[part]


def test_publishing_refuses_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = render(sample(random.Random(2)), "txt").decode().replace("本年支出合计\t57\t", "本年支出合计\t57\t9", 1)
    source, model, out = tmp_path / "a.txt", tmp_path / "m.json", tmp_path / "o.html"
    source.write_text(text, encoding="utf-8")
    assert run(["fiscal", "audit", str(source), "--json"]) == 1
    capsys.readouterr()
    run(["fiscal", "read", str(source), "--json"])
    model.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["fiscal", "render", str(model), "--to", "html", "--out", str(out), "--publish"]) == 1
    assert not out.exists()
    assert "没有写出" in capsys.readouterr().err
    assert run(["fiscal", "render", str(model), "--to", "html", "--out", str(out), "--publish", "--force"]) == 1
    assert out.exists()


def test_in_english_findings_stay_chinese_and_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = render(sample(random.Random(2)), "txt").decode().replace("本年支出合计\t57\t", "本年支出合计\t57\t9", 1)
    source = tmp_path / "a.txt"
    source.write_text(text, encoding="utf-8")
    assert run(["fiscal", "audit", str(source), "--lang", "en"]) == 1
    caught = capsys.readouterr()
    assert caught.out.startswith("[error] TBL-01")
    assert "依据" not in caught.out
    assert "Findings are worded in Chinese" in caught.err
    assert run(["fiscal", "audit", str(source)]) == 1
    caught = capsys.readouterr()
    assert caught.out.startswith("[错误] TBL-01")
    assert "worded in Chinese" not in caught.err


def _pdf(pages: int, **options: object) -> bytes:
    raw = io.BytesIO()
    canvas = Canvas(raw, **options)
    for page in range(pages):
        canvas.drawString(80, 700, f"page {page}")
        canvas.showPage()
    canvas.save()
    return raw.getvalue()


def _tracked() -> bytes:
    document = Document()
    paragraph = document.add_paragraph("2024年度部门决算")
    change = OxmlElement("w:ins")
    paragraph._p.append(change)
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def _bomb() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (60 * 1048576))
    return raw.getvalue()


BAD = {
    "empty": (b"", "文件是空的"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "这是图片"),
    "old office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "旧格式"),
    "damaged pdf": (b"%PDF-1.7\nnothing", "已损坏"),
    "damaged archive": (b"PK\x03\x04broken", "已损坏"),
    "binary": (bytes(range(256)) * 40, "不能识别"),
    "prose": ("今天天气很好。\n".encode() * 20, "没有认出"),
    "picture only pdf": (_pdf(1).replace(b"page 0", b"      "), "没有"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_unusable_input_gets_a_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw, sentence = BAD[name]
    path = tmp_path / "file"
    path.write_bytes(raw)
    assert run(["fiscal", "read", str(path), "--json"]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert sentence in caught.err
    assert "Traceback" not in caught.err


def test_encrypted_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(_pdf(1, encrypt="secret"))
    assert run(["fiscal", "read", str(path)]) == 2
    assert "密码" in capsys.readouterr().err


def test_too_many_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(_pdf(500))
    assert run(["fiscal", "read", str(path)]) == 2
    assert "500 页" in capsys.readouterr().err


def test_tracked_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(_tracked())
    assert run(["fiscal", "read", str(path)]) == 2
    assert "修订" in capsys.readouterr().err


def test_zip_bomb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(_bomb())
    assert run(["fiscal", "read", str(path)]) == 2
    assert "大得不正常" in capsys.readouterr().err


def test_bad_models_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.json"
    for text, sentence in (
        ("[]", "JSON 对象"),
        ("{", "不是"),
        ('{"document": {"year": "x"}}', "document.year"),
        ('{"document": {}, "tables": {"T99": {}}}', "T99"),
    ):
        path.write_text(text, encoding="utf-8")
        assert run(["fiscal", "render", str(path), "--to", "html", "--out", str(tmp_path / "o.html")]) == 2
        assert sentence in capsys.readouterr().err

"""Scanned disclosures: rendered, turned into pictures that lie askew and are noisy, and recognised again."""

from __future__ import annotations

import io
import random
from decimal import Decimal

import pytest

from qifu.engines.statements import audit, from_text, read
from qifu.engines.statements.relations import cells_of, place_name
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import sample


def test_what_a_recogniser_read_is_a_question_and_no_error() -> None:
    text = "\n".join(lines_of(sample(random.Random(2))))
    paper = from_text(text.replace("本年支出合计\t57\t", "本年支出合计\t57\t9", 1))
    assert audit(read(paper)).count("error")
    scan = audit(read(type(paper)(paper.lines, recognised=True)))
    assert not scan.count("error")
    assert [f.severity for f in scan.findings if f.rule.startswith("TBL-01")] == ["warning"]
    assert all("扫描件" in f.fix for f in scan.findings if f.severity == "warning")


def test_digits_that_were_not_made_out_are_mended_or_named_and_never_claimed() -> None:
    lines = lines_of(sample(random.Random(2)))
    total = next(line.split("\t")[-1] for line in lines if "本年支出合计\t57\t" in line)
    unclear = total[0] + "?" + total[2:]
    text = "\n".join(line.replace(total, unclear) if "总计均为" in line or "\t57\t" in line else line for line in lines)
    paper = from_text(text)
    model = read(type(paper)(paper.lines, recognised=True))
    assert {r.where: r.value for r in model.repairs}["T01.current.amount"] == total
    assert {place.raw for place in model.unreadable if place.where == "正文"} == {unclear}
    assert not any(claim.value != Decimal(total) for claim in model.claims if claim.raw.startswith(total[:1] + "?"))
    assert not audit(model).count("error")


def _scanned(raw: bytes, pages: list[int], askew: float, noise: float) -> bytes:
    numpy = pytest.importorskip("numpy")
    pypdfium2 = pytest.importorskip("pypdfium2")
    image = pytest.importorskip("PIL.Image")
    grain = numpy.random.default_rng(1)
    document = pypdfium2.PdfDocument(raw)
    pictures = []
    for index in pages:
        grey = document[index].render(scale=200 / 72).to_pil().convert("L")
        grey = grey.rotate(askew, fillcolor=255, resample=image.BICUBIC)
        noisy = numpy.asarray(grey).astype(float) + grain.normal(0, noise, (grey.height, grey.width))
        pictures.append(image.fromarray(noisy.clip(0, 255).astype("uint8")))
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=200)
    return out.getvalue()


def test_a_page_laid_askew_is_read_right_or_named() -> None:
    pytest.importorskip("rapidocr", reason="the recogniser (qifu[ocr]) is not installed")
    from qifu.entry.intake.fiscal import open_bytes

    drawn = sample(random.Random(3))
    raw = render(drawn, "pdf")
    title = dict(enumerate(_texts(raw)))
    pages = [page for page, text in title.items() if "公开01表" in text or "公开05表" in text]
    paper = open_bytes(_scanned(raw, pages, 0.6, 6.0))
    found = read(paper)
    assert paper.recognised
    assert list(found.tables) == ["T01", "T05"]
    named = {place.where for place in found.unreadable}
    before = {key: value for key, value in cells_of(drawn).items() if key[0] in found.tables}
    after = cells_of(found)
    wrong = {
        place_name(key)
        for key in {*before, *after}
        if (before.get(key) or 0) != (after.get(key) or 0) and place_name(key) not in named
    }
    assert wrong == set()
    right = sum(after.get(key) == value for key, value in before.items() if value)
    assert right >= 0.95 * sum(1 for value in before.values() if value)
    assert not audit(found).count("error")


def _texts(raw: bytes) -> list[str]:
    pypdfium2 = pytest.importorskip("pypdfium2")
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(raw)]

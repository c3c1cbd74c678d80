"""Budgets and final accounts coming in as files: told apart by content, opened safely, handed on as lines and cells.

    paper = open_paper(Path("决算公开.docx"))

Nothing is interpreted here: what a line means is the business of `engines.statements`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qifu.engines.statements import Paper

from .problems import Unusable
from .sniff import LARGEST_FILE, kind_of

__all__ = ["Unusable", "open_bytes", "open_paper"]


def open_paper(path: Path) -> Paper:
    """Open a file of any readable format.

    :raises Unusable: it cannot be used; the sentence says why and what to do.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise Unusable("这是文件夹，不是文件。", "This is a folder, not a file.")
        if size > LARGEST_FILE:
            raise Unusable(
                f"文件有 {size // 1048576} MB，超过 {LARGEST_FILE // 1048576} MB 的上限，请拆分后再试。",
                f"The file has {size // 1048576} MB, more than the {LARGEST_FILE // 1048576} MB that are read.",
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Unusable("没有这个文件。", "No such file.") from None
    except OSError as error:
        raise Unusable(f"文件读不了（{error.strerror}）。", f"Cannot read: {error.strerror}.") from None
    return open_bytes(raw, path.name)


def open_bytes(raw: bytes, name: str = "") -> Paper:
    """Open the content of a file.

    :raises Unusable: it cannot be used; the sentence says why and what to do.
    """
    kind = kind_of(raw)
    reader = _reader(kind)
    paper = reader(raw, name)
    if not any(line.text for line in paper.lines):
        raise Unusable("文件里没有文字，请核对是否选错了文件。", "The file holds no text.")
    return paper


def _reader(kind: str) -> Callable[[bytes, str], Paper]:
    """The adapter of a format, imported when the format is met."""
    if kind == "docx":
        from .word import read_word

        return read_word
    if kind == "xlsx":
        from .workbook import read_workbook

        return read_workbook
    if kind == "pdf":
        from .pdf import read_pdf

        return read_pdf
    if kind == "html":
        from .web import read_web

        return read_web
    from .plain import read_plain

    return read_plain

"""Budgets and final accounts as documents: Word, Excel, PDF, accessible HTML, plain text, open data.

    from qifu.output.papers.fiscal import render
    raw = render(model, "docx")

What is written can be read back: `engines.statements.read` of the result equals the model.
"""

from __future__ import annotations

from collections.abc import Callable

from qifu.engines.statements import Model

FORMATS = ("docx", "xlsx", "pdf", "html", "txt")


def render(model: Model, form: str) -> bytes:
    """Write a disclosure in a format.

    :raises ValueError: the format is not one of `FORMATS`.
    """
    return _writer(form)(model)


def _writer(form: str) -> Callable[[Model], bytes]:
    """The writer of a format, imported when it is needed."""
    if form == "docx":
        from .word import write_word

        return write_word
    if form == "xlsx":
        from .workbook import write_workbook

        return write_workbook
    if form == "pdf":
        from .portable import write_pdf

        return write_pdf
    if form == "html":
        from .web import write_web

        return write_web
    if form == "txt":
        from .plain import write_plain

        return write_plain
    raise ValueError(f"unknown format {form}")

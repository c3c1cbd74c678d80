"""A disclosure as text: a line a paragraph, tabs between the cells of a row."""

from __future__ import annotations

from qifu.engines.statements import Model
from qifu.engines.statements.writing.blocks import Page, Table, blocks_of


def write_plain(model: Model) -> bytes:
    """Write text in UTF-8."""
    return "\n".join(lines_of(model)).encode()


def lines_of(model: Model) -> list[str]:
    """The lines of the text; a blank one between paragraphs."""
    lines: list[str] = []
    for block in blocks_of(model):
        if isinstance(block, Page):
            lines.append("")
        elif isinstance(block, Table):
            lines += ["\t".join(cell.replace("\t", " ") for cell in row) for row in block.rows]
            lines.append("")
        else:
            lines += [block.text, ""]
    return lines

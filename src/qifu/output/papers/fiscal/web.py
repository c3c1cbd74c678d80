"""A disclosure as one accessible HTML page: real headings, tables with captions and header cells, print styles."""

from __future__ import annotations

from html import escape

from qifu.engines.statements import Model
from qifu.engines.statements.writing.blocks import Page, Table, Text, blocks_of

_STYLE = (
    "body{font-family:'FangSong','仿宋_GB2312','仿宋',serif;max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.8}"
    "h1,h2,h3{font-family:'方正小标宋简体','SimSun','宋体',serif;text-align:center}h3{text-align:left}"
    "table{border-collapse:collapse;width:100%;font-family:'SimSun','宋体',serif;font-size:.85rem;margin:.5rem 0}"
    "caption{font-weight:bold}td,th{border:1px solid #333;padding:.15rem .35rem;vertical-align:middle}td.n{text-align:right}"
    "p.marker{text-align:right;margin:0;font-size:.85rem}p.note{font-size:.85rem}p.centre{text-align:center;font-weight:bold}"
    "@media print{section{break-before:page}tr{break-inside:avoid}thead{display:table-header-group}}"
)
_TAGS = {"title": "h1", "part": "h2", "heading": "h3"}


def write_web(model: Model) -> bytes:
    """Write one page in UTF-8, nothing outside it needed."""
    pieces = []
    for block in blocks_of(model):
        if isinstance(block, Page):
            pieces.append("</section><section>")
        elif isinstance(block, Table):
            pieces.append(_table(block))
        else:
            pieces.append(_text(block))
    title = escape(model.document.title or f"{model.document.year or ''}年度{model.document.unit}部门决算公开")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
    body = "\n".join(pieces)
    return f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{head}</head><body><main><section>{body}</section></main></body></html>\n'.encode()


def _text(block: Text) -> str:
    tag = _TAGS.get(block.style)
    if tag:
        return f"<{tag}>{escape(block.text)}</{tag}>"
    return f'<p class="{block.style}">{escape(block.text)}</p>'


def _table(table: Table) -> str:
    covered, opening = _spans(table)
    rows = []
    for r, row in enumerate(table.rows):
        cells = []
        for c, cell in enumerate(row):
            if (r, c) in covered:
                continue
            down, across = opening.get((r, c), (1, 1))
            tag = "th" if r < table.heads else "td"
            marks = (f' rowspan="{down}"' if down > 1 else "") + (f' colspan="{across}"' if across > 1 else "")
            marks += ' class="n"' if tag == "td" and c in table.numeric else ""
            marks += ' scope="col"' if tag == "th" else ""
            cells.append(f"<{tag}{marks}>{escape(cell)}</{tag}>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = f"<thead>{''.join(rows[: table.heads])}</thead>" if table.heads else ""
    return f"<table>{head}<tbody>{''.join(rows[table.heads :])}</tbody></table>"


def _spans(table: Table) -> tuple[set[tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """Cells that a merged cell covers, and where merged cells open."""
    covered = set()
    opening = {}
    for row, column, down, across in table.spans:
        opening[row, column] = (down, across)
        covered |= {(r, c) for r in range(row, row + down) for c in range(column, column + across)} - {(row, column)}
    return covered, opening

"""The library as a table for its page in docs/rules."""

from __future__ import annotations

from collections.abc import Sequence

from .shapes import Document, Item

HEAD = ("| 编号 | 事项 | 文号 | 执行期 | 算例 |", "|---|---|---|---|---|")


def table(documents: Sequence[Document]) -> str:
    """One line an item, by code."""
    rows = sorted((item.code, _row(item, document)) for document in documents for item in document.items)
    return "\n".join((*HEAD, *(row for _, row in rows)))


def _row(item: Item, document: Document) -> str:
    until = item.effective_to.isoformat() if item.effective_to else "长期"
    number = document.number or f"《{document.title}》"
    return f"| {item.code} | {item.title} | {number} | {item.effective_from} 至 {until} | {len(item.cases)} |"

"""The starter library: policies that hold across China, as files; read whole or not at all.

    from qifu.domain.policies import library

    for document in library.read():       # every condition compiled, every case answered as expected
        for item in document.items: …

A file a document under `national/`; what was confirmed, and how, stands in `checked`. How to add one: docs/rules/library.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from . import checks, printed, reading
from .shapes import Case, Clause, Document, Faulty, Item, Relation, Window

FOLDER = Path(__file__).parent / "national"
printed_table = printed.table

__all__ = ["Case", "Clause", "Document", "Faulty", "Item", "Relation", "Window", "load", "printed_table", "read"]


@cache
def read() -> tuple[Document, ...]:
    """The documents of the library, by name of file. :raises Faulty: with file, item and path."""
    return load(sorted(FOLDER.glob("*.json")))


def load(files: Sequence[Path]) -> tuple[Document, ...]:
    """Read and check files together. :raises Faulty: the first fault, with file, item and path."""
    documents = tuple(reading.file(path) for path in files)
    for fault in checks.whole(documents):
        raise fault
    return documents

"""Reads the tables that stand beside the code, each once."""

import csv
from pathlib import Path


def rows(name: str) -> list[dict[str, str]]:
    """Read a table of the package, one mapping a line; columns are named in its first line."""
    with (Path(__file__).parent / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

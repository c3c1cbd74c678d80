"""The embedded database, migrated once and kept under the digest of its migrations: a run copies it instead of migrating again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "tests"


@cache
def path() -> Path:
    """Where the migrated database of these sources is kept, or will be."""
    said = sha256((ROOT / "uv.lock").read_bytes())
    sources = ROOT / "src" / "qifu"
    helpers = [
        *sources.rglob("triggers.py"),
        sources / "kernel" / "search.py",
        sources / "domain" / "estate" / "overlap.py",
    ]
    for file in sorted([*sources.rglob("migrations/*.py"), *helpers]):
        said.update(file.read_bytes())
    return KEPT / f"{said.hexdigest()[:32]}.sqlite3"


def keep(migrated: sqlite3.Connection) -> None:
    """Keep a copy of a freshly migrated, empty database; older ones go."""
    if path().exists():
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    for old in KEPT.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    made = path().with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(made)) as copy:
        migrated.backup(copy)
    made.replace(path())


def fill(database: Path) -> None:
    """A new file of a database is the copy of what is kept, if something is."""
    if path().exists():
        shutil.copy(path(), database)


def pour(name: str) -> sqlite3.Connection | None:
    """Fill a new database in memory with what is kept, if something is; the connection that keeps it alive."""
    if not path().exists():
        return None
    filled = sqlite3.connect(name, uri=True)
    with closing(sqlite3.connect(path())) as kept:
        kept.backup(filled)
    return filled

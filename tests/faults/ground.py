"""The ground of all trials: one database made once with a small house of people in it, and a copy of it for each trial."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings

from tests import template
from tests.faults.programs import call

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("QIFU_SEED", "20260930"))
DISPATCHERS = ("dispatcher", *(f"dispatcher{n}" for n in range(2, 7)))
TRIALS = int(os.environ.get("QIFU_TRIALS", "1"))  # how many times as long as usual


def is_server() -> bool:
    """Whether the suite runs on PostgreSQL."""
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


def address(name: str) -> str:
    """The DATABASE_URL of a database of trials: on the server of the suite, or a file."""
    db = settings.DATABASES["default"]
    if not is_server():
        return f"sqlite:///{name}"
    return f"postgres://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT'] or 5432}/{name}"


def on_server(statement: str, url: str = "") -> None:
    import psycopg

    with psycopg.connect(url or address("postgres"), autocommit=True) as server:
        server.execute(statement)  # type: ignore[arg-type]


def environment(home: Path, url: str) -> dict[str, str]:
    """What programs of a trial are told; keys made beforehand, so that homes may differ."""
    keys = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("QIFU_SECRET", "QIFU_KEYS")}
    keys["QIFU_KEYS"] = f"k1:{keys['QIFU_KEYS']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QIFU_")}
    return {
        **kept,
        **keys,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.faults.trial_settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "QIFU_HOME": str(home),
    }


@dataclass
class Ground:
    """The database that trials are copied from, and who is in it."""

    folder: Path
    name: str
    environment: dict[str, str]
    cast: dict[str, Any] = field(default_factory=dict)
    copies: Iterator[int] = field(default_factory=count)

    @contextmanager
    def copy(self) -> Iterator[dict[str, str]]:
        """A database of its own for one trial, as the environment of its programs."""
        name = f"{self.name}_{next(self.copies)}"
        if is_server():
            on_server(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        else:
            name = str(self.folder / f"{name}.sqlite3")
            shutil.copy(self.folder / f"{self.name}.sqlite3", name)
        try:
            yield self.environment | {"DATABASE_URL": address(name)}
        finally:
            if is_server():
                on_server(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def made(folder: Path) -> Iterator[Ground]:
    """Make the ground, and clear it away at the end."""
    name = f"qifu_ground_{os.getpid()}"
    if is_server():
        on_server(f"CREATE DATABASE {name}")
    else:
        template.fill(folder / f"{name}.sqlite3")
    url = address(name if is_server() else str(folder / f"{name}.sqlite3"))
    ground = Ground(folder, name, environment(folder / "home", url))
    try:
        ground.cast = call("tests.faults.trial", "begin", environment=ground.environment, folder=folder)
        yield ground
    finally:
        if is_server():
            on_server(f"DROP DATABASE {name} WITH (FORCE)")

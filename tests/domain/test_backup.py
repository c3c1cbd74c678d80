"""Backup and restore by command: a played case with its file goes round, damage is named, nothing is overwritten unasked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import template
from tests.domain.played_case import NOW

ROOT = Path(__file__).parents[2]
SERVER = os.environ.get("DATABASE_URL", "")


@dataclass
class Place:
    """One installation: its folder, its database, its environment."""

    home: Path
    url: str = ""
    keys: str = ""

    def run(self, *line: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("QIFU_", "DATABASE_"))}
        env = clean | {"QIFU_HOME": str(self.home), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DATABASE_URL": self.url}
        env |= {"QIFU_KEYS": self.keys} if self.keys else {}
        done = subprocess.run([sys.executable, "-m", *line], env=env, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == status, (line, done.returncode, done.stdout, done.stderr)
        return done

    def qifu(self, *line: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        return self.run("qifu.entry.cli.main", *line, status=status)

    def read(self) -> dict[str, Any]:
        return dict(json.loads(self.run("tests.domain.played_case", "read").stdout))

    def play(self) -> dict[str, Any]:
        if not self.url:
            template.fill(self.home / "qifu.sqlite3")
        self.qifu("migrate")
        return dict(json.loads(self.run("tests.domain.played_case", "play").stdout))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An embedded installation in which a case was played; to be copied, not changed."""
    place = Place(tmp_path_factory.mktemp("played"))
    place.play()
    return place


def copied(played: Place, home: Path) -> Place:
    shutil.copytree(played.home, home)
    return Place(home)


@pytest.fixture
def databases() -> Iterator[Callable[[], str]]:
    """Empty databases of the server, dropped afterwards."""
    made: list[str] = []

    def database() -> str:
        made.append(f"qifu_backup_{uuid.uuid4().hex[:10]}")
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{made[-1]}"')
        return f"{SERVER.rpartition('/')[0]}/{made[-1]}"

    yield database
    for name in made:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_a_case_goes_round_on_the_embedded_database(played: Place, tmp_path: Path) -> None:
    goes_round(copied(played, tmp_path / "old"), Place(tmp_path / "new"), tmp_path / "backups")


@pytest.mark.skipif(
    not SERVER.startswith("postgres") or shutil.which("pg_dump") is None,
    reason="needs DATABASE_URL=postgres://… and pg_dump",
)
def test_a_case_goes_round_on_postgresql(databases: Callable[[], str], tmp_path: Path) -> None:
    old, new = Place(tmp_path / "old", databases()), Place(tmp_path / "new", databases())
    old.play()
    goes_round(old, new, tmp_path / "backups")


def goes_round(old: Place, new: Place, out: Path) -> None:
    """Back up, restore elsewhere, restore over it again; the chain agrees with its anchors each time."""
    played = old.read()
    assert [row[1:] for row in played["cases"]] == [["accepted", "19900001234", "停车难", True]]
    first = json.loads(old.qifu("backup", "--out", str(out), "--json").stdout)
    assert (first["files"], first["copied"], first["has_keys"]) == (1, 1, False)
    assert json.loads((old.home / "last-backup.json").read_text())["at"] == first["at"]
    assert not list(out.rglob("*.key"))
    assert (Path(first["folder"]).stat().st_mode & 0o077) == 0

    done = new.qifu("restore", str(out), "--json", status=1)  # done, but the keys are not here yet
    told = json.loads(done.stdout)
    assert told["evidence"]["broken"] == ""
    assert (told["evidence"]["records"], told["evidence"]["anchors"]) == (played["records"], 1)
    assert told["kept_aside"] == ""
    assert "数据密钥" in told["troubles"][0]
    shutil.copyfile(old.home / "data.key", new.home / "data.key")
    assert new.read() == played
    assert json.loads(new.qifu("evidence", "verify", "--json").stdout)["ok"] is True

    refused = new.qifu("restore", str(out), status=2)
    assert "--yes" in refused.stderr
    again = json.loads(new.qifu("restore", str(out), "--yes", "--json").stdout)
    assert again["troubles"] == []
    assert "before_restore_" in again["kept_aside"]
    assert new.read() == played


def test_damage_is_named_and_nothing_is_touched(played: Place, tmp_path: Path) -> None:
    old, new, out = copied(played, tmp_path / "old"), Place(tmp_path / "new"), tmp_path / "backups"
    folder = Path(json.loads(old.qifu("backup", "--out", str(out), "--json", "--with-keys").stdout)["folder"])
    pieces = [Path(piece["path"]) for piece in json.loads((folder / "manifest.json").read_text())["pieces"]]
    assert {piece.name for piece in pieces} >= {"database.sqlite3", "data.key", "secret.key"}
    for piece in pieces:
        if piece.name == "secret.key":
            continue
        whole = (out / piece).read_bytes()
        (out / piece).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        refused = new.qifu("restore", str(out), status=2)
        assert f"{piece}：备份中的这个文件已损坏" in refused.stderr
        (out / piece).write_bytes(whole)
    assert not (new.home / "files").exists()
    (out / pieces[-1]).rename(tmp_path / "gone")
    assert f"{pieces[-1]}：备份缺少这个文件" in new.qifu("restore", str(out), status=2).stderr
    (tmp_path / "gone").rename(out / pieces[-1])
    new.qifu("restore", str(folder))  # with its keys: clean
    assert new.read()["cases"][0][2] == "19900001234"


def test_files_are_copied_once_and_old_runs_make_room(played: Place, tmp_path: Path) -> None:
    place, out = copied(played, tmp_path / "home"), tmp_path / "backups"
    first = json.loads(place.qifu("backup", "--out", str(out), "--json", "--keep", "1").stdout)
    kept = next(path for path in (out / "files").rglob("*") if path.is_file())
    stamp = kept.stat().st_mtime_ns
    stray = out / "files" / "00" / ("0" * 62)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"erased since")
    second = json.loads(place.qifu("backup", "--out", str(out), "--json", "--keep", "1").stdout)
    assert (first["copied"], second["copied"], second["files"]) == (1, 0, 1)
    assert kept.stat().st_mtime_ns == stamp
    assert not stray.exists(), "what was erased here leaves the backups"
    assert [path.name for path in out.iterdir() if path.name != "files"] == [Path(second["folder"]).name]


def test_what_is_no_backup_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    place, out = Place(tmp_path / "home"), tmp_path / "backups"
    out.mkdir()
    assert "没有完整的备份" in place.qifu("restore", str(out), status=2).stderr
    run = out / "20260930-100000"
    run.mkdir()
    (run / "manifest.json").write_text("{")
    assert "清单读不出来" in place.qifu("restore", str(out), status=2).stderr
    value = {
        "format": 1, "made_at": NOW.isoformat(), "version": "9", "database": "postgresql", "migrations": {},
        "keys": {}, "has_keys": False, "pieces": [],
    }  # fmt: skip
    (run / "manifest.json").write_text(json.dumps(value))
    assert "备份来自 postgresql" in place.qifu("restore", str(out), status=2).stderr
    (run / "manifest.json").write_text(
        json.dumps(value | {"database": "sqlite", "migrations": {"appeals": ["9999_x"]}})
    )
    assert "更新的版本（9，含 appeals.9999_x）" in place.qifu("restore", str(out), status=2).stderr
    outside = [{"path": "../home/data.key", "sha256": "0" * 64, "size": 1}]
    (run / "manifest.json").write_text(json.dumps(value | {"database": "sqlite", "pieces": outside}))
    assert "指向文件夹之外" in place.qifu("restore", str(out), status=2).stderr

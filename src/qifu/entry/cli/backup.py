"""`qifu backup` and `qifu restore`: one consistent copy of everything that cannot be made again, and the way back.

A backup folder holds one folder a run (database, anchors, models, manifest) and the files of all runs once, by their digest. The manifest
is written last: a run that was broken off has none and is not taken for a backup. Keys stay out unless asked for, because who holds
keys and data together can read every telephone number.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import click

from qifu.entry.cli.speak import CLEAN, BadInput, emit, say, with_database

FORMAT = 1
MANIFEST = "manifest.json"
LAST = "last-backup.json"
KEYS = ("secret.key", "data.key")


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a backup: where it lies in the backup folder, and what it must be."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, and of what kind of installation."""

    made_at: str
    version: str
    database: str  # sqlite, postgresql
    migrations: dict[str, list[str]]
    keys: dict[str, str]  # id of each data key → its fingerprint, by which a restore knows whether it has them
    has_keys: bool
    pieces: list[Piece] = field(default_factory=list)
    format: int = FORMAT

    @classmethod
    def read(cls, place: Path) -> Manifest:
        """:raises BadInput: it is none, or of a later format."""
        try:
            value: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
            if value["format"] != FORMAT:
                raise BadInput("这份备份的格式比本程序新，请先升级程序。", "made by a later version", where=str(place))
            return cls(**value | {"pieces": [Piece(**piece) for piece in value["pieces"]]})
        except (OSError, ValueError, KeyError, TypeError):
            raise BadInput("备份清单读不出来，这份备份不能用。", "unreadable manifest", where=str(place)) from None

    def within(self, part: str) -> list[Piece]:
        return [piece for piece in self.pieces if f"/{part}/" in f"/{piece.path}"]


@click.command("backup", help="备份数据库、附件、存证和模型；附件只补新增的")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="备份文件夹，可反复使用")
@click.option("--keep", type=click.IntRange(1, 3650), default=7, show_default=True, help="保留最近几次备份")
@click.option("--with-keys", is_flag=True, help="连密钥一起备份（不建议：拿到备份的人就能解密手机号）")
@click.option("--json", "as_json", is_flag=True)
def command(out: Path, keep: int, with_keys: bool, as_json: bool) -> int:
    with_database()
    now = datetime.now(UTC)
    out = out.resolve()
    folder = out / f"{now:%Y%m%d-%H%M%S}"
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as problem:
        raise BadInput(f"备份文件夹不能写：{problem.strerror}", "cannot write there", where=str(folder)) from None
    made, copied = make(out, folder, now, with_keys=with_keys)
    _forget_old(out, keep)
    told = {
        "at": made.made_at, "folder": str(folder), "files": len(made.within("files")), "copied": copied,
        "bytes": sum(piece.size for piece in made.pieces), "has_keys": with_keys,
    }  # fmt: skip
    _note(told)
    if as_json:
        emit(told)
    say(
        f"已备份到 {folder}：{told['files']} 个附件（新增 {copied} 个），共 {len(made.pieces)} 个文件、{_size(told['bytes'])}。",
        f"backed up to {folder}: {told['files']} files ({copied} new), {len(made.pieces)} pieces in all.",
    )
    if with_keys:
        say("这份备份含有密钥，请像保管密钥一样保管它。", "this backup holds the keys: keep it as you keep the keys.")
    elif not os.environ.get("QIFU_KEYS"):
        say(
            "密钥没有备份。它在 QIFU_HOME/data.key 和 secret.key，请另行保管；丢失后手机号等无法解密。",
            "the keys are not in it: keep QIFU_HOME/data.key and secret.key elsewhere.",
        )
    return CLEAN


def make(out: Path, folder: Path, now: datetime, *, with_keys: bool) -> tuple[Manifest, int]:
    """Make one run; return its manifest and how many files were new. The database first: what its rows name is kept already."""
    from django.conf import settings
    from django.db import connection

    home = Path(settings.HOME)
    dumped = dump(folder)
    pieces = [_piece(out, dumped)]
    copied = 0
    for source in _stored(home / "files"):
        place = out / "files" / source.parent.name / source.name
        if not place.exists() or place.stat().st_size != source.stat().st_size:
            if not _copied(source, place):
                continue  # erased in this moment
            copied += 1
        pieces.append(Piece(str(place.relative_to(out)), source.parent.name + source.name, place.stat().st_size))
    for part, pattern in (("anchors", "*.json"), ("models", "*.npz")):
        for source in sorted((home / part).glob(pattern)):
            if not source.name.startswith(".") and _copied(source, folder / part / source.name):
                pieces.append(_piece(out, folder / part / source.name))
    if with_keys:
        for source in (home / name for name in KEYS if (home / name).exists()):
            _copied(source, folder / "keys" / source.name, mode=0o600)
            pieces.append(_piece(out, folder / "keys" / source.name))
    made = Manifest(
        made_at=now.isoformat(),
        version=version_of("qifu"),
        database=connection.vendor,
        migrations=_migrations(),
        keys=fingerprints(),
        has_keys=with_keys,
        pieces=pieces,
    )
    write_whole(folder / MANIFEST, json.dumps(asdict(made), ensure_ascii=False, indent=1))
    return made, copied


def dump(folder: Path) -> Path:
    """Write the database as it stands at one moment; writers go on meanwhile.

    :raises BadInput: `pg_dump` is not there, or does not fit the server.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        place = folder / "database.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(place)])
        os.chmod(place, 0o600)
        _settle(place)
        return place
    place = folder / "database.dump"
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public", "--file", str(place)]
    run_postgres(command, "数据库没有备份成功")
    os.chmod(place, 0o600)
    _settle(place)
    return place


def run_postgres(command: list[str], failed: str) -> None:
    """Run a tool of PostgreSQL against our database; the password travels in its environment, not in its arguments.

    :raises BadInput: the tool is missing, or says that it could not do it.
    """
    from django.db import connection

    if shutil.which(command[0]) is None:
        raise BadInput(
            f"{failed}：这台机器上没有 {command[0]}。请安装 postgresql-client（版本不低于数据库），或在数据库所在的机器上运行。",
            f"{command[0]} is not on PATH: install postgresql-client",
        )
    known = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {name: str(known[key]) for name, key in names.items() if known.get(key)}
    done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BadInput(f"{failed}：{done.stderr.strip()[-400:]}", f"{command[0]} failed: {done.stderr.strip()[-400:]}")


def runs(out: Path) -> list[Path]:
    """The finished runs of a backup folder, oldest first."""
    return sorted(path.parent for path in out.glob(f"*/{MANIFEST}"))


def fingerprints() -> dict[str, str]:
    """What tells a data key without giving it away."""
    from django.conf import settings

    return {name: hashlib.sha256(b"qifu backup " + key).hexdigest()[:16] for name, key in settings.DATA_KEYS.items()}


def sha256(place: Path) -> str:
    with place.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def write_whole(place: Path, text: str) -> None:
    """Write a file so that a reader sees all of it or none."""
    scratch = place.with_name(f".{place.name}.new")
    scratch.write_text(text, encoding="utf-8")
    _settle(scratch)
    os.replace(scratch, place)
    _settle(place.parent)


def _migrations() -> dict[str, list[str]]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def _stored(folder: Path) -> Iterator[Path]:
    """Files under their digest; scratch files of uploads under way lie beside the folders."""
    for part in sorted(folder.glob("??")):
        yield from sorted(path for path in part.iterdir() if len(part.name + path.name) == 64)


def _copied(source: Path, place: Path, mode: int = 0o640) -> bool:
    """Copy a file whole; False when it has gone."""
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = place.with_name(f".{place.name}.new")
    try:
        shutil.copyfile(source, scratch)
    except FileNotFoundError:
        return False
    os.chmod(scratch, mode)
    _settle(scratch)
    os.replace(scratch, place)
    return True


def _settle(place: Path) -> None:
    """Wait until the disk has it."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _piece(out: Path, place: Path) -> Piece:
    return Piece(str(place.relative_to(out)), sha256(place), place.stat().st_size)


def _forget_old(out: Path, keep: int) -> None:
    """Drop the oldest runs, and files that no kept run names: what was erased here leaves the backups in their time."""
    for folder in runs(out)[:-keep]:
        (folder / MANIFEST).unlink()
        shutil.rmtree(folder)
    named = {piece.path for folder in runs(out) for piece in Manifest.read(folder / MANIFEST).within("files")}
    for place in _stored(out / "files"):
        if str(place.relative_to(out)) not in named:
            place.unlink()


def _note(told: dict[str, object]) -> None:
    """Leave word for the operations page."""
    from django.conf import settings

    write_whole(Path(settings.HOME) / LAST, json.dumps(told))


def _size(count: object) -> str:
    number = float(str(count))
    return f"{number / 2**20:.1f} MB" if number < 2**30 else f"{number / 2**30:.2f} GB"


def is_sound(place: Path) -> bool:
    """Whether a SQLite file is whole."""
    with closing(sqlite3.connect(place)) as opened:
        return bool(opened.execute("PRAGMA integrity_check").fetchone()[0] == "ok")

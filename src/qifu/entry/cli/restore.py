"""`qifu restore`: back from a backup. Everything is checked before anything is touched; what stood here before is set aside, not lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from qifu.entry.cli import backup
from qifu.entry.cli.backup import MANIFEST, Manifest, Piece
from qifu.entry.cli.evidence import kept_anchors
from qifu.entry.cli.speak import CLEAN, FOUND_WRONG, BadInput, emit, say, with_django


@click.command("restore", help="从备份还原；先逐个核对摘要，还原后核验证据链")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="本机已有数据也还原；原来的数据库改名留存")
@click.option("--json", "as_json", is_flag=True)
def command(folder: Path, yes: bool, as_json: bool) -> int:
    with_django()
    run = chosen(folder.resolve())
    made = Manifest.read(run / MANIFEST)
    _fits(made, run)
    for piece in made.pieces:
        _intact(run.parent, piece)
    _may_overwrite(yes)
    now = datetime.now(UTC)
    aside = _database(run, made, now)
    _files(run, made)
    has_new_keys = _keys(run, made, now)
    return _told(run, made, aside, has_new_keys, as_json)


def chosen(folder: Path) -> Path:
    """The run to restore: the folder itself, or the newest run in it.

    :raises BadInput: there is no finished backup.
    """
    if (folder / MANIFEST).is_file():
        return folder
    found = backup.runs(folder) if folder.is_dir() else []
    if not found:
        raise BadInput("这里没有完整的备份（没有清单 manifest.json）。", "no finished backup here", where=str(folder))
    return found[-1]


def _fits(made: Manifest, run: Path) -> None:
    """:raises BadInput: the backup is of another kind of database, or of a later version."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    if made.database != connection.vendor:
        raise BadInput(
            f"备份来自 {made.database}，这里是 {connection.vendor}，不能直接还原。请把 DATABASE_URL 改成同一种数据库。",
            f"the backup is of {made.database}, this is {connection.vendor}",
            where=str(run),
        )
    known = MigrationLoader(None).disk_migrations
    later = [f"{app}.{name}" for app, names in made.migrations.items() for name in names if (app, name) not in known]
    if later:
        raise BadInput(
            f"备份来自更新的版本（{made.version}，含 {later[0]}）。请先把程序升级到该版本，再还原。",
            f"the backup is of a later version ({made.version})",
            where=str(run),
        )


def _intact(out: Path, piece: Piece) -> None:
    """:raises BadInput: the piece is missing or damaged; its name is said. Nothing has been touched yet."""
    place = out / piece.path
    if not place.resolve().is_relative_to(out):
        raise BadInput("备份清单指向文件夹之外，没有还原。", "the manifest points outside", where=piece.path)
    if not place.is_file():
        raise BadInput(
            "备份缺少这个文件，没有还原。", "missing from the backup; nothing was restored", where=piece.path
        )
    if place.stat().st_size != piece.size or backup.sha256(place) != piece.sha256:
        raise BadInput("备份中的这个文件已损坏，没有还原。", "damaged; nothing was restored", where=piece.path)


def _may_overwrite(yes: bool) -> None:
    """:raises BadInput: data stands here and nobody said that it may go, or a worker still runs."""
    from qifu.kernel.evidence.models import Record
    from qifu.kernel.outbox.queries import health

    if not _has_tables():
        return
    if health(now=datetime.now(UTC)).workers:
        raise BadInput("后台进程还在运行。请先停下 qifu serve 和 qifu worker，再还原。", "a worker is still running")
    if not yes and Record.objects.exists():
        raise BadInput(
            "这里已有数据，还原会用备份代替它。确定的，请先停下服务，再加 --yes；原来的数据库会改名留存。",
            "data stands here: add --yes to replace it",
        )


def _has_tables() -> bool:
    from django.db import DatabaseError, connection

    try:
        return {"evidence_record", "outbox_item"} <= set(connection.introspection.table_names())
    except DatabaseError as problem:
        raise BadInput(f"数据库连不上：{problem}", "the database does not answer") from None


def _database(run: Path, made: Manifest, now: datetime) -> str:
    """Put the database in place; return under which name the one before is kept, if there was one."""
    from django.db import connection

    name = f"before_restore_{now:%Y%m%d_%H%M%S}"
    if made.database == "sqlite":
        return _embedded(run / "database.sqlite3", Path(str(connection.settings_dict["NAME"])), name)
    had = _has_tables()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA public RENAME TO {name}")
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA public")
        tool = ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        only = ["--schema=public", "--dbname", str(connection.settings_dict["NAME"])]
        backup.run_postgres([*tool, *only, str(run / "database.dump")], "数据库没有还原，原来的仍在")
    except BaseException:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
            cursor.execute(f"ALTER SCHEMA {name} RENAME TO public")
        raise
    if had:
        return name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {name} CASCADE")
    return ""


def _embedded(source: Path, place: Path, name: str) -> str:
    from django.db import connection, connections

    if not backup.is_sound(source):
        raise BadInput(
            "备份中的数据库文件不完整，没有还原。", "the database in the backup is not sound", where=str(source)
        )
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    had = _has_tables()
    connections.close_all()
    scratch = place.with_name(f".{place.name}.new")
    shutil.copyfile(source, scratch)
    kept = place.with_name(f"{name}.sqlite3")
    if had:
        os.replace(place, kept)
    for end in ("-wal", "-shm"):
        place.with_name(place.name + end).unlink(missing_ok=True)
    os.replace(scratch, place)
    return str(kept) if had else ""


def _files(run: Path, made: Manifest) -> None:
    """Copy what is not here yet; nothing is taken away."""
    from django.conf import settings

    home = Path(settings.HOME)
    for piece in made.within("files"):
        _placed(run.parent / piece.path, home / piece.path)
    for part in ("anchors", "models"):
        for piece in made.within(part):
            _placed(run.parent / piece.path, home / part / Path(piece.path).name, again=part == "models")


def _placed(source: Path, place: Path, *, again: bool = False) -> None:
    if place.exists() and not again:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = place.with_name(f".{place.name}.new")
    shutil.copyfile(source, scratch)
    os.chmod(scratch, 0o640)
    os.replace(scratch, place)


def _keys(run: Path, made: Manifest, now: datetime) -> bool:
    """Put the keys in place where the backup has them and the environment names none; say whether that was done."""
    from django.conf import settings

    pieces = [] if os.environ.get("QIFU_KEYS") else made.within("keys")
    for piece in pieces:
        place = Path(settings.HOME) / Path(piece.path).name
        if place.exists() and backup.sha256(place) != piece.sha256:
            os.replace(place, place.with_name(f"{place.name}.before-{now:%Y%m%d%H%M%S}"))
        _placed(run.parent / piece.path, place)
        os.chmod(place, 0o600)
    return bool(pieces)


def _told(run: Path, made: Manifest, aside: str, has_new_keys: bool, as_json: bool) -> int:
    from django.core.management import call_command

    from qifu.kernel.evidence.verify import verify

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    report = verify(list(kept_anchors(run / "anchors")))
    troubles = list(_troubles(made, has_new_keys))
    if not report.is_whole:
        troubles.insert(0, f"证据链断裂：{report.broken}")
    if as_json:
        emit({"run": str(run), "evidence": report.as_json(), "kept_aside": aside, "troubles": troubles})
    say(
        f"已还原 {made.made_at} 的备份：{report.records} 条证据、{len(made.within('files'))} 个附件、"
        f"{report.anchors} 处库外存证相符。",
        f"restored the backup of {made.made_at}: {report.records} records, {len(made.within('files'))} files.",
    )
    if aside:
        say(
            f"原来的数据库留在 {aside}，确认无误后请删除。",
            f"the database before is kept as {aside}; delete it when sure.",
        )
    for trouble in troubles:
        say(trouble)
    return FOUND_WRONG if troubles else CLEAN


def _troubles(made: Manifest, has_new_keys: bool) -> Iterator[str]:
    if has_new_keys:
        return
    lost = [name for name, mark in made.keys.items() if mark not in backup.fingerprints().values()]
    if lost:
        yield (
            f"这里没有备份时的数据密钥（{'、'.join(lost)}），手机号等暂时无法解密。"
            "请把原来的密钥放进 QIFU_KEYS（或 QIFU_HOME/data.key）后重新启动。"
        )

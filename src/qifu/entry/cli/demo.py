"""`qifu demo`: a living sample district, built once, served at once."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from qifu.entry.cli.seed.version import VERSION
from qifu.entry.cli.speak import CLEAN, OUR_FAULT, BadInput, say, with_django

STAMP, ACCOUNTS, DATABASE = "demo.json", "accounts.json", "qifu.sqlite3"
DEFAULT_HOME = Path("var/demo")
PUBLISHED = Path(".demo/accounts.json")
CENTRE = ("centre", "江泽区企业服务中心")
STOP_WITHIN = 40  # seconds a stopping worker may take for what it has in hand
LABELS = {
    "dispatcher": "调度员", "supervisor": "督办员", "handler": "承办人", "street": "街道承办人", "specialist": "服务专员",
    "building_manager": "楼宇运营方", "policy_editor": "政策编辑", "reviewer": "会审人", "finance": "财务绩效",
    "leader": "领导", "administrator": "管理员", "auditor": "审计员", "owner": "企业负责人", "agent": "企业经办人",
    "service": "外部系统",
}  # fmt: skip


@click.command("demo", help="示例城区：建库并启动，演示用")
@click.option("--size", type=click.Choice(["full", "small"]), default="full", show_default=True, help="规模")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="数据文件夹；默认取 QIFU_HOME")
@click.option("--fresh", is_flag=True, help="重新建库；原有的示例库保留一份备份")
@click.option("--no-serve", is_flag=True, help="只建库，不启动网页服务")
@click.option("--cases", default=0, hidden=True, help="另外写入这么多件诉求，供性能测试")
def command(size: str, host: str, port: int, home: Path | None, fresh: bool, no_serve: bool, cases: int) -> int:
    place = _settle_home(home)
    if not no_serve:
        _require_free(host, port)
    with _alone(place):
        if fresh or not _is_complete(place, size, cases):
            _build(place, size, cases)
        else:
            say(
                "示例库已经建好，直接使用。要重新建库请加 --fresh。",
                "the sample database is ready; --fresh rebuilds it.",
            )
    _publish(place)
    if no_serve:
        return CLEAN
    _serve(place, host, port)
    return CLEAN


def _settle_home(home: Path | None) -> Path:
    """Say in the environment where the demo lives, before any settings are read."""
    place = (home or Path(os.environ.get("QIFU_HOME") or DEFAULT_HOME)).resolve()
    place.mkdir(parents=True, exist_ok=True)
    os.environ["QIFU_HOME"], os.environ["QIFU_DEMO"] = str(place), "1"
    return place


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Let nobody else build in the same folder meanwhile.

    :raises BadInput: somebody does.
    """
    with (place / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                f"另一个 qifu demo 正在 {place} 里建库，请等它完成后再试。", f"another build is under way in {place}"
            ) from None
        yield


def _require_free(host: str, port: int) -> None:
    """:raises BadInput: somebody listens there already."""
    if _is_free(host, port):
        return
    other = next((p for p in range(port + 1, min(port + 200, 65536)) if _is_free(host, p)), None)
    hint = f"可以改用 --port {other}（make demo PORT={other}）。" if other else "请换一个端口。"
    raise BadInput(f"端口 {port} 已被别的程序占用，示例没有启动。{hint}", f"port {port} is in use; try {other}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise BadInput(f"没有权限使用端口 {port}，请换一个 1024 以上的端口。") from None
        except OSError:
            return False
    return True


def _stamp(size: str, cases: int) -> dict[str, Any]:
    """What is built: the same stamp, the same database."""
    url = os.environ.get("DATABASE_URL", "")
    where = hashlib.sha256(url.encode()).hexdigest()[:16] if url else "embedded"
    return {"version": VERSION, "size": size, "cases": cases, "database": where}


def _is_complete(place: Path, size: str, cases: int) -> bool:
    try:
        kept = json.loads((place / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not (place / ACCOUNTS).is_file() or any(kept.get(n) != v for n, v in _stamp(size, cases).items()):
        return False
    return bool(os.environ.get("DATABASE_URL")) or (place / DATABASE).is_file()


def _build(place: Path, size: str, cases: int) -> None:
    """Build beside, and put in place when complete; a stop half-way leaves what was there before."""
    url = os.environ.get("DATABASE_URL", "")
    say(f"正在建立示例城区（{'完整' if size == 'full' else '小型'}规模），数据在 {place}：", f"building in {place}:")
    begun = datetime.now(UTC)
    beside = place / "building.sqlite3"
    _remove(beside)
    if url and not url.startswith("sqlite"):
        _clear_postgresql(place)
    target = url if url and not url.startswith("sqlite") else f"sqlite:///{beside}"
    env = os.environ | {"DATABASE_URL": target}
    given = ["--size", size, "--accounts", str(place / "accounts.new"), "--cases", str(cases)]
    try:
        done = subprocess.run([sys.executable, "-m", "qifu.entry.cli.seed", *given], env=env, check=False)  # noqa: S603
    except KeyboardInterrupt:
        _remove(beside)
        say("建库已中断，原来的数据没有改动。", "building was interrupted; what was there is as it was.")
        raise
    if done.returncode:
        _remove(beside)
        say(f"建库没有完成（{done.returncode}），原来的数据没有改动。", f"building failed ({done.returncode})")
        raise SystemExit(OUR_FAULT)
    _put_in_place(place, beside)
    stamp = _stamp(size, cases) | {"built": begun.isoformat(timespec="seconds")}
    (place / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    say(f"建成，共 {(datetime.now(UTC) - begun).total_seconds():.0f} 秒。", "built.")


def _put_in_place(place: Path, beside: Path) -> None:
    (place / STAMP).unlink(missing_ok=True)
    for old in (place / "anchors").glob("*.json"):  # they speak of the database that goes
        old.unlink()
    if beside.is_file():
        final = place / DATABASE
        if final.is_file():
            _remove(place / f"{DATABASE}.before")
            os.replace(final, place / f"{DATABASE}.before")
            say(f"原来的示例库留在 {final.name}.before。", f"the former database is kept as {final.name}.before")
        _remove(final)
        os.replace(beside, final)
        _remove(beside)
    os.replace(place / "accounts.new", place / ACCOUNTS)


def _remove(database: Path) -> None:
    """Remove an embedded database with what stands beside it."""
    for tail in ("", "-wal", "-shm", "-journal"):
        Path(f"{database}{tail}").unlink(missing_ok=True)


def _clear_postgresql(place: Path) -> None:
    """Empty a database that holds nothing but a sample.

    :raises BadInput: it holds something else.
    """
    import dj_database_url
    import psycopg

    given = dj_database_url.parse(os.environ["DATABASE_URL"])
    dsn: dict[str, Any] = {"host": given["HOST"], "port": given["PORT"] or None, "user": given["USER"] or None,
           "password": given["PASSWORD"] or None, "dbname": given["NAME"]}  # fmt: skip
    try:
        with psycopg.connect(**{k: v for k, v in dsn.items() if v}) as link:
            if _holds_other(link):
                raise BadInput(
                    "DATABASE_URL 指向的数据库里已有别的数据，示例不会去动它。请另建一个空数据库。",
                    "the database holds data that is not the sample's; name an empty one.",
                )
            link.execute("DROP SCHEMA public CASCADE")
            link.execute("CREATE SCHEMA public")
    except psycopg.OperationalError as error:
        raise BadInput(f"连不上 DATABASE_URL 指向的数据库：{error}", f"cannot connect: {error}") from None


def _holds_other(link: Any) -> bool:
    """Whether there are tables other than those of a sample district, or of an empty installation."""
    tables = {name for (name,) in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    if not tables:
        return False
    if "people_unit" not in tables:
        return True
    rows = dict(link.execute("SELECT code, name FROM people_unit").fetchall())
    accounts = link.execute("SELECT count(*) FROM people_account").fetchone()[0]
    return bool(rows or accounts) and rows.get(CENTRE[0]) != CENTRE[1]


def _publish(place: Path) -> None:
    """Write the accounts where scripts look for them."""
    PUBLISHED.parent.mkdir(parents=True, exist_ok=True)
    PUBLISHED.write_text((place / ACCOUNTS).read_text(encoding="utf-8"), encoding="utf-8")
    PUBLISHED.chmod(0o600)


def _serve(place: Path, host: str, port: int) -> None:
    """Bring the database up to date, then serve pages and work the queue until stopped."""
    from qifu.entry.cli.serve import run

    with_django()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from qifu.entry.clock.seals import carry_out

    carry_out(datetime.now(UTC))
    connections.close_all()
    ours = os.getpid()
    with _worker():
        click.echo(_greeting(place, host, port))
        sys.stdout.flush()
        try:
            run(host, port, 2, 4)
        finally:
            if os.getpid() == ours:  # the processes that serve pages leave by this way too
                say("示例已停止，数据保留；再运行一次即可继续。", "stopped; the data are kept.")


@contextmanager
def _worker() -> Iterator[None]:
    """A worker that lives as long as the pages are served."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "qifu.entry.cli.main", "worker"], start_new_session=True, preexec_fn=_die_with_parent
    )
    ours = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == ours:  # not when one of the processes that serve pages ends
            _stop(worker)


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        worker.kill()


def _die_with_parent() -> None:
    """On Linux, end with whoever began this process, even when that one is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _greeting(place: Path, host: str, port: int) -> str:
    """The address and one account a role, as a table."""
    address = f"http://{host}:{port}"
    listed = json.loads((place / ACCOUNTS).read_text(encoding="utf-8"))
    rows = [("角色", "姓名", "用户名", "密码")]
    for one in listed:
        how = one["password"] or ("手机验证码" if one["username"] else "只用令牌")
        rows.append((LABELS.get(one["role"], one["role"]), one["name"], one["username"] or "—", how))
    widths = [max(_width(row[k]) for row in rows) + 2 for k in range(4)]
    lines = ["".join(cell + " " * (widths[k] - _width(cell)) for k, cell in enumerate(row)).rstrip() for row in rows]
    return "\n".join(
        [
            "", f"示例城区已启动：{address}", "", *lines, "",
            f"企业用户用手机号登录，验证码在 {address}/demo/messages/ 查看。",
            f"令牌在 {PUBLISHED}。按 Ctrl-C 停止。", "",
        ]
    )  # fmt: skip


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)

"""What commands say where the database is missing, empty, or not of this version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qifu.entry.cli import demo

NOWHERE = "postgres://nobody@127.0.0.1:9/nothing"


def said(home: Path, *words: str, database: str = "") -> tuple[int, str, str]:
    world = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    world |= {"QIFU_HOME": str(home)} | ({"DATABASE_URL": database} if database else {})
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from qifu.entry.cli.main import main; sys.exit(main())", *words],
        env=world,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", [("evidence", "verify"), ("registry", "import", "list.csv")])
def test_without_tables_a_command_says_what_to_do(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, out, err = said(tmp_path, *words)
    assert (code, out) == (2, "")
    assert err == "数据库还没有建好，或不是本版本的结构。请先运行 qifu migrate。\n"


def test_without_a_database_a_command_says_where_to_look(tmp_path: Path) -> None:
    code, out, err = said(tmp_path, "evidence", "verify", database=NOWHERE)
    assert (code, out) == (2, "")
    assert err.startswith("数据库连不上（")
    assert err.endswith("）。请核对 DATABASE_URL，并确认数据库已启动。\n")


def test_the_check_of_a_deployment_names_the_missing_tables_among_all_else(tmp_path: Path) -> None:
    code, _, err = said(tmp_path, "check")
    assert code == 1
    assert "[错误] 数据库结构不是最新。\n       运行 qifu migrate。" in err
    assert "没有启用 HTTPS" in err


@pytest.mark.parametrize(("pids", "ended"), [((7, 7), True), ((7, 8), False)])
def test_only_the_process_that_began_the_worker_ends_it(
    monkeypatch: pytest.MonkeyPatch, pids: tuple[int, int], ended: bool
) -> None:
    """The processes that serve pages are copies, and pass the same lines when they end."""
    stopped: list[object] = []
    order = iter(pids)
    monkeypatch.setattr(demo.subprocess, "Popen", lambda *args, **kwargs: "worker")
    monkeypatch.setattr(demo.os, "getpid", lambda: next(order))
    monkeypatch.setattr(demo, "_stop", stopped.append)
    with demo._worker():
        pass
    assert bool(stopped) is ended

"""A PostgreSQL cluster of a trial's own, to be stopped, crashed and started at will, with the settings it has by default."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.ground import on_server
from tests.faults.served import free_port

OWNER = "postgres"  # the server refuses to run as root


def missing() -> str:
    """Why there can be no cluster here; empty where there can."""
    if _programs() is None:
        return "no PostgreSQL server is installed on this machine (initdb, pg_ctl)"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "run as root, without runuser: PostgreSQL refuses to run as root"
    return ""


def _programs() -> Path | None:
    found = [Path(place).parent for place in [shutil.which("pg_ctl")] if place]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    return next((place for place in found if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


class Cluster:
    """One cluster on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.small: Path | None = None  # where the small disk is mounted
        self._as_owner("initdb", "-D", "db", "-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers (after a crash: until it has recovered)."""
        told = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
        self._as_owner("pg_ctl", "-D", "db", "-o", told, "-l", "log", "-w", "-t", "120", "start")

    def stop(self, how: str) -> None:
        """`fast` ends every connection and shuts down in order; `immediate` is a crash: nothing is written any more."""
        self._as_owner("pg_ctl", "-D", "db", "-m", how, "-w", "-t", "60", "stop")

    def small_place(self, size: str) -> str:
        """A database whose files lie on a small disk of their own, as its address; empty where no disk can be mounted."""
        place = self.folder / "small"
        place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", str(place)], check=False
        )
        if mounted.returncode != 0:
            return ""
        self.small = place / "space"
        self.small.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.small, OWNER)
        on_server(f"CREATE TABLESPACE small LOCATION '{self.small}'", self.url)
        on_server("CREATE DATABASE site TABLESPACE small", self.url)
        return f"{self.url.rpartition('/')[0]}/site"

    def setting(self, name: str) -> str:
        asked = ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-Atc", f"SHOW {name}", "postgres"]
        return subprocess.run(asked, capture_output=True, check=True, text=True).stdout.strip()

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/postgres"

    def _as_owner(self, program: str, *arguments: str) -> None:
        runner = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
        command = [*runner, str((_programs() or Path()) / program), *arguments]
        with (self.folder / "told").open("ab") as told:
            subprocess.run(command, cwd=self.folder, stdout=told, stderr=told, check=True, timeout=180)


@contextmanager
def running() -> Iterator[Cluster]:
    """Make a cluster and clear it away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="qifu-cluster-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    made = Cluster(folder)
    try:
        yield made
    finally:
        with suppress(subprocess.CalledProcessError):  # it may stand still already
            made.stop("immediate")
        if made.small is not None:
            subprocess.run(["umount", str(made.small.parent)], check=True)
        shutil.rmtree(folder)

"""What every command shares: speaking to people and to programs, refusing input, waking Django.

Answers for programs go to standard output, one JSON value; sentences for people go to standard error, in Chinese or, with
`--lang en`, in English. A command that cannot use what it was given raises `BadInput`; the shell says so and exits 2.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from pathlib import PurePath

language: ContextVar[str] = ContextVar("language", default="zh")

CLEAN = 0
FOUND_WRONG = 1  # done, and something was found wrong with the content of the input
UNUSABLE = 2  # the input cannot be used
OUR_FAULT = 3


class BadInput(Exception):
    """What was handed in cannot be used: why, and where (file, line, column, option)."""

    def __init__(self, zh: str, en: str = "", *, where: str = "") -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en or zh
        self.where = where


def spoken(zh: str, en: str = "") -> str:
    """Choose the sentence in the language of this run."""
    return en if en and language.get() == "en" else zh


def say(zh: str, en: str = "") -> None:
    """Tell the person at the terminal, on standard error."""
    print(spoken(zh, en), file=sys.stderr)


def say_refusal(refusal: BadInput) -> None:
    """Tell why and where the input cannot be used."""
    place = f"{refusal.where}{spoken('：', ': ')}" if refusal.where else ""
    print(place + spoken(refusal.zh, refusal.en), file=sys.stderr)


def _plain(value: object) -> object:
    if isinstance(value, Decimal | PurePath):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def emit(value: object) -> None:
    """Print one JSON value on one line of standard output; decimals as strings, dates in ISO form."""
    print(json.dumps(value, ensure_ascii=False, default=_plain))


def with_django() -> None:
    """Wake Django with this project's settings; only commands that need the database call it, inside the command.

    :raises BadInput: a setting of the environment cannot be used.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
    import django
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    if apps.ready:
        return
    try:
        django.setup()
    except (ValueError, ImproperlyConfigured) as problem:  # a key, a number or an address of the environment
        why = str(problem).splitlines()[0]
        raise BadInput(
            f"环境变量里有一项不能用（{why}）。请对照 docs/operate/deploy.md 核对各项设置。",
            f"a setting in the environment cannot be used ({why}); see docs/operate/deploy.md.",
        ) from None


def with_database() -> None:
    """Wake Django where the tables are needed.

    :raises BadInput: the database does not answer, or its tables are not those of this version.
    """
    with_django()
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        lacking = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as problem:
        raise BadInput(
            f"数据库连不上（{str(problem).splitlines()[0]}）。请核对 DATABASE_URL，并确认数据库已启动。",
            "the database does not answer; check DATABASE_URL and that it is running.",
        ) from None
    if lacking:
        raise BadInput(
            "数据库还没有建好，或不是本版本的结构。请先运行 qifu migrate。",
            "the tables are missing or not of this version; run qifu migrate first.",
        )

"""Reading evidence: the history of one object, the latest of all, the head to be carried outside."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from qifu.kernel.evidence.models import Head, Record, Seal
from qifu.kernel.evidence.verify import Anchor


def history(stream: str) -> QuerySet[Record]:
    """All records of one object with their content, oldest first."""
    return Record.objects.filter(stream=stream).select_related("content").order_by("seq")


def histories(streams: Iterable[str]) -> dict[str, list[Record]]:
    """The histories of several objects in one statement; none for no objects."""
    found: dict[str, list[Record]] = {stream: [] for stream in streams}
    if found:
        for row in Record.objects.filter(stream__in=found).select_related("content").order_by("stream", "seq"):
            found[row.stream].append(row)
    return found


def length(stream: str) -> int:
    """How many records the object's chain holds."""
    return Head.objects.filter(pk=stream).values_list("seq", flat=True).first() or 0


def is_longer(*, than: int) -> bool:
    """Whether there are more records than so many; no more than that are counted."""
    return Record.objects.order_by("pk").values("pk")[: than + 1].count() > than


def latest(
    *,
    stream: str = "",
    verb: str = "",
    actors: Collection[str] | None = None,
    before_id: int | None = None,
    size: int = 50,
) -> list[Record]:
    """A page of records, newest first; `before_id` continues it. A stream without its key stands for all of that table."""
    rows = Record.objects.order_by("-pk")
    if stream:
        rows = rows.filter(stream=stream) if ":" in stream else rows.filter(stream__startswith=stream)
    if verb:
        rows = rows.filter(verb=verb)
    if before_id:
        rows = rows.filter(pk__lt=before_id)
    if actors is None:
        return list(rows.select_related("content")[:size])
    newest = _newest([rows.filter(actor=actor).values("pk")[:size] for actor in set(actors)])
    return list(Record.objects.filter(pk__in=newest[:size]).select_related("content").order_by("-pk"))


def _newest(branches: Iterable[QuerySet[Record, Any]]) -> list[int]:
    """The keys of several lists in one, newest first: each is read by its own index, which a list of values would not be."""
    parts, params = list[str](), list[Any]()
    for branch in branches:
        sql, given = branch.query.get_compiler(connection=connection).as_sql()
        parts.append(f"SELECT * FROM ({sql}) branch{len(parts)}")  # noqa: S608 (drawn up by the framework)
        params += given
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return sorted((key for (key,) in cursor.fetchall()), reverse=True)


def anchor() -> Anchor | None:
    """The newest seal, as it is to be carried outside."""
    seal = Seal.objects.order_by("-number").first()
    return Anchor(seal.number, bytes(seal.hash).hex()) if seal else None


def last_seal() -> Seal | None:
    """The newest seal."""
    return Seal.objects.order_by("-number").first()


def unsealed() -> int:
    """How many records no seal covers yet."""
    seal = last_seal()
    return Record.objects.filter(pk__gt=seal.last_id if seal else 0).count()

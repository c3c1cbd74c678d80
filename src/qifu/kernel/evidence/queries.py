"""Reading evidence: the history of one object, the latest of all, the head to be carried outside."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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
    """A page of records, newest first; `before_id` continues it. A verb without its room's dot stands for all that begin so."""
    rows = Record.objects.select_related("content").order_by("-pk")
    if stream:
        rows = rows.filter(stream__startswith=stream)
    if verb:
        rows = rows.filter(verb=verb) if "." in verb else rows.filter(verb__startswith=verb)
    if actors is not None:
        rows = rows.filter(actor__in=actors)
    if before_id:
        rows = rows.filter(pk__lt=before_id)
    return list(rows[:size])


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

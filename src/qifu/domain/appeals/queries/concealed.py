"""Which objects of evidence would tell who raised a case in confidence."""

from __future__ import annotations

from collections.abc import Iterable

from qifu.domain.appeals import access
from qifu.domain.appeals.models import Appeal
from qifu.kernel.actor import Actor
from qifu.kernel.files.models import StoredFile

CASE, FILE = "appeals.appeal:", "files.file:"


def concealed(*, actor: Actor, streams: Iterable[str]) -> frozenset[str]:
    """Of these objects, cases and their files whose enterprise asked for confidence and is not for the actor to know.

    Two statements, whatever the objects are: a page costs the same with cases on it and without.
    """
    asked = set(streams)
    if access.sees_all(actor):
        return frozenset()
    files = _owners(asked)
    found = {stream for stream in asked | set(files.values()) if stream.startswith(CASE)}
    rows = Appeal.objects.filter(is_confidential=True, pk__in=_keys(found, CASE))
    hidden = {row.stream for row in rows if not access.knows_identity(actor, row)}
    return frozenset(stream for stream in asked if stream in hidden or files.get(stream) in hidden)


def _owners(streams: Iterable[str]) -> dict[str, str]:
    rows = StoredFile.objects.filter(pk__in=_keys(streams, FILE)).values_list("pk", "owner")
    return {f"{FILE}{key}": owner for key, owner in rows}


def _keys(streams: Iterable[str], kind: str) -> list[int]:
    found = (stream.removeprefix(kind) for stream in streams if stream.startswith(kind))
    return [int(key) for key in found if key.isdecimal() and len(key) < 19] or [0]  # no row has it: asked all the same

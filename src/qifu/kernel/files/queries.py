from __future__ import annotations

from typing import BinaryIO

from qifu.kernel.errors import Missing
from qifu.kernel.files.actions import path_of
from qifu.kernel.files.models import StoredFile
from qifu.kernel.prepared import Prepared

_KEPT = Prepared(lambda owner: StoredFile.objects.filter(owner=owner, dropped_at=None).order_by("pk"), texts=["owner"])


def kept_for(owner: str, *, with_internal: bool) -> list[StoredFile]:
    """The files of one object, oldest first. The caller has passed the object's door."""
    rows = _KEPT(owner=owner)
    return rows if with_internal else [row for row in rows if not row.is_internal]


def opened(owner: str, number: int, *, with_internal: bool) -> tuple[StoredFile, BinaryIO]:
    """One file of the object, open for reading.

    :raises Missing: no such file there, or not for this person.
    """
    row = StoredFile.objects.filter(owner=owner, pk=number, dropped_at=None).first()
    if row is None or (row.is_internal and not with_internal):
        raise Missing("没有这个附件，或您无权查看。")
    try:
        return row, path_of(row.digest).open("rb")
    except FileNotFoundError:
        raise Missing("附件文件已不在存储中，请联系管理员。") from None

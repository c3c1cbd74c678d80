"""Photos and signatures of a visit, each once under the key of the device."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from qifu.domain.visits import access
from qifu.domain.visits.models import Photo, Visit
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import keep

PICTURES = frozenset({"jpg", "png", "webp"})
MOST = 10  # photos and one signature


def add(*, actor: Actor, now: datetime, number: str, key: UUID, kind: str, file: BinaryIO) -> tuple[Photo, bool]:
    """Keep a picture of a visit that was reported; answer whether it was there already.

    :raises Missing: no such visit for this actor. :raises Forbidden: it is not the actor's.
    :raises Invalid: no picture. :raises Conflict: the report has not come yet, or there are too many.
    """
    with transaction.atomic():
        row = access.visit_to_see(actor, number)
        row = Visit.objects.select_for_update().get(pk=row.pk)
        if "own" not in access.relations(actor, row):
            raise Forbidden("这次走访不是您的，不能添加照片。")
        if row.state != "done":
            raise Conflict("请先提交走访记录，再上传照片。", state=row.state)
        held = Photo.objects.filter(visit=row, key=key).select_related("file").first()
        if held is not None:
            return held, True
        if kind not in Photo.Kind.values:
            raise Invalid("图片的用途不对。", {"kind": "只能是照片或签名"})
        if Photo.objects.filter(visit=row).count() >= MOST:
            raise Conflict(f"一次走访最多 {MOST - 1} 张照片和一个签名。", state="full")
        return _kept(actor, now, row, key, kind, file), False


def _kept(actor: Actor, now: datetime, row: Visit, key: UUID, kind: str, file: BinaryIO) -> Photo:
    word = Photo.Kind(kind).label
    stored = keep(
        actor=actor, now=now, file=file, name=f"{word}-{row.number}.jpg", owner=row.stream, is_internal=True
    )  # fmt: skip
    if stored.kind not in PICTURES:
        raise Invalid("这里只收图片。", {"file": "不是图片"})
    made = Photo.objects.create(visit=row, key=key, kind=kind, file=stored, received_at=now)
    facts = {"photo": made.pk, "key": str(key), "kind": kind, "file": stored.pk, "digest": stored.digest}
    record(actor=actor, now=now, verb="visits.photo", stream=row.stream, facts=facts)
    return made

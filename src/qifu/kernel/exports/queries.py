from __future__ import annotations

from typing import BinaryIO

from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Missing
from qifu.kernel.exports.actions import place_of
from qifu.kernel.exports.models import Export

SHOWN = 50


def mine(actor: Actor) -> list[Export]:
    """What this person asked for, newest first: at most fifty. One query."""
    return list(Export.objects.filter(account=actor.account).order_by("-pk")[:SHOWN]) if actor.account else []


def export(actor: Actor, number: int) -> Export:
    """One of the person's own.

    :raises Missing: none, or not this person's.
    """
    row = Export.objects.filter(pk=number, account=actor.account).first() if actor.account else None
    if row is None:
        raise Missing("没有这个导出，或不是您要求的。")
    return row


def opened(actor: Actor, number: int) -> tuple[Export, BinaryIO]:
    """The file of one that is done, open for reading.

    :raises Missing: none, or not this person's. :raises Conflict: not done, or already cleared.
    """
    row = export(actor, number)
    if row.state != "done":
        raise Conflict("这个导出没有可以下载的文件：还没有完成，或已过七天。请重新导出。")
    try:
        return row, place_of(row.pk).open("rb")
    except FileNotFoundError:
        raise Conflict("导出的文件已不在存储中，请重新导出。") from None

"""After an event: what people thought of it, what the press wrote, what can be read or seen again."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit

from django.db import transaction

from qifu.domain.events import access
from qifu.domain.events.models import Coverage, Event, Material, Opinion
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import record
from qifu.kernel.files import actions as files

LONGEST = 500


@transaction.atomic
def rate(*, actor: Actor, now: datetime, code: str, content: int, order: int, use: int, words: str = "") -> Opinion:
    """Say what the event was worth; said again, the later word counts and both are in evidence.

    :raises Missing: not the actor's ticket. :raises Conflict: not checked in, or not over yet.
    :raises Invalid: stars are missing, or the words are too many.
    """
    ticket = access.ticket_of(actor, code)
    if ticket.state != "attended":
        raise Conflict("签到参加过的活动才能评价。", state=ticket.state)
    if now < ticket.event.starts:
        raise Conflict("活动还没有开始，结束后再评价。", state=ticket.state)
    stars = {"content": content, "order": order, "use": use}
    fields = {name: "请选 1 至 5 颗星。" for name, value in stars.items() if not 1 <= value <= 5}
    if len(words.strip()) > LONGEST:
        fields["words"] = f"最多 {LONGEST} 个字。"
    if fields:
        raise Invalid("请核对标出的各项。", fields)
    row, _ = Opinion.objects.update_or_create(
        registration=ticket,
        defaults=stars | {"total": sum(stars.values()), "words": words.strip(), "at": now},
    )
    record(
        actor=actor, now=now, verb="events.rate", stream=ticket.event.stream,
        facts={"registration": ticket.pk} | stars, content={"words": row.words} if row.words else None,
    )  # fmt: skip
    return row


@transaction.atomic
def add_coverage(
    *, actor: Actor, now: datetime, event: int, title: str, outlet: str, level: str, day: date | None, url: str = ""
) -> Coverage:
    """Note what the press wrote.

    :raises Forbidden: not the actor's event. :raises Invalid: something is missing. :raises Conflict: noted already.
    """
    row = access.event_to_keep(actor, event)
    fields = {}
    if not 2 <= len(title.strip()) <= 120:
        fields["title"] = "请写 2 至 120 字的标题。"
    if not 1 <= len(outlet.strip()) <= 40:
        fields["outlet"] = "请填写媒体名称。"
    if level not in Coverage.Level.values:
        fields["level"] = "请选择级别。"
    if day is None:
        fields["day"] = "请选择报道日期。"
    fields |= _address(url, required=False)
    if fields or day is None:
        raise Invalid("请核对标出的各项。", fields)
    if Coverage.objects.filter(event=row, outlet=outlet.strip(), title=title.strip(), dropped_at=None).exists():
        raise Conflict("这篇报道已经登记过。")
    made = Coverage.objects.create(
        event=row, title=title.strip(), outlet=outlet.strip(), level=level, url=url.strip(), day=day
    )
    facts = {"coverage": made.pk, "outlet": made.outlet, "level": level}
    record(actor=actor, now=now, verb="events.coverage", stream=row.stream, facts=facts)
    return made


@transaction.atomic
def drop(*, actor: Actor, now: datetime, event: int, kind: str, number: int) -> Event:
    """Take coverage or material away; what it was stays in evidence.

    :raises Missing: there is none. :raises Forbidden: not the actor's event.
    """
    row = access.event_to_keep(actor, event)
    rows = row.coverage if kind == "coverage" else row.materials
    if not rows.filter(pk=number, dropped_at=None).update(dropped_at=now):
        raise Missing("没有这一条，可能已经删除。请刷新页面。")
    record(actor=actor, now=now, verb=f"events.drop_{kind}", stream=row.stream, facts={kind: number})
    return row


@transaction.atomic
def add_material(
    *, actor: Actor, now: datetime, event: int, title: str, url: str = "", file: int | None = None
) -> Material:
    """Add a file that the actor has just kept, or the address of a recording.

    :raises Forbidden: not the actor's event. :raises Invalid: neither or both, or no title.
    """
    row = access.event_to_keep(actor, event)
    fields = {}
    if not 2 <= len(title.strip()) <= 80:
        fields["title"] = "请写 2 至 80 字的名称。"
    if (file is None) == (not url.strip()):
        fields["url"] = "请选一个文件，或填写回放链接。"
    fields |= _address(url, required=False)
    if fields:
        raise Invalid("请核对标出的各项。", fields)
    if file is not None:
        files.give(actor=actor, ids=[file], owner=row.stream)
    made = Material.objects.create(event=row, title=title.strip(), url=url.strip(), file_id=file, at=now)
    record(actor=actor, now=now, verb="events.material", stream=row.stream, facts={"material": made.pk, "file": file})
    return made


def _address(url: str, *, required: bool) -> dict[str, str]:
    text = url.strip()
    if not text and not required:
        return {}
    try:
        parts = urlsplit(text)
    except ValueError:
        return {"url": "链接格式不对。"}
    good = parts.scheme in ("http", "https") and bool(parts.netloc) and len(text) <= 300
    return {} if good else {"url": "链接要以 http:// 或 https:// 开头，不超过 300 字。"}

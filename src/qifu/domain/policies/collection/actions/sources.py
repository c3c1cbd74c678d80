"""Sources: add, change, pause and resume one; claim it for a round of collecting, and say how the round ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Q

from qifu.domain.policies import access
from qifu.domain.policies.collected import LEVELS
from qifu.domain.policies.collected import Source as Source  # the entry knows it by this name
from qifu.kernel import typed
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import record

LEASE = timedelta(minutes=5)  # after it a round that never ended is given up
LONGEST_WAIT = timedelta(days=7)  # between two rounds of a source that fails
NO_SOURCE = "没有这个采集来源，请返回列表重新选择。"
DOUBLE = "同名或同一网址的采集来源已经有了，请在列表里查找。"


@dataclass(frozen=True, slots=True)
class Given:
    """A source as an editor describes it."""

    name: str
    level: str
    kind: str
    url: str
    issuer: str = ""
    links: str = ""
    body: str = ""
    within: str = ""
    words: str = ""
    every: int = 24


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a round ended: what was new, changed and left for the next one, and what went wrong with all or part of it."""

    new: int = 0
    changed: int = 0
    left: int = 0
    problem: str = ""
    is_failed: bool = False
    etag: str = ""
    modified: str = ""


@transaction.atomic
def add(*, actor: Actor, now: datetime, given: Given) -> Source:
    """Add a source; its first round is due at once.

    :raises Forbidden: the actor does not write policies. :raises Invalid: something is missing or cannot be.
    :raises Conflict: it is here already.
    """
    access.require_writer(actor)
    given = checked(given)
    try:
        with transaction.atomic():
            row = Source.objects.create(**asdict(given), host=host_of(given.url), due_at=now, made_at=now)
    except IntegrityError:
        raise Conflict(DOUBLE) from None
    _prove(row, "policies.source.add", actor, now, given)
    return row


@transaction.atomic
def change(*, actor: Actor, now: datetime, source: int, given: Given, seen: int) -> Source:
    """Change a source; it is read afresh at its next round, which is due at once.

    :raises Missing: no such source. :raises Forbidden: the actor does not write policies.
    :raises Conflict: somebody changed it meanwhile, or it is here already. :raises Invalid: something cannot be.
    """
    row = _door(actor, source)
    given = checked(given)
    if row.version != seen:
        raise Conflict("这个采集来源刚被别人改过，请打开最新内容再改。")
    before = {name: str(getattr(row, name)) for name in asdict(given)}
    for name, value in asdict(given).items():
        setattr(row, name, value)
    row.host, row.etag, row.modified = host_of(given.url), "", ""
    row.due_at, row.failures, row.problem, row.version = now, 0, "", row.version + 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(DOUBLE) from None
    _prove(row, "policies.source.change", actor, now, given, before)
    return row


@transaction.atomic
def pause(*, actor: Actor, now: datetime, source: int, is_paused: bool) -> Source:
    """Pause or resume a source; a resumed one is due at once."""
    row = _door(actor, source)
    if row.is_paused == is_paused:
        return row
    row.is_paused, row.version = is_paused, row.version + 1
    row.due_at = row.due_at if is_paused else now
    row.save(update_fields=["is_paused", "due_at", "version"])
    verb = "policies.source.pause" if is_paused else "policies.source.resume"
    record(actor=actor, now=now, verb=verb, stream=row.stream, facts={"version": row.version})
    return row


@transaction.atomic
def ask_now(*, actor: Actor, now: datetime, source: int) -> Source:
    """Let the next round begin as soon as the clock comes by, and look at known pages again.

    :raises Conflict: it is paused.
    """
    row = _door(actor, source)
    if row.is_paused:
        raise Conflict("这个采集来源已暂停，请先恢复。")
    row.due_at = row.asked_at = now
    row.save(update_fields=["due_at", "asked_at"])
    record(actor=actor, now=now, verb="policies.source.ask", stream=row.stream, facts={})
    return row


@transaction.atomic
def claim(*, now: datetime, source: int) -> Source | None:
    """Claim a source for a round; None when it is not due or its host is being asked.

    All sources of the host are locked, in one order, so that two workers never ask one host at a time.
    """
    host = Source.objects.filter(pk=source).values_list("host", flat=True).first()
    rows = {row.pk: row for row in Source.objects.select_for_update().filter(host=host).order_by("pk")}
    row = rows.get(source)
    if row is None or any(one.busy_until and one.busy_until > now for one in rows.values()):
        return None
    if row.is_paused or row.due_at > now:
        return None
    row.busy_until = now + LEASE
    row.save(update_fields=["busy_until"])
    return row


def require_idle(*, now: datetime, url: str) -> None:
    """:raises Conflict: a round is asking the host of this address just now."""
    if Source.objects.filter(host=host_of(url), busy_until__gt=now).exists():
        raise Conflict("这个网站正在采集，请一两分钟后再试，以免给对方添麻烦。")


@transaction.atomic
def end(*, now: datetime, source: int, outcome: Outcome) -> Source:
    """Say how a round ended. After a failure the wait doubles, up to a week; what is left is fetched within the hour.

    :raises Missing: the source is gone.
    """
    row = Source.objects.select_for_update().filter(pk=source).first()
    if row is None:
        raise Missing(NO_SOURCE)
    row.busy_until, row.asked_at, row.tried_at, row.problem = None, None, now, outcome.problem[:300]
    if outcome.is_failed:
        row.failures += 1
        row.due_at = now + min(timedelta(hours=row.every) * 2 ** min(row.failures - 1, 8), LONGEST_WAIT)
    else:
        row.failures, row.good_at = 0, now
        row.etag, row.modified = outcome.etag[:200], outcome.modified[:60]
        row.due_at = now + (
            min(timedelta(hours=1), timedelta(hours=row.every)) if outcome.left else timedelta(hours=row.every)
        )
    row.save(
        update_fields=[
            "busy_until", "asked_at", "tried_at", "problem", "failures", "good_at", "etag", "modified", "due_at",
        ]
    )  # fmt: skip
    facts = {"new": outcome.new, "changed": outcome.changed, "left": outcome.left, "failures": row.failures}
    content = {"problem": row.problem} if row.problem else None
    record(actor=SYSTEM, now=now, verb="policies.source.round", stream=row.stream, facts=facts, content=content)
    return row


def due(now: datetime, most: int = 50) -> list[int]:
    """The sources whose round is due and that nobody works on, the longest waiting first."""
    idle = Q(busy_until=None) | Q(busy_until__lte=now)
    rows = Source.objects.filter(idle, is_paused=False, due_at__lte=now).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:most])


def is_collecting(now: datetime) -> bool:
    """Whether a round is under way."""
    return Source.objects.filter(busy_until__gt=now).exists()


def host_of(url: str) -> str:
    """Host and port of an address."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{(parts.hostname or '').lower()}:{port}"


def checked(given: Given) -> Given:
    """:raises Invalid: something is missing or cannot be."""
    texts: dict[str, Any] = {name: typed.line(value) for name, value in asdict(given).items() if isinstance(value, str)}
    kept = replace(given, **texts)
    wrong = {
        "name": "" if 1 <= len(kept.name) <= 80 else "请填写名称，至多 80 字。",
        "level": "" if kept.level in LEVELS else "请选择层级。",
        "kind": "" if kept.kind in Source.Kind.values else "请选择读取方式。",
        "url": _wrong_address(kept.url),
        "links": "列表页要填写链接的选择器，例如 .list a。" if kept.kind == "list" and not kept.links else "",
        "every": "" if 1 <= kept.every <= 720 else "间隔应在 1 至 720 小时之间。",
        "issuer": "" if len(kept.issuer) <= 120 else "发文机关至多 120 字。",
        "within": "" if len(kept.within) <= 200 else "至多 200 字。",
        "words": "" if len(kept.words) <= 200 else "至多 200 字。",
        "body": "" if len(kept.body) <= 200 else "选择器至多 200 字。",
    }
    wrong["links"] = wrong["links"] or ("" if len(kept.links) <= 200 else "选择器至多 200 字。")
    wrong = {name: said for name, said in wrong.items() if said}
    if wrong:
        raise Invalid("还没有保存：" + "".join(wrong.values()), wrong)
    return kept


def _wrong_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return "网址读不懂，请核对。"
    if not is_web or len(url) > 500 or any(char.isspace() for char in url):
        return "网址应以 http:// 或 https:// 开头，至多 500 字。"
    return "网址里不要写用户名和密码。" if parts.username or parts.password else ""


def _door(actor: Actor, source: int) -> Source:
    access.require_writer(actor)
    row = Source.objects.select_for_update().filter(pk=source).first()
    if row is None:
        raise Missing(NO_SOURCE)
    return row


def _prove(
    row: Source, verb: str, actor: Actor, now: datetime, given: Given, before: dict[str, str] | None = None
) -> None:
    after = {name: str(value) for name, value in asdict(given).items()}
    facts = {"kind": given.kind, "level": given.level, "host": row.host, "version": row.version}
    record(actor=actor, now=now, verb=verb, stream=row.stream, facts=facts, before=before, after=after)

"""The only writes of examinations: hand in, take up, finish or refuse, say a word on a repair, delete."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction

from qifu.domain.disclosure import access
from qifu.domain.disclosure.actions.rejected import check_anew, rejected_of
from qifu.domain.disclosure.models import Batch, Examination, RepairWord
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files import actions as files

MOST = 200  # files handed in together


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of handing in: the examinations to be carried out, and their batch where there are several."""

    examinations: tuple[int, ...]
    batch: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A document that is being read."""

    id: int
    name: str
    digest: str  # of the file kept
    other: dict[str, Any] | None  # the model of the document to compare with


FORMATS = frozenset({"pdf", "docx", "xlsx", "html", "txt"})
SPOKEN = "Word（.docx）、PDF、Excel（.xlsx）、网页（.html）或文本（.txt）"


def hand_in(
    *, actor: Actor, now: datetime, uploads: Sequence[tuple[BinaryIO, str]], against: int | None = None
) -> Handed:
    """Keep each file and open an examination of it; several together make a batch. Reading them comes later.

    :raises Invalid: there is no file, there are too many, or one cannot be taken (then none is).
    :raises Missing: the document to compare with is not the actor's.
    """
    account = access.require_account(actor)
    if not uploads:
        raise Invalid("请先选择文件。", {"files": "没有选择文件"})
    if len(uploads) > MOST:
        raise Invalid(f"一次最多审核 {MOST} 份文件，请分批上传。", {"files": "文件过多"})
    other = access.door(actor, against) if against is not None else None
    if other is not None and other.state != "done":
        raise Invalid(f"“{other.name}”还没有审核完成，不能用来对照。", {"against": "尚未审核完成"})
    kept = [_kept(actor, now, file, name) for file, name in uploads]
    with transaction.atomic():
        batch = (
            Batch.objects.create(owner=account, name=_batch_name(kept[0].name, len(kept)), made_at=now)
            if len(kept) > 1
            else None
        )
        rows = [
            Examination.objects.create(
                owner=account, batch=batch, against=other, file=file, name=file.name, made_at=now
            )
            for file in kept
        ]
        for row, file in zip(rows, kept, strict=True):
            files.give(actor=actor, ids=[file.pk], owner=row.stream)
            facts = {"file": file.pk, "digest": file.digest, "against": other.pk if other else None}
            record(actor=actor, now=now, verb="disclosure.hand_in", stream=row.stream, facts=facts)
    return Handed(tuple(row.pk for row in rows), batch.pk if batch else None)


def take_up(*, now: datetime, examination: int) -> Taken | None:
    """Begin to read; None where it has been read, refused or deleted meanwhile."""
    with transaction.atomic():
        row = Examination.objects.select_for_update().filter(pk=examination).first()
        if row is None or not row.is_under_way:
            return None
        row.state = "reading"
        row.save(update_fields=["state"])
    found = Examination.objects.select_related("file", "against").get(pk=examination)
    other = found.against
    whole = json.loads(zlib.decompress(other.result)) if other is not None and other.result else {}
    return Taken(found.pk, found.name, found.file.digest, whole.get("judged") or whole.get("model"))


def finish(
    *, now: datetime, examination: int, model: Mapping[str, Any], lines: Sequence[str], audit: Mapping[str, Any]
) -> bool:
    """Keep what was read and found; False where it is no longer waited for.

    `model` and `audit` are the JSON of reading and auditing, `lines` the text as read, the first being line 1.
    """
    document, summary = model["document"], audit["summary"]
    facts = {
        "kind": document.get("kind") or "",
        "unit": (document.get("unit") or "")[:200],
        "year": document.get("year"),
        "errors": summary["error"],
        "warnings": summary["warning"],
        "infos": summary["info"],
        "relations": summary["relations_checked"],
        "repairs": len(model.get("repairs", ())),
        "unread": len(model.get("unreadable", ())),
    }
    whole = {"model": model, "lines": list(lines), "audit": audit}
    packed = zlib.compress(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode())
    return _end(now, examination, "done", facts | {"result": packed}, facts)


def refuse(*, now: datetime, examination: int, problem: str) -> bool:
    """Say why the document cannot be examined; False where it is no longer waited for."""
    return _end(now, examination, "refused", {"problem": problem[:500]}, {"problem": problem[:500]})


def _end(now: datetime, examination: int, state: str, fields: dict[str, Any], facts: dict[str, Any]) -> bool:
    with transaction.atomic():
        row = Examination.objects.select_for_update().filter(pk=examination).first()
        if row is None or not row.is_under_way:
            return False
        for name, value in fields.items():
            setattr(row, name, value)
        row.state, row.finished_at = state, now
        row.save(update_fields=[*fields, "state", "finished_at"])
        record(actor=SYSTEM, now=now, verb=f"disclosure.{state}", stream=row.stream, facts=facts)
    return True


def read_again(*, actor: Actor, now: datetime, examination: int) -> None:
    """Examine the same file anew, as after the rules were bettered; words on repairs are forgotten.

    :raises Conflict: it is under way.
    """
    with transaction.atomic():
        row = access.door(actor, examination, lock=True, own=True)
        if row.is_under_way:
            raise Conflict("这份文件正在审核，请稍候。", state=row.state)
        row.state, row.problem, row.result, row.finished_at = "waiting", "", b"", None
        row.save(update_fields=["state", "problem", "result", "finished_at"])
        row.words.all().delete()
        record(actor=actor, now=now, verb="disclosure.read_again", stream=row.stream)


def judge_repair(*, actor: Actor, now: datetime, examination: int, place: int, is_right: bool) -> None:
    """Say whether a repair restored what the original prints. A later word replaces an earlier one.

    A cell whose repair is wrong is not known: the document is checked anew without it.

    :raises Invalid: there is no such repair.
    """
    account = access.require_account(actor)
    with transaction.atomic():
        row = access.door(actor, examination, lock=True, own=True)
        if row.state != "done" or not 0 <= place < row.repairs:
            raise Invalid("没有这处修复，请刷新页面后再试。")
        before = rejected_of(row)
        RepairWord.objects.update_or_create(
            examination=row, place=place, defaults={"is_right": is_right, "by": account, "at": now}
        )
        facts: dict[str, Any] = {"place": place, "is_right": is_right}
        if (rejected := rejected_of(row)) != before:
            facts |= check_anew(row, rejected)
        record(actor=actor, now=now, verb="disclosure.judge_repair", stream=row.stream, facts=facts)


def confirm_repairs(*, actor: Actor, now: datetime, examination: int) -> int:
    """Say of all repairs that nobody has spoken of that they are right; returns how many there were.

    :raises Conflict: it is not done.
    """
    account = access.require_account(actor)
    with transaction.atomic():
        row = access.door(actor, examination, lock=True, own=True)
        if row.state != "done":
            raise Conflict("这份文件还没有审核完成，请稍候。", state=row.state)
        spoken = set(row.words.values_list("place", flat=True))
        places = [place for place in range(row.repairs) if place not in spoken]
        RepairWord.objects.bulk_create(
            RepairWord(examination=row, place=place, is_right=True, by=account, at=now) for place in places
        )
        if places:
            facts = {"places": places}
            record(actor=actor, now=now, verb="disclosure.confirm_repairs", stream=row.stream, facts=facts)
    return len(places)


def drop(*, actor: Actor, now: datetime, examination: int) -> None:
    """Delete an examination and its file; that it was there stays in the evidence.

    :raises Conflict: it is under way.
    """
    with transaction.atomic():
        row = access.door(actor, examination, lock=True, own=True)
        if row.is_under_way:
            raise Conflict("这份文件正在审核，完成后才能删除。", state=row.state)
        record(actor=actor, now=now, verb="disclosure.drop", stream=row.stream)
        files.drop(actor=actor, now=now, file=row.file, reason="审核记录已删除")
        batch = row.batch
        row.delete()
        if batch is not None and not batch.examinations.exists():
            batch.delete()


def _kept(actor: Actor, now: datetime, file: BinaryIO, name: str) -> Any:
    kept = files.keep(actor=actor, now=now, file=file, name=name, also=frozenset({"html"}))
    if kept.kind not in FORMATS:
        files.drop(actor=actor, now=now, file=kept, reason="不是可以审核的格式")
        raise Invalid(f"“{kept.name}”不是可以审核的格式，请上传{SPOKEN}。", {"files": "格式不支持"})
    return kept


def _batch_name(first: str, count: int) -> str:
    return f"{first[:60]} 等 {count} 份"

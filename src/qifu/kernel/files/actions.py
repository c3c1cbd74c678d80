from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from qifu.kernel.actor import Actor
from qifu.kernel.errors import NO_ROOM, Invalid, NoRoom
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.kinds import SPOKEN, kind_of
from qifu.kernel.files.models import StoredFile

MOST = 9  # files of one act


def keep(
    *,
    actor: Actor,
    now: datetime,
    file: BinaryIO,
    name: str,
    owner: str = "",
    is_internal: bool = False,
    also: frozenset[str] = frozenset(),
) -> StoredFile:
    """Store one file under the digest of its content, after its kind, size and safety were looked at.

    `also` names kinds that are taken here beyond the usual ones.

    :raises Invalid: too large, empty, of a kind that is not taken, or refused by the scanner.
    :raises NoRoom: the disk is full.
    """
    name = Path(name.replace("\\", "/")).name[-200:] or "附件"
    try:
        kept = _stored(file, name, also)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        sentence = f"服务器的磁盘写不进去了，文件“{name}”没有保存。请联系管理员，稍后再上传。"
        raise NoRoom(sentence, {"files": "服务器的磁盘写不进去了"}, retry_after=60) from error
    kept.owner, kept.is_internal, kept.kept_by, kept.kept_at = owner, is_internal, actor.mark, now
    with transaction.atomic():
        kept.save(force_insert=True)
        facts = {"file": kept.pk, "kind": kept.kind, "size": kept.size, "digest": kept.digest}
        record(actor=actor, now=now, verb="files.keep", stream=f"files.file:{kept.pk}", facts=facts)
    return kept


def _stored(file: BinaryIO, name: str, also: frozenset[str]) -> StoredFile:
    """Put the content in its place, once it was looked at; the row is not written yet."""
    kind = kind_of(file, name, also)
    size, digest, scratch = _copied(file, name)
    try:
        if size == 0:
            raise Invalid(f"文件“{name}”是空的，请重新选择。", {"files": "文件是空的"})
        if kind is None:
            raise Invalid(f"文件“{name}”的内容不是可以接收的类型，请上传{SPOKEN}。", {"files": "类型不支持"})
        if problem := _scanned(scratch):
            raise Invalid(f"文件“{name}”未通过安全检查（{problem}），没有保存。", {"files": "未通过安全检查"})
        place = path_of(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.chmod(scratch, 0o640)
        os.replace(scratch, place)
    finally:
        scratch.unlink(missing_ok=True)
    return StoredFile(name=name, kind=kind, size=size, digest=digest)


def give(*, actor: Actor, ids: Iterable[int], owner: str, is_internal: bool = False) -> list[StoredFile]:
    """Bind files that this person has just kept to the object they belong to.

    :raises Invalid: a file is not the person's own, already belongs elsewhere, or there are more than nine.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise Invalid(f"一次最多附 {MOST} 个文件，请删减后再提交。", {"files": "附件过多"})
    if not wanted:
        return []
    rows = list(
        StoredFile.objects.select_for_update().filter(pk__in=wanted, kept_by=actor.mark, owner="", dropped_at=None)
    )
    if len(rows) != len(wanted):
        raise Invalid("有附件已失效，请重新上传。", {"files": "附件已失效"})
    for row in rows:
        row.owner, row.is_internal = owner, is_internal
    StoredFile.objects.bulk_update(rows, ["owner", "is_internal"])
    return rows


def drop(*, actor: Actor, now: datetime, file: StoredFile, reason: str) -> None:
    """Take a file out of sight and off the disk (unless another row holds the same content); the row and its evidence stay."""
    with transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(dropped_at=now)
        record(actor=actor, now=now, verb="files.drop", stream=f"files.file:{file.pk}", facts={"reason": reason})
        transaction.on_commit(lambda: _cleared(file.digest))  # a rollback must find the file still there


def _cleared(digest: str) -> None:
    if not StoredFile.objects.filter(digest=digest, dropped_at=None).exists():
        path_of(digest).unlink(missing_ok=True)


def path_of(digest: str) -> Path:
    return Path(settings.HOME) / "files" / digest[:2] / digest[2:]


def _copied(file: BinaryIO, name: str) -> tuple[int, str, Path]:
    """Copy to a scratch file while counting and digesting; stop at the limit."""
    root = Path(settings.HOME) / "files"
    root.mkdir(parents=True, exist_ok=True)
    handle, path = tempfile.mkstemp(dir=root)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as out:
            while block := file.read(1 << 20):
                size += len(block)
                if size > settings.UPLOAD_LIMIT:
                    limit = settings.UPLOAD_LIMIT // 2**20
                    raise Invalid(f"文件“{name}”超过 {limit} MB，请压缩或拆分后再上传。", {"files": "文件过大"})
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
    return size, digest.hexdigest(), Path(path)


def _scanned(path: Path) -> str:
    """Ask the scanner named in QIFU_SCANNER (a dotted path to `scan(path) -> problem or ""`), if any."""
    name = getattr(settings, "SCANNER", "")
    if not name:
        return ""
    scan: Callable[[Path], str] = import_string(name)
    return scan(path)

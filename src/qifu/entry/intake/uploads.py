"""A file that was uploaded, on the disk while it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.uploadedfile import UploadedFile

from qifu.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Received:
    """Where it lies, what the person calls it, and the SHA-256 of its content."""

    path: Path
    name: str
    digest: str


@contextmanager
def received(upload: object, *, most: int, name: str) -> Iterator[Received]:
    """Hold an upload of at most `most` MB; `name` is what a nameless one is called.

    :raises Invalid: no file, or too large.
    """
    if not isinstance(upload, UploadedFile):
        raise Invalid("请先选择文件。", {"file": "请选择文件"})
    if (upload.size or 0) > most * 2**20:
        raise Invalid(f"文件超过 {most} MB，请分成几份上传。", {"file": "文件过大"})
    called, digest = upload.name or name, hashlib.sha256()
    with NamedTemporaryFile(suffix=Path(called).suffix) as kept:
        for piece in upload.chunks():
            kept.write(piece)
            digest.update(piece)
        kept.flush()
        yield Received(Path(kept.name), called, digest.hexdigest())

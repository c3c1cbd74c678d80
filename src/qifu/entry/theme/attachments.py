"""An attachment as it leaves: carried away under its own name; nothing in it may run."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from django.http import FileResponse

from qifu.kernel.files.kinds import MEDIA
from qifu.kernel.files.models import StoredFile


def workbook(content: bytes, name: str) -> FileResponse:
    """A workbook that was made for whoever asked."""
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=MEDIA["xlsx"])


def sent(kept: StoredFile, opened: BinaryIO) -> FileResponse:
    """A file that was opened behind its door, to be saved by whoever asked."""
    media = MEDIA.get(kept.kind, "application/octet-stream")
    response = FileResponse(opened, as_attachment=True, filename=kept.name, content_type=media)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response

"""What a file is, by its content, not by its name. Only what desks really exchange is taken; nothing that runs."""

from __future__ import annotations

import codecs
import zipfile
from typing import BinaryIO

MEDIA = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "html": "application/octet-stream",  # read by us, never shown by a browser
}
SPOKEN = "PDF、图片（JPG、PNG、WEBP）、Word（DOC、DOCX）、Excel（XLSX）、PPT（PPTX）、文本（TXT、CSV）、MP3、MP4"
RARE = frozenset({"html"})
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_UNPACKED = 500 * 2**20  # bytes that an office file may grow to when unpacked
_MACRO = ("vbaProject.bin",)


def kind_of(file: BinaryIO, name: str, also: frozenset[str] = frozenset()) -> str | None:
    """Return the kind, or None when the content is none of those taken. The file is left at its start.

    `also`: kinds that only some desks take (`html`).
    """
    try:
        found = _sniff(file, name.lower())
        return None if found in RARE and found not in also else found
    finally:
        file.seek(0)


def _sniff(file: BinaryIO, name: str) -> str | None:
    head = file.read(4096)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return "mp4"
    if head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3")):
        return "mp3"
    if head.startswith(b"\xd0\xcf\x11\xe0") and name.endswith(".doc"):
        return "doc"
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    if name.endswith((".txt", ".csv")) and _is_text(head):
        return name[-3:]
    if name.endswith((".html", ".htm")) and _is_text(head):
        return "html"
    return None


def _office(file: BinaryIO) -> str | None:
    """A Word, Excel or PowerPoint file without macros, of sane unpacked size."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    names = {entry.filename for entry in entries}
    if sum(entry.file_size for entry in entries) > _UNPACKED or any(n.endswith(_MACRO) for n in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _reads(head, "utf-16")
    if b"\x00" in head:
        return False
    return _reads(head, "utf-8") or _reads(head, "gb18030")


def _reads(head: bytes, encoding: str) -> bool:
    try:
        found = codecs.getincrementaldecoder(encoding)().decode(head)  # a character cut at the end is no fault
    except UnicodeDecodeError:
        return False
    return "\x00" not in found

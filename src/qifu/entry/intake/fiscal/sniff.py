"""What a file is, by its content; archives are measured before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from .problems import Unusable

LARGEST_FILE = 50 * 1048576
LARGEST_UNPACKED = 200 * 1048576
MOST_MEMBERS = 5000
STEEPEST = 200  # unpacked : packed; text of documents reaches some 30
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(raw: bytes) -> str:
    """docx, xlsx, pdf, html or text.

    :raises Unusable: it is none of them.
    """
    head = raw[:1024].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not raw:
        raise Unusable("文件是空的。", "The file is empty.")
    if b"%PDF-" in raw[:1024]:
        return "pdf"
    if raw.startswith(b"PK"):
        return _archive(raw)
    if raw.startswith(_OLD_OFFICE):
        raise Unusable(
            "这是旧格式的 Office 文件（.doc 或 .xls），或加了密码。请取消密码，另存为 .docx 或 .xlsx 后再试。",
            "An old or encrypted Office file. Save it as .docx or .xlsx without a password.",
        )
    if raw.startswith(_PICTURES):
        raise Unusable(
            "这是图片，不是预决算文件。扫描件请合成一个 PDF 后再试。",
            "A picture, not a document. Scans are read as PDF.",
        )
    if raw.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise Unusable("这是压缩包，请解压后逐个文件提交。", "An archive; unpack it first.")
    lower = head[:600].lower()
    if lower.startswith((b"<!doctype html", b"<html")) or (lower.startswith(b"<") and b"<html" in raw[:4096].lower()):
        return "html"
    return "text"


def _archive(raw: bytes) -> str:
    with open_archive(raw) as archive:
        names = set(archive.namelist())
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise Unusable(
        "这是压缩包，里面不是 Word 或 Excel 文档，请解压后逐个文件提交。", "An archive that is neither Word nor Excel."
    )


def open_archive(raw: bytes) -> zipfile.ZipFile:
    """Open a zip whose contents stay within bounds.

    :raises Unusable: damaged, encrypted, or it would unpack to an absurd size.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unusable("文件已损坏或没有传完，打不开，请重新下载或另存后再试。", "The file is damaged.") from None
    if any(member.flag_bits & 1 for member in members):
        raise Unusable("文件加了密码，请取消密码后再试。", "The file is encrypted.")
    unpacked = sum(member.file_size for member in members)
    steep = any(m.file_size > 10 * 1048576 and m.file_size > STEEPEST * max(m.compress_size, 1) for m in members)
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or steep:
        raise Unusable(
            "文件解压后大得不正常，为安全起见没有打开。请在 Word 或 Excel 中重新另存后再试。",
            "The file would unpack to an abnormal size and was not opened.",
        )
    return archive


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read one member of an archive; empty when it has none of this name.

    :raises Unusable: damaged, or larger than its own table of contents says.
    """
    try:
        with archive.open(name) as file:
            raw = file.read(LARGEST_UNPACKED + 1)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise Unusable("文件已损坏或没有传完，打不开，请重新下载或另存后再试。", "The file is damaged.") from None
    except Exception:  # zlib.error and whatever else a broken stream makes the library raise
        raise Unusable("文件已损坏或没有传完，打不开，请重新下载或另存后再试。", "The file is damaged.") from None
    if len(raw) > LARGEST_UNPACKED:
        raise Unusable("文件解压后大得不正常，为安全起见没有打开。", "The file would unpack to an abnormal size.")
    if b"<!DOCTYPE" in raw[:2048] or b"<!ENTITY" in raw[:65536]:
        raise Unusable(
            "文件里有不应出现的内容（实体定义），没有打开。", "The file defines entities and was not opened."
        )
    return raw

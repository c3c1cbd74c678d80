"""Extracted text: one line a line, tabs between cells."""

from __future__ import annotations

from qifu.engines.statements import Paper, from_text

from .problems import Unusable

LONGEST = 200_000  # lines


def read_plain(raw: bytes, name: str) -> Paper:
    """Read text in UTF-8, UTF-16 with a mark, or GB18030.

    :raises Unusable: it is not text.
    """
    text = decode(raw)
    if text.count("\n") > LONGEST:
        raise Unusable(f"文件超过 {LONGEST} 行，不像预决算公开文件。", f"More than {LONGEST} lines.")
    return from_text(text, name)


def decode(raw: bytes) -> str:
    """Turn bytes into text.

    :raises Unusable: neither UTF-8 nor GB18030, or not text at all.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in raw[:65536]:
        encodings = ()
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(letter < " " and letter not in "\t\r\n\f" for letter in text[:20000]) < 20:
            return text
    raise Unusable(
        "不能识别这个文件的格式。可用的有 .docx、.pdf、.xlsx、.html 和 UTF-8 的 .txt。",
        "Unknown format. Use .docx, .pdf, .xlsx, .html or .txt in UTF-8.",
    )

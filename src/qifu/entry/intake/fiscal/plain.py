"""Extracted text: one line a line, tabs between cells."""

from __future__ import annotations

import re

from qifu.engines.statements import Paper, from_text

from .problems import Unusable

LONGEST = 200_000  # lines
_UPRIGHT = "|｜│┃║"
_RULE = re.compile(f"[{_UPRIGHT}]")
_RULING = re.compile(rf"[\s{_UPRIGHT}\-+=:─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋]*[{_UPRIGHT}\-+─━═┬┴┼][^\w]*")
_WIDEST = 3  # bytes of a character that may be left of one that was cut


def read_plain(raw: bytes, name: str) -> Paper:
    """Read text in UTF-8, UTF-16 with a mark, or GB18030.

    :raises Unusable: it is not text.
    """
    text, cut = decode(raw)
    if text.count("\n") > LONGEST:
        raise Unusable(f"文件超过 {LONGEST} 行，不像预决算公开文件。", f"More than {LONGEST} lines.")
    return from_text("\n".join(map(_unruled, text.split("\n"))) if _RULE.search(text) else text, name, cut=cut)


def _unruled(line: str) -> str:
    """A row between drawn rulings with its cells parted by tabs; nothing of a line that is but a ruling."""
    if _RULING.fullmatch(line):
        return ""
    cells = re.split(f"[{_UPRIGHT}]", line.strip())
    return "\t".join(cell.strip() for cell in cells[1:-1]) if len(cells) > 3 and not cells[0] + cells[-1] else line


def decode(raw: bytes) -> tuple[str, bool]:
    """Turn bytes into text, and say whether they stop within a character.

    :raises Unusable: neither UTF-8 nor GB18030, or not text at all.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in raw[:65536]:
        encodings = ()
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        cut = False
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            cut = error.start >= max(len(raw) - _WIDEST, 1) and "utf" in encoding
            if not cut:
                continue
            text = raw[: error.start].decode(encoding)
        if sum(letter < " " and letter not in "\t\r\n\f" for letter in text[:20000]) < 20:
            return text, cut
    raise Unusable(
        "不能识别这个文件的格式。可用的有 .docx、.pdf、.xlsx、.html 和 UTF-8 的 .txt。",
        "Unknown format. Use .docx, .pdf, .xlsx, .html or .txt in UTF-8.",
    )

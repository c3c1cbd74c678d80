"""Word documents: paragraphs with their automatic numbers, tables row by row with merged cells held apart."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from qifu.engines.statements import Line, Paper, line_of, row_of

from .problems import Unusable
from .sniff import member, open_archive

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHANGES = (f"{W}ins", f"{W}del", f"{W}moveFrom", f"{W}moveTo")
_CHINESE = "零一二三四五六七八九"
_FORMATS_CHINESE = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographTraditional",
        "taiwaneseCountingThousand",
    }
)
MOST_LINES = 60_000


def read_word(raw: bytes, name: str) -> Paper:
    """Read a Word document.

    :raises Unusable: damaged, encrypted, or it holds changes that nobody accepted or refused.
    """
    with open_archive(raw) as archive:
        root = parse(member(archive, "word/document.xml"))
        numbering = Numbering.read(archive)
    changes = sum(1 for element in root.iter() if element.tag in _CHANGES)
    if changes:
        raise Unusable(
            f"文档里有 {changes} 处修订还没有接受或拒绝，不知道以哪一版为准。请在 Word 的“审阅”中处理完修订，另存后再试。",
            f"The document holds {changes} tracked changes. Accept or reject them first.",
        )
    body = root.find(f"{W}body")
    lines: list[Line] = []
    if body is not None:
        for text in _blocks(body, numbering):
            number = len(lines) + 1
            lines.append(row_of(number, text) if isinstance(text, list) else line_of(number, text, starts=True))
            if number > MOST_LINES:
                raise Unusable("文档太长，不像预决算公开文件。", "The document is too long.")
    return Paper(tuple(lines), name, faithful=True)


def parse(raw: bytes) -> ElementTree.Element:
    """Parse a part of an office file.

    :raises Unusable: it is not well formed.
    """
    try:
        return ElementTree.parse(io.BytesIO(raw)).getroot()  # noqa: S314  doctype and entities were refused before
    except ElementTree.ParseError:
        raise Unusable("文件已损坏或没有传完，打不开，请重新下载或另存后再试。", "The file is damaged.") from None


def _blocks(parent: ElementTree.Element, numbering: Numbering) -> Iterator[str | list[str]]:
    for element in parent:
        if element.tag == f"{W}p":
            yield from _paragraph(element, numbering)
        elif element.tag == f"{W}tbl":
            yield from _table(element, numbering)
        elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}smartTag"):
            yield from _blocks(element, numbering)


def _paragraph(element: ElementTree.Element, numbering: Numbering) -> Iterator[str]:
    prefix = numbering.next(element)
    pieces = "".join(_text(element)).split("\n")
    yield prefix + pieces[0]
    yield from pieces[1:]
    for box in _boxes(element):
        for paragraph in box.iter(f"{W}p"):
            if text := "".join(_text(paragraph)).strip():
                yield text


def _boxes(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for child in element:
        if child.tag == MC_FALLBACK:
            continue
        if child.tag == f"{W}txbxContent":
            yield child
        else:
            yield from _boxes(child)


def _text(element: ElementTree.Element) -> Iterator[str]:
    """The words of a paragraph; breaks part lines, a tab is a space."""
    for child in element:
        if child.tag == f"{W}t":
            yield (child.text or "").replace("\t", " ").replace("\n", " ")
        elif child.tag in (f"{W}tab", f"{W}ptab"):
            yield " "
        elif child.tag in (f"{W}br", f"{W}cr") and child.get(f"{W}type") != "page":
            yield "\n"
        elif child.tag == f"{W}noBreakHyphen":
            yield "-"
        elif child.tag == f"{W}sym":
            yield "☑" if (child.get(f"{W}char") or "").upper() in ("F052", "F0FE", "0052", "00FE") else "□"
        elif child.tag.endswith("}checkBox"):
            yield (
                "☑"
                if any(e.tag.endswith("}checked") and e.get(f"{W}val", "1") not in ("0", "false") for e in child)
                else "□"
            )
        elif child.tag not in (f"{W}instrText", f"{W}delText", MC_FALLBACK, f"{W}txbxContent", f"{W}pPr", f"{W}rPr"):
            yield from _text(child)


def _table(table: ElementTree.Element, numbering: Numbering) -> Iterator[str | list[str]]:
    rows = list(_rows(table))
    if rows and all(len(row) <= 1 for row in rows):  # a frame around text
        for row in rows:
            for cell, _, _ in row:
                yield from _blocks(cell, numbering)
        return
    for row in rows:
        cells: list[str] = []
        for cell, span, covered in row:
            words = "" if covered else " ".join(filter(None, (_cell_text(p) for p in cell.iter(f"{W}p"))))
            cells += [words] + [""] * (span - 1)
        yield cells


def _cell_text(paragraph: ElementTree.Element) -> str:
    return "".join(_text(paragraph)).replace("\n", " ").strip()


def _rows(table: ElementTree.Element) -> Iterator[list[tuple[ElementTree.Element, int, bool]]]:
    """Rows as (cell, columns it spans, whether it is the lower part of a merged cell)."""
    for row in table.iter(f"{W}tr"):
        cells = []
        before = row.find(f"{W}trPr/{W}gridBefore")
        if before is not None:
            cells.append((ElementTree.Element("blank"), _number(before.get(f"{W}val")), True))
        for cell in _cells(row):
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            covered = merge is not None and merge.get(f"{W}val") != "restart"
            cells.append((cell, _number(span.get(f"{W}val")) if span is not None else 1, covered))
        yield cells


def _cells(row: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent"):
            yield from _cells(child)


def _number(text: str | None) -> int:
    return max(1, min(int(text), 63)) if text and text.isdigit() else 1


@dataclass
class Numbering:
    """Automatic numbers of paragraphs, as Word would print them."""

    levels: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)  # (numId, level) → format, text
    counters: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, archive: zipfile.ZipFile) -> Numbering:
        """Take the definitions from the document, when it has any."""
        found = cls()
        raw = member(archive, "word/numbering.xml")
        if raw:
            root = parse(raw)
            abstract = {each.get(f"{W}abstractNumId"): each for each in root.iter(f"{W}abstractNum")}
            for num in root.iter(f"{W}num"):
                link = num.find(f"{W}abstractNumId")
                definition = abstract.get(link.get(f"{W}val")) if link is not None else None
                if definition is not None:
                    found._define(num.get(f"{W}numId") or "", definition)
        styles = member(archive, "word/styles.xml")
        if styles and found.levels:
            for style in parse(styles).iter(f"{W}style"):
                numbers = _numbers(style.find(f"{W}pPr"))
                if numbers:
                    found.styles[style.get(f"{W}styleId") or ""] = numbers
        return found

    def _define(self, number: str, definition: ElementTree.Element) -> None:
        for level in definition.iter(f"{W}lvl"):
            kind, text = level.find(f"{W}numFmt"), level.find(f"{W}lvlText")
            place = int(level.get(f"{W}ilvl") or 0)
            self.levels[number, place] = (
                (kind.get(f"{W}val") or "") if kind is not None else "",
                (text.get(f"{W}val") or "") if text is not None else "",
            )

    def next(self, paragraph: ElementTree.Element) -> str:
        """The number that stands before this paragraph, counted on."""
        properties = paragraph.find(f"{W}pPr")
        found = _numbers(properties)
        if not found and properties is not None:
            style = properties.find(f"{W}pStyle")
            found = self.styles.get(style.get(f"{W}val") or "") if style is not None else None
        if not found or found[0] == "0" or found not in self.levels:
            return ""
        number, level = found
        self.counters[found] = self.counters.get(found, 0) + 1
        for deeper in range(level + 1, 10):
            self.counters.pop((number, deeper), None)
        kind, text = self.levels[found]
        if kind in ("bullet", "none", ""):
            return ""
        return re.sub(r"%(\d)", lambda m: self._shown(number, int(m[1]) - 1), text)

    def _shown(self, number: str, level: int) -> str:
        value = self.counters.get((number, level), 1)
        kind = self.levels.get((number, level), ("", ""))[0]
        if kind in _FORMATS_CHINESE and value < 100:
            tens, ones = divmod(value, 10)
            head = "" if not tens else ("十" if tens == 1 else _CHINESE[tens] + "十")
            return head + (_CHINESE[ones] if ones else "")
        return str(value)


def _numbers(properties: ElementTree.Element | None) -> tuple[str, int] | None:
    if properties is None:
        return None
    number, level = properties.find(f"{W}numPr/{W}numId"), properties.find(f"{W}numPr/{W}ilvl")
    if number is None:
        return None
    return number.get(f"{W}val") or "", int(level.get(f"{W}val") or 0) if level is not None else 0

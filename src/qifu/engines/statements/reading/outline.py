"""Taking a disclosure apart: cover, contents, parts, statements, tables, headings and paragraphs.

Paragraphs that a page or a line end broke are joined again; each keeps the lines it came from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qifu.engines.statements.layouts import Layout, is_marker, ledger_line, titled
from qifu.engines.statements.model import Paragraph
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import chinese_number, compact, unnumbered

from .reports import report_starts
from .topics import OF_EXPLANATIONS, topic_of

PARTS = (
    ("statements", re.compile(r"(决算|预算|报)表")),
    ("explanations", re.compile(r"说明")),
    ("works", re.compile(r"重点工作")),
    ("terms", re.compile(r"名词解释")),
    ("annex", re.compile(r"附件|附表|附录|附 件")),
    ("overview", re.compile(r"概况|职责|职能|简介")),
)
_PART = re.compile(r"^[-·•]?第([一二三四五六七八九十]{1,2})部分[、:.]?(.*)$")
_LEVEL1 = re.compile(r"^[-·•]?([一二三四五六七八九十]{1,3})[、.．](.*)$")
_LEVEL2 = re.compile(r"^[-·•]?[(（]([一二三四五六七八九十]{1,3})[)）][、.．]?(.*)$")
_LISTED = re.compile(
    r"^[-·•]?\s*(?:[(（](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]|[一二三四五六七八九十]{1,3}[、.．]|\d{1,2}\s*[、.．](?!\d)|第[一二三四五六七八九十]部分|[-·•]\s|图\s*\d|表\s*\d|附件\s*\d?[:：、]?$|注\s*[:：]|备注)"
)
_ENDED = re.compile(r"[。；！？：;!?:]$|\.{3,}\d*$|…+\d*$")
_LEADERS = re.compile(r"[.．·…]{3,}\s*\d*$|\s+\d{1,3}$")
_PAGE_NUMBER = re.compile(r"^[-—–\s]*\d{1,3}[-—–\s]*$|^第\d+页(共\d+页)?$")
_HEADING_WORDS = (
    "说明",
    "情况",
    "概况",
    "职责",
    "职能",
    "设置",
    "构成",
    "组成",
    "结果",
    "表",
    "解释",
    "附件",
    "目标",
    "公开",
    "事项",
    "范围",
    "综述",
    "应用",
)
_TABLE_TITLE = re.compile(
    r"^(?:20\d\d年度?)?(?=.*(?:情况|预算|决算|支出|明细|统计|汇总|采购|购买|项目|资产|目标))[^,。;:!?|\d.%]{4,34}表$"
)
_CONTENTS = re.compile(r"^目录$|^目\s*录$")
# headings that may be followed on the same line by their text
_RUN_IN = re.compile(
    r"^((?:[一二三四五六七八九十]{1,3}[、.]|[(（][一二三四五六七八九十]{1,3}[)）])[^。，,]{4,38}?"
    r"(?:情况说明|支出说明|收支情况说明|情况))(?:\s+|(?=本部门|本单位|20\d\d))(.{6,})$"
)


@dataclass
class Region:
    """The lines of one statement under one title."""

    layout: Layout
    title: Line
    lines: list[Line] = field(default_factory=list)


@dataclass
class Table:
    """A run of rows in the text that is no statement: a form, a list of work."""

    part: str
    before: list[str]
    lines: list[Line] = field(default_factory=list)
    is_form: bool = False


@dataclass
class Outline:
    """A disclosure taken apart."""

    cover: list[Line] = field(default_factory=list)
    contents: list[Line] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)


def part_kind(title: str) -> str:
    """Which part a heading 第…部分 opens."""
    plain = compact(title)
    return next((kind for kind, pattern in PARTS if pattern.search(plain)), "other")


def _part(line: Line) -> tuple[int, str] | None:
    text = compact(line.alone)
    found = _PART.match(text)
    if not found or len(text) > 70 or text.endswith(("。", ";", ",")):
        return None
    return chinese_number(found[1]) or 0, _LEADERS.sub("", found[2])


def _body_start(lines: Sequence[Line]) -> tuple[int, int]:
    """(index of the first line of contents, index at which the body begins)."""
    contents = next((i for i, line in enumerate(lines[:200]) if _CONTENTS.match(compact(line.alone))), -1)
    parts = [(i, found[0]) for i, line in enumerate(lines) if (found := _part(line))]
    firsts = [i for i, number in parts if number == 1]
    if contents < 0 and len(firsts) < 2:
        return (0, firsts[0]) if firsts else (0, 0)
    if len(firsts) >= 2:
        return (contents if contents >= 0 else firsts[0]), firsts[1]
    return contents, _after_contents(lines, contents, parts)


def _after_contents(lines: Sequence[Line], contents: int, parts: list[tuple[int, int]]) -> int:
    """Where the body begins when its first part is not announced twice."""
    seen: set[int] = set()
    for index, number in parts:
        if index < contents:
            continue
        if number in seen:
            return index
        seen.add(number)
    later = [i for i in range(contents + 1, len(lines)) if lines[i].is_row or len(lines[i].text) > 60]
    start = later[0] if later else len(lines)
    before = [i for i, _ in parts if contents < i < start]
    return before[-1] if before and not seen - {1} else start


class _Walker:
    """Walks the body line by line and hands each to the statement, table or paragraph it belongs to."""

    def __init__(self, titles: frozenset[str], reports: frozenset[int]) -> None:
        self.titles = titles
        self.reports = reports  # lines at which an evaluation report begins
        self.left: tuple[str, str, str] | None = None  # part, section and topic that a report interrupts
        self.result = Outline()
        self.part = "overview"
        self.section = ""
        self.topic = ""
        self.region: Region | None = None
        self.table: Table | None = None
        self.recent: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.heading_open = False

    def walk(self, lines: Sequence[Line]) -> Outline:
        for line in lines:
            if line.is_blank or (_PAGE_NUMBER.match(line.alone or "x") and not self._keeps_codes()):
                continue
            self._take(line)
        self._close()
        return self.result

    def _keeps_codes(self) -> bool:
        """Whether a lone number may be the code of a unit rather than the number of a page."""
        return self.region is not None and self.region.layout.shape in ("units", "projects")

    def _take(self, line: Line) -> None:
        if line.number in self.reports and self.part in ("explanations", "works", "terms", "other"):
            self._close()
            self.left = (self.part, self.section, self.topic)
            self.part = "annex"
            self.section = self.topic = ""
        elif self.left and self._goes_on(line):
            self._close()
            self.part, self.section, self.topic = self.left
            self.left = None
        if found := _part(line):
            self._open_part(line, found[1])
        elif (self.part in ("statements", "other", "overview") or self.region) and self._statement(line):
            return
        elif line.is_row:
            self._row(line)
        else:
            self._text(line)

    def _goes_on(self, line: Line) -> bool:
        """Whether the explanations go on behind a report: the next number of theirs, of a matter of theirs."""
        found = _LEVEL1.match(compact(line.alone))
        last = chinese_number(self.left[1].partition("(")[0]) if self.left else None
        return bool(found and last and chinese_number(found[1]) == last + 1 and topic_of(found[2]) in OF_EXPLANATIONS)

    def _open_part(self, line: Line, title: str) -> None:
        self._close()
        self.left = None
        self.region = self.table = None
        self.part, self.section, self.topic = part_kind(title or line.alone), "", ""
        if not title and self.part == "other":
            self.part = "overview"
        self._emit("heading", line.alone, line.number)
        self.heading_open = True

    def _statement(self, line: Line) -> bool:
        """Whether the line opens a statement or belongs to the one that is open."""
        text = line.alone
        found = titled(text) if text else None
        if found is not None and self._opens(found, line):
            return True
        if self.region is None:
            return False
        if self._leaves(line) or _is_followed(self.region, text):
            self.region = None
            return False
        self.region.lines.append(line)
        return True

    def _opens(self, found: Layout, line: Line) -> bool:
        open_still = self.region is not None and self.region.layout.id == found.id
        if self.region is not None and open_still and (_is_empty(self.region) or _goes_on_overleaf(self.region, line)):
            self.region.lines.append(line)  # a second title of the same statement, or the next page of it
            return True
        self._close()
        self.region = Region(found, line)
        self.table = None
        self.heading_open = False
        self.result.regions.append(self.region)
        return True

    def _leaves(self, line: Line) -> bool:
        """Whether a line within the statements begins text: a numbered heading that speaks of explanations."""
        text = compact(line.alone)
        if not text or line.is_row or self.part == "statements":
            return False
        return bool(_LEVEL1.match(text) or _LEVEL2.match(text)) and "说明" in text and len(text) < 50

    def _row(self, line: Line) -> None:
        self._close()
        if self.table is None:
            self.table = Table(self.part, list(self.recent[-4:]))
            self.result.tables.append(self.table)
        self.table.lines.append(line)

    def _text(self, line: Line) -> None:
        text = line.text
        if self.table is not None:
            self.recent = []
        self.table = None
        self.recent.append(text)
        if is_marker(text) and len(compact(text)) < 8:
            return
        if self.heading_open and not line.starts and self._continues_heading(line):
            return
        self.heading_open = False
        if line.starts is False and self.open:
            self.open.append((text, line.number))
            return
        if line.starts:
            self._close()
        run_in = _RUN_IN.match(text)
        if run_in and len(text) < 400:
            self._heading(run_in[1], line.number)
            self.open = [(run_in[2], line.number)]
            self._flush_if_ended()
        elif self._is_heading(text):
            self._heading(text, line.number)
        elif self.open and line.starts is None and not _LISTED.match(text):
            self.open.append((text, line.number))
            self._flush_if_ended()
        else:
            self._close()
            self._enter(text)
            self.open = [(text, line.number)]
            if line.starts is None:
                self._flush_if_ended()

    def _continues_heading(self, line: Line) -> bool:
        """Join the rest of a heading that was broken over lines, when the contents know the whole of it."""
        last = self.result.paragraphs[-1]
        joined = compact(last.text + line.text)
        if _LISTED.match(line.text) or len(line.text) > 40 or _ENDED.search(line.text):
            return False
        known = any(title.startswith(joined) for title in self.titles)
        if not known and not (joined.endswith(("概况", "情况说明", "决算表", "预算表", "情况")) and len(joined) < 60):
            return False
        self.result.paragraphs[-1] = Paragraph(
            last.part, last.section, "heading", last.text + line.text, last.topic, last.line
        )
        if last.text.startswith("第") or _part(Line(0, last.text)):
            self.part = part_kind(last.text + line.text)
            self.result.paragraphs[-1] = Paragraph(self.part, "", "heading", last.text + line.text, "", last.line)
        return True

    def _is_heading(self, text: str) -> bool:
        plain = compact(text)
        if len(plain) > 48 or not (_LEVEL1.match(plain) or _LEVEL2.match(plain)):
            return False
        if plain in self.titles:
            return True
        body = unnumbered(plain).rstrip("。")
        if re.search(r"[,;]|\d(万|元|%)", body) or (
            plain.endswith((";", "。")) and not body.endswith(("说明", "情况"))
        ):
            return False
        if self.open and not _LEVEL1.match(plain) and not body.endswith(_HEADING_WORDS):
            return False
        if self.part in ("terms", "annex") or (self.part == "overview" and _LEVEL2.match(plain)):
            return False
        return body.endswith(_HEADING_WORDS) or bool(_LEVEL1.match(plain)) or len(body) <= 24

    def _heading(self, text: str, number: int) -> None:
        self._close()
        self._enter(text)
        self._emit("heading", text, number)
        self.heading_open = True

    def _enter(self, text: str) -> None:
        """Note which section a heading or numbered paragraph opens."""
        plain = compact(text)
        if self.part == "annex":
            return
        if found := _LEVEL1.match(plain):
            self.section = found[1]
            if self.part == "explanations":
                self.topic = topic_of(found[2]) if len(plain) < 50 else self.topic
        elif found := _LEVEL2.match(plain):
            self.section = f"{self.section.partition('(')[0]}({found[1]})"
            narrow = topic_of(found[2]) if len(plain) < 30 else ""
            if self.part == "explanations" and narrow in ("operation", "procurement", "assets", "performance"):
                self.topic = narrow

    def _flush_if_ended(self) -> None:
        if (
            self.open and _ENDED.search(self.open[-1][0]) and not self.open[-1][0].endswith((":", "：", "；", ";"))
        ) or (self.open and self.open[-1][0].endswith((":", "：", "；", ";")) and len(self.open[-1][0]) < 60):
            self._close()

    def _close(self) -> None:
        if not self.open:
            return
        text, marks = "", []
        for piece, number in self.open:
            if text and text[-1].isascii() and text[-1].isalnum() and piece[:1].isascii() and piece[:1].isalpha():
                text += " "
            marks.append((len(text), number))
            text += piece
        self.open = []
        self.result.paragraphs.append(
            Paragraph(self.part, self.section, "text", text, self.topic, marks[0][1], tuple(marks))
        )

    def _emit(self, kind: str, text: str, number: int) -> None:
        self.result.paragraphs.append(
            Paragraph(self.part, self.section, kind, text, self.topic, number, ((0, number),))
        )


def _has_figures(lines: Sequence[Line]) -> bool:
    return any(re.search(r"\d[\d,]*\s*\.\s*\d", line.text) for line in lines)


def _is_followed(region: Region, text: str) -> bool:
    """Whether a line is the title of the next table, one that is none of the statements: 政府采购预算表."""
    if region.layout.shape == "target_form" or _is_empty(region):
        return False
    return bool(_TABLE_TITLE.match(compact(text))) and not is_marker(text)


def _is_empty(region: Region) -> bool:
    return not _has_figures(region.lines) and not _is_begun(region)


def _goes_on_overleaf(region: Region, title: Line) -> bool:
    """Whether a page repeats the title of a two-sided statement that has not come to its closing line yet."""
    if region.layout.shape != "ledger" or compact(region.title.alone) != compact(title.alone):
        return False
    names = {line[1] for each in region.lines for cell in each.cells or () if (line := ledger_line(cell))}
    return bool(names) and "grand" not in names


def _is_begun(region: Region) -> bool:
    """Whether a form has rows already, though it may print whole amounts only: the next title is that of the next form."""
    held = [line for line in region.lines if line.cells is not None and sum(map(bool, line.cells)) > 1]
    return region.layout.shape == "target_form" and len(held) >= 4


def take_apart(lines: Sequence[Line]) -> Outline:
    """Segment the lines of a disclosure."""
    first, body = _body_start(lines)
    cover_end = first if first > 0 else body
    contents = [line for line in lines[cover_end:body] if not line.is_blank]
    titles = frozenset(_LEADERS.sub("", compact(line.alone)).lstrip("-·•") for line in contents)
    if not any(found for line in lines if (found := _part(line))):
        cover_end = body = 0
    outline = _Walker(titles, report_starts(lines[body:])).walk(lines[body:])
    outline.cover = [line for line in lines[:cover_end] if not line.is_blank]
    outline.contents = contents
    return outline

"""Lists of enterprises as people keep them, for linkage: which column is what, and every row once.

Headings are recognised, or named in a mapping file; a column that no heading tells is recognised by what stands in it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from qifu.entry.intake.tables import open_table
from qifu.kernel.errors import Invalid

from .speak import BadInput

HEADING_WITHIN = 15
_NOISE = re.compile(r"[\s*＊:：_\-/、.。]+|[(（\[【][^)）\]】]*[)）\]】]")
HEADINGS = {
    "row_id": "row_id rowid",
    "name": "企业名称 单位名称 公司名 公司名称 名称 市场主体名称 主体名称 单位详细名称 企业全称 单位全称 公司全称 单位 企业 公司 "
    "商户名称 商户 字号名称 纳税人名称 法人单位名称 机构名称 入驻企业 入驻企业名称 租户 租户名称 承租方 承租人 客户名称 名称全称 企业 name",
    "code": "统一社会信用代码 社会信用代码 信用代码 统一代码 税号 纳税人识别号 纳税识别号 统一信用代码 "
    "社会统一信用代码 统一社会信用代码注册号 "
    "机构代码 组织机构代码 注册号 代码 社会信用代码纳税人识别号 uscc code",
    "address": "地址 经营地址 生产经营地址 实际经营地址 办公地址 实际地址 详细地址 企业地址 单位地址 公司地址 通讯地址 联系地址 经营场所 "
    "住所 住所地 注册地址 注册地 登记地址 所在地 所在地址 位置 address",
    "building": "楼宇 楼宇名称 大厦 大厦名称 大楼 楼名 写字楼 物业名称 物业项目 项目名称 所在楼宇 入驻楼宇 "
    "楼盘 楼盘名称 园区 所属楼宇 building",
    "tower": "塔楼 楼座 座 栋 楼栋 楼栋号 栋号 座号 幢号 幢 tower",
    "floor": "楼层 层 所在楼层 层数 floor",
    "room": "房号 房间号 室号 单元号 房间 房屋号 铺位 铺位号 门牌号 单元 单元房号 楼层房号 房号楼层 所在房间 室 入驻房号 房源 room",
    "phone": "联系电话 电话 联系方式 手机 手机号 手机号码 联系人电话 固定电话 办公电话 座机 联系号码 电话号码 phone",
    "person": "法定代表人 法人 法人代表 负责人 经营者 法定代表人负责人 法人姓名 企业负责人 投资人 经营者姓名 法定代表人姓名 person",
    "former": "曾用名 曾用名称 原名称 原名 原企业名称 历史名称 更名前名称 原单位名称 former former_name",
}
LABELS = {
    "row_id": "行号", "name": "企业名称", "code": "统一社会信用代码", "address": "地址", "building": "楼宇", "tower": "塔楼",
    "floor": "楼层", "room": "房号", "phone": "联系电话", "person": "法定代表人", "former": "曾用名",
}  # fmt: skip
# Where a heading is none of those above: what it holds, the first that fits.
HINTS = (
    ("former", re.compile(r"曾用|原.*名称|更名前")),
    ("code", re.compile(r"信用代码|税号|识别号|组织机构代码|注册号")),
    ("name", re.compile(r"(?:企业|公司|单位|纳税人|商户|主体|机构|租户).*(?:名|全称)$|^(?:名称|企业|公司|单位)")),
    ("person", re.compile(r"法定代表|法人代表|负责人")),
    ("phone", re.compile(r"电话|手机|联系方式")),
    ("building", re.compile(r"楼宇|大厦|写字楼|楼盘")),
    ("room", re.compile(r"房号|室号|房间|铺位")),
    ("address", re.compile(r"地址|住所|经营场所|办公场所")),
)
PREFERRED = ("经营", "办公", "实际", "地址", "通讯", "联系", "住所", "注册", "登记")  # of several addresses of a row
TOTALS = frozenset(["合计", "总计", "小计", "共计", "制表人", "填表人", "审核人", "备注", "说明", "注"])
_FORMULA = re.compile(r"^\s*(?:=|@|[+\-]\s*\d+\s*[+\-*/(]|[+\-][A-Za-z(])")


@dataclass(slots=True)
class Source:
    """A list that was read: its name, file, columns, and rows as texts by field."""

    name: str
    path: Path
    columns: dict[str, list[int]]
    headings: tuple[str, ...]
    rows: list[list[str]] = field(default_factory=list)


def plain_heading(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


_KNOWN = {plain_heading(h): name for name, text in HEADINGS.items() for h in text.split()}


def is_known(heading: str) -> bool:
    """Whether the text is a heading under which people write one of the columns."""
    return plain_heading(heading) in _KNOWN or heading.strip().lower() == "row_id"


def recognise(headings: Sequence[str]) -> dict[str, list[int]]:
    """Field → columns that hold it; several only for addresses, the preferred one first."""
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(headings):
        name = "row_id" if heading.strip().lower() == "row_id" else _KNOWN.get(plain_heading(heading))
        if name:
            found.setdefault(name, []).append(place)
    used = {place for places in found.values() for place in places}
    for place, heading in enumerate(headings):
        if place not in used:
            name = next((n for n, hint in HINTS if hint.search(plain_heading(heading))), None)
            if name and name not in found:
                found[name] = [place]
    if "address" in found:
        found["address"].sort(key=lambda place: _preference(headings[place]))
    return found


def _preference(heading: str) -> int:
    return next((rank for rank, word in enumerate(PREFERRED) if word in heading), len(PREFERRED))


def read_rows(
    path: Path, where: str, known: Callable[[str], bool] = is_known
) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The headings of a table and its rows, by its ending: workbook, Parquet, else CSV; `known` tells headings.

    :raises BadInput: not a table.
    """
    if not path.is_file():
        raise BadInput(f"没有这个文件：{path}", f"no such file: {path}", where=where)
    ending = path.suffix.lower()
    try:
        if ending in (".xlsx", ".xlsm", ".xls", ".ods"):
            return _workbook(path, known)
        if ending == ".parquet":
            return _parquet(path)
        table = open_table(path, known=known)
        return table.headings, _checked((cells for _, cells in table.rows()), where)
    except Invalid as refusal:
        raise BadInput(refusal.message, where=where) from None


def _checked(rows: Iterator[list[str]], where: str) -> Iterator[list[str]]:
    try:
        yield from rows
    except Invalid as refusal:
        raise BadInput(refusal.message, where=where) from None


def _workbook(path: Path, known: Callable[[str], bool]) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The sheet whose heading is best recognised."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        best: tuple[int, int, list[list[object]]] | None = None
        for name in book.sheet_names:
            rows = cast(list[list[object]], book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for at, cells in enumerate(rows[:HEADING_WITHIN]):
                score = sum(known(_text(cell)) for cell in cells)
                if sum(bool(_text(cell)) for cell in cells) >= 2 and (best is None or score > best[0]):
                    best = (score, at, rows)
    except (CalamineError, OSError, ValueError, KeyError):
        raise Invalid("工作簿已损坏、加了密码，或不是 Excel 文件，请重新另存为 .xlsx。") from None
    except BaseException as error:  # the reader's own panic is no Exception
        if type(error).__name__ == "PanicException":
            raise Invalid("工作簿已损坏，请重新另存为 .xlsx。") from None
        raise
    if best is None:
        raise Invalid("工作簿里没有找到带标题行的表，请检查内容。")
    _, at, rows = best
    headings = tuple(_text(cell) for cell in rows[at])
    return headings, (texts for row in rows[at + 1 :] if any(texts := [_text(cell) for cell in row]))


def _parquet(path: Path) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    import polars

    try:
        frame = polars.read_parquet(path)
    except Exception:  # whatever a broken file makes the library raise
        raise Invalid("文件已损坏，或不是 Parquet，请重新另存。") from None
    rows = (texts for row in frame.iter_rows() if any(texts := [_text(cell) for cell in row]))
    return tuple(frame.columns), rows


def _text(value: object) -> str:
    """A cell as a person would type it; whole numbers without a point, a date as 12-03 may have been a room."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    return str(value)


_MONTH_DAY = re.compile(r"^\d{4}-(\d{2})-(\d{2})(?: 00:00:00)?$|^(\d{1,2})月(\d{1,2})日$")


def room_text(text: str) -> str:
    """A room that a spreadsheet took for a date, given back: 12月3日 was 12-3."""
    found = _MONTH_DAY.match(text)
    if not found:
        return text
    month, day = (g for g in found.groups() if g)
    return f"{int(month)}-{int(day):02d}"


def read_source(name: str, path: Path, mapping: Mapping[str, str], known_buildings: frozenset[str]) -> Source:
    """Read a list. :raises BadInput: not a table, or neither names nor codes can be found in it."""
    headings, rows = read_rows(path, f"{name}={path}")
    columns = recognise(headings)
    for wanted, heading in mapping.items():
        place = next((k for k, h in enumerate(headings) if plain_heading(h) == plain_heading(heading)), None)
        if place is None:
            raise BadInput(
                f"对应关系里的列“{heading}”在表中没有；表中有：{'、'.join(h for h in headings if h)}。",
                f"the mapping names a column {heading!r} that the table does not have",
                where=f"{name}={path}",
            )
        columns = {f: [p for p in places if p != place] for f, places in columns.items()}
        columns[wanted] = [place]
    columns = {f: places for f, places in columns.items() if places}
    source = Source(name, path, columns, headings, list(rows))
    _sniff(source, known_buildings)
    if "name" not in source.columns and "code" not in source.columns:
        raise BadInput(
            "没有认出企业名称或信用代码所在的列，请用 --map 指明。",
            "no column of names or credit codes was recognised; name them with --map",
            where=f"{name}={path}",
        )
    return source


def _sniff(source: Source, known_buildings: frozenset[str]) -> None:
    """Tell columns by what stands in them where no heading tells."""
    sample = source.rows[:: max(1, len(source.rows) // 300)][:300]
    if not sample:
        return
    used = {place for places in source.columns.values() for place in places}
    tests = {
        "name": (re.compile(r"(?:公司|店|商行|经营部|中心|合伙\)?|事务所|工作室)[)）]?$"), 0.3),
        "code": (re.compile(r"^[0-9A-Za-z]{18}$"), 0.3),
        "address": (re.compile(r"(?:路|街|大道|巷).{0,8}\d"), 0.4),
    }
    if "楼" in source.name or "room" in source.columns:
        tests["building"] = (re.compile("|".join(map(re.escape, known_buildings)) or "(?!)"), 0.4)
        tests["room"] = (re.compile(r"^[A-Za-z]?\d{3,4}(?:室|号|房)?$"), 0.3)
    for wanted, (pattern, share) in tests.items():
        if wanted in source.columns or (wanted == "address" and "building" in source.columns):
            continue
        best, hits = -1, share * len(sample)
        for place in range(len(source.headings)):
            count = sum(bool(pattern.search(row[place])) for row in sample if place < len(row))
            if place not in used and count > hits:
                best, hits = place, count
        if best >= 0:
            source.columns[wanted] = [best]
            used.add(best)


def cell(source: Source, row: Sequence[str], wanted: str) -> str:
    """The first filled cell of a field."""
    for place in source.columns.get(wanted, ()):
        if place < len(row) and row[place]:
            return row[place]
    return ""


def place_of(source: Source, row: Sequence[str]) -> tuple[str, str]:
    """Address and room: of a building and a room in columns of their own, else of the address."""
    building, room = cell(source, row, "building"), room_text(cell(source, row, "room"))
    tower, floor = cell(source, row, "tower"), cell(source, row, "floor")
    if floor and re.fullmatch(r"-?\d{1,3}", floor):
        floor = f"负{floor[1:]}层" if floor.startswith("-") else f"{floor}层"
    inside = "|".join(part for part in (tower, floor, room) if part)
    if building:
        return building, inside
    return cell(source, row, "address"), inside


def wrong_with(name: str, code: str, source: Source) -> str:
    """Why a row cannot be used; empty when it can."""
    if not name and not code:
        return "没有企业名称，也没有信用代码。"
    if name in TOTALS:
        return f"“{name}”不是企业，可能是合计或说明行。"
    if is_known(name) and name in source.headings:
        return "这是重复的标题行。"
    if _FORMULA.match(name):
        return "名称单元格里是公式，未采用。"
    return ""


def read_mapping(path: Path | None, sources: Sequence[str]) -> dict[str, dict[str, str]]:
    """Source → field → heading, from a JSON file; a mapping that names no source holds for all.

    :raises BadInput: not JSON, or a field that does not exist.
    """
    if path is None:
        return {}
    where = str(path)
    try:
        told = json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise BadInput(f"没有这个文件：{path}", f"no such file: {path}", where=where) from None
    except (OSError, ValueError, RecursionError):  # the last: brackets within brackets without an end
        raise BadInput(
            '对应关系不是 JSON。写法：{"税务": {"name": "单位名称", "code": "税号"}}。',
            'the mapping is not JSON; write {"SOURCE": {"name": "HEADING"}}',
            where=where,
        ) from None
    if not isinstance(told, dict):
        raise BadInput("对应关系应为一个 JSON 对象。", "the mapping must be a JSON object", where=where)
    if not all(isinstance(value, dict) for value in told.values()):
        told = dict.fromkeys(sources, told)
    unknown = [name for name in told if name not in sources]
    if unknown:
        raise BadInput(
            f"对应关系里的来源“{unknown[0]}”没有用 --source 给出。", f"unknown source {unknown[0]!r}", where=where
        )
    return {name: {_field(key, where): str(heading) for key, heading in inner.items()} for name, inner in told.items()}


def _field(key: str, where: str) -> str:
    for name, label in LABELS.items():
        if key in (name, label):
            return name
    choices = "、".join(f"{name}（{label}）" for name, label in LABELS.items())
    raise BadInput(f"对应关系里没有“{key}”这一项，可用的有：{choices}。", f"unknown field {key!r}", where=where)

"""Rules on wording: residue of templates (RES), labels (LBL), glossary (VOC), privacy (PRI)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qifu.engines.statements.model import Paragraph, Row
from qifu.engines.statements.reading.claims import item_path
from qifu.engines.statements.subjects import class_of, codes_by_name, names_of
from qifu.engines.statements.words import compact, unnumbered

from .case import PARTS, Case, quoted, same_name
from .narrative import form_named, project_core
from .registry import BOTH, ERROR, INFO, PERFORMANCE, PRIVACY, TEMPLATE, WARNING, Hit, rule

_PLACEHOLDER = re.compile(
    r"[×Ｘ]{2,}|(?<![A-Za-z0-9])[Xx]{2,}(?![A-Za-z0-9])|20[Xx×]{2}|〔填写[^〕]*〕|（填写[^）]*）|(?:部门|单位|项目|科目)名称(?=[：:]?(?:项目|绩效|自评|支出|为|是|。|，))|_{4,}|…{2,}(?=[。，；]|万元)"
)
_INSTRUCTION = re.compile(
    r"[（(【][^）)】]{0,40}(?:请(?:根据|按|填|各|在)|如无[^）)】]{0,12}则|填报(?:说明|要求)|根据[^）)】]{0,12}(?:具体|实际)(?:解释|填写|情况填)|模板|示例|供参考|删除|自行(?:添加|增减)|所有单位共用|注[:：][^）)】]{0,20}科目)[^）)】]{0,60}[）)】]"
)
_DOUBLED = re.compile(r"([一-鿿]{3,8})\1|(用于|主要|其中|支出|收入|经费|项目|资金|情况)\2")
_PUNCTUATION = re.compile(r"、、|，，|。。|；；|，。|、。|。，|：：|,,")
_TYPOS = {
    "元格": "",
    "予算": "预算",
    "决祘": "决算",
    "帐户": "账户",
    "其它": "",
    "按装": "安装",
    "既使": "即使",
    "份内": "分内",
}


def _running(case: Case) -> Iterator[Paragraph]:
    return (each for each in case.model.text if each.part in ("overview", "explanations", "works", "terms", "annex"))


@rule(
    "RES-01",
    "残留模板占位文字",
    source=TEMPLATE,
    severity=ERROR,
    message="{where}残留模板文字“{text}”。",
    kinds=BOTH,
    fix="换成本单位的内容。",
)
def placeholders(case: Case) -> Iterator[Hit]:
    """Slots of the template that nobody filled."""
    for paragraph in case.model.text:
        case.checked += 1
        for found in _PLACEHOLDER.finditer(paragraph.text):
            if paragraph.part == "annex" and "名称" in found[0]:
                continue
            around = paragraph.text[max(0, found.start() - 6) : found.end() + 6]
            yield Hit(
                {"where": _where(paragraph), "text": around},
                (paragraph.line_at(found.start()),),
                (found[0],),
                cause=f"占位 {paragraph.line}",
            )


def _where(paragraph: Paragraph) -> str:
    return PARTS.get(paragraph.part, "正文") + (f"“{paragraph.section}”" if paragraph.section else "")


@rule(
    "RES-02",
    "残留填报说明",
    source=TEMPLATE,
    severity=WARNING,
    message="{where}残留给填报人的说明“{text}”。",
    kinds=BOTH,
    fix="删去。",
)
def instructions(case: Case) -> Iterator[Hit]:
    """Sentences addressed to whoever fills the template in."""
    for paragraph in _running(case):
        case.checked += 1
        for found in _INSTRUCTION.finditer(paragraph.text):
            yield Hit(
                {"where": _where(paragraph), "text": found[0][:40]},
                (paragraph.line_at(found.start()),),
                cause=f"说明残留 {paragraph.line}",
            )


@rule(
    "RES-03",
    "标点重复或缺漏",
    source=TEMPLATE,
    severity=INFO,
    message="{where}有连用的标点“{text}”。",
    kinds=BOTH,
    fix="删去多余的标点。",
)
def punctuation(case: Case) -> Iterator[Hit]:
    """Marks that stand twice."""
    for paragraph in _running(case):
        case.checked += 1
        for found in _PUNCTUATION.finditer(paragraph.text):
            around = paragraph.text[max(0, found.start() - 4) : found.end() + 4]
            yield Hit(
                {"where": _where(paragraph), "text": around},
                (paragraph.line_at(found.start()),),
                cause=f"标点 {paragraph.line}",
            )


@rule(
    "RES-06",
    "文字重复或多余",
    source=TEMPLATE,
    severity=INFO,
    message="{where}文字重复：“{text}”。",
    kinds=BOTH,
    fix="删去重复的文字。",
)
def doubled(case: Case) -> Iterator[Hit]:
    """Words that stand twice, and digits that strayed in."""
    for paragraph in _running(case):
        if paragraph.part not in ("explanations", "overview", "terms"):
            continue
        case.checked += 1
        for found in _DOUBLED.finditer(paragraph.text):
            around = paragraph.text[max(0, found.start() - 4) : found.end() + 6]
            yield Hit(
                {"where": _where(paragraph), "text": around},
                (paragraph.line_at(found.start()),),
                cause=f"重复 {paragraph.line}",
            )
        for found in re.finditer(r"万元\s*\d{1,2}(?:\.\d+)?\s*[。；]", paragraph.text):
            yield Hit(
                {"where": _where(paragraph), "text": found[0]},
                (paragraph.line_at(found.start()),),
                cause=f"多余 {paragraph.line}",
            )


@rule(
    "RES-05",
    "内容放错了位置",
    source=TEMPLATE,
    severity=INFO,
    message="名词解释中夹有“{text}”。",
    kinds=BOTH,
    fix="移到文末或封面。",
)
def misplaced(case: Case) -> Iterator[Hit]:
    """A contact line inside the glossary."""
    for paragraph in case.model.text:
        if paragraph.part == "terms" and (found := re.match(r"^(联系|咨询)电话", compact(paragraph.text))):
            case.checked += 1
            yield Hit({"text": found[0]}, (paragraph.line,))


@rule(
    "LBL-01",
    "目录与正文标题不一致",
    source=TEMPLATE,
    severity=INFO,
    message="目录为“{a}”，正文为“{b}”。",
    kinds=BOTH,
    fix="统一目录与正文的标题。",
)
def titles(case: Case) -> Iterator[Hit]:
    """Titles of parts in the contents and in the body."""
    contents = {
        found[1]: compact(p.text)
        for p in case.model.text
        if p.part == "contents" and (found := re.match(r"^[-·•]?(第[一二三四五六七八九十]部分)", compact(p.text)))
    }
    for paragraph in case.model.text:
        plain = compact(paragraph.text)
        found = re.match(r"^(第[一二三四五六七八九十]部分)", plain)
        if paragraph.kind != "heading" or not found or found[1] not in contents:
            continue
        case.checked += 1
        listed = re.sub(r"[.·…]{2,}\d*$|\d{1,3}$", "", contents[found[1]].lstrip("-·•"))
        if listed != plain and not listed.startswith(plain) and not plain.startswith(listed):
            yield Hit({"a": listed, "b": plain}, (paragraph.line,), cause=f"标题 {found[1]}")


@rule(
    "LBL-03",
    "项目名称前后不一",
    source=TEMPLATE,
    severity=WARNING,
    message="同一项目在说明中称“{a}”，在自评表中称“{b}”。",
    fix="统一项目名称。",
)
def project_names(case: Case) -> Iterator[Hit]:
    """A project bears one name in the text and in its form."""
    names: dict[str, tuple[str, int]] = {}
    for claim in case.model.claims:
        if (
            claim.unit == "万元"
            and claim.topic in ("general", "performance")
            and not claim.item
            and len(claim.subject) >= 4
        ):
            names.setdefault(claim.subject, (claim.subject, claim.line))
    for name, line in names.values():
        form = form_named(case, name)
        if form is None or not project_core(name):
            continue
        case.checked += 1
        one, other = (re.sub(r"项目$", "", compact(each)).strip("“") for each in (name, form.name))
        if one != other:
            yield Hit({"a": name, "b": form.name}, (line, form.at), cause=f"项目名称 {form.name}")


@rule(
    "LBL-06",
    "年份用错",
    source=TEMPLATE,
    severity=WARNING,
    message="{where}写“{text}”，而本文件是{year}年度的。",
    fix="核对年份。",
)
def years(case: Case) -> Iterator[Hit]:
    """The year of the opening words of a section is that of the document."""
    year = case.model.document.year
    for paragraph in case.explanations:
        found = re.match(
            r"^[-·•\s]*(?:\d[.、])?\s*(20\d\d)\s*年度?[^。，]{0,30}?(?:收入?、?支出?总计|收入合计|支出合计|财政拨款|一般公共预算|政府采购|“三公”)",
            paragraph.text,
        )
        if not found or year is None:
            continue
        case.checked += 1
        if int(found[1]) != year and paragraph.topic not in ("performance",):
            yield Hit(
                {"where": _where(paragraph), "text": found[0][:24], "year": str(year)},
                (paragraph.line,),
                (found[1],),
                cause=f"年份 {paragraph.line}",
            )


@rule(
    "LBL-08",
    "金额单位写法不一",
    source=TEMPLATE,
    severity=INFO,
    message="{where}写“{text}”，金额单位不全。",
    kinds=BOTH,
    fix="写成万元。",
)
def units_of_money(case: Case) -> Iterator[Hit]:
    """Amounts in the explanations carry a whole unit."""
    for paragraph in case.explanations:
        case.checked += 1
        for found in re.finditer(
            r"(?:为|支出|收入|预算|决算|资金)\s?\d[\d,]*(?:\.\d+)?\s?万(?=[，。；、])", paragraph.text
        ):
            yield Hit(
                {"where": _where(paragraph), "text": found[0]},
                (paragraph.line_at(found.start()),),
                cause=f"单位 {paragraph.line}",
            )


@rule(
    "LBL-10",
    "行政层级用词不符",
    source=TEMPLATE,
    severity=WARNING,
    message="本单位是区级单位，{where}写“{text}”。",
    kinds=BOTH,
    fix="改为区级、区直部门等。",
)
def levels(case: Case) -> Iterator[Hit]:
    """A unit of a district does not speak of the city's treasury."""
    unit = case.model.document.unit
    if not re.search(r"[区县](?!域)", compact(unit)):
        return
    for paragraph in _running(case):
        case.checked += 1
        for found in re.finditer(r"市级财政(?:预决算|一般公共|拨款|部门)|市直部门|指市级财政", compact(paragraph.text)):
            yield Hit({"where": _where(paragraph), "text": found[0]}, (paragraph.line,), (found[0],), cause="层级用词")


@rule("LBL-09", "常见错别字", source=TEMPLATE, severity=INFO, message="{where}“{text}”应为“{right}”。", kinds=BOTH)
def typos(case: Case) -> Iterator[Hit]:
    """Known slips of the pen."""
    for paragraph in _running(case):
        case.checked += 1
        for wrong, right in _TYPOS.items():
            if right and wrong in paragraph.text:
                yield Hit(
                    {"where": _where(paragraph), "text": wrong, "right": right},
                    (paragraph.line_at(paragraph.text.index(wrong)),),
                )


def glossary(case: Case) -> list[tuple[str, Paragraph]]:
    """The functional subjects that the glossary explains: 类/款/项 and where."""
    found = []
    for paragraph in case.model.text:
        if paragraph.part == "terms" and (path := item_path(paragraph.text)):
            found.append(("/".join(path), paragraph))
    return found


@rule(
    "VOC-02",
    "名词解释的科目与报表不一致",
    source=TEMPLATE,
    severity=WARNING,
    message="名词解释{what}。",
    fix="只解释本年报表中使用的项级科目，且不遗漏。",
)
def glossary_subjects(case: Case) -> Iterator[Hit]:
    """The glossary explains just the 项 that the statements hold."""
    entries = glossary(case)
    names = [name for name in ("T02", "T03", "T05", "T07", "T08") if name in case.model.tables]
    if not all(map(case.is_whole, names)):
        return
    rows = {row.code: row for name in names for row in case.model.tables[name].rows if len(row.code) == 7}
    if len(entries) < 2 or not rows:
        return
    case.checked += 1
    explained: set[str] = set()
    surplus = []
    for item, _ in entries:
        codes = _codes(item, rows)
        explained |= codes
        if not codes:
            surplus.append(item.split("/")[-1] + f"（{item.split('/')[0]}）")
    missing = [f"{code}{row.name}" for code, row in rows.items() if code not in explained]
    faults = ([f"多出{quoted(surplus)}"] if surplus else []) + ([f"缺少{quoted(missing)}"] if missing else [])
    if faults:
        yield Hit({"what": "，".join(faults)}, (entries[0][1].line,), cause="名词解释")


def _codes(item: str, rows: dict[str, Row]) -> set[str]:
    first, second, last = (*item.split("/"), "", "")[:3]
    head = class_of(first)
    seconds = {code[:5] for code in codes_by_name().get(compact(second), ())}
    found = {code for code, row in rows.items() if same_name(last, row.name) and (not head or code.startswith(head))}
    return {code for code in found if code[:5] in seconds} or (found if not seconds else set())


@rule(
    "VOC-04",
    "说明中的科目名称与科目表不符",
    source="当年《政府收支分类科目》",
    severity=WARNING,
    message="{where}的科目“{a}”与科目表“{b}”不符。",
    kinds=BOTH,
    fix="按科目表写全称。",
)
def names_in_text(case: Case) -> Iterator[Hit]:
    """Subjects named in full in the text bear their official names."""
    for paragraph in case.model.text:
        if paragraph.part not in ("explanations", "terms") or not (path := item_path(paragraph.text)):
            continue
        case.checked += 1
        head = class_of(path[0])
        known = codes_by_name().get(compact(path[2]))
        if known or not head:
            continue
        near = [code for code in _below(head, path[1]) if _nearly(path[2], code)]
        if near:
            yield Hit(
                {"where": _where(paragraph), "a": path[2], "b": names_of(near[0])[0]},
                (paragraph.line,),
                cause=f"科目名 {path[2]}",
            )


def _below(head: str, second: str) -> list[str]:
    seconds = [code for code in codes_by_name().get(compact(second), ()) if code.startswith(head)]
    return [code for codes in codes_by_name().values() for code in codes if len(code) == 7 and code[:5] in seconds]


def _nearly(name: str, code: str) -> bool:
    plain = compact(name)
    return any(compact(each).startswith(plain) or same_name(name, each) for each in names_of(code)) and len(plain) >= 2


_BENEFITS = r"(?:退休|离休|遗属|困难|抚恤|慰问|病故|去世|伤残|优抚)"
_PERSON = re.compile(
    _BENEFITS
    + r"(?:人员|职工|干部|党员|群众)?(?:家属)?([一-鿿]{2,3}?)(?:同志|先生|女士|老师)?(?:生活|医疗|遗属|抚恤|丧葬|困难)?"
    + r"(?:补助|补贴|慰问金|抚恤金|丧葬费|医疗费|救助金)"
)
_NOT_NAMES = re.compile(
    r"人员|职工|干部|党员|群众|经费|资金|支出|生活|医疗|困难|补助|发放|节日|一次|专项|企业|家属|遗属|丧葬|抚恤|转业|定期|春节|补充"
    r"|住房|提租|购房|费用|和|及|的|等|其他|工资|福利|保险|社会|基本|个人|家庭|年度|以及|金额|方面|管理|服务|安排|标准|对象"
)
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ACCOUNT = re.compile(r"(?:账号|帐号|卡号)[:：]?\s*\d{12,19}")


@rule(
    "PRI-01",
    "含有个人信息",
    source=PRIVACY,
    severity=ERROR,
    message="{where}可能含有{what}，公开前应删去或隐去。",
    kinds=BOTH,
    fix="删去或隐去个人信息。",
)
def personal(case: Case) -> Iterator[Hit]:
    """Names beside benefits, identity numbers, mobile numbers, bank accounts; what is found is not repeated here."""
    texts = [(_where(p), p.text, p.line) for p in case.model.text]
    texts += [("自评表的项目名称", form.name, form.at) for form in case.model.forms]
    for where, text, line in texts:
        case.checked += 1
        what = [
            name
            for name, pattern in (("身份证号", _IDENTITY), ("手机号", _MOBILE), ("银行账号", _ACCOUNT))
            if pattern.search(text)
        ]
        if any(
            found[1][0] in _SURNAMES and not _NOT_NAMES.search(found[1]) for found in _PERSON.finditer(compact(text))
        ):
            what.append("领取补助人员的姓名")
        if what:
            yield Hit({"where": where, "what": "、".join(what)}, (line,), cause=f"个人信息 {line}")


@rule(
    "LBL-04",
    "各表自评表的标题写法不一",
    source=PERFORMANCE,
    severity=INFO,
    message="项目自评表的标题有的带年度、有的不带，如“{a}”与“{b}”。",
    fix="统一标题写法。",
)
def form_titles(case: Case) -> Iterator[Hit]:
    """Sibling forms are titled alike."""
    titled = [form for form in case.project_forms if form.title]
    years = [bool(re.match(r"^20\d\d年", compact(unnumbered(form.title)))) for form in titled]
    case.checked += 1
    if len(titled) > 1 and len(set(years)) == 2:
        one, other = titled[years.index(True)], titled[years.index(False)]
        yield Hit({"a": one.title, "b": other.title}, (one.at, other.at))

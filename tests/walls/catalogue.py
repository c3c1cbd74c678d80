"""The words of the enterprises' and public pages: what they are, where they stand, what they are in English.

`make messages` (`python -m tests.walls.catalogue`) reads the words from the pages and writes them into django.po; what is new stands
there without English until somebody writes it. The compiled catalogue and the words of the scripts are made of it. No tool is
needed but Python, so that the wall in test_words.py holds everywhere.
"""

from __future__ import annotations

import ast
import json
import os
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "qifu"
LOCALE = SOURCE / "locale" / "en" / "LC_MESSAGES"
PO, MO = LOCALE / "django.po", LOCALE / "django.mo"
SCRIPT = SOURCE / "entry/theme/static/qifu/english.js"
HAN = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
STRING = r'"((?:[^"\\]|\\.)*)"'

TEMPLATES = (
    "entry/portal/templates/**/*.html",
    "entry/theme/templates/**/*.html",
    "entry/board/templates/board/open.html",
)
STAFF_ONLY = {
    "desk.html",
    "board.html",
    "field.html",
    "_keys.html",
    "guide.html",
    "guide.py",
}  # frames and pieces of the staff: Chinese
SCRIPTS = ("entry/theme/static/qifu/qifu.js", "entry/theme/static/qifu/forms.js")
PAGES = ("entry/portal/**/*.py",)  # every Chinese word in them is for the screen
SHARED = ("entry/theme/*.py", "entry/theme/templatetags/*.py")  # what they say themselves
ROOMS = (  # what they may say to an enterprise: whatever they raise, and every whole sentence
    "domain/grants/actions/applying.py", "domain/appeals/access.py", "domain/appeals/actions/submit.py", "domain/appeals/actions/take.py",
    "domain/appeals/actions/answering.py", "domain/appeals/actions/playing.py", "domain/appeals/actions/clocks.py",
    "domain/appeals/queries/sheet.py", "domain/policies/actions/stating.py", "domain/people/phones.py", "domain/people/actions/contacts.py",
    "domain/visits/actions/wishing.py", "domain/visits/queries/bindings.py", "domain/people/service.py",
    "domain/registry/access.py", "domain/registry/agencies.py", "domain/registry/actions/certifying.py",
    "domain/registry/actions/colleagues.py", "domain/registry/actions/correcting.py", "engines/codes/credit.py", "engines/flow/moves.py",
    "kernel/files/actions.py", "kernel/files/queries.py", "kernel/receipts/actions.py", "output/messages/queries.py",
)  # fmt: skip
REFUSALS = {"Refusal", "Invalid", "Forbidden", "Missing", "Conflict", "TooMany", "Impossible", "Lacking"}
SAYING = {"gettext", "phrase", "several", "said", "spoken"}
NOT_SHOWN = {  # Chinese of these modules that no page of theirs shows: written into a case, said to the staff, or to a program
    "。！？；!?;", "见附件", "{n}. {item}：{text or '见附件'}", "用户{number[-4:]}", "提交的内容需要修改：", "没有可以查看的联系电话。",
    "来源系统的编号超过 60 字。", "只有信访需要填写来访情况。", "信访由中心登记。", "您的角色不能登记诉求。", "请选择集体访或个人访。",
    "请填写来访人数（1 至 9999）。", "约定答复日期应在今天之后，一年以内。", "{name}（代办）",
    "只有中心的调度员、督办员和管理员可以导入企业名单。", "只有中心的调度员、督办员和管理员可以审核企业认证。",
    "没有这条认证申请，可能已被撤回，请返回列表重新查找。", "没有这次导入，请返回列表重新选择。", "页码无效，请从第一页重新开始。", "无效",
    "请写明未通过的原因（至少四个字），对方会看到。", "请写明原因", "这条申请已经处理过，请刷新页面查看结果。",
    "计算校验码需要统一社会信用代码的前 17 位，且只能使用标准规定的数字和大写字母。", "组织机构代码的本体应为 8 位数字或大写字母。",
    "机构类别代码 {told.authority}{told.category} 不在标准所列类别中。",
    "登记机关行政区划码 {told.division} 不在现行区划表中，可能是已调整的旧区划。",
    "第 9 至 17 位组织机构代码 {told.organisation} 的校验位与 GB 11714 不符。",
}  # fmt: skip


GRANTS_SAID = (  # of grants/access and actions/publicity, which otherwise speak to the staff
    "没有这件申报，或您无权查看。请核对编号，或从列表进入。", "没有这份公示，可能编号有误，请返回列表查找。",
    "公示期已经结束，不能再提异议。", "异议没有提交，请核对标出的内容。", "请选择对哪一家有异议。", "请写明事实和依据（10 至 2000 字）。",
    "请填写姓名或单位名称，异议需实名。", "没有这个项目，或已经停止受理。请返回列表查看。", "这一步不能单独办理，请从对应的页面进入。",
)  # fmt: skip
EVENTS_SAID = (  # of events, which otherwise speak to the staff
    "没有这个活动，或它还没有发布。请从活动列表进入。", "没有这个场地，请从场地列表进入。",
    "没有这张报名票，或它不是您的。请从“我的活动”进入。", "没有这个预约，或您无权办理。", "没有这份资料，或它还没有公开。",
    "这个场地在这段时间已有预约，请换个时间或换个场地。", "活动已经开始，不能再取消报名。", "请核对标出的各项。", "请填写单位名称。",
    "报名已经截止。", "您没有代表这家企业的权限，请重新选择。", "这个手机号已经报过名，不用重复报名；可在“我的活动”查看。",
    "名额和候补都已满，请关注下一场。", "请先登录，再预约场地。", "预约的时间已到，不能再取消。", "这个场地暂停预约。",
    "结束要晚于开始。", "开始时间已过，请改选以后的时间。", "这一天不开放，请改选别的日子。", "请写明用途（2 至 120 字）。",
    "请选择您代表的企业。", "签到参加过的活动才能评价。", "活动还没有开始，结束后再评价。", "请选 1 至 5 颗星。", "最多 500 个字。",
    "请先登录，再报名。",
)  # fmt: skip
AFTER_SAID = (  # of grants/obligations, which otherwise speak to the staff
    "没有这项约定，或您无权查看。请从列表进入。", "这项约定不用报告，到期由系统核对。", "报告已经提交，请等候确认。",
    "请写明资金用在哪里、金额多少（10 至 4000 字）。", "请写明事实和理由（5 至 4000 字）。",
    "说明已经提交，或期限已过，请刷新页面。",
)  # fmt: skip


@dataclass
class Entry:
    """One msgid: where it stands, whether English counts with it, what it is in English."""

    places: list[str] = field(default_factory=list)
    is_plural: bool = False
    english: list[str] = field(default_factory=list)  # one, or one and many

    def add(self, place: str, is_plural: bool = False) -> None:
        self.is_plural = self.is_plural or is_plural
        if place not in self.places:
            self.places.append(place)


Catalogue = dict[str, Entry]


# What the pages say -----------------------------------------------------------------------------------------------------


def words() -> Catalogue:
    """Every msgid of the pages, in the order in which it is found."""
    found: Catalogue = {}
    for path in templates():
        for text, is_plural in of_template(path.read_text(encoding="utf-8")):
            found.setdefault(text, Entry()).add(_name(path), is_plural)
    for globs, reader in ((PAGES, everything), (SHARED, spoken_here), (ROOMS, said_to_people)):
        for path in paths(globs):
            for text, is_plural in reader(ast.parse(path.read_text(encoding="utf-8"))):
                if text not in NOT_SHOWN:
                    found.setdefault(text, Entry()).add(_name(path), is_plural)
    for place, texts, is_plural in of_data():
        for text in texts:
            if HAN.search(text):
                found.setdefault(text, Entry()).add(place, is_plural)
    for text in of_scripts():
        found.setdefault(text, Entry()).add("entry/theme/static/qifu")
    return found


def templates() -> list[Path]:
    return paths(TEMPLATES)


def of_template(text: str) -> Iterator[tuple[str, bool]]:
    """The msgids of a template, as Django looks them up."""
    from django.template.base import Lexer, TokenType

    block: list[str] | None = None
    for token in Lexer(text).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if name == "endblocktranslate" and block is not None:
            one, *many = "".join(block).split("\0")
            yield one, bool(many)
            block = None
        elif block is not None:
            block.append("\0" if name == "plural" else _placed(token.token_type == TokenType.VAR, token.contents))
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            block = [] if name == "blocktranslate" else None
            pattern = rf"^translate\s+{STRING}" if name == "translate" else rf"_\({STRING}\)"
            yield from ((found, False) for found in re.findall(pattern, token.contents))


def bare(text: str) -> list[str]:
    """The Chinese of a template that stands outside every translate tag."""
    from django.template.base import Lexer, TokenType

    found, is_inside = [], False
    for token in Lexer(text).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        rest = re.sub(rf"^translate\s+{STRING}" if name == "translate" else rf"_\({STRING}\)", "", token.contents)
        if token.token_type != TokenType.COMMENT and HAN.search(rest) and not is_inside:
            found.append(rest.strip())
        is_inside = name == "blocktranslate" or (is_inside and name != "endblocktranslate")
    return found


def everything(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Every Chinese constant of a module of pages."""
    several = {id(node.args[0]) for node in _calls(tree, {"several"})}
    for node in _constants(tree):
        yield node.value, id(node) in several


def spoken_here(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """What a shared module says through the catalogue, and its whole sentences."""
    for call in _calls(tree, SAYING):
        for node in ast.walk(call.args[0]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
                yield node.value, False
    yield from ((node.value, False) for node in _constants(tree) if _is_sentence(node.value))


def said_to_people(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """What a room raises, and its whole sentences."""
    raised = {
        id(node) for call in _calls(tree, REFUSALS) for part in [*call.args, *call.keywords] for node in ast.walk(part)
    }
    for node in _constants(tree):
        if id(node) in raised or _is_sentence(node.value):
            yield node.value, False


def filled(tree: ast.Module) -> Iterator[str]:
    """Every Chinese f-string of a module, with what is put into it: 第 {place} 位."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{" + ast.unparse(part.value) + "}"  # type: ignore[attr-defined]
                for part in node.values
            )
            if HAN.search(text):
                yield text


def of_data() -> Iterator[tuple[str, Iterable[str], bool]]:
    """The words that are data: states, steps, choices, figures, promises, marks."""
    from qifu.domain.appeals.flow import FLOWS
    from qifu.domain.appeals.flow import words as choices
    from qifu.domain.appeals.queries.figures.measures import FIGURES
    from qifu.domain.appeals.queries.figures.public import SHOWN
    from qifu.domain.events import flow as event_flow
    from qifu.domain.events.queries.listing import KINDS
    from qifu.domain.grants.flow import APPLICATION as grant_flow
    from qifu.domain.grants.flow import UNLISTED
    from qifu.domain.grants.flow import words as grant_words
    from qifu.domain.grants.models import Clawback, Objection, Obligation
    from qifu.domain.policies.queries import public as policies
    from qifu.domain.registry.models import Certification, Correction, Enterprise
    from qifu.entry.cli.sample import corpus
    from qifu.entry.portal.cases import promised
    from qifu.entry.theme import context, courses, devices, phrases
    from qifu.kernel.files.kinds import SPOKEN
    from qifu.output.messages.wording import TO_ENTERPRISE

    yield "entry/theme/phrases.py", (p for p in phrases.PATTERNS if "{n}" in p), True
    yield "entry/theme/phrases.py", (p for p in phrases.PATTERNS if "{n}" not in p), False
    yield "entry/portal/cases/promised.py", promised.UNITS.values(), True
    yield "entry/theme/courses.py", courses.SAID.values(), False
    yield "entry/theme/devices.py", [label for _, label in (*devices._PROGRAMS, *devices._SYSTEMS)], False
    yield "entry/theme/devices.py", ["其他程序", "其他设备"], False
    yield "entry/theme/context.py", [entry.label for entry in context.PORTAL], False
    yield "domain/events", [label for _, label in KINDS], False
    yield "domain/events", EVENTS_SAID, False
    for flow in (event_flow.REGISTRATION, event_flow.BOOKING):
        yield "domain/events/flow.py", [state.label for state in flow.states.values()], False
    for flow in FLOWS.values():
        if flow.name == "petition":
            continue  # registered by the centre, never seen in the portal
        yield "domain/appeals/flow", [flow.label, *flow.clocks.values()], False
        yield "domain/appeals/flow", [w for s in flow.states.values() for w in (s.label, s.told)], False
        yield "domain/appeals/flow", [w for s in flow.steps.values() if s.told for w in (s.label, s.told)], False
        mine = [s for s in flow.steps.values() if "contact" in s.who]
        yield "domain/appeals/flow", [w for s in mine for n in s.needs for w in (n.label, n.hint)], False
        yield "domain/appeals/flow", [s.confirms for s in mine], False
    lists = (choices.URGENCIES, choices.OUTCOMES, choices.DECLINES, choices.PREFERS, choices.CLOCKS)
    yield "domain/appeals/flow/words.py", [label for found in lists for _, label in found], False
    yield (
        "domain/appeals/flow/steps.py",
        ["办结已超过 90 天，请重新提交；系统会把两件关联起来。", "收到材料", "交还材料", "中心"],
        False,
    )
    yield (
        "domain/appeals/queries/sheet.py",
        ["提交", "重算期限", "系统", "工作人员", "（保密）", "（内容已按规定清除）"],
        False,
    )
    yield "domain/appeals/queries/similar.py", ["同一企业", "同一分类", "同一楼宇", "标题相近", "内容相近"], False
    yield (
        "domain/appeals/queries/figures/measures.py",
        [w for name in SHOWN for w in (FIGURES[name].label, FIGURES[name].says)],
        False,
    )
    yield "domain/appeals/actions/submit.py", ["诉求内容"], False
    facets = (policies.KINDS, policies.LEVELS, policies.WHENS, policies.STEPS)
    yield "domain/policies/queries/public.py", [str(label) for found in facets for label in found.values()], False
    yield "domain/publishing/actions.py", ["没能记下，请刷新页面后再试。"], False
    yield (
        "domain/registry/models/enterprises.py",
        [str(x.label) for x in (*Certification.Role, *Certification.State, *Correction.State, *Enterprise.Size)],
        False,
    )
    yield "kernel/files/kinds.py", [SPOKEN], False
    mine = [s for s in grant_flow.steps.values() if "contact" in s.who]
    yield "domain/grants/flow", [w for s in grant_flow.states.values() for w in (s.label, s.told)], False
    yield "domain/grants/flow", [s.label for s in mine], False
    yield "domain/grants/flow", [UNLISTED.label, UNLISTED.told], False
    lists_ = (grant_words.REFUSALS, grant_words.WAYS, grant_words.LINE, grant_words.CLOCKS)
    yield "domain/grants/flow/words.py", [label for found in lists_ for _, label in found], False
    yield "domain/grants/actions", GRANTS_SAID, False
    yield "domain/grants/models/results.py", [str(one.label) for one in Objection.State], False
    after = (*Obligation.Kind, *Obligation.State, *Clawback.State)
    yield "domain/grants/obligations", [*AFTER_SAID, *(str(one.label) for one in after)], False
    yield "output/messages/wording.py", [w.subject for w in TO_ENTERPRISE.values() if "{" not in w.subject], False
    yield "output/messages/wording.py", [w.text for w in TO_ENTERPRISE.values()], False
    yield "entry/cli/sample/corpus", [w for c in corpus.categories() for w in (c.parent_name, c.name)], False


def of_scripts() -> list[str]:
    """The words of the scripts that the portal loads."""
    texts = [(SOURCE / path).read_text(encoding="utf-8") for path in SCRIPTS]
    return list(dict.fromkeys(found for text in texts for found in re.findall(rf"\b_\({STRING}", text)))


def _placed(is_variable: bool, contents: str) -> str:
    return f"%({contents})s" if is_variable else contents.replace("%", "%%")


def _is_sentence(text: str) -> bool:
    return text.endswith(("。", "？"))


def _constants(tree: ast.Module) -> list[ast.Constant]:
    """The Chinese constants of a module, without documentation and without the parts of f-strings."""
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    told = {id(line.value) for body in bodies for line in body if isinstance(line, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    found = [
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and HAN.search(n.value)
    ]
    return sorted((n for n in found if id(n) not in told | parts), key=lambda n: (n.lineno, n.col_offset))


def _calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node


def paths(globs: Iterable[str]) -> list[Path]:
    return [path for glob in globs for path in sorted(SOURCE.glob(glob)) if path.name not in STAFF_ONLY]


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


# The catalogue ----------------------------------------------------------------------------------------------------------

HEAD = """msgid ""
msgstr ""
"Project-Id-Version: qifu\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def read(text: str) -> Catalogue:
    """The catalogue as it is written; an entry marked as fuzzy has no English yet, one left over is not read."""
    found: Catalogue = {}
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if line and not line.startswith("#~")]
        parts: dict[str, str] = {}
        key = ""
        for line in (line for line in lines if not line.startswith("#")):
            if not line.startswith('"'):
                key, line = line.split(" ", 1)
            parts[key] = parts.get(key, "") + json.loads(line)
        if parts.get("msgid"):
            names = ["msgstr[0]", "msgstr[1]"] if "msgid_plural" in parts else ["msgstr"]
            is_sure = not any(line.startswith("#,") and "fuzzy" in line for line in lines)
            english = [parts.get(name, "") if is_sure else "" for name in names]
            places = [place for line in lines if line.startswith("#: ") for place in line[3:].split()]
            found[parts["msgid"]] = Entry(places, "msgid_plural" in parts, english)
    return found


def written(catalogue: Catalogue) -> str:
    """The catalogue as a file."""
    return "\n".join([HEAD, *(_block(text, entry) for text, entry in catalogue.items())])


def _block(text: str, entry: Entry) -> str:
    lines = [f"#: {' '.join(entry.places)}", f"msgid {_quoted(text)}"]
    if entry.is_plural:
        one, many = [*entry.english, "", ""][:2]
        lines += [f"msgid_plural {_quoted(text)}", f"msgstr[0] {_quoted(one)}", f"msgstr[1] {_quoted(many)}"]
    else:
        lines.append(f"msgstr {_quoted(entry.english[0] if entry.english else '')}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def compiled(catalogue: Catalogue) -> bytes:
    """The catalogue as Django loads it: GNU's binary form, sorted by msgid."""
    head = "".join(json.loads(line) for line in HEAD.splitlines()[2:])
    pairs = {"": head} | {
        f"{text}\0{text}" if entry.is_plural else text: "\0".join(entry.english)
        for text, entry in catalogue.items()
        if all(entry.english)
    }
    rows = sorted((key.encode(), value.encode()) for key, value in pairs.items())
    start = 28 + 16 * len(rows)
    keys, values, ids, texts = [], [], b"", b""
    for key, _ in rows:
        keys += [len(key), start + len(ids)]
        ids += key + b"\0"
    for _, value in rows:
        values += [len(value), start + len(ids) + len(texts)]
        texts += value + b"\0"
    head_ = struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, start)
    return head_ + struct.pack(f"<{4 * len(rows)}I", *keys, *values) + ids + texts


def script(catalogue: Catalogue) -> str:
    """The words of the scripts, for English pages."""
    pairs = {text: catalogue[text].english[0] for text in of_scripts() if text in catalogue}
    told = "// Made by `make messages` of locale/en/LC_MESSAGES/django.po: change the words there.\n"
    return f"{told}window.qifuWords = {json.dumps(pairs, ensure_ascii=False, indent=2)};\n"


def renewed() -> Catalogue:
    """The words of the pages with the English they have."""
    held, found = read(PO.read_text(encoding="utf-8")) if PO.exists() else {}, words()
    for text, entry in found.items():
        if text in held and held[text].is_plural == entry.is_plural:
            entry.english = held[text].english
        else:
            entry.english = ["", ""] if entry.is_plural else [""]
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
    sys.path.insert(0, str(SOURCE.parent))
    import django

    django.setup()
    catalogue = renewed()
    LOCALE.mkdir(parents=True, exist_ok=True)
    PO.write_text(written(catalogue), encoding="utf-8")
    MO.write_bytes(compiled(catalogue))
    SCRIPT.write_text(script(catalogue), encoding="utf-8")
    lacking = [text for text, entry in catalogue.items() if not all(entry.english)]
    print(f"{len(catalogue)} entries, {len(lacking)} without English", *lacking, sep="\n  ")


if __name__ == "__main__":
    main()

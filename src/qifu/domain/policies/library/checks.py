"""What must hold of the library beyond its shape; each check yields its faults, and reading stops at the first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from qifu.engines import eligibility as law
from qifu.engines.eligibility.conditions import Clause as Leaf
from qifu.engines.eligibility.conditions import Comparison, Group, Membership, Negation, Node
from qifu.engines.eligibility.fields import NUMERIC, Field
from qifu.engines.eligibility.wording import sentence

from .shapes import Case, Document, Faulty, Item

NUMBERS = re.compile(
    r"[一-龥]+(?: [一-龥]+)*公告\d{4}年第\d+号|[一-龥]+〔\d{4}〕\d+号|国务院令第\d+号|主席令第[一二三四五六七八九十百]+号"
)
CODE = re.compile(r"N-[A-Z]{3}-\d{3}")
_HALF = re.compile(r"[一-龥][,;:?!()]|[,;:?!()][一-龥]")
_EXPECTED = {"eligible": ("eligible",), "not": ("ineligible",), "unknown": ("unknown",), "boundary": ()}


def whole(documents: Sequence[Document]) -> Iterator[Faulty]:
    """All faults of a library."""
    for document in documents:
        for fault in _of_document(document):
            fault.file = f"{document.file}.json"
            yield fault
    yield from _between(documents)


def _of_document(document: Document) -> Iterator[Faulty]:
    if document.number and not NUMBERS.fullmatch(document.number):
        yield Faulty(f"文号“{document.number}”写法不对。", path="/document/number")
    if document.effective_from and document.effective_to and document.effective_to < document.effective_from:
        yield Faulty("失效日期早于生效日期。", path="/document/effective_to")
    if not 2 <= document.gist.count("。") <= 6:
        yield Faulty("要点用自己的话写 2 至 6 句。", path="/document/gist")
    if not document.items:
        yield Faulty("没有政策事项。", path="/items")
    for text in (document.title, document.checked, document.gist):
        yield from _half(text, "/document")
    for item in document.items:
        for fault in _of_item(item, document):
            fault.item = item.code
            yield fault


def _of_item(item: Item, document: Document) -> Iterator[Faulty]:
    if not CODE.fullmatch(item.code):
        yield Faulty("编号应如 N-CIT-001。", path="/code")
    for text in (
        item.title,
        item.summary,
        item.amount_words,
        item.how,
        item.window.note,
        *item.materials,
        *item.beyond,
    ):
        yield from _half(text, "")
    yield from _dates(item, document)
    yield from _window(item)
    try:
        policy = law.Policy(
            item.code, item.title, law.parse(item.when, law.catalogue()), item.effective_from, item.effective_to
        )
        formula = None if item.amount is None else law.read_formula(item.amount)
    except law.Refused as refusal:
        yield Faulty(refusal.zh, path=refusal.path)
        return
    yield from _clauses(item, policy.when)
    yield from _cases(item, policy, formula)
    yield from _edges(item, policy.when)


def _half(text: str, at: str) -> Iterator[Faulty]:
    if found := _HALF.search(text):
        yield Faulty(f"“{found[0]}”应用全角标点。", path=at)


def _dates(item: Item, document: Document) -> Iterator[Faulty]:
    if item.effective_to and item.effective_to < item.effective_from:
        yield Faulty("失效日期早于生效日期。", path="/effective_to")
    if document.effective_from and item.effective_from < document.effective_from:
        yield Faulty("事项先于文件执行。", path="/effective_from")
    if document.effective_to and (item.effective_to is None or item.effective_to > document.effective_to):
        yield Faulty("事项在文件失效之后还执行。", path="/effective_to")


def _window(item: Item) -> Iterator[Faulty]:
    window = item.window
    if window.kind == "always":
        if window.starts or window.ends:
            yield Faulty("常年受理的没有起止日期。", path="/window")
        return
    year = "2024-" if window.kind == "yearly" else ""  # a leap year: 02-29 is a day that may be named
    try:
        starts, ends = (date.fromisoformat(f"{year}{day}") for day in (window.starts, window.ends))
    except ValueError:
        yield Faulty("申报期要写起止日期。", path="/window")
        return
    if ends < starts:
        yield Faulty("申报期的终止日早于起始日。", path="/window/to")
    if window.kind == "once" and not (item.is_in_force(starts) and item.is_in_force(ends)):
        yield Faulty("申报期不在执行期内。", path="/window")


def nodes(node: Node, pointer: str = "") -> Iterator[tuple[str, Node]]:
    """Every node of a condition with its JSON pointer; under `!` there is no place."""
    yield pointer, node
    if isinstance(node, Negation):
        yield from nodes(node.part, f"{pointer}/!")
    elif isinstance(node, Group):
        for place, part in enumerate(node.parts):
            yield from nodes(part, f"{pointer}/{node.operator}/{place}")


def _clauses(item: Item, root: Node) -> Iterator[Faulty]:
    known = dict(nodes(root))
    for clause in item.clauses:
        if clause.path not in known:
            yield Faulty("条件中没有这个位置。", path=f"/when{clause.path}")
        yield from _half(clause.says, f"/when{clause.path}")
    paths = [clause.path for clause in item.clauses]
    if twice := [path for path, count in Counter(paths).items() if count > 1]:
        yield Faulty("同一位置写了两个出处。", path=f"/when{twice[0]}")
    for pointer, node in known.items():
        if isinstance(node, Membership):
            yield from _listed(node, pointer)
        if isinstance(node, Group | Negation) or any(pointer == p or pointer.startswith(f"{p}/") for p in paths):
            continue
        yield Faulty(f"“{sentence(node)}”没有写明出自哪一条。", path=f"/when{pointer}")


def _listed(node: Membership, pointer: str) -> Iterator[Faulty]:
    for word in node.values:
        if not law.is_listed(node.field, word):
            yield Faulty(f"代码表中没有“{word}”。", path=f"/when{pointer}")


def _cases(item: Item, policy: law.Policy, formula: law.Formula | None) -> Iterator[Faulty]:
    library = law.compile_policies([policy])
    for kind in _EXPECTED:
        if not any(case.kind == kind for case in item.cases):
            yield Faulty(f"缺少 {kind} 的算例。", path="/cases")
    if len({case.name for case in item.cases}) < len(item.cases):
        yield Faulty("两个算例同名。", path="/cases")
    for case in item.cases:
        yield from _case(case, library, formula)
    if formula and not any(case.yuan is not None for case in item.cases):
        yield Faulty("有金额公式，却没有写明金额的算例。", path="/cases")


def _case(case: Case, library: law.Library, formula: law.Formula | None) -> Iterator[Faulty]:
    at = f"/cases/{case.name}"
    if (wanted := _EXPECTED[case.kind]) and case.result not in wanted:
        yield Faulty("算例的种类与结果不合。", path=at)
    if strange := sorted(set(case.facts) - set(law.catalogue())):
        yield Faulty(f"字段目录没有“{strange[0]}”。", path=at)
        return
    try:
        facts = law.facts(case.facts, case.on)
    except law.Unreadable as problem:
        yield Faulty(str(problem), path=at)
        return
    for name, value in facts.items():
        if value is not None and not law.is_listed(law.catalogue()[name], value):
            yield Faulty(f"代码表中没有“{value}”。", path=at)
    if (answer := law.Reading(library, facts, case.on).result(0)) != case.result:
        yield Faulty(f"应为 {case.result}，实际是 {answer}。", path=at)
    told = law.amount(formula, facts).yuan if formula else None
    if case.yuan is not None and told != case.yuan:
        yield Faulty(f"金额应为 {case.yuan} 元，实际是 {told} 元。", path=at)


def _edges(item: Item, root: Node) -> Iterator[Faulty]:
    """Each bound, of a figure or of the days of force, has two cases that differ in it alone, by one step, and in result."""
    for pointer, node in nodes(root):
        if isinstance(node, Comparison | Membership):
            for field, bound in bounds(node):
                if not any(_turns(one, other, field, bound) for one, other in combinations(item.cases, 2)):
                    yield Faulty(f"“{field.label}”的界限 {bound:f} 两侧没有成对的算例。", path=f"/when{pointer}")
    for days in _days(item):
        if not any(_ends(one, other, days) for one in item.cases for other in item.cases):
            yield Faulty(f"{days[0]} 和 {days[1]} 没有成对的算例。", path="/cases")


def _days(item: Item) -> Iterator[tuple[date, date]]:
    """The days between which the item begins or ends to be in force."""
    yield item.effective_from - timedelta(days=1), item.effective_from
    if item.effective_to:
        yield item.effective_to, item.effective_to + timedelta(days=1)


def _ends(one: Case, other: Case, days: tuple[date, date]) -> bool:
    return (one.on, other.on) == days and one.facts == other.facts and one.result != other.result


def bounds(leaf: Leaf) -> Iterator[tuple[Field, Decimal]]:
    """The numeric bounds of a comparison between a field and figures."""
    if isinstance(leaf, Comparison) and len(leaf.fields) == 1 and leaf.fields[0].type in NUMERIC:
        for operand in leaf.operands:
            if isinstance(operand, float | int):
                yield leaf.fields[0], Decimal(repr(operand)).normalize()


def _turns(one: Case, other: Case, field: Field, bound: Decimal) -> bool:
    """Whether the answer turns between two cases that stand on a bound and one step beside it, all else equal."""
    values = [case.facts.get(field.name) for case in (one, other)]
    if one.on != other.on or one.result == other.result or not all(_is_figure(value) for value in values):
        return False
    rest = [{name: value for name, value in case.facts.items() if name != field.name} for case in (one, other)]
    figures = [Decimal(str(value)) for value in values]
    return rest[0] == rest[1] and bound in figures and abs(figures[0] - figures[1]) == field.step


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _between(documents: Sequence[Document]) -> Iterator[Faulty]:
    items = [item for document in documents for item in document.items]
    for code, count in Counter(item.code for item in items).items():
        if count > 1:
            yield Faulty("同一编号用了两次。", item=code)
    for (number, _), count in Counter((document.number, document.title) for document in documents).items():
        if count > 1:
            yield Faulty(f"文件“{number}”收了两次。")
    by_code = {item.code: item for item in items}
    for item in items:
        for code in item.excludes:
            if code == item.code or code not in by_code:
                yield Faulty(f"互斥的“{code}”不是库中的另一事项。", item=item.code, path="/excludes")
            elif item.code not in by_code[code].excludes:
                yield Faulty(f"与“{code}”互斥只写了一边。", item=item.code, path="/excludes")

"""A document under audit: the model with what several rules ask of it, worked out once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from qifu.engines.statements.doubt import ALL, Doubt
from qifu.engines.statements.layouts import keyed
from qifu.engines.statements.model import Claim, Entry, Form, Model, Paragraph, Row
from qifu.engines.statements.money import CENT, HALF, Ratio, percentage, rounded, shown, tail
from qifu.engines.statements.relations import Key, Relation, cells_of, lines_of, only_fiscal, place_name, relations
from qifu.engines.statements.subjects import class_of, codes_by_name
from qifu.engines.statements.words import compact

from .hits import ERROR, INFO, WARNING, Hit

OFFICIAL_NOTE = "本套报表金额单位转换时可能存在尾数误差"
_NAME_WORDS = re.compile(r"[（(](类|款|项)[)）]|类支出$|支出$|类$")


PARTS = {
    "overview": "概况",
    "explanations": "说明",
    "works": "重点工作",
    "terms": "名词解释",
    "annex": "附件",
    "cover": "封面",
    "contents": "目录",
}


def said_section(section: str) -> str:
    """The place of a claim as a clerk calls it: 五(三), 重点工作“一”."""
    part, slash, number = section.partition("/")
    if not slash:
        return section
    return PARTS.get(part, "正文") + (f"“{number}”" if number else "")


class Case:
    """One document, and the second one it may be held against."""

    def __init__(self, model: Model, against: Model | None = None) -> None:
        self.model = model
        self.against = against
        self.checked = 0

    @cached_property
    def values(self) -> dict[Key, Decimal | None]:
        return cells_of(self.model)

    @cached_property
    def lines(self) -> dict[Key, int]:
        return lines_of(self.model)

    @cached_property
    def relations(self) -> list[Relation]:
        return relations(self.model)

    @cached_property
    def only_fiscal(self) -> bool:
        return only_fiscal(self.model)

    @cached_property
    def doubtful(self) -> frozenset[tuple[str, str]]:
        """(statement, row) of everything that could not be read; relations that touch it prove nothing."""
        found = set()
        for place in self.model.unreadable:
            statement, _, rest = place.where.partition(".")
            if statement.split(" ")[0] in self.model.tables:
                found.add((statement.split(" ")[0], rest.split(".")[0] if rest and " " not in statement else "*"))
        return frozenset(found)

    @cached_property
    def doubt(self) -> Doubt:
        return Doubt.of(self.model)

    def is_unclear(self, key: Key) -> bool:
        """Whether this cell could not be read."""
        return key in self.doubt

    def is_doubtful(self, relation: Relation) -> bool:
        """Whether a relation touches what could not be read."""
        return self.doubt.touches(relation)

    def is_whole(self, statement: str) -> bool:
        """Whether every row of a statement was read, though figures in some may be unclear."""
        return statement in self.model.tables and (statement, ALL, ALL) not in self.doubt.places

    def value(self, key: Key) -> Decimal | None:
        """A cell; blank is zero where its statement was printed, None where it was not or could not be read."""
        if key[0] not in self.model.tables or key not in self.values or self.is_unclear(key):
            return None
        return self.values[key] or Decimal(0)

    # ---- sums ----

    def sums(self, rule: str, *, slack: Decimal = Decimal(0)) -> Iterator[Hit]:
        """Check every relation of a rule: a difference that rounding can make is a tail, a larger one a breach."""
        for relation in self.relations:
            if relation.rule == rule and relation.is_filled(self.values) and not self.is_doubtful(relation):
                hit = self.sum(relation, slack) or self._filled_in(relation)
                if hit is not None:
                    yield hit

    @cached_property
    def _were_blank(self) -> frozenset[str]:
        return frozenset(repair.where for repair in self.model.repairs if not repair.raw)

    def _filled_in(self, relation: Relation) -> Hit | None:
        """A cell that the source left blank: filled while it was read, and named in case it was published so."""
        key = next((cell for cell, _ in relation.cells if place_name(cell) in self._were_blank), None)
        if key is None:
            return None
        value = shown(self.values.get(key))
        return Hit(
            {
                "left": relation.left,
                "right": relation.right,
                "a": "空白",
                "b": value,
                "d": value,
            },
            (relation.line,) if relation.line else (),
            (value,),
            INFO,
            cells=frozenset({key}),
            cause="读入时补填的空白",
            fix=f"读入时已按其他各处的数补为{value}。原件此处有数的，不必更正；原件也空白的，请补填。",
        )

    def sum(self, relation: Relation, slack: Decimal = Decimal(0)) -> Hit | None:
        """Check one relation."""
        self.checked += 1
        left, right = relation.sides(self.values)
        difference = abs(left - right)
        if difference == 0:
            return None
        is_tail = difference <= max(tail(self._addends(relation)), slack)
        keys = frozenset(key for key, _ in relation.cells)
        return Hit(
            {
                "left": relation.left,
                "right": relation.right,
                "a": self.shown(relation, left),
                "b": f"{right:.2f}",
                "d": f"{difference:.2f}",
            },
            (relation.line,) if relation.line else (),
            (f"{left:f}", f"{right:f}"),
            INFO if is_tail else "",
            relation,
            keys,
            cause=f"尾差 {relation.cells[0][0][0]}" if is_tail else "",
            fix="属于元与万元换算的尾数误差，无须更正，表下应有尾差说明。" if is_tail else "",
        )

    def _addends(self, relation: Relation) -> int:
        return sum(1 for key, _ in relation.cells[1:] if self.values.get(key))

    def shown(self, relation: Relation, left: Decimal) -> str:
        """The left side as printed: an empty cell is called so."""
        return "空白" if self.values.get(relation.cells[0][0]) is None else f"{left:f}"

    # ---- text ----

    @cached_property
    def explanations(self) -> list[Paragraph]:
        return [each for each in self.model.text if each.part == "explanations"]

    def claims(self, topic: str = "", measure: str = "", subject: str = "", unit: str = "") -> list[Claim]:
        """Claims of the explanations by topic, measure, pattern of the subject and unit."""
        return [
            claim
            for claim in self.model.claims
            if (not topic or claim.topic == topic)
            and (not measure or claim.measure == measure)
            and (not subject or re.search(subject, compact(claim.subject)))
            and (not unit or claim.unit == unit)
        ]

    def is_of_year(self, claim: Claim) -> bool:
        """Whether a claim speaks of the year of the document."""
        return not claim.period or claim.period == str(self.model.document.year)

    def paragraph(self, claim: Claim) -> str:
        """The paragraph that a claim stands in."""
        return self.model.text[claim.paragraph].text if claim.paragraph < len(self.model.text) else ""

    def text_of(self, topic: str) -> str:
        """All text of a section."""
        return "".join(each.text for each in self.explanations if each.topic == topic)

    def first_line(self, topic: str) -> int:
        """Where a section begins."""
        return next((each.line for each in self.explanations if each.topic == topic), 0)

    # ---- statements ----

    def lines_by_key(self, statement: str, side: str) -> dict[str, Entry]:
        """The lines of one side of a two-sided statement by what they are."""
        table = self.model.tables.get(statement)
        return keyed(getattr(table, side)) if table else {}

    def row_of_item(self, statement: str, item: str) -> Row | None:
        """The row of a subject that the text names in full (类/款/项)."""
        table = self.model.tables.get(statement)
        if table is None or not item:
            return None
        parts = [compact(part) for part in item.split("/")]
        head = class_of(parts[0])
        found = [
            row
            for row in table.rows
            if row.code and same_name(parts[-1], row.name) and (not head or row.code.startswith(head))
        ]
        if len(found) > 1:
            middle = codes_by_name().get(parts[1], ()) if len(parts) > 2 else ()
            found = [row for row in found if row.code[:5] in middle] or found
            found = [row for row in found if len(row.code) == 7] or found
        return found[0] if len(found) == 1 else None

    # ---- forms ----

    @cached_property
    def unit_form(self) -> Form | None:
        return next((form for form in self.model.forms if form.kind == "unit"), None)

    @cached_property
    def project_forms(self) -> list[Form]:
        return [form for form in self.model.forms if form.kind == "project"]


def same_name(one: str, other: str) -> bool:
    """Whether two names of a subject are the same, but for widths, level words and a closing 支出."""
    left, right = (_NAME_WORDS.sub("", compact(each)) for each in (one, other))
    return left == right


def rated(case: Case, printed: Decimal, part: Decimal, whole: Decimal) -> tuple[str, Ratio]:
    """(severity, ratio) of a printed percentage; '' when it is right."""
    case.checked += 1
    ratio = percentage(printed, part, whole)
    severity = {"right": "", "rounding": INFO, "near": WARNING, "wrong": ERROR, "undefined": ERROR}[ratio.verdict]
    return severity, ratio


def differs(printed: Decimal, expected: Decimal, addends: int = 1) -> str:
    """'' when equal, info for a tail, error for more; a figure printed coarser is compared at its own decimals."""
    difference = abs(printed - expected)
    exponent = printed.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    coarse = HALF if places >= 2 else Decimal(5).scaleb(-places - 1)
    if places >= 2 and rounded(expected, places) == printed:
        return ""  # a statement in 元 holds more decimals than the text prints
    if difference == 0 or (places < 2 and difference <= coarse and printed != 0 and places > 0):
        return ""
    return INFO if difference <= max(CENT, tail(addends)) else ERROR


def quoted(texts: Sequence[str], limit: int = 6) -> str:
    """A short list for a message."""
    shown = "、".join(texts[:limit])
    return shown + (f"等{len(texts)}项" if len(texts) > limit else "")

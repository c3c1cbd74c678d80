"""The starter library: whole, current, true to its cases, and refused as soon as anything in it is wrong."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from qifu.domain.policies import library
from qifu.engines import eligibility as law
from qifu.engines.codes import industries
from qifu.engines.codes.scale import above_scale

TODAY = date(2026, 11, 21)
ROOT = Path(__file__).parents[2]
ITEMS = {item.code: item for document in library.read() for item in document.items}
Change = Callable[[dict[str, Any]], object]


@cache
def compiled(starts: str) -> tuple[tuple[str, ...], law.Library]:
    chosen = [item for code, item in ITEMS.items() if code.startswith(starts)]
    return tuple(item.code for item in chosen), law.compile_policies(policy(item) for item in chosen)


def policy(item: library.Item) -> law.Policy:
    when = law.parse(item.when, law.catalogue())
    return law.Policy(item.code, item.title, when, item.effective_from, item.effective_to)


def answers(facts: Mapping[str, object], on: date = TODAY, starts: str = "N-") -> dict[str, str]:
    """What each item says to an enterprise on a day."""
    codes, held = compiled(starts)
    return dict(zip(codes, law.judge(held, law.facts(facts, on), on), strict=True))


def test_at_least_forty_items_are_in_force() -> None:
    in_force = [item for item in ITEMS.values() if item.is_in_force(TODAY)]
    assert len(in_force) >= 40
    assert {item.kind for item in in_force} == {"money", "service", "recognition", "tax"}
    assert {code for code, item in ITEMS.items() if not item.is_in_force(TODAY)} == {"N-VAT-901", "N-VAT-902"}


def test_every_case_is_answered_as_written() -> None:
    """Asked anew of the engine, all items at once; the reader's own checks are not trusted."""
    asked = 0
    for item in ITEMS.values():
        for case in item.cases:
            assert answers(dict(case.facts), case.on)[item.code] == case.result, (item.code, case.name)
            asked += 1
    assert asked > 500


def test_every_item_has_each_kind_of_case() -> None:
    for item in ITEMS.values():
        assert {case.kind for case in item.cases} == {"eligible", "not", "boundary", "unknown"}, item.code


def test_every_item_has_number_issuer_and_days() -> None:
    documents = library.read()
    assert [document.file for document in documents if not document.number] == ["nbs-above-scale"]
    for document in documents:
        assert all((document.title, document.issuer, document.checked)), document.file
        assert document.level == "national"
        assert document.issued_on is None or document.issued_on <= TODAY, document.file
        for item in document.items:
            assert date(2008, 1, 1) <= item.effective_from <= TODAY, item.code
            assert item.effective_to is None or item.effective_from < item.effective_to, item.code


def leaves(when: object, path: str = "") -> Iterator[str]:
    """Where each single condition stands, read from the plain JSON."""
    assert isinstance(when, dict)
    ((operator, parts),) = when.items()
    if operator in ("and", "or"):
        for place, part in enumerate(parts):
            yield from leaves(part, f"{path}/{operator}/{place}")
    else:
        yield path


def test_every_condition_leads_to_an_article() -> None:
    for item in ITEMS.values():
        cited = {clause.path for clause in item.clauses if clause.cite and clause.says}
        assert len(cited) == len(item.clauses), item.code
        for path in leaves(item.when):
            assert any(path == place or path.startswith(f"{place}/") for place in cited), (item.code, path)


def test_research_is_not_deducted_in_the_six_excluded_trades() -> None:
    """财税〔2015〕119号: tobacco, hotels and food, wholesale and retail, property, leasing and business, entertainment."""
    excluded = ("C16", "H61", "H62", "F51", "F52", "K70", "L71", "L72", "R90")
    for industry in industries_of_four_digits():
        told = answers({"industry": industry, "rd_expense": 100, "book_assessed": True}, starts="N-RDE-001")
        assert (told["N-RDE-001"] == "ineligible") == industry.startswith(excluded), industry


def test_amounts_stand_where_the_law_gives_a_formula() -> None:
    formulas = {code[2:5] for code, item in ITEMS.items() if item.amount is not None}
    assert formulas == {"CIT", "EMP", "IIT", "RDE", "STP", "VAT"}
    assert ITEMS["N-FIN-001"].amount is None  # a loan is no grant
    rebate = law.read_formula(ITEMS["N-EMP-001"].amount)
    unsaid = law.amount(rebate, law.facts({"ui_paid": 10}, TODAY))  # of unknown size: 30 % or 60 %
    assert (unsaid.least, unsaid.most, unsaid.missing) == (Decimal(30_000), Decimal(60_000), ("size_class",))


def test_thirty_ten_thousand_in_a_quarter_was_free_until_2025_and_is_taxed_since() -> None:
    firm = {"vat_status": "small", "quarter_sales": 30}
    held = {on: answers(firm, on, "N-VAT-") for on in (date(2025, 12, 31), date(2026, 1, 1))}
    told = {on: sorted(code for code, answer in found.items() if answer == "eligible") for on, found in held.items()}
    assert told == {date(2025, 12, 31): ["N-VAT-901"], date(2026, 1, 1): ["N-VAT-002"]}


def test_of_the_three_steps_of_the_disabled_levy_one_holds() -> None:
    for employees in (1, 30, 31, 500):
        for ratio in (0, 0.0099, 0.01, 0.0149):
            told = answers({"employees": employees, "disabled_staff_ratio": ratio}, starts="N-FEE-00")
            assert sorted(told.values()) == ["eligible", "ineligible", "ineligible"], (employees, ratio)


def test_entry_above_scale_agrees_with_the_table_of_standards() -> None:
    """Every industry of four digits, below, on and above each threshold."""
    for industry in sorted(code for code in industries_of_four_digits()):
        for revenue in (199.99, 200, 499.99, 500, 999.99, 1000, 1999.99, 2000):
            told = answers({"industry": industry, "revenue": revenue, "above_scale": False}, starts="N-STA-")
            expected = above_scale(industry, Decimal(str(revenue)), qualified=True).result
            assert list(told.values()).count("eligible") == (expected == "yes"), (industry, revenue)


def industries_of_four_digits() -> list[str]:
    """One of each class, so that no group is left out."""
    table = ROOT / "src/qifu/engines/codes/data/industries_2017.csv"
    rows = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    found: dict[str, str] = {}
    for code, section, _ in rows:
        if len(code) == 4:
            found.setdefault(f"{section}{code[:3]}", f"{section}{code}")
    assert len(found) > 400
    assert all(industries.is_known(code) for code in found.values())
    return list(found.values())


def test_bulk_and_one_by_one_agree_on_all_cases() -> None:
    cases = [case for item in ITEMS.values() for case in item.cases]
    records = [law.facts(case.facts, TODAY) for case in cases]
    codes, held = compiled("N-")
    columns = {n: law.column(field, [row.get(n) for row in records]) for n, field in law.catalogue().items()}
    matrix = law.match(held, law.Table(len(cases), columns), TODAY)
    for number, record in enumerate(records):
        for place, told in enumerate(law.judge(held, record, TODAY)):
            seen = (matrix.eligible(place)[number], matrix.unknown(place)[number])
            assert seen == (told == "eligible", told == "unknown"), (codes[place], record)


def test_the_page_holds_the_table_of_the_library() -> None:
    page = (ROOT / "docs/rules/library.md").read_text(encoding="utf-8")
    assert page.split("<!-- items -->\n")[1].split("\n<!-- end -->")[0] == library.printed_table(library.read())
    told = subprocess.run([sys.executable, "-m", "qifu.domain.policies.library"], capture_output=True, check=True)
    assert told.stdout.decode() == library.printed_table(library.read()) + "\n"


def test_the_page_says_of_every_document_how_it_was_confirmed() -> None:
    page = (ROOT / "docs/rules/library.md").read_text(encoding="utf-8")
    rows = page.split("<!-- sources -->\n")[1].split("\n<!-- end of sources -->")[0].splitlines()[2:]
    told = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]
    assert sorted(row[0] for row in told) == sorted(d.number or f"《{d.title}》" for d in library.read())
    assert {row[1] for row in told} == {"text", "quoted", "number"}
    bare = {row[0] for row in told if row[1] == "number"}
    assert [i.code for d in library.read() if d.number in bare for i in d.items if i.amount is not None] == []


def sound() -> dict[str, Any]:
    """The file of the disabled levy, which has three items that exclude each other."""
    given: dict[str, Any] = json.loads((library.FOLDER / "mof-2023-8.json").read_text(encoding="utf-8"))
    return given


def refused(given: object, folder: Path) -> library.Faulty:
    path = folder / "levy.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(library.Faulty) as fault:
        library.load([path])
    return fault.value


def first(given: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = given["items"][0]
    return item


FAULTS: list[tuple[str, Change, str]] = [
    ("no title", lambda g: g["document"].pop("title"), "levy.json：/document/title：缺少“title”。"),
    ("unknown key", lambda g: g["document"].update(author="x"), "levy.json：/document/author：不认识“author”。"),
    ("number", lambda g: g["document"].update(number="财政部公告2023第8号"), "文号“财政部公告2023第8号”写法不对。"),
    ("level", lambda g: g["document"].update(level="town"), "“town”不在 national provincial city district 之中。"),
    ("relation", lambda g: g["document"].update(relations=[{"kind": "hates", "number": "1"}]), "“hates”不在"),
    ("gist", lambda g: g["document"].update(gist="一句。"), "要点用自己的话写 2 至 6 句。"),
    ("no items", lambda g: g.update(items=[]), "没有政策事项。"),
    ("code", lambda g: first(g).update(code="CIT-1"), "编号应如 N-CIT-001。"),
    ("code twice", lambda g: g["items"].append(copy.deepcopy(first(g))), "同一编号用了两次。"),
    ("long summary", lambda g: first(g).update(summary="长" * 121), "最多 120 个字，这里有 121 个。"),
    ("half-width", lambda g: first(g).update(summary="职工不超过 30 人,免征。"), "“人,”应用全角标点。"),
    ("day in words", lambda g: first(g).update(effective_from="2023年1月1日"), "不是日期"),
    ("no first day", lambda g: first(g).update(effective_from=None), "没有写从哪天起执行。"),
    ("outlives", lambda g: first(g).update(effective_to=None), "事项在文件失效之后还执行。"),
    ("precedes", lambda g: first(g).update(effective_from="2022-01-01"), "事项先于文件执行。"),
    ("field", lambda g: first(g).update(when={"<=": [{"var": "staff"}, 30]}), "字段目录中没有“staff”"),
    ("type clash", lambda g: first(g).update(when={"<=": [{"var": "employees"}, "30"]}), "类型不符"),
    ("no source", lambda g: first(g).update(clauses=[]), "没有写明出自哪一条。"),
    ("place", lambda g: first(g)["clauses"][0].update(path="/and/7"), "条件中没有这个位置。"),
    ("source twice", lambda g: first(g)["clauses"].append(first(g)["clauses"][0]), "同一位置写了两个出处。"),
    ("formula", lambda g: first(g).update(amount={"/": [1, 2]}), "不能这样用在公式里。"),
    ("no amount case", lambda g: first(g).update(amount=1), "有金额公式，却没有写明金额的算例。"),
    ("window", lambda g: first(g)["window"].update({"from": "01-01"}), "常年受理的没有起止日期。"),
    (
        "window ends",
        lambda g: first(g)["window"].update({"kind": "yearly", "from": "06-01", "to": "05-01"}),
        "终止日早于",
    ),
    (
        "window year",
        lambda g: first(g)["window"].update({"kind": "once", "from": "2028-01-01", "to": "2028-02-01"}),
        "执行期",
    ),
    ("window day", lambda g: first(g)["window"].update({"kind": "yearly", "from": "6-31", "to": "07-01"}), "起止日期"),
    ("steps", lambda g: first(g).update(steps=True), "办理步数应是 0 到 20 的整数。"),
    ("excludes itself", lambda g: first(g).update(excludes=["N-FEE-001"]), "不是库中的另一事项。"),
    ("one side", lambda g: first(g).update(excludes=[]), "互斥只写了一边。"),
    (
        "a wrong answer",
        lambda g: first(g)["cases"][0].update(facts={"employees": 31}),
        "应为 eligible，实际是 ineligible。",
    ),
    ("case field", lambda g: first(g)["cases"][0].update(facts={"staff": 3}), "字段目录没有“staff”。"),
    ("case value", lambda g: first(g)["cases"][0].update(facts={"employees": "几个"}), "从业人员应是数字"),
    ("case kind", lambda g: first(g)["cases"][3].update(kind="eligible"), "算例的种类与结果不合。"),
    ("case name", lambda g: first(g)["cases"][0].update(name="执行前一日"), "两个算例同名。"),
    ("case money", lambda g: first(g)["cases"][0].update(yuan="1.00"), "金额应为 1.00 元，实际是 None 元。"),
    (
        "a step off",
        lambda g: first(g)["cases"][3].update(facts={"employees": 32}),
        "“从业人员”的界限 30 两侧没有成对的算例。",
    ),
    ("last day", lambda g: first(g)["cases"].pop(), "2027-12-31 和 2028-01-01 没有成对的算例。"),
    ("kind missing", lambda g: first(g)["cases"].pop(1), "缺少 not 的算例。"),
]


@pytest.mark.parametrize(("change", "told"), [(c, t) for _, c, t in FAULTS], ids=[name for name, _, _ in FAULTS])
def test_what_is_wrong_is_refused(change: Change, told: str, tmp_path: Path) -> None:
    given = sound()
    change(given)
    fault = refused(given, tmp_path)
    assert told in str(fault)


def test_a_fault_names_file_item_and_path(tmp_path: Path) -> None:
    given = sound()
    first(given)["unit"] = ""
    fault = refused(given, tmp_path)
    assert (fault.file, fault.item, fault.path) == ("levy.json", "N-FEE-001", "/items/0/unit")
    given = sound()
    first(given)["when"] = {"in": [{"var": "industry"}, ["H99"]]}
    fault = refused(given, tmp_path)
    assert (fault.file, fault.item, fault.path, fault.why) == ("levy.json", "N-FEE-001", "/when", "代码表中没有“H99”。")


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "不是可用的 JSON"), ('{"document": 1, "document": 2}', "“document”写了两次。"), ("[]", "一个对象")],
)
def test_a_file_that_is_no_document_is_refused(text: str, told: str, tmp_path: Path) -> None:
    assert told in str(refused(text, tmp_path))


def test_one_document_cannot_stand_in_two_files(tmp_path: Path) -> None:
    given = sound()
    given["items"] = given["items"][:1]
    first(given)["excludes"] = []
    other = copy.deepcopy(given)
    first(other)["code"] = "N-FEE-004"
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    for path, raw in zip(paths, (given, other), strict=True):
        path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(library.Faulty, match="文件“财政部公告2023年第8号”收了两次。"):
        library.load(paths)
    assert [item.code for document in library.load(paths[:1]) for item in document.items] == ["N-FEE-001"]

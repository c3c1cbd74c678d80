"""Lists of sources: versions, what changed and what is gone, undone, linked without a code, asked of a person once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from qifu.domain.registry import actions, columns, facts, loads, pairings
from qifu.domain.registry.actions import undoing
from qifu.domain.registry.models import Enterprise, Load, Mark, Pairing, Profile, Source, SourceRow
from qifu.entry.cli.registry_import import import_list
from qifu.entry.cli.speak import BadInput
from qifu.entry.intake.tables import open_table
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import verify
from tests.conftest import NOW, House
from tests.domain.registry_lists import code, line, name, write_csv

pytestmark = pytest.mark.django_db
TAX = ["纳税人名称", "税号", "营业收入（元）", "利润总额", "从业人数", "经营地址"]


def load_list(
    path: Path, source: str, *, as_of: date | None = None, is_complete: bool = False, dry: bool = False, days: int = 0
) -> Load:
    now, table = NOW + timedelta(days=days), open_table(path, known=columns.is_known)
    load = actions.open_load(
        actor=SYSTEM, now=now, name=path.name, digest="d" * 64, headings=table.headings, source=source, as_of=as_of,
        is_complete=is_complete,
    )  # fmt: skip
    if dry:
        actions.begin_check(actor=SYSTEM, now=now, load=load.pk, mapping=load.mapping)
    else:
        actions.begin_run(actor=SYSTEM, now=now, load=load.pk)
    return actions.carry_on(actor=SYSTEM, clock=lambda: now, load=load.pk, rows=table.rows())


def counts(load: Load) -> tuple[int, int, int, int]:
    return load.rows_new, load.rows_changed, load.rows_same, load.rows_gone


def tax(number: int, revenue: str = "8,000,000", heads: str = "30") -> list[str]:
    return [name(number), code(number), revenue, "12.5", heads, ""]


def standing() -> list[dict[str, object]]:
    """Everything that people see of enterprises."""
    firms = Enterprise.objects.order_by("pk").values(
        "pk", "name", "uscc", "street_id", "industry", "size_class", "employees", "address", "status"
    )
    told = [dict(firm) for firm in firms]
    for firm in told:
        firm["values"] = Profile.objects.filter(enterprise_id=str(firm["pk"])).values_list("values", flat=True).first()
        firm["marks"] = sorted(
            Mark.objects.filter(enterprise_id=str(firm["pk"]), until=None).values_list("kind", flat=True)
        )
    return told


def test_a_list_of_a_source_is_kept_row_by_row(house: House, tmp_path: Path) -> None:
    load = load_list(write_csv(tmp_path / "税务.csv", [tax(1), tax(2)], TAX), "tax", as_of=date(2025, 12, 31))
    assert (load.state, counts(load), load.created) == ("done", (2, 0, 0, 0), 2)
    row = SourceRow.objects.get(row_key=code(1))
    assert (row.row_number, row.load_id, row.as_of) == (2, load.pk, date(2025, 12, 31))
    assert row.values == {"name": name(1), "uscc": code(1), "revenue": 800, "profit": 12.5, "employees": 30}
    held = facts.held(row.enterprise_id or 0)
    assert held["revenue"] == facts.Held(Decimal(800), date(2025, 12, 31), "税务申报", "只有这一个来源")
    assert verify().is_whole


def test_the_same_list_twice_changes_nothing(house: House, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "税务.csv", [tax(1), tax(2)], TAX)
    load_list(path, "tax")
    before, rows = standing(), list(SourceRow.objects.order_by("pk").values("pk", "values", "gone_at"))
    again = load_list(path, "tax", days=1)
    assert (counts(again), again.unchanged) == ((0, 0, 2, 0), 2)
    assert standing() == before
    assert list(SourceRow.objects.order_by("pk").values("pk", "values", "gone_at")) == rows


def test_a_weaker_source_is_kept_and_changes_nothing(house: House, tmp_path: Path) -> None:
    load_list(write_csv(tmp_path / "市场.csv", [line(1, 40)]), "market")
    weak = load_list(write_csv(tmp_path / "街道.csv", [["改了名的公司", *line(1, 9)[1:]]]), "list")
    firm = Enterprise.objects.get()
    assert (firm.name, firm.employees, weak.changed, weak.rows_new) == (name(1), 40, 0, 1)
    strong = load_list(write_csv(tmp_path / "社保.csv", [["", code(1), "50"]], ["企业名称", "税号", "人数"]), "social")
    assert strong.rejected == 1  # without a name nobody can check it
    load_list(write_csv(tmp_path / "社保.csv", [[name(1), code(1), "50"]], ["企业名称", "税号", "人数"]), "social")
    firm.refresh_from_db()
    assert firm.employees == 50


def test_a_complete_list_tells_new_changed_and_gone(house: House, tmp_path: Path) -> None:
    load_list(write_csv(tmp_path / "1.csv", [tax(1), tax(2), tax(3)], TAX), "tax", is_complete=True)
    second = write_csv(tmp_path / "2.csv", [tax(1), tax(2, "9,000,000"), tax(4)], TAX)
    dry = load_list(second, "tax", is_complete=True, dry=True, days=1)
    assert (dry.state, counts(dry)) == ("checked", (1, 1, 1, 1))
    assert SourceRow.objects.count() == 3
    load = load_list(second, "tax", is_complete=True, days=2)
    assert counts(load) == (1, 1, 1, 1)
    gone = SourceRow.objects.get(row_key=code(3))
    assert (gone.gone_load_id, gone.gone_at) == (load.pk, NOW + timedelta(days=2))
    assert "revenue" not in facts.held(gone.enterprise_id or 0)


def test_undone_everything_stands_as_before(house: House, tmp_path: Path) -> None:
    load_list(write_csv(tmp_path / "市场.csv", [line(1), line(2), line(3)]), "market")
    load_list(write_csv(tmp_path / "1.csv", [tax(1), tax(2)], TAX), "tax", is_complete=True, days=1)
    before = standing()
    rows = [*line(1, 77)[:5], "77", "13800001234", "否"]
    market = load_list(write_csv(tmp_path / "2.csv", [["武汉新名科技有限公司", *rows[1:]], line(4)]), "market",
                       is_complete=True, days=2)  # fmt: skip
    assert standing() != before
    assert counts(market) == (1, 1, 0, 2)
    undone = actions.undo_load(actor=SYSTEM, now=NOW + timedelta(days=3), load=market.pk)
    assert undone.state == "undone"
    assert standing() == before
    assert not Enterprise.objects.filter(uscc=code(4)).exists()
    record = Record.objects.get(verb="load.undo")
    assert record.facts["rows"] == 4
    assert verify().is_whole


def test_only_the_last_list_of_a_source_is_undone(house: House, tmp_path: Path) -> None:
    first = load_list(write_csv(tmp_path / "1.csv", [tax(1)], TAX), "tax")
    second = load_list(write_csv(tmp_path / "2.csv", [tax(1, "1")], TAX), "tax", days=1)
    with pytest.raises(Conflict, match="请先撤销后一份"):
        actions.undo_load(actor=SYSTEM, now=NOW, load=first.pk)
    actions.undo_load(actor=SYSTEM, now=NOW + timedelta(days=2), load=second.pk)
    with pytest.raises(Conflict, match="已撤销"):
        actions.undo_load(actor=SYSTEM, now=NOW + timedelta(days=2), load=second.pk)
    actions.undo_load(actor=SYSTEM, now=NOW + timedelta(days=2), load=first.pk)
    assert not SourceRow.objects.filter(gone_at=None).exists()


def test_what_the_registry_held_before_any_source_comes_back(house: House, tmp_path: Path) -> None:
    firm = Enterprise.objects.create(
        uscc=code(1), name=name(1), employees=5, street_id=house.street, created=NOW, updated=NOW
    )
    load = load_list(write_csv(tmp_path / "市场.csv", [line(1, 40)]), "market", days=1)
    firm.refresh_from_db()
    assert firm.employees == 40
    actions.undo_load(actor=SYSTEM, now=NOW + timedelta(days=2), load=load.pk)
    firm.refresh_from_db()
    assert (firm.employees, firm.industry, firm.street_id) == (5, "", house.street)


@pytest.mark.parametrize("source", ["nowhere", "word", "self"])
def test_only_lists_are_loaded(house: House, tmp_path: Path, source: str) -> None:
    with pytest.raises(Invalid, match="没有这个来源"):
        load_list(write_csv(tmp_path / "1.csv", [tax(1)], TAX), source)
    assert not Load.objects.exists()


# --- without a code

PLACE = "武汉市江汉区民意四路18号云衡大厦A座1203室"
FIRMS = (("武汉江泽禾汀软件有限公司", PLACE), ("武汉江泽禾汀餐饮管理有限公司", "武汉市江汉区前进路3号"),
         ("武汉岚曜贸易有限公司", "武汉市江汉区长堤街66号"), ("武汉晟峤建设工程有限公司", "武汉市江汉区万松园路5号"))  # fmt: skip
HEADS = ["单位名称", "经营地址", "人数"]


@pytest.fixture
def registry(house: House, tmp_path: Path) -> House:
    rows: list[Sequence[str]] = [[n, code(900 + k), "民意街道", a] for k, (n, a) in enumerate(FIRMS)]
    rows += [[name(k), code(k), "民意街道", f"武汉市江汉区建设大道{k}号"] for k in range(60)]
    load_list(write_csv(tmp_path / "市场.csv", rows, ["企业名称", "税号", "街道", "地址"]), "market")
    return house


def test_rows_without_a_code_find_their_enterprise(registry: House, tmp_path: Path) -> None:
    rows = [["武汉市江泽禾汀软件有限责任公司", PLACE, "31"], ["武汉云海蓝鲸科技有限公司", "武汉市江汉区青年路9号", "8"]]
    load = load_list(write_csv(tmp_path / "楼宇.csv", rows, HEADS), "building")
    assert (load.linked, load.doubtful, load.created, load.rejected) == (1, 0, 1, 0)
    row = SourceRow.objects.get(row_key="武汉市江泽禾汀软件有限责任公司")
    assert row.enterprise is not None
    assert row.enterprise.name == FIRMS[0][0]  # the name as the list writes it is no claim
    assert row.values["written"] == "武汉市江泽禾汀软件有限责任公司"
    again = load_list(write_csv(tmp_path / "楼宇.csv", rows, HEADS), "building", days=1)
    assert (again.linked, again.rows_same, again.created) == (1, 2, 0)


def test_a_mistyped_code_goes_by_the_name_or_waits_for_a_person(registry: House, tmp_path: Path) -> None:
    near = code(903)[:-1] + ("0" if code(903)[-1] != "0" else "1")
    rows = [
        [FIRMS[0][0], "91420103", PLACE, "31"],
        ["武汉岚曜公司", "9142010X", "武汉市江汉区解放大道500号", "31"],
        ["武汉晟峤建设公司", near, "武汉市江汉区万松园路5号", "7"],
    ]
    load = load_list(write_csv(tmp_path / "街道.csv", rows, ["单位名称", "代码", "经营地址", "人数"]), "street")
    assert (load.rejected, load.noted, load.created, load.linked, load.doubtful) == (0, 3, 0, 1, 1)
    owners = dict(SourceRow.objects.filter(source__code="street").values_list("row_key", "enterprise__name"))
    assert owners == {FIRMS[0][0]: FIRMS[0][0], "武汉岚曜公司": None, "武汉晟峤建设公司": FIRMS[3][0]}
    waiting = pairings.pairing(SYSTEM, Pairing.objects.get().pk)
    shown = {side.label: (side.row, side.enterprise) for side in waiting.sides}
    assert shown["统一社会信用代码"] == ("9142010X（有误）", code(902))
    again = load_list(
        write_csv(tmp_path / "街道.csv", rows, ["单位名称", "代码", "经营地址", "人数"]), "street", days=1
    )
    assert (counts(again), again.changed, again.created) == ((0, 0, 3, 0), 0, 0)


@pytest.fixture
def doubt(registry: House, tmp_path: Path) -> Pairing:
    rows = [["武汉岚曜公司", "武汉市江汉区解放大道500号", "31"]]
    load = load_list(write_csv(tmp_path / "街道.csv", rows, HEADS), "street")
    assert (load.linked, load.doubtful, load.created) == (0, 1, 0)
    return Pairing.objects.get()


def test_a_borderline_pair_waits_with_its_reasons(doubt: Pairing) -> None:
    assert (doubt.enterprise.name, doubt.state, doubt.row.enterprise_id) == (FIRMS[2][0], "waiting", None)
    assert {what for what, _ in doubt.reasons} >= {"名称", "地址"}
    shown = pairings.pairing(SYSTEM, doubt.pk)
    assert (shown.leaning, shown.others) == ("偏向不是同一家", ())
    assert abs(shown.start + sum(Decimal(bits) for _, bits in shown.reasons) - shown.score) < Decimal("0.1")


def test_the_same_counts_there_and_is_never_asked_again(doubt: Pairing, tmp_path: Path) -> None:
    actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=doubt.pk, word="same")
    assert doubt.enterprise.source_rows.filter(gone_at=None, source__code="street").count() == 1
    assert facts.held(doubt.enterprise_id)["employees"].value == 31
    with pytest.raises(Conflict, match="已经判断为“同一家”"):
        actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=doubt.pk, word="different")
    rows = [["武汉岚曜公司", "武汉市江汉区解放大道500号", "35"]]
    load = load_list(write_csv(tmp_path / "街道.csv", rows, HEADS), "street", days=1)
    assert (load.linked, load.doubtful, load.rows_changed) == (1, 0, 1)
    assert facts.held(doubt.enterprise_id)["employees"].value == 35


def test_different_makes_an_enterprise_of_its_own(doubt: Pairing, tmp_path: Path) -> None:
    before = Enterprise.objects.count()
    actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=doubt.pk, word="later")
    actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=doubt.pk, word="different")
    made = Enterprise.objects.get(name="武汉岚曜公司")
    assert (Enterprise.objects.count(), made.employees) == (before + 1, 31)
    rows = [["武汉岚曜公司", "武汉市江汉区解放大道500号", "31"]]
    load = load_list(write_csv(tmp_path / "街道.csv", rows, HEADS), "street", days=1)
    assert (load.doubtful, load.created, load.unchanged) == (0, 0, 1)


def test_a_decision_can_be_taken_back(doubt: Pairing) -> None:
    actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=doubt.pk, word="same")
    actions.reopen_pairing(actor=SYSTEM, now=NOW, pairing=doubt.pk)
    doubt.refresh_from_db()
    assert (doubt.state, doubt.row.enterprise_id) == ("waiting", None)
    assert "employees" not in facts.held(doubt.enterprise_id)
    with pytest.raises(Invalid):
        actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=doubt.pk, word="vielleicht")


def test_a_workbook_is_read_without_its_ending_and_its_total_is_no_enterprise(house: House, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for cells in (["2025 年度"], TAX, tax(1), ["合计", "", "8000000"]):
        book.active.append(cells)
    path = tmp_path / "0f3c"  # as files are kept
    book.save(tmp_path / "税务.xlsx")
    (tmp_path / "税务.xlsx").rename(path)
    load = load_list(path, "tax")
    assert (load.created, load.rejected, load.rejects.get().reason) == (1, 1, "是合计行，不是企业。")


def test_a_list_with_fewer_columns_takes_nothing_away(house: House, tmp_path: Path) -> None:
    load_list(write_csv(tmp_path / "1.csv", [tax(1)], TAX), "tax", as_of=date(2025, 12, 31))
    few = write_csv(tmp_path / "2.csv", [[name(1), code(1), "9000000"]], TAX[:3])
    assert counts(load_list(few, "tax", as_of=date(2026, 6, 30), days=1)) == (0, 1, 0, 0)
    held = facts.held(Enterprise.objects.get().pk)
    assert (held["revenue"].value, held["revenue"].as_of) == (Decimal(900), date(2026, 6, 30))
    assert (held["profit"].value, held["profit"].as_of) == (Decimal("12.5"), date(2025, 12, 31))
    assert counts(load_list(few, "tax", as_of=date(2026, 6, 30), days=2)) == (0, 0, 1, 0)


def test_a_long_list_is_taken_back_in_stretches_and_goes_on_after_a_kill(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_list(write_csv(tmp_path / "1.csv", [tax(n) for n in range(4)], TAX), "tax", is_complete=True)
    before = standing()
    rows = [tax(0, "1"), tax(1, "2"), tax(7)]
    load = load_list(write_csv(tmp_path / "2.csv", rows, TAX), "tax", is_complete=True, days=1)
    later = NOW + timedelta(days=2)
    monkeypatch.setattr(undoing, "SLICE", 2)
    actions.begin_undo(actor=SYSTEM, now=later, load=load.pk)
    half = actions.carry_on_undo(actor=SYSTEM, clock=lambda: later, load=load.pk, budget=timedelta(0))
    assert (half.state, half.undone, loads.may_undo(half)) == ("undoing", 2, False)
    with pytest.raises(Conflict, match="正在撤销"):
        load_list(tmp_path / "2.csv", "tax", days=3)
    done = actions.carry_on_undo(actor=SYSTEM, clock=lambda: later, load=load.pk)
    assert (done.state, done.undone, standing()) == ("undone", 5, before)
    again = actions.carry_on_undo(actor=SYSTEM, clock=lambda: later, load=load.pk)
    assert (again.state, again.undone, standing()) == ("undone", 5, before)
    assert verify().is_whole


@pytest.mark.parametrize("path", ["pairings", "corrections", "classes/candidates", "classes/all"])
def test_lists_are_searched_and_carried_away(signed_in: Client, tmp_path: Path, path: str) -> None:
    load_list(write_csv(tmp_path / "1.csv", [tax(1)], TAX), "tax")
    assert signed_in.get(f"/desk/enterprises/{path}/?q=没有这家").status_code == 200
    got = signed_in.get(f"/desk/enterprises/{path}/export/")
    assert (got.status_code, got.content[:2]) == (200, b"PK")
    assert Record.objects.filter(verb="registry.export").count() == 1


def test_the_command_reads_the_list_of_a_source_once(transactional_db: None, house: House, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "1.csv", [tax(1), tax(2)], TAX)
    asked = [str(path), "--source", "tax", "--as-of", "2025-12-31", "--complete", "--json"]
    told = []
    for _ in range(2):
        got = CliRunner().invoke(import_list, asked, standalone_mode=False)
        told.append(json.loads(got.stdout))
    assert [(one["rows_new"], one["rows_same"], one["rows_gone"], one["created"]) for one in told] == [
        (2, 0, 0, 2),
        (0, 2, 0, 0),
    ]
    assert (told[0]["source"], told[0]["as_of"], SourceRow.objects.count()) == ("tax", "2025-12-31", 2)
    with pytest.raises(BadInput, match="没有这个来源"):
        CliRunner().invoke(import_list, [str(path), "--source", "x"], standalone_mode=False, catch_exceptions=False)
    with pytest.raises(BadInput, match="2026-09-30"):
        CliRunner().invoke(import_list, [str(path), "--as-of", "x"], standalone_mode=False, catch_exceptions=False)


def test_how_far_a_source_is_believed_is_changed_with_evidence(house: House, tmp_path: Path) -> None:
    load_list(write_csv(tmp_path / "1.csv", [tax(1)], TAX), "tax")
    load_list(write_csv(tmp_path / "2.csv", [tax(1, "1")], TAX), "street", days=1)
    source, firm = Source.objects.get(code="tax"), Enterprise.objects.get(uscc=code(1))
    change = {"source": source.pk, "freshness": 700, "may_tell": False}
    with pytest.raises(Forbidden):
        actions.change_source(actor=house.actor("dispatcher"), now=NOW, authority=10, **change)
    with pytest.raises(Invalid, match="0 至 100"):
        actions.change_source(actor=house.actor("admin"), now=NOW, authority=101, **change)
    assert facts.held(firm.pk)["revenue"].source == "税务申报"
    actions.change_source(actor=house.actor("admin"), now=NOW, authority=10, **change)
    actions.restand(NOW)
    assert facts.held(firm.pk)["revenue"].source == "街道上报"
    record = Record.objects.get(verb="source.change")
    assert record.stream == f"registry.source:{source.pk}"


@pytest.fixture
def namesakes(house: House, tmp_path: Path) -> list[Pairing]:
    """Two enterprises of one name, and a row without a code that bears it."""
    load_list(write_csv(tmp_path / "市场.csv", [line(1), [name(1), code(2), *line(2)[2:]]]), "market")
    load = load_list(write_csv(tmp_path / "税务.csv", [[name(1), "", "8,000,000", "", "77", ""]], TAX), "tax")
    assert (load.rejected, load.doubtful, load.rows_new) == (0, 1, 1)
    return list(Pairing.objects.order_by("enterprise__uscc"))


def test_a_name_that_two_bear_goes_to_a_person_and_is_kept(namesakes: list[Pairing], tmp_path: Path) -> None:
    assert {(one.enterprise.name, one.state) for one in namesakes} == {(name(1), "waiting")}
    assert len(namesakes) == 2
    row = SourceRow.objects.get(source__code="tax")
    assert (row.enterprise_id, row.values["employees"], row.values["written"]) == (None, 77, name(1))
    again = load_list(tmp_path / "税务.csv", "tax", days=1)
    assert (counts(again), again.doubtful, Pairing.objects.count()) == ((0, 0, 1, 0), 1, 2)
    actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=namesakes[1].pk, word="same")
    meant, other = (Enterprise.objects.get(pk=one.enterprise_id) for one in reversed(namesakes))
    assert facts.held(meant.pk)["employees"].value == 77
    assert other.employees == 12
    assert Pairing.objects.get(pk=namesakes[0].pk).state == "gone"
    later = load_list(tmp_path / "税务.csv", "tax", days=2)
    assert (later.doubtful, later.linked, later.rejected) == (0, 1, 0)


def test_a_name_that_means_none_of_its_bearers_makes_a_third(namesakes: list[Pairing]) -> None:
    for one in namesakes:
        actions.decide_pairing(actor=SYSTEM, now=NOW, pairing=one.pk, word="different")
    made = Enterprise.objects.get(uscc=None)
    assert (made.name, SourceRow.objects.get(source__code="tax").enterprise_id) == (name(1), made.pk)
    assert facts.held(made.pk)["employees"].value == 77

"""Figures over cases: hand-made cases with their numbers, lists that equal the numbers, tallies that equal a recount,
a download from which every rate can be computed again, and who sees what."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.appeals.actions import tallies
from qifu.domain.appeals.models import Appeal, Clock, Tallied, Tally
from qifu.domain.appeals.queries.figures import counts, pace, public, rows
from qifu.domain.appeals.queries.figures.board import board
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope, scope_of
from qifu.domain.appeals.queries.figures.evaluation import MEANS, RATES, evaluation
from qifu.domain.appeals.queries.figures.measures import BASES, FIGURES, MARKS, PARTS, Counts
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Forbidden
from qifu.kernel.evidence.actions import record
from tests.conftest import NOW, House
from tests.domain import case_rows, figure_table

YEAR = Cut(date(2026, 1, 1), date(2026, 9, 1))
WHOLE = Scope(reads_cases=True)


@pytest.fixture
def table(house: House) -> dict[str, Appeal]:
    """The hand-made cases of tests/cases/figures_cases.csv."""
    category = case_rows.categories(1, 1)[0]
    return figure_table.write(NOW, {"D01": house.department, "D02": house.street}, category, house.street)


@pytest.fixture
def many(house: House) -> House:
    """Eight hundred random cases."""
    fill(house, 800, seed=7)
    return house


def fill(house: House, count: int, seed: int) -> None:
    cats = list(Appeal.objects.values_list("category", flat=True).distinct()[:0]) or case_rows.categories(3, 2)
    case_rows.write(
        count, seed=seed, now=NOW, units=[house.department, house.street, house.station], streets=[house.street],
        categories=cats,
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", figure_table.lines("figures_expected"), ids=lambda line: f"{line['指标']}-{line['口径']}"
)
def test_the_figures_of_the_readable_table(table: dict[str, Appeal], line: dict[str, str]) -> None:
    cut = Cut(YEAR.since, YEAR.until, basis=line["口径"])
    expected = (int(line["分子"]), int(line["分母"]))

    exact = counts.exact(cut, WHOLE, NOW).rate(line["指标"])
    tallies.refresh(now=NOW)
    kept = counts.total(cut, WHOLE, counts.stamp(NOW)).rate(line["指标"])

    assert (exact.numerator, exact.denominator) == expected, line["为什么"]
    assert (kept.numerator, kept.denominator) == expected


def test_an_extension_does_not_remove_the_first_promise(table: dict[str, Appeal]) -> None:
    late = rows.rows("promise", "rest", YEAR, WHOLE, NOW)
    assert {case.pk for case in late} == {table[n].pk for n in ("2", "7", "11", "14")}
    assert table["2"].pk not in set(rows.rows("reply", "rest", YEAR, WHOLE, NOW).values_list("pk", flat=True))


@pytest.mark.parametrize("basis", BASES)
def test_numerator_within_denominator_and_rows_equal_the_figure(many: House, basis: str) -> None:
    cut = Cut(YEAR.since, YEAR.until, basis=basis, channel="portal")
    counted = counts.exact(cut, WHOLE, NOW)
    for name in FIGURES:
        rate = counted.rate(name)
        sides = {part: rows.rows(name, part, cut, WHOLE, NOW).count() for part in PARTS}
        assert rate.numerator <= rate.denominator
        assert sides == {"all": rate.denominator, "met": rate.numerator, "rest": rate.denominator - rate.numerator}
        assert rows.page(name, "rest", cut, WHOLE, NOW).count == sides["rest"]


def test_tallies_equal_counting_case_by_case(many: House) -> None:
    tallies.refresh(now=NOW)
    stamp, live = counts.stamp(NOW), counts.Stamp(NOW, False)
    cuts = [Cut(YEAR.since, YEAR.until, basis=basis) for basis in BASES]
    cuts += [
        Cut(YEAR.since, YEAR.until, unit=many.department),
        Cut(date(2025, 9, 1), YEAR.until, unit=0),
        Cut(YEAR.since, YEAR.until, channel="hotline"),
        Cut(YEAR.since, YEAR.until, channel="portal", kind="appeal"),
    ]
    for cut in cuts:
        assert counts.by_month(cut, WHOLE, stamp) == counts.by_month(cut, WHOLE, live)
        for dimension in ("unit", "street", "category", "channel", "kind"):
            assert counts.by(dimension, cut, WHOLE, stamp) == counts.by(dimension, cut, WHOLE, live), (cut, dimension)
    assert tallies.recount(now=NOW) == []


def test_only_months_that_moved_are_counted_anew(many: House) -> None:
    assert tallies.refresh(now=NOW) >= 13
    assert tallies.refresh(now=NOW) == 0
    case = Appeal.objects.filter(closed_how="confirmed", submitted_at__lt=NOW - timedelta(days=60), leader=None).first()
    assert case is not None
    Appeal.objects.filter(pk=case.pk).update(round=2)
    record(actor=SYSTEM, now=NOW, verb="appeals.reopen", stream=case.stream, facts={"step": "reopen"})

    assert tallies.refresh(now=NOW) == 1
    assert tallies.refresh(now=NOW) == 1  # once more: a smaller id of evidence may have been under way
    assert tallies.refresh(now=NOW) == 0
    assert tallies.recount(now=NOW) == []


def test_a_promise_broken_by_time_alone_is_counted(table: dict[str, Appeal]) -> None:
    tallies.refresh(now=NOW)
    before = counts.total(YEAR, WHOLE, counts.stamp(NOW)).rate("reply")
    later = NOW + timedelta(days=2)

    assert tallies.refresh(now=later) == 1

    after = counts.total(YEAR, WHOLE, counts.stamp(later)).rate("reply")
    assert (before.numerator, before.denominator) == (7, 9)
    assert (after.numerator, after.denominator) == (7, 12)  # cases 12, 13 and 14 are overdue by now
    assert tallies.recount(now=later) == []


def test_the_nightly_check_finds_and_mends_a_wrong_count(many: House) -> None:
    tallies.refresh(now=NOW)
    cell = Tally.objects.filter(grain="", basis="all", month=date(2026, 5, 1)).get()
    Tally.objects.filter(pk=cell.pk).update(solved=cell.solved + 1)

    assert tallies.nightly(now=NOW) == "以下月份的统计与逐件重算不一致，已改正：2026-05"
    assert tallies.nightly(now=NOW) == "统计与逐件重算一致。"


def test_random_runs_leave_tallies_that_equal_a_recount(house: House) -> None:
    cats = case_rows.categories(2, 2)
    for seed in range(4):
        now = NOW + timedelta(days=seed)
        Appeal.objects.filter(leader__isnull=False).update(leader=None)
        Clock.objects.all().delete()
        Appeal.objects.all().delete()
        case_rows.write(
            120, seed=seed, now=now, units=[house.department, house.street], streets=[house.street], categories=cats
        )
        Tallied.objects.all().delete()
        tallies.refresh(now=now)
        assert tallies.recount(now=now) == []
        for basis in BASES:
            cut = Cut(date(2025, 1, 1), date(2026, 12, 1), basis=basis)
            assert counts.total(cut, WHOLE, counts.stamp(now)) == counts.exact(cut, WHOLE, now)


def test_percentiles_are_the_times_of_real_cases(house: House) -> None:
    cat = case_rows.categories(1, 1)[0]
    for n, minutes in enumerate([30, 10, 20, 50, 40, 60, 70, 80, 90, 100]):
        Appeal.objects.create(
            number=f"QS{n:013d}", kind="appeal", state="replied", urgency="normal", channel="portal", category_id=cat,
            title="题", body="文", raised_by="system", submitted_at=NOW - timedelta(days=3), burns_at=NOW,
            unit_id=house.department, reply_minutes=minutes,
        )  # fmt: skip
    cut = Cut(date(2026, 9, 1), date(2026, 9, 1))
    drawn = pace.paces(cut, WHOLE, counts.stamp(NOW))["reply"]
    tallies.refresh(now=NOW)
    kept = pace.paces(cut, WHOLE, counts.stamp(NOW))["reply"]
    by_unit = pace.unit_paces(cut, WHOLE, counts.stamp(NOW), [house.department])[house.department]

    assert drawn == kept == by_unit == pace.Took(n=10, median=50, p90=90)


RECOMPUTED: dict[str, tuple[Callable[[dict[str, str]], bool], Callable[[dict[str, str]], bool]]] = {
    "accept": (lambda r: r["接单超时"] != "", lambda r: r["接单超时"] == "0"),
    "dispatch": (lambda r: r["转办超时"] != "", lambda r: r["转办超时"] == "0"),
    "reply": (lambda r: r["回复超时"] != "", lambda r: r["回复超时"] == "0"),
    "promise": (lambda r: r["超过首次承诺"] != "", lambda r: r["超过首次承诺"] == "0"),
    "solved": (lambda r: r["首次回复时间"] != "", lambda r: r["办理结果"] == "已解决"),
    "confirmed": (
        lambda r: r["首次回复时间"] != "", lambda r: r["办理结果"] == "已解决" and r["办结方式"] == "企业确认",
    ),
    "satisfied": (
        lambda r: r["速度评分"] != "" and r["首次回复时间"] != "",
        lambda r: min(int(r[f"{m}评分"]) for m in ("速度", "结果", "态度")) >= 4,
    ),
    "satisfied_all": (
        lambda r: r["首次回复时间"] != "",
        lambda r: r["速度评分"] != "" and min(int(r[f"{m}评分"]) for m in ("速度", "结果", "态度")) >= 4,
    ),
    "rated": (lambda r: r["首次回复时间"] != "", lambda r: r["速度评分"] != ""),
    "first_time": (
        lambda r: r["在办"] == "0" and r["办结方式"] in ("企业确认", "未回应", "办结"),
        lambda r: (r["办结方式"], r["轮次"], r["退回次数"]) == ("企业确认", "1", "0"),
    ),
    "reopened": (lambda r: r["首次回复时间"] != "", lambda r: int(r["轮次"]) >= 2),
    "silent": (
        lambda r: r["在办"] == "0" and r["办结方式"] in ("企业确认", "未回应", "办结"), lambda r: r["办结方式"] == "未回应",
    ),
    "returned": (lambda r: r["转办时间"] != "", lambda r: int(r["退回次数"]) >= 1),
    "supervised": (lambda r: True, lambda r: int(r["督办级别"]) >= 1),
    "withdrawn": (lambda r: True, lambda r: r["办结方式"] == "企业撤回"),
    "declined": (lambda r: True, lambda r: r["办结方式"] == "不予受理"),
    "merged": (lambda r: True, lambda r: r["已并案"] == "1"),
    "open": (lambda r: True, lambda r: r["在办"] == "1"),
    "overdue": (lambda r: r["在办"] == "1", lambda r: r["在办超期"] == "1"),
}  # fmt: skip


def recompute(lines: Iterable[dict[str, str]]) -> dict[str, tuple[int, int]]:
    """Compute every rate from the words of a download alone."""
    kept = list(lines)
    found = {}
    for name, (below, above) in RECOMPUTED.items():
        inside = [line for line in kept if below(line)]
        found[name] = (sum(above(line) for line in inside), len(inside))
    return found


def parts(counted: Counts) -> dict[str, tuple[int, int]]:
    return {name: (counted.rate(name).numerator, counted.rate(name).denominator) for name in FIGURES}


def browser(house: House, who: str, client: Client, settings: Settings) -> Client:
    settings.QIFU_NOW = NOW
    client.force_login(house.account(who))
    return client


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_every_rate_can_be_computed_again_from_the_download(many: House, client: Client, settings: Settings) -> None:
    seen = browser(many, "leader", client, settings)
    query = f"figure=open&part=all&{YEAR.query()}"
    text = text_of(seen, f"{reverse('board:download')}?{query}")
    assert recompute(csv.DictReader(io.StringIO(text))) == parts(counts.exact(YEAR, WHOLE, NOW))

    book = load_workbook(io.BytesIO(seen.get(f"{reverse('board:download')}?{query}&as=xlsx").content), read_only=True)
    heads, *lines = list(book["明细"].iter_rows(values_only=True))
    words = [{str(h): "" if v is None else str(v) for h, v in zip(heads, line, strict=True)} for line in lines]
    assert recompute(words) == parts(counts.exact(YEAR, WHOLE, NOW))
    assert [row[0] for row in book["口径"].iter_rows(min_row=2, values_only=True)] == [
        f.label for f in FIGURES.values()
    ]


def test_a_download_names_nobody(many: House, client: Client, settings: Settings) -> None:
    Appeal.objects.update(contact_name="贺某某", title="机密标题", phone_tail="7731")
    text = text_of(
        browser(many, "leader", client, settings), f"{reverse('board:download')}?figure=open&part=all&{YEAR.query()}"
    )
    assert "贺某某" not in text
    assert "机密标题" not in text
    assert text.count("\n") == counts.exact(YEAR, WHOLE, NOW)["total"] + 1


def test_the_open_download_recomputes_and_hides_small_cells(many: House, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    month = date(2026, 8, 1)
    lines = list(csv.DictReader(io.StringIO(text_of(client, reverse("board:open_rows", args=["2026-08"])))))
    counted = counts.exact(Cut(month, month), WHOLE, NOW)
    kept = {}
    for name, (known, said) in {
        "accept": ("接单超时", "0"),
        "reply": ("回复超时", "0"),
        "promise": ("超过首次承诺", "0"),
    }.items():
        kept[name] = (sum(x[known] == said for x in lines), sum(x[known] != "" for x in lines))
    replied = [x for x in lines if x["已回复"] == "1"]
    kept["confirmed"] = (sum(x["办理结果"] == "已解决" and x["办结方式"] == "企业确认" for x in replied), len(replied))
    assert kept == {name: value for name, value in parts(counted).items() if name in kept}
    cells: dict[tuple[str, str], int] = {}
    for line in lines:
        cells[line["街道"], line["一级分类"]] = cells.get((line["街道"], line["一级分类"]), 0) + 1
    assert min(cells.values()) >= 5
    assert {len(line["提交日期"]) for line in lines} == {10}
    assert set(lines[0]) == set(public.COLUMNS)


def test_small_cells_are_merged_until_five_stand_together() -> None:
    sized = [(1, 10, 40), (1, 11, 1), (2, 10, 6), (2, 11, 9)]
    assert public._cells(sized) == {(1, 11), (2, 10)}
    assert public._cells([(1, 10, 40), (2, 10, 6)]) == set()


@pytest.mark.parametrize(
    ("who", "scope"),
    [
        ("leader", {"units": None, "streets": None, "reads_cases": True}),
        ("dispatcher", {"units": None, "streets": None, "reads_cases": True}),
        ("auditor", {"units": None, "streets": None, "reads_cases": True}),
        ("admin", {"units": None, "streets": None, "reads_cases": False}),
        ("handler", {"units": "department", "streets": None, "reads_cases": False}),
        ("street", {"units": None, "streets": "street", "reads_cases": False}),
    ],
)
def test_who_sees_which_figures(house: House, who: str, scope: dict[str, object]) -> None:
    def ids(name: object) -> frozenset[int] | None:
        return frozenset({getattr(house, str(name))}) if name else None

    found = scope_of(house.actor(who))
    assert found == Scope(ids(scope["units"]), ids(scope["streets"]), bool(scope["reads_cases"]))


def test_visitors_see_only_the_open_page(house: House, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    for name in ("home", "rows", "download", "evaluation", "evaluation_file"):
        answer = client.get(reverse(f"board:{name}") + "?figure=reply")
        assert answer.status_code == 302, name
        assert "/sign-in" in answer["Location"]
    assert client.get(reverse("board:open")).status_code == 200


def test_a_unit_cannot_look_at_another_unit(many: House) -> None:
    scope = scope_of(many.actor("handler"))
    foreign = Cut(YEAR.since, YEAR.until, unit=many.street)
    assert rows.rows("reply", "all", foreign, scope, NOW).count() == 0
    own = rows.rows("reply", "all", YEAR, scope, NOW)
    assert set(own.values_list("unit", flat=True)) == {many.department}
    assert counts.exact(YEAR, scope, NOW)["total"] < counts.exact(YEAR, WHOLE, NOW)["total"]


def test_opinions_open_no_list_for_the_unit_that_was_rated(many: House) -> None:
    scope = scope_of(many.actor("handler"))
    for name in ("satisfied", "satisfied_all", "rated"):
        with pytest.raises(Forbidden, match="只公布汇总数"):
            rows.rows(name, "rest", YEAR, scope, NOW)
    with pytest.raises(Forbidden):
        rows.rows("reply", "all", Cut(YEAR.since, YEAR.until, basis="rated"), scope, NOW)
    assert not set(rows.OPINIONS) & set(rows.columns(scope))


def test_titles_are_for_those_who_work_on_cases(many: House) -> None:
    case = Appeal.objects.filter(street=many.street, is_confidential=True).first()
    assert case is not None
    assert rows.lines([case], scope_of(many.actor("leader")), NOW)[0].title == case.title
    assert rows.lines([case], scope_of(many.actor("admin")), NOW)[0].title == ""
    assert rows.lines([case], scope_of(many.actor("street")), NOW)[0].title == ""


def test_few_opinions_are_counted_and_not_shared() -> None:
    four = Counts({"satisfied": 3, "rated": 4, "speed_sum": 16})
    assert (four.rate("satisfied").numerator, four.rate("satisfied").share, four.mean("speed")) == (3, None, None)
    five = Counts({"satisfied": 4, "rated": 5, "speed_sum": 21})
    assert (str(five.rate("satisfied").share), str(five.mean("speed"))) == ("0.8", "4.20")


def test_the_evaluation_list_ranks_only_large_bases(table: dict[str, Appeal], house: House) -> None:
    found = evaluation(actor=house.actor("leader"), now=NOW, cut=YEAR)
    lines = {line.unit: line for line in found.lines}
    assert [(c.numerator, c.denominator, c.rank) for c in (lines[house.department].cells["reply"],)] == [(6, 6, 1)]
    assert lines[house.street].cells["reply"].rank is None  # two of three: too few
    assert lines[house.street].cells["satisfied"].value is None
    own = evaluation(actor=house.actor("handler"), now=NOW, cut=YEAR)
    assert [(line.unit, line.cells["reply"].rank) for line in own.lines] == [(house.department, 1)]


def test_the_evaluation_list_as_a_workbook(
    table: dict[str, Appeal], house: House, client: Client, settings: Settings
) -> None:
    answer = browser(house, "leader", client, settings).get(f"{reverse('board:evaluation_file')}?{YEAR.query()}")
    sheet = load_workbook(io.BytesIO(answer.content))["考评表"]
    heads = [cell.value for cell in sheet[3]]
    at = heads.index("按时回复率")
    line = [cell.value for cell in sheet[4]]
    assert (line[0], line[at : at + 4]) == ("区城建局", [1, 6, 6, 1])


def test_the_board_compares_with_the_period_before_and_the_year_before(table: dict[str, Appeal], house: House) -> None:
    found = board(actor=house.actor("leader"), now=NOW, cut=Cut(date(2026, 9, 1), date(2026, 9, 1)))
    assert (found.now["total"], found.before["total"], found.last_year["total"]) == (10, 4, 0)


def test_dues_and_arrivals_of_the_coming_week(table: dict[str, Appeal], house: House) -> None:
    from qifu.domain.appeals.queries.figures.board import live

    tallies.refresh(now=NOW)
    found = board(actor=house.actor("leader"), now=NOW, cut=YEAR)
    days = live(board=found, now=NOW).week.days
    assert [day.on for day in days][:2] == [date(2026, 9, 30), date(2026, 10, 8)]  # the holiday lies between
    assert len(days) == 5
    assert dict(found.stamp.arrivals) == {date(2026, 8, 20): 4, date(2026, 9, 20): 10}


@pytest.mark.parametrize("page", ["home", "rows", "evaluation", "open"])
def test_queries_a_page_do_not_grow_with_the_table(house: House, client: Client, settings: Settings, page: str) -> None:
    seen = browser(house, "leader", client, settings)
    url = f"{reverse(f'board:{page}')}?figure=reply&part=all&{YEAR.query()}"
    cats = case_rows.categories(2, 2)
    taken = []
    for count in (60, 600):
        Appeal.objects.filter(leader__isnull=False).update(leader=None)
        Clock.objects.all().delete()
        Appeal.objects.all().delete()
        case_rows.write(count, seed=3, now=NOW, units=[house.department], streets=[house.street], categories=cats)
        Tallied.objects.all().delete()
        tallies.refresh(now=NOW)
        seen.get(url)
        Tallied.objects.update(mark=count)  # as after a run: nothing kept in memory counts
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert seen.get(url).status_code == 200
        taken.append(len(found))
    assert taken[0] == taken[1]
    assert taken[0] <= 40


def test_pages_turn_by_key(many: House, client: Client, settings: Settings) -> None:
    first = rows.page("open", "all", YEAR, WHOLE, NOW, size=100)
    second = rows.page("open", "all", YEAR, WHOLE, NOW, size=100, before=first.next)
    assert len(first.lines) == len(second.lines) == 100
    assert first.lines[-1].id > second.lines[0].id
    seen = browser(many, "leader", client, settings)
    answer = seen.get(f"{reverse('board:rows')}?figure=reply&part=rest&{YEAR.query()}")
    rate = counts.exact(YEAR, WHOLE, NOW).rate("reply")
    assert f"未计入分子 {rate.denominator - rate.numerator:,}" in answer.content.decode()


def test_an_unknown_figure_is_a_page_that_says_so(many: House, client: Client, settings: Settings) -> None:
    seen = browser(many, "leader", client, settings)
    assert seen.get(f"{reverse('board:rows')}?figure=pk__gt").status_code == 404
    assert (
        seen.get(f"{reverse('board:home')}?unit=99999999999999999999&since=x&until=1999-13&sort=phone").status_code
        == 200
    )


def test_a_cut_reads_only_what_it_knows() -> None:
    today = date(2026, 9, 30)
    assert Cut.read({}, today) == YEAR
    assert Cut.read({"since": "2026-09", "until": "2026-03", "basis": "x", "channel": "'", "unit": "7"}, today) == Cut(
        date(2026, 3, 1), date(2026, 9, 1), unit=7
    )
    assert Cut.read({"since": "1999-01", "until": "2026-09"}, today).months <= 60
    assert YEAR.before() == Cut(date(2025, 4, 1), date(2025, 12, 1))
    assert datetime(2026, 8, 31, 16, 30, tzinfo=NOW.tzinfo).month == 8


def test_every_cell_of_the_evaluation_list_opens_its_cases(many: House, client: Client, settings: Settings) -> None:
    seen = browser(many, "leader", client, settings)
    shown = seen.get(f"{reverse('board:evaluation')}?{YEAR.query()}").context["lines"]
    assert len(shown) >= 2
    for line, given, cells in shown:
        assert seen.get(given).context["page"].sides["all"] == line.counts["dispatched"]
        for cell, is_mean, url in cells:
            sides = seen.get(url).context["page"].sides
            assert sides["all"] == cell.denominator, url
            assert is_mean or sides["met"] == cell.numerator, url


def test_a_unit_is_led_to_no_case_by_what_enterprises_think_of_it(
    many: House, client: Client, settings: Settings
) -> None:
    shown = browser(many, "handler", client, settings).get(f"{reverse('board:evaluation')}?{YEAR.query()}")
    ((_, _, cells),) = shown.context["lines"]
    names = [*MEANS, *RATES]
    assert [name for name, (_, _, url) in zip(names, cells, strict=True) if not url] == [*MARKS, "satisfied"]


def test_a_percentile_opens_the_cases_that_it_is_drawn_from(many: House, client: Client, settings: Settings) -> None:
    seen = browser(many, "leader", client, settings)
    for label, ((_, half), (_, most)), n in seen.get(f"{reverse('board:home')}?{YEAR.query()}").context["paces"]:
        clock = {"接单用时": "accept", "转办用时": "dispatch", "首次回复用时": "reply"}[label]
        took = pace.drawn(Appeal.objects.filter(YEAR.rows(WHOLE)), clock)
        assert took is not None
        slow = Appeal.objects.filter(YEAR.rows(WHOLE), **{f"{clock}_minutes__gt": took.p90})
        sides = seen.get(half).context["page"].sides
        assert sides == {"all": n, "met": n - slow.count(), "rest": slow.count()}
        page = seen.get(most)
        assert [line.took for line, _ in page.context["lines"]] == list(
            slow.order_by("-pk").values_list(f"{clock}_minutes", flat=True)[:50]
        )
        assert "最慢的一成" in page.content.decode()
    heads = ",".join(rows.columns(WHOLE))
    assert text_of(seen, f"{reverse('board:download')}?figure=took_reply&part=all&{YEAR.query()}").startswith(heads)

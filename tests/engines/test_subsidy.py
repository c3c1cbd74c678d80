"""Subsidised interest: worked figures, what is missing, the ceilings, and a second way of counting: day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.subsidy import Loan, Movement, RateStep, Span, Terms, months_after, settled, shared_out

FIRM = "91420106MA4K00001J"
D = Decimal
QUARTER = Span(date(2026, 7, 1), date(2026, 9, 30))


def loan(number: str = "L1", /, **changes: object) -> Loan:
    """One million lent on 1 July at 4 %, due a year later; 10,000 of interest paid."""
    held: dict[str, object] = {
        "number": number, "firm": FIRM, "movements": (Movement(date(2026, 7, 1), D(1_000_000)),),
        "rates": (RateStep(date(2026, 7, 1), D(4)),), "due": date(2027, 7, 1), "paid_interest": D(100_000),
    }  # fmt: skip
    return Loan(**(held | changes))  # type: ignore[arg-type]


def terms(**changes: object) -> Terms:
    held: dict[str, object] = {"period": QUARTER, "way": "share", "value": D(50)}
    return Terms(**(held | changes))  # type: ignore[arg-type]


def amount(*loans: Loan, **changes: object) -> Decimal | None:
    return settled(FIRM, loans, terms(**changes)).amount


def test_a_quarter_by_both_bases() -> None:
    """92 days: 1,000,000 × 4 % × 50 % × 92 ÷ 360, and ÷ 365."""
    assert amount(loan()) == D("5111.11")
    assert amount(loan(), basis=365) == D("5041.10")


def test_the_first_day_counts_and_the_day_of_repayment_does_not() -> None:
    back = (Movement(date(2026, 7, 1), D(360_000)), Movement(date(2026, 7, 11), D(-360_000)))
    told = settled(FIRM, [loan(movements=back)], terms(value=D(100))).loans[0]
    assert (told.days, told.amount) == (10, D("400.00"))
    assert [(line.first, line.last, line.days) for line in told.lines] == [(date(2026, 7, 1), date(2026, 7, 10), 10)]


def test_lent_and_paid_back_in_parts_with_rates_that_change() -> None:
    moves = (
        Movement(date(2026, 7, 10), D(600_000)), Movement(date(2026, 8, 1), D(300_000)),
        Movement(date(2026, 9, 1), D(-500_000)),
    )  # fmt: skip
    rates = (RateStep(date(2026, 7, 10), D("4.35")), RateStep(date(2026, 8, 15), D("3.65")))
    benchmark = (RateStep(date(2026, 6, 20), D("3.50")), RateStep(date(2026, 8, 20), D("3.40")))
    told = settled(FIRM, [loan(movements=moves, rates=rates)], terms(benchmark=benchmark, value=D(50))).loans[0]
    assert [(str(line.first), line.days, line.principal, line.contract, line.subsidised, line.amount)
            for line in told.lines] == [
        ("2026-07-10", 22, D(600_000), D("4.35"), D("1.75"), D("641.6667")),
        ("2026-08-01", 14, D(900_000), D("4.35"), D("1.75"), D("612.5000")),
        ("2026-08-15", 5, D(900_000), D("3.65"), D("1.75"), D("218.7500")),
        ("2026-08-20", 12, D(900_000), D("3.65"), D("1.70"), D("510.0000")),
        ("2026-09-01", 30, D(400_000), D("3.65"), D("1.70"), D("566.6667")),
    ]  # fmt: skip
    assert told.amount == D("2549.58")  # the exact sum 2549.58333…, rounded once


@pytest.mark.parametrize(
    ("way", "value", "daily"),
    [("points", "2", "2"), ("points", "5", "4"), ("benchmark", "50", "1.725"), ("benchmark", "200", "4"),
     ("share", "150", "3.45")],
)  # fmt: skip
def test_no_way_subsidises_more_than_the_contract_bears(way: str, value: str, daily: str) -> None:
    told = settled(FIRM, [loan()], terms(way=way, value=D(value), benchmark=(RateStep(date(2026, 1, 1), D("3.45")),)))
    assert told.loans[0].lines[0].subsidised == D(daily)


def test_days_overdue_and_days_past_due_are_left_out() -> None:
    late = loan(overdue=(Span(date(2026, 7, 11), date(2026, 7, 20)),))
    assert [line.days for line in settled(FIRM, [late], terms()).loans[0].lines] == [10, 72]
    due = loan(due=date(2026, 8, 1), extended=date(2026, 9, 1))
    assert settled(FIRM, [due], terms()).loans[0].days == 31
    assert settled(FIRM, [due], terms(extension_counts=True)).loans[0].days == 62


def test_a_loan_is_subsidised_for_so_many_months_only() -> None:
    assert settled(FIRM, [loan()], terms(months=2)).loans[0].days == 62
    assert (months_after(date(2026, 1, 31), 1), months_after(date(2023, 11, 30), 3)) == (
        date(2026, 2, 28), date(2024, 2, 29),
    )  # fmt: skip


def test_ceilings_take_from_the_later_loan_and_say_so() -> None:
    second = loan("L2", movements=(Movement(date(2026, 8, 1), D(1_000_000)),))
    told = settled(FIRM, [second, loan()], terms(of_firm_in_year=D(8_000)), {2026: D(1_000)})
    assert [(one.loan, one.amount) for one in told.loans] == [("L1", D("5111.11")), ("L2", D("1888.89"))]
    (cut,) = told.loans[1].cuts
    assert (cut.code, cut.before, cut.after) == ("of-firm-in-year", D("3388.89"), D("1888.89"))
    assert cut.why == "2026 年：单户 2026 年贴息上限 8000 元，此前已贴 1000 元。"
    assert amount(loan(), of_loan=D(3_000)) == D(3_000)
    assert amount(loan(earlier=D(2_500)), of_loan=D(3_000)) == D(500)
    assert amount(loan(), second, of_firm_in_period=D(6_000)) == D(6_000)
    assert amount(loan(paid_interest=D("4000.5"))) == D("4000.5")


def test_principal_above_the_firms_ceiling_does_not_count() -> None:
    second = loan("L2", movements=(Movement(date(2026, 8, 1), D(1_000_000)),))
    told = settled(FIRM, [loan(), second], terms(principal_of_firm=D(1_500_000)))
    assert [line.principal for one in told.loans for line in one.lines] == [D(1_000_000), D(500_000)]
    assert told.amount == D("5111.11") + D("1694.44")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"due": None}, "due-missing"),
        ({"movements": ()}, "drawdown-missing"),
        ({"rates": ()}, "rate-missing"),
        ({"paid_interest": None}, "interest-missing"),
        ({"movements": (Movement(date(2026, 7, 1), D(10)), Movement(date(2026, 7, 2), D(-11)))}, "overpaid"),
    ],
)
def test_what_is_missing_leaves_the_amount_open(changes: dict[str, object], code: str) -> None:
    told = settled(FIRM, [loan(**changes), loan("L2")], terms())
    assert (told.amount, told.known, told.loans[-1].loan) == (None, D("5111.11"), told.loans[-1].loan)
    (open_one,) = [one for one in told.loans if one.amount is None]
    assert [(doubt.code, doubt.is_missing) for doubt in open_one.doubts] == [(code, True)]


def test_a_loan_waits_for_an_earlier_one_that_shares_its_ceiling() -> None:
    second = loan("L2", movements=(Movement(date(2026, 8, 1), D(1_000_000)),))
    told = settled(FIRM, [loan(due=None), second], terms(of_firm_in_period=D(6_000)))
    assert [doubt.code for one in told.loans for doubt in one.doubts] == ["due-missing", "waits"]
    assert (told.amount, told.known) == (None, D(0))


def test_a_benchmark_that_does_not_reach_back_is_missing() -> None:
    told = settled(FIRM, [loan()], terms(benchmark=(RateStep(date(2026, 8, 1), D(3)),)))
    assert told.loans[0].doubts[0].code == "benchmark-missing"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"lent_since": date(2026, 7, 2)}, "lent-early"), ({"lent_until": date(2026, 6, 30)}, "lent-late"),
     ({"rate_ceiling": D("3.99")}, "rate-high"),
     ({"period": Span(date(2026, 1, 1), date(2026, 6, 30))}, "no-days")],
)  # fmt: skip
def test_what_excludes_a_loan_is_said_and_comes_to_nothing(changes: dict[str, object], code: str) -> None:
    (told,) = settled(FIRM, [loan()], terms(**changes)).loans
    assert (told.amount, [(doubt.code, doubt.is_missing) for doubt in told.doubts]) == (D(0), [(code, False)])


@pytest.mark.parametrize(
    "changes",
    [{"value": D(-1)}, {"unit": D(0)}, {"months": 0}, {"way": "benchmark"}, {"of_loan": D(-1)},
     {"period": Span(date(2026, 2, 1), date(2026, 1, 1))}],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="。"):
        terms(**changes)


def test_loans_of_one_number_or_of_another_firm_are_refused() -> None:
    with pytest.raises(ValueError, match="同一个编号"):
        settled(FIRM, [loan(), loan()], terms())
    with pytest.raises(ValueError, match="不属于这家企业"):
        settled("someone else", [loan()], terms())


def test_a_budget_that_does_not_suffice_is_shared_out_to_the_cent() -> None:
    assert shared_out({"a": D("1.00"), "b": D("1.00"), "c": D("1.00")}, D("1.00")) == {
        "a": D("0.34"), "b": D("0.33"), "c": D("0.33"),
    }  # fmt: skip
    assert shared_out({"a": D("1.00")}, D(5)) == {"a": D("1.00")}
    with pytest.raises(ValueError, match="负数"):
        shared_out({"a": D(-1)}, D(5))


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**9), max_size=8), st.integers(0, 10**9))
def test_what_is_shared_out_is_the_budget_and_nobody_gains(cents: dict[str, int], budget: int) -> None:
    amounts = {name: D(value) / 100 for name, value in cents.items()}
    shared = shared_out(amounts, D(budget) / 100)
    assert sum(shared.values()) == min(sum(amounts.values()), D(budget) / 100)
    assert all(D(0) <= shared[name] <= amounts[name] for name in amounts)


# ---- a second way: every day by itself ----

START = date(2025, 11, 1)
days = st.integers(0, 240).map(lambda n: START + timedelta(days=n))
rates = st.integers(0, 800).map(lambda n: D(n) / 100)


@st.composite
def some_loan(draw: st.DrawFn, number: str) -> Loan:
    first = draw(days)
    moves, owed = [Movement(first, D(draw(st.integers(1, 5_000_000))))], D(0)
    owed = moves[0].amount
    for gap in draw(st.lists(st.integers(1, 60), max_size=4)):
        day = moves[-1].day + timedelta(days=gap)
        change = D(draw(st.integers(1, 5_000_000))) if draw(st.booleans()) else -D(draw(st.integers(0, int(owed))))
        owed += change
        moves.append(Movement(day, change))
    steps = [RateStep(first - timedelta(days=1), draw(rates)), *(RateStep(draw(days), draw(rates)) for _ in range(2))]
    unique = tuple({step.since: step for step in steps}.values())
    spans = [Span(day, day + timedelta(days=draw(st.integers(0, 20)))) for day in draw(st.lists(days, max_size=2))]
    return Loan(number, FIRM, tuple(moves), unique, draw(days), None, tuple(spans), D(10**9))


@st.composite
def some_terms(draw: st.DrawFn) -> Terms:
    first = draw(days)
    period = Span(first, first + timedelta(days=draw(st.integers(0, 200))))
    steps = {since: RateStep(since, draw(rates)) for since in [date(2025, 1, 1), *draw(st.lists(days, max_size=2))]}
    return Terms(
        period, draw(st.sampled_from(["share", "points", "benchmark"])), draw(rates) * 10,
        basis=draw(st.sampled_from([360, 365])), benchmark=tuple(steps.values()),
        months=draw(st.sampled_from([None, 1, 6])),
        principal_of_firm=draw(st.sampled_from([None, D(3_000_000)])),
    )  # fmt: skip


def by_the_day(loans: list[Loan], terms: Terms) -> dict[str, Decimal]:
    """What each comes to, one day after another; written without a look at the engine."""
    sums: dict[tuple[str, int], Fraction] = {}
    order = sorted(loans, key=lambda one: (min(m.day for m in one.movements), one.number))
    day = terms.period.first
    while day <= terms.period.last:
        room = terms.principal_of_firm if terms.principal_of_firm is not None else D(10**15)
        for one in order:
            begun = min(m.day for m in one.movements)
            owed = sum(m.amount for m in one.movements if not day < m.day)
            late = any(span.first <= day <= span.last for span in one.overdue)
            month = begun.month - 1 + (terms.months or 10_000)
            over = terms.months is not None and day >= _clipped(begun.year + month // 12, month % 12 + 1, begun.day)
            assert one.due
            if begun <= day < one.due and owed > 0 and not late and not over:
                counted = min(owed, room)
                room -= counted
                contract = [step.rate for step in sorted(one.rates, key=lambda s: s.since) if step.since <= day][-1]
                base = [step.rate for step in sorted(terms.benchmark, key=lambda s: s.since) if step.since <= day][-1]
                rate = {
                    "points": min(Fraction(terms.value), Fraction(contract)),
                    "benchmark": min(Fraction(terms.value) * Fraction(base) / 100, Fraction(contract)),
                    "share": Fraction(min(contract, base)) * min(Fraction(terms.value), Fraction(100)) / 100,
                }[terms.way]
                key = one.number, day.year
                sums[key] = sums.get(key, Fraction(0)) + Fraction(counted) * rate / 100 / terms.basis
        day += timedelta(days=1)
    found = {one.number: D(0) for one in loans}
    for (number, _), total in sums.items():
        cents = total * 100
        found[number] += D(int(cents + Fraction(1, 2))).scaleb(-2)
    return found


def _clipped(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


@given(st.data(), some_terms())
def test_runs_of_days_come_to_the_same_as_day_by_day(data: st.DataObject, held: Terms) -> None:
    loans = [data.draw(some_loan(f"L{n}")) for n in range(data.draw(st.integers(1, 3)))]
    told = settled(FIRM, loans, held)
    assert {one.loan: one.amount for one in told.loans} == by_the_day(loans, held)


@given(some_loan("L1"), some_terms(), st.integers(0, 200))
def test_cutting_the_period_in_two_loses_no_more_than_rounding(one: Loan, held: Terms, at: int) -> None:
    from dataclasses import replace

    middle = held.period.first + timedelta(days=at)
    if not held.period.first < middle <= held.period.last:
        return
    parts = [Span(held.period.first, middle - timedelta(days=1)), Span(middle, held.period.last)]
    whole = settled(FIRM, [one], held).known
    both = sum(settled(FIRM, [one], replace(held, period=part)).known for part in parts)
    assert abs(whole - both) <= D("0.02")


def test_half_a_cent_goes_up_and_down_cuts_it_off() -> None:
    odd = loan(movements=(Movement(date(2026, 7, 1), D(45)),), rates=(RateStep(date(2026, 7, 1), D(4)),),
               due=date(2026, 7, 2))  # fmt: skip
    assert amount(odd, value=D(100)) == D("0.01") == (D("45") * 4 / 36000).quantize(D("0.01"), ROUND_HALF_UP)
    assert amount(odd, value=D(100), rounding="down") == D(0)

"""The calendar in examples: the table of days, terms, pauses, units' hours, and what was known when."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qifu.engines.calendar import (
    SHANGHAI,
    BeyondCalendar,
    Day,
    Due,
    Hours,
    Term,
    add_working_minutes,
    due,
    is_open,
    next_opening,
    notices,
    published,
    remaining,
    share,
    with_days,
    working_minutes_between,
    working_seconds_between,
)

CASES = Path(__file__).parent.parent / "cases" / "deadlines.csv"
CALENDAR = published()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def rows() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['start']}+{row['n']}{row['kind']}")
def test_cases_of_the_policy_officer(row: dict[str, str]) -> None:
    result = due(at(row["start"]), Term(row["kind"], int(row["n"])), calendar=CALENDAR)  # type: ignore[arg-type]
    assert result == Due(at(row["due"]), row["assumed"] == "yes", date(2026, 12, 31)), row["why"]


def test_there_are_enough_cases_and_each_says_why() -> None:
    assert len(rows()) >= 40
    assert all(row["why"] for row in rows())


class TestTable:
    def test_covers_2004_to_2026(self) -> None:
        assert CALENDAR.known_until == date(2026, 12, 31)
        assert CALENDAR.version == "2026"
        assert CALENDAR.is_known(date(2026, 12, 31))
        assert not CALENDAR.is_known(date(2027, 1, 1))

    def test_lists_only_days_that_differ_from_the_week_or_once_did(self) -> None:
        same = [day.date for day in CALENDAR.days if day.works == (day.date.weekday() < 5)]
        assert same == [date(2020, 2, 1)]  # a make-up day taken back by the extension of that year

    def test_every_day_names_its_document(self) -> None:
        assert all(day.source and day.holiday for day in CALENDAR.days)
        assert CALENDAR.entry(date(2026, 10, 10)) == Day(date(2026, 10, 10), True, "国庆节", "国办发明电〔2025〕7号")
        assert CALENDAR.entry(date(2026, 10, 12)) is None

    def test_document_numbers_are_of_the_year_before_or_of_a_late_change(self) -> None:
        for notice in notices():
            if notice.public_on is not None:
                assert f"〔{notice.public_on.year}〕" in notice.number
                assert notice.dated is not None
                assert notice.dated <= notice.public_on

    def test_last_day_of_2005_follows_the_notice(self) -> None:
        assert CALENDAR.is_working_day(date(2005, 12, 31))

    def test_assumes_only_the_fixed_dates_past_the_notices(self) -> None:
        off = {
            day
            for day in (date(2029, 1, 1) + timedelta(n) for n in range(365))
            if day.weekday() < 5 and not CALENDAR.is_working_day(day)
        }
        assert off == {
            date(2029, 1, 1),
            date(2029, 5, 1),
            date(2029, 5, 2),
            date(2029, 10, 1),
            date(2029, 10, 2),
            date(2029, 10, 3),
        }

    @pytest.mark.parametrize("day", [date(2003, 12, 31), date(2101, 1, 1)])
    def test_refuses_days_outside_its_years(self, day: date) -> None:
        with pytest.raises(BeyondCalendar):
            CALENDAR.is_working_day(day)


class TestKnownOn:
    @pytest.mark.parametrize(
        ("known_on", "day", "works"),
        [
            ("2018-12-05", "2018-12-29", False),
            ("2018-12-06", "2018-12-29", True),
            ("2018-12-05", "2018-12-31", True),
            ("2018-12-06", "2018-12-31", False),
            ("2019-03-21", "2019-05-02", True),
            ("2019-03-22", "2019-05-02", False),
            ("2019-03-21", "2019-04-28", False),
            ("2019-03-22", "2019-04-28", True),
            ("2020-01-26", "2020-01-31", True),
            ("2020-01-27", "2020-01-31", False),
            ("2020-01-26", "2020-02-01", True),
            ("2020-01-27", "2020-02-01", False),
            ("2015-05-12", "2015-09-03", True),
            ("2015-05-13", "2015-09-03", False),
            ("2024-11-11", "2025-05-02", True),  # the second day of May came by decree that day
            ("2024-11-12", "2025-05-02", False),
        ],
    )
    def test_a_late_change_counts_from_its_publication(self, known_on: str, day: str, works: bool) -> None:
        calendar = published(date.fromisoformat(known_on))
        assert calendar.is_working_day(date.fromisoformat(day)) is works

    def test_versions_and_reach_grow_with_the_notices(self) -> None:
        before, after = published(date(2025, 11, 3)), published(date(2025, 11, 4))
        assert (before.version, before.known_until) == ("2025", date(2025, 12, 31))
        assert (after.version, after.known_until) == ("2026", date(2026, 12, 31))
        assert published(date(2020, 1, 27)).version == "2020-01"

    def test_the_extension_of_2020_moves_a_running_term(self) -> None:
        start, term = at("2020-01-22T10:00"), Term("workdays", 3)
        assert due(start, term, calendar=published(date(2020, 1, 26))).at == at("2020-02-01T17:30")
        assert due(start, term, calendar=published(date(2020, 1, 27))).at == at("2020-02-04T17:30")

    def test_a_further_notice_settles_a_further_year(self) -> None:
        days = [Day(date(2027, 1, 1), False, "元旦", "通知"), Day(date(2027, 1, 2), True, "元旦", "通知")]
        entered = with_days(CALENDAR, days, "2027", known_until=date(2027, 12, 31))
        result = due(at("2026-12-29T10:00"), Term("workdays", 3), calendar=entered)
        assert result == Due(at("2027-01-02T17:30"), False, date(2027, 12, 31))
        assert not CALENDAR.is_working_day(date(2027, 1, 2))
        # Once a year is settled, only what its notice lists is off.
        assert entered.is_working_day(date(2027, 10, 1))
        assert not entered.is_working_day(date(2028, 5, 1))

    def test_a_correction_wins_over_what_was_listed(self) -> None:
        corrected = with_days(CALENDAR, [Day(date(2026, 10, 10), False, "国庆节")], "2026-10")
        assert corrected.known_until == CALENDAR.known_until
        assert due(at("2026-09-30T16:40"), Term("workdays", 3), calendar=corrected).at == at("2026-10-12T17:30")
        assert corrected != CALENDAR


class TestPauses:
    start = at("2026-09-30T16:40")

    def paused(self, *pauses: tuple[str, str | None], kind: str = "minutes", n: int = 180) -> datetime | None:
        spans = [(at(a), None if b is None else at(b)) for a, b in pauses]
        term = Term(kind, n)  # type: ignore[arg-type]
        return due(self.start, term, calendar=CALENDAR, pauses=spans).at

    def test_moves_minutes_by_the_working_time_inside(self) -> None:
        assert self.paused(("2026-10-08T10:00", "2026-10-08T10:30")) == at("2026-10-08T11:40")

    def test_moves_working_days_by_the_working_time_inside(self) -> None:
        assert self.paused(("2026-10-08T09:00", "2026-10-09T09:00"), kind="workdays", n=2) == at("2026-10-10T17:30")
        assert self.paused(("2026-10-08T09:00", "2026-10-08T11:00"), kind="workdays", n=2) == at("2026-10-10T11:00")

    def test_overlapping_pauses_count_once(self) -> None:
        both = self.paused(("2026-10-08T10:00", "2026-10-08T10:40"), ("2026-10-08T10:20", "2026-10-08T11:00"))
        assert both == self.paused(("2026-10-08T10:00", "2026-10-08T11:00")) == at("2026-10-08T14:10")

    def test_only_the_part_after_the_start_counts(self) -> None:
        assert self.paused(("2026-09-30T09:00", "2026-09-30T16:50"), n=50) == at("2026-10-08T09:10")

    def test_a_pause_after_the_end_changes_nothing(self) -> None:
        assert self.paused(("2026-10-08T11:10", None)) == at("2026-10-08T11:10")

    def test_a_holiday_inside_a_pause_is_not_counted_twice(self) -> None:
        assert self.paused(("2026-10-01T00:00", "2026-10-08T00:00")) == at("2026-10-08T11:10")

    def test_an_open_pause_has_no_due(self) -> None:
        result = due(self.start, Term("workdays", 3), calendar=CALENDAR, pauses=[(at("2026-10-08T10:00"), None)])
        assert result == Due(None, False, date(2026, 12, 31))

    def test_moves_the_wall_clock_by_wall_time(self) -> None:
        assert self.paused(("2026-09-30T17:00", "2026-10-01T17:00"), kind="wall", n=60) == at("2026-10-01T17:40")

    def test_moves_calendar_days_by_days_begun(self) -> None:
        assert self.paused(("2026-10-12T09:00", "2026-10-12T10:00"), kind="days", n=15) == at("2026-10-16T17:30")

    def test_a_backward_pause_is_refused(self) -> None:
        with pytest.raises(ValueError, match="早于"):
            self.paused(("2026-10-08T11:00", "2026-10-08T10:00"))

    def test_remaining_stands_still_while_paused(self) -> None:
        def left(moment: str) -> int:
            return remaining(
                self.start,
                Term("minutes", 180),
                at=at(moment),
                calendar=CALENDAR,
                pauses=[(at("2026-10-08T10:00"), None)],
            )

        assert left("2026-09-30T16:40") == 180 * 60
        assert left("2026-10-08T10:00") == left("2026-10-20T10:00") == 70 * 60

    def test_remaining_is_negative_once_overdue(self) -> None:
        left = remaining(self.start, Term("minutes", 50), at=at("2026-10-08T09:10"), calendar=CALENDAR)
        assert left == -600


class TestHours:
    def test_another_unit_has_other_hours(self) -> None:
        hours = Hours.parse("08:30-12:00,13:00-17:00")
        assert due(at("2026-03-10T16:30"), Term("minutes", 60), calendar=CALENDAR, hours=hours).at == at(
            "2026-03-11T09:00"
        )
        assert due(at("2026-03-10T16:30"), Term("workdays", 1), calendar=CALENDAR, hours=hours).at == at(
            "2026-03-11T17:00"
        )

    def test_hours_round_the_clock_lose_no_minute_at_midnight(self) -> None:
        hours = Hours.parse("00:00-24:00")
        begins = at("2026-03-10T00:00")
        assert add_working_minutes(begins, 2 * 1440 + 1, calendar=CALENDAR, hours=hours) == at("2026-03-12T00:01")
        assert add_working_minutes(begins, 1440, calendar=CALENDAR, hours=hours) == at("2026-03-11T00:00")

    def test_reads_and_writes_its_own_form(self) -> None:
        assert Hours.parse("09:00-12:00，14:00–17:30") == Hours()
        assert str(Hours()) == "09:00-12:00,14:00-17:30"
        assert str(Hours.parse("00:00-24:00")) == "00:00-24:00"

    @pytest.mark.parametrize(
        "text", ["", "09:00", "12:00-09:00", "09:00-09:00", "09:00-12:00,11:00-13:00", "09:00-25:00", "x-y"]
    )
    def test_refuses_hours_that_make_no_sense(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            Hours.parse(text)

    def test_refuses_no_hours_and_parts_of_a_second(self) -> None:
        with pytest.raises(ValueError, match="至少"):
            Hours(())
        with pytest.raises(ValueError, match="精确到秒"):
            Hours(((time(9), time(12, 0, 0, 1)),))


class TestMoments:
    def test_an_offset_is_converted(self) -> None:
        start = datetime(2026, 9, 30, 8, 40, tzinfo=UTC)
        assert due(start, Term("minutes", 60), calendar=CALENDAR).at == at("2026-10-08T09:10")

    def test_parts_of_a_second_are_cut_off(self) -> None:
        start = at("2026-03-10T10:00:00.999999")
        assert due(start, Term("minutes", 1), calendar=CALENDAR).at == at("2026-03-10T10:01")

    def test_a_moment_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="时区"):
            due(datetime(2026, 3, 10), Term("minutes", 1), calendar=CALENDAR)  # noqa: DTZ001

    @pytest.mark.parametrize("n", [-1, 1.5, True, "3"])
    def test_a_term_is_a_whole_number(self, n: object) -> None:
        with pytest.raises(ValueError, match="整数"):
            Term("minutes", n)  # type: ignore[arg-type]

    def test_an_unknown_kind_is_refused(self) -> None:
        with pytest.raises(ValueError, match="种类"):
            Term("weeks", 1)  # type: ignore[arg-type]

    @pytest.mark.parametrize("kind", ["workdays", "minutes", "wall", "days"])
    def test_an_end_past_the_years_served_is_refused(self, kind: str) -> None:
        with pytest.raises(BeyondCalendar):
            due(at("2026-03-10T10:00"), Term(kind, 10**9), calendar=CALENDAR)  # type: ignore[arg-type]

    def test_open_and_next_opening(self) -> None:
        assert is_open(at("2026-03-10T09:00"), calendar=CALENDAR)
        assert not is_open(at("2026-03-10T12:00"), calendar=CALENDAR)
        assert not is_open(at("2026-10-01T10:00"), calendar=CALENDAR)
        assert next_opening(at("2026-03-10T12:00"), calendar=CALENDAR) == at("2026-03-10T14:00")
        assert next_opening(at("2026-09-30T17:30"), calendar=CALENDAR) == at("2026-10-08T09:00")
        assert next_opening(at("2026-03-10T09:30"), calendar=CALENDAR) == at("2026-03-10T09:30")

    def test_time_between(self) -> None:
        a, b = at("2026-09-30T16:40"), at("2026-10-08T09:10:30")
        assert working_seconds_between(a, b, calendar=CALENDAR) == 3630
        assert working_minutes_between(a, b, calendar=CALENDAR) == Decimal("60.5")
        assert working_seconds_between(b, a, calendar=CALENDAR) == -3630


class TestShare:
    def test_half_and_four_fifths_of_three_hours(self) -> None:
        start, end = at("2026-09-30T16:40"), at("2026-10-08T11:10")
        assert share(start, end, 0.5, calendar=CALENDAR) == at("2026-10-08T09:40")
        assert share(start, end, Decimal("0.8"), calendar=CALENDAR) == at("2026-10-08T10:34")
        assert share(start, end, 1, calendar=CALENDAR) == end
        assert share(start, end, 0, calendar=CALENDAR) == start

    def test_leaves_pauses_out(self) -> None:
        start, end = at("2026-03-10T09:00"), at("2026-03-10T15:00")
        pause = [(at("2026-03-10T10:00"), at("2026-03-10T11:00"))]
        assert share(start, end, 0.5, calendar=CALENDAR, pauses=pause) == at("2026-03-10T11:30")

    def test_stops_where_an_open_pause_begins(self) -> None:
        start, end = at("2026-03-10T09:00"), at("2026-03-10T15:00")
        pause = [(at("2026-03-10T11:00"), None)]
        assert share(start, end, 1, calendar=CALENDAR, pauses=pause) == at("2026-03-10T11:00")

    def test_on_the_wall_clock(self) -> None:
        start, end = at("2026-03-10T22:00"), at("2026-03-11T00:00")
        assert share(start, end, 0.5, calendar=CALENDAR, wall=True) == at("2026-03-10T23:00")

    def test_refuses_more_than_the_whole(self) -> None:
        with pytest.raises(ValueError, match="份额"):
            share(at("2026-03-10T09:00"), at("2026-03-10T10:00"), 1.1, calendar=CALENDAR)

"""Laws that every due time keeps, whatever the start, the term, the pauses and the unit's hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qifu.engines.calendar import (
    KINDS,
    SHANGHAI,
    Hours,
    Pause,
    Term,
    due,
    is_open,
    next_opening,
    published,
    remaining,
    share,
    working_seconds_between,
)

CALENDAR = published()
LAW = settings(max_examples=200, deadline=None)
FIRST = datetime(2018, 1, 1, tzinfo=SHANGHAI)

moments = st.integers(0, 3650 * 86400).map(lambda second: FIRST + timedelta(seconds=second))
all_hours = st.sampled_from(
    [
        Hours(),
        Hours.parse("08:30-12:00,13:30-17:00"),
        Hours.parse("09:00-17:00"),
        Hours.parse("07:00-10:15,10:15-23:59"),
    ]
)
minutes = st.integers(0, 5000)
workdays = st.integers(0, 60)
kinds = st.sampled_from(KINDS)
working_kinds = st.sampled_from([kind for kind in KINDS if kind != "wall"])
sizes = st.integers(0, 40)
lengths = st.integers(0, 15 * 86400).map(lambda second: timedelta(seconds=second))


@st.composite
def pauses_of(draw: st.DrawFn, start: datetime) -> list[Pause]:
    spans: list[Pause] = []
    for _ in range(draw(st.integers(0, 3))):
        begins = start + timedelta(seconds=draw(st.integers(-3 * 86400, 20 * 86400)))
        spans.append((begins, begins + draw(lengths)))
    return spans


def end(start: datetime, kind: str, n: int, hours: Hours, pauses: list[Pause] | None = None) -> datetime:
    moment = due(start, Term(kind, n), calendar=CALENDAR, hours=hours, pauses=pauses or []).at  # type: ignore[arg-type]
    assert moment is not None
    return moment


def serves(moment: datetime, hours: Hours) -> bool:
    """Say whether the moment lies in service, its closing second included."""
    return is_open(moment, calendar=CALENDAR, hours=hours) or is_open(
        moment - timedelta(seconds=1), calendar=CALENDAR, hours=hours
    )


@LAW
@given(moments, lengths, kinds, sizes, all_hours)
def test_a_later_start_is_never_due_earlier(start: datetime, later: timedelta, kind: str, n: int, hours: Hours) -> None:
    assert end(start, kind, n, hours) <= end(start + later, kind, n, hours)


@LAW
@given(moments, kinds, sizes, sizes, all_hours)
def test_a_longer_term_is_never_due_earlier(start: datetime, kind: str, a: int, b: int, hours: Hours) -> None:
    assert end(start, kind, a, hours) <= end(start, kind, a + b, hours)


@LAW
@given(moments, minutes, minutes, all_hours)
def test_minutes_add_up(start: datetime, a: int, b: int, hours: Hours) -> None:
    assert end(end(start, "minutes", a, hours), "minutes", b, hours) == end(start, "minutes", a + b, hours)


@LAW
@given(moments, st.integers(1, 60), workdays, all_hours)
def test_working_days_add_up(start: datetime, a: int, b: int, hours: Hours) -> None:
    assert end(end(start, "workdays", a, hours), "workdays", b, hours) == end(start, "workdays", a + b, hours)


@LAW
@given(moments, minutes, all_hours)
def test_minutes_measured_back_are_the_minutes_given(start: datetime, n: int, hours: Hours) -> None:
    moment = end(start, "minutes", n, hours)
    assert working_seconds_between(start, moment, calendar=CALENDAR, hours=hours) == n * 60


@LAW
@given(st.data(), moments, working_kinds, sizes, all_hours)
def test_every_end_is_a_working_instant(data: st.DataObject, start: datetime, kind: str, n: int, hours: Hours) -> None:
    assert serves(end(start, kind, n, hours, data.draw(pauses_of(start))), hours)


@LAW
@given(st.data(), moments, st.sampled_from(["workdays", "minutes"]), sizes, all_hours, moments)
def test_a_pause_outside_service_changes_nothing(
    data: st.DataObject, start: datetime, kind: str, n: int, hours: Hours, anywhere: datetime
) -> None:
    begins = start + (anywhere - FIRST) % timedelta(days=20)
    assume(not is_open(begins, calendar=CALENDAR, hours=hours))
    until = next_opening(begins, calendar=CALENDAR, hours=hours)
    ends = begins + (until - begins) * data.draw(st.integers(0, 4)) / 4
    assert end(start, kind, n, hours, [(begins, ends)]) == end(start, kind, n, hours)


@LAW
@given(st.data(), moments, kinds, sizes, all_hours)
def test_a_pause_of_no_length_changes_nothing(
    data: st.DataObject, start: datetime, kind: str, n: int, hours: Hours
) -> None:
    spans = data.draw(pauses_of(start))
    moment = start + data.draw(lengths)
    assert end(start, kind, n, hours, [*spans, (moment, moment)]) == end(start, kind, n, hours, spans)


@LAW
@given(st.data(), moments, kinds, sizes, all_hours)
def test_a_pause_cut_in_two_or_told_twice_is_the_same_pause(
    data: st.DataObject, start: datetime, kind: str, n: int, hours: Hours
) -> None:
    begins = start + data.draw(lengths)
    ends = begins + data.draw(lengths)
    middle = begins + timedelta(seconds=int((ends - begins).total_seconds() * data.draw(st.floats(0, 1))))
    whole = end(start, kind, n, hours, [(begins, ends)])
    assert end(start, kind, n, hours, [(middle, ends), (begins, middle)]) == whole
    assert end(start, kind, n, hours, [(begins, ends), (begins, middle), (begins, ends)]) == whole


@LAW
@given(st.data(), moments, kinds, sizes, all_hours)
def test_a_pause_never_brings_the_end_forward(
    data: st.DataObject, start: datetime, kind: str, n: int, hours: Hours
) -> None:
    assert end(start, kind, n, hours, data.draw(pauses_of(start))) >= end(start, kind, n, hours)


@LAW
@given(st.data(), moments, kinds, sizes, all_hours)
def test_an_open_pause_leaves_the_end_open_or_comes_after_it(
    data: st.DataObject, start: datetime, kind: str, n: int, hours: Hours
) -> None:
    begins = start + data.draw(lengths)
    term = Term(kind, n)  # type: ignore[arg-type]
    result = due(start, term, calendar=CALENDAR, hours=hours, pauses=[(begins, None)])
    assert result.at in (None, end(start, kind, n, hours))


@LAW
@given(st.data(), moments, st.sampled_from(["workdays", "minutes", "wall"]), st.integers(1, 40), all_hours)
def test_nothing_remains_at_the_end(data: st.DataObject, start: datetime, kind: str, n: int, hours: Hours) -> None:
    spans = data.draw(pauses_of(start))
    moment = end(start, kind, n, hours, spans)
    term = Term(kind, n)  # type: ignore[arg-type]
    assert remaining(start, term, at=moment, calendar=CALENDAR, hours=hours, pauses=spans) == 0


@LAW
@given(st.data(), moments, st.integers(1, 5000), all_hours)
def test_the_whole_share_is_the_end_and_parts_come_in_order(
    data: st.DataObject, start: datetime, n: int, hours: Hours
) -> None:
    spans = data.draw(pauses_of(start))
    moment = end(start, "minutes", n, hours, spans)
    found = [share(start, moment, part, calendar=CALENDAR, hours=hours, pauses=spans) for part in (0.5, 0.8, 1)]
    half, most, whole = found
    assert half is not None
    assert most is not None
    assert half <= most <= moment
    assert whole == moment
    assert serves(half, hours)
    assert serves(most, hours)

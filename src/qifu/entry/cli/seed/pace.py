"""When people do what they do: service hours counted forward, and the waking hours of those who write in.

Only for placing the steps of the sample in time; promises are computed by the calendar's own engine.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from random import Random

from qifu.engines.calendar import SHANGHAI, Calendar, Hours

MINUTE = 60


class Pace:
    """The service time of one unit, laid out as one line."""

    def __init__(self, calendar: Calendar, hours: Hours, first: date, last: date) -> None:
        self._begins: list[int] = []  # seconds since the epoch
        self._served: list[int] = []  # seconds served before each opening
        served, day = 0, first
        while day <= last:
            if calendar.is_working_day(day):
                midnight = int(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp())
                for opens, closes, _ in hours.seconds:
                    self._begins.append(midnight + opens)
                    self._served.append(served)
                    served += closes - opens
            day += timedelta(days=1)
        self._served.append(served)

    def later(self, at: datetime, minutes: float) -> datetime:
        """The moment so many minutes of service after this one."""
        wanted = self._done(int(at.timestamp())) + max(1, int(minutes * MINUTE))
        span = min(bisect_right(self._served, wanted - 1) - 1, len(self._begins) - 1)
        return datetime.fromtimestamp(self._begins[span] + wanted - self._served[span], SHANGHAI)

    def between(self, begin: datetime, end: datetime) -> float:
        """Minutes of service between two moments; negative when the second comes first."""
        return (self._done(int(end.timestamp())) - self._done(int(begin.timestamp()))) / MINUTE

    def _done(self, second: int) -> int:
        span = bisect_right(self._begins, second) - 1
        if span < 0:
            return 0
        return min(self._served[span] + second - self._begins[span], self._served[span + 1])


def awake(at: datetime, drawn: Random) -> datetime:
    """A moment of the night put to the next morning."""
    if 7 <= at.hour < 23:
        return at
    morning = at if at.hour < 7 else at + timedelta(days=1)
    return morning.replace(hour=7 + drawn.randrange(2), minute=drawn.randrange(60))

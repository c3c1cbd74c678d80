"""Working days, working minutes, due times: when something that arrived must be done.

    from qifu.engines.calendar import Term, due, published
    due(arrived, Term("workdays", 3), calendar=published()).at

Sources: the State Council's yearly notices on holidays and make-up days, listed in `data/`.
"""

from .days import FIRST_DAY, LAST_DAY, SHANGHAI, BeyondCalendar, Calendar, Day, FixedDates, with_days
from .hours import Hours
from .notices import Notice, notices, published
from .scales import Pause
from .terms import (
    DEFAULT_HOURS,
    KINDS,
    Due,
    Kind,
    Term,
    add_working_minutes,
    due,
    is_open,
    next_opening,
    remaining,
    share,
    working_minutes_between,
    working_seconds_between,
)

__all__ = [
    "DEFAULT_HOURS",
    "FIRST_DAY",
    "KINDS",
    "LAST_DAY",
    "SHANGHAI",
    "BeyondCalendar",
    "Calendar",
    "Day",
    "Due",
    "FixedDates",
    "Hours",
    "Kind",
    "Notice",
    "Pause",
    "Term",
    "add_working_minutes",
    "due",
    "is_open",
    "next_opening",
    "notices",
    "published",
    "remaining",
    "share",
    "with_days",
    "working_minutes_between",
    "working_seconds_between",
]

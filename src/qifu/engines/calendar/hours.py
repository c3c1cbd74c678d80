"""Service hours of a unit: the spans of a working day in which its clocks run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

DAY = 86400


def _second(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _parse_clock(text: str) -> time:
    text = text.strip()
    return time(0) if text == "24:00" else time.fromisoformat(text)


@dataclass(frozen=True)
class Hours:
    """Spans of service on a working day, in order; a span that ends at 00:00 ends at midnight (24:00).

    :raises ValueError: no span, an empty or backward span, overlapping spans, fractions of a second.
    """

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(14), time(17, 30)))
    # (opening, closing, seconds served before this opening), in seconds of the day.
    seconds: tuple[tuple[int, int, int], ...] = field(init=False, repr=False, compare=False)
    total: int = field(init=False, repr=False, compare=False)
    closing: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError("服务时间至少要有一段。")
        placed: list[tuple[int, int, int]] = []
        served = previous = 0
        for opens, closes in self.spans:
            if opens.tzinfo or closes.tzinfo or opens.microsecond or closes.microsecond:
                raise ValueError("服务时间精确到秒，不带时区。")
            start, end = _second(opens), _second(closes) or DAY
            if start >= end or start < previous:
                raise ValueError("服务时间各段须由早到晚，互不重叠，每段的结束晚于开始。")
            placed.append((start, end, served))
            served, previous = served + end - start, end
        object.__setattr__(self, "seconds", tuple(placed))
        object.__setattr__(self, "total", served)
        object.__setattr__(self, "closing", previous)

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read `09:00-12:00,14:00-17:30`; :raises ValueError: when it is not of that form."""
        spans = []
        for part in text.replace("，", ",").replace("–", "-").split(","):
            opens, dash, closes = part.partition("-")
            if not dash:
                raise ValueError("服务时间的写法是 09:00-12:00,14:00-17:30。")
            spans.append((_parse_clock(opens), _parse_clock(closes)))
        return cls(tuple(spans))

    def __str__(self) -> str:
        def clock(second: int) -> str:
            return f"{second // 3600:02d}:{second % 3600 // 60:02d}" + (f":{second % 60:02d}" if second % 60 else "")

        return ",".join(f"{clock(start)}-{clock(end)}" for start, end, _ in self.seconds)

    def served(self, second: int) -> int:
        """Count the seconds of service between midnight and this second of a working day."""
        done = 0
        for start, end, before in self.seconds:
            if second <= start:
                return done
            done = before + min(second, end) - start
        return done

    def reached(self, served: int) -> int:
        """Find the first second of the day by which so many seconds (1 to `total`) have been served."""
        for start, end, before in self.seconds:
            if served <= before + end - start:
                return start + served - before
        raise ValueError("一天的服务时间没有那么长。")

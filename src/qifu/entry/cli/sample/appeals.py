"""Two years of appeals of the sample district, streamed in order of arrival."""

from __future__ import annotations

from bisect import bisect
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import accumulate

import numpy as np
import polars as pl

from qifu.entry.cli.sample import phrases
from qifu.entry.cli.sample.arrivals import SHANGHAI, category_edges, moments
from qifu.entry.cli.sample.corpus import JIEDAO, Category, categories
from qifu.entry.cli.sample.district import DEPARTMENT_CODES
from qifu.entry.cli.sample.enterprises import ENTERPRISES, FIXED_FIRMS
from qifu.entry.cli.sample.planning import plan
from qifu.entry.cli.sample.story import Channel, Kind, Stop, Story
from qifu.entry.cli.sample.streams import SEED, Integers, stream
from qifu.entry.cli.sample.telling import VAGUE, Firms, firms, pick, retell, slots, tell

DEMO = 6_000
OPEN = 60
_CHUNK = 4_096
_DRAWS = 96
_HABIT = 0.1  # share of cases in which the unit is not the one the problem points to
_EPOCH = date(1970, 1, 1).toordinal()

# Steps at which the newest cases still stand, the newest first; with `OPEN` cases the row is used once.
_STOPS = (
    *[Stop.SUBMIT] * 4, *[Stop.ACCEPT] * 4, *[Stop.TRANSFER] * 7, *[Stop.SIGN] * 11, *[Stop.RETURN] * 3,
    *[Stop.ASK] * 5, *[Stop.REQUEST_EXTENSION] * 3, *[Stop.EXTEND] * 5, *[Stop.REPLY] * 12, *[Stop.REOPEN] * 3,
    *[Stop.SIGN] * 3,
)  # fmt: skip

_CHANNELS = {
    Kind.APPEAL: ((Channel.PORTAL, 0.46), (Channel.HOTLINE, 0.18), (Channel.VISIT, 0.12), (Channel.STATION, 0.1),
                  (Channel.CITY, 0.08), (Channel.MEETING, 0.06)),
    Kind.COMPLAINT: ((Channel.PORTAL, 0.5), (Channel.HOTLINE, 0.36), (Channel.CITY, 0.14)),
    Kind.PETITION: ((Channel.VISIT, 0.7), (Channel.STATION, 0.2), (Channel.CITY, 0.1)),
    Kind.ASSISTANCE: ((Channel.PORTAL, 0.4), (Channel.STATION, 0.35), (Channel.VISIT, 0.25)),
}  # fmt: skip
_PETITIONS = {"law.arrears", "talent.labour", "talent.subsidy", "premises.rent", "city.road", "project.plan"}
_COMPLAINTS = {
    "premises.property",
    "law.inspect",
    "law.fake",
    "city.noise",
    "utility.power",
    "city.waste",
    "utility.network",
}
_ASSISTED = {"licence", "project", "policy"}
_URGENT = {"safety.hazard", "premises.fire", "utility.power", "utility.gas", "city.drain", "finance.account"}
_SHARED = {"premises", "utility", "city"}  # troubles that a whole building has


@dataclass(frozen=True, slots=True)
class _Trouble:
    """A trouble that neighbours may raise again within three days."""

    number: int
    moment: int
    category: Category
    problem: str
    filled: dict[str, object]
    building: str
    firm: int
    unit: str


def stories(
    n: int = DEMO,
    start: date = date(2024, 7, 1),
    end: date | datetime = date(2026, 7, 1),
    seed: int = SEED,
    *,
    firm_count: int = ENTERPRISES,
) -> Iterator[Story]:
    """Yield `n` stories from `start` to before `end`; about `OPEN` of the last are meant to be open at the end.

    `end` is today, handed in: a moment, or a date (its midnight). Fewer than 600 stories leave a tenth open.
    """
    last = end.astimezone(SHANGHAI) if isinstance(end, datetime) else datetime.combine(end, time.min, SHANGHAI)
    times = _newest(moments(n, start, last, seed), int(last.timestamp()))
    teller = _Teller(n, seed, firms(firm_count, seed))
    for number in range(0, n, _CHUNK):
        count = min(_CHUNK, n - number)
        drawn = stream(seed, f"stories.{number}").random((_CHUNK, _DRAWS))[:count].tolist()
        for place in range(count):
            yield teller.story(number + place, int(times[number + place]), drawn[place])


def _newest(times: Integers, last: int) -> Integers:
    """Let the eight newest arrive within the last two hours, so that they are rightly not yet dealt with."""
    fresh = min(8, len(times) // 10)
    if fresh:
        times[-fresh:] = np.maximum(times[-fresh:], last - np.array([118, 104, 91, 77, 39, 27, 14, 6][-fresh:]) * 60)
    return np.sort(times)


class _Teller:
    """Tells one story after another; remembers shared troubles of the last days."""

    def __init__(self, n: int, seed: int, known: Firms) -> None:
        self.n, self.seed, self.known = n, seed, known
        self.categories = categories()
        self.edges = [edges.tolist() for edges in category_edges()]
        self.weights = list(accumulate(known.weight))
        self.open = OPEN if n >= 10 * OPEN else n // 10
        self.troubles: deque[_Trouble] = deque(maxlen=24)
        self.unit_edges = {c.code: list(accumulate(weight for _, weight in c.units)) for c in self.categories}
        self.siblings: dict[str, list[Category]] = {}
        for category in self.categories:
            self.siblings.setdefault(category.parent, []).append(category)

    def story(self, number: int, moment: int, u: list[float]) -> Story:
        arrived = datetime.fromtimestamp(moment, SHANGHAI)
        trouble = self._trouble(moment, u) if u[0] < 0.045 else None
        firm = self._neighbour(trouble, moment, u) if trouble else self._firm(moment, u)
        category = trouble.category if trouble else self._category(arrived.month, u)
        filled = slots(self.known, firm, arrived.month, u[4:10], self.seed)
        unit = trouble.unit if trouble else self._unit(category, firm, u)
        if trouble:
            filled = {**filled, **{slot: trouble.filled[slot] for slot in "brsndm"}}
            title, body = retell(trouble.problem, filled, category, u[12:28])
        else:
            title, body = tell(category, filled, u[12:28])
            self._remember(number, moment, category, firm, unit, filled, u)
        kind = self._kind(category, trouble, u[28])
        urgency = self._urgency(category, kind, u[29])
        stop, overdue = self._stop(number)
        group = kind is Kind.PETITION and u[30] < 0.55
        wrong = self._wrong_units(category, unit, u)
        recorded = self._recorded(category, u[34])
        return Story(
            number=number,
            enterprise=firm,
            kind=kind,
            channel=_by_share(_CHANNELS[kind], u[31]),
            category=recorded.code,
            urgency=urgency,
            title=title,
            body=body,
            confidential=u[32] < (0.14 if kind is Kind.COMPLAINT else 0.02),
            arrived=arrived,
            building=self.known.building[firm],
            street=self.known.street[firm],
            unit=unit,
            joint=self._joint(category, unit, firm, u),
            persons=(5 + int(u[33] ** 2 * 40) if group else 1 + int(u[33] * 3)) if kind is Kind.PETITION else 0,
            group=group,
            documents=self._documents(u) if kind is Kind.ASSISTANCE else (),
            duplicate_of=trouble.number if trouble else None,
            plan=plan(category, kind, urgency, unit, wrong, filled, stop, overdue, u[48:88]),
        )

    def _firm(self, moment: int, u: list[float]) -> int:
        """Choose a firm that was registered by then; now and then one of the cast's."""
        if u[1] < 0.025:
            return int(u[2] * len(FIXED_FIRMS))
        day = _EPOCH + moment // 86_400
        for drawn in (u[2], u[3], u[40], u[41]):
            firm = bisect(self.weights, drawn * self.weights[-1])
            if self.known.registered[firm] <= day:
                return firm
        return int(u[3] * len(FIXED_FIRMS))

    def _category(self, month: int, u: list[float]) -> Category:
        edges = self.edges[month - 1]
        return self.categories[bisect(edges, u[11] * edges[-1])]

    def _recorded(self, category: Category, drawn: float) -> Category:
        """What was ticked; three in a hundred tick a neighbouring category."""
        return pick(self.siblings[category.parent], drawn / 0.03) if drawn < 0.03 else category

    def _unit(self, category: Category, firm: int, u: list[float]) -> str:
        """The unit for this very problem; now and then another of the category's, as habits differ."""
        edges, count = self.unit_edges[category.code], len(category.problems)
        problem = int(u[14] * count)  # the sentence that `tell` uses
        drawn = u[10] / _HABIT if u[10] < _HABIT else ((problem * 7 + 3) % count + 0.5) / count
        code = category.units[bisect(edges, drawn * edges[-1])][0]
        return self.known.street[firm] if code == JIEDAO else code

    def _wrong_units(self, category: Category, unit: str, u: list[float]) -> list[str]:
        """Units to which the case may go by mistake: a related one first, then any."""
        related = [code for code, _ in category.units if code not in (unit, JIEDAO)]
        others = [DEPARTMENT_CODES[int(u[42] * 25)], DEPARTMENT_CODES[int(u[43] * 25)], "fagai", "kejing", "sifa"]
        return [code for code in dict.fromkeys([*related[:1], *others]) if code != unit]

    def _joint(self, category: Category, unit: str, firm: int, u: list[float]) -> tuple[str, ...]:
        if u[35] >= 0.09:
            return ()
        street = self.known.street[firm]
        others = [street if code == JIEDAO else code for code, _ in category.units]
        found = [code for code in dict.fromkeys([*others, street]) if code != unit]
        return tuple(found[: 1 + (u[36] < 0.25)])

    def _kind(self, category: Category, trouble: _Trouble | None, drawn: float) -> Kind:
        if category.code in _COMPLAINTS and drawn < 0.3:
            return Kind.COMPLAINT
        if trouble is None and category.code in _PETITIONS and drawn > 0.87:
            return Kind.PETITION
        return Kind.ASSISTANCE if category.parent in _ASSISTED and 0.6 < drawn < 0.79 else Kind.APPEAL

    def _urgency(self, category: Category, kind: Kind, drawn: float) -> str:
        if kind is Kind.PETITION or (kind is Kind.COMPLAINT and drawn < 0.6):
            return "investigation"
        return "urgent" if drawn > (0.82 if category.code in _URGENT else 0.985) else "normal"

    def _stop(self, number: int) -> tuple[Stop | None, bool]:
        """Where the case stands at the end, and whether it is one of the few that were forgotten."""
        rank = self.n - 1 - number
        if rank < self.open:
            stop = _STOPS[rank * len(_STOPS) // self.open]
            return stop, stop is Stop.SIGN and rank > self.open * 0.9
        forgotten = self.n >= 600 and rank - self.open in (37, 71, 118, 160)
        return (Stop.SIGN, True) if forgotten else (None, False)

    def _documents(self, u: list[float]) -> tuple[str, ...]:
        first = int(u[37] * len(phrases.DOCUMENTS))
        return tuple((phrases.DOCUMENTS * 2)[first : first + 2 + int(u[38] * 3)])

    def _remember(
        self,
        number: int,
        moment: int,
        category: Category,
        firm: int,
        unit: str,
        filled: dict[str, object],
        u: list[float],
    ) -> None:
        home = self.known.building[firm]
        if (
            home
            and category.parent in _SHARED
            and u[39] < 0.25
            and u[13] >= VAGUE
            and len(self.known.tenants[home]) > 5
        ):
            problem = pick(category.problems, u[14])  # the very sentence that `tell` used
            self.troubles.append(_Trouble(number, moment, category, problem, filled, home, firm, unit))

    def _trouble(self, moment: int, u: list[float]) -> _Trouble | None:
        recent = [one for one in self.troubles if moment - one.moment < 3 * 86_400]
        return recent[int(u[44] * len(recent))] if recent else None

    def _neighbour(self, trouble: _Trouble, moment: int, u: list[float]) -> int:
        """Another tenant of the building who was registered by then."""
        tenants, day = self.known.tenants[trouble.building], _EPOCH + moment // 86_400
        first = int(u[45] * len(tenants))
        for firm in tenants[first:] + tenants[:first]:
            if firm != trouble.firm and self.known.registered[firm] <= day:
                return firm
        return trouble.firm


def _by_share(shares: tuple[tuple[Channel, float], ...], drawn: float) -> Channel:
    for channel, share in shares:
        if drawn < share:
            return channel
        drawn -= share
    return shares[-1][0]


def story_columns(
    n: int, start: date, end: date | datetime, seed: int = SEED, *, firm_count: int = ENTERPRISES, rows: int = 100_000
) -> Iterator[pl.DataFrame]:
    """Yield the same stories as tables of up to `rows` lines, without the longer parts of the plan, for bulk loading."""
    lines: list[tuple[object, ...]] = []
    for one in stories(n, start, end, seed, firm_count=firm_count):
        p = one.plan
        lines.append((
            one.number, one.enterprise, one.kind.value, one.channel.value, one.category, one.urgency, one.title,
            one.body, one.confidential, one.arrived.replace(tzinfo=None), one.building, one.street, one.unit,
            p.accept_minutes, p.transfer_minutes, p.sign_minutes, p.reply_minutes, p.late, p.outcome, p.reply,
            p.closing, p.rating.result if p.rating else None, p.stop.value if p.stop else None, one.duplicate_of,
        ))  # fmt: skip
        if len(lines) == rows:
            yield _frame(lines)
            lines = []
    if lines:
        yield _frame(lines)


_COLUMNS: dict[str, type[pl.DataType] | pl.DataType] = {
    "number": pl.Int64, "enterprise": pl.Int64, "kind": pl.String, "channel": pl.String, "category": pl.String,
    "urgency": pl.String, "title": pl.String, "body": pl.String, "confidential": pl.Boolean,
    "arrived": pl.Datetime("us"), "building": pl.String, "street": pl.String, "unit": pl.String,
    "accept_minutes": pl.Int64, "transfer_minutes": pl.Int64, "sign_minutes": pl.Int64, "reply_minutes": pl.Int64,
    "late": pl.Boolean, "outcome": pl.String, "reply": pl.String, "closing": pl.String, "result": pl.Int64,
    "stop": pl.String, "duplicate_of": pl.Int64,
}  # fmt: skip


def _frame(lines: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=_COLUMNS, orient="row")

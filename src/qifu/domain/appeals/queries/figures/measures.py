"""What is counted. Every measure is a predicate on a case; every figure is two measures, the first within the second.

The same predicates make the tallies, the exact counts and the lists behind them, so that a number and its list cannot differ.
`at` is the moment of counting: a promise that is broken by then counts as broken, though nobody has answered yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Aggregate, Count, Q, QuerySet, Sum

from qifu.domain.appeals.models import Appeal, Clock

SATISFIED = 4  # each of the three marks, out of five
FEW = 5  # below so many raters a share of opinions would point at a single enterprise
MARKS = ("speed", "result", "attitude")
ENDED = ("confirmed", "silent", "concluded")  # ways in which a case that was answered ends

Predicate = Callable[[datetime], Q]


def _owed(kind: str, at: datetime) -> Q:
    """Cases whose clock is running past its due time."""
    return Q(pk__in=Clock.objects.filter(status="running", kind=kind, due_at__lt=at).values("appeal"))


def _owed_as_promised(at: datetime) -> Q:
    """Cases without a first reply at the time first promised; waiting for the enterprise does not move that time."""
    live = Clock.objects.filter(status__in=("running", "paused"), kind="reply", round=1, promised_at__lt=at)
    return Q(pk__in=live.values("appeal"))


def _known(kind: str) -> Predicate:
    return lambda at: Q(**{f"{kind}_late__isnull": False}) | _owed(kind, at)


def _kept(kind: str) -> Predicate:
    return lambda at: Q(**{f"{kind}_late": False}) & ~_owed(kind, at)


def _always(q: Q) -> Predicate:
    return lambda at: q


_REPLIED = Q(replied_at__isnull=False)
_RATED = _REPLIED & Q(mark_speed__isnull=False)
_FINISHED = Q(is_open=False, closed_how__in=ENDED)
_DISPATCHED = Q(dispatched_at__isnull=False)

MEASURES: dict[str, Predicate] = {
    "total": _always(Q(pk__isnull=False)),
    "accept_known": _known("accept"),
    "accept_ok": _kept("accept"),
    "dispatch_known": _known("dispatch"),
    "dispatch_ok": _kept("dispatch"),
    "reply_known": _known("reply"),
    "reply_ok": _kept("reply"),
    "promise_known": lambda at: Q(first_reply_late__isnull=False) | _owed_as_promised(at),
    "promise_ok": _always(Q(first_reply_late=False)),
    "replied": _always(_REPLIED),
    "solved": _always(_REPLIED & Q(outcome="solved")),
    "confirmed": _always(_REPLIED & Q(outcome="solved", closed_how="confirmed")),
    "rated": _always(_RATED),
    "satisfied": _always(_RATED & Q(**{f"mark_{mark}__gte": SATISFIED for mark in MARKS})),
    "finished": _always(_FINISHED),
    "first_time": _always(_FINISHED & Q(closed_how="confirmed", round=1, returns=0)),
    "reopened": _always(_REPLIED & Q(round__gte=2)),
    "silent": _always(_FINISHED & Q(closed_how="silent")),
    "dispatched": _always(_DISPATCHED),
    "returned": _always(_DISPATCHED & Q(returns__gt=0)),
    "supervised": _always(Q(supervised__gt=0)),
    "withdrawn": _always(Q(closed_how="withdrawn")),
    "declined": _always(Q(closed_how="declined")),
    "merged": _always(Q(leader__isnull=False)),
    "open": _always(Q(is_open=True)),
    "overdue": lambda at: Q(is_open=True, burns_at__lt=at),
}
SUMS = {f"{mark}_sum": f"mark_{mark}" for mark in MARKS}  # of marks, over those who rated
COLUMNS = (*MEASURES, *SUMS)

BASES: dict[str, tuple[str, Q]] = {
    "all": ("全部", Q()),
    "single": ("不计并案件", Q(leader__isnull=True)),
    "kept": ("不计撤回和不予受理", ~Q(closed_how__in=("withdrawn", "declined"))),
    "rated": ("只计企业评价过的", _RATED),
    "confirmed": ("只计企业确认办结的", Q(closed_how="confirmed")),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate: its parts, and one sentence that defines it."""

    name: str
    label: str
    numerator: str
    denominator: str
    says: str
    better: int = 1  # 1: high is good, -1: low is good, 0: neither
    is_opinion: bool = False  # from ratings: no share below FEW, no list for the unit that was rated


FIGURES: dict[str, Figure] = {
    f.name: f
    for f in (
        Figure("accept", "按时接单率", "accept_ok", "accept_known",
               "已接单或已过接单期限的诉求中，在期限内接单的比例；超期未接的计为未按时。"),
        Figure("dispatch", "按时转办率", "dispatch_ok", "dispatch_known",
               "已转办或已过转办期限的诉求中，每次转办都在期限内的比例；超期未转的计为未按时。"),
        Figure("reply", "按时回复率", "reply_ok", "reply_known",
               "已回复或已过回复期限的诉求中，每一轮都在期限内（含经同意的延期）回复的比例；超期未回的计为未按时。"),
        Figure("promise", "按首次承诺回复率", "promise_ok", "promise_known",
               "以第一次承诺的时间为准：已首次回复或已过该时间的诉求中，在该时间前回复的比例；延期和等待补充不改变该时间。"),
        Figure("solved", "答复已解决率", "solved", "replied",
               "已回复的诉求中，最近一次回复的办理结果为“已解决”的比例；以承办单位填报为准。"),
        Figure("confirmed", "企业确认解决率", "confirmed", "replied",
               "已回复的诉求中，办理结果为“已解决”且由企业确认办结的比例；未回应的不算确认。"),
        Figure("satisfied", "满意率", "satisfied", "rated",
               "企业评价过的诉求中，速度、结果、态度三项都在 4 分以上的比例；有多轮评价的取最后一次。", is_opinion=True),
        Figure("satisfied_all", "满意占已回复比例", "satisfied", "replied",
               "已回复的诉求中，三项评价都在 4 分以上的比例；没有评价的不算满意。", is_opinion=True),
        Figure("rated", "参评率", "rated", "replied", "已回复的诉求中，企业作出评价的比例。", 0),
        Figure("first_time", "一次办结率", "first_time", "finished",
               "已办结的诉求中，第一轮即由企业确认办结、且未被退回过的比例。"),
        Figure("reopened", "重新办理率", "reopened", "replied", "已回复的诉求中，企业不认可或重新提出、进入第二轮及以后的比例。", -1),
        Figure("silent", "未回应率", "silent", "finished", "已办结的诉求中，确认期满企业未回应而办结的比例；不计为满意。", -1),
        Figure("returned", "退回率", "returned", "dispatched", "已转办的诉求中，被承办单位退回过的比例。", -1),
        Figure("supervised", "督办率", "supervised", "total", "全部诉求中，发出过督办单的比例。", -1),
        Figure("withdrawn", "撤回率", "withdrawn", "total", "全部诉求中，由企业撤回的比例。", 0),
        Figure("declined", "不予受理率", "declined", "total", "全部诉求中，不予受理的比例。", 0),
        Figure("merged", "并案率", "merged", "total", "全部诉求中，并入其他诉求一同办理的比例。", 0),
        Figure("open", "在办比例", "open", "total", "全部诉求中，尚未办结的比例。", 0),
        Figure("overdue", "在办超期率", "overdue", "open",
               "尚未办结的诉求中，正在计时的任一期限（接单、转办、签收、回复）已过的比例；并案件随主办件，不单列。", -1),
    )
}  # fmt: skip
PARTS = {"all": "分母", "met": "分子", "rest": "分母中未计入分子的"}


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure with what it was computed from."""

    figure: Figure
    numerator: int
    denominator: int

    @property
    def is_shown(self) -> bool:
        """Whether the share may be said: of few opinions only the counts are."""
        return self.denominator > 0 and not (self.figure.is_opinion and self.denominator < FEW)

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.numerator) / self.denominator if self.is_shown else None


@dataclass(frozen=True, slots=True)
class Counts:
    """The measures of one population."""

    values: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.values.get(name, 0)

    def rate(self, name: str) -> Rate:
        figure = FIGURES[name]
        return Rate(figure, self[figure.numerator], self[figure.denominator])

    def mean(self, mark: str) -> Decimal | None:
        """The mean of a mark, two decimals; None below FEW raters."""
        if self["rated"] < FEW:
            return None
        return (Decimal(self[f"{mark}_sum"]) / self["rated"]).quantize(Decimal("0.01"))

    def __add__(self, other: Counts) -> Counts:
        return Counts({name: self[name] + other[name] for name in COLUMNS})


NOTHING = Counts({})


def based(basis: str) -> Q:
    """The cases that a choice of denominator leaves in."""
    return BASES.get(basis, BASES["all"])[1]


def aggregates(at: datetime) -> dict[str, Aggregate]:
    """All measures as database aggregates."""
    counted: dict[str, Aggregate] = {name: Count("pk", filter=q(at)) for name, q in MEASURES.items()}
    return counted | {name: Sum(column, filter=_RATED, default=0) for name, column in SUMS.items()}


def part_of(figure: Figure, part: str, at: datetime) -> Q:
    """The cases of one side of a figure: its denominator, its numerator, or what the numerator leaves out."""
    below, above = MEASURES[figure.denominator](at), MEASURES[figure.numerator](at)
    if part == "met":
        return below & above
    return below & ~above if part == "rest" else below


def behind(figure: Figure, part: str, basis: str, at: datetime) -> QuerySet[Appeal]:
    """The cases behind one side of a figure, of all times and units."""
    return Appeal.objects.filter(based(basis), part_of(figure, part, at))

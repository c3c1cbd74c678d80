"""What is meant to happen to an appeal: how fast, how well, and how the enterprise takes it."""

from __future__ import annotations

from math import log

from qifu.entry.cli.sample import phrases
from qifu.entry.cli.sample.corpus import Category
from qifu.entry.cli.sample.story import (
    Extension,
    FollowUp,
    Kind,
    Plan,
    Question,
    Rating,
    Reopening,
    Return,
    Stop,
)
from qifu.entry.cli.sample.telling import pick

DAY = 390  # working minutes of a day in the usual hours
ALLOWED = {"urgent": 120, "normal": 3 * DAY, "investigation": 15 * DAY}
"""Working minutes from transfer to reply that the clocks of the sample allow."""

_LATE = 0.055
_PACE = {
    "ziran": 2.6, "zhujian": 2.1, "chengguan": 1.5, "jiaojing": 1.3, "jiaoyu": 1.2, "shuiwu": 0.4, "shichang": 0.6,
    "zhengwu": 0.4, "jinrong": 0.8, "songdun": 2.4, "changdi": 1.8, "zhiyuan": 0.5,
}  # fmt: skip
"""How much oftener than usual a unit is late; whoever is not named is as usual."""


def plan(
    category: Category,
    kind: Kind,
    urgency: str,
    unit: str,
    wrong_units: list[str],
    filled: dict[str, object],
    stop: Stop | None,
    overdue: bool,
    u: list[float],
) -> Plan:
    """Draw a plan from forty numbers between 0 and 1."""
    pace = _PACE.get(unit, 1.0)
    late = (u[0] < _LATE * pace or overdue) and stop in (None, Stop.SIGN, Stop.REPLY)
    extension = _extension(u, stop)
    allowed = ALLOWED[urgency] + (extension.days * DAY if extension and extension.granted else 0)
    share = 1.03 + min(-log(1 - u[1]) * 0.5, 6.0) if late else 0.06 + 0.9 * (u[1] + u[2]) / 2
    outcome, reply, good = _reply(category, kind, filled, u)
    closing = _closing(outcome, good, u)
    if stop is Stop.REOPEN:
        closing = "refuse"
    withdrawn = _withdrawn(u) if stop is None else None
    refusal = pick(phrases.REFUSALS, u[4]) if u[3] < 0.018 and stop is None else None
    reopening = _reopening(closing, category, filled, u) if stop in (None, Stop.REOPEN) else None
    if stop is Stop.REOPEN and reopening is None:
        reopening = Reopening(1, pick(phrases.REOPENINGS, u[33]), pick(category.replies, u[34]).format_map(filled), 700)
    return Plan(
        accept_minutes=_minutes(u[5], 9, 58) if u[6] < 0.975 else 60 + int(u[5] * 120),
        refusal=refusal,
        transfer_minutes=_minutes(u[7], 35, 170) if u[8] < 0.97 else 180 + int(u[7] * 200),
        returns=_returns(wrong_units, stop, u),
        sign_minutes=_minutes(u[9], 50, 380),
        question=_question(category, filled, stop, u),
        extension=extension,
        reply_minutes=max(3, int(allowed * share)),
        late=late,
        outcome="withdrawn" if withdrawn else outcome,
        reply=reply,
        good_reply=good,
        withdrawn=withdrawn,
        closing=closing,
        closing_hours=round(2 + 110 * u[22] ** 2, 1),
        objection=pick(phrases.OBJECTIONS, u[23]) if closing == "refuse" else "",
        rating=_rating(closing, outcome, good, late, u),
        follow_up=_follow_up(closing, good, u),
        reopening=reopening,
        supervision=_supervision(late, u),
        stop=stop,
    )


def _minutes(drawn: float, usual: int, most: int) -> int:
    """Minutes with a long tail, never over `most`."""
    return min(most, 1 + int(-usual * log(1 - drawn)))


def _extension(u: list[float], stop: Stop | None) -> Extension | None:
    wanted = stop in (Stop.EXTEND, Stop.REQUEST_EXTENSION)
    if not wanted and (stop is not None or u[10] >= 0.07):
        return None
    granted = stop is Stop.EXTEND or (not wanted and u[11] < 0.82)
    return Extension(pick(phrases.EXTENSIONS, u[12]), 3 + int(u[11] * 8), granted)


def _returns(wrong_units: list[str], stop: Stop | None, u: list[float]) -> tuple[Return, ...]:
    """About eight in a hundred go first to a wrong unit, one in a hundred to two."""
    count = (u[13] < 0.085) + (u[13] < 0.011)
    if stop is Stop.RETURN:
        count = 1
    return tuple(
        Return(unit, pick(phrases.RETURNS, u[14 + place]), _minutes(u[15 + place], 70, 360))
        for place, unit in enumerate(wrong_units[:count])
    )


def _question(category: Category, filled: dict[str, object], stop: Stop | None, u: list[float]) -> Question | None:
    if stop is not Stop.ASK and (stop is not None or u[16] >= 0.11):
        return None
    text = pick(category.questions, u[17]).format_map(filled)
    answer = None if stop is Stop.ASK or u[17] > 0.9 else pick(phrases.ANSWERS, u[18])
    return Question(text, 20 + int(u[18] * 300), answer, round(1 + 70 * u[19] ** 2, 1))


def _reply(category: Category, kind: Kind, filled: dict[str, object], u: list[float]) -> tuple[str, str, bool]:
    """Outcome, text and whether it is a good answer."""
    drawn = u[20]
    good = u[21] < 0.84
    if drawn < 0.66:
        outcome, pool = "solved", _solved(category, kind)
    elif drawn < 0.79:
        outcome, pool = "partly_solved", phrases.REPLIES_PARTLY
    elif drawn < 0.94:
        outcome, pool = "explained", phrases.REPLIES_EXPLAINED
    else:
        outcome, pool = "beyond_powers", phrases.REPLIES_BEYOND
    text = pick(pool, u[24]) if good else pick(phrases.REPLIES_POOR, u[24])
    return outcome, text.format_map(filled), good


def _solved(category: Category, kind: Kind) -> tuple[str, ...]:
    if kind is Kind.COMPLAINT:
        return phrases.REPLIES_SETTLED
    return phrases.REPLIES_ASSISTED if kind is Kind.ASSISTANCE else category.replies


def _closing(outcome: str, good: bool, u: list[float]) -> str:
    """Confirm, refuse or silent; nearly half say nothing."""
    if u[25] < 0.41:
        return "silent"
    refuse = {"solved": 0.05, "partly_solved": 0.14, "explained": 0.16, "beyond_powers": 0.12}[outcome]
    return "refuse" if u[26] < refuse * (1 if good else 2.6) else "confirm"


def _rating(closing: str, outcome: str, good: bool, late: bool, u: list[float]) -> Rating | None:
    """Three marks of five; who is silent does not rate, nor do a few who confirm."""
    if closing == "silent" or u[27] < 0.07:
        return None
    base = 4.75 if outcome == "solved" else 4.1
    base -= (0 if good else 1.2) + (1.7 if closing == "refuse" else 0)
    speed = _mark(base - (1.4 if late else 0), u[28])
    result, attitude = _mark(base, u[29]), _mark(base + 0.4, u[30])
    pool = phrases.COMMENTS_GOOD if result >= 4 else phrases.COMMENTS_FAIR if result == 3 else phrases.COMMENTS_POOR
    return Rating(speed, result, attitude, pick(pool, u[31]))


def _mark(mean: float, drawn: float) -> int:
    return max(1, min(5, round(mean + 2.2 * (drawn - 0.55))))


def _follow_up(closing: str, good: bool, u: list[float]) -> FollowUp | None:
    if u[32] >= (0.3 if closing == "refuse" else 0.14):
        return None
    unhappy = closing == "refuse" or (not good and u[30] < 0.5)
    result = "unreached" if u[31] < 0.2 else "dissatisfied" if unhappy else "satisfied"
    return FollowUp(1 + int(u[29] * 6), result, pick(phrases.FOLLOW_UPS[result], u[28]))


def _reopening(closing: str, category: Category, filled: dict[str, object], u: list[float]) -> Reopening | None:
    if u[33] >= (0.045 if closing != "refuse" else 0.025):
        return None
    reply = pick(category.replies, u[34]).format_map(filled)
    return Reopening(3 + int(u[35] ** 2 * 84), pick(phrases.REOPENINGS, u[36]), reply, 150 + int(u[34] * 950))


def _withdrawn(u: list[float]) -> tuple[int, str] | None:
    return (20 + int(u[37] * 700), pick(phrases.WITHDRAWALS, u[36])) if u[38] < 0.022 else None


def _supervision(late: bool, u: list[float]) -> tuple[int, str] | None:
    if u[39] >= (0.55 if late else 0.006):
        return None
    level = 1 if u[37] < 0.7 else 2 if u[37] < 0.93 else 3
    return level, phrases.SUPERVISIONS[level - 1]

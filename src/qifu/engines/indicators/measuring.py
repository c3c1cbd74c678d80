"""One indicator: the target and what came of it, as printed; met or not, how far, and the score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from qifu.engines.quantities import Amount, Day, Direction, Met, Phrase, Quantity, Unread, Vague, Verdict, meets, read

from .schemes import Band, Scheme

CENT = Decimal("0.01")
KEPT_TO = ("成本", "时效", "进度")  # a plain figure under these is a ceiling, elsewhere a floor


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person found where no number decides: the grade, the share of the points within its band, who, when, and why."""

    grade: str
    share: Decimal  # of the points, 0 to 1
    by: str
    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A line of a form. `points` is what it is worth; None where a form has no scores."""

    level2: str  # 数量指标, 质量指标, …
    name: str
    target: str  # as printed
    points: Decimal | None = None
    direction: Direction | None = None  # what a plain target means; None: by the second level


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an indicator.

    `attainment` is the share reached (1: all of it; above 1: more), `deviation` its distance from 1; `score` is in points, two
    decimals. None: it cannot be told, and `why` says the reason. `explain` lists what the form must still say.
    """

    verdict: Verdict
    why: str
    attainment: Decimal | None
    score: Decimal | None
    is_judged: bool = False
    explain: tuple[str, ...] = ()

    @property
    def deviation(self) -> Decimal | None:
        return None if self.attainment is None else self.attainment - 1


def direction_of(indicator: Indicator) -> Direction:
    """What a target printed without a comparison means: to be reached, or to be kept to."""
    if indicator.direction is not None:
        return indicator.direction
    return "less" if any(word in indicator.level2 for word in KEPT_TO) else "more"


def measured(indicator: Indicator, actual: str, scheme: Scheme, judgement: Judgement | None = None) -> Result:
    """Compare what came of an indicator with its target, and score it.

    A number decides where both sides are numbers; a judgement counts only where none can. Points are earned in proportion
    (reached ÷ target, or target ÷ reached for a ceiling), never more than the indicator is worth.

    Source: the notes below the self-evaluation form; 财预〔2020〕10号.

    :raises ValueError: the judgement lies outside its band, or says no reason.
    """
    target = read(indicator.target)
    if not actual.strip():
        return Result("unknown", "还没有填写完成值。", None, None, explain=("请填写实际完成值。",))
    found = read(actual)
    met = meets(target, found, direction=direction_of(indicator))
    if met.verdict != "unknown" and (met.ratio is not None or met.verdict == "yes"):
        return _counted(indicator, target, found, met, scheme)
    if judgement is not None:
        return _judged(indicator, judgement, scheme)
    return Result(met.verdict, met.why, None, None, explain=(_lacking(target, found, met),))


def _counted(indicator: Indicator, target: Quantity, found: Quantity, met: Met, scheme: Scheme) -> Result:
    share = Decimal(1) if met.ratio is None else _share(target, found, met, direction_of(indicator))
    earned = Decimal(1) if met.verdict == "yes" else min(Decimal(1), max(Decimal(0), share))
    explain: tuple[str, ...] = ()
    if met.verdict == "no":
        explain = (f"“{indicator.name}”没有达到目标，请写明原因和改进措施。",)
    elif share >= scheme.far_above and _is_floor(target, direction_of(indicator)):
        explain = (f"“{indicator.name}”超出目标较多，请分析原因（目标是否定得偏低）。",)
    attainment = None if met.ratio is None else share
    return Result(met.verdict, met.why, attainment, _points(indicator, earned), explain=explain)


def _share(target: Quantity, found: Quantity, met: Met, direction: Direction) -> Decimal:
    """The share reached; a range that is overshot counts like a ceiling."""
    ratio = met.ratio or Decimal(0)
    if not isinstance(target, Amount) or not isinstance(found, Amount) or found.point is None:
        return ratio
    top = target.high if not target.is_exact or direction != "more" else None
    if met.verdict == "no" and ratio > 1 and top is not None and found.point > 0:
        return max(Decimal(0), top.value) / found.point
    return ratio


def _is_floor(target: Quantity, direction: Direction) -> bool:
    if not isinstance(target, Amount):
        return False
    return target.high is None or (target.is_exact and direction == "more")


def _judged(indicator: Indicator, given: Judgement, scheme: Scheme) -> Result:
    band = scheme.band(given.grade)
    if band is None:
        raise ValueError(f"没有“{given.grade}”这一档。")
    if not _holds(band, given.share):
        least, most = f"{band.least:.0%}", f"{band.most:.0%}"
        raise ValueError(
            f"“{band.label}”一档的得分应在分值的 {least} 到 {most} 之间{'' if band.takes_most else '（不含上限）'}。"
        )
    if not given.why.strip():
        raise ValueError("请写明判断的依据。")
    verdict: Verdict = "yes" if band is scheme.bands[0] else "no"
    explain = () if verdict == "yes" else (f"“{indicator.name}”没有达到目标，请写明原因和改进措施。",)
    why = f"{band.label}（{given.by}，{given.on:%Y-%m-%d}）：{given.why.strip()}"
    return Result(verdict, why, None, _points(indicator, given.share), is_judged=True, explain=explain)


def _holds(band: Band, share: Decimal) -> bool:
    return band.least <= share <= band.most and (band.takes_most or share < band.most)


def _lacking(target: Quantity, found: Quantity, met: Met) -> str:
    """What would make it decidable."""
    if isinstance(target, Unread | Vague):
        return f"目标“{target.printed}”无法衡量，请改写成可以衡量的目标。"
    if isinstance(found, Unread | Vague):
        return f"完成值“{found.printed}”无法衡量，请写明数字或事实。"
    if isinstance(target, Phrase) or isinstance(found, Phrase):
        return "请由负责人判断达成程度，并写明依据。"
    if isinstance(target, Day) and isinstance(found, Day):
        return "晚于期限，按比例不能计分，请由负责人判断达成程度。"
    return met.why + "请补充准确的数字，或由负责人判断。"


def _points(indicator: Indicator, share: Decimal) -> Decimal | None:
    if indicator.points is None:
        return None
    return (indicator.points * share).quantize(CENT, ROUND_HALF_UP)

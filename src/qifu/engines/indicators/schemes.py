"""How forms are scored: points for the execution of the budget, bands of a judgement, what must be explained."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Band:
    """A grade that a person may give, and the shares of the points that go with it: from `least` up to `most`."""

    grade: str
    label: str
    least: Decimal
    most: Decimal
    takes_most: bool  # whether `most` itself belongs to the band


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of scoring. Shares are parts of one."""

    code: str
    name: str
    execution: Decimal  # points for the execution of the budget, of 100
    bands: tuple[Band, ...]  # from the best down
    explained_below: Decimal  # an execution rate below it needs a reason
    far_above: Decimal  # a value reached so far above its target needs a reason
    source: str

    def band(self, grade: str) -> Band | None:
        """The band of a grade."""
        return next((band for band in self.bands if band.grade == grade), None)


def _bands(middle: str) -> tuple[Band, ...]:
    half, one = Decimal(middle), Decimal(1)
    high = Decimal("0.8")
    return (
        Band("reached", "达成预期指标", high, one, takes_most=True),
        Band("partly", "部分达成预期指标并具有一定效果", half, high, takes_most=False),
        Band("missed", "未达成预期指标且效果较差", Decimal(0), half, takes_most=False),
    )


MINISTRY = Scheme(
    code="ministry",
    name="财政部通用办法",
    execution=Decimal(10),
    bands=_bands("0.6"),
    explained_below=Decimal("0.9"),
    far_above=Decimal("1.3"),
    source="《项目支出绩效评价管理办法》（财预〔2020〕10号）单位自评的计分方法",
)
HUBEI = Scheme(
    code="hubei",
    name="湖北省自评表",
    execution=Decimal(20),
    bands=_bands("0.5"),
    explained_below=Decimal("0.9"),
    far_above=Decimal("1.3"),
    source="湖北省项目支出绩效自评表的表内算式（20分×执行率）和填表备注",
)
SCHEMES = {scheme.code: scheme for scheme in (HUBEI, MINISTRY)}

"""How much each piece of evidence weighs, in bits: log2 of how much likelier it is for one firm than for two.

An agreement weighs log2(m · K / λ): `m` is how often rows of one firm agree so, `K` the number of firms in the lists, and
λ how many *other* firms agree with a given one by chance. λ is counted in the lists at hand, so that a rare trade name
weighs much and a common one little. Two rows begin at −log2 K, the odds of two rows picked blindly. The `m` below are
plain figures, chosen from how lists are kept, not fitted to one of them; docs/rules/linkage.md gives the reason of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Fit(IntEnum):
    """How two names go together, from best to worst."""

    SAME = 0  # trade name and industry
    SOUND = 1  # sound the same
    SLIP = 2  # one slip of the pen apart
    SHORT = 3  # one leaves out the industry or part of it
    FORMER = 4  # one is the former name of the other
    NEAR = 5  # two slips apart, or one begins as the other
    SISTER = 6  # one trade name, two industries
    FAR = 7


NAME_M = {
    Fit.SAME: 0.80, Fit.SOUND: 0.03, Fit.SLIP: 0.04, Fit.SHORT: 0.12, Fit.FORMER: 0.5, Fit.NEAR: 0.02,
}  # fmt: skip
NAME_SAID = {
    Fit.SAME: "名称相同", Fit.SOUND: "名称同音", Fit.SLIP: "名称差一字", Fit.SHORT: "名称为简称", Fit.FORMER: "曾用名相同",
    Fit.NEAR: "名称相近", Fit.SISTER: "字号相同、行业不同", Fit.FAR: "名称不同",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """The figures of a decision; bits unless a name ends in `_m` or `_lambda`."""

    name_far: float = -5.0
    name_sister: float = -9.0  # sisters share rooms, telephones and owners, so that these say nothing
    name_kin: float = (
        2.5  # another name of the same trade under one code: renamed firms keep their trade, lenders need not
    )
    name_whole: float = 2.0  # region and legal form agree as well: a register gives such a name once
    code_m: float = 0.9
    code_lambda: float = 0.05  # other firms that borrow one's code
    code_differs: float = -5.5
    code_differs_more: float = (
        -4.0
    )  # and the names are not the same either: a slip and a borrowed code at once are rare
    code_near_m: float = 0.05  # one of the two was repaired
    repaired_differs: float = -3.0
    room_m: float = 0.6
    floor_m: float = 0.15
    building_m: float = 0.12
    other_room_m: float = 0.05
    door_m: float = 0.6
    elsewhere: float = -3.0  # both premises known, and different
    phone_m: float = 0.6
    phone_differs: float = -1.5
    person_m: float = 0.7
    person_differs: float = -2.0
    shared_most: float = 12.0  # place, telephone and person together, where the names differ and no code agrees
    region_differs: float = -6.0
    region_level_differs: float = -2.5  # 湖北 beside 武汉
    region_narrower: float = -1.0  # 武汉 beside 江汉
    form_differs: float = -4.0
    form_grown: float = -2.0  # 有限 beside 股份 or 集团
    shop_differs: float = -2.5  # 商行 beside 经营部
    branch_same: float = 2.0
    namesake: float = 0.5  # another firm of just this name and label, for each further code that the name bears
    evidence_least: float = 0.05  # λ is never taken for smaller: no list tells more than this

    unseen: float = -2.0  # a pair of two groups that shares no key
    merge: float = 0.0  # from here on two groups of rows are one firm
    review_from: float = -3.0  # pairs between these two go to a person
    review_to: float = 3.0
    clip: float = 14.0  # one pair never outweighs more than this within a group


WEIGHTS = Weights()
NEVER = -100.0  # what a rule that forbids a merge weighs

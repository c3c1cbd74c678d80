"""Evidence of pairs of rows, piece by piece, and its sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from .branches import one_branch, one_slip
from .features import NONE, Features, Floats, Integers
from .pairs import once
from .weights import NAME_M, NEVER, WEIGHTS, Fit, Weights

Bools = NDArray[np.bool_]
PIECES = ("prior", "name", "code", "place", "phone", "person", "region", "form", "branch", "shared")


def distinct(key: Integers, value: Integers) -> Integers:
    """For each key, how many different values stand with it."""
    held = (key >= 0) & (value >= 0)
    if not held.any():
        return np.zeros(1, dtype=np.int64)
    pairs = once(key[held] << 32 | value[held])
    return np.bincount(pairs >> 32).astype(np.int64)


def at(counts: Integers, key: Integers) -> Integers:
    """The count of each key, 0 where there is none."""
    safe = np.clip(key, 0, len(counts) - 1)
    return np.where((key >= 0) & (key < len(counts)), counts[safe], 0)


@dataclass(slots=True)
class Tallies:
    """How common each value is among firms, as far as the lists tell: counted by different cores of names."""

    firms: float
    trade: Integers
    industry: Integers
    sound: Integers
    code: Integers
    room: Integers
    floor: Integers
    building: Integers
    door: Integers
    phone: Integers
    person: Integers
    bearers: Integers  # codes by name and label
    syllables: float


def tally(rows: Features, bearer: Integers) -> Tallies:
    """Count how many different names stand with each value."""
    sizes = [max(1, len({text[:1] for text in rows.trades}))]
    firms = max(2.0, float(len(np.unique(rows.core[rows.core >= 0]))) * 0.9)
    return Tallies(
        firms=firms,
        trade=distinct(rows.trade, rows.core),
        industry=distinct(rows.industry, rows.core),
        sound=distinct(rows.sound, rows.core),
        code=distinct(rows.code, rows.trade),
        room=distinct(rows.room, rows.trade),
        floor=distinct(floor_key(rows), rows.trade),
        building=distinct(rows.building, rows.trade),
        door=distinct(rows.door, rows.trade),
        phone=distinct(rows.phone, rows.trade),
        person=distinct(rows.person, rows.trade),
        bearers=_bearers(rows, bearer),
        syllables=float(np.clip(sizes[0] * 0.6, 20, 400)),
    )


def bearer_key(rows: Features) -> Integers:
    """A number for each name with its label."""
    held = rows.core >= 0
    key = np.full(len(rows), NONE, dtype=np.int64)
    _, key[held] = np.unique(rows.core[held] << 32 | (rows.branch[held] + 1), return_inverse=True)
    return key


def _bearers(rows: Features, key: Integers) -> Integers:
    """How many codes are borne by each name and label, a code counted for the one name that most often stands with it."""
    held = (key >= 0) & (rows.code >= 0) & rows.code_is_sure
    if not held.any():
        return np.zeros(1, dtype=np.int64)
    pairs, times = np.unique(rows.code[held] << 32 | key[held], return_counts=True)
    code = pairs >> 32
    order = np.lexsort((-times, code))
    first = order[np.r_[True, code[order][1:] != code[order][:-1]]]
    return np.bincount(pairs[first] & 0xFFFFFFFF).astype(np.int64)


def floor_key(rows: Features) -> Integers:
    return np.where((rows.building >= 0) & (rows.floor >= 0), rows.building * 1000 + rows.floor, NONE)


class Scorer:
    """Weighs pairs of rows of one set of lists."""

    def __init__(self, rows: Features, weights: Weights = WEIGHTS) -> None:
        self.rows, self.w, self.bearer = rows, weights, bearer_key(rows)
        self.tallies = tally(rows, self.bearer)
        self.floors = floor_key(rows)
        self.form_kind = _form_kinds(rows.forms)
        self.region_level = np.array(["PCD".index(region[0]) for region in rows.regions] or [0], dtype=np.int64)
        self.branch_fits: dict[tuple[int, int], bool] = {}

    def scores(self, pairs: Integers, at_once: int = 100_000) -> Floats:
        """The scores of pairs given as first × 2³² + second, so many at once that memory stays flat."""
        parts = (pairs[k : k + at_once] for k in range(0, len(pairs), at_once))
        found = [self.score(part >> 32, part & 0xFFFFFFFF) for part in parts]
        return np.concatenate(found) if found else np.zeros(0)

    def score(self, one: Integers, other: Integers) -> Floats:
        """The sum of the evidence, in bits above even odds."""
        total = np.zeros(len(one))
        for piece in self.pieces(one, other).values():
            total += piece
        return total

    def pieces(self, one: Integers, other: Integers) -> dict[str, Floats]:
        """Each piece of evidence of each pair."""
        fit = self.fit(one, other)
        parts = {
            "prior": np.full(len(one), -np.log2(self.tallies.firms)),
            "name": self._name(fit, one, other),
            "code": np.zeros(len(one)),
            "place": self._place(one, other),
            "phone": self._phone(one, other),
            "person": self._person(one, other),
            "region": self._region(one, other),
            "form": self._form(one, other),
            "branch": self._branch(one, other),
        }
        unlike = ((fit != Fit.SAME) & (fit != Fit.FORMER)) | (parts["form"] + parts["region"] <= self.w.form_grown)
        parts["code"] = self._code(unlike, one, other)
        parts["shared"] = self._shared(fit, parts)
        return parts

    def _shared(self, fit: Integers, parts: dict[str, Floats]) -> Floats:
        """What sisters and room mates share (room, telephone, owner) weighs no more than one of these, without a code."""
        around = parts["place"] + parts["phone"] + parts["person"]
        apart = ((fit == Fit.SISTER) | (fit == Fit.FAR)) & (parts["code"] <= 0)
        return np.where(apart, np.minimum(self.w.shared_most - around, 0.0), 0.0)

    def _agreement(self, m: float, others: Floats | Integers) -> Floats:
        """log2(m K / λ), λ counted and never too small."""
        chance = np.maximum(np.asarray(others, dtype=np.float64), self.w.evidence_least)
        result: Floats = np.log2(m * self.tallies.firms / chance)
        return result

    # --- names

    def fit(self, one: Integers, other: Integers) -> Integers:
        """How the names of each pair go together."""
        r = self.rows
        a, b = r.core[one], r.core[other]
        fit = np.full(len(one), int(Fit.FAR), dtype=np.int64)
        known = (a >= 0) & (b >= 0)
        same_trade = known & (r.trade[one] == r.trade[other])
        fit[same_trade] = Fit.SISTER
        todo = np.flatnonzero(known & (a != b))
        if len(todo):
            fit[todo] = self._by_text(a[todo], b[todo], fit[todo])
        fit[known & (r.sound[one] == r.sound[other])] = Fit.SOUND
        fit[known & (a == b)] = Fit.SAME
        once = ((r.former[one] >= 0) & (r.former[one] == b)) | ((r.former[other] >= 0) & (r.former[other] == a))
        once |= (r.former[one] >= 0) & (r.former[one] == r.former[other])
        fit[once & (fit > Fit.FORMER)] = Fit.FORMER
        return fit

    def _by_text(self, a: Integers, b: Integers, fit: Integers) -> Integers:
        """Compare different cores by their letters; each pair of cores is looked at once."""
        pairs, place = np.unique(np.minimum(a, b) << 32 | np.maximum(a, b), return_inverse=True)
        first, second = pairs >> 32, pairs & 0xFFFFFFFF
        cores = self.rows.cores
        left, right = [cores[k] for k in first.tolist()], [cores[k] for k in second.tolist()]
        far = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=2, workers=-1, dtype=np.int32)
        out = np.full(len(pairs), int(Fit.FAR), dtype=np.int64)
        trade, industry = self.rows.core_trade, self.rows.core_industry
        sister = trade[first] == trade[second]
        out[sister] = Fit.SISTER
        sizes = np.array([min(len(x), len(y)) for x, y in zip(left, right, strict=True)], dtype=np.int64)
        out[(far == 2) & (sizes >= 5) & ~sister] = Fit.NEAR
        begins = np.array([x.startswith(y) or y.startswith(x) for x, y in zip(left, right, strict=True)], dtype=bool)
        out[begins & (sizes >= 2) & ~sister] = Fit.NEAR
        slip = (far == 1) & (sizes >= 3) & ~sister
        out[slip] = Fit.SLIP
        short = sister & self._is_part(industry[first], industry[second])
        out[short] = Fit.SHORT
        result: Integers = np.where((fit == Fit.SISTER) & (out[place] == Fit.FAR), Fit.SISTER, out[place])
        return result

    def _is_part(self, a: Integers, b: Integers) -> Bools:
        """Whether one industry says less than the other, and nothing else: 科技 and 信息科技, 软件 and nothing."""
        words = self.rows.industries
        found = np.zeros(len(a), dtype=bool)
        memo: dict[tuple[int, int], bool] = {}
        for place, (x, y) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if x == NONE or y == NONE:
                found[place] = True
                continue
            if (x, y) not in memo:
                memo[x, y] = _says_less(words[x], words[y])
            found[place] = memo[x, y]
        return found

    def _name(self, fit: Integers, one: Integers, other: Integers) -> Floats:
        r, t = self.rows, self.tallies
        trade = np.minimum(at(t.trade, r.trade[one]), at(t.trade, r.trade[other])).astype(np.float64)
        mates = np.maximum(at(t.industry, r.industry[one]), at(t.industry, r.industry[other])).astype(np.float64)
        size = self._trade_size[np.maximum(r.trade[one], 0)]
        sound = np.maximum(at(t.sound, r.sound[one]) - 1, 0)
        lone = (r.industry[one] < 0) & (r.industry[other] < 0)
        chance = {
            Fit.SAME: np.where(lone, trade, trade * mates / t.firms) + self.w.namesake * self._namesakes(one),
            Fit.SOUND: np.maximum(sound * 0.5, 0.1),
            Fit.SLIP: np.maximum(mates, 1.0) * size / t.syllables ** np.maximum(size - 1, 1),
            Fit.SHORT: np.maximum(trade - 1, np.where(size > 2, 0.15, 0.3)),
            Fit.FORMER: np.full(len(one), 0.05),
            Fit.NEAR: np.full(len(one), 3.0),
        }
        weight = np.full(len(one), self.w.name_far)
        for kind, others in chance.items():
            hit = fit == kind
            weight[hit] = self._agreement(NAME_M[kind], others[hit])
        weight[fit == Fit.SISTER] = self.w.name_sister
        kin = (fit == Fit.FAR) & (r.code[one] >= 0) & (r.code[one] == r.code[other])
        weight[kin & (r.industry[one] >= 0) & (r.industry[one] == r.industry[other])] += self.w.name_kin
        whole = (fit == Fit.SAME) & (r.region[one] >= 0) & (r.region[one] == r.region[other])
        weight[whole & (r.form[one] >= 0) & (r.form[one] == r.form[other])] += self.w.name_whole
        weight[(r.core[one] < 0) | (r.core[other] < 0)] = 0.0
        return weight

    def _namesakes(self, one: Integers) -> Integers:
        """How many codes beyond the first the name and label of a row bears, borrowed ones left out."""
        return np.maximum(at(self.tallies.bearers, self.bearer[one]) - 1, 0)

    @property
    def _trade_size(self) -> Integers:
        return np.array([len(text) for text in self.rows.trades] or [2], dtype=np.int64)

    # --- the other pieces

    def _code(self, unlike: Bools, one: Integers, other: Integers) -> Floats:
        r, w, t = self.rows, self.w, self.tallies
        a, b = r.code[one], r.code[other]
        both = (a >= 0) & (b >= 0)
        sure = r.code_is_sure[one] & r.code_is_sure[other]
        users = np.maximum(at(t.code, a) - 2, 0)
        weight = np.zeros(len(one))
        hit = both & (a == b)
        weight[hit] = self._agreement(w.code_m, w.code_lambda + 0.3 * users[hit])
        clash = both & (a != b)
        weight[clash] = np.where(sure[clash], w.code_differs, w.repaired_differs)
        weight[clash & unlike] += w.code_differs_more
        alike = (r.wrong[one] >= 0) & (r.wrong[one] == r.wrong[other]) & ~both
        weight[alike] = self._agreement(w.code_near_m, np.full(int(alike.sum()), w.code_lambda))
        return weight

    def _place(self, one: Integers, other: Integers) -> Floats:
        r, w, t = self.rows, self.w, self.tallies
        weight = np.zeros(len(one))
        house = (r.building[one] >= 0) & (r.building[one] == r.building[other])
        rooms = (r.room[one] >= 0) & (r.room[other] >= 0)
        floors = (self.floors[one] >= 0) & (self.floors[other] >= 0)
        known_a = (r.building[one] >= 0) | (r.door[one] >= 0)
        known_b = (r.building[other] >= 0) | (r.door[other] >= 0)
        apart = known_a & known_b
        weight[apart] = w.elsewhere
        weight[house] = self._agreement(w.building_m, at(t.building, r.building[one])[house])
        hit = house & rooms
        weight[hit] = self._agreement(w.other_room_m, at(t.building, r.building[one])[hit])
        hit = house & floors & (self.floors[one] == self.floors[other]) & ~rooms
        weight[hit] = self._agreement(w.floor_m, np.maximum(at(t.floor, self.floors[one])[hit] - 1, 0.3))
        door = (r.door[one] >= 0) & (r.door[one] == r.door[other])
        weight[door] = self._agreement(w.door_m, np.maximum(at(t.door, r.door[one])[door] - 1, 0.3))
        towers = (r.tower[one] >= 0) & (r.tower[other] >= 0) & (r.tower[one] != r.tower[other])
        hit = rooms & (r.room[one] == r.room[other]) & ~towers
        weight[hit] = self._agreement(w.room_m, np.maximum(at(t.room, r.room[one])[hit] - 1, 0.3))
        return weight

    def _phone(self, one: Integers, other: Integers) -> Floats:
        a, b = self.rows.phone[one], self.rows.phone[other]
        return self._match(a, b, self.tallies.phone, self.w.phone_m, self.w.phone_differs)

    def _person(self, one: Integers, other: Integers) -> Floats:
        a, b = self.rows.person[one], self.rows.person[other]
        return self._match(a, b, self.tallies.person, self.w.person_m, self.w.person_differs)

    def _match(self, a: Integers, b: Integers, counts: Integers, m: float, differs: float) -> Floats:
        both = (a >= 0) & (b >= 0)
        weight = np.where(both, differs, 0.0)
        hit = both & (a == b)
        weight[hit] = self._agreement(m, np.maximum(at(counts, a)[hit] - 1, 0.3))
        return weight

    def _region(self, one: Integers, other: Integers) -> Floats:
        r, w = self.rows, self.w
        a, b = r.region[one], r.region[other]
        both = (a >= 0) & (b >= 0) & (a != b)
        high, low = self.region_level[np.maximum(a, 0)], self.region_level[np.maximum(b, 0)]
        level = np.where(
            high == low,
            w.region_differs,
            np.where(np.minimum(high, low) == 0, w.region_level_differs, w.region_narrower),
        )
        return np.where(both, level, 0.0)

    def _form(self, one: Integers, other: Integers) -> Floats:
        w, a, b = self.w, self.rows.form[one], self.rows.form[other]
        both = (a >= 0) & (b >= 0) & (a != b)
        x, y = self.form_kind[np.maximum(a, 0)], self.form_kind[np.maximum(b, 0)]
        kind = np.where(
            (x == y) & (x == SHOP), w.shop_differs, np.where((x == y) & (x == COMPANY), w.form_grown, w.form_differs)
        )
        kind = np.where((np.minimum(x, y) == SHOP) & (np.maximum(x, y) == SOLE), 0.0, kind)
        return np.where(both, kind, 0.0)

    def _branch(self, one: Integers, other: Integers) -> Floats:
        """A branch is never its parent, and never another branch."""
        a, b = self.rows.branch[one], self.rows.branch[other]
        weight = np.where((a >= 0) | (b >= 0), NEVER, 0.0)
        weight[(a >= 0) & (a == b)] = self.w.branch_same
        for place in np.flatnonzero((a >= 0) & (b >= 0) & (a != b)).tolist():
            if self._is_one_branch(int(a[place]), int(b[place])):
                weight[place] = self.w.branch_same / 2
        apart = np.flatnonzero(weight == NEVER)
        weight[apart[self._is_slip_in_label(one[apart], other[apart])]] = 0.0
        return weight

    def _is_slip_in_label(self, one: Integers, other: Integers) -> Bools:
        """Whether two labels differ by a slip of the pen only: one letter of the whole name, at one place, under one code.

        Shops of a chain may differ by one letter too, so that the letter alone is not enough.
        """
        r = self.rows
        room = (r.room[one] >= 0) & (r.room[one] == r.room[other])
        code = (r.code[one] >= 0) & (r.code[one] == r.code[other])
        near = (r.building[one] >= 0) & (r.building[one] == r.building[other])
        near |= (r.door[one] >= 0) & (r.door[one] == r.door[other])
        known = r.known_labels[np.maximum(r.branch[one], 0)] & r.known_labels[np.maximum(r.branch[other], 0)]
        known &= (r.branch[one] >= 0) & (r.branch[other] >= 0)  # two places, not one misspelt
        found: Bools = (room | (code & near)) & (r.written[one] >= 0) & (r.written[other] >= 0) & ~known
        for place in np.flatnonzero(found).tolist():
            found[place] = one_slip(r.names[r.written[one[place]]], r.names[r.written[other[place]]])
        return found

    def _is_one_branch(self, a: int, b: int) -> bool:
        key = (min(a, b), max(a, b))
        if key not in self.branch_fits:
            self.branch_fits[key] = one_branch(self.rows.branches[a], self.rows.branches[b])
        return self.branch_fits[key]


COMPANY, SHOP, SOLE, OTHER = 0, 1, 2, 3


def _form_kinds(forms: list[str]) -> Integers:
    kinds = {"company": COMPANY, "stock": COMPANY, "group": COMPANY, "sole": SOLE}
    fresh = iter(range(OTHER, 1000))
    return np.array(
        [SHOP if form.startswith("shop:") else kinds.get(form, next(fresh)) for form in forms] or [0], dtype=np.int64
    )


def _says_less(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    if short in long:
        return True
    rest = iter(long)
    return len(short) >= 3 and all(char in rest for char in short)

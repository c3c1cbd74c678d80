"""The heaviest set of things of which no two exclude each other (a maximum weight independent set), exactly.

Sets are bits of a whole number. Three things make it quick at the sizes that occur: what may be decided without search is
decided (a thing that outweighs all it excludes is taken), parts that share no exclusion are settled apart and
remembered, and a branch is left when a cover by groups of mutually exclusive things proves that it cannot be better:
of each such group at most one thing counts, and a thing's weight may be divided over several groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """Places of the things to take, what they weigh, and what no set exceeds; equal where the search was not cut short."""

    places: tuple[int, ...]
    weight: int
    bound: int


def heaviest(weights: Sequence[int], excluded: Sequence[int], effort: int) -> Found:
    """Search at most so many branches; `excluded[n]`: the places, as bits, that thing n excludes, in both directions."""
    order = sorted(range(len(weights)), key=lambda n: (excluded[n].bit_count(), n))
    place = {n: k for k, n in enumerate(order)}  # those that exclude least first: it makes the tightest covers
    moved = [sum(1 << place[other] for other in bits(excluded[n])) for n in order]
    search = Search([weights[n] for n in order], moved, effort)
    everything = (1 << len(order)) - 1
    weight, chosen = search.solve(everything, -1)
    bound = search.bound(everything) if search.is_cut else weight
    return Found(tuple(sorted(order[k] for k in bits(chosen))), weight, bound)


def bits(places: int) -> Iterator[int]:
    """The places in a set, ascending."""
    while places:
        low = places & -places
        yield low.bit_length() - 1
        places ^= low


class Search:
    """One search; `is_cut` once the effort was spent, and from then on what is answered is only a good set."""

    def __init__(self, weights: Sequence[int], excluded: Sequence[int], effort: int) -> None:
        self.weights, self.excluded, self.effort = weights, excluded, effort
        self.seen, self.is_cut = 0, False
        self._settled: dict[int, tuple[int, int]] = {}

    def bound(self, places: int) -> int:
        """What no set among the places exceeds."""
        return max((total for _, total in self.cover(places)), default=0)

    def solve(self, places: int, floor: int) -> tuple[int, int]:
        """The weight and the places of the heaviest set, if it is heavier than the floor; else no more than the floor."""
        places, chosen, total = self._decided(places)
        parts = list(self._parts(places))
        if len(parts) == 1:
            weight, more = self._branched(parts[0], floor - total)
            return total + weight, chosen | more
        for part in parts:
            weight, more = self._branched(part, -1)
            total, chosen = total + weight, chosen | more
        return total, chosen

    def cover(self, places: int) -> list[tuple[int, int]]:
        """Each place with what no set among it and those before it exceeds, by groups of mutually exclusive things."""
        left = {n: self.weights[n] for n in bits(places)}
        order: list[tuple[int, int]] = []
        total = 0
        while places:
            group, open_ = [], places
            while open_:
                n = (open_ & -open_).bit_length() - 1
                group.append(n)
                open_ &= self.excluded[n]
            least = min(left[n] for n in group)
            total += least
            for n in group:
                left[n] -= least
                if not left[n]:
                    places ^= 1 << n
                    order.append((n, total))
        return order

    def _branched(self, places: int, floor: int) -> tuple[int, int]:
        """Try the places one by one, those that the cover leaves most open first."""
        if places in self._settled:
            return self._settled[places]
        self.seen += 1
        if self.seen > self.effort:
            self.is_cut = True
            return self._greedy(places)
        whole, best, chosen = places, floor, 0
        for n, limit in reversed(self.cover(places)):
            if limit <= best:
                break
            places ^= 1 << n
            weight, more = self.solve(places & ~self.excluded[n], best - self.weights[n])
            if weight + self.weights[n] > best:
                best, chosen = weight + self.weights[n], more | 1 << n
        if best > floor and not self.is_cut:
            self._settled[whole] = best, chosen
        return best, chosen

    def _greedy(self, places: int) -> tuple[int, int]:
        weight = chosen = 0
        for n in sorted(bits(places), key=lambda n: (-self.weights[n], n)):
            if places >> n & 1:
                weight, chosen = weight + self.weights[n], chosen | 1 << n
                places &= ~(self.excluded[n] | 1 << n)
        return weight, chosen

    def _decided(self, places: int) -> tuple[int, int, int]:
        """What is left open once everything that needs no search is taken or dropped; what was taken, and its weight."""
        chosen = weight = 0
        is_changed = True
        while is_changed:
            is_changed = False
            for n in bits(places):
                if not places >> n & 1:
                    continue
                near = self.excluded[n] & places
                if self._outweighs(n, near):
                    chosen, weight = chosen | 1 << n, weight + self.weights[n]
                    places &= ~(near | 1 << n)
                    is_changed = is_changed or bool(near)
                elif self._is_idle(n, near, places):
                    places ^= 1 << n
                    is_changed = True
        return places, chosen, weight

    def _outweighs(self, n: int, near: int) -> bool:
        """Whether some heaviest set holds a thing: it weighs as much as all it excludes, or as each of a group that exclude each other."""
        weights = [self.weights[other] for other in bits(near)]
        if self.weights[n] >= sum(weights):
            return True
        if self.weights[n] < max(weights):
            return False
        return all(not near & ~(self.excluded[other] | 1 << other) for other in bits(near))

    def _is_idle(self, n: int, near: int, places: int) -> bool:
        """Whether something that it excludes is no lighter and excludes nothing that it does not exclude too."""
        own = near | 1 << n
        return any(
            self.weights[other] >= self.weights[n] and not self.excluded[other] & places & ~own for other in bits(near)
        )

    def _parts(self, places: int) -> Iterator[int]:
        """The places parted into groups that share no exclusion."""
        while places:
            part = front = places & -places
            while front:
                n = (front & -front).bit_length() - 1
                more = self.excluded[n] & places & ~part
                part, front = part | more, front & (front - 1) | more
            yield part
            places &= ~part

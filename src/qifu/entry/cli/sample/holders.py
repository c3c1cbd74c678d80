"""Who holds and leads the enterprises of the sample: invented, and masked as the registry keeps them."""

from __future__ import annotations

from collections.abc import Sequence

from qifu.domain.registry.persons import masked
from qifu.entry.cli.sample.naming import GIVEN_FIRST, GIVEN_SECOND, SURNAMES
from qifu.entry.cli.sample.streams import SEED, stream

SHARES = ((100,), (100,), (60, 40), (70, 30), (51, 49), (50, 30, 20), (40, 35, 25))
ALONE = ("individual", "sole_proprietorship")
PARENTS = 40  # one firm in so many is held by another


def holders(names: Sequence[str], indices: Sequence[int], forms: Sequence[str]) -> dict[str, list[str | None]]:
    """Columns `legal_person` and `holders` of as many enterprises; branches have no shareholders."""
    rng = stream(SEED, "holders")
    drawn = rng.integers(0, 1 << 30, size=(len(names), 4)).tolist()
    leading, held = list[str | None](), list[str | None]()
    for name, index, form, numbers in zip(names, indices, forms, drawn, strict=True):
        first = _person(numbers[0])
        leading.append(masked(first))
        if form == "branch":
            held.append(None)
            continue
        shares = (100,) if form in ALONE else SHARES[numbers[1] % len(SHARES)]
        owners = [masked(first), *(masked(_person(one)) for one in numbers[2:4])]
        if (
            form not in ALONE
            and index % PARENTS == 1
            and len(names) > PARENTS
            and names[numbers[1] % len(names)] != name
        ):
            owners[0] = names[numbers[1] % len(names)]
        held.append("；".join(f"{owner} {share}%" for owner, share in zip(owners, shares, strict=False)))
    return {"legal_person": leading, "holders": held}


def _person(number: int) -> str:
    surname = SURNAMES[number % len(SURNAMES)]
    first = GIVEN_FIRST[number // 128 % len(GIVEN_FIRST)]
    return surname + first + GIVEN_SECOND[number // 8192 % len(GIVEN_SECOND)]

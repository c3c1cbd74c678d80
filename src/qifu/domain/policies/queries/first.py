"""What enterprises fit that have only just been entered: judged anew, because the nightly match has not seen them yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qifu.domain.policies import facts
from qifu.domain.policies.models import Subscription
from qifu.domain.policies.queries.mine import worth
from qifu.domain.registry import facts as registry
from qifu.engines import eligibility as law


def fits(enterprises: Sequence[int], on: date) -> dict[int, list[tuple[str, str]]]:
    """Code and title of every item that each enterprise fits on a day, what pays most first. At most five statements."""
    shelf, held = facts.shelf(on), registry.many(enterprises)
    found = {}
    for firm, values in held.items():
        known = facts.of(values, on)
        results = law.judge(shelf.library, known, on)
        places = [place for place, result in enumerate(results) if result == "eligible"]
        rows = [shelf.revisions[place] for place in places]
        rows.sort(key=lambda row: (-(worth(row, known)[1] or 0), row.item.code))
        found[firm] = [(row.item.code, row.title) for row in rows]
    return found


def silent(enterprises: Sequence[int]) -> frozenset[tuple[int, int]]:
    """Account and enterprise, where the account does not want to be told of it."""
    rows = Subscription.objects.filter(enterprise__in=enterprises, is_on=False)
    return frozenset(rows.values_list("account", "enterprise_id"))

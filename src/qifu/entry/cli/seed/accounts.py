"""Last year's final accounts of the sample centre, composed, signed by three and published through the real actions."""

from __future__ import annotations

from datetime import date, datetime, time

from qifu.domain.disclosure.actions import accounts as actions
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample.accounts import WORDS
from qifu.kernel.actor import Actor

DRAWER, REVIEWER, HEAD = "caiwu01", "shenji01", "lingdao01"


def write(now: datetime) -> None:
    """Publish in September of this year, or now where that is to come."""
    year = now.astimezone(SHANGHAI).year
    at = min(now, datetime.combine(date(year, 9, 15), time(10), SHANGHAI))
    drawer = _actor(DRAWER, now)
    row = actions.begin(actor=drawer, now=at, year=year - 1)
    for place, text in WORDS.items():
        actions.say(actor=drawer, now=at, account=row.pk, place=place, text=text)
    actions.hand_in(actor=drawer, now=at, account=row.pk)
    actions.review(actor=_actor(REVIEWER, now), now=at, account=row.pk)
    actions.publish(actor=_actor(HEAD, now), now=at, account=row.pk)


def _actor(username: str, now: datetime) -> Actor:
    account = people.account_by_username(username)
    assert account is not None
    return people.actor_of(account, now)

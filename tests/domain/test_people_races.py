"""Two people at once: one wins, the other is told, nothing is kept twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from qifu.domain.people import actions
from qifu.domain.people.models import Account, DutyShift, Membership
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.errors import Refusal
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW, House

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.faults,
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="the embedded test database lives in memory, with one writer"
    ),
]


def at_once(*attempts: Callable[[], object]) -> list[object]:
    """Run all at the same moment, each on its own connection; answers are results or refusals."""
    barrier = Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> object:
        try:
            barrier.wait(5)
            return attempt()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def refused(answers: list[object]) -> int:
    return sum(isinstance(answer, Refusal) for answer in answers)


def test_one_number_proved_twice_at_once_makes_one_account() -> None:
    answers = at_once(*[lambda: actions.sign_up_contact(now=NOW, phone="13900001111")] * 4)
    account = Account.objects.get()
    assert [getattr(answer, "pk", answer) for answer in answers] == [account.pk] * 4
    assert Record.objects.filter(stream=f"account:{account.pk}").count() == 1


def test_one_role_granted_twice_at_once_is_held_once(house: House) -> None:
    account = house.accounts["handler"].pk
    count = Record.objects.count()
    answers = at_once(
        *[lambda: actions.grant_role(actor=SYSTEM, now=NOW, account=account, unit=house.centre, role=Role.LEADER)] * 3
    )
    assert refused(answers) == 2
    assert Membership.objects.filter(account=account, role=Role.LEADER).count() == 1
    assert Record.objects.count() == count + 1


def test_one_shift_is_taken_once(house: House) -> None:
    fields = {"unit": house.department, "starts": NOW, "ends": NOW.replace(hour=17)}
    names = ["handler", "colleague"]
    answers = at_once(
        *[
            lambda name=name: actions.set_duty(actor=SYSTEM, now=NOW, account=house.accounts[name].pk, **fields)
            for name in names
        ]
    )
    assert refused(answers) == 1
    assert DutyShift.objects.count() == 1


def test_two_administrators_cannot_relieve_each_other_at_once(house: House) -> None:
    second = house.accounts["leader"].pk
    actions.grant_role(actor=SYSTEM, now=NOW, account=second, unit=house.centre, role=Role.ADMINISTRATOR)
    first, other = house.actor("admin"), house.actor("leader")
    answers = at_once(
        lambda: actions.deactivate(actor=first, now=NOW, account=second),
        lambda: actions.deactivate(actor=other, now=NOW, account=house.accounts["admin"].pk),
    )
    assert refused(answers) == 1
    assert Membership.objects.at(NOW).filter(role=Role.ADMINISTRATOR).count() == 1

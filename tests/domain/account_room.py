"""The sample centre's money and self-evaluations: two whole years and one under way, and the three who sign a disclosure."""

from __future__ import annotations

from datetime import datetime

from qifu.domain.disclosure.actions import accounts as actions
from qifu.domain.people import actions as people
from qifu.entry.cli.sample import accounts as sample
from qifu.entry.cli.seed import budget, performance
from qifu.kernel.actor import SYSTEM, Role
from tests.conftest import NOW, PASSWORD, House

UNIT = "临江市云桥区企业服务中心"
CAST = (("caiwu01", "秦财务", Role.FINANCE), ("shenji01", "蒋审计", Role.AUDITOR), ("lingdao01", "卫主任", Role.LEADER))


def write(house: House, now: datetime = NOW) -> None:
    """The years of the sample, entered by its own officers."""
    for username, name, role in CAST:
        made = people.create_member(actor=SYSTEM, now=now, username=username, name=name, password=PASSWORD)
        people.grant_role(actor=SYSTEM, now=now, account=made.account.pk, unit=house.centre, role=role)
        house.accounts[username] = made.account
    budget.write(now)
    past = now.year - 1
    performance.past(house.actor("caiwu01"), house.actor("lingdao01"), past, now)


def say(house: House, account: int) -> None:
    """Every word that the final accounts ask for, as the sample's officer writes it."""
    officer = house.actor("caiwu01")
    for place, text in sample.WORDS.items():
        actions.say(actor=officer, now=NOW, account=account, place=place, text=text)

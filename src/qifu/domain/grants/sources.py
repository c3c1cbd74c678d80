"""What money is paid for, kind by kind: to whom it goes, who has judged it, and who is told when it has moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.grants.models import Application, PaymentOrder
from qifu.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom a sum goes to."""

    holder: str
    bank: str
    account: str
    purpose: str
    shown: str = ""  # what screens and orders show of a person; empty: the holder


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of thing that money is paid for; keys are those of its chain of evidence, `grants.<kind>:<key>`."""

    payees: Callable[[Sequence[int]], Mapping[int, Payee]]  # who has no confirmed account is not there
    judges: Callable[[Sequence[int]], Mapping[int, set[int]]]  # accounts that may not pay it
    moved: Callable[
        [str, Sequence[tuple[int, PaymentOrder]], Actor, datetime], None
    ]  # sent, paid, failed, returned, dropped


SOURCES: dict[str, Source] = {}
Follow = Callable[[str, Sequence[Application], Actor, datetime], None]
FOLLOWING: list[Follow] = []  # what becomes of applications when their money has moved, in the same transaction


def key_of(source: str) -> tuple[str, int]:
    """Take apart the name of a chain: `grants.application:12` is an application, 12."""
    kind, _, number = source.partition(":")
    return kind.partition(".")[2], int(number)


def grouped(sources: Sequence[str]) -> dict[str, list[int]]:
    """Keys by kind."""
    found: dict[str, list[int]] = {}
    for source in sources:
        kind, key = key_of(source)
        found.setdefault(kind, []).append(key)
    return found

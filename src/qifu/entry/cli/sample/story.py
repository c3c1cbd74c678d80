"""What one appeal of the sample says, and what is meant to happen to it. Only intentions: a loader plays them.

Times: *working minutes* count in the service hours of the unit concerned, *hours* and *days* by the clock on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    APPEAL = "appeal"
    COMPLAINT = "complaint"
    PETITION = "petition"
    ASSISTANCE = "assistance"


class Channel(StrEnum):
    PORTAL = "portal"
    HOTLINE = "hotline"
    VISIT = "visit"
    MEETING = "meeting"
    STATION = "station"
    CITY = "city"


class Stop(StrEnum):
    """The last step done in a case that is still open at the end."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    TRANSFER = "transfer"
    SIGN = "sign"
    RETURN = "return"  # returned, not yet transferred again
    ASK = "ask"  # asked, not answered
    REQUEST_EXTENSION = "request_extension"  # asked for, not decided
    EXTEND = "extend"  # granted, not yet replied
    REPLY = "reply"  # replied, the enterprise has not said anything
    REOPEN = "reopen"  # refused or reopened, in work again


@dataclass(frozen=True, slots=True)
class Return:
    unit: str  # the unit that hands it back
    reason: str
    after: int  # working minutes after the transfer


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    after: int  # working minutes after signing
    answer: str | None  # None: never answered
    answer_hours: float


@dataclass(frozen=True, slots=True)
class Extension:
    reason: str
    days: int  # working days asked for
    granted: bool


@dataclass(frozen=True, slots=True)
class Rating:
    speed: int  # 1 to 5
    result: int
    attitude: int
    comment: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    days: int  # after closing
    result: str  # satisfied, dissatisfied, unreached
    note: str


@dataclass(frozen=True, slots=True)
class Reopening:
    days: int  # after closing, within 90
    reason: str
    reply: str
    reply_minutes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is meant to happen. `accept_minutes` and `transfer_minutes` are working minutes of the centre."""

    accept_minutes: int
    refusal: tuple[str, str] | None  # code and sentence: not accepted, nothing further happens
    transfer_minutes: int
    returns: tuple[Return, ...]  # by other units, before the story's unit gets it; at most two
    sign_minutes: int
    question: Question | None
    extension: Extension | None
    reply_minutes: int  # working minutes from transfer to reply, pauses not counted
    late: bool  # meant to be later than allowed, extension counted
    outcome: str  # solved, partly_solved, explained, beyond_powers, withdrawn
    reply: str
    good_reply: bool
    withdrawn: tuple[int, str] | None  # working minutes after acceptance, and why
    closing: str  # confirm, refuse, silent
    closing_hours: float
    objection: str  # why the enterprise refuses
    rating: Rating | None
    follow_up: FollowUp | None
    reopening: Reopening | None
    supervision: tuple[int, str] | None  # level 1 to 3, and the order
    stop: Stop | None


@dataclass(frozen=True, slots=True)
class Story:
    """One case: who raised what, when, and the plan. `persons` and `group` speak of petitions only."""

    number: int  # 0…, in order of arrival
    enterprise: int  # index in the table of enterprises
    kind: Kind
    channel: Channel
    category: str  # second level, `premises.parking`
    urgency: str  # urgent, normal, investigation
    title: str
    body: str
    confidential: bool
    arrived: datetime
    building: str | None
    street: str
    unit: str  # lead unit in the end
    joint: tuple[str, ...]
    persons: int
    group: bool
    documents: tuple[str, ...]  # handed over in assistance
    duplicate_of: int | None  # number of an earlier story of the same trouble
    plan: Plan

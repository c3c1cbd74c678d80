"""Who speaks for which enterprise: what sign-in asks, and what the screens of enterprises and reviewers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db.models import Q, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.registry import queries
from qifu.domain.registry.access import certification_to_review, enterprise_to_see, is_owner, may_review
from qifu.domain.registry.actions.certifying import stream_of
from qifu.domain.registry.actions.colleagues import TRIES, own_lookup
from qifu.domain.registry.models import Agency, Certification, Enterprise, Invitation
from qifu.engines.codes import phones
from qifu.kernel.actor import Actor
from qifu.kernel.actor import Agency as Held
from qifu.kernel.errors import Forbidden, Invalid, Missing
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile
from qifu.kernel.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who speaks for the enterprise."""

    id: int
    account: int
    person: str
    role: str
    since: datetime
    phone: str

    @property
    def role_label(self) -> str:
        return str(Certification.Role(self.role).label)


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation that is open."""

    id: int
    enterprise: int
    enterprise_name: str
    person: str
    role: str
    phone: str
    expires_at: datetime

    @property
    def role_label(self) -> str:
        return str(Certification.Role(self.role).label)


@dataclass(frozen=True, slots=True)
class CertificationView:
    """A request to speak for an enterprise."""

    id: int
    account: int
    uscc: str
    enterprise_name: str
    enterprise: queries.Brief | None
    person: str
    role: str
    state: str
    filed_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str

    @property
    def role_label(self) -> str:
        return str(Certification.Role(self.role).label)

    @property
    def state_label(self) -> str:
        return str(Certification.State(self.state).label)

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"

    @property
    def name_differs(self) -> bool:
        """Whether the registry knows the code under another name."""
        return self.enterprise is not None and self.enterprise.name != self.enterprise_name


@dataclass(frozen=True, slots=True)
class Queue:
    """A stretch of requests; `next` continues it."""

    items: tuple[CertificationView, ...]
    next: str


_HELD = Prepared(
    lambda account, now: (
        Agency.objects.filter(Q(until__isnull=True) | Q(until__gt=now), account=account, since__lte=now)
        .order_by("since", "pk")
        .values_list("enterprise", "role")
    ),
    numbers=["account"],
    moments=["now"],
)


def agencies_of(account: int, now: datetime) -> tuple[Held, ...]:
    """The enterprises that the account may speak for at the moment: handed to sign-in."""
    return tuple(Held(enterprise=e, role=r) for e, r in _HELD(account=account, now=now))


def mine(actor: Actor) -> tuple[queries.Brief, ...]:
    """The enterprises that the actor speaks for, in the order in which the rights were given."""
    told = queries.brief(actor.enterprises)
    return tuple(told[a.enterprise] for a in actor.agencies if a.enterprise in told)


def contacts() -> dict[int, tuple[int, ...]]:
    """The accounts that speak for each enterprise, for rooms that tell many at once. One query."""
    rows = Agency.objects.filter(until__isnull=True, account__is_active=True).order_by("pk")
    found: dict[int, tuple[int, ...]] = {}
    for enterprise, account in rows.values_list("enterprise_id", "account_id"):
        found[enterprise] = (*found.get(enterprise, ()), account)
    return found


def contacts_of(enterprise: int) -> tuple[int, ...]:
    """The accounts that speak for the enterprise, for rooms that have something to tell them."""
    rows = Agency.objects.filter(enterprise=enterprise, until__isnull=True, account__is_active=True)
    return tuple(rows.order_by("pk").values_list("account_id", flat=True))


def colleagues(actor: Actor, enterprise: int) -> tuple[Colleague, ...]:
    """Who speaks for the enterprise; an agent sees names, an owner and the staff also masked numbers.

    :raises Missing: not for this actor.
    """
    enterprise_to_see(actor, enterprise)
    with_phone = actor.is_staff or is_owner(actor, enterprise)
    rows = Agency.objects.filter(enterprise=enterprise, until__isnull=True).order_by("-role", "since", "pk")
    return tuple(
        Colleague(
            row.pk,
            row.account_id,
            row.person,
            row.role,
            row.since,
            people.masked_phone(row.account_id) if with_phone else "",
        )
        for row in rows
    )


def open_invitations(actor: Actor, enterprise: int, now: datetime) -> tuple[InvitationView, ...]:
    """Invitations of an enterprise that wait to be accepted; none for who is not its owner."""
    if not is_owner(actor, enterprise):
        return ()
    return _invitations(Invitation.objects.filter(enterprise=enterprise), now)


def invitations_for(actor: Actor, now: datetime) -> tuple[InvitationView, ...]:
    """Invitations sent to the actor's own number."""
    lookup = own_lookup(actor) if actor.is_contact else ""
    return _invitations(Invitation.objects.filter(phone_lookup=lookup), now) if lookup else ()


def my_certifications(actor: Actor) -> tuple[CertificationView, ...]:
    """The actor's own requests, newest first."""
    if not actor.is_contact:
        return ()
    return _views(list(Certification.objects.filter(account=actor.account).order_by("-pk")[:20]))


def waiting(actor: Actor, state: str = "pending", cursor: str = "", size: int = 25) -> Queue:
    """Requests in one state, the longest waiting first; those decided, newest first.

    :raises Forbidden: not for this actor. :raises Invalid: the cursor is none of ours.
    """
    if not may_review(actor):
        raise Forbidden("只有中心的调度员、督办员和管理员可以审核企业认证。")
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        raise Invalid("页码无效，请从第一页重新开始。", {"cursor": "无效"})
    rows = Certification.objects.filter(state=state)
    if state == "pending":
        rows = rows.filter(pk__gt=int(cursor)) if cursor else rows
    else:
        rows = rows.filter(pk__lt=int(cursor)) if cursor else rows
    page = list(rows.order_by("pk" if state == "pending" else "-pk")[: size + 1])
    return Queue(_views(page[:size]), str(page[size - 1].pk) if len(page) > size else "")


def count_waiting(actor: Actor) -> int:
    """How many requests wait for a decision; none for who may not decide."""
    return Certification.objects.filter(state="pending").count() if may_review(actor) else 0


def certification(actor: Actor, number: int) -> CertificationView:
    """:raises Missing: there is none. :raises Forbidden: not for this actor."""
    return _views([certification_to_review(actor, number)])[0]


def proof(actor: Actor, number: int) -> list[StoredFile]:
    """The proof of a request, for a reviewer."""
    return files.kept_for(stream_of(certification_to_review(actor, number)), with_internal=True)


def proof_opened(actor: Actor, number: int, file: int) -> tuple[StoredFile, BinaryIO]:
    """One file of the proof, open for reading."""
    return files.opened(stream_of(certification_to_review(actor, number)), file, with_internal=True)


def current(actor: Actor, wanted: int | None) -> int | None:
    """The enterprise the actor acts for: the one chosen if it is still theirs, else the first; None without any."""
    if wanted in actor.enterprises:
        return wanted
    return actor.agencies[0].enterprise if actor.agencies else None


def require_mine(actor: Actor, enterprise: int) -> int:
    """:raises Missing: the actor does not speak for the enterprise."""
    if not actor.is_contact or enterprise not in actor.enterprises:
        raise Missing("没有这家企业，或您无权代表它办事。")
    return enterprise


def _invitations(rows: QuerySet[Invitation], now: datetime) -> tuple[InvitationView, ...]:
    live = rows.filter(state="pending", expires_at__gt=now, tries__lt=TRIES).select_related("enterprise")
    return tuple(
        InvitationView(
            row.pk,
            row.enterprise_id,
            row.enterprise.name,
            row.person,
            row.role,
            phones.mask(row.phone),
            row.expires_at,
        )
        for row in live.order_by("pk")
    )


def _views(rows: Sequence[Certification]) -> tuple[CertificationView, ...]:
    held = {e.uscc: e.pk for e in Enterprise.objects.filter(uscc__in=[row.uscc for row in rows]).only("uscc", "pk")}
    briefs = queries.brief(held.values())
    names = people.names(row.decided_by_id for row in rows)
    return tuple(
        CertificationView(
            id=row.pk,
            account=row.account_id,
            uscc=row.uscc,
            enterprise_name=row.enterprise_name,
            enterprise=briefs.get(held.get(row.uscc, 0)),
            person=row.person,
            role=row.role,
            state=row.state,
            filed_at=row.filed_at,
            decided_at=row.decided_at,
            decided_by=names.get(row.decided_by_id or 0, ""),
            reason=row.reason,
        )
        for row in rows
    )

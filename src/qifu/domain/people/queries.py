"""The only reads others may use: who acts, names for ids, units and their hours, who is on duty.

Rooms above hand in what they know about a person: the registry registers the source of agencies at start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from qifu.domain.people import phones
from qifu.domain.people.access import UNDELEGABLE
from qifu.domain.people.actions.tokens import digest
from qifu.domain.people.models import Account, DutyShift, Membership, Token, Unit
from qifu.domain.people.tree import Tree, UnitView, tree
from qifu.engines.calendar import Hours
from qifu.kernel import sealed
from qifu.kernel.actor import Actor, Agency, Post, Role
from qifu.kernel.errors import Missing
from qifu.kernel.prepared import Prepared, PreparedMany

AgencySource = Callable[[int, datetime], tuple[Agency, ...]]
_agencies: AgencySource | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as others see them."""

    id: int
    name: str
    kind: str = "staff"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose token came, and what it may do."""

    account: Account
    token: int
    scopes: frozenset[str]


def register_agencies(source: AgencySource) -> None:
    """Take the source of agencies: (account, now) → those that the person may speak for."""
    global _agencies
    _agencies = source


def actor_of(account: Account, now: datetime, scopes: Iterable[str] = ()) -> Actor:
    """Build the actor: own posts, posts of colleagues away, agencies. At most three queries."""
    if not account.is_active:
        raise Missing("这个账号已停用。")
    is_staff = account.kind == "staff"
    posts = _own_posts(account.pk, now) + _delegated_posts(account.pk, now) if is_staff else ()
    agencies = _agencies(account.pk, now) if _agencies is not None and account.kind == "contact" else ()
    return Actor(
        account=account.pk,
        kind=account.kind,
        name=account.name,
        posts=posts,
        agencies=agencies,
        scopes=frozenset(scopes),
    )


_OWN = Prepared(
    lambda account, now: (
        Membership.objects.at(now)
        .filter(account=account)
        .order_by("since", "pk")
        .values_list("unit_id", "role", "unit__kind")
    ),
    numbers=["account"],
    moments=["now"],
)


def _own_posts(account: int, now: datetime) -> tuple[Post, ...]:
    return tuple(
        Post(unit=unit, role=Role(role), unit_kind=kind) for unit, role, kind in _OWN(account=account, now=now)
    )


_DELEGATED = Prepared(
    lambda account, now: (
        Membership.objects.at(now)
        .filter(
            account__delegations_given__deputy=account,
            account__delegations_given__since__lte=now,
            account__delegations_given__until__gt=now,
            account__delegations_given__revoked_at__isnull=True,
        )
        .exclude(role__in=UNDELEGABLE)
        .order_by("account_id", "since", "pk")
        .distinct()
        .values_list("unit_id", "role", "unit__kind", "account_id", "since", "pk")
    ),
    numbers=["account"],
    moments=["now"],
)


def _delegated_posts(account: int, now: datetime) -> tuple[Post, ...]:
    """The posts of those who delegated to this account; never those that they hold by delegation themselves."""
    return tuple(
        Post(unit=unit, role=Role(role), unit_kind=kind, for_account=giver)
        for unit, role, kind, giver, _, _ in _DELEGATED(account=account, now=now)
    )


def account_of_token(raw: str, now: datetime) -> Bearer | None:
    """Return whose token this is, if it is still good."""
    row = (
        Token.objects.select_related("account")
        .filter(Q(expires__isnull=True) | Q(expires__gt=now), digest=digest(raw), revoked_at__isnull=True)
        .first()
    )
    if row is None or not row.account.is_active:
        return None
    return Bearer(row.account, row.pk, frozenset(row.scopes))


def actor_of_token(raw: str, now: datetime) -> tuple[Actor, int] | None:
    """Return who acts by this token, and the token's number to be touched; None when it is no good."""
    bearer = account_of_token(raw, now)
    return (actor_of(bearer.account, now, bearer.scopes), bearer.token) if bearer is not None else None


_NAMES = PreparedMany(lambda ids: Account.objects.filter(pk__in=ids).values_list("pk", "name"))


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of many people at once."""
    return dict(_NAMES(found for found in ids if found is not None))


def marks_named(name: str, most: int = 50) -> list[str]:
    """The marks, as evidence names them, of those whose name holds these words."""
    rows = Account.objects.filter(name__icontains=name).order_by("pk").values_list("kind", "pk")[:most]
    return [f"{kind}:{number}" for kind, number in rows]


def person(account: int) -> Person:
    """:raises Missing: there is no such account."""
    row = Account.objects.filter(pk=account).values_list("pk", "name", "kind").first()
    if row is None:
        raise Missing("没有这个人员。")
    return Person(*row)


def account_by_phone(phone: str) -> int | None:
    """Return the account that holds the number."""
    lookup = sealed.lookup(phones.normalise(phone))
    return Account.objects.filter(phone_lookup=lookup).values_list("pk", flat=True).first()


def account_by_username(username: str) -> Account | None:
    """Return the account with the user name."""
    return Account.objects.filter(username=username.strip().lower()).first()


def phone_to_send(account: int) -> str:
    """Return the clear number, to hand to a message gateway and to nothing else; empty when there is none."""
    kept = Account.objects.filter(pk=account, is_active=True).values_list("phone_sealed", flat=True).first()
    return sealed.unseal(kept or "")


def address_of(account: str, channel: str) -> str | None:
    """Return where a message of the channel reaches the account: number or mail address; None when nowhere."""
    if not account.isdecimal():
        return None
    if channel == "mail":
        rows = Account.objects.filter(pk=int(account), is_active=True)
        return rows.values_list("email", flat=True).first() or None
    return phone_to_send(int(account)) or None


def masked_phone(account: int) -> str:
    """Return the number for showing: 138****0000; empty when there is none."""
    kept = Account.objects.filter(pk=account).values_list("phone_sealed", flat=True).first()
    return phones.mask(sealed.unseal(kept)) if kept else ""


def unit(unit_id: int) -> UnitView:
    """:raises Missing: there is no such unit."""
    return tree().get(unit_id)


def unit_by_code(code: str) -> UnitView:
    """:raises Missing: there is no such unit."""
    found = next((view for view in tree().units.values() if view.code == code), None)
    if found is None:
        raise Missing(f"没有代码为 {code} 的单位。")
    return found


def units(kind: str = "", *, closed: bool = False) -> tuple[UnitView, ...]:
    """All units in the order of the tree, of one kind if named, without those closed unless wanted."""
    return tuple(view for view, _ in tree().walk() if (not kind or view.kind == kind) and (closed or view.is_active))


def unit_kinds() -> tuple[tuple[str, str], ...]:
    """Kinds of units with their words."""
    return tuple((kind.value, str(kind.label)) for kind in Unit.Kind)


def subtree(unit_id: int) -> frozenset[int]:
    """The unit and all below it."""
    return tree().subtree(unit_id)


def unit_tree() -> Tree:
    """The whole tree."""
    return tree()


def hours_of(unit_id: int | None) -> Hours:
    """The service hours of the unit: its own, else of the unit above, else the centre's usual ones."""
    spans = tree().spans(unit_id) if unit_id is not None else None
    return Hours() if spans is None else Hours.parse(",".join(f"{start}-{end}" for start, end in spans))


_ON_DUTY = Prepared(
    lambda unit, at: (
        DutyShift.objects.filter(unit=unit, starts__lte=at, ends__gt=at, account__is_active=True)
        .order_by("-starts", "-pk")
        .values_list("account_id", "account__name")[:1]
    ),
    numbers=["unit"],
    moments=["at"],
)


def duty_owner(unit_id: int, at: datetime) -> Person | None:
    """The person on duty; without a rota the first dispatcher, supervisor or handler of the unit."""
    for shift in _ON_DUTY(unit=unit_id, at=at):
        return Person(*shift)
    order = {Role.DISPATCHER: 0, Role.SUPERVISOR: 1, Role.HANDLER: 2}
    rows = Membership.objects.at(at).filter(unit=unit_id, role__in=list(order))
    found = [
        (order[Role(role)], since, pk, name)
        for role, since, pk, name in rows.values_list("role", "since", "account_id", "account__name")
    ]
    return Person(min(found)[2], min(found)[3]) if found else None


def holders(role: Role, now: datetime, unit_id: int | None = None) -> tuple[Person, ...]:
    """Who holds the role now, in one unit or anywhere, by name."""
    rows = Membership.objects.at(now).filter(role=role)
    if unit_id is not None:
        rows = rows.filter(unit=unit_id)
    pairs = rows.values_list("account_id", "account__name").distinct().order_by("account__name", "account_id")
    return tuple(Person(pk, name) for pk, name in pairs)


_STAFF = Prepared(
    lambda unit, now: (
        Membership.objects.at(now)
        .filter(unit=unit)
        .values_list("account_id", "account__name")
        .distinct()
        .order_by("account__name", "account_id")
    ),
    numbers=["unit"],
    moments=["now"],
)


def staff_of_unit(unit_id: int, now: datetime) -> tuple[Person, ...]:
    """Everybody with a role in the unit, once each, by name: those to whom a case may be assigned."""
    return tuple(Person(pk, name) for pk, name in _STAFF(unit=unit_id, now=now))

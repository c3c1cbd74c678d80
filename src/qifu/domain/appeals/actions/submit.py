"""Begin a case: one transaction for the row, its clocks, its evidence, its files and the receipt that leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime

from django.db import transaction

from qifu.domain.appeals import facts, numbers
from qifu.domain.appeals.access import sees_all
from qifu.domain.appeals.actions import notify
from qifu.domain.appeals.actions.retries import comparable
from qifu.domain.appeals.flow import FLOWS, STARTS, words
from qifu.domain.appeals.models import Appeal, Category, Clock, Words
from qifu.domain.people import phones
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.engines import flow as engine
from qifu.engines.calendar import SHANGHAI, Term
from qifu.kernel import search
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Invalid
from qifu.kernel.evidence.actions import Entry, record_entry
from qifu.kernel.files.actions import give
from qifu.kernel.prepared import Prepared
from qifu.kernel.receipts.actions import Claim, claim, settle
from qifu.kernel.sealed import lookup
from qifu.kernel.writing import insert, insert_all, insert_new

TRIES = 5
LONGEST_PHONE = 20  # as it is typed
TAKERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.SPECIALIST, Role.HANDLER, Role.BUILDING_MANAGER)
_CATEGORY = Prepared(
    lambda code: Category.objects.filter(code=code, is_active=True).exclude(parent=None).values_list("pk"),
    texts=["code"],
)
AGREED_DAYS = 366  # how far ahead an answer may be agreed with the visitor of a petition


@dataclass(frozen=True, slots=True)
class Request:
    """What is handed in. `enterprise` may be absent where staff take a call or a petition."""

    title: str
    body: str
    category: str  # code of a second-level category
    kind: str = "appeal"
    channel: str = "portal"
    urgency: str = "normal"
    enterprise: int | None = None
    street: int | None = None
    building: int | None = None
    place: str = ""
    contact: int | None = None
    contact_name: str = ""
    phone: str = ""
    prefers: str = "phone"
    is_confidential: bool = False
    previous: str = ""  # number of an earlier case on the same problem
    batch: Mapping[str, object] = field(default_factory=dict)  # petition: party, batch, persons, agreed
    files: Sequence[int] = ()
    external: str = ""  # the number under which the system that hands the case in keeps it


@transaction.atomic
def submit(*, actor: Actor, now: datetime, request: Request, key: str = "") -> Appeal:
    """Begin the case and return it with its number. The same key again returns the same case, and so does the same
    external number of the same system, whatever else was sent with it.

    :raises Forbidden: the actor may not speak for this enterprise, or may not use this channel.
    :raises Invalid: a field is missing or unusable.
    :raises Conflict: the key was used for another content.
    """
    claimed = claim(actor=actor, now=now, act="appeals.submit", key=key, body=comparable(_plain(request)))
    if claimed.done:
        return Appeal.objects.get(number=claimed.done)
    known, named = _handed_in_before(actor, request, now)
    if known is not None:
        settle(claimed, known.number)
        return known
    _check(actor, request, now)
    request = replace(request, phone=phones.written(request.phone) if request.phone.strip() else "")
    timer = facts.timer()
    begun = clocks_of(request, now, facts.terms(request.kind, request.urgency), timer)
    owner = people.duty_owner(_centre(), now)
    appeal = _made(actor, request, now, begun, owner)
    clocks = [facts.fill(Clock(appeal=appeal), clock, timer) for clock in begun]
    insert_all(clocks)
    files = give(actor=actor, ids=request.files, owner=appeal.stream)
    record_entry(entry(actor, appeal, now, [file.pk for file in files]), is_first=True)
    notify.received(appeal, clocks, owner, now)
    settle(claimed, appeal.number)
    settle(named, appeal.number)
    return appeal


def _handed_in_before(actor: Actor, request: Request, now: datetime) -> tuple[Appeal | None, Claim]:
    """The case that the system handed in under this number of its own; of two at once, the second waits for the first."""
    if not request.external:
        return None, Claim(None)
    mine = Appeal.objects.filter(raised_by=actor.mark, external=request.external)
    if (known := mine.first()) is not None:
        return known, Claim(None)
    named = claim(actor=actor, now=now, act="appeals.external", key=request.external, body={})
    return (Appeal.objects.get(number=named.done) if named.done else None), named


def _check(actor: Actor, request: Request, now: datetime) -> None:
    problems = {
        "kind": "" if request.kind in FLOWS else "类型不正确。",
        "channel": "" if request.channel in dict(words.CHANNELS) else "渠道不正确。",
        "urgency": "" if request.urgency in dict(words.URGENCIES) else "紧急程度不正确。",
        "prefers": "" if request.prefers in dict(words.PREFERS) else "联系方式偏好不正确。",
        "title": _text(request.title, "标题", 100),
        "body": _text(request.body, "诉求内容", 5000),
        "category": "" if request.category else "请选择二级分类。",
        "place": "地点超过 200 字，请精简。" if len(request.place) > 200 else "",
        "contact_name": "联系人超过 40 字。" if len(request.contact_name) > 40 else "",
        "phone": _phone(request.phone),
        "external": "来源系统的编号超过 60 字。" if len(request.external) > 60 else "",
    }
    if request.kind == "petition":
        problems |= _batch_problems(request, now)
    elif request.batch:
        problems["batch"] = "只有信访需要填写来访情况。"
    problems = {name: text for name, text in problems.items() if text}
    if problems:
        raise Invalid("提交的内容需要修改：" + "".join(problems.values()), problems)
    _may_submit(actor, request)


def may_enter(actor: Actor) -> bool:
    """Whether this member of the staff writes cases down for others; leaders and auditors only read."""
    return actor.is_staff and actor.has_role(*TAKERS)


def _may_submit(actor: Actor, request: Request) -> None:
    if actor.is_contact:
        if request.kind == "petition" or request.channel != "portal":
            raise Forbidden("网上只能提交诉求、投诉和帮代办。")
        if request.enterprise is not None and request.enterprise not in actor.enterprises:
            raise Forbidden("您还不能代表这家企业，请先完成企业认证。")
        return
    if actor.kind == "service" or may_enter(actor):
        if request.kind == "petition" and not sees_all(actor):
            raise Forbidden("信访由中心登记。")
        return
    raise Forbidden("请先登录再提交。" if actor.kind == "visitor" else "您的角色不能登记诉求。")


def _batch_problems(request: Request, now: datetime) -> dict[str, str]:
    batch = request.batch
    persons, agreed = batch.get("persons"), batch.get("agreed")
    counted = isinstance(persons, int) and not isinstance(persons, bool) and 1 <= persons <= 9999
    return {
        "party": "" if batch.get("party") in dict(words.PARTIES) else "请选择集体访或个人访。",
        "persons": "" if counted else "请填写来访人数（1 至 9999）。",
        "agreed": "" if agreed in (None, "") or _is_future(agreed, now) else "约定答复日期应在今天之后，一年以内。",
    }


def _is_future(text: object, now: datetime) -> bool:
    try:
        days = (date.fromisoformat(str(text)) - now.astimezone(SHANGHAI).date()).days
    except ValueError:
        return False
    return 0 < days <= AGREED_DAYS


def _phone(value: str) -> str:
    if len(value) > LONGEST_PHONE:
        return "联系电话过长，请核对。"
    return "" if not value.strip() or phones.is_contact(value) else phones.UNREADABLE


def _text(value: str, label: str, longest: int) -> str:
    if not value.strip():
        return f"请填写{label}。"
    return f"{label}超过 {longest} 字，请精简。" if len(value) > longest else ""


def _made(
    actor: Actor, request: Request, now: datetime, clocks: Sequence[engine.Clock], owner: people.Person | None
) -> Appeal:
    category = next(iter(_CATEGORY(code=request.category)), None)
    if category is None:
        raise Invalid("请选择一个二级分类。", {"category": "请选择二级分类"})
    street, names = request.street, list[str]()
    if request.enterprise is not None:
        known = registry.identity(request.enterprise)
        if known is None:
            raise Invalid("没有找到这家企业，请重新选择。", {"enterprise": "没有找到"})
        street = street or known.street
        names = [known.name, known.uscc]
    drawn = draft(
        actor, request, now, category=category[0], street=street, owner=owner.id if owner else None,
        previous=_previous(actor, request.previous),
    )  # fmt: skip
    drawn.burns_at = facts.burns_at(clocks, drawn.state)
    return _numbered(drawn, names, now)


def draft(
    actor: Actor, request: Request, now: datetime, *, category: int, street: int | None, owner: int | None,
    previous: int | None = None,
) -> Appeal:  # fmt: skip
    """The row of a new case, without number and words to be found by."""
    trunk = phones.trunk(request.phone)
    return Appeal(
        kind=request.kind,
        state=FLOWS[request.kind].begins,
        seq=1,
        urgency=request.urgency,
        channel=request.channel,
        category_id=category,
        title=request.title.strip(),
        body=request.body.strip(),
        enterprise_id=request.enterprise,
        street_id=street,
        building_id=request.building,
        place=request.place.strip(),
        contact=actor.account if actor.is_contact else request.contact,
        contact_name=request.contact_name or (actor.name if actor.is_contact else ""),
        phone=request.phone,
        phone_lookup=lookup(trunk),
        phone_tail=trunk[-4:],
        prefers=request.prefers,
        is_confidential=request.is_confidential,
        raised_by=actor.mark,
        external=request.external or None,
        duty_owner=owner,
        previous_id=previous,
        batch=dict(request.batch),
        submitted_at=now,
        burns_at=facts.NEVER,
    )


def _numbered(draft: Appeal, names: Sequence[str], now: datetime) -> Appeal:
    """Save under a fresh number; a number drawn twice is drawn again."""
    for _ in range(TRIES):
        draft.number = numbers.draw(draft.kind, now)
        if insert_new(draft, "number"):
            insert(Words(appeal=draft, tokens=found_by(draft, names)))
            return draft
    raise RuntimeError(f"{TRIES} numbers in a row were taken already")


def found_by(appeal: Appeal, names: Sequence[str]) -> str:
    """The words by which a case is found: number, title, text, place, the names of the enterprise, the end of the
    telephone number. A confidential case is not found by who is behind it, nor where they sit."""
    who, tail = ((), "") if appeal.is_confidential else ((appeal.place, *names), appeal.phone_tail)
    return search.tokens(appeal.number, appeal.title, appeal.body, *who) + (f" {tail}" if tail else "")


def _previous(actor: Actor, number: str) -> int | None:
    from qifu.domain.appeals.access import visible

    return visible(actor).filter(number=number).values_list("pk", flat=True).first() if number else None


def clocks_of(request: Request, now: datetime, promised: Mapping[str, Term], timer: engine.Timer) -> list[engine.Clock]:
    """The clocks that begin with the case; a date agreed with the visitor of a petition takes the place of the usual."""
    terms = dict(promised)
    if agreed := request.batch.get("agreed"):
        days = (date.fromisoformat(str(agreed)) - now.astimezone(SHANGHAI).date()).days
        terms["reply"] = Term("days", days)
    return [engine.started(kind, 1, terms[kind], now, timer) for kind in STARTS[request.kind]]


def entry(actor: Actor, appeal: Appeal, now: datetime, files: Sequence[int]) -> Entry:
    """The first record of the case's chain."""
    kept = ("state", "is_open", "resumes", "round", "seq", "counts", "unit_id", "handler", "outcome", "closed_how",
            "returns", "supervised", "leader_id", "category_id")  # fmt: skip
    return Entry(
        actor=actor,
        now=now,
        verb="appeals.submit",
        stream=appeal.stream,
        facts={
            "step": "submit",
            "from": "",
            "to": appeal.state,
            "round": 1,
            "number": appeal.number,
            "kind": appeal.kind,
            "channel": appeal.channel,
            "urgency": appeal.urgency,
            "enterprise": appeal.enterprise_id,
            "street": appeal.street_id,
            "files": list(files),
            "changes": {name: getattr(appeal, name) for name in kept} | {"burns_at": appeal.burns_at.isoformat()},
        },
        content={"told": f"已提交：{appeal.title}", "title": appeal.title, "body": appeal.body},
    )


def _centre() -> int:
    centres = people.units("centre")
    if not centres:
        raise Invalid("系统还没有设置企业服务中心，请联系管理员。")
    return centres[0].id


def _plain(request: Request) -> dict[str, object]:
    return asdict(request) | {"files": list(request.files), "batch": {k: str(v) for k, v in request.batch.items()}}

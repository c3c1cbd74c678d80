"""What makes the sample district look lived in: categories, reply templates, knowledge, requests, letters, the model."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from io import BytesIO

from django.conf import settings
from django.db import transaction
from django.db.models import F

from qifu.domain.appeals.actions import notify, templates
from qifu.domain.appeals.actions.moves import Move
from qifu.domain.appeals.models import Appeal, Category, Clock
from qifu.domain.people import queries as people
from qifu.domain.people.actions import sign_up_contact
from qifu.domain.publishing import actions as publishing
from qifu.domain.registry.actions import file_certification
from qifu.domain.registry.models import Enterprise
from qifu.entry.cli.sample import phrases
from qifu.entry.cli.sample.corpus import JIEDAO, answers, categories
from qifu.entry.cli.sample.naming import CONTACT_BLOCK, phone
from qifu.entry.cli.sample.naming import people as invented
from qifu.entry.cli.seed.case import Case
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.evidence.actions import Entry, record_many
from qifu.kernel.files.actions import keep
from qifu.kernel.outbox import engine as queue
from qifu.kernel.outbox.models import Item, State
from qifu.output.messages.models import Kept

READ = timedelta(hours=20)  # what is older has been read
REQUESTS = 3  # certifications that wait for a decision
PROOF = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff\xff\x7f\x00\t\xfb\x03\xfd\x05CE\xca\x00\x00\x00\x00IEND\xaeB`\x82"
)  # the smallest picture there is


@transaction.atomic
def enter_categories(opened: datetime) -> None:
    """Enter both levels of categories, each with the unit it usually goes to."""
    units = {view.code: view.id for view in people.units()}
    made: list[Category] = []
    tops: dict[str, Category] = {}
    for number, one in enumerate(categories(), 1):
        if one.parent not in tops:
            tops[one.parent] = Category.objects.create(code=one.parent, name=one.parent_name, order=number)
            made.append(tops[one.parent])
        usual = max((pair for pair in one.units if pair[0] != JIEDAO), key=lambda pair: pair[1], default=("", 0.0))
        made.append(
            Category.objects.create(
                code=one.code, name=one.name, parent=tops[one.parent], unit_id=units.get(usual[0]), order=number
            )
        )
    record_many([_entered(row, opened) for row in made])


def _entered(row: Category, opened: datetime) -> Entry:
    facts = {"parent": row.parent_id, "code": row.code, "name": row.name, "unit": row.unit_id, "order": row.order}
    return Entry(SYSTEM, opened, "appeals.category_add", f"appeals.category:{row.pk}", facts | {"is_active": True})


def write_templates(opened: datetime) -> int:
    """Replies that units use often: some of the centre's for all, one a category for its usual unit."""
    dispatcher, count = _actor("diaodu01", opened), 0
    for title, body in zip(
        ("解释说明", "超出职权"), (phrases.REPLIES_EXPLAINED[0], phrases.REPLIES_BEYOND[0]), strict=True
    ):
        templates.write(actor=dispatcher, now=opened, draft=templates.Draft(title, _open(body)))
        count += 1
    units = {view.code: view.id for view in people.units()}
    rows = dict(Category.objects.values_list("code", "pk"))
    for one in categories()[::3]:
        code = next((code for code, _ in one.units if code != JIEDAO), "")
        writer = _actor(f"chengban-{code}-1", opened)
        if code in units and writer.account is not None:
            draft = templates.Draft(f"{one.name}：已办结", _open(one.replies[0]), units[code], rows[one.code])
            templates.write(actor=writer, now=opened, draft=draft)
            count += 1
    return count


def _open(text: str) -> str:
    """A reply of the sample with its slots left to be filled in by hand."""
    for slot in "brsanmkdfp":
        text = text.replace("{" + slot + "}", "××")
    return text[:4000]


def write_knowledge(cases: Sequence[Case], now: datetime) -> int:
    """Articles for what is asked most, each beside a case with a good reply where there is one.

    One person writes them and another publishes them; a few wait to be read.
    """
    writer, reader = _actor("diaodu01", now), _actor("duban01", now)
    good = {
        c.appeal.category_id: c.appeal.stream
        for c in cases
        if c.appeal.closed_how == "confirmed"
        and c.appeal.outcome == "solved"
        and _liked(c)
        and not c.appeal.is_confidential
    }
    rows = dict(Category.objects.values_list("code", "pk"))
    for made, (code, (question, answer)) in enumerate(answers().items()):
        draft, at = publishing.Draft(question, answer, code), now - timedelta(days=20 + made)
        source = good.get(rows[code])
        if source is not None:
            article = publishing.draft_from_reply(actor=writer, now=at, source=source, draft=draft)
        else:
            article = publishing.draft(actor=writer, now=at, draft=draft)
        if made % 6:
            publishing.publish(actor=reader, now=now - timedelta(days=10), article=article.pk, seen=1)
    return len(answers())


def _liked(case: Case) -> bool:
    return bool(case.sheet.ratings) and case.appeal.round == 1 and case.sheet.ratings[-1].result >= 4


def file_requests(now: datetime) -> int:
    """A few people ask to speak for their enterprise; the centre has still to look at it."""
    firms = list(Enterprise.objects.filter(agencies=None).exclude(uscc=None).order_by("-pk")[:REQUESTS])
    names = invented(REQUESTS, "requests")
    for place, firm in enumerate(firms):
        at = now - timedelta(hours=3 + 9 * place)
        account = sign_up_contact(now=at, phone=phone(CONTACT_BLOCK, 900 + place), name=names[place])
        actor = people.actor_of(account, at)
        proof = keep(actor=actor, now=at, file=BytesIO(PROOF), name="营业执照.png")
        file_certification(
            actor=actor, now=at, uscc=str(firm.uscc), enterprise_name=firm.name, person=names[place],
            role=("owner", "agent")[place % 2], files=[proof.pk],
        )  # fmt: skip
    return len(firms)


@transaction.atomic
def tell(cases: Iterable[Case], now: datetime) -> int:
    """Deliver what the last days had to tell, each at its own time; nothing of it is left to be sent."""
    events: list[tuple[datetime, Callable[[], None]]] = []
    for case in cases:
        if case.told_since is None:
            continue
        if case.appeal.submitted_at >= case.told_since:
            events.append((case.appeal.submitted_at, _receipt(case)))
        events += [(move.now, _told(move)) for move in case.moves]
    for at, happen in sorted(events, key=lambda event: event[0]):
        happen()
        queue.run_due(now=at, channels=_served())
    deliver(now)
    return len(events)


def deliver(now: datetime) -> None:
    """Deliver what waits in the queue, each at its own time; what is long past has been read, and nothing is left to be sent."""
    waiting = Item.objects.filter(state=State.WAITING, channel__in=_served(), due_at__lte=now)
    for at in {item.due_at or now: 0 for item in waiting.order_by("due_at").only("due_at")}:
        queue.run_due(now=at, channels=_served())
    left = Item.objects.filter(state=State.WAITING, channel__in=("inapp", "sms", "mail"))
    left.update(state=State.DONE, finished_at=F("posted_at"), due_at=None)
    Kept.objects.filter(sent_at__lt=now - READ, channel="inapp").update(read_at=F("sent_at"))


def _served() -> set[str]:
    """Short messages are shown in a demo; elsewhere nothing of the past is ever sent."""
    return {"inapp", "sms"} if settings.VENDORS.get("sms") == "local" else {"inapp"}


def _receipt(case: Case) -> Callable[[], None]:
    def happen() -> None:
        row = Appeal.objects.get(pk=case.appeal.pk)
        row.seq = 1
        begun = Clock.objects.filter(appeal=row, round=1, started_at=row.submitted_at)
        owner = [people.Person(number, name) for number, name in people.names([row.duty_owner]).items()]
        notify.received(row, begun, next(iter(owner), None), row.submitted_at)

    return happen


def _told(move: Move) -> Callable[[], None]:
    return lambda: notify.told(move)


def learn(now: datetime) -> bool:
    """Train the proposals for dispatch, where this installation has them."""
    if find_spec("qifu.domain.appeals.queries.suggest") is None:
        return False
    importlib.import_module("qifu.domain.appeals.actions.learn").learn(now=now)
    return True


def count_up(now: datetime) -> bool:
    """Draw the running totals, so that boards show figures at once."""
    if find_spec("qifu.domain.appeals.actions.tallies") is None:
        return False
    importlib.import_module("qifu.domain.appeals.actions.tallies").refresh(now=now)
    return True


def _actor(username: str, now: datetime) -> Actor:
    account = people.account_by_username(username)
    return people.actor_of(account, now) if account is not None else Actor(None, "visitor", "")

"""Policies of the sample district: the library adopted, who got what this year, all matched, some pushed and answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction

from qifu.domain.people import queries as people
from qifu.domain.policies import facts
from qifu.domain.policies.actions import adopting, claiming, drafting, matching, publishing, pushing, stating
from qifu.domain.policies.models import Push, Revision
from qifu.domain.registry import agencies
from qifu.engines import eligibility as law
from qifu.entry.cli.sample import policies as samples
from qifu.entry.cli.sample.streams import SEED, stream
from qifu.entry.cli.seed import collection
from qifu.kernel.actor import Actor, Agency
from qifu.kernel.errors import Conflict

ITEMS = 369  # in the library of the sample
CLAIMED, MOST_CLAIMS = 0.35, 120  # share of the eligible of an item that claimed, and how many at most
TOLD, ASKED = 120, 10  # enterprises that are told; of them how many say that something does not fit
AGO = timedelta(days=12)  # since the pushes
BECAUSE = (
    "我们的场地是自有的，没有租金。", "去年已经领过同类补贴。", "材料要的审计报告我们做不了。", "主营业务不是这一类。",
)  # fmt: skip


def write(now: datetime, opened: datetime) -> None:
    """Fill the room of policies."""
    national = adopting.starter()
    count = sum(len(bundle.items) for bundle in national)
    adopting.adopt(now=opened, bundles=[*national, *samples.bundles(max(0, ITEMS - count))])
    on = facts.day(now)
    city, shelf = facts.city(on), facts.shelf(on)
    told = law.match(shelf.library, city.table, on)
    claiming.note_claims(
        actor=_editor(1, now), now=now, lines=_claims(shelf, city, told, on), source="部门兑现名单（示例）"
    )
    matching.match_all(now=now - AGO, city=city)
    _pushes(now - AGO)
    claiming.note_claims(actor=_editor(1, now), now=now, lines=_paid(on), source="部门兑现名单（示例）")
    _drafts(now)
    collection.write(now, opened, _editor(1, now))


def _editor(place: int, now: datetime) -> Actor:
    account = people.account_by_username(f"zhengce0{place}")
    assert account is not None
    return people.actor_of(account, now)


def _claims(shelf: facts.Shelf, city: facts.City, told: law.Matrix, on: date) -> Iterator[claiming.Claimed]:
    """Some of those who fit have asked, most of them were paid."""
    for place, revision in enumerate(shelf.revisions):
        if revision.item.kind not in ("money", "service", "recognition"):
            continue
        drawn = stream(SEED, f"claims.{revision.item.code}")
        rows = told.eligible(place).nonzero()[0]
        chosen = rows[drawn.random(len(rows)) < CLAIMED][:MOST_CLAIMS]
        for row in chosen:
            applied = date(on.year, 1, 1) + timedelta(days=int(drawn.integers(max(1, on.timetuple().tm_yday - 20))))
            paid = applied + timedelta(days=int(drawn.integers(5, 60))) if drawn.random() < 0.8 else None
            yield claiming.Claimed(
                int(city.ids[row]), revision.item.code, applied, paid if paid and paid <= on else None
            )


@transaction.atomic
def _pushes(at: datetime) -> None:
    known = agencies.contacts()
    firms = sorted(known)[:TOLD]
    pushing.push(now=at.replace(hour=2, minute=0), only=firms)
    drawn = stream(SEED, "pushes")
    said = 0
    for firm in firms:
        actor = Actor(known[firm][0], "contact", "联系人", agencies=(Agency(firm, "owner"),))
        mine = list(Push.objects.filter(enterprise=firm).select_related("revision__item").order_by("pk"))
        if not mine or drawn.random() > 0.7:
            continue
        looked = [push for push in mine if drawn.random() < 0.6]
        later = at + timedelta(hours=int(drawn.integers(4, 200)))
        pushing.open_pushes(actor=actor, now=later, enterprise=firm, revisions=[p.revision_id for p in looked])
        for push in looked:
            if drawn.random() < 0.25:
                _apply(actor, later, firm, push.revision.item.code)
            elif drawn.random() < 0.3:
                is_wrong = said < ASKED and drawn.random() < 0.4
                because = BECAUSE[int(drawn.integers(len(BECAUSE)))] if is_wrong else ""
                pushing.answer(actor=actor, now=later, push=push.pk, fits=not is_wrong, because=because)
                said += is_wrong


def _paid(on: date) -> Iterator[claiming.Claimed]:
    """Some of those who applied after a push were paid since. Nobody pays out a tax relief: no office's list names one."""
    drawn = stream(SEED, "paid")
    rows = (
        Push.objects.filter(applied_at__isnull=False)
        .exclude(revision__item__kind="tax")
        .order_by("pk")
        .values_list("enterprise_id", "revision__item__code", "applied_at")
    )
    for firm, code, at in rows:
        if at is not None and drawn.random() < 0.5:
            yield claiming.Claimed(firm, code, at.date(), on)


def _apply(actor: Actor, at: datetime, firm: int, code: str) -> None:
    try:
        with transaction.atomic():
            stating.apply(actor=actor, now=at, enterprise=firm, code=code)
    except Conflict:  # on a department's list already
        return


def _drafts(now: datetime) -> None:
    """One revision that is being written, one that was read and waits for publication."""
    codes = list(Revision.objects.filter(item__is_sample=True).order_by("pk").values_list("item__code", flat=True)[:2])
    begins = facts.day(now) + timedelta(days=40)
    for code in codes:
        made = drafting.renew(actor=_editor(1, now), now=now - timedelta(days=2), code=code)
        words = drafting.words_of(made)
        changed = drafting.Words(
            **{name: getattr(words, name) for name in words.__dataclass_fields__} | {"force_from": begins}
        )
        drafting.edit(
            actor=_editor(1, now), now=now - timedelta(days=1), code=code, number=made.number, words=changed, seen=1
        )
    if codes:
        publishing.read(actor=_editor(2, now), now=now, code=codes[0], number=2, seen=2)

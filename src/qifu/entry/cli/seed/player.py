"""Plays many stories through the real flow, in memory: rows and evidence come out, ready to be written in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from qifu.domain.appeals import numbers
from qifu.domain.appeals.actions.submit import Request
from qifu.entry.cli.sample.story import Channel, Kind, Stop, Story
from qifu.entry.cli.seed.case import Case, begin
from qifu.entry.cli.seed.life import Life
from qifu.entry.cli.seed.stage import Firm, Stage
from qifu.kernel.actor import Actor

URGENCIES = {"urgent": "urgent", "normal": "normal", "investigation": "inquiry"}
IN_HOURS = (Channel.VISIT, Channel.MEETING, Channel.STATION)  # nobody is visited at night
PREFERS = ("phone", "phone", "sms", "wechat", "portal")


MIDWAY = (Stop.TRANSFER, Stop.RETURN, Stop.ASK, Stop.REQUEST_EXTENSION, Stop.EXTEND, Stop.REOPEN)


def fitting(story: Story) -> Story:
    """A case that is to stand midway now is an ordinary appeal: other kinds have no such step, or no time for it."""
    if story.plan.stop not in MIDWAY:
        return story
    kind = Kind.APPEAL if story.kind in (Kind.PETITION, Kind.ASSISTANCE) else story.kind
    return replace(story, kind=kind, urgency="normal" if story.urgency == "urgent" else story.urgency)


@dataclass
class Player:
    """Plays stories in order of their arrival; `pk` is the number of the first case in the database."""

    stage: Stage
    now: datetime
    seed: int
    pk: int = 1
    short: bool = False
    told_since: datetime | None = None
    _drawn: set[str] = field(default_factory=set)
    _cases: dict[int, Case] = field(default_factory=dict)

    def play(self, stories: Iterable[Story]) -> Iterator[Case]:
        """Yield each case as it stands at the end."""
        for story in stories:
            yield self.one(story)

    def one(self, story: Story) -> Case:
        """Play one story; one that would not reach its step by now is played again, faster."""
        story = fitting(story)
        pk, number = self.pk, self._number(story)
        self.pk += 1
        case, life = self._lived(story, pk, number, self.now + timedelta(days=90) if story.plan.stop else self.now)
        if story.plan.stop and life.last > self.now:
            begun = case.appeal.submitted_at
            squeeze = 0.9 * (self.now - begun) / (life.last - begun)
            case, _ = self._lived(story, pk, number, self.now, squeeze)
        self._cases[story.number] = case
        self._cases.pop(story.number - 200, None)
        return case

    def _lived(self, story: Story, pk: int, number: str, until: datetime, squeeze: float = 1.0) -> tuple[Case, Life]:
        stage, firm = self.stage, self.stage.firms[story.enterprise]
        drawn = Random(self.seed * 31 + story.number)
        actor, request = self._request(story, firm, drawn)
        texts = () if story.confidential else (firm.name, firm.uscc)
        case = begin(stage, actor=actor, request=request, at=self.arrived(story), pk=pk, number=number, texts=texts)
        case.told_since = self.told_since
        leader = self._cases.get(story.duplicate_of) if story.duplicate_of is not None and not self.short else None
        if leader is not None and (leader.appeal.leader_id or leader.appeal.kind != "appeal"):
            leader = None
        life = Life(stage, story, case, firm, until, story.plan.stop, squeeze, self.short, leader)
        life.live()
        return case, life

    def arrived(self, story: Story) -> datetime:
        """When it came in: visits and meetings only while somebody serves."""
        if story.channel not in IN_HOURS:
            return story.arrived
        at = self.stage.paces[self.stage.centre].later(story.arrived, 1)
        return at if at < self.now - timedelta(minutes=3) and story.plan.stop is not Stop.SUBMIT else story.arrived

    def _number(self, story: Story) -> str:
        """A number as it would be drawn, but the same for the same story."""
        drawn = Random(self.seed * 1_000_003 + story.number)
        while True:
            number = numbers.made(story.kind.value, self.arrived(story), drawn.randrange(10**6))
            if number not in self._drawn:
                self._drawn.add(number)
                return number

    def _request(self, story: Story, firm: Firm, drawn: Random) -> tuple[Actor, Request]:
        """Who hands it in, and what."""
        is_petition = story.kind is Kind.PETITION
        actor = self._hands_in(story, firm, drawn)
        is_reached = drawn.random() < 0.85 or story.confidential  # who asked for confidence must see the case
        owner = firm.owner.account if not is_petition and is_reached else None
        return actor, Request(
            title=story.title,
            body=story.body,
            category=story.category,
            kind=story.kind.value,
            channel=story.channel.value,
            urgency=URGENCIES[story.urgency],
            enterprise=firm.id,
            street=firm.street,
            building=self.stage.buildings.get(story.building or ""),
            contact=owner,
            contact_name=firm.owner.name,
            phone=firm.phone,
            prefers=PREFERS[drawn.randrange(len(PREFERS))],
            is_confidential=story.confidential,
            batch=self._batch(story) if is_petition else {},
        )

    def _hands_in(self, story: Story, firm: Firm, drawn: Random) -> Actor:
        if story.channel is Channel.PORTAL:
            return firm.owner
        if story.channel is Channel.CITY and story.kind is not Kind.PETITION:
            return self.stage.city
        near = self.stage.specialists.get(story.street, [])
        if story.channel is Channel.STATION and near and story.kind is not Kind.PETITION:
            return near[drawn.randrange(len(near))]
        return self.stage.dispatchers[drawn.randrange(len(self.stage.dispatchers))]

    def _batch(self, story: Story) -> dict[str, object]:
        party = "group" if story.group else "single"
        return {"party": party, "persons": max(1, story.persons), "batch": f"第{1 + story.number % 3}批"}

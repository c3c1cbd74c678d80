"""The life of one case as its story means it: who does what, when. The flow decides what comes of it.

A story says how things were meant to go; the present cuts every life off where it stands. A case that is to stand at
a certain step now, though the hours left would not let it get there, is lived faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from qifu.domain.appeals.actions.clocks import SAMPLE
from qifu.entry.cli.sample.story import Kind, Return, Stop, Story
from qifu.entry.cli.seed.case import Case
from qifu.entry.cli.seed.pace import awake
from qifu.entry.cli.seed.stage import Firm, Stage
from qifu.kernel.actor import SYSTEM, Actor

OUTCOMES = {"solved": "solved", "partly_solved": "partly", "explained": "explained", "beyond_powers": "beyond",
            "withdrawn": "withdrawn"}  # fmt: skip
DECLINES = {"not_enterprise": "subject", "in_court": "court", "outside": "scope", "petition": "settled",
            "no_facts": "unclear"}  # fmt: skip
CAUSES = ("duty", "duty", "another", "facts", "repeat")  # in the order of the sample's reasons for a return
CALLS = {"satisfied": ("solved", "yes"), "dissatisfied": ("unsolved", "no"), "unreached": ("unreachable", "")}
ALLOWED = {"urgent": 120, "normal": 1170, "investigation": 5850}  # working minutes that the story reckons with
FASTER = {"urgent": 0.24, "normal": 1.0, "investigation": 1.0}  # how much quicker an urgent case is passed on
DAY = 390
ORDERS = ("已约见企业并明确整改时限，今日内报送进展。", "已由分管负责同志牵头办理，处理结果随回复一并报送。")
PARTS = ("我单位已核实，无不同意见，将配合牵头单位落实。", "涉及我单位的部分已安排专人对接，三日内完成。",
         "经查，该处由我单位日常巡查，已通知责任方整改。")  # fmt: skip
URGES = ("已经等了几天，请问进展如何？", "事情比较急，麻烦尽快安排。", "")


class Present(Exception):
    """The life has come to the present moment, or to the step at which it is meant to stand."""


@dataclass
class Life:
    """One case lived step by step. `t` is the time as planned; squeezed lives happen nearer to their beginning."""

    stage: Stage
    story: Story
    case: Case
    firm: Firm
    now: datetime
    stop: Stop | None
    squeeze: float = 1.0
    short: bool = False  # the bare loop, for large numbers of cases
    leader: Case | None = None
    t: datetime = field(init=False)
    last: datetime = field(init=False)
    drawn: Random = field(init=False)

    def __post_init__(self) -> None:
        self.t = self.last = self.case.appeal.submitted_at
        self.drawn = Random(self.story.number * 7919 + 13)

    def live(self) -> None:
        """Live until the present, or to the end."""
        try:
            self.reached(Stop.SUBMIT)
            _LIVES[self.story.kind](self)
        except Present:
            return

    # --- time and steps

    def take(self, step: str, at: datetime, actor: Actor, **given: object) -> None:
        """Take a step no earlier than the one before."""
        real = self.real(at)
        real = max(real, self.last + timedelta(seconds=20 + self.drawn.randrange(40)))
        if real > self.now:
            raise Present
        self.t, self.last = max(self.t, at, real), real
        self.case.take(step, real, actor, **given)

    def real(self, at: datetime) -> datetime:
        """The moment at which what was planned for then happens in this life."""
        begun, planned = self.case.appeal.submitted_at, max(self.t, at)
        return (begun + (planned - begun) * self.squeeze if self.squeeze < 1 else planned).replace(microsecond=0)

    def reached(self, stop: Stop) -> None:
        if self.stop is stop:
            raise Present

    def centre(self, minutes: float, at: datetime | None = None) -> datetime:
        return self.stage.paces[self.stage.centre].later(at or self.t, minutes)

    def office(self, unit: int, minutes: float, at: datetime | None = None) -> datetime:
        return self.stage.paces[unit].later(at or self.t, minutes)

    def dispatcher(self) -> Actor:
        """Mostly whoever is on duty."""
        people = self.stage.dispatchers
        on_duty = [one for one in people if one.account == self.case.appeal.duty_owner]
        return on_duty[0] if on_duty and self.drawn.random() < 0.7 else people[self.drawn.randrange(len(people))]

    def supervisor(self) -> Actor:
        return self.stage.supervisors[self.story.number % len(self.stage.supervisors)]

    def handler(self, unit: int) -> Actor:
        people = self.stage.handlers[unit]
        return people[self.story.number % len(people)]

    # --- what belongs to every kind

    def accept(self) -> bool:
        """Accept or decline at the centre; whether it goes on."""
        plan = self.story.plan
        minutes = plan.accept_minutes * min(1.0, FASTER[self.story.urgency] + 0.01)
        if plan.refusal:
            code, text = plan.refusal
            given = {"reason": DECLINES[code], "elsewhere": text}
            self.take("decline", self.centre(minutes), self.dispatcher(), **given)
            return False
        self.take("accept", self.centre(minutes), self.dispatcher())
        self.reached(Stop.ACCEPT)
        return True

    def transfer(self) -> None:
        """Transfer to the units that hand it back, then to the right one; a third return is decided by the supervisor."""
        plan, right = self.story.plan, self.stage.codes[self.story.unit]
        begun = self.case.appeal.submitted_at
        minutes = plan.transfer_minutes * FASTER[self.story.urgency] * 0.7
        first = max(self.centre(minutes, begun), self.t + timedelta(minutes=2))
        for back in self._returns():
            unit = self.stage.codes[back.unit]
            self.take("dispatch", first, self.dispatcher(), unit=unit)
            cause = CAUSES[self.drawn.randrange(len(CAUSES))]
            at = self.office(unit, max(5, back.after * FASTER[self.story.urgency]))
            self.take("return", at, self.handler(unit), cause=cause, reason=back.reason)
            first = self.centre(8 + self.drawn.randrange(70))
        if self.case.appeal.state == "disputed":
            self.reached(Stop.RETURN)
            reason = "经与有关单位会商，依据职责清单由该单位牵头，其他单位配合。"
            self.take("rule", self.centre(90 + self.drawn.randrange(200)), self.supervisor(), unit=right, reason=reason)
        else:
            self.reached(Stop.RETURN)
            self.take("dispatch", first, self.dispatcher(), unit=right, units=self.joint())
        self.reached(Stop.TRANSFER)

    def _returns(self) -> tuple[Return, ...]:
        """The returns of the plan; a case returned twice is now and then returned a third time, and so disputed."""
        planned = self.story.plan.returns
        wants_dispute = (len(planned) == 2 and self.story.number % 2 == 0) or (
            self.stop is Stop.RETURN and self.story.number % 2 == 0
        )
        if not wants_dispute or not planned:
            return planned
        other = "fagai" if planned[0].unit != "fagai" else "kejing"
        own = Return(self.story.unit, "该事项涉及多个部门，我单位不是主责单位，请中心裁定。", 60)
        extra = Return(other, planned[0].reason, 45)
        return (planned[0], planned[1] if len(planned) > 1 else extra, own)

    def joint(self) -> list[int]:
        if self.short:
            return []
        return [self.stage.codes[code] for code in self.story.joint if code != self.story.unit]

    def sign(self, unit: int) -> None:
        minutes = self.story.plan.sign_minutes * (0.12 if self.story.urgency == "urgent" else 0.6)
        self.take("sign", self.office(unit, minutes), self.handler(unit))
        self.reached(Stop.SIGN)

    def middle(self, unit: int, until: datetime) -> None:
        """What happens between signing and the reply, in order of time: questions, more time, joint opinions, orders."""
        plan = self.story.plan
        if self.short:
            return
        if plan.question:
            self._ask(unit, plan.question.text, plan.question.answer)
        if plan.extension and self.story.kind is not Kind.ASSISTANCE:
            self._extend(unit)
        for stop in (Stop.ASK, Stop.REQUEST_EXTENSION, Stop.EXTEND):  # where the flow has no such step
            self.reached(stop)
        if self.story.number % 23 == 0:
            text = URGES[self.drawn.randrange(len(URGES))]
            if self.story.kind is not Kind.PETITION:
                self.take("urge", awake(self.t + timedelta(hours=3), self.drawn), self.firm.owner, text=text)
        for other in self.case.sheet.working(self.case.appeal.round):
            if other != unit:
                self._part(other)
        if plan.supervision and self.story.kind is not Kind.ASSISTANCE:
            self._supervise(unit, until)

    def _ask(self, unit: int, text: str, answer: str | None) -> None:
        plan = self.story.plan
        if self.story.kind is Kind.PETITION or plan.question is None:
            return
        self.take(
            "ask",
            self.office(unit, plan.question.after * 0.5),
            self.handler(unit),
            items=[text],
            text="补充后我们继续办理。",
        )
        self.reached(Stop.ASK)
        if answer is None:
            given = {"reason": "多次联系企业未补充，按现有材料办理。"}
            self.take("go_on", self.office(unit, 2 * DAY), self.handler(unit), **given)
            return
        at = awake(self.t + timedelta(hours=plan.question.answer_hours), self.drawn)
        self.take("answer", at, self.firm.owner, text=answer)

    def _extend(self, unit: int) -> None:
        """Ask for more time while there is some left; without any left there is nothing to ask for."""
        wanted, due = self.story.plan.extension, self.case.due("reply")
        at = self.office(unit, 40 + self.drawn.randrange(120))
        if wanted is None or due is None or at >= due:
            return
        self.take("ask_extension", at, self.handler(unit), workdays=wanted.days, reason=wanted.reason)
        self.reached(Stop.REQUEST_EXTENSION)
        at = self.centre(25 + self.drawn.randrange(150))
        if wanted.granted:
            self.take("grant", at, self.supervisor())
        else:
            self.take("refuse_extension", at, self.supervisor(), reason="事项不复杂，请按原期限办理。")
        self.reached(Stop.EXTEND)

    def _part(self, other: int) -> None:
        if self.drawn.random() < 0.12:
            at = self.centre(60 + self.drawn.randrange(120))
            self.take("waive", at, self.dispatcher(), unit=other, reason="经电话核实，不涉及该单位职责。")
            return
        text = PARTS[self.drawn.randrange(len(PARTS))]
        self.take("part", self.office(other, 30 + self.drawn.randrange(240)), self.handler(other), text=text)

    def _supervise(self, unit: int, until: datetime) -> None:
        """A written order: after the term has passed where the case is late, else on the way."""
        order, due = self.story.plan.supervision, self.case.due("reply")
        if order is None or due is None:
            return
        at = self.centre(60, due) if until > due else self.centre(30)
        if at >= until:
            return
        self.take("supervise", at, self.supervisor(), level=str(order[0]), text=order[1])
        answer = self.office(unit, 100 + self.drawn.randrange(200))
        if answer < until:
            text = ORDERS[self.drawn.randrange(len(ORDERS))]
            self.take("answer_order", answer, self.handler(unit), text=text)

    def reply_at(self, unit: int) -> datetime:
        """When the reply is to come: at the planned share of the time that is really left until it falls due."""
        plan, due = self.story.plan, self.case.due("reply")
        days = plan.extension.days if plan.extension and plan.extension.granted else 0
        share = plan.reply_minutes / (ALLOWED[self.story.urgency] + days * DAY)
        if due is None or self.story.kind is Kind.PETITION:
            return self.office(unit, plan.reply_minutes)
        left = self.stage.paces[unit].between(self.t, due)
        return self.office(unit, max(8.0, left * (share if share > 1 else share**0.8)) if left > 0 else 45 + 60 * share)

    def withdraws(self, until: datetime) -> None:
        """The enterprise takes it back before the reply."""
        plan = self.story.plan
        if plan.withdrawn is None or self.story.kind is Kind.PETITION:
            return
        minutes, reason = plan.withdrawn
        at = awake(self.centre(minutes), self.drawn)
        if at < until:
            self.take("withdraw", at, self.firm.owner, reason=reason)
            self._called_later("withdrawn")
            self.call()
            raise Present

    def close(self, *, last: bool) -> None:
        """What the enterprise says to the reply; a refusal opens the next round, `last` says that there is none."""
        plan = self.story.plan
        self.reached(Stop.REPLY)
        if plan.closing == "silent" or (last and self.short and self.story.number % 3):
            self._lapse()
            return
        at = awake(self.t + timedelta(hours=plan.closing_hours), self.drawn)
        due = self.case.due("confirm")
        if due is not None and at >= due:
            self._lapse()
            return
        if plan.closing == "refuse" and not last:
            self._rate(at)
            self.take("refuse", at + timedelta(minutes=2), self.firm.owner, reason=plan.objection)
            return
        self.take("confirm", at, self.firm.owner)
        self._rate(at + timedelta(minutes=1 + self.drawn.randrange(90)), kinder=last and plan.closing == "refuse")

    def _lapse(self) -> None:
        due = self.case.due("confirm")
        if due is None:
            return
        self.take("lapse", max(self.t, due) + timedelta(minutes=1 + self.drawn.randrange(5)), SYSTEM)
        self._called_later("silent")

    def _called_later(self, how: str) -> None:
        """The sample for telephone calls is drawn at eight in the morning, by the number of the case."""
        if int(self.case.appeal.number[-7:-1]) % SAMPLE[how]:
            return
        at = (self.last + timedelta(days=1)).replace(hour=8, minute=0, second=self.drawn.randrange(59), microsecond=0)
        if at > self.now:
            raise Present
        self.case.draw_call(how, at)
        self.t = max(self.t, at)
        self.last = max(self.last, at)

    def _rate(self, at: datetime, *, kinder: bool = False) -> None:
        rating = self.story.plan.rating
        if rating is None:
            return
        more = 2 if kinder else 0
        marks = {n: min(5, getattr(rating, n) + more) for n in ("speed", "result", "attitude")}
        comment = "" if kinder else rating.comment
        self.take("rate", at, self.firm.owner, **marks, comment=comment)

    def call(self) -> None:
        """The telephone call after the end: where the plan says so, and wherever one was drawn and is old enough."""
        planned, drawn = self.story.plan.follow_up, self.case.sheet.calls.get(self.case.appeal.round)
        if self.case.appeal.state not in ("replied", "closed", "withdrawn"):
            return
        if planned is None and (drawn is None or self.story.number % 5 == 0):
            return
        result, satisfied = CALLS[planned.result if planned else ("satisfied", "unreached")[self.story.number % 2]]
        comment = (
            planned.note if planned else "电话回访，企业确认情况属实，无其他意见。" if satisfied else "多次拨打未接通。"
        )
        at = self.centre(20 + self.drawn.randrange(300), self.t + timedelta(days=planned.days if planned else 2))
        given = {"result": result, "comment": comment} | ({"satisfied": satisfied} if satisfied else {})
        self.take("follow_up", at, self.dispatcher(), **given)

    def again(self, text: str, minutes: int) -> None:
        """One more round, from the transfer to what the enterprise says."""
        unit = self.stage.codes[self.story.unit]
        self.take("dispatch", self.centre(15 + self.drawn.randrange(90)), self.dispatcher(), unit=unit)
        self.take("sign", self.office(unit, 10 + self.drawn.randrange(90)), self.handler(unit))
        self.reached(Stop.REOPEN)
        self.answer(unit, self.office(unit, minutes), "solved", text)
        self.close(last=True)

    def answer(self, unit: int, at: datetime, outcome: str, text: str) -> None:
        """Reply, or in a complaint: findings, coordination, reply."""
        who = self.handler(unit)
        if self.story.kind is Kind.COMPLAINT:
            found = "经现场核实并约谈双方，企业反映的情况基本属实。"
            self.take("findings", max(self.t, at - timedelta(hours=20)), who, text=found)
            if not self.short:
                told = "组织双方当面协调，就整改时限达成一致。"
                self.take("coordinate", max(self.t + timedelta(minutes=30), at - timedelta(hours=3)), who, text=told)
            self.take("settle", at, who, outcome=outcome, text=text)
            return
        step = "finish" if self.story.kind is Kind.ASSISTANCE else "reply"
        self.take(step, at, who, outcome=outcome, text=text)

    def reopens(self) -> None:
        """Opened again by the enterprise within ninety days."""
        more = self.story.plan.reopening
        if more is None or self.short or self.case.appeal.state != "closed":
            return
        at = awake(self.last + timedelta(days=min(more.days, 88)), self.drawn)
        self.take("reopen", at, self.firm.owner, reason=more.reason)
        self.again(more.reply, more.reply_minutes)
        self.call()


def _appeal(life: Life) -> None:
    plan, unit = life.story.plan, life.stage.codes[life.story.unit]
    if not life.accept():
        return
    if life.leader is not None and life.story.kind is Kind.APPEAL and _merged(life, life.leader):
        return
    life.transfer()
    life.sign(unit)
    at = life.reply_at(unit)
    life.withdraws(at)
    life.middle(unit, at)
    life.answer(unit, max(at, life.t + timedelta(minutes=5)), OUTCOMES[plan.outcome], plan.reply)
    life.close(last=False)
    life.call()
    if life.case.appeal.state == "accepted":
        life.again(plan.reopening.reply if plan.reopening else f"经再次核实办理：{plan.reply}", 240)
        life.call()
        return
    life.reopens()


def _merged(life: Life, leader: Case) -> bool:
    """Merge into the leading case where that is possible then, and share its reply; whether it was merged."""
    at = life.centre(10 + life.drawn.randrange(40))
    real = max(life.real(at), life.last + timedelta(minutes=1))
    stood = leader.stood(real)
    replies = [deed for deed in leader.deeds if deed.step == "reply" and deed.at > real]
    if any(abs(deed.at - real) < timedelta(minutes=3) for deed in leader.deeds):
        return False  # too near to tell who was first
    if not stood.is_open or stood.state in ("replied", "merged", "submitted"):
        return False
    if not replies and not leader.appeal.is_open:
        return False
    life.case.sheet.led_by = leader.appeal
    before = (leader.appeal.state, leader.appeal.is_open, leader.appeal.unit_id)
    leader.appeal.state, leader.appeal.is_open = stood.state, True
    try:
        life.take("merge", at, life.dispatcher(), leader=leader.appeal.pk, reason="同一楼宇同类问题，合并办理。")
        if not replies:
            raise Present
        leader.appeal.unit_id = leader.stood(replies[0].at).unit
        given = {name: replies[0].given[name] for name in ("outcome", "text")}
        life.t = life.last = replies[0].at - timedelta(minutes=2)
        life.case.take("reply_along", replies[0].at, SYSTEM, **given)
        life.t = life.last = replies[0].at
    finally:
        leader.appeal.state, leader.appeal.is_open, leader.appeal.unit_id = before
    life.close(last=True)
    life.call()
    return True


def _petition(life: Life) -> None:
    plan, unit = life.story.plan, life.stage.codes[life.story.unit]
    life.reached(Stop.ACCEPT)
    if plan.refusal:
        given = {"reason": DECLINES[plan.refusal[0]], "elsewhere": plan.refusal[1]}
        life.take("decline", life.centre(plan.accept_minutes), life.dispatcher(), **given)
        return
    life.transfer()
    life.sign(unit)
    at = life.reply_at(unit)
    life.middle(unit, at)
    life.answer(unit, max(at, life.t + timedelta(minutes=5)), OUTCOMES[plan.outcome], plan.reply)
    life.reached(Stop.REPLY)
    life.reached(Stop.REOPEN)
    life.take("conclude", life.centre(3 * DAY), life.dispatcher(), reason="信访人对答复无异议，予以办结。")
    life.call()


def _assistance(life: Life) -> None:
    plan, story = life.story.plan, life.story
    if not life.accept():
        return
    unit = life.stage.codes[story.unit]
    who = life.handler(unit)
    at = max(life.centre(plan.transfer_minutes, life.case.appeal.submitted_at), life.t + timedelta(minutes=3))
    life.take("appoint", at, life.dispatcher(), unit=unit, account=who.account)
    life.reached(Stop.TRANSFER)
    life.take("hand_over", life.office(unit, 90), who, way="in", items=list(story.documents) or ["申请表"])
    life.reached(Stop.SIGN)
    life.reached(Stop.RETURN)
    until = life.reply_at(unit)
    life.withdraws(until)
    life.middle(unit, until)
    life.take("progress", life.office(unit, 60), who, text="材料已递交窗口，正在审核。")
    life.take("hand_over", max(life.t, until - timedelta(minutes=40)), who, way="out", items=["办结文书"])
    life.answer(unit, max(until, life.t + timedelta(minutes=5)), OUTCOMES[plan.outcome], plan.reply)
    life.close(last=False)
    life.call()
    if life.case.appeal.state == "accepted":
        life.take("appoint", life.centre(40), life.dispatcher(), unit=unit, account=who.account)
        life.reached(Stop.REOPEN)
        life.answer(unit, life.office(unit, 200), "solved", f"已重新办理：{plan.reply}")
        life.close(last=True)


_LIVES = {
    Kind.APPEAL: _appeal,
    Kind.COMPLAINT: _appeal,
    Kind.PETITION: _petition,
    Kind.ASSISTANCE: _assistance,
}

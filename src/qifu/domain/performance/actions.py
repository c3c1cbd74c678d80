"""The only writes of performance: draw up and approve goals; fill, judge, explain, hand in and review a self-evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from qifu.domain.performance import access, facts
from qifu.domain.performance.models import LEVELS, Actual, Evaluation, Goal, Indicator, Plan
from qifu.domain.performance.reading import goals_of, scored
from qifu.engines import indicators as law
from qifu.engines.calendar import SHANGHAI
from qifu.engines.indicators.schemes import FULL
from qifu.engines.quantities import Unread, Vague, read
from qifu.kernel import measures
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record
from qifu.kernel.measures import Ask
from qifu.kernel.measures.actions import freeze

MOST = 200  # indicators of a plan
BUDGET, SPENT = "disclosure.budget", "disclosure.spent"
FILLING = ("open", "returned")


@dataclass(frozen=True, slots=True)
class Promised:
    """An indicator as it was handed in, under the text of its goal."""

    goal: str
    level1: str
    level2: str
    name: str
    target: str
    points: Decimal
    basis: str = ""
    before_last: str = ""
    last: str = ""
    owner: str = ""
    measure: str = ""


@transaction.atomic
def draw(
    *,
    actor: Actor,
    now: datetime,
    year: int,
    name: str,
    project: str,
    scheme: str,
    lines: Sequence[tuple[int, Promised]],
) -> Plan:
    """Draw up the goals of a year for the whole unit (no project) or for one project.

    :raises Invalid: something is wrong with it; `problems` names the rows. :raises Conflict: the same is there.
    """
    access.require_write(actor)
    name = name.strip()[:120]
    if not name or scheme not in law.SCHEMES or not 2000 <= year < 2100:
        raise Invalid("请写明名称，并选择年度和计分办法。", {"name": "请填写"})
    if found := problems(lines, law.SCHEMES[scheme]):
        raise Invalid(f"绩效目标没有登记：第 {found[0][0]} 行，{found[0][1]}", {"file": found[0][1]}, problems=found)
    kind = "project" if project else "unit"
    row = Plan(
        year=year, kind=kind, name=name, project=project[:20], scheme=scheme, drawn_by=actor.account, drawn_at=now
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"{year} 年已有“{name}”的绩效目标。") from None
    texts = list(dict.fromkeys(line.goal for _, line in lines))
    goals = {text: Goal.objects.create(plan=row, place=place, text=text[:400]) for place, text in enumerate(texts, 1)}
    Indicator.objects.bulk_create(_indicator(goals[line.goal], place, line) for place, (_, line) in enumerate(lines, 1))
    facts_ = {"year": year, "kind": kind, "lines": len(lines)}
    record(actor=actor, now=now, verb="performance.draw", stream=row.stream, facts=facts_)
    return row


def problems(lines: Sequence[tuple[int, Promised]], scheme: law.Scheme) -> list[tuple[int, str]]:
    """What is wrong with the indicators of a plan, by row."""
    if not lines or len(lines) > MOST:
        return [(1, "没有指标，或超过 200 条。")]
    known = {one.name for one in measures.measures()}
    wrong: list[tuple[int, str]] = []
    for row, line in lines:
        if line.level2 not in LEVELS.get(line.level1, ()):
            wrong.append((row, f"“{line.level1}／{line.level2}”不是规定的一级、二级指标。"))
        if not line.goal or not line.name:
            wrong.append((row, "没有写明目标或三级指标。"))
        target = read(line.target)
        if isinstance(target, Unread | Vague):
            said = target.why if isinstance(target, Unread) else "没有可以衡量的内容。"
            wrong.append((row, f"目标值“{line.target}”无法衡量：{said}"))
        if not 0 < line.points <= 100:
            wrong.append((row, "分值应大于 0、不超过 100。"))
        if line.measure and line.measure not in known:
            wrong.append((row, f"没有代码为“{line.measure}”的指标口径，请从指标口径页面复制。"))
    total = sum((line.points for _, line in lines), Decimal(0)) + scheme.execution
    if not wrong and total != FULL:
        wrong.append((lines[0][0], f"预算执行 {scheme.execution} 分与各指标分值合计 {total} 分，应为 100 分。"))
    return wrong


@transaction.atomic
def approve(*, actor: Actor, now: datetime, plan: int) -> Plan:
    """Let a plan hold. From then on it is never changed.

    :raises Forbidden: the actor drew it up or may not. :raises Conflict: it holds already.
    """
    access.require_second(actor)
    row = access.plan_door(actor, plan, lock=True)
    if row.state == "approved":
        raise Conflict("这份绩效目标已经批准。", state=row.state)
    if not access.may_approve(actor, row):
        raise Forbidden("绩效目标由另一名财务绩效人员或中心领导批准，编制人不能批准自己的目标。")
    row.state, row.approved_by, row.approved_at = "approved", actor.account, now
    row.save(update_fields=["state", "approved_by", "approved_at"])
    record(actor=actor, now=now, verb="performance.approve", stream=row.stream)
    return row


@transaction.atomic
def drop(*, actor: Actor, now: datetime, plan: int) -> None:
    """Delete a draft.

    :raises Conflict: it holds already.
    """
    access.require_write(actor)
    row = access.plan_door(actor, plan, lock=True)
    if row.state == "approved":
        raise Conflict("已批准的绩效目标不能删除。", state=row.state)
    record(actor=actor, now=now, verb="performance.drop", stream=row.stream)
    Indicator.objects.filter(goal__plan=row).delete()
    row.delete()


@transaction.atomic
def fill(*, actor: Actor, now: datetime, plan: int) -> Evaluation:
    """Begin the self-evaluation, or fill it anew: money and every indicator with a measure from figures frozen now.

    :raises Conflict: the plan is not approved, its year is to come, or the evaluation was handed in.
    """
    access.require_write(actor)
    row = access.plan_door(actor, plan, lock=True)
    if row.state != "approved":
        raise Conflict("绩效目标批准以后才能自评。", state=row.state)
    ask = _asked(row, now)
    evaluation = Evaluation.objects.select_for_update().filter(plan=row).first()
    if evaluation is None:
        evaluation = Evaluation.objects.create(plan=row, begun_by=actor.account)
    _require_open(evaluation)
    where = (("project", row.project),) if row.project else ()
    money = Ask(ask.since, ask.until, now, where)
    purpose = f"{row.year} 年{row.name}绩效自评"
    for name, held in ((BUDGET, "budget"), (SPENT, "executed")):
        frozen = freeze(actor=actor, now=now, measure=measures.measure(name), ask=money, purpose=purpose)
        setattr(evaluation, held, frozen.amount or Decimal(0))
        setattr(evaluation, f"{held}_frozen", frozen)
    evaluation.save()
    missing = _fill_values(actor, now, row, evaluation, ask, purpose)
    facts_ = {"budget": str(evaluation.budget), "executed": str(evaluation.executed), "missing": missing}
    record(actor=actor, now=now, verb="performance.fill", stream=evaluation.stream, facts=facts_)
    return evaluation


def _fill_values(actor: Actor, now: datetime, plan: Plan, evaluation: Evaluation, ask: Ask, purpose: str) -> list[str]:
    """Write the values of indicators that have a measure; the names of those whose figure is not said."""
    missing = []
    for row in Indicator.objects.filter(goal__plan=plan).exclude(measure="").order_by("place"):
        try:
            one = measures.measure(row.measure)
        except Missing:
            missing.append(row.name)  # the room that declared it is gone
            continue
        frozen = freeze(actor=actor, now=now, measure=one, ask=ask, purpose=purpose)
        said = facts.printed(one, measures.Value(frozen.amount, frozen.numerator, frozen.denominator))
        if not said:
            missing.append(row.name)
            continue
        fresh = {
            "value": said,
            "frozen": frozen,
            "proof": "",
            "grade": "",
            "share": None,
            "why": "",
            "by": actor.account,
            "at": now,
        }
        Actual.objects.update_or_create(evaluation=evaluation, indicator=row, defaults=fresh)
    return missing


@transaction.atomic
def say(*, actor: Actor, now: datetime, plan: int, indicator: int, value: str, proof: str) -> Actual:
    """Write the value of an indicator by hand, with where it can be looked up. A judgement made of an earlier value is forgotten.

    :raises Invalid: value or proof is missing. :raises Conflict: it was handed in, or a measure stands for the value.
    """
    access.require_write(actor)
    evaluation = access.evaluation_door(actor, plan, lock=True)
    _require_open(evaluation)
    row = _indicator_of(plan, indicator)
    value, proof = value.strip()[:80], proof.strip()[:400]
    if not value or len(proof) < 2:
        raise Invalid("请填写完成值，并写明佐证材料在哪里。", {"value": "请填写", "proof": "请写明佐证"})
    held = Actual.objects.filter(evaluation=evaluation, indicator=row).first()
    if held is not None and held.frozen_id is not None:
        raise Conflict("这项指标的完成值由系统记录算出，不能手工改写。数字有误请更正原始记录后重新取数。")
    fresh = {
        "value": value, "proof": proof, "frozen": None, "grade": "", "share": None, "why": "", "judged_by": None, "judged_on": None,
        "by": actor.account, "at": now,
    }  # fmt: skip
    made, _ = Actual.objects.update_or_create(evaluation=evaluation, indicator=row, defaults=fresh)
    record(
        actor=actor, now=now, verb="performance.say", stream=evaluation.stream, facts={"indicator": row.pk},
        content={"value": value, "proof": proof},
    )  # fmt: skip
    return made


@transaction.atomic
def judge(*, actor: Actor, now: datetime, plan: int, indicator: int, grade: str, share: Decimal, why: str) -> Actual:
    """Judge an indicator that no number decides.

    :raises Invalid: the share lies outside the band of the grade, or no reason is given.
    :raises Conflict: it was handed in, has no value yet, or numbers decide.
    """
    access.require_write(actor)
    evaluation = access.evaluation_door(actor, plan, lock=True)
    _require_open(evaluation)
    row = _indicator_of(plan, indicator)
    made = Actual.objects.filter(evaluation=evaluation, indicator=row).first()
    if made is None:
        raise Conflict("请先填写完成值，再判断达成程度。")
    on, scheme = now.astimezone(SHANGHAI).date(), law.SCHEMES[evaluation.plan.scheme]
    try:
        found = law.measured(facts.indicator(row), made.value, scheme, law.Judgement(grade, share, actor.name, on, why))
    except ValueError as problem:
        raise Invalid(str(problem), {"share": str(problem)}) from None
    if not found.is_judged:
        raise Conflict("这项指标由数字决定得分，不需要判断。")
    made.grade, made.share, made.why = grade, share, why.strip()[:400]
    made.judged_by, made.judged_on = actor.account, on
    made.save(update_fields=["grade", "share", "why", "judged_by", "judged_on"])
    facts_ = {"indicator": row.pk, "grade": grade, "share": str(share)}
    record(actor=actor, now=now, verb="performance.judge", stream=evaluation.stream, facts=facts_)
    return made


@transaction.atomic
def explain(*, actor: Actor, now: datetime, plan: int, reasons: str, remedies: str) -> Evaluation:
    """Write reasons of deviations and what will be done.

    :raises Conflict: it was handed in.
    """
    access.require_write(actor)
    evaluation = access.evaluation_door(actor, plan, lock=True)
    _require_open(evaluation)
    evaluation.reasons, evaluation.remedies = reasons.strip()[:4000], remedies.strip()[:4000]
    evaluation.save(update_fields=["reasons", "remedies"])
    content = {"reasons": evaluation.reasons, "remedies": evaluation.remedies}
    record(actor=actor, now=now, verb="performance.explain", stream=evaluation.stream, content=content)
    return evaluation


@transaction.atomic
def hand_in(*, actor: Actor, now: datetime, plan: int) -> Evaluation:
    """Hand in: nothing may be left to say.

    :raises Conflict: it was handed in. :raises Invalid: something must still be said or mended; `problems` names each.
    """
    access.require_write(actor)
    evaluation = access.evaluation_door(actor, plan, lock=True)
    _require_open(evaluation)
    told = scored(evaluation.plan, goals_of(evaluation.plan), evaluation)
    if told.demands or told.total is None:
        first = told.demands[0].message if told.demands else "还有指标没有得分。"
        raise Invalid(f"还不能提交：{first}", problems=[(one.place, one.message) for one in told.demands])
    evaluation.state, evaluation.score = "handed_in", told.total
    evaluation.handed_by, evaluation.handed_at = actor.account, now
    evaluation.save(update_fields=["state", "score", "handed_by", "handed_at"])
    record(actor=actor, now=now, verb="performance.hand_in", stream=evaluation.stream, facts={"score": str(told.total)})
    return evaluation


@transaction.atomic
def review(*, actor: Actor, now: datetime, plan: int, is_accepted: bool, opinion: str) -> Evaluation:
    """Accept a self-evaluation, or give it back with an opinion.

    :raises Forbidden: the actor handed it in or may not. :raises Conflict: it is not handed in. :raises Invalid: no opinion.
    """
    access.require_second(actor)
    evaluation = access.evaluation_door(actor, plan, lock=True)
    if evaluation.state != "handed_in":
        raise Conflict("这份自评没有在等待复核。", state=evaluation.state)
    if not access.may_review(actor, evaluation):
        raise Forbidden("自评由另一名财务绩效人员或中心领导复核，提交人不能复核自己的自评。")
    opinion = opinion.strip()[:400]
    if not is_accepted and len(opinion) < 2:
        raise Invalid("退回时请写明要改什么。", {"opinion": "请写明"})
    evaluation.state = "accepted" if is_accepted else "returned"
    evaluation.reviewed_by, evaluation.reviewed_at, evaluation.opinion = actor.account, now, opinion
    evaluation.save(update_fields=["state", "reviewed_by", "reviewed_at", "opinion"])
    facts_ = {"state": evaluation.state}
    record(
        actor=actor,
        now=now,
        verb="performance.review",
        stream=evaluation.stream,
        facts=facts_,
        content={"opinion": opinion},
    )
    return evaluation


def _asked(plan: Plan, now: datetime) -> Ask:
    """The whole year; of one under way, up to today."""
    today = now.astimezone(SHANGHAI).date()
    if today < date(plan.year, 1, 1):
        raise Conflict(f"{plan.year} 年还没有开始，不能自评。")
    return Ask(date(plan.year, 1, 1), min(today, date(plan.year, 12, 31)), now)


def _require_open(evaluation: Evaluation) -> None:
    if evaluation.state not in FILLING:
        raise Conflict("这份自评已经提交，不能再改。需要修改请复核人退回。", state=evaluation.state)


def _indicator_of(plan: int, indicator: int) -> Indicator:
    row = Indicator.objects.filter(pk=indicator, goal__plan=plan).first()
    if row is None:
        raise Missing("这份绩效目标里没有这项指标，请刷新页面。")
    return row


def _indicator(goal: Goal, place: int, line: Promised) -> Indicator:
    return Indicator(
        goal=goal, place=place, level1=line.level1, level2=line.level2, name=line.name[:80], target=line.target[:80],
        points=line.points, basis=line.basis[:200], before_last=line.before_last[:80], last=line.last[:80],
        owner=line.owner[:40], measure=line.measure,
    )  # fmt: skip

"""What the administrator sets: the times promised, and the categories. A change holds for clocks started after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.appeals.flow import TERMS
from qifu.domain.appeals.models import Category, Promise
from qifu.domain.people import queries as people
from qifu.engines.calendar import Term
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record

LONGEST = {"minutes": 10_080, "wall": 43_200, "workdays": 250, "days": 365}  # of a promise, by kind of term


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    """A category as it is to be. `parent` is set once, when it is made."""

    name: str
    unit: int | None = None
    order: int = 0


def require_administrator(actor: Actor) -> None:
    """:raises Forbidden: not an administrator in one's own name."""
    if not any(post.role is Role.ADMINISTRATOR and post.for_account is None for post in actor.posts):
        raise Forbidden("只有管理员可以修改时限和分类。")


@transaction.atomic
def promise(*, actor: Actor, now: datetime, kind: str, urgency: str, clock: str, term: str, n: int) -> Promise:
    """Promise another time for one clock of one kind and urgency.

    :raises Forbidden: not an administrator.
    :raises Missing: this kind of case has no such clock.
    :raises Invalid: the kind of term is unknown, or the number out of range.
    """
    usual = _usual(actor, kind, urgency, clock)
    if term not in LONGEST:
        raise Invalid("请选择计时方式。", {"term": "请选择计时方式。"})
    if not 1 <= n <= LONGEST[term]:
        said = f"数值应在 1 至 {LONGEST[term]} 之间。"
        raise Invalid(said, {"n": said})
    held = Promise.objects.select_for_update().filter(kind=kind, urgency=urgency, clock=clock).first()
    before = {"term": held.term, "n": held.n} if held else {"term": usual.kind, "n": usual.n}
    row, _ = Promise.objects.update_or_create(kind=kind, urgency=urgency, clock=clock, defaults={"term": term, "n": n})
    _prove_promise(row, "appeals.promise", actor, now, {"from": before, "to": {"term": term, "n": n}})
    return row


@transaction.atomic
def promise_as_usual(*, actor: Actor, now: datetime, kind: str, urgency: str, clock: str) -> None:
    """Go back to the time usually promised.

    :raises Forbidden: not an administrator.
    :raises Missing: this kind of case has no such clock.
    """
    usual = _usual(actor, kind, urgency, clock)
    row = Promise.objects.select_for_update().filter(kind=kind, urgency=urgency, clock=clock).first()
    if row is None:
        return
    facts = {"from": {"term": row.term, "n": row.n}, "to": {"term": usual.kind, "n": usual.n}, "is_usual": True}
    _prove_promise(row, "appeals.promise", actor, now, facts)
    row.delete()


@transaction.atomic
def add_category(*, actor: Actor, now: datetime, draft: CategoryDraft, parent: int | None = None) -> Category:
    """Add a category of the first level, or below one of the first level.

    :raises Forbidden: not an administrator.
    :raises Missing: there is no such parent.
    :raises Invalid: the name is missing or taken, the unit unknown, or the parent itself has one.
    """
    require_administrator(actor)
    above = _category(parent) if parent is not None else None
    if above is not None and above.parent_id is not None:
        raise Invalid("分类只有两级，请选择一级分类。", {"parent": "请选择一级分类。"})
    _check(draft, parent, None)
    row = Category(name=draft.name.strip(), parent=above, unit_id=draft.unit, order=draft.order, code=_code(above))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Invalid("刚才有人添加了另一个分类，请再提交一次。") from None
    _prove_category(row, "appeals.category_add", actor, now, {"parent": parent, "code": row.code, **_facts(row)})
    return row


@transaction.atomic
def change_category(*, actor: Actor, now: datetime, category: int, draft: CategoryDraft) -> Category:
    """Rename a category, move it in its order, give it another default unit. Old cases show the new name.

    :raises Forbidden: not an administrator.
    :raises Missing: there is no such category.
    :raises Invalid: the name is missing or taken, or the unit unknown.
    """
    require_administrator(actor)
    row = _category(category)
    _check(draft, row.parent_id, row.pk)
    before = _facts(row)
    row.name, row.unit_id, row.order = draft.name.strip(), draft.unit, draft.order
    row.save(update_fields=["name", "unit", "order"])
    _prove_category(row, "appeals.category_change", actor, now, {"from": before, "to": _facts(row)})
    return row


@transaction.atomic
def retire_category(*, actor: Actor, now: datetime, category: int, is_active: bool = False) -> Category:
    """Take a category out of use, or bring it back. Cases that bear it keep it.

    :raises Forbidden: not an administrator.
    :raises Missing: there is no such category.
    :raises Invalid: categories below it are still in use.
    """
    require_administrator(actor)
    row = _category(category)
    if not is_active and row.children.filter(is_active=True).exists():
        raise Invalid(f"“{row.name}”下还有在用的二级分类，请先停用它们。")
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    verb = "appeals.category_restore" if is_active else "appeals.category_retire"
    _prove_category(row, verb, actor, now, _facts(row))
    return row


def _usual(actor: Actor, kind: str, urgency: str, clock: str) -> Term:
    require_administrator(actor)
    usual = TERMS.get((kind, urgency), {}).get(clock)
    if usual is None:
        raise Missing("这类事项没有这个时限。")
    return usual


def _category(category: int) -> Category:
    row = Category.objects.select_for_update().filter(pk=category).first()
    if row is None:
        raise Missing("没有这个分类，请返回分类列表重新选择。")
    return row


def _check(draft: CategoryDraft, parent: int | None, own: int | None) -> None:
    problems, name = {}, draft.name.strip()
    if not 0 < len(name) <= 40:
        problems["name"] = "请填写名称，不超过 40 字。"
    elif Category.objects.filter(name=name, parent=parent).exclude(pk=own or 0).exists():
        problems["name"] = "同级已有这个名称。"
    if draft.unit is not None and draft.unit not in people.unit_tree().units:
        problems["unit"] = "没有这个单位，请重新选择。"
    if not 0 <= draft.order <= 9999:
        problems["order"] = "次序应在 0 至 9999 之间。"
    if problems:
        raise Invalid("".join(problems.values()), problems)


def _code(above: Category | None) -> str:
    """The next code: two digits a level."""
    head = above.code if above else ""
    used = Category.objects.filter(parent=above).values_list("code", flat=True)
    tails = [int(code[len(head) :]) for code in used if code.startswith(head) and code[len(head) :].isdigit()]
    return f"{head}{max(tails, default=0) + 1:02d}"


def _facts(row: Category) -> dict[str, object]:
    return {"name": row.name, "unit": row.unit_id, "order": row.order, "is_active": row.is_active}


def _prove_promise(row: Promise, verb: str, actor: Actor, now: datetime, facts: dict[str, object]) -> None:
    stream = f"appeals.promise:{row.kind}/{row.urgency}/{row.clock}"
    record(actor=actor, now=now, verb=verb, stream=stream, facts=facts)


def _prove_category(row: Category, verb: str, actor: Actor, now: datetime, facts: dict[str, object]) -> None:
    record(actor=actor, now=now, verb=verb, stream=f"appeals.category:{row.pk}", facts=facts)

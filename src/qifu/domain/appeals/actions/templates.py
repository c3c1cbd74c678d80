"""Write, change and drop the replies that a unit uses often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from qifu.domain.appeals.models import Category, ReplyTemplate
from qifu.domain.appeals.queries.templates import may_write, visible
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record

LONGEST = 4000  # characters, as a reply may have


@dataclass(frozen=True, slots=True)
class Draft:
    """What a template says. No unit: for the whole district. No category: for all."""

    title: str
    body: str
    unit: int | None = None
    category: int | None = None


@transaction.atomic
def write(*, actor: Actor, now: datetime, draft: Draft, template: int | None = None) -> ReplyTemplate:
    """Write a new template, or change one.

    :raises Missing: there is no such template for this actor.
    :raises Forbidden: it is another unit's.
    :raises Invalid: title or text is missing or too long, or the category is unknown.
    """
    row = _door(actor, template) if template is not None else ReplyTemplate()
    if not may_write(actor, draft.unit):
        raise Forbidden("只能维护本单位的常用回复；全区通用的由中心维护。")
    _check(draft)
    row.unit_id, row.category_id = draft.unit, draft.category
    row.title, row.body = draft.title.strip(), draft.body.strip()
    row.save()
    _prove(row, "appeals.template", actor, now, {"title": row.title, "body": row.body})
    return row


@transaction.atomic
def drop(*, actor: Actor, now: datetime, template: int) -> None:
    """Take a template out of use for good.

    :raises Missing: there is no such template for this actor.
    :raises Forbidden: it is another unit's.
    """
    row = _door(actor, template)
    _prove(row, "appeals.template_drop", actor, now, {"title": row.title, "body": row.body})
    row.delete()


def count_use(*, actor: Actor, template: int) -> None:
    """Count that a reply was begun from the template; no more than an order of the list, so no evidence."""
    visible(actor).filter(pk=template).update(used=F("used") + 1)


def _door(actor: Actor, template: int) -> ReplyTemplate:
    row = visible(actor).filter(pk=template).select_for_update().first()
    if row is None:
        raise Missing("没有这条常用回复，可能已被删除。")
    if not may_write(actor, row.unit_id):
        raise Forbidden("只能维护本单位的常用回复；全区通用的由中心维护。")
    return row


def _check(draft: Draft) -> None:
    problems = {}
    if not 0 < len(draft.title.strip()) <= 60:
        problems["title"] = "请填写名称，不超过 60 字。"
    if not 0 < len(draft.body.strip()) <= LONGEST:
        problems["body"] = f"请填写内容，不超过 {LONGEST} 字。"
    if draft.category is not None and not Category.objects.filter(pk=draft.category).exists():
        problems["category"] = "没有这个分类，请重新选择。"
    if problems:
        raise Invalid("".join(problems.values()), problems)


def _prove(row: ReplyTemplate, verb: str, actor: Actor, now: datetime, said: dict[str, object]) -> None:
    facts = {"unit": row.unit_id, "category": row.category_id}
    record(actor=actor, now=now, verb=verb, stream=f"appeals.template:{row.pk}", facts=facts, content=said)

"""Units come, are renamed, moved and closed. A closed unit stays in the records."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from qifu.domain.people.access import require_administrator, unit_to_administer
from qifu.domain.people.models import Membership, Unit
from qifu.domain.people.tree import tree
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence import actions as evidence

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
DEPTH = 4  # centre, street, station, point


@transaction.atomic
def create_unit(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    name: str,
    short_name: str = "",
    kind: str,
    parent: int | None = None,
    phone: str = "",
) -> Unit:
    """Add a unit to the tree; its hours are those of the unit above until set."""
    require_administrator(actor)
    code, name = code.strip(), name.strip()
    short_name = short_name.strip() or name[:30]
    _check_texts(code, name, short_name, kind)
    if Unit.objects.filter(code=code).exists():
        raise Invalid(f"单位代码 {code} 已被使用，请换一个。", {"code": "已被使用。"})
    if parent is not None:
        _check_parent(parent)
    unit = Unit.objects.create(
        code=code, name=name, short_name=short_name, kind=kind, parent_id=parent, phone=phone.strip()
    )
    facts = {"code": code, "name": name, "kind": kind, "parent": parent}
    evidence.record(actor=actor, now=now, verb="unit.create", stream=f"unit:{unit.pk}", facts=facts)
    return unit


@transaction.atomic
def rename_unit(
    *, actor: Actor, now: datetime, unit: int, name: str, short_name: str = "", phone: str | None = None
) -> Unit:
    """Give a unit its new name (and telephone); the code stays."""
    row = unit_to_administer(actor, unit)
    name = name.strip()
    short_name = short_name.strip() or name[:30]
    _check_texts(row.code, name, short_name, row.kind)
    facts = {"was": row.name, "name": name, "short_name": short_name}
    row.name, row.short_name = name, short_name
    row.phone = row.phone if phone is None else phone.strip()
    row.save(update_fields=["name", "short_name", "phone"])
    evidence.record(actor=actor, now=now, verb="unit.rename", stream=f"unit:{row.pk}", facts=facts)
    return row


@transaction.atomic
def move_unit(*, actor: Actor, now: datetime, unit: int, parent: int | None) -> Unit:
    """Put a unit, with all below it, under another one."""
    row = unit_to_administer(actor, unit)
    if parent is not None:
        if parent in tree().subtree(unit):
            raise Invalid("不能把单位移到它自己或它的下级之下。", {"parent": "请另选上级单位。"})
        _check_parent(parent)
    facts = {"was": row.parent_id, "parent": parent}
    row.parent_id = parent
    row.save(update_fields=["parent"])
    evidence.record(actor=actor, now=now, verb="unit.move", stream=f"unit:{row.pk}", facts=facts)
    return row


@transaction.atomic
def close_unit(*, actor: Actor, now: datetime, unit: int, open_cases: Callable[[int], int]) -> Unit:
    """Close a unit that has no members, no open units below it and nothing in hand; `open_cases` counts what rooms above
    this one have assigned to it.

    :raises Conflict: it is closed already, somebody is still in it, or it still has cases to handle.
    """
    row = unit_to_administer(actor, unit)
    if not row.is_active:
        raise Conflict(f"{row.name}已经停用。", state="closed")
    if row.children.filter(is_active=True).exists():
        raise Conflict(f"{row.name}还有下级单位，请先移走或停用下级单位。", state="open")
    members = Membership.objects.at(now).filter(unit=row).count()
    if members:
        raise Conflict(f"{row.name}还有 {members} 个在任岗位，请先结束这些岗位再停用。", state="open")
    if cases := open_cases(row.pk):
        raise Conflict(f"{row.name}还有 {cases} 件没有办结的事项，请先转给别的单位或办结，再停用。", state="open")
    row.is_active = False
    row.save(update_fields=["is_active"])
    evidence.record(actor=actor, now=now, verb="unit.close", stream=f"unit:{row.pk}")
    return row


@transaction.atomic
def reopen_unit(*, actor: Actor, now: datetime, unit: int) -> Unit:
    """Open a closed unit again."""
    row = unit_to_administer(actor, unit)
    if row.is_active:
        raise Conflict(f"{row.name}正在使用，无需恢复。", state="open")
    row.is_active = True
    row.save(update_fields=["is_active"])
    evidence.record(actor=actor, now=now, verb="unit.reopen", stream=f"unit:{row.pk}")
    return row


def _check_texts(code: str, name: str, short_name: str, kind: str) -> None:
    fields = {}
    if not _CODE.fullmatch(code):
        fields["code"] = "请用 1 到 32 位字母、数字、横线或下划线。"
    if not 2 <= len(name) <= 100:
        fields["name"] = "请填 2 到 100 个字。"
    if len(short_name) > 30:
        fields["short_name"] = "最多 30 个字。"
    if kind not in Unit.Kind.values:
        fields["kind"] = "请选择单位类型。"
    if fields:
        raise Invalid("单位信息有误，请改正标出的各项。", fields)


def _check_parent(parent: int) -> None:
    found = tree().units.get(parent)
    if found is None or not found.is_active:
        raise Invalid("上级单位不存在或已停用，请重新选择。", {"parent": "请重新选择。"})
    if len(tree().ancestors(parent)) + 2 > DEPTH:
        raise Invalid(f"单位最多 {DEPTH} 级，请选择更高一级的上级单位。", {"parent": "层级太深。"})

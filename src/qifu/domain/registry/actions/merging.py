"""Two enterprises found to be one, or one found to be two; nothing is moved for good, so that it can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from qifu.domain.registry import naming
from qifu.domain.registry.access import enterprises_to_merge, merge_to_undo
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.actions.weighing import silenced
from qifu.domain.registry.models import Enterprise, Merge, SourceRow
from qifu.engines.linkage import Lists, link
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import Entry, record_many


def merge_enterprises(
    *, actor: Actor, now: datetime, leading: int, merged: int, reason: str, despite_codes: bool = False
) -> Merge:
    """Let one enterprise count under another: its rows, and what other rooms keep of it, are shown there.

    :param despite_codes: the two have different credit codes, and the person said that they are one all the same.
    :raises Invalid: no reason, or one enterprise twice.
    :raises Conflict: one was merged already or leads others, branch and parent, or different codes.
    """
    if leading == merged:
        raise Invalid("请选择两家不同的企业。", {"merged": "与主企业相同"})
    with transaction.atomic():
        first, second = enterprises_to_merge(actor, leading, merged)
        why = _reason(reason)
        _require_apart(first, second, despite_codes)
        second.merged_into, second.updated = first, now
        second.save(update_fields=["merged_into", "updated"])
        row = Merge.objects.create(leading=first, merged=second, reason=why, made_by_id=actor.account, made_at=now)
        facts = {"merge": row.pk, "leading": first.pk, "merged": second.pk}
        _tell(actor, now, "enterprise.merge", (first, second), facts, {"reason": why})
        settle(reckon_profiles([first.pk], now), actor=actor, now=now, facts={"merge": row.pk})
    return row


def undo_merge(*, actor: Actor, now: datetime, merge: int, reason: str) -> Merge:
    """Let the two stand apart again, as they did before.

    :raises Conflict: it was undone already.
    """
    with transaction.atomic():
        row = merge_to_undo(actor, merge)
        why = _reason(reason)
        if row.undone_at is not None:
            raise Conflict("这次合并已经撤销，请刷新页面。", state="undone")
        row.merged.merged_into, row.merged.updated = None, now
        row.merged.save(update_fields=["merged_into", "updated"])
        row.undone_at, row.undone_reason = now, why
        row.undone_by_id = actor.account
        row.save()
        facts = {"merge": row.pk, "leading": row.leading_id, "merged": row.merged_id}
        _tell(actor, now, "enterprise.unmerge", (row.leading, row.merged), facts, {"reason": why})
        silent = {row.leading_id: _fields_of(row.merged_id)}
        profiles = reckon_profiles([row.leading_id, row.merged_id], now)
        settle(profiles, actor=actor, now=now, facts={"merge": row.pk}, silent=silent, is_back=True)
    return row


def split_off(
    *, actor: Actor, now: datetime, enterprise: int, rows: Iterable[int], name: str, reason: str
) -> Enterprise:
    """Give rows of sources that speak of somebody else an enterprise of their own; merging it back undoes it.

    :raises Invalid: no rows of this enterprise, all of them, one that bears its own code, no name or no reason.
    """
    called, wanted = naming.written(name), set(rows)
    with transaction.atomic():
        (held,) = enterprises_to_merge(actor, enterprise)
        why = _reason(reason)
        mine = SourceRow.objects.select_for_update().filter(enterprise=held)
        chosen = list(mine.filter(pk__in=wanted, gone_at=None))
        if not chosen or len(chosen) != len(wanted):
            raise Invalid("请选择要拆出的来源行。", {"rows": "请至少选择一行"})
        if mine.filter(gone_at=None).count() == len(chosen):
            raise Invalid("不能拆出全部来源行，原企业至少保留一行。", {"rows": "至少保留一行"})
        if held.uscc and any(row.values.get("uscc") == held.uscc for row in chosen):
            raise Invalid(
                "带有本企业统一社会信用代码的来源行说的就是本企业，不能拆出；请选择说的是另一家的行。",
                {"rows": "请不要选带有本企业代码的行"},
            )
        if not 2 <= len(called) <= 120 or Enterprise.objects.filter(name=called, uscc=None).exists():
            raise Invalid("请填写拆出企业的名称，且不与没有代码的现有企业重名。", {"name": "请填写不同的名称"})
        made = _entered(called, now)
        SourceRow.objects.filter(pk__in=[row.pk for row in chosen]).update(enterprise=made)
        facts = {"from": held.pk, "to": made.pk, "rows": sorted(row.pk for row in chosen)}
        _tell(actor, now, "enterprise.split", (held, made), facts, {"reason": why})
        silent = silenced((held.pk, row.values) for row in chosen)
        profiles = reckon_profiles([held.pk, made.pk], now)
        settle(profiles, actor=actor, now=now, facts={"split": made.pk}, silent=silent, is_back=True)
    return made


def _entered(name: str, now: datetime) -> Enterprise:
    short = naming.initials(name)
    return Enterprise.objects.create(
        name=name, initials=short, tokens=naming.tokens(name, short, ""), created=now, updated=now
    )


def _require_apart(first: Enterprise, second: Enterprise, despite_codes: bool) -> None:
    """:raises Conflict: the two must not be merged."""
    for row in (first, second):
        if row.merged_into_id is not None:
            raise Conflict(f"{row.name}已并入另一家企业，请先撤销那次合并。", state="merged")
    if second.merged.exists():
        raise Conflict(f"已有企业并入{second.name}，请先撤销，或以它为主企业。", state="leads")
    if is_branch_and_parent(first, second):
        raise Conflict("分支机构与总公司、两个分支机构之间不能合并；它们是不同的登记主体。", state="branch")
    if second.uscc and not first.uscc:
        raise Conflict("请以有统一社会信用代码的一家为主企业。", state="code")
    if first.uscc and second.uscc and not despite_codes:
        raise Conflict("两家的统一社会信用代码不同，通常不是同一家。确认无误请勾选“代码不同也要合并”。", state="codes")


def is_branch_and_parent(first: Enterprise, second: Enterprise) -> bool:
    """Whether one is a branch and the other is not, or both are different branches."""
    rows, blank = (first, second), [""] * 2
    lists = Lists(
        ids=["a", "b"], names=[row.name for row in rows], codes=blank, addresses=[row.address for row in rows],
        rooms=blank, phones=blank, persons=blank, formers=blank,
    )  # fmt: skip
    one, other = link(lists, ()).names
    forms = {row.legal_form == "branch" for row in rows if row.legal_form}
    return one.branch != other.branch or len(forms) == 2


def _fields_of(enterprise: int) -> set[str]:
    rows = SourceRow.objects.filter(enterprise=enterprise, gone_at=None).values_list("values", flat=True)
    return {field for values in rows for field in values}


def _reason(text: str) -> str:
    if len(text.strip()) < 4:
        raise Invalid("请写明原因（至少四个字），会留在两家企业的记录里。", {"reason": "请写明原因"})
    return text.strip()[:300]


def _tell(
    actor: Actor, now: datetime, verb: str, rows: Iterable[Enterprise], facts: Mapping[str, object], content: Mapping[str, object]
) -> None:  # fmt: skip
    record_many([Entry(actor, now, verb, f"registry.enterprise:{row.pk}", facts, content) for row in rows])


__all__ = ["is_branch_and_parent", "merge_enterprises", "split_off", "undo_merge"]

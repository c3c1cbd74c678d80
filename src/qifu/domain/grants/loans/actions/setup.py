"""Banks and programmes: set up once, before the first list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from qifu.domain.grants import access as grants
from qifu.domain.grants.loans import terms
from qifu.domain.grants.models import Bank, FundLine, Programme
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

_ACCOUNT = re.compile(r"[0-9]{6,32}")


@transaction.atomic
def add_bank(*, actor: Actor, now: datetime, name: str, holder: str, branch: str, account: str) -> Bank:
    """Enter a bank and the account its share is paid to; the same name again changes the account.

    :raises Forbidden: not finance. :raises Invalid: a field is empty, or the account is none.
    """
    grants.require_payer(actor)
    name, holder, branch, account = name.strip(), holder.strip(), branch.strip(), re.sub(r"[\s-]", "", account)
    problems = {
        "name": "" if 2 <= len(name) <= 120 else "请填写银行名称。",
        "holder": "" if 2 <= len(holder) <= 120 else "请填写收款户名。",
        "branch": "" if 2 <= len(branch) <= 120 else "请填写开户行。",
        "account": "" if _ACCOUNT.fullmatch(account) else "收款账号应为 6 至 32 位数字。",
    }
    if any(problems.values()):
        raise Invalid("银行没有保存：" + "".join(problems.values()), {k: v for k, v in problems.items() if v})
    held = {"holder": holder, "branch": branch, "account": account, "tail": account[-4:]}
    row, is_new = Bank.objects.update_or_create(
        name=name, defaults=held | {"made_by": actor.account or 0, "made_at": now}
    )
    facts = {"bank": row.pk, "tail": row.tail, "is_new": is_new}
    record(actor=actor, now=now, verb="grants.put_bank", stream=f"grants.bank:{row.pk}", facts=facts)
    return row


@transaction.atomic
def add_programme(
    *,
    actor: Actor,
    now: datetime,
    title: str,
    clause: str,
    line: int,
    unit: int,
    asked: terms.Asked,
    sizes: Sequence[str] = (),
) -> Programme:
    """Set a programme up; its terms are not changed afterwards.

    :raises Forbidden: does not write schemes. :raises Invalid: a field is wrong. :raises Conflict: the title is taken.
    """
    grants.require_writer(actor)
    title, clause = title.strip(), clause.strip()
    problems = {
        "title": "" if 2 <= len(title) <= 120 else "请填写项目名称。",
        "clause": "" if 2 <= len(clause) <= 200 else "请写明依据的文件和条款。",
        "line": "" if FundLine.objects.filter(pk=line).exists() else "请选择预算。",
        "unit": "" if unit in people.unit_tree().units else "请选择主管单位。",
        "sizes": "" if set(sizes) <= {size for size, _ in registry.sizes()} else "请从列表中选择企业规模。",
    }
    if any(problems.values()):
        raise Invalid("贴息项目没有保存：" + "".join(problems.values()), {k: v for k, v in problems.items() if v})
    if Programme.objects.filter(title=title).exists():
        raise Conflict("已经有同名的贴息项目，请换一个名称，例如加上年度。")
    row = Programme.objects.create(
        title=title, clause=clause, line_id=line, unit_id=unit, terms=terms.kept(asked), sizes=list(sizes),
        made_by=actor.account or 0, made_at=now,
    )  # fmt: skip
    facts = {"title": title, "line": line, "unit": unit, "terms": row.terms, "sizes": row.sizes}
    record(actor=actor, now=now, verb="grants.add_programme", stream=row.stream, facts=facts)
    return row

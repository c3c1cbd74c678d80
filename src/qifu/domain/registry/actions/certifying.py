"""Proving that an account speaks for an enterprise: filed with proof, reviewed by the staff, approved or refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.registry import naming
from qifu.domain.registry.access import certification_to_review, own_certification
from qifu.domain.registry.actions.greeting import note_contact, note_new
from qifu.domain.registry.models import Agency, Certification, Enterprise
from qifu.engines.codes import credit
from qifu.kernel import outbox
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import give

ROLES = ("owner", "agent")
_DECIDED = "这条申请已经处理过，请刷新页面查看结果。"


def file_certification(
    *,
    actor: Actor,
    now: datetime,
    uscc: str,
    enterprise_name: str,
    person: str,
    role: str,
    files: Iterable[int] = (),
) -> Certification:
    """Ask to speak for an enterprise; `files` are those that the person has just kept as proof.

    :raises Invalid: a field cannot be used, or there is no proof.
    :raises Conflict: the person speaks for it already, or has asked already.
    """
    if not actor.is_contact or actor.account is None:
        raise Forbidden("请用手机号登录后再认证企业。")
    code, wanted = credit.normalise(uscc), list(files)
    person, enterprise_name = person.strip(), naming.written(enterprise_name)
    _check(code, enterprise_name, person, role, wanted)
    with transaction.atomic():
        held = Enterprise.objects.filter(uscc=code).first()
        if held is not None and held.pk in actor.enterprises:
            raise Conflict("您已经可以代表这家企业办事，无需再次认证。", state="approved")
        row = _filed(
            Certification(
                account_id=actor.account,
                enterprise=held,
                uscc=code,
                enterprise_name=enterprise_name,
                person=person,
                role=role,
                filed_at=now,
            )
        )
        give(actor=actor, ids=wanted, owner=stream_of(row))
        facts = {"enterprise": held.pk if held else None, "role": role, "files": len(wanted)}
        content = {"uscc": code, "person": person, "enterprise_name": enterprise_name}
        record(actor=actor, now=now, verb="certification.file", stream=stream_of(row), facts=facts, content=content)
    return row


def withdraw_certification(*, actor: Actor, now: datetime, certification: int) -> Certification:
    """Take one's own request back.

    :raises Conflict: it was decided already.
    """
    with transaction.atomic():
        row = own_certification(actor, certification, lock=True)
        return _decided(row, "withdrawn", actor, now, "")


def approve_certification(*, actor: Actor, now: datetime, certification: int) -> Certification:
    """Let the account speak for the enterprise; one that the registry does not hold yet is entered.

    :raises Conflict: it was decided already.
    """
    with transaction.atomic():
        row = certification_to_review(actor, certification, lock=True)
        if row.state != "pending":
            raise Conflict(_DECIDED, state=row.state)
        row.enterprise = _entered(row, actor, now)
        begin_agency(
            actor=actor, now=now, enterprise=row.enterprise, account=row.account_id, role=row.role, person=row.person
        )
        _decided(row, "approved", actor, now, "")
        _tell(row, now, "certification_approved", {"enterprise": row.enterprise.name})
    return row


def refuse_certification(*, actor: Actor, now: datetime, certification: int, reason: str) -> Certification:
    """Refuse with a reason that the person reads.

    :raises Invalid: no reason.
    :raises Conflict: it was decided already.
    """
    reason = reason.strip()
    if len(reason) < 4:
        raise Invalid("请写明未通过的原因（至少四个字），对方会看到。", {"reason": "请写明原因"})
    with transaction.atomic():
        row = certification_to_review(actor, certification, lock=True)
        _decided(row, "refused", actor, now, reason[:300])
        _tell(row, now, "certification_refused", {"enterprise": row.enterprise_name, "reason": reason[:300]})
    return row


def begin_agency(
    *, actor: Actor, now: datetime, enterprise: Enterprise, account: int, role: str, person: str
) -> Agency:
    """Give the right to speak, inside the caller's transaction; a right already held is raised to the role."""
    held = Agency.objects.select_for_update().filter(account=account, enterprise=enterprise, until__isnull=True).first()
    if held is not None and (held.role == role or held.role == "owner"):
        return held
    if held is not None:
        held.until = now
        held.save(update_fields=["until"])
    row = Agency.objects.create(account_id=account, enterprise=enterprise, role=role, person=person, since=now)
    note_contact(enterprise.pk, now)
    facts = {"agency": row.pk, "account": account, "role": role}
    stream = f"registry.enterprise:{enterprise.pk}"
    record(actor=actor, now=now, verb="agency.begin", stream=stream, facts=facts, content={"person": person})
    return row


def stream_of(row: Certification) -> str:
    """The chain of a request, and the owner of its proof."""
    return f"registry.certification:{row.pk}"


def _check(code: str, name: str, person: str, role: str, files: list[int]) -> None:
    wrong: dict[str, str] = {}
    problem = credit.problem(code)
    if problem:
        choices = credit.repair(code)
        wrong["uscc"] = problem + (f"可能应为 {' 或 '.join(choices[:3])}。" if choices else "")
    if not 2 <= len(name) <= 120:
        wrong["enterprise_name"] = "请填写营业执照上的企业全称。"
    if not 2 <= len(person) <= 40:
        wrong["person"] = "请填写您的真实姓名。"
    if role not in ROLES:
        wrong["role"] = "请选择您是负责人还是经办人。"
    if not files:
        wrong["files"] = "请上传营业执照或加盖公章的授权书照片。"
    if wrong:
        raise Invalid("有几处需要改正，请看各栏的提示。", wrong)


def _filed(row: Certification) -> Certification:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("这家企业的认证申请正在审核，请不要重复提交。", state="pending") from None
    return row


def _entered(row: Certification, actor: Actor, now: datetime) -> Enterprise:
    held = Enterprise.objects.filter(uscc=row.uscc).first()
    if held is not None:
        return held
    short = naming.initials(row.enterprise_name)
    made = Enterprise.objects.create(
        uscc=row.uscc,
        name=row.enterprise_name,
        initials=short,
        tokens=naming.tokens(row.enterprise_name, short, row.uscc),
        created=now,
        updated=now,
    )
    note_new([made], now=now, from_load=False)
    record(
        actor=actor,
        now=now,
        verb="enterprise.create",
        stream=f"registry.enterprise:{made.pk}",
        facts={"certification": row.pk},
        after={"name": made.name, "uscc": made.uscc},
    )
    return made


def _decided(row: Certification, state: str, actor: Actor, now: datetime, reason: str) -> Certification:
    if row.state != "pending":
        raise Conflict(_DECIDED, state=row.state)
    row.state, row.decided_at, row.reason = state, now, reason
    row.decided_by_id = actor.account
    row.save()
    facts = {"state": state, "enterprise": row.enterprise_id}
    content = {"reason": reason} if reason else None
    verb = f"certification.{_VERBS[state]}"
    record(actor=actor, now=now, verb=verb, stream=stream_of(row), facts=facts, content=content)
    return row


_VERBS = {"approved": "approve", "refused": "refuse", "withdrawn": "withdraw"}


def _tell(row: Certification, now: datetime, template: str, variables: dict[str, object]) -> None:
    for channel in ("inapp", "sms"):
        outbox.tell(
            channel=channel,
            to=f"account:{row.account_id}",
            template=template,
            variables=variables,
            key=f"certification:{row.pk}:{row.state}",
            now=now,
            stream=stream_of(row),
        )

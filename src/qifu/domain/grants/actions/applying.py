"""What an enterprise does: a draft saved as it is typed, handed in with a receipt, papers, the account that money goes to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from qifu.domain.grants import access, amounts, facts, numbers
from qifu.domain.grants.actions.moves import Move, yuan
from qifu.domain.grants.actions.moving import begin, step_on
from qifu.domain.grants.models import Application, BankAccount, Material, Version
from qifu.domain.people import phones
from qifu.domain.people import queries as people
from qifu.domain.policies.actions import fulfilling
from qifu.domain.policies.queries import judging
from qifu.domain.registry import queries as registry
from qifu.engines.codes import phones as numbering
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import drop, give
from qifu.kernel.receipts.actions import claim, settle
from qifu.kernel.writing import insert_new

TRIES = 5
EDITABLE = ("draft", "asking")
LONGEST = 2000


@transaction.atomic
def start(*, actor: Actor, now: datetime, scheme: str, enterprise: int) -> Application:
    """Open a draft with what is held of the enterprise filled in; one that is open already is returned.

    :raises Missing: no such scheme, or not one of the actor's enterprises. :raises Conflict: not to be applied for now.
    """
    if not actor.is_contact or enterprise not in actor.enterprises:
        raise Missing("您还不能代表这家企业，请先完成企业认证。")
    version = Version.objects.select_related("scheme", "line").filter(scheme__code=scheme, state="published").first()
    if version is None:
        raise Missing("没有这个项目，或已经停止受理。请返回列表查看。")
    on = facts.day(now)
    held = _alive(version, enterprise, on.year)
    if held is not None and held.state == "draft":
        return held
    _require_open(version, held, now)
    answers = {one.name: _answer(one.value, one) for one in judging.fields(enterprise, version.fields)}
    row = _numbered(version, enterprise, actor, now, answers)
    begin(row, actor=actor, now=now, verb="grants.start")
    return row


@transaction.atomic
def save(
    *, actor: Actor, now: datetime, number: str, values: Mapping[str, str], contact_name: str = "", phone: str = ""
) -> Application:
    """Keep what has been typed so far, whole or not; nothing is judged before it is handed in.

    :raises Missing: not the actor's. :raises Conflict: it is no draft any more. :raises Invalid: a text is too long.
    """
    row = access.application(actor, number, lock=True)
    _require_editable(actor, row)
    held = {one.name: one for one in judging.fields(row.enterprise_id, row.version.fields)}
    known = set(held) | {str(one["name"]) for one in row.version.questions} | {"asked"}
    for name, value in values.items():
        if name not in known:
            continue
        if len(value) > LONGEST:
            raise Invalid(f"填写的内容超过 {LONGEST} 字，请精简。", {name: "内容过长"})
        row.answers[name] = _answer(value.strip(), held.get(name))
    row.contact_name = contact_name.strip()[:40] or row.contact_name
    row.phone = phone.strip()[:20] or row.phone
    row.save(update_fields=["answers", "contact_name", "phone"])
    return row


@transaction.atomic
def attach(*, actor: Actor, now: datetime, number: str, material: str, file: int) -> Material:
    """Hand in a paper; one handed in before under this name gives way, and is kept. The same content again changes nothing.

    :raises Conflict: nothing can be handed in now. :raises Invalid: no such paper is asked for, or the file is not the actor's.
    """
    row = access.application(actor, number, lock=True)
    _require_editable(actor, row)
    if material not in {one["name"] for one in row.version.materials}:
        raise Invalid("这个项目不要这份材料，请核对。", {"material": "没有这一项"})
    (kept,) = give(actor=actor, ids=[file], owner=row.stream)
    before = row.materials.select_related("file").filter(name=material, is_current=True).first()
    if before is not None:
        if before.file.digest == kept.digest:
            drop(actor=actor, now=now, file=kept, reason="与已上传的相同")
            return before
        row.materials.filter(pk=before.pk).update(is_current=False)
    made = Material.objects.create(application=row, name=material, file_id=file, at=now)
    told = {"material": material, "file": file, "state": row.state}
    record(actor=actor, now=now, verb="grants.attach", stream=row.stream, facts=told)
    return made


@transaction.atomic
def submit(*, actor: Actor, now: datetime, number: str, key: str = "") -> Application:
    """Hand a draft in: judged against the clauses, the papers counted, the amount worked out. The same key again does nothing.

    :raises Invalid: something is lacking, or a clause is not met; `fields` says each. :raises Conflict: it is no draft.
    """
    claimed = claim(actor=actor, now=now, act=f"grants.submit {number}", key=key, body={})
    if claimed.done:
        return access.application(actor, number)
    row = access.application(actor, number, lock=True)
    if row.state != "draft":
        raise Conflict("这件申报已经提交过了，请刷新页面查看进度。", state=row.state)
    if row.version.quota:  # the places are counted one after the other
        Version.objects.select_for_update().get(pk=row.version_id)
    _require_open(row.version, None, now)
    problems = lacking(row)
    if problems:
        raise Invalid("还不能提交：" + "".join(problems.values()), problems)
    _judge(row, now)

    def effect(move: Move) -> None:
        move.row.contact, move.row.submitted_at = actor.account, now
        move.facts |= {"asked": str(row.asked or ""), "precheck": str(row.precheck.get("result"))}
        move.words["amount"] = yuan(row.granted)

    row.save(update_fields=["asked", "precheck"])
    step_on(row, actor=actor, now=now, step="submit", relations=access.relations(actor, row), effect=effect)
    asked_for = fulfilling.Fulfilled(row.enterprise_id, row.version.scheme.item_id, facts.day(now))
    fulfilling.note(actor=actor, now=now, lines=[asked_for])
    settle(claimed, row.number)
    return row


def lacking(row: Application) -> dict[str, str]:
    """What is still missing or cannot be read, field by field, in the order of the form."""
    problems: dict[str, str] = {}
    for name in row.version.fields:
        value = str(row.answers.get(name, {}).get("value", ""))
        if not value:
            problems[name] = f"请填写{judging.label_of(name)}。"
        elif problem := judging.problem(name, value):
            problems[name] = problem
    for one in row.version.questions:
        problems |= _question(one, str(row.answers.get(one["name"], {}).get("value", "")))
    if row.version.basis == "asked":
        problems |= _asked(str(row.answers.get("asked", {}).get("value", "")))
    handed = set(row.materials.filter(is_current=True).values_list("name", flat=True))
    for one in row.version.materials:
        if one.get("is_required") and one["name"] not in handed:
            problems[f"material_{one['name']}"] = f"请上传{one['label']}。"
    if not row.contact_name:
        problems["contact_name"] = "请填写联系人。"
    if not phones.is_contact(row.phone):
        problems["phone"] = phones.UNREADABLE
    return problems


@transaction.atomic
def confirm_account(*, actor: Actor, now: datetime, number: str, bank: str, account: str) -> BankAccount:
    """Say where the money is to go. The holder is the enterprise itself; after money came back this mends the way.

    :raises Invalid: it is no account. :raises Conflict: the application has ended, or the money is on its way.
    """
    row = access.application(actor, number, lock=True)
    if "contact" not in access.relations(actor, row):
        raise Forbidden("收款账户只能由企业自己确认。")
    if row.state == "paying" or not row.is_open:
        raise Conflict("这件申报现在不能改收款账户。", state=row.state)
    digits = "".join(account.split())
    problems = {
        "bank": "" if 4 <= len(bank.strip()) <= 120 else "请填写开户行全称。",
        "account": ""
        if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 32
        else "账号应为 8 至 32 位数字。",
    }
    problems = {name: said for name, said in problems.items() if said}
    if problems:
        raise Invalid("账户没有保存，请核对标出的内容。", problems)
    known = registry.identity(row.enterprise_id)
    BankAccount.objects.filter(enterprise=row.enterprise_id, is_current=True).update(is_current=False)
    made = BankAccount.objects.create(
        enterprise_id=row.enterprise_id, holder=known.name if known else "", bank=bank.strip(), number=digits,
        tail=digits[-4:], confirmed_by=access.account_of(actor), confirmed_at=now,
    )  # fmt: skip
    record(actor=actor, now=now, verb="grants.confirm_account", stream=row.stream, facts={"tail": made.tail})
    if row.state == "bounced":
        step_on(row, actor=actor, now=now, step="mend", relations=access.relations(actor, row))
    return made


def corrected(row: Application, now: datetime) -> None:
    """Judge anew what was corrected: what is written now is what the amount rests on. A clause that is not met is for the unit to say.

    :raises Invalid: something is lacking, or the amount cannot be worked out; `fields` says each.
    """
    problems = lacking(row)
    if problems:
        raise Invalid("还不能提交：" + "".join(problems.values()), problems)
    found = _held_against(row, now)
    if found.result != "ineligible":
        _work_out(row, found)
    row.save(update_fields=["asked", "precheck"])


def _judge(row: Application, now: datetime) -> None:
    """Answer the clauses by what is held and what was written; who does not fit is told which clause stands in the way.

    :raises Invalid: a clause is not met, or the amount cannot be worked out.
    """
    found = _held_against(row, now)
    if found.result == "ineligible":
        wrong = [one for one in found.lines if one["result"] == "no" and one["value"]]
        first = wrong[0] if wrong else found.lines[0]
        text, value, cite = first["text"], first["value"] or "—", first["cite"] or row.version.scheme.code
        told = f"按已有数据不符合条件：{text}，现为 {value}（依据{cite}）。数据有误的，请先更正。"
        raise Invalid(told, {"precheck": str(first["text"])})
    _work_out(row, found)


def _held_against(row: Application, now: datetime) -> judging.Judged:
    """Hold it against the clauses, and keep what came of it."""
    said = {
        name: str(one["value"]) for name, one in row.answers.items()
        if name in row.version.fields and one["value"] != one.get("held")
    }  # fmt: skip
    found = judging.judged(row.enterprise_id, row.version.revision_id, facts.day(now), said)
    on = facts.day(now).isoformat()
    row.precheck = {"result": found.result, "lines": found.lines, "missing": list(found.missing), "on": on}
    return found


def _work_out(row: Application, found: judging.Judged) -> None:
    """:raises Invalid: the amount cannot be worked out."""
    asked = amounts.read(str(row.answers.get("asked", {}).get("value", ""))) if row.version.basis == "asked" else None
    row.asked = asked
    sum_, how = amounts.worked_out(row.version, found.yuan, asked)
    if sum_ is None:
        raise Invalid("金额还算不出来，缺少计算需要的数据。请先在“我的政策”里补充，再提交。")
    row.granted, row.worked_out = sum_, how


def _require_open(version: Version, held: Application | None, now: datetime) -> None:
    on = facts.day(now)
    if held is not None:
        raise Conflict(f"今年已经申报过这个项目（{held.number}），同一年度同一项目只支持一次。", state=held.state)
    if version.way != "apply":
        raise Conflict("这个项目不用申报：符合条件的企业由主管部门列入名单，会通知您。")
    if version.state != "published" or on < version.opens_on or (version.closes_on and on > version.closes_on):
        if version.closes_on is None:
            raise Conflict(f"现在不在受理期内，{version.opens_on} 起受理。")
        raise Conflict(f"现在不在受理期内，受理期是 {version.opens_on} 至 {version.closes_on}。")
    taken = Application.objects.filter(version__scheme=version.scheme_id, year=on.year)
    if version.quota and taken.exclude(state__in=["draft", "refused", "withdrawn", "dropped"]).count() >= version.quota:
        raise Conflict(f"名额 {version.quota} 户已经报满。有名额退出时会重新开放。")


def _require_editable(actor: Actor, row: Application) -> None:
    if "contact" not in access.relations(actor, row):
        raise Forbidden("申报内容只能由企业自己填写。")
    if row.state not in EDITABLE:
        raise Conflict("这件申报已经提交，现在不能修改。", state=row.state)


def _alive(version: Version, enterprise: int, year: int) -> Application | None:
    rows = Application.objects.filter(version__scheme=version.scheme_id, enterprise=enterprise, year=year)
    return rows.exclude(state__in=["withdrawn", "refused", "dropped"]).order_by("-pk").first()


def _numbered(
    version: Version, enterprise: int, actor: Actor, now: datetime, answers: Mapping[str, Any]
) -> Application:  # fmt: skip
    """Save under a fresh number; a number drawn twice is drawn again."""
    row = Application(
        version=version, enterprise_id=enterprise, year=facts.day(now).year, state="draft", answers=dict(answers),
        contact=actor.account, contact_name=actor.name[:40], phone=_phone(actor), drafted_at=now, entered_at=now,
    )  # fmt: skip
    for _ in range(TRIES):
        row.number = numbers.draw(numbers.APPLICATION, now)
        if insert_new(row, "number"):
            return row
    raise RuntimeError(f"{TRIES} numbers in a row were taken already")


def _phone(actor: Actor) -> str:
    """The contact's own number as people write it; empty where none is held."""
    number = people.phone_to_send(actor.account) if actor.account is not None else ""
    found = numbering.parse(number)
    return (found.number if found else number)[:20]


def _answer(value: str, held: judging.Held | None) -> dict[str, str]:
    if held is None:
        return {"value": value, "held": "", "source": "", "as_of": ""}
    return {
        "value": value, "held": held.value, "source": held.source, "as_of": held.as_of.isoformat() if held.as_of else "",
    }  # fmt: skip


def _question(one: Mapping[str, Any], value: str) -> dict[str, str]:
    name, label = str(one["name"]), one["label"]
    if not value:
        return {name: f"请填写{label}。"} if one.get("is_required") else {}
    try:
        if one.get("kind") in ("money", "number"):
            amounts.read(value, name)
        elif one.get("kind") == "date":
            date.fromisoformat(value)
    except (Invalid, ValueError):
        return {name: _unreadable(label, str(one.get("kind")))}
    return {}


def _unreadable(label: str, kind: str) -> str:
    if kind == "date":
        return f"{label}的写法不对，请写成 2026-03-01 这样的日期。"
    if kind == "money":
        return f"{label}的写法不对，请只写数字，单位为元，例如 50000。"
    return f"{label}的写法不对，请只写数字，例如 12。"


def _asked(value: str) -> dict[str, str]:
    try:
        found = amounts.read(value)
    except Invalid as refusal:
        return {"asked": refusal.message}
    return {} if found else {"asked": "请填写申请金额。"}

"""The cards of stations, the profiles of specialists, and training. Each: door, write, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from django.db import transaction

from qifu.domain.people.access import may_administer
from qifu.domain.people.models import Account, SpecialistProfile, StationCard, Training
from qifu.domain.people.tree import tree
from qifu.engines.calendar import SHANGHAI
from qifu.engines.codes import industries
from qifu.kernel import typed
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import keep

LANGUAGES = ("英语", "日语", "韩语", "法语", "德语", "俄语", "手语")
KEEPERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.HANDLER)
MOST_EQUIPMENT = 12


@dataclass(frozen=True, slots=True)
class Card:
    """What a station tells everybody."""

    scope: str
    address: str
    equipment: Sequence[str] = ()
    contact: str = ""
    note: str = ""
    is_public: bool = True


def may_keep(actor: Actor, unit: int) -> bool:
    """Whether the actor keeps the cards and the people of this unit: the centre, the street above it, an administrator."""
    if may_administer(actor) or any(p.unit_kind == "centre" and p.role in KEEPERS[:2] for p in actor.posts):
        return True
    return bool(actor.units(*KEEPERS) & {unit, *tree().ancestors(unit)})


def require_keeper(actor: Actor, unit: int) -> None:
    """:raises Missing: there is no such unit. :raises Forbidden: it is not the actor's to keep."""
    tree().get(unit)
    if not may_keep(actor, unit):
        raise Forbidden("只有中心、所属街道的工作人员和管理员可以修改。")


@transaction.atomic
def write_card(*, actor: Actor, now: datetime, unit: int, card: Card) -> StationCard:
    """Write the card of a station, sub-station or street.

    :raises Missing: no such unit. :raises Forbidden: not the actor's to keep. :raises Invalid: something is missing or too long.
    """
    require_keeper(actor, unit)
    equipment = [word for one in card.equipment if (word := typed.line(one))]
    given = {"scope": typed.line(card.scope), "address": typed.line(card.address), "contact": typed.line(card.contact),
             "note": typed.line(card.note)}  # fmt: skip
    most = {"scope": 300, "address": 120, "contact": 40, "note": 300}
    problems = {name: f"最多 {most[name]} 个字。" for name, text in given.items() if len(text) > most[name]}
    problems |= {name: "请填写。" for name in ("scope", "address") if not given[name]}
    if len(equipment) > MOST_EQUIPMENT or any(len(one) > 20 for one in equipment):
        problems["equipment"] = f"最多 {MOST_EQUIPMENT} 项，每项 20 字以内。"
    if problems:
        raise Invalid("服务站信息有误，请改正标出的各项。", problems)
    row, _ = StationCard.objects.update_or_create(
        unit_id=unit, defaults={**given, "equipment": equipment, "is_public": card.is_public, "changed_at": now}
    )
    facts = {"public": card.is_public, "equipment": equipment}
    record(actor=actor, now=now, verb="station.card", stream=f"unit:{unit}", facts=facts, content=given)
    return row


@transaction.atomic
def write_profile(
    *, actor: Actor, now: datetime, account: int, languages: Sequence[str], sections: Sequence[str], intro: str,
    photo: BinaryIO | None = None,
) -> SpecialistProfile:  # fmt: skip
    """Write what a specialist is known for; the own one, or one of the people one keeps.

    :raises Missing: no such colleague. :raises Forbidden: not one's own, nor one's to keep. :raises Invalid: unusable.
    """
    row = colleague_to_keep(actor, now, account)
    known = {one.code for one in industries.sections()}
    problems = {
        "languages": "" if set(languages) <= set(LANGUAGES) else "请从列表中选择。",
        "sections": "" if set(sections) <= known else "请从列表中选择。",
        "intro": "" if len(intro) <= 200 else "最多 200 个字。",
    }
    if problems := {name: text for name, text in problems.items() if text}:
        raise Invalid("专员信息有误，请改正标出的各项。", problems)
    held, _ = SpecialistProfile.objects.get_or_create(account=row, defaults={"changed_at": now})
    held.languages, held.sections = sorted(set(languages)), sorted(set(sections))
    held.intro, held.changed_at = typed.line(intro), now
    if photo is not None:
        stored = keep(
            actor=actor, now=now, file=photo, name="照片", owner=f"people.profile:{row.pk}", is_internal=False
        )
        if stored.kind not in ("jpg", "png", "webp"):
            raise Invalid("照片只收 JPG、PNG、WEBP。", {"photo": "不是图片"})
        held.photo = stored
    held.save()
    facts = {"languages": held.languages, "sections": held.sections, "photo": held.photo_id}
    record(actor=actor, now=now, verb="specialist.profile", stream=f"account:{row.pk}", facts=facts)
    return held


@transaction.atomic
def enter_training(
    *, actor: Actor, now: datetime, account: int, title: str, day: date, hours: Decimal, certificate: str = "",
    good_until: date | None = None,
) -> Training:  # fmt: skip
    """Enter a training that a colleague had.

    :raises Missing: no such colleague. :raises Forbidden: not one's to keep. :raises Invalid: unusable.
    :raises Conflict: it is entered already.
    """
    row = colleague_to_keep(actor, now, account)
    title, certificate = typed.line(title), typed.line(certificate)
    problems = {
        "title": "" if 2 <= len(title) <= 100 else "请填 2 到 100 个字。",
        "day": "" if day <= now.astimezone(SHANGHAI).date() else "培训日期不能晚于今天。",
        "hours": "" if 0 < hours <= 500 else "学时请填 0 到 500。",
        "certificate": "" if len(certificate) <= 60 else "最多 60 个字。",
        "good_until": "" if good_until is None or good_until >= day else "有效期不能早于培训日期。",
    }
    if problems := {name: text for name, text in problems.items() if text}:
        raise Invalid("培训记录有误，请改正标出的各项。", problems)
    if Training.objects.filter(account=row, title=title, day=day).exists():
        raise Conflict("这次培训已经登记过。", state="entered")
    made = Training.objects.create(
        account=row, title=title, day=day, hours=hours, certificate=certificate, good_until=good_until,
        entered_by=actor.mark, entered_at=now,
    )  # fmt: skip
    facts = {"training": made.pk, "day": day.isoformat(), "hours": str(hours), "certified": bool(certificate)}
    record(actor=actor, now=now, verb="specialist.training", stream=f"account:{row.pk}", facts=facts)
    return made


def colleague_to_keep(actor: Actor, now: datetime, account: int) -> Account:
    """Fetch a colleague whose profile or training is to be written: oneself, or of a unit that one keeps.

    :raises Missing: no such colleague. :raises Forbidden: neither oneself nor of the units kept.
    """
    row = Account.objects.filter(pk=account, kind="staff", is_active=True).first()
    if row is None or not actor.is_staff:
        raise Missing("没有这位同事，请返回列表重新选择。")
    if row.pk == actor.account:
        return row
    units = row.memberships.at(now).values_list("unit_id", flat=True)
    if not any(may_keep(actor, unit) for unit in units):
        raise Forbidden("只有本人、中心和所属街道的工作人员可以修改。")
    return row

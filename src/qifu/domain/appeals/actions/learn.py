"""Train the models from handled cases; let sure proposals go out by themselves where the administrator allows it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.appeals.actions.take import step_on
from qifu.domain.appeals.learning.model import Model, save
from qifu.domain.appeals.models import Appeal, AutoDispatch
from qifu.domain.appeals.queries import suggest
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import SYSTEM, Actor, Role
from qifu.kernel.errors import Forbidden, Invalid, Refusal
from qifu.kernel.evidence.actions import record

NEWEST, BATCH = 60_000, 50


def learn(*, now: datetime) -> dict[str, Model]:
    """Train both models on the newest handled cases and put them in use.

    :raises TooFew: there are not enough handled cases.
    """
    from qifu.domain.appeals.learning.train import train  # scikit-learn takes 100 MB: only where it trains

    rows = Appeal.objects.filter(kind="appeal", unit__isnull=False, replied_at__isnull=False).order_by("-pk")
    kept = list(rows.values_list("title", "body", "unit_id", "street_id", "category__code")[:NEWEST])[::-1]
    streets = {view.id for view in people.units("street")}
    texts = [f"{title} {body}" for title, body, *_ in kept]
    units = [suggest.OWN_STREET if u in streets and u == s else str(u) for _, _, u, s, _ in kept]
    version = f"{now.astimezone(SHANGHAI):%Y%m%d-%H%M}"
    made = {
        "unit": train(texts, units, version),
        "category": train(texts, [code for *_, code in kept], version),
    }
    for name, model in made.items():
        save(model, suggest.folder(), name)
    with transaction.atomic():
        facts = {name: model.report.as_text() for name, model in made.items()}
        record(
            actor=SYSTEM, now=now, verb="appeals.learn", stream="appeals.models:", facts=facts | {"version": version}
        )
    return made


@transaction.atomic
def allow_auto(*, actor: Actor, now: datetime, is_on: bool, threshold: float) -> AutoDispatch:
    """Let sure proposals be transferred without a person, or stop that.

    :raises Forbidden: not an administrator.
    :raises Invalid: the threshold is not between 0.5 and 1.
    """
    if not actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以设置自动转办。")
    if not 0.5 <= threshold <= 1:
        raise Invalid("把握程度应在 50% 到 100% 之间。", {"threshold": "应在 50% 到 100% 之间"})
    row, _ = AutoDispatch.objects.update_or_create(
        pk=1, defaults={"is_on": is_on, "threshold": threshold, "set_by": actor.account, "set_at": now}
    )
    facts = {"is_on": is_on, "threshold": f"{threshold:.2f}"}
    record(actor=actor, now=now, verb="appeals.allow_auto", stream="appeals.auto:1", facts=facts)
    return row


def dispatch_sure(*, now: datetime) -> int:
    """Transfer accepted cases whose proposal is sure enough, if that is allowed; return how many."""
    rule = AutoDispatch.objects.filter(pk=1, is_on=True).first()
    if rule is None:
        return 0
    waiting = Appeal.objects.filter(
        state="accepted", is_open=True, kind="appeal", round=1, returns=0, is_confidential=False
    )
    count = 0
    for pk in list(waiting.order_by("burns_at").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            appeal = Appeal.objects.select_for_update().get(pk=pk)
            found = suggest.advice(appeal)
            if appeal.state != "accepted" or not found.is_sure or found.proposals[0].probability < rule.threshold:
                continue
            try:
                step_on(appeal, actor=SYSTEM, now=now, step="dispatch", given={"unit": found.proposals[0].unit})
            except Refusal:
                continue
            count += 1
    return count

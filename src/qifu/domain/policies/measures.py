"""The figures that the library of policies proves."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import BigIntegerField, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from qifu.domain.policies.models import Claim, Document, Item, Match, Push, Revision
from qifu.kernel.measures import DAY, PERIOD, Ask, Dimension, Measure, Source

REVISIONS = Source(
    "policies.revision", "title", ("item_id", "number", "document_id", "force_from", "force_to", "state"), "item__code"
)
PUSHES = Source(
    "policies.push", "revision__title", ("enterprise_id", "revision_id", "sent_at", "opened_at"), "revision__item__code"
)
DOCUMENTS = Source("policies.document", "title", ("number", "level", "found_at"))
MATCHES = Source(
    "policies.match", "revision__title", ("revision_id", "eligible", "unknown", "counted_at"), "revision__item__code"
)
SOON = 7  # days from being found in which a document should be there as items
KIND = Dimension("kind", "类型", "revision__item__kind", lambda: Item.Kind.choices)


def _sent(ask: Ask) -> QuerySet[Push]:
    """What was pushed in the period."""
    return Push.objects.filter(sent_at__gte=ask.begins, sent_at__lt=ask.ends)


def _found(ask: Ask) -> QuerySet[Document]:
    """Documents that the centre entered in the period, with the day on which their first item came out."""
    own = Document.objects.filter(author__isnull=False, is_sample=False)
    return own.filter(found_at__gte=ask.begins, found_at__lt=ask.ends).annotate(out=Min("revisions__published_at"))


def _unclaimed(ask: Ask) -> QuerySet[Match]:
    """Items of which somebody fits and has not claimed, with the sums of the last counting."""
    firms = Cast(KT("unclaimed__firms"), BigIntegerField())
    return Match.objects.annotate(firms=firms, yuan=Cast(KT("unclaimed__yuan"), BigIntegerField())).filter(firms__gt=0)


DECLARED = (
    Measure(
        name="policies.items",
        label="在库政策事项数",
        unit="项",
        over=DAY,
        definition="当日有已发布版本且在有效期内的政策事项。",
        source=REVISIONS,
        rows=lambda ask: Revision.objects.filter(
            Q(force_to=None) | Q(force_to__gte=ask.until), state="published", force_from__lte=ask.until
        ),
        dimensions=(
            Dimension("level", "层级", "document__level", lambda: Document.Level.choices),
            Dimension("kind", "类型", "item__kind", lambda: Item.Kind.choices),
        ),
        better=1,
    ),
    Measure(
        name="policies.pushes",
        label="政策推送条数",
        unit="条",
        over=PERIOD,
        definition="期间内推送给企业的政策事项；同一事项对同一企业只推送一次。",
        source=PUSHES,
        rows=_sent,
        dated="sent_at",
        recalls=True,
        better=1,
    ),
    Measure(
        name="policies.opened",
        label="政策推送查看率",
        unit="%",
        over=PERIOD,
        definition="期间内推送的政策事项中，企业已打开查看的比例。",
        source=PUSHES,
        rows=_sent,
        met=lambda ask: Q(opened_at__lte=ask.at),
        dated="sent_at",
        recalls=True,
        better=1,
    ),
    Measure(
        name="policies.checked",
        label="政策推送自查率",
        unit="%",
        over=PERIOD,
        definition="期间内推送的政策事项中，企业已查看逐条判断依据的比例。",
        source=PUSHES,
        rows=_sent,
        met=lambda ask: Q(checked_at__lte=ask.at),
        dated="sent_at",
        recalls=True,
        better=1,
    ),
    Measure(
        name="policies.applied",
        label="政策推送申报率",
        unit="%",
        over=PERIOD,
        definition="期间内推送的政策事项中，企业已申报的比例；以部门名单和企业自报为准。",
        source=PUSHES,
        rows=_sent,
        met=lambda ask: Q(applied_at__lte=ask.at),
        dated="sent_at",
        recalls=True,
        better=1,
    ),
    Measure(
        name="policies.paid",
        label="政策推送兑现率",
        unit="%",
        over=PERIOD,
        definition="期间内推送的政策事项中，企业申报后已拨付的比例；以部门名单为准。",
        source=PUSHES,
        rows=_sent,
        met=lambda ask: (
            Q(applied_at__lte=ask.at)
            & Q(
                Exists(
                    Claim.objects.filter(
                        enterprise=OuterRef("enterprise"), item=OuterRef("revision__item"), paid_on__lte=ask.at.date()
                    )
                )
            )
        ),
        dated="sent_at",
        better=1,
    ),
    Measure(
        name="policies.fits",
        label="政策匹配准确率",
        unit="%",
        over=PERIOD,
        definition="期间内企业对推送作出的回答中，答“适合”的比例；没有回答的不计。",
        source=PUSHES,
        rows=lambda ask: Push.objects.filter(answered_at__gte=ask.begins, answered_at__lt=ask.ends, fits__isnull=False),
        met=lambda ask: Q(fits=True),
        dated="answered_at",
        least=5,
        better=1,
    ),
    Measure(
        name="policies.updated",
        label="政策更新率",
        unit="%",
        over=PERIOD,
        definition="期间内中心登记的政策文件中，已有政策事项发布的比例；随起步政策库引入的和示例不计。",
        source=DOCUMENTS,
        rows=_found,
        met=lambda ask: Q(out__lte=ask.at),
        dated="found_at",
        recalls=True,
        better=1,
    ),
    Measure(
        name="policies.prompt",
        label=f"政策文件{SOON}日内上线率",
        unit="%",
        over=PERIOD,
        definition=f"期间内中心登记的政策文件中，登记后 {SOON} 个自然日内有政策事项发布的比例；随起步政策库引入的和示例不计。",
        source=DOCUMENTS,
        rows=_found,
        met=lambda ask: Q(out__lte=F("found_at") + timedelta(days=SOON)) & Q(out__lte=ask.at),
        dated="found_at",
        recalls=True,
        better=1,
    ),
    Measure(
        name="policies.unclaimed",
        label="应享未享户次",
        unit="户次",
        over=DAY,
        definition="最近一次统计时，符合条件而今年没有申报的企业，按事项逐项相加；申报纳税时自行享受而没有部门名单的事项不计。",
        source=MATCHES,
        rows=_unclaimed,
        amount="firms",
        dimensions=(KIND,),
        better=-1,
    ),
    Measure(
        name="policies.unclaimed_yuan",
        label="应享未享金额",
        unit="元",
        over=DAY,
        definition="同上各户次按公式算得出的最低金额之和；算不出金额的计零。",
        source=MATCHES,
        rows=_unclaimed,
        amount="yuan",
        dimensions=(KIND,),
        better=-1,
    ),
)

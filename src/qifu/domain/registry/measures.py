"""The figures that the registry proves: how many enterprises there are, and for how many somebody may speak."""

from __future__ import annotations

from qifu.domain.people import queries as people
from qifu.domain.registry.classes import CLASSES, in_class, is_certified
from qifu.domain.registry.models import Certification, Enterprise
from qifu.kernel.measures import DAY, PERIOD, Dimension, Measure, Source

FIRMS = Source(
    "registry.enterprise", "name", ("uscc", "name", "status", "merged_into_id", "street_id", "size_class", "industry")
)
ASKED = Source("registry.certification", "enterprise_name", ("uscc", "state", "role", "filed_at", "decided_at"))
STREET = Dimension(
    "street",
    "街道",
    "street",
    lambda: [(str(unit.id), unit.short_name) for unit in people.units("street", closed=True)],
)
SIZE = Dimension("size", "规模", "size_class", lambda: Enterprise.Size.choices)


def _class(key: str, label: str) -> tuple[Measure, Measure]:
    count = Measure(
        name=f"registry.{key}_count",
        label=f"{label}数",
        unit="家",
        over=DAY,
        definition=f"名录中状态为存续、未并入其他企业的{label}。",
        source=FIRMS,
        rows=lambda ask: in_class(Enterprise.objects.all(), key),
        dimensions=(STREET, SIZE),
    )
    rate = Measure(
        name=f"registry.{key}_certified",
        label=f"{label}认证率",
        unit="%",
        over=DAY,
        definition=f"存续的{label}中，至少有一个账号经认证可以代表该企业的比例。",
        source=FIRMS,
        rows=lambda ask: in_class(Enterprise.objects.all(), key),
        met=lambda ask: is_certified(),
        dimensions=(STREET, SIZE),
        better=1,
    )
    return count, rate


DECLARED = (
    *(one for key, label, _ in CLASSES for one in _class(key, label)),
    Measure(
        name="registry.certifications",
        label="通过认证申请数",
        unit="件",
        over=PERIOD,
        definition="期间内经工作人员审核通过的企业认证申请。",
        source=ASKED,
        rows=lambda ask: Certification.objects.filter(
            state="approved", decided_at__gte=ask.begins, decided_at__lt=ask.ends
        ),
        dated="decided_at",
        recalls=True,
        better=1,
    ),
)

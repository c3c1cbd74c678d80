"""The tables of the registry: who the enterprises are, and what each source says of them."""

from qifu.domain.registry.models.alerts import Alert, AlertRule
from qifu.domain.registry.models.decisions import Asking, Correction, Merge, Pairing
from qifu.domain.registry.models.enterprises import (
    Agency,
    Certification,
    Enterprise,
    FormerName,
    Invitation,
    Load,
    Mark,
    Reject,
)
from qifu.domain.registry.models.greetings import Greeting
from qifu.domain.registry.models.segments import Segment
from qifu.domain.registry.models.sources import Profile, Source, SourceRow

__all__ = [
    "Agency",
    "Alert",
    "AlertRule",
    "Asking",
    "Certification",
    "Correction",
    "Enterprise",
    "FormerName",
    "Greeting",
    "Invitation",
    "Load",
    "Mark",
    "Merge",
    "Pairing",
    "Profile",
    "Reject",
    "Segment",
    "Source",
    "SourceRow",
]

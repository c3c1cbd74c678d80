"""The tables of the registry: who the enterprises are, and what each source says of them."""

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
from qifu.domain.registry.models.sources import Profile, Source, SourceRow

__all__ = [
    "Agency",
    "Certification",
    "Enterprise",
    "FormerName",
    "Invitation",
    "Load",
    "Mark",
    "Profile",
    "Reject",
    "Source",
    "SourceRow",
]

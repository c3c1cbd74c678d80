"""Which rows of many lists speak of the same enterprise, and where it is.

    from qifu.engines.linkage import Building, Lists, link
    linked = link(lists, buildings)
    linked.cluster, linked.addresses, linked.review

Names, credit codes and addresses are taken apart, rows that share a key are compared, the evidence of each piece is
summed in bits, and groups grow by the average of it, under rules that never merge a branch with its parent or two shops
of a chain. What it computes, and why: docs/rules/linkage.md.
"""

from .addresses import Address
from .directory import Building
from .learning import Decision
from .link import Linked, Lists, Weighed, link, one_by_one
from .names import Name
from .weights import WEIGHTS, Weights

__all__ = [
    "WEIGHTS",
    "Address",
    "Building",
    "Decision",
    "Linked",
    "Lists",
    "Name",
    "Weighed",
    "Weights",
    "link",
    "one_by_one",
]

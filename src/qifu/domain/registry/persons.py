"""Who holds and leads an enterprise, as far as the registry keeps it: persons by surname alone, organisations whole.

No room asks for the full name of a legal representative or of a shareholder, so it is masked when a list is read and
never kept (《中华人民共和国个人信息保护法》第六条: no more than the purpose needs).
"""

from __future__ import annotations

import re

from qifu.domain.registry import naming

FIELDS = ("legal_person", "holders")
MOST, LONGEST = 50, 120
_SHARE = re.compile(r"[（(:：\s]*(\d{1,3}(?:\.\d{1,4})?)\s*[%％][)）]?\s*$")
_BETWEEN = re.compile(r"[;；、\n|]|[,，](?!\d{3}(?!\d))")
_ORGANISED = re.compile(
    r"公司|企业|合伙|集团|基金|银行|中心|委员会|管理局|办公室|研究院|研究所|大学|学院|协会|联社|政府|[厂店社部局]$"
)


def masked(name: str) -> str:
    """A surname and stars: 钱**."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def shown(name: str) -> str:
    """The name of a person masked, of an organisation whole."""
    written = naming.written(name)
    return written if _ORGANISED.search(written) else masked(written)


def holders(text: str) -> str:
    """Shareholders with their shares, one after another: 钱** 60%；武汉岚曜投资有限公司 40%.

    :raises ValueError: nothing that can be a list of shareholders.
    """
    found = []
    for part in _BETWEEN.split(text):
        share = _SHARE.search(part)
        name = part[: share.start()].strip(" 　(（:：") if share else part.strip()
        if not name:
            continue
        if len(name) > LONGEST or (share and float(share[1]) > 100):
            raise ValueError(part)
        found.append(f"{shown(name)} {float(share[1]):g}%" if share else shown(name))
    if not found or len(found) > MOST:
        raise ValueError(text[:40])
    return "；".join(found)

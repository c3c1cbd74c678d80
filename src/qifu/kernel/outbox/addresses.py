"""From a reference to an address, at the moment of sending: the queue itself never holds a phone number.

The room that keeps the address registers a resolver for its kind of reference (`account`, `contact`, `sealed` …).
"""

from __future__ import annotations

import re
from collections.abc import Callable

Resolver = Callable[[str, str], str | None]
"""Takes what follows the colon, and the channel; answers the address, or None when there is none."""

REFERENCE = re.compile(r"[a-z][a-z_]*:[^\s]{1,500}")
GAP = r"[\s\-–—－·.]{0,3}"  # how people set a number apart; \d takes full-width digits as well
HEAD = r"(?P<head>[1１][3-9３-９]\d)"
TAIL = r"(?P<tail>\d{4})(?!\d)"
BEFORE = r"(?:(?<!\d)|(?<=86)|(?<=８６))"  # nothing that makes it part of a longer number, but the code of the country
MOBILE = re.compile(rf"{BEFORE}{HEAD}(?:{GAP}\d{{4}}|\d{GAP}\d{{3}}|{GAP}\d{{3}}{GAP}\d){GAP}{TAIL}")
LINE = rf"[)）]?{GAP}[2-8２-８]\d{{2,3}}{GAP}{TAIL}"
AREA = r"[(（]?(?P<area>(?<!\d)[0０](?:[1１][0０]|[2２]\d|[3-9３-９]\d{2})"
ABROAD = rf"|(?<=[+＋]86)(?:[(（]?0[)）])?{GAP}(?:10|2\d|[3-9]\d{{2}}))"
LANDLINE = re.compile(AREA + ABROAD + LINE)
IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
LONG_NUMBER = re.compile(r"(?<!\d)\d{9,}(?!\d)")
MAILBOX = re.compile(r"[\w.+-]+@([\w-]+\.[\w.-]+)")

_resolvers: dict[str, Resolver] = {}


def register_resolver(kind: str, resolver: Resolver) -> None:
    """Let references of this kind be resolved; called once, when the app that keeps the addresses is ready."""
    _resolvers[kind] = resolver


def resolve(reference: str, channel: str) -> str | None:
    """Answer the address behind the reference for this channel, None when the person has none.

    :raises LookupError: nobody registered this kind of reference.
    """
    kind, _, rest = reference.partition(":")
    if kind not in _resolvers:
        raise LookupError(f"收件人类型“{kind}”没有登记解析方式。")
    return _resolvers[kind](rest, channel)


def check_reference(reference: str) -> str:
    """Hand the reference back.

    :raises ValueError: it is not ``kind:value``, or it carries a phone number in clear.
    """
    if not REFERENCE.fullmatch(reference) or (not reference.startswith("sealed:") and MOBILE.search(reference)):
        raise ValueError("a recipient is a reference such as account:12, never an address in clear")
    return reference


def mask(text: str) -> str:
    """Hide the middle of mobile, fixed-line and identity numbers, however set apart, in a text that will be kept or sent."""
    hidden = IDENTITY.sub(r"\1********\2", MOBILE.sub(r"\g<head>****\g<tail>", text))
    return LANDLINE.sub(r"\g<area>-****\g<tail>", hidden)


def scrub(text: str) -> str:
    """Remove numbers and mailboxes from the words of an error before they are kept."""
    return MAILBOX.sub(r"***@\1", LONG_NUMBER.sub("***", mask(text)))

"""From a reference to an address, at the moment of sending: the queue itself never holds a phone number.

The room that keeps the address registers a resolver for its kind of reference (`account`, `contact`, `sealed` …).
"""

from __future__ import annotations

import re
from collections.abc import Callable

Resolver = Callable[[str, str], str | None]
"""Takes what follows the colon, and the channel; answers the address, or None when there is none."""

REFERENCE = re.compile(r"[a-z][a-z_]*:[^\s]{1,500}")
MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
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
    """Hide the middle of mobile and identity numbers in a text that will be kept or sent."""
    return IDENTITY.sub(r"\1********\2", MOBILE.sub(r"\1****\2", text))


def scrub(text: str) -> str:
    """Remove numbers and mailboxes from the words of an error before they are kept."""
    return MAILBOX.sub(r"***@\1", LONG_NUMBER.sub("***", mask(text)))

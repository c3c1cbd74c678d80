"""How links are computed: SM3 (GB/T 32905-2016) over a canonical form. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes


def canonical(value: object) -> bytes:
    """Return JSON with sorted keys and no spaces, as UTF-8; numbers with fractions travel as text.

    :raises TypeError: a float, a key that is not text, or a value JSON does not know.
    """
    _check(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _check(value: object) -> None:
    """Refuse what a database may give back in another form than it took: the digest would no longer fit."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, float):
            raise TypeError(f"{one!r}: numbers with fractions travel as text")
        if isinstance(one, Mapping):
            if not all(isinstance(key, str) for key in one):
                raise TypeError("keys are text")
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one


def sm3(*parts: bytes) -> bytes:
    """Return the SM3 digest (32 bytes) of the parts, each preceded by its length."""
    digest = hashes.Hash(hashes.SM3())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.finalize()


def moment(at: datetime) -> bytes:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def content_digest(salt: bytes, body: object) -> bytes:
    return sm3(bytes(salt), canonical(body))


def link(
    *,
    prev: bytes,
    stream: str,
    seq: int,
    at: datetime,
    actor: str,
    for_whom: str,
    verb: str,
    facts: Mapping[str, object],
    before: bytes | None,
    after: bytes | None,
    content: bytes | None,
) -> bytes:
    """Return the hash of a record: over its predecessor's hash and everything it says."""
    return sm3(
        bytes(prev),
        stream.encode(),
        seq.to_bytes(8, "big"),
        moment(at),
        actor.encode(),
        for_whom.encode(),
        verb.encode(),
        canonical(facts),
        bytes(before or b""),
        bytes(after or b""),
        bytes(content or b""),
    )


def joined(links: Iterable[tuple[int, bytes]]) -> tuple[bytes, int, int, int]:
    """Fold (id, hash) pairs in id order; return digest, first id, last id, count."""
    digest = hashes.Hash(hashes.SM3())
    first = last = count = 0
    for number, value in links:
        digest.update(number.to_bytes(8, "big") + bytes(value))
        first, last, count = first or number, number, count + 1
    return digest.finalize(), first, last, count


def seal_link(*, prev: bytes, number: int, at: datetime, first: int, last: int, count: int, digest: bytes) -> bytes:
    whole = b"".join(n.to_bytes(8, "big") for n in (number, first, last, count))
    return sm3(bytes(prev), whole, moment(at), bytes(digest))

"""Personal data at rest: sealed with SM4-GCM (GB/T 32907), found again by a keyed SM3 digest (GB/T 32905).

A sealed value names the key that sealed it, so keys can be rotated: add the new one first in QIFU_KEYS, keep the old one behind it.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.db import models

NONCE, TAG = 12, 16


def seal(text: str) -> str:
    """Return the text sealed by the first key: `id$base64(nonce + ciphertext + tag)`; empty stays empty."""
    if not text:
        return ""
    name = next(iter(_keys()))
    nonce = os.urandom(NONCE)
    encryptor = Cipher(algorithms.SM4(_derived(name, b"seal")[:16]), modes.GCM(nonce)).encryptor()
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return f"{name}${base64.b64encode(nonce + body + encryptor.tag).decode()}"


def unseal(sealed: str) -> str:
    """Return the clear text.

    :raises ValueError: the value is damaged, or its key is not known here.
    """
    if not sealed:
        return ""
    name, _, value = sealed.partition("$")
    if name not in _keys():
        raise ValueError(f"sealed by key {name!r}, which is not among QIFU_KEYS")
    raw = base64.b64decode(value)
    nonce, body, tag = raw[:NONCE], raw[NONCE:-TAG], raw[-TAG:]
    decryptor = Cipher(algorithms.SM4(_derived(name, b"seal")[:16]), modes.GCM(nonce, tag)).decryptor()
    try:
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except InvalidTag as error:
        raise ValueError("sealed value is damaged") from error


def lookup(text: str) -> str:
    """Return the keyed digest by which a sealed value is found: 64 hex digits, empty for empty text.

    The oldest key is used, so that a rotation of keys does not lose the way to older rows.
    """
    return _mac(_derived(list(_keys())[-1], b"lookup"), text.encode()).hex() if text else ""


class SealedField(models.TextField):  # type: ignore[type-arg]
    """A text column that holds only sealed values; the attribute is the clear text."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None else seal(str(value))

    def from_db_value(self, value: Any, expression: object, connection: object) -> Any:
        return value if value is None else unseal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("isnull",):
            raise TypeError("a sealed column cannot be searched; use its lookup column")
        return super().get_lookup(lookup_name)


def _keys() -> Mapping[str, bytes]:
    keys: Mapping[str, bytes] = settings.DATA_KEYS
    return keys


def _derived(name: str, purpose: bytes) -> bytes:
    return _derive(_keys()[name], purpose)


@cache
def _derive(key: bytes, purpose: bytes) -> bytes:
    return _mac(key, purpose)


def _mac(key: bytes, data: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(data)
    return mac.finalize()

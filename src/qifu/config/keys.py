"""The secrets of one installation: from the environment, else made once and kept in QIFU_HOME, readable by its owner only."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def secret(home: Path) -> str:
    """Return the signing secret."""
    return os.environ.get("QIFU_SECRET") or _kept(home / "secret.key")


def data_keys(home: Path) -> dict[str, bytes]:
    """Return the data keys by id, the sealing one first.

    :raises ValueError: a key is not 32 bytes of base64.
    """
    text = os.environ.get("QIFU_KEYS") or "k1:" + _kept(home / "data.key")
    keys = {}
    for part in text.split(","):
        name, _, value = part.strip().partition(":")
        raw = base64.b64decode(value, validate=True)
        if not name or len(raw) != 32:
            raise ValueError("QIFU_KEYS: each key is id:base64 of 32 bytes")
        keys[name] = raw
    return keys


def _kept(path: Path) -> str:
    """Read the file, or make it with 32 random bytes; the first of several processes wins."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        for _ in range(200):
            if text := path.read_text().strip():
                return text
    else:
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
    return path.read_text().strip()

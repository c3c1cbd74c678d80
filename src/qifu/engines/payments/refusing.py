"""What cannot be written or read, in a sentence for the person."""

from __future__ import annotations


class Refused(ValueError):
    """A file of the bank that cannot be made or taken; `args[0]` says why and what to do."""

"""Why a file cannot be used, in a sentence for the person."""

from __future__ import annotations


class Unusable(Exception):
    """A file that cannot be read as a disclosure: the sentence says why and what to do."""

    def __init__(self, zh: str, en: str = "") -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en or zh

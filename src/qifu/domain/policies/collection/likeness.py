"""Whether two texts are one, or nearly: a digest of what is written, marks that find candidates, and the share in common.

The marks of a text are the smallest hashes of its runs of five characters (a bottom-k sketch): two texts that share most
of their runs share most of their marks, so that candidates come from an index instead of from every text. A candidate is judged by its
texts: the share of the shorter one's runs that the other has, because a repost often adds a head and a foot.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata

RUN, MARKS = 5, 24
CANDIDATE = 6  # marks in common
NEAR = 0.8  # share of runs in common
WITHIN = 0.97  # the same where each has a number of its own: one stands whole within the other, not two of one pattern
SHORTEST = 80  # characters: below this a text is too little to compare
_LETTERS = re.compile(r"[^\u3400-\u9fff0-9a-z]+")


def bare(text: str) -> str:
    """Letters and digits alone, width and case folded."""
    return _LETTERS.sub("", unicodedata.normalize("NFKC", text).lower())


def digest(text: str) -> str:
    """The digest of what is written, whatever the layout."""
    return hashlib.sha256(bare(text).encode()).hexdigest()


def marks(text: str) -> list[int]:
    """The marks of a text, smallest first; none for a short one."""
    plain = bare(text)
    if len(plain) < SHORTEST:
        return []
    return sorted({_hash(run) for run in _runs(plain)})[:MARKS]


def share(one: str, other: str) -> float:
    """The share of the shorter text's runs that the other has; 0 where one is too short to compare."""
    first, second = bare(one), bare(other)
    if min(len(first), len(second)) < SHORTEST:
        return 0.0
    short, long = sorted((set(_runs(first)), set(_runs(second))), key=len)
    return len(short & long) / len(short)


def differences(before: str, after: str, *, around: int = 2) -> list[tuple[str, str]]:
    """What changed, line by line: (' ', '-', '+' or '…', text); equal stretches are cut to some lines around a change."""
    old, new = _lines(before), _lines(after)
    found: list[tuple[str, str]] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(around):
        if found:
            found.append(("…", ""))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [(" ", line) for line in old[a:b]]
                continue
            found += [("-", line) for line in old[a:b]]
            found += [("+", line) for line in new[c:d]]
    return found


def _lines(text: str) -> list[str]:
    """Lines; a long one is cut at its sentences so that a change is seen where it is. At most so many, for the comparison is slow."""
    cut = re.sub(r"(?<=[。；])(?=[^\n])", "\n", text)
    return [line.strip() for line in cut.split("\n") if line.strip()][:3000]


def _runs(plain: str) -> list[str]:
    return [plain[n : n + RUN] for n in range(len(plain) - RUN + 1)]


def _hash(run: str) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "big", signed=True)

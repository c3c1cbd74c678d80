"""What a site lets robots read: its robots.txt, as RFC 9309 says it is to be understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from qifu.entry.intake.policies.fetching import Unreachable, fetch

LARGEST = 500 * 1024  # bytes that are looked at
SLOWEST = 30.0  # seconds between two requests: a site that asks for more is asked this slowly


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for us: (allowed, pattern), and the pause that is asked for."""

    lines: tuple[tuple[bool, str], ...] = ()
    pause: float = 0.0
    is_shut: bool = False

    def allow(self, url: str) -> bool:
        """The longest fitting pattern decides; a tie allows; without any all is allowed."""
        if self.is_shut:
            return False
        parts = urlsplit(url)
        path = unquote(urlunsplit(("", "", parts.path or "/", parts.query, "")))
        fitting = [(len(pattern), allowed) for allowed, pattern in self.lines if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


class Manners:
    """The rules of all sites met in a round, each asked for once."""

    def __init__(self, agent: str, wait: Callable[[str], None] = lambda host: None) -> None:
        self.agent, self.wait = agent, wait
        self.known: dict[str, Rules] = {}

    def of(self, url: str) -> Rules:
        """The rules of the site of an address. One that does not answer at all lets nothing be read; one without rules, all."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self.known:
            self.wait(parts.netloc)
            self.known[site] = self._asked(site)
        return self.known[site]

    def allow(self, url: str) -> bool:
        """Whether an address may be read."""
        return self.of(url).allow(url)

    def _asked(self, site: str) -> Rules:
        try:
            answer = fetch(f"{site}/robots.txt")
        except Unreachable as refusal:
            if 400 <= refusal.status < 500 and not refusal.asks_for_patience:
                return Rules()
            raise
        return read(answer.body[:LARGEST].decode("utf-8", "replace"), self.agent)


def read(text: str, agent: str) -> Rules:
    """Read the group for us, else the group for all; groups of one name are one."""
    groups: dict[str, list[tuple[bool, str]]] = {}
    pauses: dict[str, float] = {}
    names: list[str] = []
    is_open = False
    for line in text.splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            names = names if is_open else []
            names.append(value.lower())
            groups.setdefault(value.lower(), [])
            is_open = True
            continue
        if key in ("allow", "disallow"):
            is_open = False
            for name in names if value else ():
                groups[name].append((key == "allow", unquote(value)))
        elif key == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d+)?", value):
            is_open = False
            pauses.update((name, float(value)) for name in names)
    mine = next((name for name in groups if name != "*" and name and name in agent.lower()), "*")
    return Rules(tuple(groups.get(mine, ())), min(pauses.get(mine, 0.0), SLOWEST))


def _fits(pattern: str, path: str) -> bool:
    """Whether a path begins as a pattern says; `*` is anything, `$` the end. Each piece is sought once, so that no pattern is slow."""
    is_whole = pattern.endswith("$")
    first, *pieces = pattern.rstrip("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = pieces.pop() if pieces and is_whole else None
    for piece in pieces:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    if last is not None:
        return len(path) - len(last) >= at and path.endswith(last)
    return not is_whole or at == len(path)

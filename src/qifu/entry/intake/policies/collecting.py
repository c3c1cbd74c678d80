"""One round of a source: its list is asked for, new pages are read, some known ones looked at again; and a try without a trace.

Politely: robots.txt is obeyed, a page known to be as it was is not sent again, one host is asked one thing at a time with a pause
between, a site that fails or asks for patience is left alone for longer and longer. What goes wrong is written down, never raised.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from qifu.domain.policies.collection import queries
from qifu.domain.policies.collection.actions import reporting, sources
from qifu.domain.policies.collection.actions.reporting import Page
from qifu.domain.policies.collection.actions.sources import Given, Outcome, Source
from qifu.entry.intake.policies import lists, pages
from qifu.entry.intake.policies.extract import Extracted, extract
from qifu.entry.intake.policies.fetching import Answer, Unreachable, fetch
from qifu.entry.intake.policies.lists import Place
from qifu.entry.intake.policies.pages import Read, Unreadable
from qifu.entry.intake.policies.robots import Manners

log = logging.getLogger("qifu.collect")

MOST_NEW = 30  # pages kept in a round
MOST_TRIED = 60
MOST_AGAIN = 10  # known pages looked at again
AGAIN_AFTER = timedelta(days=1)
MAPS = 5  # site maps of a map of maps
ROUND = 120.0  # seconds of one round
WHOLE = 60.0  # seconds after which a tick begins no other round: the next tick goes on
REASONS = 3  # why pages were not read, that are written out
SHUT = "对方的 robots.txt 不允许程序读取这个网址。"


def run_due(now: datetime) -> int:
    """Collect sources that are due; answer how many rounds there were. Nothing that a source does stops the others.

    One collector at a time: slow sites must not keep all children of the worker from what else waits.
    """
    if sources.is_collecting(now):
        return 0
    begun = time.monotonic()
    rounds = 0
    for number in sources.due(now):
        if time.monotonic() - begun > WHOLE:
            break
        at = now + timedelta(seconds=time.monotonic() - begun)
        row = sources.claim(now=at, source=number)
        if row is None:
            continue
        try:
            outcome = Round(row, at).run()
        except Exception:
            log.exception("采集“%s”时出错", row.name)
            outcome = Outcome(problem="读取时程序出错，已记入日志。", is_failed=True)
        sources.end(now=now + timedelta(seconds=time.monotonic() - begun), source=number, outcome=outcome)
        rounds += 1
    return rounds


class Pace:
    """The pause between two requests to one host."""

    def __init__(self, sleep: Callable[[float], object] = time.sleep) -> None:
        self.sleep, self.asked = sleep, dict[str, float]()

    def wait(self, host: str, pause: float = 0.0) -> None:
        """Wait until the host may be asked again."""
        rest = self.asked.get(host, -1e9) + max(settings.COLLECT_PAUSE, pause) - time.monotonic()
        if rest > 0:
            self.sleep(rest)
        self.asked[host] = time.monotonic()


class Asker:
    """Asks for addresses with manners."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.manners = Manners(settings.COLLECT_AGENT, self.pace.wait)

    def ask(self, url: str, etag: str = "", modified: str = "", patience: float = 20.0) -> Answer:
        """:raises Unreachable: there is nothing to read, or robots are not wanted."""
        if not self.manners.allow(url):
            raise Unreachable(SHUT)
        self.pace.wait(urlsplit(url).netloc, self.manners.of(url).pause)
        return fetch(url, etag=etag, modified=modified, allowed=self.manners.allow, patience=patience)


@dataclass
class Round:
    """One round of one source."""

    source: Source
    now: datetime
    asker: Asker = field(default_factory=Asker)
    begun: float = field(default_factory=time.monotonic)
    new: int = 0
    changed: int = 0
    left: int = 0
    tried: int = 0
    failed: list[str] = field(default_factory=list)
    shut: int = 0  # pages that robots may not read: no failure, and no reason to ask again
    is_stopped: bool = False

    def run(self) -> Outcome:
        """Do all of it."""
        source = self.source
        try:
            answer, found = self._listed()
        except (Unreachable, Unreadable) as refusal:
            return Outcome(problem=refusal.sentence, is_failed=True)
        known = queries.known(place.url for place in found) if source.kind != Source.Kind.PAGE else set()
        fresh = [place for place in found if place.url not in known]
        for place in fresh:
            if self._is_over():
                self.left += 1
                continue
            self._try(place)
        if source.kind != Source.Kind.PAGE:
            self._look_again()
        is_all = bool(self.failed) and len(self.failed) == self.tried
        missed = len(self.failed) + self.shut
        problem = (
            f"{self.tried} 个页面中有 {missed} 个没有读到：{_why([*self.failed, *[SHUT] * self.shut])}"
            if missed
            else ""
        )
        keeps = not self.failed and not self.left
        return Outcome(
            self.new, self.changed, self.left, problem, is_all or self.is_stopped,
            answer.etag if keeps else "", answer.modified if keeps else "",
        )  # fmt: skip

    def _listed(self) -> tuple[Answer, list[Place]]:
        """The pages that the source names; none when its list is as it was."""
        source = self.source
        if source.kind == Source.Kind.PAGE:
            return Answer(304, source.url), [Place(pages.settled(source.url, source.url))]
        answer = self.asker.ask(source.url, source.etag, source.modified)
        if answer.status == 304:
            return answer, []
        return answer, lists.wanted(placed(self.asker, source, answer), source.within, source.words)

    def _is_over(self) -> bool:
        used = time.monotonic() - self.begun
        return self.is_stopped or self.new >= MOST_NEW or self.tried >= MOST_TRIED or used > ROUND

    def _try(self, place: Place, etag: str = "", modified: str = "") -> None:
        """Read one page; what goes wrong is counted."""
        self.tried += 1
        if self.source.kind == Source.Kind.PAGE and (held := queries.finding_at(place.url)) is not None:
            etag, modified = held.etag, held.modified
        try:
            page = self._page(place, etag, modified)
            if page is not None:
                told = reporting.report(now=self.now, source=self.source, page=page)
                self.new += told == "new"
                self.changed += told == "changed"
        except (Unreachable, Unreadable) as refusal:
            if refusal.sentence == SHUT:
                self.shut += 1
                return
            self.failed.append(refusal.sentence)
            self.is_stopped = isinstance(refusal, Unreachable) and refusal.asks_for_patience

    def _page(self, place: Place, etag: str, modified: str) -> Page | None:
        answer = self.asker.ask(place.url, etag, modified)
        if answer.status == 304:
            held = queries.finding_at(place.url)
            if held is not None:
                reporting.unchanged(now=self.now, finding=held.pk)
            return None
        try:
            read = pages.read(answer.body, answer.kind, answer.url, self.source.body)
        except Unreadable as refusal:
            if not pages.is_file(answer.body):
                raise
            read = Read(
                place.title or place.url.rsplit("/", 1)[-1], "", attachments=((place.title or "文件", place.url),)
            )
            return page_of(place.url, read, answer, self.source.issuer, refusal.sentence)
        if not lists.wanted([Place(place.url, read.title)], "", self.source.words):
            return None
        return page_of(place.url, read, answer, self.source.issuer)

    def _look_again(self) -> None:
        """Look at some known pages again, all the sooner where somebody asked; one that is gone stays as it was."""
        before = self.source.asked_at or self.now - AGAIN_AFTER
        for held in queries.to_look_at_again(self.source.pk, before, MOST_AGAIN):
            if self._is_over():
                return
            failed = len(self.failed)
            self._try(Place(held.url, held.title), held.etag, held.modified)
            if len(self.failed) > failed:
                reporting.unchanged(now=self.now, finding=held.pk)  # the next ones get their turn first


def _why(sentences: list[str]) -> str:
    """The reasons why pages were not read, the commonest first."""
    counted = Counter(sentences).most_common(REASONS)
    if len(counted) == 1:
        return counted[0][0]
    return "；".join(f"{sentence.rstrip('。')}（{n} 个）" for sentence, n in counted) + "。"


def placed(asker: Asker, source: Source | Given, answer: Answer) -> list[Place]:
    """The pages of a list that was sent; of a map of site maps, those of the newest maps."""
    if source.kind != Source.Kind.SITEMAP:
        return lists.places(source.kind, answer.body, answer.kind, answer.url, source.links)
    inner = lists.nested(answer.body, answer.kind, answer.url)
    if not inner:
        return lists.places("sitemap", answer.body, answer.kind, answer.url)
    found: list[Place] = []
    for address in inner[:MAPS]:
        one = asker.ask(address)
        found += lists.places("sitemap", one.body, one.kind, one.url)
    return found


def page_of(url: str, read: Read, answer: Answer, issuer: str, note: str = "") -> Page:
    """A page with what its text says of itself."""
    told = extract("\n".join(part for part in (read.beside, read.title, read.text) if part))
    return Page(
        url,
        read.title,
        read.text,
        told.number,
        told.issued_on,
        said(told, issuer, read, note),
        answer.etag,
        answer.modified,
    )


def said(told: Extracted, issuer: str, read: Read, note: str = "") -> dict[str, object]:
    """What was picked out, as it is kept beside the finding."""
    first, last = told.validity.span(told.issued_on)
    return {
        "issuer": told.issuer or issuer,
        "effective_from": first.isoformat() if first else "",
        "effective_to": last.isoformat() if last else "",
        "validity": told.validity.words,
        "industries": [{"code": one.code, "name": one.name, "barred": one.is_barred} for one in told.industries],
        "gifts": [
            {"kind": one.kind, "low": f"{one.low:f}", "high": f"{one.high:f}", "per": one.per, "words": one.words}
            for one in told.gifts
        ],
        "attachments": [list(pair) for pair in read.attachments],
        "note": note,
    }


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try of a source found: the first places, and the first page as it would be kept."""

    problem: str = ""
    count: int = 0
    places: tuple[Place, ...] = ()
    page: Page | None = None


def look(given: Source | Given) -> Tried:
    """Try a source without a trace: at most its list and its first page."""
    asker = Asker()
    found: list[Place] = []
    try:
        if given.kind == Source.Kind.PAGE:
            found = [Place(pages.settled(given.url, given.url))]
        else:
            answer = asker.ask(given.url, patience=10)
            found = lists.wanted(placed(asker, given, answer), given.within, given.words)
        if not found:
            return Tried("读到了列表，但没有一条符合网址和标题的要求。")
        first = asker.ask(found[0].url, patience=10)
        read = pages.read(first.body, first.kind, first.url, given.body)
    except (Unreachable, Unreadable) as refusal:
        return Tried(refusal.sentence, len(found), tuple(found[:8]))
    return Tried("", len(found), tuple(found[:8]), page_of(found[0].url, read, first, given.issuer))

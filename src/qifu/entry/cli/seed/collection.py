"""The collection of the sample district: sources that nobody asks (no address exists), findings, what an editor made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.policies.collected import Finding, Source
from qifu.domain.policies.collection import queries
from qifu.domain.policies.collection.actions import deciding, reporting, sources
from qifu.domain.policies.collection.actions.reporting import Page
from qifu.domain.policies.collection.actions.sources import Given, Outcome
from qifu.entry.cli.sample import collection as samples
from qifu.entry.cli.sample.collection import Published
from qifu.entry.intake.policies import collecting
from qifu.entry.intake.policies.extract import extract
from qifu.entry.intake.policies.pages import Read
from qifu.kernel.actor import Actor

DECIDED_AFTER = timedelta(days=2)


@transaction.atomic
def write(now: datetime, opened: datetime, editor: Actor) -> None:
    """Fill the collection. The sources are paused, so that the sample never asks anybody for anything."""
    rows = {
        one.key: sources.add(
            actor=editor, now=opened, given=Given(one.name, one.level, one.kind, one.url, one.issuer, one.links)
        )
        for one in samples.OUTLETS
    }
    Source.objects.filter(pk__in=[row.pk for row in rows.values()]).update(is_sample=True)
    held = {row.pk: row for row in Source.objects.all()}
    for one in samples.published(now.date()):
        _find(one, held[rows[one.outlet].pk], now - timedelta(days=one.age), now, editor)
    for place, row in enumerate(rows.values()):
        problem = "对方网站出错（503）。" if place == 1 else ""
        sources.end(
            now=now - timedelta(days=1, hours=place),
            source=row.pk,
            outcome=Outcome(problem=problem, is_failed=bool(problem)),
        )
        sources.pause(actor=editor, now=now, source=row.pk, is_paused=True)


def _find(one: Published, source: Source, at: datetime, now: datetime, editor: Actor) -> None:
    url = source.url + one.name
    reporting.report(now=at, source=source, page=_page(url, one.title, one.text))
    row = Finding.objects.get(url=url)
    if row.state != Finding.State.NEW:
        return
    if one.fate == "taken":
        paper = queries.paper_of(row)
        paper = replace(paper, issuer=paper.issuer or source.issuer)
        deciding.take(actor=editor, now=at + DECIDED_AFTER, finding=row.pk, paper=paper, seen=row.version)
    elif one.fate == "ignored":
        deciding.ignore(actor=editor, now=at + DECIDED_AFTER, finding=row.pk, why=one.why, seen=row.version)
    elif one.fate == "changed":
        later = min(at + timedelta(days=9), now - timedelta(hours=3))
        reporting.report(now=later, source=source, page=_page(url, one.title, samples.changed(one.text)))


def _page(url: str, title: str, text: str) -> Page:
    told = extract(text)
    return Page(url, title, text, told.number, told.issued_on, collecting.said(told, "", Read(title, text)))

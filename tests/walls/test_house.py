"""What imports cannot show: keys point down the tiers, rooms are written by their actions alone, pages carry no code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

import qifu
from qifu.domain.appeals.flow import FLOWS
from qifu.engines.flow import Need, Step
from qifu.entry.theme import needs

SOURCE = Path(qifu.__file__).parent
TIERS = (
    ("people",), ("registry",), ("policies", "estate", "publishing"), ("appeals",), ("grants", "visits", "events", "market"),
    ("performance",), ("disclosure",),
)  # fmt: skip
RELATIONS = {"centre", "supervisor", "lead", "joint", "contact", "system"}  # those that appeals.access answers
LONGEST = 400  # lines of a file
RULES_IN_A_ROW = "one rule after another, each a function of its own, in the order of the auditor's table"
ONE_READER = "the steps of reading one kind of table, which share its cells"
LONGER = {
    "domain/appeals/models.py": "all tables of a case, which belong together",
    "domain/appeals/queries/lists.py": "every list of cases: its filters, its reasons to be seen, its keys",
    "engines/statements/audit/forms.py": RULES_IN_A_ROW,
    "engines/statements/audit/narrative.py": RULES_IN_A_ROW,
    "engines/statements/audit/wording.py": RULES_IN_A_ROW,
    "engines/statements/interchange.py": "the model as JSON, there and back",
    "engines/statements/reading/forms.py": ONE_READER,
    "engines/statements/reading/targets.py": ONE_READER,
    "engines/statements/relations.py": "every relation between figures, in the order of the statements",
    "engines/statements/writing/blocks.py": "the parts of a disclosure, in the order in which they are printed",
    "engines/statements/writing/explain.py": "the explanations of a disclosure, in the order in which they are printed",
    "entry/cli/seed/life.py": "the life of a sample case, told from end to end",
    "entry/intake/fiscal/pdf.py": "one format, from its glyphs to lines and cells",
    "output/papers/fiscal/samples.py": "an invented disclosure, told from end to end",
}
SENT_BY_SCRIPT = {  # forms that no browser sends by itself
    "entry/theme/templates/theme/_dialogs.html": "qifu.js sends it with the token in the header",
    "entry/theme/templates/theme/guide.html": "the style guide shows forms; nothing takes them",
}
RANK = {room: rank for rank, tier in enumerate(TIERS) for room in tier}


def sources(folder: str = "", pattern: str = "*.py") -> Iterator[tuple[str, str]]:
    for path in sorted((SOURCE / folder).rglob(pattern)):
        if "migrations" not in path.parts and "vendor" not in path.parts:
            yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def room_of(model: type[models.Model]) -> str:
    """The room or kernel part in which a table stands; empty for tables of libraries."""
    place = re.match(r"qifu\.(?:domain\.(\w+)|(kernel|output|entry))", model.__module__)
    return (place[1] or place[2]) if place else ""


def test_foreign_keys_point_down_the_tiers() -> None:
    wrong = []
    for model in apps.get_models():
        own = room_of(model)
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey | models.ManyToManyField) or not own:
                continue
            other = room_of(field.related_model)  # type: ignore[arg-type]
            if own == "kernel" and other not in ("kernel", ""):
                wrong.append(f"{model.__name__}.{field.name}: the kernel points at {other}")
            if own in RANK and other in RANK and own != other and RANK[other] >= RANK[own]:
                wrong.append(f"{model.__name__}.{field.name}: {own} points at {other}")
            if own in RANK and other in ("output", "entry"):
                wrong.append(f"{model.__name__}.{field.name}: {own} points at {other}")
    assert not wrong


def test_nothing_happens_by_signal() -> None:
    """Those of the framework; what rules find of enterprises is called a signal too."""
    banned = re.compile(
        r"django\.(?:db\.models|dispatch|core|contrib\.auth)\.?signals|@receiver|(?<!domain\.registry)\.signals import"
    )
    assert not [place for place, text in sources() if banned.search(text)]


# The clock is read where things arrive; the worker and the server are entry too.
def test_the_clock_is_read_only_in_entry() -> None:
    clock = re.compile(
        r"timezone\.now\(|datetime\.now\(|datetime\.utcnow\(|date\.today\(|(?<![\w.])time\.time\(|localdate\(\)"
    )
    assert not [place for place, text in sources() if clock.search(text) and not place.startswith("entry/")]


# Reads that only look like writes, and writes that are no room's.
WRITES = re.compile(
    r"\.objects(?:\.\w+\([^\n]*\))*\.(?:create|bulk_create|get_or_create|update_or_create|update|bulk_update|delete)\("
    r"|\.save\((?:update_fields|force_insert|\))|\.objects\.(?:bulk_)?(?:create|update)\("
)


def test_a_room_is_written_by_its_actions_alone() -> None:
    wrong = [
        f"{place}:{number}"
        for place, text in sources()
        for number, line in enumerate(text.split("\n"), 1)
        if WRITES.search(line) and not _may_write(place)
    ]
    assert not wrong


def _may_write(place: str) -> bool:
    acting = "/actions/" in place or place.endswith("/actions.py") or place.startswith("kernel/")
    return acting or any(place.startswith(writer) for writer in WRITERS)


WRITERS = {
    "domain/people/models.py": "Unit.save renews its mark",
    "entry/cli/seed/": "a sample district is planted in bulk, before anybody works in it",
    "output/messages/local/": "the local mailbox is its own table",
    "entry/clock/sweeping.py": "sessions and failed sign-ins are tables of libraries",
    "entry/theme/middleware.py": "notes that a session is in use: a table of the sign-in library",
}


def steps() -> Iterator[tuple[str, Step]]:
    for flow in FLOWS.values():
        for step in flow.steps.values():
            yield f"{flow.name}.{step.name}", step


def test_every_step_names_known_relations() -> None:
    assert not [name for name, step in steps() if not step.who or step.who - RELATIONS]
    answered = (SOURCE / "domain/appeals/access.py").read_text(encoding="utf-8")
    assert not [relation for relation in RELATIONS if f'"{relation}"' not in answered]


def test_every_need_has_a_field_and_a_reading() -> None:
    kinds = {need.kind for _, step in steps() for need in step.needs}
    known = set(re.findall(r'"(\w+)"', (SOURCE / "engines/flow/moves.py").read_text(encoding="utf-8")))
    described = set(re.findall(r"\w+", (Need.__doc__ or "").split("kind:")[1]))
    assert kinds <= known | described | {"category"}
    for kind in kinds:
        step = Step("try", "试", (), needs=(Need("x", "某项", kind=kind, options=(("a", "甲"),)),))
        assert list(needs.fields(step).fields) == ["x"], kind


def test_no_module_is_named_for_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "managers", "misc"}
    assert not [place for place, _ in sources() if empty & set(Path(place).with_suffix("").parts)]


def test_files_stay_short() -> None:
    long = {place: text.count("\n") for place, text in sources() if text.count("\n") > LONGEST}
    assert not {place: count for place, count in long.items() if place not in LONGER}


INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.S),
    "an on* attribute": re.compile(r"<[a-zA-Z][^<>]*\son[a-z]+\s*=", re.S),
    "a script in the page": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>", re.S),
    "a style sheet in the page": re.compile(r"<style[\s>]"),
    "an address of code": re.compile(r"javascript:", re.I),
}


@pytest.mark.parametrize("what", INLINE)
def test_pages_carry_no_code(what: str) -> None:
    pages = [(place, _without_comments(text)) for place, text in sources(pattern="*.html")]
    assert pages
    assert not [place for place, text in pages if INLINE[what].search(text)]


def test_every_form_that_writes_proves_where_it_comes_from() -> None:
    wrong = []
    for place, text in sources(pattern="*.html"):
        for form in re.findall(r"<form\b.*?</form>", _without_comments(text), re.S | re.I):
            head = form.split(">", 1)[0]
            writes = re.search(r"method\s*=\s*[\"']?post", head, re.I) or "hx-post" in head
            if writes and "csrf_token" not in form and place not in SENT_BY_SCRIPT:
                wrong.append(f"{place}: {head}")
    assert not wrong


def _without_comments(text: str) -> str:
    return re.sub(
        r"{#.*?#}|{%(?! comment| csrf_token| endcomment).*?%}|{% comment.*?endcomment %}|<!--.*?-->",
        "",
        text,
        flags=re.S,
    )


SENDERS = re.compile(
    r"send_mail|send_mass_mail|EmailMessage|EmailMultiAlternatives|smtplib"
    r"|^\s*(?:import|from) (?:requests|httpx|urllib\.request|http\.client)",
    re.M,
)


ASKERS = {"entry/intake/policies/fetching.py": "asks for pages of other offices; sends nothing of ours"}


def test_messages_leave_only_through_the_outbox() -> None:
    wrong = [place for place, text in sources() if SENDERS.search(text) and not place.startswith("output/")]
    wrong = [place for place in wrong if place not in ASKERS]
    assert not wrong
    sending = [place for place, text in sources("domain") if "output.messages" in text]
    assert not sending


@pytest.mark.django_db
def test_every_index_of_words_follows_its_table() -> None:
    """A table that is made anew (the embedded database does so for a constraint) must keep what feeds its index."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name FROM sqlite_master WHERE type = 'trigger' OR sql LIKE '%USING fts5%'")
        held = set(cursor.fetchall())
    tables = sorted(name for kind, name in held if kind == "table")
    assert "registry_enterprise_fts" in tables
    wanted = {f"{table}_{event}" for table in tables for event in ("insert", "delete", "update")}
    assert not wanted - {name for kind, name in held if kind == "trigger"}

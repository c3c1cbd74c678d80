"""A disclosure as bytes that never change, and back: model, terms, origins' grounds, and every row as it then stood."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from decimal import Decimal
from hashlib import sha256
from typing import Any

from qifu.domain.disclosure.composing import Composed
from qifu.domain.disclosure.rows import Rowed
from qifu.engines.statements import from_json, to_json
from qifu.engines.statements.composing import Given, Held, Term

_KINDS = ("goods", "works", "services", "small")


def dumped(made: Composed) -> bytes:
    """All of it as canonical JSON."""
    given = made.given
    plain = {
        "model": to_json(made.model),
        "prior": to_json(given.prior) if given.prior is not None else None,
        "terms": [[*key, [asdict(term) for term in terms]] for key, terms in made.terms.items()],
        "given": {
            "initial": {code: str(value) for code, value in given.initial.items()},
            "numbers": dict(given.numbers),
            "words": dict(given.words),
            "published": given.published,
            **{kind: str(getattr(given, kind)) for kind in _KINDS},
        },
        "proofs": dict(made.proofs),
        "projects": dict(made.projects),
        "rows": [_row(row) for row in made.rows],
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def packed(raw: bytes) -> bytes:
    return zlib.compress(raw, 6)


def loaded(frozen: bytes) -> Composed:
    """The disclosure as it was frozen."""
    plain = json.loads(zlib.decompress(frozen))
    given: dict[str, Any] = plain["given"]
    return Composed(
        model=from_json(plain["model"]),
        terms={
            (table, row, column): tuple(_term(each) for each in terms) for table, row, column, terms in plain["terms"]
        },
        given=Given(
            initial={code: Decimal(value) for code, value in given["initial"].items()},
            numbers=given["numbers"],
            words=given["words"],
            published=given["published"],
            prior=from_json(plain["prior"]) if plain["prior"] else None,
            goods=Decimal(given["goods"]),
            works=Decimal(given["works"]),
            services=Decimal(given["services"]),
            small=Decimal(given["small"]),
        ),
        rows=[_rowed(each) for each in plain["rows"]],
        proofs=plain["proofs"],
        projects=plain["projects"],
    )


def digest_of(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def digest_of_frozen(frozen: bytes) -> str:
    """Of what was packed."""
    return digest_of(zlib.decompress(frozen))


def _row(row: Rowed) -> list[object]:
    held = row.held
    return [
        row.table, row.key, row.handle, row.label, row.day, row.about,
        [held.book, held.column, held.functional, held.economic, held.money, f"{held.amount:.2f}", held.project],
    ]  # fmt: skip


def _rowed(plain: list[Any]) -> Rowed:
    table, key, handle, label, day, about, (book, column, functional, economic, money, amount, project) = plain
    return Rowed(
        table, key, handle, label, day, about, Held(book, column, functional, economic, money, Decimal(amount), project)
    )


def _term(plain: dict[str, Any]) -> Term:
    economic, moneys = tuple(plain["economic"]), tuple(plain["moneys"])
    return Term(plain["book"], plain["sign"], plain["column"], plain["functional"], economic, moneys, plain["project"])

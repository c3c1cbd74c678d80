"""A text that was pasted: what it says of itself, put into the form where nothing is written yet, to be checked by a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qifu.entry.intake.policies import extract
from qifu.entry.intake.policies.gifts import Gift

KINDS = {"is": "", "max": "最高 "}
ARTICLES = 60  # of one text, that are offered as sources
_ARTICLE = re.compile(
    r"^[ \t\u3000]*(第[零一二三四五六七八九十百]{1,6}条|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says of whom it is for and what it gives; `articles`: what may be cited of it."""

    industries: tuple[str, ...]
    grants: tuple[tuple[str, str], ...]  # figure, clause
    codes: tuple[str, ...]  # of the industries that are meant
    articles: tuple[str, ...]


def paper(text: str) -> dict[str, str | date]:
    """What a text says of itself, by the names of the form; what it does not say is not there."""
    told = extract.extract(text)
    first, last = told.validity.span(told.issued_on)
    found = {
        "title": extract.title(text), "level": extract.level(told.issuer), "issuer": told.issuer,
        "number": told.number, "issued_on": told.issued_on, "effective_from": first, "effective_to": last,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def told(text: str) -> Told:
    """Whom a text is for and what it gives."""
    found = extract.extract(text)
    articles = dict.fromkeys(match[1].strip("、") for match in _ARTICLE.finditer(text))
    return Told(
        tuple(f"{'不含 ' if one.is_barred else ''}{one.code} {one.name}" for one in found.industries),
        tuple((_figure(one), one.words) for one in found.gifts),
        tuple(one.code for one in found.industries if not one.is_barred),
        tuple(articles)[:ARTICLES],
    )


def _figure(gift: Gift) -> str:
    if gift.kind == "rate":
        return f"{gift.low * 100:.4f}".rstrip("0").rstrip(".") + "%"
    low, high = (f"{end:,.2f}".removesuffix(".00") for end in (gift.low, gift.high))
    return (
        KINDS[gift.kind] + (low if low == high else f"{low} 至 {high}") + " 元" + (f"/{gift.per}" if gift.per else "")
    )

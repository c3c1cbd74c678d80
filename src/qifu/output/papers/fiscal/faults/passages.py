"""Changes of the running text: a figure, a passage, a paragraph; the claims follow the text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.model import Claim, Paragraph
from qifu.engines.statements.reading.claims import claims_of, without_unit

from .figures import WAYS, Kinds, Planter, Way

Choose = Callable[[Claim], bool]
_NUMBER = re.compile(r"\d[\d.,]*")


def retold(model: Model, text: Iterable[Paragraph]) -> Model:
    """The model with another text, and the claims of that text."""
    kept = tuple(text)
    claims = tuple(without_unit(claim, model.document.unit) for claim in claims_of(kept))
    return replace(model, text=kept, claims=claims)


def edited(model: Model, number: int, text: str) -> Model | None:
    """The model with one paragraph worded otherwise; None where nothing changes."""
    if text == model.text[number].text:
        return None
    paragraph = replace(model.text[number], text=text)
    return retold(model, (*model.text[:number], paragraph, *model.text[number + 1 :]))


def with_figure(model: Model, claim: Claim, value: Decimal) -> Model | None:
    """The model with one figure of the text another."""
    text = model.text[claim.paragraph].text
    number = _NUMBER.match(text, claim.offset)
    if number is None or claim.value == value:
        return None
    return edited(model, claim.paragraph, text[: claim.offset] + f"{value:f}" + text[number.end() :])


def figure(choose: Choose, way: Way) -> Planter:
    """Change one figure of the text that fits."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [c for c in model.claims if c.value > 0 and c.paragraph < len(model.text) and choose(c)]
        rng.shuffle(found)
        for claim in found:
            value = way(claim.value, rng)
            if value is not None and (changed := with_figure(model, claim, value)) is not None:
                return changed
        return None

    return planter


def figures(choose: Choose, ways: dict[str, Way] = WAYS) -> Kinds:
    """The ways in which a figure of the text goes wrong."""
    return {name: figure(choose, way) for name, way in ways.items()}


def says(topic: str, measure: str, *, item: bool | None = None, subject: str = "") -> Choose:
    """Whether a claim is of a topic and measure, of an item or not, of a subject."""

    def fits(claim: Claim) -> bool:
        return (
            (not topic or claim.topic == topic)
            and claim.measure == measure
            and (item is None or bool(claim.item) == item)
            and bool(re.search(subject, claim.subject))
        )

    return fits


def before(model: Model, claim: Claim, measure: str) -> Claim | None:
    """The nearest claim before this one in its paragraph of this measure, in 万元."""
    found = [c for c in model.claims if c.paragraph == claim.paragraph and c.offset < claim.offset]
    return next((c for c in reversed(found) if c.measure == measure and c.unit == "万元"), None)


# ---- passages --------------------------------------------------------------------------------------------------------


def places(model: Model, part: str, topic: str, pattern: str = "", *, kind: str = "text") -> list[int]:
    """The numbers of the paragraphs of a part and topic in which a pattern occurs."""
    return [
        i
        for i, p in enumerate(model.text)
        if p.part == part and p.kind == kind and (not topic or p.topic == topic) and re.search(pattern, p.text)
    ]


def insert(part: str, saying: str, topic: str = "") -> Planter:
    """Add something to the end of a paragraph of a part."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = places(model, part, topic)
        if not found:
            return None
        i = rng.choice(found)
        return edited(model, i, model.text[i].text.rstrip("。") + saying + "。")

    return planter


def inserts(part: str, sayings: dict[str, str], topic: str = "") -> Kinds:
    """One kind for each saying."""
    return {name: insert(part, saying, topic) for name, saying in sayings.items()}


def swap(
    pattern: str,
    replacement: str | Callable[[re.Match[str]], str],
    part: str = "explanations",
    topic: str = "",
    *,
    kind: str = "text",
) -> Planter:
    """Change the first passage that fits in one paragraph."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = places(model, part, topic, pattern, kind=kind)
        rng.shuffle(found)
        for i in found:
            changed = edited(model, i, re.sub(pattern, replacement, model.text[i].text, count=1))
            if changed is not None:
                return changed
        return None

    return planter


def in_sections(pattern: str, replacement: str | Callable[[re.Match[str]], str], topics: tuple[str, ...]) -> Planter:
    """A passage changed in one of several sections."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        for topic in rng.sample(topics, len(topics)):
            changed = swap(pattern, replacement, topic=topic)(model, rng)
            if changed is not None:
                return changed
        return None

    return planter


def drop(choose: Callable[[Paragraph], bool]) -> Planter:
    """Leave out the paragraphs that fit."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        kept = [p for p in model.text if not choose(p)]
        return retold(model, kept) if len(kept) < len(model.text) else None

    return planter


def drop_one(choose: Callable[[Paragraph], bool]) -> Planter:
    """Leave out one of the paragraphs that fit."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [i for i, p in enumerate(model.text) if choose(p)]
        if not found:
            return None
        gone = rng.choice(found)
        return retold(model, [p for i, p in enumerate(model.text) if i != gone])

    return planter


def erase(topic: str, *words: str) -> Planter:
    """Take every clause that speaks of something out of a section."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        kept = []
        for paragraph in model.text:
            text = paragraph.text
            if paragraph.part == "explanations" and paragraph.topic == topic and paragraph.kind == "text":
                for word in words:
                    text = re.sub(rf"[^，；。：]*{word}[^，；。]*[，；。]?", "", text)
            if text:
                kept.append(replace(paragraph, text=text))
        return retold(model, kept) if tuple(p.text for p in kept) != tuple(p.text for p in model.text) else None

    return planter

"""A trained model: what it answers, and by which words. Kept as plain arrays and JSON, never as code."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qifu.kernel.search import normal

if TYPE_CHECKING:
    import numpy as np  # loaded with the first model: a process that proposes nothing does without

LONGEST = 1200  # characters of a text that are looked at
SIZES = (1, 2, 3)


class TooFew(Exception):
    """Not enough handled cases to learn from."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One answer with its probability and the words that spoke for it."""

    label: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How good the model was on cases it had not seen."""

    trained: int
    held_out: int
    top1: float
    top3: float
    answered: float  # share of cases on which it did not abstain
    top1_answered: float

    def as_text(self) -> str:
        right = f"{self.top1_answered:.1%}" if self.answered else "—"
        return (
            f"训练 {self.trained} 件，检验 {self.held_out} 件：首选正确 {self.top1:.1%}，前三含正确 {self.top3:.1%}；"
            f"有把握作答 {self.answered:.1%}，其中首选正确 {right}。"
        )


@dataclass(frozen=True, eq=False)
class Model:
    """Weights of one linear model over character n-grams."""

    version: str
    labels: list[str]
    vocabulary: dict[str, int]
    idf: np.ndarray  # (features,)
    weights: np.ndarray  # (labels, features) float32
    bias: np.ndarray  # (labels,)
    threshold: float  # below it the model abstains
    report: Report

    def guesses(self, text: str, most: int = 3) -> list[Guess]:
        """Return the best answers, most probable first; empty when the text holds nothing known."""
        import numpy as np

        places, values = self._vector(text)
        if not len(places):
            return []
        shares = self._shares(self.weights[:, places] @ values + self.bias)
        best = np.argsort(-shares)[:most]
        return [Guess(self.labels[i], float(shares[i]), self._words(int(i), text, places, values)) for i in best]

    def is_sure(self, guesses: list[Guess]) -> bool:
        return bool(guesses) and guesses[0].probability >= self.threshold

    def _vector(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The text as TF-IDF: places in the vocabulary and values of unit length."""
        import numpy as np

        counts = Counter(gram for gram in grams(text) if gram in self.vocabulary)
        places = np.fromiter((self.vocabulary[g] for g in counts), dtype=np.int64, count=len(counts))
        tf = np.fromiter((1 + math.log(n) for n in counts.values()), dtype=np.float32, count=len(counts))
        values = tf * self.idf[places]
        length = float(np.linalg.norm(values))
        return places, values / length if length else values

    def _words(self, label: int, text: str, places: np.ndarray, values: np.ndarray, most: int = 3) -> tuple[str, ...]:
        """The passages of the text that spoke loudest for a label: each character bears its share of every n-gram over it."""
        import numpy as np

        spoken = dict(zip(places.tolist(), (self.weights[label, places] * values).tolist(), strict=True))
        plain = folded(text)
        shares = np.zeros(len(plain))
        for size in SIZES:
            for start in range(len(plain) - size + 1):
                place = self.vocabulary.get(plain[start : start + size])
                if place is not None:
                    shares[start : start + size] += spoken.get(place, 0.0) / size
        return tuple(_passages(plain, shares, most))

    @staticmethod
    def _shares(scores: np.ndarray) -> np.ndarray:
        import numpy as np

        raised = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum())


def folded(text: str) -> str:
    """The text as the model reads it."""
    return " ".join(normal(text[:LONGEST]).split())


def _passages(plain: str, shares: np.ndarray, most: int) -> Iterator[str]:
    """The runs of two to eight characters that bear clearly more than the average, the loudest first."""
    loud = shares > max(float(shares.mean() + shares.std()), 1e-9)
    runs, start = [], None
    for i, is_loud in enumerate([*loud.tolist(), False]):
        if is_loud and start is None:
            start = i
        elif start is not None and (not is_loud or i - start == 8):
            runs.append((float(shares[start:i].sum()), plain[start:i].strip(" ，。；：、,.;:")))
            start = i if is_loud else None
    seen = dict.fromkeys(run for _, run in sorted(runs, reverse=True) if len(run) > 1)
    yield from list(seen)[:most]


def grams(text: str) -> Iterator[str]:
    """Yield the character n-grams (1 to 3) of the folded text."""
    plain = folded(text)
    for size in SIZES:
        for i in range(len(plain) - size + 1):
            yield plain[i : i + size]


def save(model: Model, folder: Path, name: str) -> None:
    """Write the model; a reader sees the old one or the new one, never half."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    head = {
        "version": model.version,
        "labels": model.labels,
        "vocabulary": list(model.vocabulary),
        "threshold": model.threshold,
        "report": {f: getattr(model.report, f) for f in Report.__dataclass_fields__},
    }
    scratch = folder / f".{name}.npz"
    with scratch.open("wb") as file:
        np.savez(
            file,
            head=np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), dtype=np.uint8),
            idf=model.idf,
            weights=model.weights,
            bias=model.bias,
        )
    scratch.replace(folder / f"{name}.npz")


def load(folder: Path, name: str) -> Model | None:
    """Read a model; None when none has been trained."""
    place = folder / f"{name}.npz"
    if not place.exists():
        return None
    import numpy as np

    with np.load(place, allow_pickle=False) as kept:
        head = json.loads(bytes(kept["head"]).decode())
        return Model(
            version=head["version"],
            labels=head["labels"],
            vocabulary={gram: i for i, gram in enumerate(head["vocabulary"])},
            idf=kept["idf"],
            weights=kept["weights"],
            bias=kept["bias"],
            threshold=head["threshold"],
            report=Report(**head["report"]),
        )

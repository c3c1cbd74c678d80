"""Scanned pages: the recogniser, an optional part (`qifu[ocr]`); what it reads is always confirmed by a person."""

from __future__ import annotations

from functools import cache
from typing import Any

from .places import Char, Rule

DPI = 200


class Recogniser:
    """Turns the picture of a page into characters with places."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def read(self, page: Any) -> list[Char]:
        """Recognise one page; each run of text gives its characters evenly spread over its box."""
        scale = DPI / 72
        picture = page.render(scale=scale).to_numpy()
        height = page.get_size()[1]
        result = self._engine(picture)
        found: list[Char] = []
        boxes, texts = getattr(result, "boxes", None), getattr(result, "txts", None)
        if boxes is None or texts is None:
            return found
        for box, text in zip(boxes, texts, strict=True):
            left, right = min(p[0] for p in box) / scale, max(p[0] for p in box) / scale
            top, bottom = height - min(p[1] for p in box) / scale, height - max(p[1] for p in box) / scale
            step = (right - left) / max(len(text), 1)
            found += [
                Char(letter, left + i * step, bottom, left + (i + 1) * step, top) for i, letter in enumerate(text)
            ]
        return found

    def rules(self, page: Any) -> tuple[list[Rule], list[Rule]]:
        """The rulings of the picture: dark runs that go across or down a good part of the page."""
        import numpy as np

        scale = DPI / 72
        picture = page.render(scale=scale, grayscale=True).to_numpy()
        dark = np.asarray(picture)[..., 0] < 140 if picture.ndim == 3 else np.asarray(picture) < 140
        height = page.get_size()[1]
        across = [
            Rule(height - row / scale, low / scale, high / scale) for row, low, high in _runs(dark, dark.shape[1] // 20)
        ]
        upright = [
            Rule(column / scale, height - high / scale, height - low / scale)
            for column, low, high in _runs(dark.T, dark.shape[0] // 40)
        ]
        return across, upright


def _runs(dark: Any, least: int) -> list[tuple[int, int, int]]:
    import numpy as np

    found = []
    for index in np.flatnonzero(dark.sum(axis=1) >= least):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], dark[index].astype(np.int8), [0]))))
        for low, high in zip(edges[::2], edges[1::2], strict=True):
            if high - low >= least:
                found.append((int(index), int(low), int(high)))
    return found


@cache
def recogniser() -> Recogniser | None:
    """The recogniser, where it is installed."""
    try:
        from rapidocr import RapidOCR
    except ImportError:
        return None
    return Recogniser(RapidOCR())

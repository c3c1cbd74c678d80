"""Scanned pages: the recogniser, an optional part (`qifu[ocr]`); what it reads is always confirmed by a person.

A figure is looked at twice, in two sizes. A digit on which the two looks differ, or of which the recogniser is not sure, is
written as `?`: the engine takes it only where other figures force it, and names it otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .places import Char, Rule

if TYPE_CHECKING:
    from .picture import Box, Picture

DPI = 200
SURE = 0.8  # of a digit of a figure, as the recogniser rates itself
PLAIN = 0.5  # of anything else
_FIGURE = re.compile(r"[\d.,，%％?\s+-]*\d[\d.,，%％?\s+-]*")


@dataclass(frozen=True)
class Run:
    """A run of recognised text: its letters, how sure each is, and where each stands along the run (0 to 1)."""

    text: str
    sure: tuple[float, ...]
    at: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(self.sure) / len(self.sure) if self.sure else 0.0


@dataclass(frozen=True)
class Seen:
    """A page as recognised, in points of the page; y grows upwards."""

    chars: list[Char]
    across: list[Rule]
    upright: list[Rule]
    width: int


class Recogniser:
    """Turns the picture of a page into characters with places, and rulings."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def read(self, page: Any) -> Seen:
        """Recognise one page."""
        from . import picture as pictures

        scale = DPI / 72
        grey = page.render(scale=scale, grayscale=True).to_numpy()
        whole = pictures.straightened(self._upright(grey[..., 0] if grey.ndim == 3 else grey))
        clean, across, upright = pictures.without_rulings(whole, DPI)
        boxes = [piece for box in self._boxes(clean) for piece in pictures.parted(box, upright)]
        boxes += pictures.unread(clean, boxes, DPI)
        height = whole.shape[0] / scale
        chars = [char for box in boxes for char in _spread(self._look(clean, box), box, scale, height)]
        return Seen(
            chars,
            [Rule(height - s.at / scale, s.low / scale, s.high / scale) for s in across],
            [Rule(s.at / scale, height - s.high / scale, height - s.low / scale) for s in upright],
            round(whole.shape[1] / scale),
        )

    def _upright(self, grey: Picture) -> Picture:
        """The page as it is to be read, when it was laid on its side or its head."""
        import numpy as np

        boxes = self._boxes(grey)
        if len(boxes) < 4:
            return grey
        tall = sum(box.height > box.width * 1.5 for box in boxes)
        turns = (1, 3) if tall * 2 > len(boxes) else (0, 2)
        if turns[0] == 0 and self._legible(grey, boxes) > 0.75:
            return grey
        turned = [np.ascontiguousarray(np.rot90(grey, turn)) for turn in turns]
        return max(turned, key=lambda each: self._legible(each, self._boxes(each)))

    def _legible(self, grey: Picture, boxes: list[Box]) -> float:
        widest = sorted(boxes, key=lambda box: -box.width)[:8]
        runs = [self._run(grey, box) for box in widest]
        return sum(run.mean for run in runs) / max(len(runs), 1)

    def _boxes(self, grey: Picture) -> list[Box]:
        import cv2

        from .picture import Box

        result = self._engine(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=False)
        boxes = getattr(result, "boxes", None)
        return [
            Box(
                int(min(p[0] for p in corners)),
                int(min(p[1] for p in corners)),
                int(max(p[0] for p in corners)) + 1,
                int(max(p[1] for p in corners)) + 1,
            )
            for corners in ([] if boxes is None else boxes)
        ]

    def _look(self, clean: Picture, box: Box) -> Run:
        first = self._run(clean, box)
        if not _FIGURE.fullmatch(first.text):
            return first if first.mean >= PLAIN else Run("", (), ())
        return _agreed(first, self._run(clean, box, margin=4))

    def _run(self, clean: Picture, box: Box, margin: int = 0) -> Run:
        from .picture import cut

        found = self._engine(
            cut(clean, box, margin), use_det=False, use_cls=False, use_rec=True, return_word_box=True, text_score=0.0
        )
        if not found.txts or not found.txts[0].strip():
            return Run("", (), ())
        info = found.word_results[0]
        columns = [column for word in info.word_cols for column in word]
        text, sure = found.txts[0], info.confs
        places = iter(columns)
        at = [((next(places) + 0.5) / info.line_txt_len) if not letter.isspace() else -1.0 for letter in text]
        return Run(text, tuple(sure), tuple(at))


def _agreed(first: Run, second: Run) -> Run:
    """A figure as two looks saw it: a digit that differs, or of which neither is sure, becomes `?`."""
    if len(first.text) != len(second.text):
        better, other = (first, second) if first.mean >= second.mean else (second, first)
        alike = better.text.replace(" ", "") == other.text.replace(" ", "")
        return better if alike else _illegible(better)
    letters = [
        a if a == b and max(p, q) >= SURE else "?" if a.isdigit() or b.isdigit() else a
        for a, b, p, q in zip(first.text, second.text, first.sure, second.sure, strict=True)
    ]
    return Run("".join(letters), first.sure, first.at)


def _illegible(run: Run) -> Run:
    """A figure of which not even the number of digits is known."""
    point = max(run.text.rfind("."), run.text.rfind("．"))
    return Run("".join("." if i == point else "?" for i in range(len(run.text))), run.sure, run.at)


def _spread(run: Run, box: Box, scale: float, height: float) -> list[Char]:
    """The letters of a run at their places; each reaches halfway to its neighbours."""
    if not run.text:
        return []
    left, right = box.left / scale, box.right / scale
    top, bottom = height - box.top / scale, height - box.bottom / scale
    held = [
        (letter, left + (right - left) * min(max(at, 0.0), 1.0)) for letter, at in zip(run.text, run.at, strict=True)
    ]
    solid = [(letter, x) for letter, x in held if not letter.isspace()]
    edges = [left, *((a + b) / 2 for (_, a), (_, b) in pairwise(solid)), right]
    chars = [Char(letter, edges[k], bottom, edges[k + 1], top) for k, (letter, _) in enumerate(solid)]
    for place in (i for i, (letter, _) in enumerate(held) if letter.isspace()):
        after = sum(not letter.isspace() for letter, _ in held[:place])
        chars.append(Char(" ", edges[after], bottom, edges[after], top))
    return chars


@cache
def recogniser() -> Recogniser | None:
    """The recogniser, where it is installed."""
    try:
        from rapidocr import RapidOCR
    except ImportError:
        return None
    return Recogniser(RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False}))

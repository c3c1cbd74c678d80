"""The picture of a scanned page: turned straight, its rulings found and taken out, ink that nothing has read.

Needs OpenCV, which comes with the recogniser (`qifu[ocr]`); nothing here is imported without it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

Picture = Any  # a two-dimensional array of grey, 0 black
STEEPEST = 4.0  # degrees a page may lie askew
MOST_SPREAD = 6  # pixels of thickness up to which dark runs are rulings


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture, in pixels from its upper left corner."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Stroke:
    """A ruling in pixels: its fixed coordinate and its extent along the other axis."""

    at: int
    low: int
    high: int


def straightened(picture: Picture) -> Picture:
    """Turn a page that was laid askew; the angle is the one at which rows of ink and of paper part best."""
    angle = _lean(picture)
    if abs(angle) < 0.04:
        return picture
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def _lean(picture: Picture) -> float:
    scale = 900 / max(picture.shape)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = (255 - cv2.medianBlur(small, 3)).astype(np.float32)
    ink[ink < 60] = 0
    if not ink.any():
        return 0.0
    best = 0.0
    for reach, step in ((STEEPEST, 0.5), (0.5, 0.1), (0.1, 0.03)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _sharpness(ink, float(angle))))
    return best


def _sharpness(ink: Picture, angle: float) -> float:
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    rows = cv2.warpAffine(ink, matrix, (width, height)).sum(axis=1)
    return float(((rows[1:] - rows[:-1]) ** 2).sum())


def without_rulings(picture: Picture, dpi: int) -> tuple[Picture, list[Stroke], list[Stroke]]:
    """The page without its rulings, and the rulings across and upright."""
    dark = cv2.adaptiveThreshold(
        cv2.GaussianBlur(picture, (3, 3), 0), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15
    )
    across, lying = _runs(dark, (dpi * 4 // 5, 1))
    upright, standing = _runs(dark, (1, dpi // 6))
    upright = [stroke for stroke in upright if _meets(stroke, across)]
    across = [stroke for stroke in across if stroke.high - stroke.low > dpi * 3 or _meets(stroke, upright)]
    clean = picture.copy()
    clean[_around(across, lying, lies=True) | _around(upright, standing, lies=False)] = 255
    return clean, across, upright


def _around(strokes: list[Stroke], dark: Picture, *, lies: bool) -> Picture:
    """Where the ink of these rulings is, and a pixel around it."""
    mask = np.zeros_like(dark)
    for stroke in strokes:
        near, along = slice(max(0, stroke.at - 3), stroke.at + 4), slice(stroke.low, stroke.high)
        mask[(near, along) if lies else (along, near)] = 255
    found: Picture = cv2.dilate(cv2.bitwise_and(dark, mask), np.ones((3, 3), np.uint8)) > 0
    return found


def _runs(dark: Picture, size: tuple[int, int]) -> tuple[list[Stroke], Picture]:
    """Thin dark runs at least as long as asked for, small gaps closed, and where they are."""
    lies = size[0] > 1
    gap = np.ones((1, 5) if lies else (5, 1), np.uint8)
    aside = np.ones((2, 1) if lies else (1, 2), np.uint8)  # a run that steps aside by a pixel is one
    closed = cv2.morphologyEx(cv2.dilate(dark, aside), cv2.MORPH_CLOSE, gap)
    found = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((size[1], size[0]), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    strokes = []
    thin = np.zeros(count, np.uint8)
    for label, (left, top, width, height, _area) in enumerate(stats[1:count], start=1):
        thickness, length = (height, width) if lies else (width, height)
        if thickness > MOST_SPREAD or thickness * 8 > length:
            continue
        thin[label] = 255
        start = left if lies else top
        at = top + height // 2 if lies else left + width // 2
        strokes.append(Stroke(int(at), int(start), int(start + length)))
    return strokes, thin[labels]


def _meets(stroke: Stroke, crossing: list[Stroke]) -> bool:
    """Whether a run touches rulings of the other direction at both ends: the strokes of letters do not."""
    near = [each.at for each in crossing if each.low - 8 <= stroke.at <= each.high + 8]
    return any(abs(at - stroke.low) <= 14 for at in near) and any(abs(at - stroke.high) <= 14 for at in near)


def parted(box: Box, upright: list[Stroke]) -> list[Box]:
    """A box cut where rulings cross it: what stands in two cells was taken for one run of text."""
    cuts = sorted(
        stroke.at
        for stroke in upright
        if box.left + 4 < stroke.at < box.right - 4 and stroke.low <= (box.top + box.bottom) / 2 <= stroke.high
    )
    edges = [box.left, *cuts, box.right]
    pieces = []
    for k, (left, right) in enumerate(itertools.pairwise(edges)):
        low = left + (4 if k else 0)
        high = right - (4 if k + 2 < len(edges) else 0)
        if high - low >= 5:
            pieces.append(Box(low, box.top, high, box.bottom))
    return pieces


def unread(picture: Picture, boxes: list[Box], dpi: int) -> list[Box]:
    """Groups of ink the size of letters that no box covers: what the detection of text has passed over."""
    dark = (picture < 130).astype(np.uint8)
    for box in boxes:
        dark[max(0, box.top - 2) : box.bottom + 2, max(0, box.left - 3) : box.right + 3] = 0
    wide = cv2.dilate(dark, np.ones((3, dpi // 12), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(wide, connectivity=8)
    found = []
    for left, top, width, height, _area in stats[1:count]:
        ink = dark[top : top + height, left : left + width].sum()
        if dpi // 18 <= height <= dpi // 3 and width >= dpi // 14 and ink >= height * 2:
            found.append(Box(max(0, int(left) - 2), max(0, int(top) - 3), int(left + width) + 2, int(top + height) + 3))
    return found


def cut(picture: Picture, box: Box, margin: int = 0) -> Picture:
    """The part of a picture in a box, with a margin, as three channels."""
    height, width = picture.shape
    part = picture[
        max(0, box.top - margin) : min(height, box.bottom + margin),
        max(0, box.left - margin) : min(width, box.right + margin),
    ]
    return cv2.cvtColor(part, cv2.COLOR_GRAY2BGR)

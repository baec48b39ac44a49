"""What a scanned page's picture shows beside its words: the rules of tables, as pdfplumber would give drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2  # type: ignore[import-untyped]

# Pixels a point.
_SCALE = 3
_DARK = 170
# No letter has a stroke as long as the least rule, in points; what is thicker is a shade or a picture.
_LEAST = {"h": 30.0, "v": 18.0}
_THICK = 3.0

Edge = dict[str, Any]


def rules(pdf: pypdfium2.PdfDocument, position: int) -> list[Edge]:
    """The long straight lines on the page at ``position`` (from 0) as pdfplumber's edges."""
    page = pdf[position]
    try:
        dark = page.render(scale=_SCALE, grayscale=True).to_numpy().squeeze() < _DARK
    finally:
        page.close()
    return [
        *(_edge("h", along, start, end) for along, start, end in _lines(dark, _LEAST["h"])),
        *(_edge("v", along, start, end) for along, start, end in _lines(dark.T, _LEAST["v"])),
    ]


def _lines(dark: npt.NDArray[np.bool_], least: float) -> Iterator[tuple[float, float, float]]:
    """Where a line along the second axis stands on the first, its start and its end, in points."""
    bands: list[tuple[int, int, int, int]] = []
    for row, start, end in _runs(dark, int(least * _SCALE)):
        place = next(
            (place for place, band in enumerate(bands) if row - band[1] <= 2 and start < band[3] and end > band[2]),
            None,
        )
        if place is None:
            bands.append((row, row, start, end))
        else:
            first, _, left, right = bands[place]
            bands[place] = (first, row, min(left, start), max(right, end))
    for first, last, left, right in bands:
        if last - first < _THICK * _SCALE:
            yield (first + last + 1) / 2 / _SCALE, left / _SCALE, right / _SCALE


def _runs(dark: npt.NDArray[np.bool_], least: int) -> Iterator[tuple[int, int, int]]:
    """Row, start and end of each run of dark pixels; one pixel to either side may be light, as in a line askew."""
    near = dark.copy()
    near[1:] |= dark[:-1]
    near[:-1] |= dark[1:]
    change = np.diff(np.pad(near, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    long = ends - starts >= least
    yield from zip(rows[long].tolist(), starts[long].tolist(), ends[long].tolist(), strict=True)


def _edge(orientation: str, place: float, start: float, end: float) -> Edge:
    across = orientation == "h"
    left, right = (start, end) if across else (place, place)
    top, bottom = (place, place) if across else (start, end)
    return {
        "object_type": "line",
        "orientation": orientation,
        "x0": left,
        "x1": right,
        "top": top,
        "bottom": bottom,
        "width": right - left,
        "height": bottom - top,
    }

"""A word on a page. Lengths are points (1/72 inch); ``top`` and ``bottom`` count down from the page's upper edge."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """``turned`` is true where it runs up or down the page; ``base`` is where its letters stand.

    ``joints``: before which letters, by their number, there is a little space, and where those begin: the words of two
    cells of a table may touch there.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    base: float
    bold: bool = False
    turned: bool = False
    italic: bool = False
    joints: tuple[tuple[int, float], ...] = ()

    @property
    def size(self) -> float:
        """Height of the face."""
        return self.bottom - self.top

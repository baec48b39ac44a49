"""The markers of lists, and how deep their items stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

BULLET = re.compile(r"^(?:[•●▪◦‣∙·■□➢►✓✔*–—]|[\uf000-\uf0ff]|o(?=\s)|-(?=\s))\s*")
NUMBER = re.compile(r"^\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)")
_BESIDE = 4.0


@dataclass(frozen=True)
class Marker:
    """What stands before a list's item, and where: a number ("1"), a letter ("a") or a bullet ("•")."""

    x: float
    kind: str

    @classmethod
    def of(cls, text: str, x: float) -> Marker:
        """The marker ``text`` at ``x`` points from its column's edge."""
        bullet = BULLET.match(text) is not None
        return cls(x, "•" if bullet else "1" if any(map(str.isdigit, text)) else "a")


class Markers:
    """The markers of the lists that are open, outermost first.

    Numbers and bullets beside each other are two lists: one stands below the other's stem, and a number that follows
    bullets begins anew, without the stem that governed them.
    """

    def __init__(self) -> None:
        self._open: list[Marker] = []

    def forget(self) -> None:
        """No list is open."""
        self._open = []

    def begins_anew(self, marker: Marker, *, below_stem: bool) -> bool:
        """Whether a number follows bullets; ``below_stem``: a text that ends with a colon is right above it."""
        beside, above = self._beside(marker), self._above(marker)
        known = any(each.kind == marker.kind for each in beside)
        bullets = any(each.kind == "•" for each in self._open)
        return not (known or (beside and below_stem) or above) and marker.kind == "1" and bullets

    def level(self, marker: Marker, *, below_stem: bool) -> int:
        """How deep an item stands, from 1."""
        beside, above = self._beside(marker), self._above(marker)
        if known := next((each for each in beside if each.kind == marker.kind), None):
            above = self._open[: self._open.index(known)]
        elif beside and below_stem:
            above += beside
        self._open = [*above, marker]
        return len(self._open)

    def _beside(self, marker: Marker) -> list[Marker]:
        return [each for each in self._open if abs(each.x - marker.x) <= _BESIDE]

    def _above(self, marker: Marker) -> list[Marker]:
        return [each for each in self._open if each.x < marker.x - _BESIDE]

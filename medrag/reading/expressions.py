"""Long regular expressions, compiled when a text first needs them: most notes need few of those there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

Match = re.Match[str]


class Expression:
    """``pattern``, matched without regard to case; its methods are those of :class:`re.Pattern`."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    @cached_property
    def match(self) -> Callable[..., Match | None]:
        """At a place of the text."""
        return self._compiled.match

    @cached_property
    def search(self) -> Callable[..., Match | None]:
        """Anywhere in the text."""
        return self._compiled.search

    @cached_property
    def finditer(self) -> Callable[..., Iterator[Match]]:
        """Everywhere in the text."""
        return self._compiled.finditer

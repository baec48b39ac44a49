"""What a text claims, in the terms in which a statement and what it cites are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, partial

from medrag.reading.languages import pattern, said
from medrag.safety.checks.support.denials import Denial, denials
from medrag.safety.checks.support.limits import Limit, limits
from medrag.safety.checks.support.text import Text, find, whole
from medrag.safety.checks.support.wording import compared

_said = partial(pattern, "claims")


@dataclass(frozen=True)
class Hedge:
    """A word that leaves open what is said, and the words of its clause."""

    word: str
    clause: frozenset[str]

    @property
    def soft(self) -> bool:
        """Whether it is a word for most cases ("usually")."""
        return bool(_said("soft").fullmatch(self.word))


class Claims(Text):
    """A text, and what it claims."""

    @cached_property
    def denials(self) -> tuple[Denial, ...]:
        """What is turned round or spoken against."""
        return denials(self)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """The cases to which it limits what it says."""
        return limits(self)

    @cached_property
    def reasons(self) -> tuple[frozenset[str], ...]:
        """The words of each reason given."""
        return tuple(frozenset(self.stems(each.end(), self.stop(each.end()))) for each in find("reason", self.text))

    @cached_property
    def counts(self) -> frozenset[str]:
        """How many of a list must hold, and which choice it is."""
        return frozenset(
            match[0].lower().replace("-", " ").replace("choice", "line") for match in find("count", self.text)
        )

    @cached_property
    def measured(self) -> frozenset[str]:
        """The stems of what its measured numbers tell: a clearance "kidney impairment"."""
        pairs = (each.split("/", 1) for each in said("claims", "measured"))
        found = (name for name, words in pairs if self.quantities and re.search(rf"\b(?:{words})\b", self.text, re.I))
        return frozenset(stem for name in found for stem in compared(name))

    @cached_property
    def hedges(self) -> tuple[Hedge, ...]:
        """What leaves open what is said."""
        return tuple(
            Hedge(match[0].lower(), frozenset(self.stems(self.start(match.start()), self.stop(match.end()))))
            for match in find("hedge", self.text)
        )

    @cached_property
    def firm(self) -> tuple[frozenset[str], ...]:
        """The words of clauses that leave nothing open ("must")."""
        spans = ((self.start(each.start()), self.stop(each.end())) for each in find("firm", self.text))
        plain = (span for span in spans if not any(whole(how).search(self.text, *span) for how in ("denial", "hedge")))
        return tuple(frozenset(self.stems(*span)) for span in plain)


@cache
def opposites() -> tuple[tuple[str, str], ...]:
    """Stems of which a text that has one cannot mean the other, both ways round."""
    pairs = [tuple(min(compared(word)) for word in pair.split("/")) for pair in said("claims", "opposites")]
    return tuple((one, other) for first, second in pairs for one, other in ((first, second), (second, first)))

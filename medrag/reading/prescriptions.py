"""Which dose belongs to which drug, and where one piece of advice ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from medrag.knowledge import Knowledge
from medrag.reading.doses import Dose, doses
from medrag.reading.mentions import LOCAL, DrugMention, drugs
from medrag.reading.polarity import Polarity

_BOUNDARY = re.compile(r"[.!?](?=\s|$)|[;\n]")
_OF = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:of\s+)?(?:oral|intravenous|iv|po|intramuscular|im|subcutaneous)?\s*", re.IGNORECASE
)
_STATEMENT = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[])|\n+|;\s+(?=[A-Z])")
_LIST_MARK = re.compile(r"^[ \t]*(?:[-*•]|\d+[.)])\s+", re.MULTILINE)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|approx|no|dr|st|max|min)|\b[a-z]\.[a-z])\.$", re.IGNORECASE)
ADJACENT_WORDS = 1


@dataclass(frozen=True, slots=True)
class Prescription:
    """A drug as advice names it, with its doses."""

    mention: DrugMention
    doses: tuple[Dose, ...] = ()

    @property
    def recommended(self) -> bool:
        """Whether the text advises giving the drug."""
        return self.mention.polarity is Polarity.RECOMMENDED

    @property
    def local(self) -> bool:
        """Given where little of it reaches the circulation."""
        return self.mention.route in LOCAL


def prescriptions(text: str, knowledge: Knowledge) -> tuple[Prescription, ...]:
    """Every drug named in ``text`` with the doses that belong to it."""
    mentions = drugs(text, knowledge)
    owned: dict[int, list[Dose]] = {}
    for dose in doses(text):
        owner = _owner(text, dose, mentions)
        if owner is not None:
            owned.setdefault(owner, []).append(dose)
    return tuple(Prescription(mention, tuple(owned.get(i, ()))) for i, mention in enumerate(mentions))


def _owner(text: str, dose: Dose, mentions: Sequence[DrugMention]) -> int | None:
    """The drug right after the dose ("500 mg of X"), else the last before it, else the next, all in one sentence.

    A sentence without a drug ("Increase to 40 mg") speaks of the last drug before it.
    """
    left = max([match.end() for match in _BOUNDARY.finditer(text, 0, dose.start)], default=0)
    right = next((match.start() for match in _BOUNDARY.finditer(text, dose.end)), len(text))
    before = [i for i, mention in enumerate(mentions) if left <= mention.start and mention.end <= dose.start]
    after = [i for i, mention in enumerate(mentions) if dose.end <= mention.start < right]
    if after and _OF.fullmatch(text, dose.end, mentions[after[0]].start):
        adjacent = before and not re.search(
            r"[,]|\b(?:and|or|plus|with|to|then)\b", text[mentions[before[-1]].end : dose.start]
        )
        if not adjacent:
            return after[0]
    if before:
        return _nearest(text, dose, mentions, before)
    if after:
        return after[0]
    earlier = [i for i, mention in enumerate(mentions) if mention.end <= dose.start]
    return earlier[-1] if earlier else None


def _nearest(text: str, dose: Dose, mentions: Sequence[DrugMention], before: Sequence[int]) -> int:
    """The last drug before the dose; one only mentioned ("without penicillin allergy is 500 mg") counts if adjacent."""
    last = mentions[before[-1]]
    adjacent = len(text[last.end : dose.start].split()) <= ADJACENT_WORDS
    if last.polarity is not Polarity.MENTIONED or adjacent:
        return before[-1]
    advised = [i for i in before if mentions[i].polarity is not Polarity.MENTIONED]
    return advised[-1] if advised else before[-1]


def split_statements(text: str) -> list[str]:
    """Advice cut into statements: sentences and lines, list marks removed."""
    pieces: list[str] = []
    for piece in _STATEMENT.split(_LIST_MARK.sub("", text)):
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] += " " + piece
        else:
            pieces.append(piece)
    return [piece for each in pieces if (piece := each.strip())]

"""Which dose belongs to which drug, and where one piece of advice ends."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medrag.knowledge import Knowledge
from medrag.reading.dosing.doses import Dose, doses, unitless
from medrag.reading.languages import pattern
from medrag.reading.mentions import LOCAL, DrugMention, drugs
from medrag.reading.polarity import Polarity

_BOUNDARY = re.compile(r"(?<!\bi\.e)(?<!\be\.g)[.!?](?=\s|$)|[;\n]", re.IGNORECASE)
_ALONGSIDE = re.compile(
    r"\b(?:with|alongside|beside|under cover of|on top of)\s+(?:(?:oral|iv|some|a|an)\s+)?$", re.IGNORECASE
)
"""Before a drug that is given beside the one whose dose stands before."""
_THEN = re.compile(r"\b(?:and then|then|followed by|after which)\s+(?:start|give|add|begin)?\s*$", re.IGNORECASE)
"""Before a drug that follows on something else, to which the dose before belongs."""
_IN_SPITE = re.compile(
    r"\b(?:in spite of|despite|notwithstanding|regardless of|because of|owing to|due to|on account of|in view of"
    r"|considering)\s+(?:(?:the|his|her|their|this|ongoing|concurrent|current|continuing)\s+){0,2}$",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:of\s+)?(?:oral|intravenous|iv|po|intramuscular|im|subcutaneous)?\s*", re.IGNORECASE
)
_STATEMENT = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[])|\n+|;\s+(?=[A-Z])|(?<=[。！；])\s*(?=\S)")
_LIST_MARK = re.compile(r"^[ \t]*(?:[-*•]|\d+[.)])\s+", re.MULTILINE)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|approx|no|dr|st|max|min)|\b[a-z]\.[a-z])\.$", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff]")
_BROKEN_WORD = re.compile(r"(?<=[a-z]{2})[-\u2010]\n[ \t]*(?=[a-z]{2})")
_LIST_HEADING = re.compile(r"\s*(?:[-*•]\s*)?[A-Za-z][\w ,/'-]{1,60}:\s*")
ADJACENT_WORDS = 1
LONGEST = 800
"""Characters on either side of a place beyond which no statement goes."""
_WITH_UNIT = re.compile(r"[a-zµμ]\s*$", re.IGNORECASE)
_JOINED = re.compile(r"\s*[/+-]\s*")


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
    starts = [mention.start for mention in mentions]
    ends = [match.end() for match in _BOUNDARY.finditer(text)]
    owned: dict[int, list[Dose]] = {}
    for dose in doses(text):
        place = bisect_right(ends, dose.start)
        sentence = (ends[place - 1] if place else 0, ends[place] if place < len(ends) else len(text))
        owner = _owner(text, dose, mentions, starts, sentence)
        if owner is not None:
            owned.setdefault(owner, []).append(dose)
    _share(text, mentions, owned)
    for i, mention in enumerate(mentions):
        if not owned.get(i) and (bare := unitless(text, mention.end, single=len(mention.ingredients) == 1)):
            owned[i] = [bare]
    return tuple(Prescription(mention, tuple(owned.get(i, ()))) for i, mention in enumerate(mentions))


def _share(text: str, mentions: Sequence[DrugMention], owned: dict[int, list[Dose]]) -> None:
    """Gives each of the drugs "A/B/C 600/50/300 mg" its own part of a dose that the last one owns."""
    for last, found in list(owned.items()):
        parts = max((len(dose.parts) for dose in found if _WITH_UNIT.search(dose.text)), default=0)
        named = range(last - parts + 1, last + 1)
        if parts < 2 or named[0] < 0 or any(owned.get(i) for i in named[:-1]):
            continue
        joined = (text[mentions[i].end : mentions[i + 1].start] for i in named[:-1])
        if all(_JOINED.fullmatch(between) for between in joined):
            for place, i in enumerate(named):
                owned[i] = [_part(dose, place) if len(dose.parts) == parts else dose for dose in found]


def _part(dose: Dose, place: int) -> Dose:
    return replace(dose, low=dose.parts[place], high=dose.parts[place], parts=())


def _owner(
    text: str, dose: Dose, mentions: Sequence[DrugMention], starts: Sequence[int], sentence: tuple[int, int]
) -> int | None:
    """The drug right after the dose ("500 mg of X"), else the last before it, else the next, all in one sentence.

    A sentence without a drug ("Increase to 40 mg"), or with one beside it alone ("Repeat 1 g with X beforehand"),
    speaks of the last drug before it.
    """
    left, right = sentence
    split = bisect_left(starts, dose.start)
    last = split if not split or mentions[split - 1].end <= dose.start else split - 1
    before = range(bisect_left(starts, left), last)
    after = range(bisect_left(starts, dose.end), bisect_left(starts, right))
    if after and _OF.fullmatch(text, dose.end, mentions[after[0]].start):
        adjacent = before and not re.search(
            r"[,]|\b(?:and|or|plus|with|to|then)\b", text[mentions[before[-1]].end : dose.start]
        )
        if not adjacent:
            return after[0]
    if before:
        return _nearest(text, dose, mentions, before)
    between = text[dose.end : mentions[after[0]].start] if after else ""
    if after and _THEN.search(between):
        return None
    if after and not (last and _ALONGSIDE.search(between)):
        return after[0]
    return _subject(text, mentions, last) if last else None


def _subject(text: str, mentions: Sequence[DrugMention], last: int) -> int:
    """The last of the first ``last`` drugs, not one in spite of which, or hours apart from which, another is given."""
    begins = max((m.end() for m in _BOUNDARY.finditer(text, 0, mentions[last - 1].start)), default=0)
    ends = _BOUNDARY.search(text, mentions[last - 1].end)
    if pattern("manners", "apart").search(text, begins, ends.start() if ends else len(text)):
        return next(i for i in range(last) if mentions[i].start >= begins)
    spoken_of = (i for i in reversed(range(max(last - 2, 0), last)) if not _IN_SPITE.search(text[: mentions[i].start]))
    return next(spoken_of, last - 1)


def _nearest(text: str, dose: Dose, mentions: Sequence[DrugMention], before: Sequence[int]) -> int:
    """The last drug before the dose; one named aside ("without penicillin allergy is 500 mg") counts if adjacent."""
    last = mentions[before[-1]]
    adjacent = len(text[last.end : dose.start].split()) <= ADJACENT_WORDS
    if adjacent or not _aside(text, last):
        return before[-1]
    return next((i for i in reversed(before) if not _aside(text, mentions[i])), before[-1])


def _aside(text: str, mention: DrugMention) -> bool:
    """Whether the drug is only mentioned, or what another is given in spite or because of."""
    return mention.polarity is Polarity.MENTIONED or _IN_SPITE.search(text[: mention.start]) is not None


def split_statements(text: str) -> list[str]:
    """Advice cut into statements: sentences and lines, list marks removed, items under the words that head them."""
    pieces: list[str] = []
    for piece in _STATEMENT.split(_LIST_MARK.sub("", _under_headings(without_typesetting(text)))):
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] += " " + piece
        else:
            pieces.append(piece)
    return [piece for each in pieces if (piece := each.strip())]


def statement_around(text: str, place: int) -> tuple[int, int]:
    """Where the statement of ``text`` that ``place`` is in begins and ends; none is taken to be longer than usual."""
    first, last = max(0, place - LONGEST), min(len(text), place + LONGEST)
    edges = [
        each for each in _STATEMENT.finditer(text, first, last) if not _ABBREVIATION.search(text, first, each.start())
    ]
    start = max((each.end() for each in edges if each.end() <= place), default=first)
    return start, min((each.start() for each in edges if each.start() >= place), default=last)


def without_typesetting(text: str) -> str:
    """``text`` without soft hyphens and other invisible characters, and without words broken over a line's end."""
    return _BROKEN_WORD.sub("", _INVISIBLE.sub("", text))


def _under_headings(text: str) -> str:
    """The items of a list with its heading before each ("Avoid:", "- NSAIDs" is "Avoid: NSAIDs")."""
    heading, lines = "", []
    for line in text.splitlines():
        if _LIST_HEADING.fullmatch(line):
            heading = line.strip()
        elif heading and _LIST_MARK.match(line):
            lines.append(f"{heading} {_LIST_MARK.sub('', line)}")
        else:
            heading = ""
            lines.append(line)
    return "\n".join(lines)

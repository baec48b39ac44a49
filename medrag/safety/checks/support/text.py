"""A text of advice, and where in it stands what is compared: drugs, numbers, routes, conditions, words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial

from medrag.knowledge import Knowledge
from medrag.knowledge.names import Meaning, fold
from medrag.reading import Prescription, prescriptions
from medrag.reading.dosing.frequency import OFTEN, frequency
from medrag.reading.dosing.numbers import WORD as NUMBER
from medrag.reading.dosing.numbers import number
from medrag.reading.languages import pattern, said
from medrag.reading.matcher import tokens
from medrag.reading.people.population import GROUPS, asked
from medrag.reading.terms import Kind, terms
from medrag.safety.checks.support.quantities import QUANTITY, Quantity, quantities, without_sides
from medrag.safety.checks.support.wording import WORD, compared, everyday, other_words, stem

_said = partial(pattern, "claims")
_RANGE = re.compile(rf"\b(\d|{NUMBER})\s?(?:or|to|-|–)\s?$", re.IGNORECASE)
"""The first of two frequencies that are one day's: "three or four times daily"."""
_PAIR = re.compile(r"(?<![\w/.])\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)+(?![\w/])")
_STOP = re.compile(r"[,;.](?=\s|$)|[()]|\b(?:but|whereas)\b")
_EMPTY = frozenset({"the", "an", "and", "or", "be", "is", "are", "of", "to", "in", "for", "it", "should", "must"})


@dataclass(frozen=True)
class Text:
    """A text, read part by part when asked for."""

    text: str
    knowledge: Knowledge
    bounds: tuple[Quantity, ...] = ()
    """The numbers of what it is compared with, by the limits of which a patient's own numbers are named."""

    @cached_property
    def drugs(self) -> tuple[Prescription, ...]:
        """Every drug named, given or not."""
        return prescriptions(self.text, self.knowledge)

    @cached_property
    def conditions(self) -> frozenset[str]:
        """Conditions named."""
        return frozenset(name for _, _, name in self.named)

    @cached_property
    def named(self) -> tuple[tuple[int, int, str], ...]:
        """Where each condition named begins and ends, and its name."""
        found = terms(self.knowledge).find(self.text, tokens(self.text))
        return tuple(
            (match.start, match.end, value.name.casefold())
            for match in found
            for value in match.values
            if value.kind is Kind.CONDITION
        )

    @cached_property
    def groups(self) -> frozenset[str]:
        """Groups of people named."""
        return self.groups_in(0, len(self.text))

    def groups_in(self, start: int, stop: int) -> frozenset[str]:
        """Groups of people named there."""
        return frozenset(name for place, name in self.placed_groups if start <= place < stop)

    @cached_property
    def placed_groups(self) -> tuple[tuple[int, str], ...]:
        """The groups with their places; whoever is not pregnant is not among the pregnant."""
        denied = [each.span() for each in group("not pregnant").finditer(self.text)]
        found = ((name, each) for name in GROUPS for each in group(name).finditer(self.text))
        return tuple((each.start(), name) for name, each in found if name != "pregnant" or not within_any(each, denied))

    @cached_property
    def frequencies(self) -> frozenset[float | None]:
        """How often, in doses a day."""
        return frozenset(often for _, often in self.often)

    @cached_property
    def often(self) -> tuple[tuple[int, float | None], ...]:
        """How often, with its place."""
        found = [(match.start(), frequency(match[0])) for match in OFTEN.finditer(self.text)]
        ranged = ((place, _RANGE.search(self.text, 0, place), often) for place, often in found)
        found += [(start.start(), number(start[1])) for _, start, often in ranged if start and often and often > 1]
        return tuple(sorted(found))

    @cached_property
    def often_numbers(self) -> tuple[Quantity, ...]:
        """The numbers of its frequencies."""
        found = [each for often in OFTEN.finditer(self.text) for each in QUANTITY.finditer(self.text, *often.span())]
        return tuple(quantities(self.text, found))

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Numbers with a stroke between them: pressures, and strengths of combinations."""
        return frozenset(_PAIR.findall(self.text))

    @cached_property
    def in_names(self) -> tuple[Quantity, ...]:
        """The numbers of illnesses' names: "type 2"."""
        found = [each for each in QUANTITY.finditer(self.text) if within_any(each, [name[:2] for name in self.named])]
        return tuple(quantities(self.text, found))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every number but those of a frequency."""
        return tuple(each for _, each in self.placed)

    @cached_property
    def placed(self) -> tuple[tuple[int, Quantity], ...]:
        """The numbers with their places."""
        often, named = [match.span() for match in OFTEN.finditer(self.text)], [each[:2] for each in self.named]
        found = [each for each in QUANTITY.finditer(self.text) if not within_any(each, often)]
        placed = zip(found, quantities(self.text, found), strict=True)
        # The 2 of "type 2 diabetes" is a name's; the 30 of "eGFR below 30" is not, though that is a condition too.
        own = ((at, each) for at, each in placed if each.unit or each.side or not within_any(at, named))
        return tuple((at.start(), self._bound(at.start(), each)) for at, each in own)

    def _bound(self, start: int, number: Quantity) -> Quantity:
        bare = bool(self.bounds) and not number.unit and bool(_said("own").search(self.text, 0, start))
        found = {each for each in self.bounds if number.within(each, bare=bare)}
        return found.pop() if len(found) == 1 and not any(map(number.same, self.bounds)) else number

    @cached_property
    def routes(self) -> frozenset[str]:
        """Routes named, and ways of giving."""
        return frozenset(name for _, name in self.placed_routes)

    @cached_property
    def placed_routes(self) -> tuple[tuple[int, str], ...]:
        """The routes with their places."""
        named = [(match.start(), str(match.lastgroup)) for match in pattern("drugs", "route").finditer(self.text)]
        named += [(place, "iv") for place, name in named if name == "bolus"]
        ways = ((place.start(), name) for name, way in _ways() for place in way.finditer(self.text))
        return (*named, *ways)

    @cached_property
    def placed_drugs(self) -> tuple[tuple[int, str], ...]:
        """The drugs named, with their places."""
        return tuple((each.mention.start, each.mention.label) for each in self.drugs)

    @cached_property
    def drug_stems(self) -> frozenset[str]:
        """The stems of the drugs' names."""
        places = {place for place, _ in self.placed_drugs}
        return frozenset(stem for place, stem, claims in self.tokens if claims and place in places)

    @cached_property
    def placed_words(self) -> tuple[tuple[int, str], ...]:
        """The stems of the words that claim something, with their places; not those of drugs."""
        drugs = {place for place, _ in self.placed_drugs}
        return tuple((place, stem) for place, stem, claims in self.tokens if claims and place not in drugs)

    def within(self, start: int, stop: int) -> frozenset[str]:
        """What stands there: stems of all words but the emptiest, and numbers."""
        numbers = (str(each) for place, each in self.placed if start <= place < stop)
        return frozenset((*self.all_stems(start, stop), *numbers))

    @cached_property
    def words(self) -> frozenset[str]:
        """Stems of the words that claim something; drugs and conditions by the names that medrag has for them."""
        return frozenset(self.stems(0, len(self.text)))

    @cached_property
    def clinical(self) -> frozenset[str]:
        """Of the words that claim something, those that no plain word is; illnesses, drugs and routes are apart."""
        routes = {place for place, _ in self.placed_routes}
        apart = {start for start, _, _ in self.named} | routes
        return frozenset(each for place, each in self.placed_words if place not in apart and not everyday(each))

    def is_one_of(self, condition: str, names: Iterable[str]) -> bool:
        """Whether one of the ``names`` is, by its own name, what that condition counts as."""
        meant = {each.condition for each in self._meanings(condition) if each.certain}
        wider = (" ".join(name.split()[place:]) for name in names for place in range(len(name.split())))
        return any(each.synonym and each.condition in meant for name in wider for each in self._meanings(name))

    def _meanings(self, name: str) -> tuple[Meaning, ...]:
        return self.knowledge.phrases.get(fold(name), ())

    @cached_property
    def labels(self) -> frozenset[str]:
        """The drugs named."""
        return frozenset(each.mention.label for each in self.drugs)

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Stems of every word."""
        return frozenset(self.all_stems(0, len(self.text)))

    @cached_property
    def contrasts(self) -> frozenset[str]:
        """Stems of every word but those that tell the side of a number ("less than 5")."""
        return compared(without_sides(self.text))

    def start(self, end: int) -> int:
        """Where the clause begins that ``end`` stands in."""
        return max((match.end() for match in _STOP.finditer(self.text, 0, end)), default=0)

    def stop(self, start: int) -> int:
        """Where the clause ends that ``start`` stands in."""
        stop = _STOP.search(self.text, start)
        return stop.start() if stop else len(self.text)

    def stems(self, start: int, end: int) -> Iterator[str]:
        """The stems there of the words that claim something."""
        return (stem for place, stem, claims in self.tokens if claims and start <= place < end)

    def all_stems(self, start: int, end: int) -> Iterator[str]:
        """The stems there of all words but the emptiest."""
        return (stem for place, stem, _ in self.tokens if start <= place < end and stem not in _EMPTY)

    @cached_property
    def tokens(self) -> tuple[tuple[int, str, bool], ...]:
        """Stems with their places, and whether each claims something; numbers and how often are left out."""
        text, found = self.text, list[tuple[int, str, bool]]()
        for match in (*OFTEN.finditer(text), *QUANTITY.finditer(text)):
            text = _blanked(text, match.start(), match.end())
        named = [(each.mention.start, each.mention.end, each.mention.label) for each in self.drugs]
        for start, end, name in sorted([*named, *self.named]):
            if text[start:end].strip():
                found += [(start, stem(word), False) for word in WORD.findall(text[start:end])]
                found += [(start, word, True) for word in sorted(compared(name))]
                text = _blanked(text, start, end)
        for start, end, name in other_words(text, self.knowledge):
            if text[start:end].strip():
                found += [(start, stem(word), not _plain().fullmatch(word)) for word in WORD.findall(name)]
                text = _blanked(text, start, end)
        for match in WORD.finditer(text):
            found.append((match.start(), stem(match[0]), not _plain().fullmatch(match[0])))
        return tuple(sorted(found))


def within_any(match: re.Match[str], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether it begins in one of the spans."""
    return any(start <= match.start() < end for start, end in spans)


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


@cache
def group(name: str) -> re.Pattern[str]:
    """What names a group of people."""
    return re.compile(rf"\b(?:{asked(name).pattern})", re.IGNORECASE)


@cache
def whole(kind: str) -> re.Pattern[str]:
    """The words of that kind, as whole words."""
    return re.compile(rf"(?<![\w-])(?:{_said(kind).pattern})", re.IGNORECASE)


def find(kind: str, text: str) -> Iterator[re.Match[str]]:
    """The words of that kind in ``text``."""
    return whole(kind).finditer(text)


@cache
def _ways() -> tuple[tuple[str, re.Pattern[str]], ...]:
    pairs = (each.split("/", 1) for each in said("claims", "ways"))
    return tuple((name, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for name, words in pairs)


@cache
def _plain() -> re.Pattern[str]:
    return _said("plain")

"""What a text claims, in the terms in which a statement and what it cites are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import pairwise

from medrag.knowledge import Knowledge
from medrag.reading import Prescription, prescriptions
from medrag.reading.dosing.frequency import OFTEN, frequency
from medrag.reading.languages import pattern, said
from medrag.reading.matcher import tokens
from medrag.reading.people.population import GROUPS, asked
from medrag.reading.terms import Kind, terms
from medrag.safety.checks.support.quantities import QUANTITY, Quantity, quantities, without_sides
from medrag.safety.checks.support.wording import WORD, compared, other_words, stem

_said = partial(pattern, "claims")
_STOP = re.compile(r"[,;.](?=\s|$)|[()]|\b(?:but|whereas)\b")
_ARTICLE = re.compile(r"\b(?:an?|the) ")
_EMPTY = frozenset({"the", "an", "and", "or", "be", "is", "are", "of", "to", "in", "for", "it", "should", "must"})


@dataclass(frozen=True)
class Denial:
    """What a word of denial is ``about``: the first words after it that claim something, or its clause's where it
    speaks ``against`` that, as "avoid" does; ``near`` are the two words after it too, ``reach`` all that it denies,
    ``clause`` all of its clause, and ``excepted`` what it makes an exception from.
    """

    about: frozenset[str]
    near: frozenset[str]
    reach: frozenset[str]
    clause: frozenset[str]
    against: bool
    excepted: frozenset[str]

    def same(self, other: Denial) -> bool:
        """Whether the two may deny the same."""
        if self.against or other.against:
            return not self.clause.isdisjoint(other.clause)
        return not (self.near.isdisjoint(other.reach) and other.near.isdisjoint(self.reach))


@dataclass(frozen=True)
class Case:
    """The words, numbers and drugs of a case that a limit names."""

    words: frozenset[str]
    quantities: tuple[Quantity, ...]
    drugs: frozenset[str]
    parts: tuple[frozenset[str], ...] = ()
    """The words of each of what must hold together ("with A and B")."""


@dataclass(frozen=True)
class Limit:
    """The ``cases`` of a limit, of which each is enough ("if A or B"), and the words and numbers that it limits."""

    cases: tuple[Case, ...]
    limited: frozenset[str] = frozenset()
    numbers: tuple[Quantity, ...] = ()


@dataclass(frozen=True)
class Hedge:
    """A word that leaves open what is said, and the words of its clause."""

    word: str
    clause: frozenset[str]

    @property
    def soft(self) -> bool:
        """Whether it is a word for most cases ("usually")."""
        return bool(_said("soft").fullmatch(self.word))


@dataclass(frozen=True)
class Claims:
    """A text, and what it claims."""

    text: str
    knowledge: Knowledge

    @cached_property
    def drugs(self) -> tuple[Prescription, ...]:
        """Every drug named, given or not."""
        return prescriptions(self.text, self.knowledge)

    @cached_property
    def conditions(self) -> frozenset[str]:
        """Conditions named."""
        return frozenset(name for _, _, name in self._named)

    @cached_property
    def _named(self) -> tuple[tuple[int, int, str], ...]:
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
        return frozenset(name for name in GROUPS if _group(name).search(self.text))

    @cached_property
    def frequencies(self) -> frozenset[float | None]:
        """How often, in doses a day."""
        return frozenset(often for _, often in self.often)

    @cached_property
    def often(self) -> tuple[tuple[int, float | None], ...]:
        """How often, with its place."""
        return tuple((match.start(), frequency(match[0])) for match in OFTEN.finditer(self.text))

    @cached_property
    def often_numbers(self) -> tuple[Quantity, ...]:
        """The numbers of its frequencies."""
        found = [each for often in OFTEN.finditer(self.text) for each in QUANTITY.finditer(self.text, *often.span())]
        return tuple(quantities(self.text, found))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every number but those of a frequency."""
        return tuple(each for _, each in self.placed)

    @cached_property
    def placed(self) -> tuple[tuple[int, Quantity], ...]:
        """The numbers with their places."""
        often, named = [match.span() for match in OFTEN.finditer(self.text)], [each[:2] for each in self._named]
        found = [each for each in QUANTITY.finditer(self.text) if not _within(each, often)]
        placed = zip(found, quantities(self.text, found), strict=True)
        # The 2 of "type 2 diabetes" is a name's; the 30 of "eGFR below 30" is not, though that is a condition too.
        return tuple((at.start(), each) for at, each in placed if each.unit or each.side or not _within(at, named))

    @cached_property
    def routes(self) -> frozenset[str]:
        """Routes named, and ways of giving."""
        return frozenset(name for _, name in self.placed_routes)

    @cached_property
    def placed_routes(self) -> tuple[tuple[int, str], ...]:
        """The routes with their places."""
        named = [(match.start(), str(match.lastgroup)) for match in pattern("drugs", "route").finditer(self.text)]
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
        return frozenset(stem for place, stem, claims in self._tokens if claims and place in places)

    @cached_property
    def placed_words(self) -> tuple[tuple[int, str], ...]:
        """The stems of the words that claim something, with their places; not those of drugs."""
        drugs = {place for place, _ in self.placed_drugs}
        return tuple((place, stem) for place, stem, claims in self._tokens if claims and place not in drugs)

    def within(self, start: int, stop: int) -> frozenset[str]:
        """What stands there: stems of all words but the emptiest, and numbers."""
        numbers = (str(each) for place, each in self.placed if start <= place < stop)
        return frozenset((*self._all(start, stop), *numbers))

    @cached_property
    def words(self) -> frozenset[str]:
        """Stems of the words that claim something; drugs and conditions by the names that medrag has for them."""
        return frozenset(self._stems(0, len(self.text)))

    @cached_property
    def denials(self) -> tuple[Denial, ...]:
        """What is turned round or spoken against; what is "not to be withheld" is neither."""
        named = [*((each.mention.start, each.mention.end) for each in self.drugs), *(each[:2] for each in self._named)]
        kinds = ("denial", "lack", "exception", "against")
        found = {how: [each for each in _find(how, self.text) if not _within(each, named)] for how in kinds}
        twice = [(no, bad) for no in found["denial"] for bad in found["against"] if _before(no, bad)]
        undone = {id(each) for pair in twice for each in pair}
        return tuple(self._denial(each, how) for how, all_ in found.items() for each in all_ if id(each) not in undone)

    def speaks_against(self, place: int) -> bool:
        """Whether the clause of that place denies, forbids or ends something."""
        kinds = ("denial", "lack", "against", "ends")
        if any(_whole(how).search(self.text, place, self._stop(place)) for how in kinds):
            return True
        begin = max((each.end() for each in re.compile(r"[.;](?=\s)").finditer(self.text, 0, place)), default=0)
        words = [each.end() for how in kinds for each in _whole(how).finditer(self.text, begin, place)]
        return bool(words) and not _whole("giving").search(self.text, max(words), place)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """The case that a sentence begins with, and what "if", "unless" and the like open."""
        lead = _said("lead").match(self.text)
        found = [self._limit(0, lead.end() - 1)] if lead else []
        softened = {match.end() for match in _find("ideally", self.text)}
        for match in _find("limit", self.text):
            if match.start() - 1 in softened:
                continue
            open_ = bool(_said("choice of cases").fullmatch(match[0]))
            found.append(self._limit(match.end(), self._stop_of_limit(match.end()), match.start(), open_=open_))
        for match in _find("of whom", self.text):
            stop = self._stop(match.end())
            verb = _said("verb").search(self.text, match.end(), stop)
            verb = verb or (_ARTICLE.search(self.text, match.end() + 3, stop) if match[0].lower() == "with" else None)
            open_ = bool(_said("choice of cases").fullmatch(match[0]))
            found.append(self._limit(match.end(), verb.start() if verb else stop, open_=open_))
        return (*(each for each in found if each.cases), *self._circumstances(lead.end() if lead else 0))

    def _circumstances(self, start: int) -> Iterator[Limit]:
        """The illnesses and groups of people behind the sentence's lead that something is said of."""
        opened = [each for each in _find("circumstance", self.text) if each.start() >= start]
        ends = sorted(each.start() for kind in ("circumstance", "limit", "verb") for each in _find(kind, self.text))
        for match in opened:
            stop = min([self._stop(match.end()), *(end for end in ends if end > match.end())])
            limit = self._limit(match.end(), stop, match.start())
            named = any(match.end() <= first < stop for first, _, _ in self._named)
            named = named or any(_group(name).search(self.text, match.end(), stop) for name in GROUPS)
            if named and self.text.count("(", 0, match.start()) == self.text.count(")", 0, match.start()):
                yield replace(limit, cases=tuple(replace(each, quantities=()) for each in limit.cases))

    def _limit(self, start: int, stop: int, before: int = 0, *, open_: bool = True) -> Limit:
        begin = self._start(before)
        limited = frozenset(self._all(begin, before))
        numbers = tuple(each for place, each in self.placed if begin <= place < before)
        whole = self._case(start, stop)
        cases = [each for each in self._cases(start, stop) if each.words or each.quantities] if open_ else []
        return Limit(tuple(cases) or ((whole,) if whole.words or whole.quantities else ()), limited, numbers)

    def _cases(self, start: int, stop: int) -> Iterator[Case]:
        """The cases between which an "or" leaves the choice, of which a list may go on behind the comma."""
        further = _said("list goes on").match(self.text, stop)
        ors = re.compile(r"\bor\b|\band (?=(?:in|during|when|if)\b)")
        bounds = [start, *(each.start() for each in ors.finditer(self.text, start, stop))]
        for first, last in zip(bounds, [*bounds[1:], stop], strict=True):
            yield self._case(first, last)
        if further:
            marks = [each.start() for each in re.compile(r",|\b(?:or|and)\b").finditer(self.text, stop, further.end())]
            for first, last in pairwise([stop, *marks, further.end()]):
                yield self._case(first, last)

    def _case(self, start: int, stop: int) -> Case:
        numbers = tuple(each for place, each in self.placed if start <= place < stop)
        drugs = frozenset(each.mention.label for each in self.drugs if start <= each.mention.start < stop)
        ands = re.compile(r"\b(?:and|with|without|but)\b")
        bounds = [start, *(each.start() for each in ands.finditer(self.text, start, stop)), stop]
        parts = tuple(frozenset(self._stems(first, last)) for first, last in pairwise(bounds))
        return Case(frozenset(self._stems(start, stop)), numbers, drugs, parts)

    @cached_property
    def reasons(self) -> tuple[frozenset[str], ...]:
        """The words of each reason given."""
        return tuple(frozenset(self._stems(each.end(), self._stop(each.end()))) for each in _find("reason", self.text))

    @cached_property
    def counts(self) -> frozenset[str]:
        """How many of a list must hold, and which choice it is."""
        return frozenset(match[0].lower().replace("-", " ") for match in _find("count", self.text))

    @cached_property
    def hedges(self) -> tuple[Hedge, ...]:
        """What leaves open what is said."""
        return tuple(
            Hedge(match[0].lower(), frozenset(self._stems(self._start(match.start()), self._stop(match.end()))))
            for match in _find("hedge", self.text)
        )

    @cached_property
    def firm(self) -> tuple[frozenset[str], ...]:
        """The words of clauses that leave nothing open ("must")."""
        spans = ((self._start(each.start()), self._stop(each.end())) for each in _find("firm", self.text))
        plain = (span for span in spans if not any(_whole(how).search(self.text, *span) for how in ("denial", "hedge")))
        return tuple(frozenset(self._stems(*span)) for span in plain)

    @cached_property
    def labels(self) -> frozenset[str]:
        """The drugs named."""
        return frozenset(each.mention.label for each in self.drugs)

    def _denial(self, match: re.Match[str], how: str) -> Denial:
        start, stop = self._start(match.start()), self._stop(match.end())
        verb = _said("verb").search(self.text, match.end(), stop) if how == "lack" else None
        end = verb.start() if verb else stop
        opened = [each.end() for each in _find("limit", self.text) if start <= each.end() <= match.start()]
        before = list(self._stems(max(opened, default=start), match.start()))
        passive = how == "denial" and _said("passive").match(self.text, match.end())
        after = [*(before if passive else ()), *list(self._stems(match.end(), end))[:3]] or before
        further = _said("list goes on").match(self.text, end)
        following = list(self._all(match.end(), further.end() if further else end))
        near = frozenset((*after, *following[:2]))
        return Denial(
            about=frozenset(self._stems(start, stop) if how == "against" else after),
            near=near,
            reach=near.union(following) if how in ("lack", "exception") or further else near,
            clause=frozenset(self._all(start, stop)),
            against=how == "against",
            excepted=frozenset(self._all(start, match.start())) if how == "exception" else frozenset(),
        )

    def _start(self, end: int) -> int:
        return max((match.end() for match in _STOP.finditer(self.text, 0, end)), default=0)

    def _stop_of_limit(self, start: int) -> int:
        """Where a limit ends: at the next stop, or at what it is for ("after 12 weeks to lower the risk")."""
        aim = _said("aim").search(self.text, start, stop := self._stop(start))
        return aim.start() if aim else stop

    def _stop(self, start: int) -> int:
        stop = _STOP.search(self.text, start)
        return stop.start() if stop else len(self.text)

    @cached_property
    def _tokens(self) -> tuple[tuple[int, str, bool], ...]:
        """Stems with their places, and whether each claims something; numbers and how often are left out."""
        text, found = self.text, list[tuple[int, str, bool]]()
        for match in (*OFTEN.finditer(text), *QUANTITY.finditer(text)):
            text = _blanked(text, match.start(), match.end())
        named = [(each.mention.start, each.mention.end, each.mention.label) for each in self.drugs]
        for start, end, name in sorted([*named, *self._named]):
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

    def _stems(self, start: int, end: int) -> Iterator[str]:
        return (stem for place, stem, claims in self._tokens if claims and start <= place < end)

    def _all(self, start: int, end: int) -> Iterator[str]:
        return (stem for place, stem, _ in self._tokens if start <= place < end and stem not in _EMPTY)

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Stems of every word."""
        return frozenset(self._all(0, len(self.text)))

    @cached_property
    def contrasts(self) -> frozenset[str]:
        """Stems of every word but those that tell the side of a number ("less than 5")."""
        return compared(without_sides(self.text))


def _within(match: re.Match[str], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start() < end for start, end in spans)


def _before(one: re.Match[str], other: re.Match[str]) -> bool:
    return 0 <= other.start() - one.end() <= len(" only be ")


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


@cache
def _group(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{asked(name).pattern})", re.IGNORECASE)


@cache
def _whole(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{_said(kind).pattern})", re.IGNORECASE)


def _find(kind: str, text: str) -> Iterator[re.Match[str]]:
    return _whole(kind).finditer(text)


@cache
def _ways() -> tuple[tuple[str, re.Pattern[str]], ...]:
    pairs = (each.split("/", 1) for each in said("claims", "ways"))
    return tuple((name, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for name, words in pairs)


@cache
def _plain() -> re.Pattern[str]:
    return _said("plain")


@cache
def opposites() -> tuple[tuple[str, str], ...]:
    """Stems of which a text that has one cannot mean the other, both ways round."""
    pairs = [tuple(min(compared(word)) for word in pair.split("/")) for pair in said("claims", "opposites")]
    return tuple((one, other) for first, second in pairs for one, other in ((first, second), (second, first)))

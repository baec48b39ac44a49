"""The evidence's own warnings that this patient meets, and the sentences that advise what they warn against.

A warning counts where each of its cases is the patient's, or is what the advice is about too, and at least one is the
patient's alone. It says which sentences are not offered; nothing is called safe by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from medrag.reading import Polarity, Prescription
from medrag.reading.languages import pattern
from medrag.reading.mentions import ingredients_named
from medrag.reading.people.cases import Warned, warnings
from medrag.reading.thresholds.states import telling
from medrag.safety.check_context import ingredients_of, offered_as_choice
from medrag.safety.people.having import Having
from medrag.types import Pointer

_said = partial(pattern, "cases")
Read = Callable[[str], Sequence[Prescription]]
STEM = 8
"""Letters by which two words are the same treatment's."""


@dataclass(frozen=True, slots=True)
class Met:
    """A warning met: ``drugs`` or, where it names none, the ``treatment`` it is about.

    ``words`` name what it warns against, ``parts`` are its cases that ``facts`` make the patient's,
    ``shared`` the others.
    """

    text: str
    words: str
    drugs: frozenset[str]
    treatment: str
    facts: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    shared: tuple[tuple[str, ...], ...]


def met(texts: Iterable[str], read: Read, having: Having) -> list[Met]:
    """The warnings among ``texts`` of which the patient is known to meet a case."""
    return [found for text in texts for each in warnings(text) if (found := _met(text, each, read, having))]


def _met(text: str, warned: Warned, read: Read, having: Having) -> Met | None:
    drugs = frozenset(_against(text, warned, read, having))
    treatment = "" if drugs else _treatment(warned.things)
    if not (drugs or treatment):
        return None
    facts = {part: next(filter(None, map(having.fact, part)), "") for part in warned.parts}
    held = {part: fact for part, fact in facts.items() if fact}
    shared = tuple(part for part, fact in facts.items() if not fact)
    return Met(text, warned.things, drugs, treatment, tuple(held.values()), tuple(held), shared) if held else None


def _against(text: str, warned: Warned, read: Read, having: Having) -> Iterator[str]:
    """The ingredients that the clause warns against, as they are read or as the subject of "should be avoided"."""
    for each in read(text):
        place = each.mention
        if not (warned.start <= place.start < warned.end and place.resolved):
            continue
        subject = place.end <= warned.subject_end and not _said("parts").search(text, warned.start, place.start)
        if place.polarity is Polarity.AVOIDED or (subject and warned.subject_end < warned.end):
            yield from ingredients_named(place, having.patient.knowledge)


def _treatment(words: str) -> str:
    """The stem of the last of the words, where it is long enough to name a treatment."""
    last = re.findall(r"[a-z]+", words.lower())[-1:]
    return last[0][:STEM] if last and len(last[0]) >= STEM and telling(words) else ""


def against(text: str, about: str, warned: Sequence[Met], read: Read, having: Having) -> Met | None:
    """The first warning that speaks against what the sentence ``text``, of a text about ``about``, advises."""
    for each in warned:
        if each.text != text and _advises(text, each, read, having) and _same_case(text, about, each, having):
            return each
    return None


def _advises(text: str, warning: Met, read: Read, having: Having) -> bool:
    if warning.treatment:
        return warning.treatment in text.lower() and not _said("warns").search(text)
    if _said("by mouth").search(warning.words) and _said("not by mouth").search(text):
        return False
    spared = {name for each in warnings(text) for name in _against(text, each, read, having)}
    given = [each for each in read(text) if each.recommended and each.mention.resolved]
    given = [each for each in given if spared.isdisjoint(ingredients_of(each, having.patient.knowledge))]
    named = [(each, ingredients_of(each, having.patient.knowledge)) for each in given]
    concerned = [each for each, held in named if held and held <= warning.drugs]
    others = [each for each, held in named if not held <= warning.drugs]
    return bool(concerned) and not any(_instead(text, one, other) for one in concerned for other in others)


def _instead(text: str, one: Prescription, other: Prescription) -> bool:
    """Whether the text offers the two as alternatives, or names them in one list."""
    first, second = sorted((one, other), key=lambda each: each.mention.start)
    between = text[first.mention.end : second.mention.start]
    return offered_as_choice(text, first, second) or _said("listed").match(between) is not None


def _same_case(text: str, about: str, warning: Met, having: Having) -> bool:
    """Whether the advice shares what of the warning is not known of the patient, and misses some of what is."""
    missed = [part for part in warning.parts if not _names(text, part, having)]
    return bool(missed) and all(_names(f"{about}. {text}", part, having) for part in warning.shared)


def _names(text: str, part: tuple[str, ...], having: Having) -> bool:
    """Whether the text names one of the part's items: the same illness or drug, or the same words."""
    return any(having.same(item, text) for item in part)


def advised_against(
    places: Sequence[tuple[Pointer, str, str]], titles: Mapping[int, str], read: Read, having: Having
) -> dict[Pointer, Met]:
    """Of sentences (place, words, heading) those that advise what another of them warns against, with the warning."""
    warned = met((quote for _, quote, _ in places), read, having)
    found = {
        place: against(quote, f"{titles[place[0]]}. {heading}", warned, read, having)
        for place, quote, heading in (places if warned else ())
    }
    return {place: warning for place, warning in found.items() if warning}

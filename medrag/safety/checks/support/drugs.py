"""The drugs and doses of a statement beside those of what it cites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medrag.knowledge import Knowledge
from medrag.reading import Dose, Polarity, Prescription
from medrag.reading.languages import pattern
from medrag.safety.check_context import ingredients_of

TOLERANCE = 1e-6
Difference = tuple[str, str, dict[str, str]]
"""A finding to be: its code, the drug's name, and the values of its words."""


def unsupported(
    each: Prescription, cited: Sequence[Prescription], text: str, knowledge: Knowledge
) -> Iterable[Difference]:
    """What the cited ``text`` does not hold of a drug that the statement names: itself, its route, its doses."""
    label = each.mention.label
    same = [other for other in cited if _same_drug(each, other, knowledge)]
    if not same:
        unknown = (not each.mention.resolved or each.mention.drug_class) and _has_words(text, each.mention.text)
        if not unknown and not _names_the_class_of(each, cited, knowledge):
            yield "support.drug", label, {}
        return
    if salts := _beyond_name(each) - frozenset().union(*(_beyond_name(other) for other in same)):
        yield "support.drug", " ".join((label, *sorted(salts))), {}
    if each.recommended and all(other.mention.polarity in (Polarity.AVOIDED, Polarity.STOPPED) for other in same):
        yield "support.against", label, {}
    if each.mention.route and not any(other.mention.route in (None, each.mention.route) for other in same):
        yield "support.route", label, {"route": each.mention.route}
    known = [
        dose
        for other in (*same, *_members(each, cited, knowledge), *_classes(each, cited, knowledge))
        for dose in other.doses
    ]
    for dose in each.doses:
        if not any(_same_dose(dose, other) for other in known):
            yield "support.dose", label, {"dose": dose.text}


def _has_words(text: str, name: str) -> bool:
    """Whether ``text`` has the words of a name that is no single drug's, "agent" and the like aside."""
    plain = pattern("claims", "plain")
    words = [word for word in name.casefold().split() if not plain.fullmatch(word)]
    return bool(words) and all(word in text.casefold() for word in words)


def _same_drug(one: Prescription, other: Prescription, knowledge: Knowledge) -> bool:
    if one.mention.resolved and other.mention.resolved:
        return ingredients_of(one, knowledge) == ingredients_of(other, knowledge)
    return one.mention.text.lower() == other.mention.text.lower()


def _names_the_class_of(each: Prescription, cited: Sequence[Prescription], knowledge: Knowledge) -> bool:
    """Whether it is the class of two or more drugs cited: "a DOAC" for apixaban, dabigatran or edoxaban."""
    return len({other.mention.label for other in _members(each, cited, knowledge)}) > 1


def _members(each: Prescription, cited: Sequence[Prescription], knowledge: Knowledge) -> list[Prescription]:
    """The cited drugs of the class that it names."""
    group = ingredients_of(each, knowledge) if each.mention.drug_class else frozenset[str]()
    return [other for other in cited if other.mention.resolved and group > ingredients_of(other, knowledge)]


def _classes(each: Prescription, cited: Sequence[Prescription], knowledge: Knowledge) -> list[Prescription]:
    """The cited classes that it is of: "(a penicillin)" may stand between a drug and its dose."""
    ingredients = ingredients_of(each, knowledge) if each.mention.resolved else frozenset[str]()
    return [other for other in cited if other.mention.drug_class and ingredients < ingredients_of(other, knowledge)]


def _beyond_name(each: Prescription) -> frozenset[str]:
    """Words of the name as written beyond the drug's own: a salt or form, as in "metoprolol tartrate"."""
    if each.mention.drug_class:
        return frozenset()
    written, name = each.mention.text.casefold().split(), each.mention.label.casefold().split()
    return frozenset(written) - frozenset(name) if set(name) < set(written) else frozenset()


def _same_dose(one: Dose, other: Dose) -> bool:
    inside = other.low - TOLERANCE <= one.low and one.high <= other.high + TOLERANCE
    same_terms = one.unit == other.unit and one.per_kg == other.per_kg
    return inside and same_terms and (one.frequency is None or other.frequency in (None, one.frequency))

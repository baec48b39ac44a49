"""Drugs that a text ends: stopped in so many words, or with another put in their place ("change to warfarin").

What is replaced is the drug that a pronoun stands for, or the drugs taken of which one is enough beside the new one
(``rules/duplications.csv``). An ended drug that is named again, with no dose and no verb that gives it, is not advised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from medrag.knowledge import Knowledge
from medrag.patient.view import PatientView
from medrag.reading import Polarity, Prescription
from medrag.reading.languages import pattern
from medrag.safety.check_context import ingredients_of

Products = frozenset[frozenset[str]]
"""Drugs as sets of ingredients."""
_said = partial(pattern, "choices")
BEFORE = 90
"""Characters before a name in which the words of an exchange stand."""
NEAR = 40


def replaced(text: str, read: Sequence[Prescription], patient: PatientView | None, knowledge: Knowledge) -> Products:
    """The drugs, taken or named, in whose place ``text`` puts another."""
    return frozenset(_replaced(text, read, patient, knowledge))


def stopped(read: Iterable[Prescription], knowledge: Knowledge) -> Products:
    """The drugs that are ended somewhere in what was read."""
    return frozenset(ingredients_of(each, knowledge) for each in read if each.mention.polarity is Polarity.STOPPED)


def with_ended(
    text: str, read: Sequence[Prescription], ended: Products, knowledge: Knowledge
) -> tuple[Prescription, ...]:
    """The drugs as read in ``text``, those as stopped that are ended, or were stopped before, and not given again."""
    over, found = set(ended), []
    for each in read:
        product = ingredients_of(each, knowledge)
        found.append(_stopped(each) if product in over and _only_named(text, each) else each)
        if each.mention.polarity is Polarity.STOPPED:
            over.add(product)
    return tuple(found)


def _only_named(text: str, each: Prescription) -> bool:
    """Whether the drug is named as one that is taken, or with no dose, and no verb gives it."""
    before = text[max(0, each.mention.start - NEAR) : each.mention.start]
    if not each.recommended or (each.doses and not _said("taken_on").search(before)):
        return False
    after = text[each.mention.end : each.mention.end + NEAR]
    return not _said("given_again").search(before) and not _said("goes_on_after").match(after)


def _stopped(each: Prescription) -> Prescription:
    return replace(each, mention=replace(each.mention, polarity=Polarity.STOPPED))


def _replaced(
    text: str, read: Sequence[Prescription], patient: PatientView | None, knowledge: Knowledge
) -> Iterator[frozenset[str]]:
    for place, each in enumerate(read):
        if not each.recommended or not each.mention.resolved:
            continue
        before = text[max(0, each.mention.start - BEFORE) : each.mention.start]
        after = text[each.mention.end : each.mention.end + BEFORE]
        new = ingredients_of(each, knowledge)
        if place and _said("exchanges_it").search(before):
            yield ingredients_of(read[place - 1], knowledge) - new
        if patient and (_said("exchanges").search(before) or _said("in_its_place").match(after)):
            taken = (ingredients_of(drug.prescription, knowledge) for drug in patient.drugs)
            yield from (old for old in taken if old.isdisjoint(new) and _one_is_enough(old, new, knowledge))


def _one_is_enough(old: frozenset[str], new: frozenset[str], knowledge: Knowledge) -> bool:
    groups = (knowledge.members[rule.group] for rule in knowledge.rules.duplications if rule.exchanged)
    return any(old <= group and not new.isdisjoint(group) for group in groups)

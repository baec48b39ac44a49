"""Each thing that a note names with what is said of it, and the fact that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from medrag.patient.formats.note.allergies import allergy_of, is_allergy, reaction_end
from medrag.patient.formats.note.conditions import condition_of, habit_of
from medrag.patient.formats.note.medications import medication_of
from medrag.patient.formats.note.named import Note, Said, Target
from medrag.patient.formats.note.pregnancies import is_tested_not_pregnant, not_pregnant, told
from medrag.patient.formats.note.status.cues import said_of_each
from medrag.reading.dosing.frequency import OFTEN
from medrag.reading.languages import pattern
from medrag.reading.matcher import Token
from medrag.reading.sections import Sections
from medrag.reading.terms import Kind
from medrag.types import Allergy, Condition, Fact, FactStatus, Medication

ADULT = 16.0
"""Years from which an illness "of childhood" is over."""
REACTED = 60
"""Characters before what a drug did in which it may be said to be there now."""
CHILD = 10.0
"""Years below which a gestation in the note is the mother's, or how the patient was born."""


def judged_facts(
    note: Note, parts: Sections, words: Sequence[Token], targets: Sequence[Target], age: float | None
) -> Iterator[tuple[Said | None, Fact]]:
    """The facts of a note in order, each with what is said of what it names."""
    for sentence, each_said in said_of_each(note, parts, words, targets):
        reaction, stopped, over = None, None, None
        for said, later in zip_longest(each_said, each_said[1:]):
            target = said.target
            if reaction and target.term.kind is Kind.CONDITION and target.start < reaction_end(reaction, target.term):
                continue
            fact = _fact(said, age)
            if fact is not None:
                fact = as_ended(fact) if fact.current and _is_ended(said, fact, (stopped, over), later) else fact
                yield said, fact
            ended = said if fact and fact.status is FactStatus.RESOLVED else None
            stopped = ended if isinstance(fact, Medication) else stopped
            over = ended if isinstance(fact, Condition) else over
            given_up = "stopped" in said.cues or said.section in {"past", "stopped"} or _harmed(said)
            if isinstance(fact, Allergy) and given_up and (drug := medication_of(said)):
                yield said, drug
            elif isinstance(fact, Allergy) and fact.current and _dosed(said) and (drug := medication_of(said)):
                yield said, drug.model_copy(update={"status": FactStatus.UNCERTAIN})
            if isinstance(fact, Condition) and is_tested_not_pregnant(said, fact):
                yield None, not_pregnant(said.source, said.date)
            if isinstance(fact, Allergy):
                reaction = said
        if (age is None or age >= CHILD) and not any(_pregnant_relative(said) for said in each_said):
            yield from ((None, fact) for fact in told(note, sentence.start, sentence.end))


def _pregnant_relative(said: Said) -> bool:
    """Whether it is another person who is said to be pregnant."""
    return said.target.term.name.startswith("pregnan") and "family" in said.cues and "self" not in said.cues


def _harmed(said: Said) -> bool:
    """Whether the drug of an allergy is told to have done its harm in the past ("made him faint"), and is not taken."""
    did = pattern("predicates", "harmed").match(said.text, said.target.end)
    return did is not None and not said.target.directions and "taking" not in said.cues and said.section != "allergies"


def _dosed(said: Said) -> bool:
    """Whether a drug that did harm is told with how it is taken, and may be taken still ("itch from X 5 mg bd")."""
    return said.section != "allergies" and OFTEN.search(said.target.directions or "") is not None


def _is_ended(said: Said, fact: Fact, before: tuple[Said | None, Said | None], later: Said | None) -> bool:
    """Whether it ended by what is around it: a drug stopped or an illness over ``before``, or the allergy behind."""
    stopped, over = before
    if isinstance(fact, Medication):
        return over is not None and _was_for(over, said)
    by_drug = stopped is not None and _is_effect(stopped, said)
    reaction = later is not None and is_allergy(later) and _was_reaction(said, later)
    return isinstance(fact, Condition) and (by_drug or reaction)


def _is_effect(drug: Said, said: Said) -> bool:
    """Whether an illness is told as what a drug did that was stopped ("sulfasalazine (neutropenia), stopped")."""
    end = max(drug.target.end, drug.target.stop)
    kind = "once" if drug.section in {"stopped", "past"} else "effect"
    return (
        pattern("predicates", kind).search(said.target.term.name) is not None
        and pattern("predicates", "did").fullmatch(said.text, end, said.target.start) is not None
    )


def _was_for(illness: Said, drug: Said) -> bool:
    """Whether an illness that is over was treated with the drug ("cellulitis last winter treated with X")."""
    between = pattern("predicates", "treated with").fullmatch(drug.text, illness.target.end, drug.target.start)
    ends = pattern("predicates", "cured").search(illness.target.term.name) is not None
    return ends and between is not None and not pattern("predicates", "there now").search(between[0])


def _was_reaction(illness: Said, drug: Said) -> bool:
    """Whether an illness is told as what the drug behind it once did ("had a rash with penicillin")."""
    line = illness.text[max(0, illness.target.start - REACTED) : illness.target.start].rpartition("\n")[2]
    return (
        "current" not in illness.cues
        and pattern("predicates", "effect").search(illness.target.term.name) is not None
        and pattern("predicates", "by which").fullmatch(drug.text, illness.target.end, drug.target.start) is not None
        and not pattern("predicates", "there now").search(line.rpartition(". ")[2])
    )


def _fact(said: Said, age: float | None) -> Fact | None:
    if said.target.term.kind is Kind.CONDITION:
        child = age is not None and age < CHILD
        if child and "pregnan" in said.target.term.name:
            return None
        condition = condition_of(said)
        of_birth = pattern("predicates", "of birth").match(said.target.term.name) is not None
        newborn = age is not None and age >= 1 and of_birth
        outgrown = (age is None or age >= ADULT) and said.words.casefold().startswith("childhood ")
        over = (newborn or outgrown) and "current" not in said.cues
        return as_ended(condition) if condition and condition.current and over else condition
    if is_allergy(said):
        return allergy_of(said)
    if habit := habit_of(said):
        return habit
    return medication_of(said) if said.target.term.kind is Kind.DRUG else None


def as_ended(fact: Fact) -> Fact:
    """The fact as one that is over."""
    return fact.model_copy(update={"status": FactStatus.RESOLVED})

"""Which of two sentences is for special patients: one is only for those whom the other is not for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.patient.applicability.applicant import Applicant
from medrag.patient.applicability.medicines import named
from medrag.patient.applicability.terms import Term, alternatives, parts, term_of
from medrag.patient.applicability.told import state_meant
from medrag.patient.conditions import implied, phrases_in
from medrag.types import Sentence

_WORDED = ("condition", "state")
_AGES = ("age", "age_months")
_ALLERGIES = ("allergy", "severe allergy")


def exception(special: Sentence, general: Sentence, applicant: Applicant) -> str | None:
    """The requirement of ``special`` that is open and that ``general`` makes an exception of; None without one.

    An alternative that is known not to hold is no way to meet the requirement.
    """
    knowledge = applicant.view.knowledge
    out = [term_of(each, knowledge) for each in _left(general.unless, applicant)]
    for requirement in special.only if out else ():
        if applicant.met(requirement) is not None:
            continue
        ways = [each for each in alternatives(requirement) if applicant.met(each) is None]
        if all(_excluded(each, out, knowledge) for each in ways):
            return requirement
    return None


def counterpart(special: Sentence, general: Sentence, applicant: Applicant) -> bool:
    """Whether the patient is one of those for whom ``special`` is and ``general`` is not.

    A requirement of ``special`` holds that ``general`` makes an exception of, or that ``general`` wants otherwise.
    """
    knowledge = applicant.view.knowledge
    out = [term_of(each, knowledge) for each in _held(general.unless, applicant)]
    other = [term_of(each, knowledge) for each in _failed(general.only, applicant)]
    wanted = [term_of(each, knowledge) for each in _held(special.only, applicant)]
    return any(
        any(implies(each, one, knowledge) or implies(one, each, knowledge) for one in out)
        or any(_opposed(each, one) for one in other)
        for each in wanted
        if not _of_everyone(each)
    )


def _held(requirements: Sequence[str], applicant: Applicant) -> Iterator[str]:
    """The parts of the alternatives that hold of the patient."""
    ways = (one for requirement in requirements for one in alternatives(requirement))
    return (part for each in ways if applicant.met(each) for part in parts(each))


def _failed(requirements: Sequence[str], applicant: Applicant) -> Iterator[str]:
    """The parts of the requirements that are known not to hold."""
    failed = (requirement for requirement in requirements if applicant.met(requirement) is False)
    return (part for requirement in failed for each in alternatives(requirement) for part in parts(each))


def _of_everyone(term: Term) -> bool:
    """Whether the term is an age or a sex, of which everyone has one."""
    return term.words[:1] in (("male",), ("female",)) or (term.test is not None and term.test.key in _AGES)


def _opposed(one: Term, other: Term) -> bool:
    """Whether both are limits of one value, or states of one axis."""
    if one.test and other.test:
        return one.kind == other.kind and (one.test.key or one.words) == (other.test.key or other.words)
    if one.kind != "state" or other.kind != "state" or one.test or other.test:
        return False
    mine, its = state_meant(one.words[0]), state_meant(other.words[0])
    return mine is not None and its is not None and mine[:2] == its[:2]


def _left(requirements: Sequence[str], applicant: Applicant) -> Iterator[str]:
    """What alone decides whether a sentence is not for the patient: of what must hold together the one part left."""
    for each in (one for requirement in requirements for one in alternatives(requirement)):
        left = [part for part in parts(each) if applicant.met(part) is not True]
        if len(left) == 1:
            yield left[0]


def _excluded(way: str, out: Sequence[Term], knowledge: Knowledge) -> bool:
    """Whether who meets all parts of the alternative meets one of the terms."""
    return any(implies(term_of(part, knowledge), each, knowledge) for part in parts(way) for each in out)


@lru_cache(maxsize=65536)
def implies(one: Term, other: Term, knowledge: Knowledge) -> bool:
    """Whether, by the terms alone, who meets ``one`` meets ``other`` too."""
    if one.test and other.test:
        return one.kind == other.kind and _within(one, other)
    if one.test or other.test:
        return False
    same = one.kind == other.kind or {one.kind, other.kind} <= {*_WORDED}
    if not (same or (one.kind, other.kind) == (_ALLERGIES[1], _ALLERGIES[0])):
        return False
    if {normalise(each) for each in one.words} & {normalise(each) for each in other.words}:
        return True
    if one.kind == "takes" or one.kind in _ALLERGIES:
        return any(_of(mine, its, knowledge) for mine in one.words for its in other.words)
    return one.kind == "condition" and any(_kind_of(mine, its, knowledge) for mine in one.words for its in other.words)


def _within(one: Term, other: Term) -> bool:
    """Whether all values within the one limit are within the other."""
    mine, its = one.test, other.test
    if mine is None or its is None or (mine.key or one.words) != (its.key or other.words):
        return False
    if isinstance(mine.limit, str) or isinstance(its.limit, str) or mine.how[0] != its.how[0] or mine.how == "=":
        return False
    if mine.limit == its.limit:
        return mine.how == its.how or len(its.how) > 1
    return (mine.limit < its.limit) is (mine.how[0] == "<")


def _of(mine: str, its: str, knowledge: Knowledge) -> bool:
    """Whether the drug or class is of the other."""
    narrow, wide = named(mine, knowledge), named(its, knowledge)
    return bool(narrow and wide) and all(any(each <= one for one in wide) for each in narrow)


def _kind_of(mine: str, its: str, knowledge: Knowledge) -> bool:
    """Whether the illness is one of the kind that the other words are a name of."""
    whole = normalise(its)
    kinds = {each for each in phrases_in(its, knowledge) if whole in map(normalise, knowledge.conditions[each].names)}
    return any(kinds & implied(each, knowledge).keys() for each in phrases_in(mine, knowledge))

"""Whether what was found is about another illness than the question names, about all of it, or lacks its dose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from medrag.knowledge import Knowledge
from medrag.reading.languages import said
from medrag.reading.matcher import tokens
from medrag.reading.terms import terms
from medrag.retrieval.question.dosed import Dosed
from medrag.retrieval.question.presentations import described_conditions
from medrag.retrieval.question.query import searchable
from medrag.types import Evidence

if TYPE_CHECKING:
    from medrag.patient.applicability import Applicant

LEADING = 5
"""Sentences that may answer: as many as lead at most."""
_SIGNS = ("R", "Z")
"""Chapters of ICD-10 for signs and for circumstances."""


def about_another(asked: str, applicant: Applicant | None, found: Sequence[Evidence], knowledge: Knowledge) -> bool:
    """Whether the question ``asked`` names an illness, and the best of ``found`` none of its or the patient's.

    A broader or narrower one counts, so does a sign that a title names, and what the question describes, unless that is
    just what it names. Where what was found names no illness that is known here, nothing can be told.
    """
    from medrag.patient.conditions import implied, phrases_in
    from medrag.patient.wording import wording

    def with_broader(names: Iterable[str]) -> set[str]:
        return {broader for each in names for broader in implied(each, knowledge)}

    question = searchable(asked, knowledge)
    mentioned = {each.condition for each in wording(question, knowledge).affirmed}
    named = {each for each in mentioned if _is_illness(each, knowledge)}
    told = {each for text in _leading(found) for each in phrases_in(text, knowledge)} if named else set()
    if not told or mentioned & {each for one in found for each in phrases_in(one.passage.title, knowledge)}:
        return False
    own = with_broader([*named, *(each for text in _recorded(applicant) for each in phrases_in(text, knowledge))])
    wider = with_broader(told)
    if any(_is_illness(each, knowledge) for each in own & wider) or not told.isdisjoint(with_broader(named)):
        return False
    described = [set(phrases_in(each, knowledge)) for each in described_conditions(question, knowledge, least=1)]
    if any(named & each for each in described):
        return True
    return all(each and wider.isdisjoint(each) and told.isdisjoint(with_broader(each)) for each in described)


def lacks_the_drug(asked: str, applicant: Applicant | None, found: Sequence[Evidence], knowledge: Knowledge) -> bool:
    """Whether the question asks how a drug is dosed, and nothing found on its illness tells how, or warns."""
    dosed = Dosed.asked(asked, knowledge)
    if dosed is None:
        return False
    passages = [each.passage for each in found]
    telling = {each.doc_id for each in passages if any(dosed.told(each.quote(one)) for one in each.sentences)}
    documents = [each for each in found if each.passage.doc_id in telling]
    return not documents or about_another(asked, applicant, documents, knowledge)


def tells_all(asked: str, found: Sequence[Evidence], knowledge: Knowledge) -> bool:
    """Whether one of the best of ``found`` names, under its title, every drug and condition of the question."""
    named = _terms_of(asked, knowledge)
    return bool(named) and any(named <= _terms_of(each, knowledge) for each in _leading(found))


def _terms_of(text: str, knowledge: Knowledge) -> set[str]:
    english = searchable(text, knowledge)
    found = [value for match in terms(knowledge).find(english, tokens(english)) for value in match.values]
    return {name for each in found for name in (each.drug.ingredients if each.drug else (each.name,))}


def _is_illness(name: str, knowledge: Knowledge) -> bool:
    coded = knowledge.conditions[name].icd10
    return name not in said("states", "signs") and not any(each.startswith(_SIGNS) for each in coded)


def _recorded(applicant: Applicant | None) -> list[str]:
    """The words of the record's conditions."""
    record = applicant.view.record if applicant else None
    return [each.display for each in (record.conditions or ())] if record else []


def _leading(found: Sequence[Evidence]) -> list[str]:
    """The best ranked sentences, each under its title and heading."""
    placed = [(rank, each, one) for each in found for rank, one in zip(each.ranks, each.passage.sentences, strict=True)]
    best = sorted(placed, key=lambda one: one[0])[:LEADING]
    return [
        ". ".join((each.passage.title, *each.passage.section[-1:], each.passage.quote(one))) for _, each, one in best
    ]

"""A safer order, where the evidence has one: a guideline's sentence for the same reason that no check speaks against.

The order must say what it is for. The sentence must stand in a current passage that names that condition, be written
for patients like this one as far as its wording tells, advise one drug that does the same job (of the same therapeutic
group, or named as what to give where the ordered one is not), and pass every check that the order failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from medrag.generation.grounding import ground
from medrag.generation.modes import pointed
from medrag.generation.modes.quote import by_rank
from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.knowledge.vocabulary import Drug
from medrag.patient.conditions import phrases_in
from medrag.patient.fhir.orders import Order
from medrag.safety.consultation import SPOKEN, Consultation
from medrag.safety.order_review import Reviewed
from medrag.types import Case, Evidence, Finding, Severity, Statement, Verdict

_GROUP = 3
"""Characters of an ATC code that say the therapeutic group."""
Search = Callable[[Case], Sequence[Evidence]]
"""The best sentences for a case, in their passages."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """The ``drug`` (and its RxNorm code) of ``statement``, a checked quotation of the guideline ``title``."""

    drug: str
    rxcui: str | None
    reason: str
    statement: Statement
    title: str


def alternative(order: Order, reviewed: Reviewed, consultation: Consultation, search: Search) -> Alternative | None:
    """What the evidence has in the place of a contraindicated order; None where there is none, or it is not one.

    ``consultation`` is of the patient, with the other drafts of the session released.
    """
    failed = [each for each in reviewed.findings if _speaks_against(each)]
    if not order.reasons or not any(each.severity is Severity.CONTRAINDICATED for each in failed):
        return None
    reason, checks = order.reasons[0], {each.check for each in failed}
    ordered = {each for one in reviewed.statements for each in _ingredients(one, consultation)}
    case = Case(question=f"Which drug for {reason}?", patient=consultation.record)
    asked = replace(consultation, question=case.question, evidence=search(case), one_person=True)
    for statement, title in _about(reason, asked):
        drug = _only_drug(statement, asked)
        if drug is None or drug.name in ordered or not _does_the_same(drug, ordered, statement, asked):
            continue
        checked = asked.review(statement)
        passed = {each.check for each in checked.findings if each.verdict is Verdict.PASS}
        if checks <= passed and not any(map(_speaks_against, checked.findings)):
            return Alternative(drug.name, drug.rxcui, reason, checked, title)
    return None


def _only_drug(statement: Statement, consultation: Consultation) -> Drug | None:
    """The one ingredient that a sentence advises; None where it advises more, a class, or what nobody knows."""
    advised = [each.mention for each in consultation.read(statement.text) if each.recommended]
    named = {name for each in advised if each.resolved and not each.drug_class for name in each.ingredients}
    plain = all(each.resolved and not each.drug_class for each in advised)
    return consultation.knowledge.drugs.get(min(named)) if plain and len(named) == 1 else None


def _does_the_same(drug: Drug, ordered: set[str], statement: Statement, consultation: Consultation) -> bool:
    """Whether it is of a therapeutic group of the drugs ordered, or the sentence sets it against them.

    A passage on a condition advises more than one kind of drug: paracetamol is no alternative to an antibiotic.
    """
    knowledge = consultation.knowledge
    groups = {atc[:_GROUP] for name in ordered if name in knowledge.drugs for atc in knowledge.drugs[name].atc}
    if groups & {atc[:_GROUP] for atc in drug.atc}:
        return True
    others = [each.mention for each in consultation.read(statement.text) if not each.recommended]
    named = {name for each in others for name in (*each.ingredients, *knowledge.members.get(each.drug_class or "", ()))}
    return not ordered.isdisjoint(named)


def _ingredients(statement: Statement, consultation: Consultation) -> Iterator[str]:
    return (name for each in consultation.read(statement.text) for name in each.mention.ingredients)


def _about(reason: str, consultation: Consultation) -> Iterator[tuple[Statement, str]]:
    """The quotations that may be given to this patient, best first, whose passage (of that title) names the reason."""
    evidence, allowed = consultation.evidence, set(consultation.choices().pointers)
    passages = {item.number: item for item in evidence}
    for place in by_rank(evidence):
        if place not in allowed:
            continue
        item, statement = passages[place[0]], ground(pointed(place), evidence)
        words = " ".join((item.passage.title, *item.passage.section, statement.text))
        if not statement.withheld and _names(words, reason, consultation.knowledge):
            yield statement, item.passage.title


def _names(words: str, reason: str, knowledge: Knowledge) -> bool:
    """Whether the words name the condition: as the vocabulary knows it, or in the very words where it does not."""
    wanted = set(phrases_in(reason, knowledge))
    return not wanted.isdisjoint(phrases_in(words, knowledge)) if wanted else normalise(reason) in normalise(words)


def _speaks_against(finding: Finding) -> bool:
    return finding.verdict is Verdict.FAIL and finding.severity in SPOKEN

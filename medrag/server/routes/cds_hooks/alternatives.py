"""A safer order, where the evidence has one: a guideline's sentence for the same reason that no check speaks against.

The order must say what it is for. The sentence must stand in a current passage that names that condition, be written
for patients like this one as far as its wording tells, advise one drug, and say itself that this is the one to give
here: it names the ordered drug, its class, or what speaks against it, beside a drug of the same therapeutic group. That
drug must pass every check that the order failed, and no other may warn of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from medrag.generation.grounding import ground
from medrag.generation.modes import pointed
from medrag.generation.modes.quote import by_rank
from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.knowledge.vocabulary import Drug
from medrag.patient.conditions import phrases_in
from medrag.patient.fhir.orders import Order
from medrag.patient.wording import wording
from medrag.safety.consultation import SPOKEN, Consultation
from medrag.safety.orders.review import Reviewed
from medrag.types import Case, Evidence, Finding, Pointer, Severity, Statement, Verdict

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


@dataclass(frozen=True, slots=True)
class _Refused:
    """What is to be replaced: the ingredients ordered, the checks failed, and the conditions and drugs of the record
    that they failed by."""

    reason: str
    ordered: frozenset[str]
    checks: frozenset[str]
    conditions: frozenset[str]
    drugs: frozenset[str]


def replaceable(order: Order, reviewed: Reviewed) -> bool:
    """Whether another order may be looked for: this one is contraindicated, and says what it is for."""
    failed = filter(_speaks_against, reviewed.findings)
    return bool(order.reasons) and any(each.severity is Severity.CONTRAINDICATED for each in failed)


def alternative(order: Order, reviewed: Reviewed, consultation: Consultation, search: Search) -> Alternative | None:
    """What the evidence has in the place of an order; None where there is none, or it is not :func:`replaceable`.

    ``consultation`` is of the patient, with the other drafts of the session released.
    """
    if not replaceable(order, reviewed):
        return None
    failed = filter(_speaks_against, reviewed.findings)
    refused = _refused(order.reasons[0], reviewed, failed, consultation)
    case = Case(question=f"Which drug for {refused.reason}?", patient=consultation.record)
    asked = replace(consultation, question=case.question, evidence=search(case), one_person=True)
    for item, place, statement in _about(refused.reason, asked):
        drug = _only_drug(statement, asked)
        if drug is None or drug.name in refused.ordered or not _set_against(refused, drug, statement, asked):
            continue
        if place not in replace(asked, evidence=[item]).choices().pointers:
            continue
        checked = asked.review(statement)
        passed = {each.check for each in checked.findings if each.verdict is Verdict.PASS}
        if refused.checks <= passed and not any(map(_speaks_against, checked.findings)):
            return Alternative(drug.name, drug.rxcui, refused.reason, checked, item.passage.title)
    return None


def _refused(reason: str, reviewed: Reviewed, failed: Iterable[Finding], consultation: Consultation) -> _Refused:
    knowledge, findings = consultation.knowledge, list(failed)
    texts = [each.text for each in reviewed.statements]
    ordered = frozenset(name for text in texts for each in consultation.read(text) for name in each.mention.ingredients)
    facts = {name for each in findings for fact in each.patient_facts for name in phrases_in(fact, knowledge)}
    drugs = {name for each in findings for name in each.drugs}
    return _Refused(
        reason,
        ordered,
        frozenset(each.check for each in findings),
        frozenset(facts) - frozenset(phrases_in(reason, knowledge)),
        frozenset(drugs) - ordered,
    )


def _only_drug(statement: Statement, consultation: Consultation) -> Drug | None:
    """The one ingredient that a sentence advises; None where it advises more, a class, or what nobody knows."""
    advised = [each.mention for each in consultation.read(statement.text) if each.recommended]
    named = {name for each in advised if each.resolved and not each.drug_class for name in each.ingredients}
    plain = all(each.resolved and not each.drug_class for each in advised)
    return consultation.knowledge.drugs.get(min(named)) if plain and len(named) == 1 else None


def _set_against(refused: _Refused, drug: Drug, statement: Statement, consultation: Consultation) -> bool:
    """Whether the sentence has the drug for where the ordered one is not to be given.

    A passage advises many drugs: for other kinds of the condition, for its symptoms, beside the first. So the sentence
    must name the ordered one, its class, or what speaks against it, and a drug of the same therapeutic group.
    """
    knowledge = consultation.knowledge
    groups = {atc[:_GROUP] for name in refused.ordered if name in knowledge.drugs for atc in knowledge.drugs[name].atc}
    if groups.isdisjoint(atc[:_GROUP] for atc in drug.atc):
        return False
    others = [each.mention for each in consultation.read(statement.text) if not each.recommended]
    named = {name for each in others for name in (*each.ingredients, *knowledge.members.get(each.drug_class or "", ()))}
    affirmed = {each.condition for each in wording(statement.text, knowledge).affirmed}
    return not (refused.ordered | refused.drugs).isdisjoint(named) or not refused.conditions.isdisjoint(affirmed)


def _about(reason: str, consultation: Consultation) -> Iterator[tuple[Evidence, Pointer, Statement]]:
    """The quotations, best first, whose passage names the reason."""
    evidence = consultation.evidence
    passages = {item.number: item for item in evidence}
    for place in by_rank(evidence):
        item, statement = passages[place[0]], ground(pointed(place), evidence)
        words = " ".join((item.passage.title, *item.passage.section, statement.text))
        if not statement.withheld and _names(words, reason, consultation.knowledge):
            yield item, place, statement


def _names(words: str, reason: str, knowledge: Knowledge) -> bool:
    """Whether the words name the condition: as the vocabulary knows it, or in the very words where it does not."""
    wanted = set(phrases_in(reason, knowledge))
    return not wanted.isdisjoint(phrases_in(words, knowledge)) if wanted else normalise(reason) in normalise(words)


def _speaks_against(finding: Finding) -> bool:
    return finding.verdict is Verdict.FAIL and finding.severity in SPOKEN

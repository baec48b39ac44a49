"""Orders and medication lists through the checks, drug by drug, and what of them nobody could read.

Each order is checked against the record and against the orders before it. Those that would be withheld stay in: the
prescriber may sign them all the same. An order that was not read comes out with a finding that says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from medrag.knowledge import Knowledge
from medrag.knowledge.names import normalise
from medrag.patient.fhir.gaps import PAGED
from medrag.patient.fhir.orders import Order
from medrag.patient.fhir.searches import Shortfall
from medrag.reading import prescriptions
from medrag.reading.languages.gloss import in_english
from medrag.safety.check_context import fail, not_assessed
from medrag.safety.consultation import Consultation
from medrag.types import FactStatus, Finding, Medication, Patient, Problem, Severity, Statement

SOURCE = "medrag: what was not read was not checked"
MOST_PROBLEMS = 5
"""Problems of the record that are told one by one; drugs and allergies that were not read are all told."""
_DRUGS_AND_ALLERGIES = ("Medication", "AllergyIntolerance")
_UNNAMED = "unknown_drug.name"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An order by its reference and name, with what the checks say of it and the statements that they read it as."""

    reference: str
    name: str
    findings: tuple[Finding, ...]
    statements: tuple[Statement, ...] = ()


def review_orders(
    orders: Iterable[Order], record: Patient, knowledge: Knowledge, beside: Iterable[Order] = ()
) -> list[Reviewed]:
    """Each of ``orders`` that orders a drug, against the record and against ``beside``, the others of the session."""
    consultation = Consultation(record, "", knowledge)
    for each in beside:
        if each.of_a_drug:
            _review(each, consultation)
    return [_review(each, consultation) for each in orders if each.of_a_drug]


def review_list(record: Patient, knowledge: Knowledge, *, planned: bool = False) -> list[Reviewed]:
    """Each drug of the record's list against the rest of the record and the drugs before it; drafts if ``planned``."""
    more = {FactStatus.UNCERTAIN, *({FactStatus.PLANNED} if planned else ())}
    listed = [fact for fact in record.medications or () if fact.current or fact.status in more]
    orders = [Order(fact.source.rpartition("#")[2], "ordered", medication=fact) for fact in listed]
    return review_orders(orders, record.model_copy(update={"medications": ()}), knowledge)


def gaps_of(record: Patient, knowledge: Knowledge, told: Sequence[Shortfall] = ()) -> Iterator[Finding]:
    """What the record leaves open before any order is looked at: nothing listed, names unknown, parts not read.

    ``told`` is what :func:`incomplete` says already, so that no page is missed twice.
    """
    if not record.medications:
        yield not_assessed("sent.no_medications", (), SOURCE)
    seen = Consultation(record, "", knowledge).patient
    if seen and seen.unread_drugs:
        yield not_assessed("sent.unknown_drugs", seen.unread_drugs, SOURCE, drugs=seen.unread_drugs)
    entries = [each for each in (seen.allergies if seen else ()) if not each.mentions]
    if unknown := tuple(each.fact.display for each in entries if not knowledge.allergens_in(normalise(each.words))):
        yield not_assessed("sent.unknown_allergies", (), SOURCE, substances=unknown)
    problems = [each for each in record.problems if not (told and each.reason == PAGED)]
    yield from _problems(record, sorted(problems, key=lambda each: not each.lost))


def _problems(record: Patient, problems: Iterable[Problem]) -> Iterator[Finding]:
    """What was wrong with the record: drugs and allergies that are not in it for that reason, then the rest."""
    read = {fact.source.rpartition("#")[2] for fact in (*(record.medications or ()), *(record.allergies or ()))}
    lost: list[Finding] = []
    other: list[Finding] = []
    for problem in problems:
        place = problem.source.rpartition("#")[2]
        if place.startswith(_DRUGS_AND_ALLERGIES) and place not in read:
            lost.append(not_assessed("sent.unread", (), SOURCE, place=place, detail=problem.reason))
        else:
            other.append(not_assessed("sent.problem", (), SOURCE, place=place, detail=problem.reason))
    yield from lost
    yield from other[:MOST_PROBLEMS]
    if more := len(other[MOST_PROBLEMS:]):
        yield not_assessed("sent.problems", (), SOURCE, count=more)


def incomplete(shortfalls: Iterable[Shortfall]) -> Iterator[Finding]:
    """A finding for each part that was sent in part only, or that failed."""
    for each in shortfalls:
        if each.failure is None:
            yield not_assessed("sent.partial", (), SOURCE, part=each.part)
        else:
            yield not_assessed("sent.failed", (), SOURCE, part=each.part, detail=each.failure)


def unchecked(orders: Sequence[Order]) -> Iterator[Finding]:
    """One finding for the orders of other kinds, and one where there is no order at all."""
    if kinds := Counter(each.kind for each in orders if each.fate == "other_kind"):
        named = tuple(sorted(kind for kind in kinds if kind.isalpha()))
        yield not_assessed("order.other_kind", (), SOURCE, count=kinds.total(), kinds=named)
    if not orders:
        yield not_assessed("order.none", (), SOURCE)


def unselected(references: Iterable[str]) -> Iterator[Finding]:
    """A finding for each selection that is not among the orders."""
    return (not_assessed("order.unselected", (), SOURCE, order=each) for each in references)


def _review(order: Order, consultation: Consultation) -> Reviewed:
    if order.medication is None:
        return Reviewed(order.reference, order.name, tuple(_unread(order)))
    texts = _texts(order, order.medication, consultation.knowledge)
    statements = [consultation.review(Statement(text=_advice(each, order.medication))) for each in texts]
    consultation.released += statements
    findings = [finding for each in statements for finding in each.findings]
    findings += _reading(order, statements, consultation)
    return Reviewed(order.reference, _name(order, consultation.knowledge), tuple(findings), tuple(statements))


def _name(order: Order, knowledge: Knowledge) -> str:
    """Its words; of one that is nothing but a code, what that stands for."""
    fact = order.medication
    bare = fact is not None and fact.display == fact.code
    return (knowledge.coded(fact.system, fact.code) if fact and bare else None) or order.name


def _unread(order: Order) -> Iterator[Finding]:
    if order.fate == "other_patient":
        yield fail("order.other_patient", Severity.WARNING, SOURCE, order=order.reference)
    elif order.fate == "unread":
        yield not_assessed("order.unread", (), SOURCE, order=order.reference, detail=order.fault or "")


def _texts(order: Order, medication: Medication, knowledge: Knowledge) -> list[str]:
    """What names the drug: its words, or what a code stands for; all those that name different drugs."""
    bare = medication.display == medication.code
    said = [] if bare else [medication.display]
    coded = [knowledge.coded(*each) for each in (order.codes or ((medication.system, medication.code),))]
    found: dict[str, frozenset[str]] = {}
    for text in (*said, *filter(None, coded)):
        ingredients = _ingredients(text, knowledge)
        if ingredients and all(ingredients.isdisjoint(each) for each in found.values()):
            found[text] = ingredients
    return list(found) or said


def _ingredients(text: str, knowledge: Knowledge) -> frozenset[str]:
    resolved = [each.mention for each in prescriptions(in_english(text, knowledge), knowledge) if each.mention.resolved]
    classes = [knowledge.members[each.drug_class] for each in resolved if each.drug_class]
    return frozenset().union(*(each.ingredients for each in resolved), *classes)


def _advice(name: str, medication: Medication) -> str:
    return f"Give {name} {medication.dosage or ''}".strip() + "."


def _reading(order: Order, statements: Sequence[Statement], consultation: Consultation) -> Iterator[Finding]:
    """How well the order itself was read."""
    if len(statements) > 1:
        drugs = tuple(each.text.removeprefix("Give ").removesuffix(".") for each in statements)
        yield not_assessed("order.mismatch", (), SOURCE, order=order.name, drugs=drugs)
    read = [each for statement in statements for each in consultation.read(statement.text)]
    told = any(finding.code == _UNNAMED for statement in statements for finding in statement.findings)
    if not told and not any(each.recommended and each.mention.resolved for each in read):
        yield not_assessed("order.unknown", (), SOURCE, order=order.name)
    if order.fault:
        yield not_assessed("order.partly", (), SOURCE, order=order.name, detail=order.fault)

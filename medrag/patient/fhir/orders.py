"""The orders of a session (CDS Hooks' ``draftOrders``) one by one: what each orders, or why that cannot be told.

A record leaves out what it cannot read and says so among its problems; an order that nobody could read must be said
for itself, so each entry comes out here under its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from medrag.patient.fhir import clinical, order_sets
from medrag.patient.fhir.bundle import Document, Entry, open_document, tail
from medrag.patient.fhir.person import subject_of
from medrag.patient.fhir.read import ADMINISTRATIVE, MEDICATIONS
from medrag.patient.fhir.validate import check
from medrag.patient.fhir.values import Json, code_of, concept, objects, text
from medrag.types import Medication

Fate = Literal["ordered", "not_ordered", "unread", "other_patient", "other_kind"]
_CLOSED = {"cancelled", "stopped", "completed", "ended", "entered-in-error", "not-taken", "not-done", "declined"}
_LOCAL = re.compile(r"urn:|#")


@dataclass(frozen=True, slots=True)
class Order:
    """One order. ``medication`` where it is ``ordered``; ``fault`` says why it is ``unread``, or what of it was not.

    ``reference`` is ``Type/id`` (``Type/entry[n]`` without an id), ``url`` its bundle's name for it. ``not_ordered``
    are those that are cancelled or forbid; ``other_kind`` are orders of something else than a drug. ``reasons`` are the
    conditions that it is ordered for, in words; ``codes`` every (system, code) that names its drug.
    """

    reference: str
    fate: Fate
    url: str | None = None
    medication: Medication | None = None
    fault: str | None = None
    reasons: tuple[str, ...] = ()
    codes: tuple[tuple[str | None, str], ...] = ()

    @property
    def name(self) -> str:
        """What to call it: the drug's name or code, else its reference."""
        if self.medication is None:
            return self.reference
        system = self.medication.system
        bare = self.medication.display == self.medication.code
        return f"{system} {self.medication.display}" if bare and system else self.medication.display

    @property
    def of_a_drug(self) -> bool:
        """Whether it orders a drug, or may: what is to be checked or named as not read."""
        return self.fate in ("ordered", "unread", "other_patient")

    @property
    def kind(self) -> str:
        """The type of its resource."""
        return self.reference.partition("/")[0]


def read_orders(content: Any, record: Any, patient: str | None, today: date) -> list[Order]:
    """The orders of a Bundle (or a list of resources) in their order.

    References are followed into ``record`` too, the rest of what was sent. An order for anybody but ``patient``
    (``Patient/id``) is another patient's; ``None`` takes them all for the same.
    """
    drafts, known = open_document(content), open_document([*objects(content), *objects(record)])
    empty = [Order(f"Bundle/entry[{place}]", "unread", fault="has no resource") for place in _without(content)]
    unlike = [Order(each.source, "unread", fault=each.reason) for each in drafts.problems]
    orders = [each for entry in _orders(drafts) for each in _with_its_parts(entry, known, patient, today)]
    return [*orders, *empty, *unlike]


def selected(orders: Iterable[Order], names: Iterable[str]) -> tuple[list[Order], list[Order], list[str]]:
    """The orders that ``names`` mean (``Type/id``, a bare id or a URL), the others, and the names of none."""
    every = list(orders)
    meant = {name: [each for each in every if _is_named(each, name)] for name in names}
    chosen = [each for each in every if any(each in found for found in meant.values())]
    others = [each for each in every if each not in chosen]
    return chosen, others, [name for name, found in meant.items() if not found]


def _is_named(order: Order, name: str) -> bool:
    return name in (order.url, order.reference, order.reference.partition("/")[2]) or tail(name) == order.reference


def unresolved(content: Any, record: Any) -> list[str]:
    """The references to medications, in orders and record, that lead to nothing of what was sent."""
    known = open_document([*objects(content), *objects(record)])
    wanted = (entry.resource.get("medicationReference") for entry in known.entries if entry.type in MEDICATIONS)
    named = {reference for each in objects(list(wanted)) if (reference := text(each.get("reference")))}
    return sorted(each for each in named if not _LOCAL.match(each) and not known.resolve({"reference": each}, {}))


def _orders(document: Document) -> Iterator[Entry]:
    return (entry for entry in document.entries if entry.type not in ADMINISTRATIVE)


def _without(content: Any) -> Iterable[int]:
    """Places of a bundle's entries that hold no resource."""
    bundles = [each for each in objects(content) if each.get("resourceType") == "Bundle"]
    entries = [entry for each in bundles for entry in each.get("entry") or ()]
    return [place for place, entry in enumerate(entries) if not (isinstance(entry, dict) and entry.get("resource"))]


def _with_its_parts(entry: Entry, known: Document, patient: str | None, today: date) -> Iterator[Order]:
    """An entry as an order; where it is a set of them, those that it holds and those that it lacks too."""
    yield _order(entry, known, patient, today)
    if entry.type not in MEDICATIONS:
        yield from (_order(each, known, patient, today) for each in order_sets.held(entry, MEDICATIONS))
        for name in order_sets.missing(entry, MEDICATIONS, known):
            yield Order(entry.name_sent, "unread", entry.url, fault=f"its {name} was not sent")


def _order(entry: Entry, known: Document, patient: str | None, today: date) -> Order:
    if entry.type not in MEDICATIONS:
        return Order(entry.name_sent, "other_kind", entry.url)
    usable, fault = check(entry.resource)
    if usable is None:
        return Order(entry.name_sent, "unread", entry.url, fault=fault)
    about = subject_of(entry, known)
    if patient and (about or _strange(entry.resource, known)) and about != patient:
        if _names_a_patient(entry.resource):
            return Order(entry.name_sent, "other_patient", entry.url)
        fault = "; ".join(filter(None, (fault, "its subject leads to no patient; checked for the patient of the call")))
    if code_of(usable.get("status")) in _CLOSED or usable.get("doNotPerform") is True:
        return Order(entry.name_sent, "not_ordered", entry.url)
    return _ordered(Entry(usable, entry.name, entry.url, entry.kind_sent), known, today, fault)


def _names_a_patient(resource: Json) -> bool:
    """Whether its subject is a reference to some patient, not a bare id or one that only a bundle could resolve."""
    subject = resource.get("subject")
    reference = text(subject.get("reference")) if isinstance(subject, dict) else None
    return reference is not None and "/" in reference and not _LOCAL.match(reference)


def _strange(resource: Json, known: Document) -> bool:
    """Whether its subject is given by an identifier that is none of the patients'."""
    named = [each.get("identifier") for each in objects(resource.get("subject"))]
    patients = [entry.resource for entry in known.entries if entry.type == "Patient"]
    numbers = {text(each.get("value")) for one in patients for each in objects(one.get("identifier"))}
    return any(text(each.get("value")) not in numbers for each in objects(named))


def _ordered(entry: Entry, known: Document, today: date, fault: str | None) -> Order:
    if clinical.drug(entry.resource, known) is None:
        return Order(entry.name_sent, "unread", entry.url, fault=_unnamed(entry.resource))
    (fact,) = clinical.medication(entry, "order", known, today)
    medication = fact if isinstance(fact, Medication) else None
    named = tuple(clinical.drug_codes(entry.resource, known))
    return Order(entry.name_sent, "ordered", entry.url, medication, fault, _reasons(entry.resource, known), named)


def _reasons(resource: Json, known: Document) -> tuple[str, ...]:
    """The conditions that it names by code, in words or by reference."""
    referred = [known.resolve(each, resource) for each in objects(resource.get("reasonReference"))]
    named = [*objects(resource.get("reasonCode")), *(each.get("code") for each in referred if each)]
    return tuple(dict.fromkeys(code.display for each in named if (code := concept(each)) and code.display != code.code))


def _unnamed(resource: Json) -> str:
    reference = resource.get("medicationReference")
    target = text(reference.get("reference")) if isinstance(reference, dict) else None
    if target is None:
        return "names no drug, in words or by a code"
    return f"its {tail(target) if not _LOCAL.match(target) else 'medicationReference'} was not sent"

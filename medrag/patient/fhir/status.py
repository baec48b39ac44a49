"""How FHIR's status codes map onto ``FactStatus``: only what is active and confirmed counts as current."""

from __future__ import annotations

import re
from datetime import date

from medrag.patient.fhir.values import Json, code_of, moment_of
from medrag.patient.record.facts import days_before
from medrag.reading.languages import pattern
from medrag.types import FactStatus

A, R, P = FactStatus.ACTIVE, FactStatus.RESOLVED, FactStatus.PLANNED
REFUTED, NEGATED, UNCERTAIN = FactStatus.REFUTED, FactStatus.NEGATED, FactStatus.UNCERTAIN
FAMILY = FactStatus.FAMILY_HISTORY

DONE_IS_RECENT_DAYS = 365
GIVEN_DAYS = 1
SUPPLY_DAYS = 90
_DAYS = {"d", "day", "days"}

_CLINICAL = {
    "active": A,
    "recurrence": A,
    "relapse": A,
    "inactive": R,
    "remission": R,
    "resolved": R,
}
_VERIFICATION = {
    "confirmed": A,
    "unconfirmed": UNCERTAIN,
    "provisional": UNCERTAIN,
    "differential": UNCERTAIN,
    "presumed": UNCERTAIN,
    "refuted": REFUTED,
    "entered-in-error": REFUTED,
}
_MEDICATION = {
    "active": A,
    "in-progress": A,
    "completed": R,
    "stopped": R,
    "cancelled": R,
    "ended": R,
    "draft": P,
    "intended": P,
    "preparation": P,
    "not-taken": NEGATED,
    "not-done": NEGATED,
    "declined": NEGATED,
    "entered-in-error": REFUTED,
}
_INTENT = {"proposal": P, "plan": P, "option": P}
_OBSERVATION = {"final": A, "amended": A, "corrected": A, "cancelled": REFUTED, "entered-in-error": REFUTED}
_EVENT = {
    "in-progress": A,
    "preparation": P,
    "planned": P,
    "not-done": NEGATED,
    "cancelled": NEGATED,
    "stopped": R,
    "entered-in-error": REFUTED,
}


def clinical(resource: Json, absent: FactStatus) -> FactStatus:
    """A Condition's or an AllergyIntolerance's status; ``absent`` where it states none at all."""
    verified = code_of(resource.get("verificationStatus"))
    verification = _VERIFICATION.get(verified, UNCERTAIN) if verified else None
    stated = code_of(resource.get("clinicalStatus"))
    status = _CLINICAL.get(stated, UNCERTAIN) if stated else None
    if verification is REFUTED:
        return REFUTED
    if status is R or (status is None and _abated(resource)):
        return R
    if UNCERTAIN in {status, verification}:
        return UNCERTAIN
    return status or verification or absent


_LASTING = re.compile(
    r"allerg|anaphyla|intoleran|sensitiv|reaction|transplant|ectomy|ostomy|bypass|implant|pacemaker|prosthe|replacement"
    r"|amputat|in situ|pregnan|smok",
    re.I,
)
"""What a history of it says of the present as well: an allergy, or what an operation left."""

# SNOMED CT's situations with explicit context, by the words with which their names begin.
_SITUATIONS = (
    (
        NEGATED,
        re.compile(
            r"(?:no (?:known )?(?:family |past |personal )?history of|no family history|no evidence of|"
            r"absence of|absent|negative for|does not have|denies)\b|.*\b(?:ruled out|excluded|not present|absent)"
            r"(?: \(situation\))?$",
            re.I,
        ),
    ),
    (R, re.compile(r"(?:(?:past|past medical|personal|prior|previous) )?(?:history of|h/o|hx of)\b", re.I)),
    (FAMILY, re.compile(r"(?:family history|fh|fhx|f/h|(?:maternal|paternal) (?:family )?history)\b", re.I)),
    (
        UNCERTAIN,
        re.compile(
            r"(?:suspected|possible|probable|query|presumed|presumptive|rule out|r/o|working diagnosis"
            r"|differential diagnosis|at (?:increased |high )?risk (?:of|for))\b|\?",
            re.I,
        ),
    ),
)


def situation(name: str) -> FactStatus | None:
    """What the name of a coded situation says of it ("Family history of...", "Suspected..."); None where nothing."""
    found = next((stands for stands, words in _SITUATIONS if words.match(name)), None)
    return None if found is R and (_LASTING.search(name) or pattern("predicates", "lasting").search(name)) else found


def abated_yet_active(resource: Json) -> bool:
    """A Condition that says both that it is active and that it has ended."""
    return _CLINICAL.get(code_of(resource.get("clinicalStatus")) or "") is A and _abated(resource)


def _abated(resource: Json) -> bool:
    return any(name.startswith("abatement") and value is not False for name, value in resource.items())


def medication(resource: Json, today: date) -> FactStatus:
    """An order's or a statement's status.

    An order that must not be carried out is negated; a plan that was reported to be followed is as good as an order.
    A dispense that is completed was handed over, and is taken as long as the supply lasts. What was given acts for a
    day.
    """
    if resource.get("resourceType") == "MedicationDispense" and code_of(resource.get("status")) == "completed":
        return _handed_over(resource, today)
    if resource.get("resourceType") == "MedicationAdministration" and code_of(resource.get("status")) == "completed":
        return _given(resource, today)
    status = _MEDICATION.get(code_of(resource.get("status")) or "", UNCERTAIN)
    if status is not A:
        return status
    if resource.get("doNotPerform") is True:
        return NEGATED
    reported = resource.get("reportedBoolean") is True or isinstance(resource.get("reportedReference"), dict)
    planned = None if reported else _INTENT.get(code_of(resource.get("intent")) or "")
    return planned or (R if _ended(resource, today) else A)


def _handed_over(resource: Json, today: date) -> FactStatus:
    """Current within the days of the supply; where those are not said, uncertain for as long as most supplies last."""
    given = moment_of(resource.get("whenHandedOver")) or moment_of(resource.get("whenPrepared"))
    if given is None:
        return UNCERTAIN
    since, supply = days_before(given, today), resource.get("daysSupply")
    if isinstance(supply, dict) and isinstance(supply.get("value"), int | float) and {supply.get("code", "d")} <= _DAYS:
        return A if since <= supply["value"] else R
    return UNCERTAIN if since <= SUPPLY_DAYS else R


def _given(resource: Json, today: date) -> FactStatus:
    """Current on the day that it was given and the next; without a date uncertain."""
    period = resource.get("effectivePeriod")
    ends = [period.get("end"), period.get("start")] if isinstance(period, dict) else []
    moments = [moment_of(each) for each in (resource.get("effectiveDateTime"), *ends)]
    given = next((each for each in moments if each), None)
    if given is None:
        return UNCERTAIN
    return A if days_before(given, today) <= GIVEN_DAYS else R


def _ended(resource: Json, today: date) -> bool:
    periods = [resource.get("effectivePeriod")]
    for dosage in resource.get("dosageInstruction") or resource.get("dosage") or ():
        timing = dosage.get("timing") if isinstance(dosage, dict) else None
        repeat = timing.get("repeat") if isinstance(timing, dict) else None
        periods.append(repeat.get("boundsPeriod") if isinstance(repeat, dict) else None)
    ends = [moment_of(period.get("end")) for period in periods if isinstance(period, dict)]
    return any(end is not None and days_before(end, today) > 0 for end in ends)


def observation(resource: Json) -> FactStatus:
    """An Observation's status; a preliminary or unknown one is uncertain."""
    return _OBSERVATION.get(code_of(resource.get("status")) or "", UNCERTAIN)


def event(resource: Json, done: date | None, today: date) -> FactStatus:
    """A procedure's or an immunisation's status: done within a year counts as current, earlier is history."""
    stated = code_of(resource.get("status"))
    if stated in {"completed", "finished"}:
        recent = done is not None and days_before(done, today) <= DONE_IS_RECENT_DAYS
        return A if recent else R
    return _EVENT.get(stated or "", UNCERTAIN)

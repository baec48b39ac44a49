"""The record of the patient in context, read with the launch's token: whatever could not be read is a problem of it."""

from __future__ import annotations

from collections.abc import Iterator

from medrag.patient import from_fhir
from medrag.patient.fhir.gaps import lists_of
from medrag.patient.fhir.orders import unresolved
from medrag.patient.fhir.searches import Shortfall, shortfalls
from medrag.server.fhir_server import Failed, Fetch, Json, client
from medrag.server.routes.cds_hooks.services import PATIENT, PREFETCH
from medrag.server.routes.smart.ehrs import Ehr
from medrag.types import Patient, Problem

OBSERVATIONS = "observations"
CATEGORIES = ("laboratory", "vital-signs", "social-history", "exam", "survey")
"""Categories that hold what the checks and calculators read."""


def read_record(ehr: Ehr, token: str, patient: str) -> Patient:
    """The patient with what the record system gave of conditions, allergies, medications and observations.

    Raises:
        Failed: the patient, or one with that id, was not to be had.
        PatientError: what came is no record.
    """
    with client(token) as http:
        fetch = Fetch(ehr.base, http, PREFETCH)
        content = _with_observations(fetch.missing({}, patient), fetch, patient)
        if (content.get(PATIENT) or {}).get("resourceType") != "Patient" or content[PATIENT].get("id") != patient:
            raise Failed("it gave no such patient")
        found = fetch.medications(unresolved(None, content))
    content |= {f"medication {place}": each for place, each in enumerate(found)}
    record = from_fhir(content)
    missed = dict.fromkeys([*fetch.shortfalls, *(each for each in shortfalls(content) if each.failure)])
    return record.model_copy(update={"problems": (*record.problems, *_problems(missed, ehr.name))})


def _with_observations(content: Json, fetch: Fetch, patient: str) -> Json:
    """``content`` with the observations asked for by category, where the server refuses to give all of them.

    Only where every category came does the refusal not count.
    """
    if OBSERVATIONS in content:
        return content
    refused = next(each for each in fetch.shortfalls if each.part == OBSERVATIONS)
    fetch.searches = {f"{OBSERVATIONS} {each}": f"{PREFETCH[OBSERVATIONS]}&category={each}" for each in CATEGORIES}
    found = fetch.missing(content, patient)
    if fetch.searches.keys() <= found.keys():
        fetch.shortfalls.remove(refused)
    return found


def _problems(missed: dict[Shortfall, None], name: str) -> Iterator[Problem]:
    """Each part that failed, and which of the patient's lists lacks it."""
    for each in missed:
        search = PREFETCH.get(each.part.partition(" ")[0], each.part)
        kind = search.partition("?")[0].partition("/")[0]
        lost = lists_of({"MedicationRequest" if kind == "Medication" else kind})
        yield Problem(source=f"{name}#{each.part}", reason=f"could not be fetched ({each.failure})", lost=lost)

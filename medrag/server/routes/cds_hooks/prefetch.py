"""What came with a call, or was fetched for it: the patient of the context, the record, what of it is not whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from medrag.errors import InputError, PatientError
from medrag.knowledge import Knowledge
from medrag.patient import from_fhir
from medrag.patient.fhir.orders import unresolved
from medrag.patient.fhir.read import MEDICATIONS
from medrag.patient.fhir.searches import Shortfall, shortfalls
from medrag.patient.fhir.versions import as_r4
from medrag.patient.record.demographics import TWO_PEOPLE
from medrag.server.fhir_server import Fetch, client
from medrag.server.routes.cds_hooks.services import PATIENT, Json
from medrag.types import Patient


class FhirAuthorization(BaseModel):
    """The token a call brings for its own FHIR server."""

    access_token: str | None = Field(default=None, repr=False)
    patient: str | None = None


class HookRequest(BaseModel):
    """The body of a service call; what else an EHR sends is accepted."""

    hook: str
    hookInstance: str = Field(min_length=1, max_length=200)  # noqa: N815 - the specification's names
    context: dict[str, Any]
    prefetch: dict[str, Any] | None = None
    fhirServer: str | None = Field(default=None, max_length=2000)  # noqa: N815
    fhirAuthorization: FhirAuthorization | None = None  # noqa: N815

    @property
    def patient_id(self) -> str:
        """The id of the context's patient, without its type."""
        return str(self.context.get("patientId") or "").removeprefix("Patient/")

    @property
    def drafts(self) -> Any:
        """The draft orders as they came."""
        return self.context.get("draftOrders")


@dataclass(frozen=True, slots=True)
class Sent:
    """Names to resources, the patient among them, and the parts that are not whole."""

    content: Json
    patient: Json
    shortfalls: tuple[Shortfall, ...]

    @property
    def reference(self) -> str | None:
        """``Patient/id``."""
        return f"Patient/{self.patient['id']}" if self.patient.get("id") else None


def gathered(body: HookRequest, servers: frozenset[str], searches: Mapping[str, str]) -> Sent | None:
    """What is known of the patient of the context; None where the patient was neither sent nor fetched.

    What of ``searches`` was not sent is fetched, where the call's server is one of ``servers``.

    Raises:
        InputError: the context names no patient, or another one than was sent.
    """
    if not body.patient_id:
        raise InputError("patientId is needed", param="context.patientId", code="missing_required_parameter")
    content, failed = {name: _unwrapped(value) for name, value in (body.prefetch or {}).items()}, []
    base = (body.fhirServer or "").rstrip("/")
    authorization = body.fhirAuthorization or FhirAuthorization()
    if authorization.patient and body.patient_id and authorization.patient != body.patient_id:
        raise InputError("the token is for another patient than the context's", param="fhirAuthorization.patient")
    if base in servers:
        with client(authorization.access_token) as http:
            fetch = Fetch(base, http, searches)
            content = fetch.missing(content, body.patient_id)
            found = fetch.medications(unresolved(body.drafts, content))
            content |= {f"medication {place}": each for place, each in enumerate(found)}
            failed = fetch.shortfalls
    patient = _patient(content, body.patient_id)
    if patient is None:
        return None
    return Sent(content, patient, tuple(dict.fromkeys([*failed, *shortfalls(content)])))


def record_of(sent: Sent, knowledge: Knowledge, drafts: Any = None) -> Patient:
    """The record without the orders that are themselves the ``drafts``, which are checked against it.

    The same id alone does not make them the same: what is recorded under it may be another drug.
    """
    known = {found for each in _resources({"drafts": drafts}) if (found := _identity(each))}
    content = {name: _without(value, known) for name, value in sent.content.items()}
    try:
        return from_fhir(content | {PATIENT: sent.patient}, knowledge=knowledge)
    except PatientError as error:
        raise PatientError(str(error), param="prefetch", code="invalid_patient") from None


def _patient(content: Json, wanted: str) -> Json | None:
    """The Patient of this id, under whatever name it came; the one under ``patient`` must not be another."""
    named = content.get(PATIENT)
    if isinstance(named, dict) and named.get("resourceType") == "Patient" and named.get("id", wanted) != wanted:
        reason = "prefetch.patient is not the patient of the context"
        raise InputError(reason, param="prefetch.patient", code=TWO_PEOPLE)
    found = [each for each in _resources(content) if each.get("resourceType") == "Patient"]
    return next((each for each in found if each.get("id") in (None, wanted)), None)


def _resources(content: Json) -> Iterator[Json]:
    for value in content.values():
        if isinstance(value, dict):
            yield value
            entries = value.get("entry")
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
                    yield entry["resource"]


def _unwrapped(value: Any) -> Any:
    """A resource out of the ``{"response", "resource"}`` that early versions of the specification put around it."""
    if isinstance(value, dict) and "resourceType" not in value and isinstance(value.get("resource"), dict):
        return value["resource"]
    return value


def _identity(resource: Json) -> tuple[str, ...] | None:
    """An order by its id and by what it orders; None for what is no order or has no id."""
    held = as_r4(resource)
    if held.get("resourceType") not in MEDICATIONS or not held.get("id"):
        return None
    drug = held.get("medicationCodeableConcept") or held.get("medicationReference")
    return str(held.get("resourceType")), str(held.get("id")), json.dumps(drug, sort_keys=True)


def _without(value: Any, drafts: set[tuple[str, ...]]) -> Any:
    if not isinstance(value, dict):
        return value
    if _identity(value) in drafts:
        return None
    entries = value.get("entry")
    if value.get("resourceType") != "Bundle" or not isinstance(entries, list):
        return value
    held = [each for each in entries if isinstance(each, dict)]
    return {**value, "entry": [each for each in held if _without(each.get("resource"), drafts) is not None]}

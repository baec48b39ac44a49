"""Patients kept by id, so that a program need not send the record with every question.

Only clinicians' keys reach them, each those of its own or its group's; the same id of another owner is another patient.
Each use is in the audit trail under a hash of the id; ``medrag audit readers`` counts them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.patient.formats.structured import written
from medrag.patient.report import report
from medrag.server.guard.access import caller, owner, require_clinician, require_key
from medrag.server.guard.audit import Trail, text_hash
from medrag.server.routes.requests import parse_patient
from medrag.server.routes.schemas import PatientAnswer, described
from medrag.storage import patients
from medrag.types import Patient

Id = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9._:-]+$")]


@dataclass(frozen=True)
class StoredPatients:
    """The stored patients as one caller may use them."""

    trail: Trail | None
    request: Request
    knowledge: Knowledge

    def __call__(self, name: str) -> Patient:
        """The patient with the id.

        Raises:
            InputError: there is none, this service stores none, or the key is no clinician's.
            StorageError, AuditError: the database cannot be used.
        """
        trail = self._open()
        if (found := patients.get(trail.database, name, owner(self.request), self.knowledge)) is None:
            raise _missing()
        self._record(trail, "patient_read", name)
        return found

    def put(self, name: str, patient: Patient) -> None:
        """Stores a patient; raises as above."""
        trail = self._open()
        self._record(trail, "patient_stored", name)
        patients.put(trail.database, name, patient, owner(self.request))

    def delete(self, name: str) -> None:
        """Removes a patient; raises as above."""
        trail = self._open()
        self._record(trail, "patient_deleted", name)
        if not patients.delete(trail.database, name, owner(self.request)):
            raise _missing()

    def _open(self) -> Trail:
        require_clinician(self.request)
        require_key(self.request)
        if self.trail is None:
            raise InputError("this service stores no patients", param="patient_id", code="not_found")
        return self.trail

    def _record(self, trail: Trail, event: str, name: str) -> None:
        trail.append({"event": event, "who": caller(self.request), "patient_id_sha256": text_hash(name)})


def routes(knowledge: Knowledge, trail: Trail | None) -> APIRouter:
    """``/v1/patients/{patient_id}``: PUT, GET and DELETE."""
    router = APIRouter(prefix="/v1/patients")

    @router.put("/{patient_id}", status_code=204)
    async def put(patient_id: Id, body: dict[str, Any], request: Request) -> Response:
        """Stores a patient: FHIR R4, PharmCAT's report, or medrag's JSON schema."""
        patient = await asyncio.to_thread(parse_patient, body, "body", knowledge)
        if patient is None:
            raise InputError("there is no patient in the body")
        await asyncio.to_thread(StoredPatients(trail, request, knowledge).put, patient_id, patient)
        return Response(status_code=204)

    @router.get("/{patient_id}", responses=described(PatientAnswer))
    async def get(patient_id: Id, request: Request) -> dict[str, Any]:
        """The patient as it is understood, and a summary for a reader."""
        found = await asyncio.to_thread(StoredPatients(trail, request, knowledge), patient_id)
        return {"object": "patient", "patient": written(found), "summary": report(found)}

    @router.delete("/{patient_id}", status_code=204)
    async def delete(patient_id: Id, request: Request) -> Response:
        """Removes the patient."""
        await asyncio.to_thread(StoredPatients(trail, request, knowledge).delete, patient_id)
        return Response(status_code=204)

    return router


def _missing() -> InputError:
    return InputError("there is no patient with this id", param="patient_id", code="patient_not_found")

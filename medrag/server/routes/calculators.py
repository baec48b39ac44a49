"""Scores and equations: which there are, and one computed for a patient."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.patient.measures.calculation import compute, declared
from medrag.server.guard.audit import Trail
from medrag.server.routes.requests import parse_patient
from medrag.server.routes.stored_patients import StoredPatients
from medrag.types import Patient


class CalculationRequest(BaseModel):
    """The body of ``POST /v1/calc``: which value, and of whom (whole, or the id of a stored patient)."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    patient: dict[str, Any] | None = None
    patient_id: str | None = Field(default=None, max_length=200)


def routes(knowledge: Knowledge, trail: Trail | None) -> APIRouter:
    """``GET /v1/calc`` lists the calculators, ``POST /v1/calc`` computes one."""
    router = APIRouter()

    @router.get("/v1/calc")
    async def listed() -> dict[str, Any]:
        """Every calculator with its inputs, population and source."""
        return {"object": "list", "data": [each.model_dump(mode="json") for each in declared(knowledge)]}

    @router.post("/v1/calc")
    async def calculation(body: CalculationRequest, request: Request) -> dict[str, Any]:
        """One value with its inputs, or the reasons that it was refused."""
        found = await asyncio.to_thread(_compute, body, StoredPatients(trail, request, knowledge), knowledge)
        return {"object": "calculation", **found}

    return router


def _compute(body: CalculationRequest, stored: StoredPatients, knowledge: Knowledge) -> dict[str, Any]:
    found = compute(body.name, _patient(body, stored, knowledge), datetime.now(UTC).date(), knowledge)
    return found.model_dump(mode="json")


def _patient(body: CalculationRequest, stored: StoredPatients, knowledge: Knowledge) -> Patient:
    if body.patient_id is not None and body.patient is None:
        return stored(body.patient_id)
    patient = parse_patient(body.patient, "patient", knowledge)
    if patient is None or body.patient_id is not None:
        raise InputError("give either a patient or the id of a stored one", param="patient", code="no_patient")
    return patient

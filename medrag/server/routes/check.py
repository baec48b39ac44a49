"""``POST /v1/check``: the safety filter over HTTP, with no model and no index.

Advice in words, orders, or the patient's own list of medications against the record; findings out, as ``medrag check``
gives them or, where ``Accept`` asks for ``application/fhir+json``, as FHIR ``DetectedIssue``. The patient is FHIR or
medrag's JSON. The body may also be a FHIR Bundle alone: its draft orders are checked against the rest of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator

from medrag.errors import InputError, PatientError
from medrag.knowledge import Knowledge
from medrag.messages import Language, Tag
from medrag.patient.fhir.orders import Order, read_orders
from medrag.patient.fhir.searches import Shortfall, shortfalls
from medrag.patient.fhir.values import objects
from medrag.patient.formats.recognise import sniff_json
from medrag.safety.check_cases import advice_findings, ordered, shown, verdict
from medrag.safety.learned import Learned
from medrag.safety.orders.review import Reviewed, gaps_of, incomplete, review_list, review_orders, unchecked
from medrag.server.guard.access import caller
from medrag.server.guard.audit import Trail
from medrag.server.languages import reader
from medrag.server.routes.detected_issues import MEDIA_TYPE, bundle
from medrag.server.routes.requests import Extension, Stored, patient_of
from medrag.server.routes.schemas import CheckAnswer, described
from medrag.server.routes.stored_patients import StoredPatients
from medrag.types import Finding, Patient

Json = dict[str, Any]
MOST_ADVICE = 20_000
"""Characters of advice that are checked at once: drugs that stand far apart are held against one another too."""
_DRAFT_STATUS = {"draft"}
_DRAFT_INTENT = {"proposal", "plan", "option"}


class CheckRequest(Extension):
    """The body. Without ``advice``, ``question`` and ``orders``, the patient's list of medications is checked."""

    advice: str | None = Field(default=None, max_length=MOST_ADVICE, description="Advice in words.")
    question: str | None = Field(default=None, max_length=100_000, description="The question that the advice answers.")
    orders: dict[str, Any] | list[dict[str, Any]] | None = Field(
        default=None, description="Orders as FHIR: a Bundle, a resource or a list of them."
    )
    language: Tag | None = Field(
        default=None,
        description="What findings are said in, by its tag (`zh`, `zh-CN`); else the best of `Accept-Language`, else "
        "that of the question and the advice.",
    )

    def reader(self, accepted: str = "") -> Language:
        """What findings are said in to a client that sent ``accepted``."""
        return reader(self.language, accepted, f"{self.question or ''} {self.advice or ''}")

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, body: Any) -> Any:
        """A FHIR Bundle alone is the patient and, where it has some, the drafts to check."""
        if not (isinstance(body, dict) and "resourceType" in body):
            return body
        entries = objects(body.get("entry"))
        drafts = [each for each in entries if _is_draft(each.get("resource"))]
        if not drafts:
            return {"patient": body}
        rest = {**body, "entry": [each for each in entries if each not in drafts]}
        return {"patient": rest, "orders": {"resourceType": "Bundle", "entry": drafts}}


@dataclass(frozen=True)
class Checked:
    """What was said of the case as a whole, and of each order."""

    case: list[Finding] = field(default_factory=list)
    orders: list[Reviewed] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """All of it, the worst first."""
        return ordered([*self.case, *(each for one in self.orders for each in one.findings)])


def routes(knowledge: Knowledge, learned: Learned, trail: Trail | None) -> APIRouter:
    """The route; with ``trail`` each check is recorded, without a word of it."""
    router = APIRouter()

    @router.post("/v1/check", responses=described(CheckAnswer, MEDIA_TYPE))
    async def check(body: CheckRequest, request: Request) -> Response:
        """What the safety filter says of advice, orders or a list of medications."""
        stored = StoredPatients(trail, request, knowledge)
        checked = await asyncio.to_thread(check_case, body, stored, knowledge, learned)
        language = body.reader(request.headers.get("accept-language", ""))
        answer = check_answer(checked, language)
        if trail:
            record = {"event": "check", "who": caller(request), "verdict": answer["verdict"]}
            await asyncio.to_thread(trail.append, record)
        if MEDIA_TYPE in request.headers.get("accept", ""):
            issues = bundle(checked.case, checked.orders, _reference(body.patient), language)
            return JSONResponse(issues, media_type=MEDIA_TYPE)
        return JSONResponse(answer)

    return router


def check_case(body: CheckRequest, stored: Stored, knowledge: Knowledge, learned: Learned) -> Checked:
    """What the filter says of a request.

    Raises:
        InputError, PatientError: there is nothing to check, or what was sent does not parse.
    """
    patient = patient_of(body, stored, knowledge, "", body.question or "")
    if patient is None and body.orders is None and not (body.advice or body.question):
        raise InputError("there is nothing to check: send advice, orders or a patient", param="advice")
    asked = body.question or ""
    said = advice_findings(
        patient, body.advice or "", knowledge, question=asked, one_person=body.one_person, learned=learned
    )
    if body.orders is not None:
        orders = _orders(body)
        reviewed = review_orders(orders, patient or Patient(), knowledge)
        return Checked([*said, *_gaps(body, patient, orders, knowledge)], reviewed)
    if patient and not (body.advice or body.question):
        return Checked(_gaps(body, patient, None, knowledge), review_list(patient, knowledge))
    return Checked([*said, *incomplete(_missing(body.patient))])


def _orders(body: CheckRequest) -> list[Order]:
    try:
        return read_orders(body.orders, body.patient, _reference(body.patient), date.today())
    except PatientError as error:
        raise PatientError(str(error), param="orders", code="invalid_orders") from None


def _gaps(
    body: CheckRequest, patient: Patient | None, orders: Sequence[Order] | None, facts: Knowledge
) -> list[Finding]:
    missing = _missing(body.patient)
    return [
        *incomplete(missing),
        *(unchecked(orders) if orders is not None else ()),
        *gaps_of(patient or Patient(), facts, missing),
    ]


def _missing(patient: Any) -> list[Shortfall]:
    """What of a FHIR record is not whole; medrag's own JSON has no parts that could be missing."""
    fhir = patient is not None and sniff_json(patient, "patient") == "fhir"
    return shortfalls(patient) if fhir else []


def check_answer(checked: Checked, language: Language) -> Json:
    """It as the answer's object."""
    return {
        "object": "check",
        "verdict": verdict(checked.findings),
        "findings": [shown(each, language) for each in checked.findings],
        "orders": [_order(each, language) for each in checked.orders],
    }


def _order(reviewed: Reviewed, language: Language) -> Json:
    findings = [shown(each, language) for each in ordered(reviewed.findings)]
    said = {"reference": reviewed.reference, "name": reviewed.name, "verdict": verdict(reviewed.findings)}
    return said | {"findings": findings}


def _is_draft(resource: Any) -> bool:
    if not isinstance(resource, dict) or "intent" not in resource:
        return False
    return resource.get("status") in _DRAFT_STATUS or resource.get("intent") in _DRAFT_INTENT


def _reference(patient: Any) -> str | None:
    """``Patient/id`` of the FHIR patient that was sent."""
    held = [patient, *(each.get("resource") for each in objects((patient or {}).get("entry")))]
    return next((f"Patient/{each['id']}" for each in objects(held) if _has_id(each)), None)


def _has_id(resource: Json) -> bool:
    return resource.get("resourceType") == "Patient" and isinstance(resource.get("id"), str)

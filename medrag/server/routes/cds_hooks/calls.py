"""CDS Hooks 2.0: the deterministic checks on draft orders inside somebody else's record system.

``order-sign`` and ``order-select`` run the safety filter over the draft medication orders and ask no model;
``patient-view`` shows emergencies that the record holds and links to the page, where generated advice is asked for.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from medrag.errors import InputError, PatientError
from medrag.knowledge import Knowledge
from medrag.patient import from_fhir
from medrag.safety.consultation import Consultation
from medrag.safety.settling import settling
from medrag.server.guard.access import caller
from medrag.server.guard.audit import Trail
from medrag.server.guard.cds_clients import CdsClients
from medrag.types import Finding, Medication, Patient, Severity, Statement, Verdict

Json = dict[str, Any]

PATHS = "/cds-services"
SUMMARY_CHARACTERS = 139
_PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}",
    "allergies": "AllergyIntolerance?patient={{context.patientId}}",
    "medications": "MedicationRequest?patient={{context.patientId}}&status=active",
    "observations": "Observation?patient={{context.patientId}}&_sort=-date&_count=200",
}
_SERVICES = {
    "medrag-order-sign": ("order-sign", "Checks draft medication orders before they are signed"),
    "medrag-order-select": ("order-select", "Checks the medication orders just selected"),
    "medrag-patient-view": ("patient-view", "Emergencies in the record, and the way to cited advice"),
}
_OVERRIDE_SYSTEM = "urn:medrag:override-reason"
_OVERRIDES = {
    "benefit": "The benefit outweighs the risk",
    "tolerated": "The patient has tolerated it",
    "monitored": "Monitoring is arranged",
    "record": "The record is wrong",
}
_INDICATORS = {Severity.CONTRAINDICATED: "critical", Severity.WARNING: "warning", Severity.INFORMATION: "info"}


class HookRequest(BaseModel):
    """The body of a service call; what else an EHR sends is accepted."""

    hook: str
    hookInstance: str = Field(min_length=1, max_length=200)  # noqa: N815 - the specification's names
    context: dict[str, Any]
    prefetch: dict[str, Any] | None = None


class OverrideReason(BaseModel):
    """Why a card was overridden; a comment is not kept, for it may be about the patient."""

    reason: dict[str, Any] | None = None


class Outcome(BaseModel):
    """What became of one card."""

    card: uuid.UUID
    outcome: Literal["accepted", "overridden"]
    overrideReason: OverrideReason | None = None  # noqa: N815 - the specification's names


class Feedback(BaseModel):
    """The body of a feedback call."""

    feedback: tuple[Outcome, ...] = Field(min_length=1)


def routes(knowledge: Knowledge, trail: Trail | None, clients: CdsClients | None) -> APIRouter:
    """Discovery, the services and their feedback; with ``clients`` only those may call, and discovery stays open."""
    router = APIRouter(prefix=PATHS)

    @router.get("")
    async def discovery() -> Json:
        """The services, with the data they want sent along."""
        described = [
            {"id": name, "hook": hook, "title": "medrag", "description": text, "prefetch": _PREFETCH}
            for name, (hook, text) in _SERVICES.items()
        ]
        return {"services": described}

    @router.post("/{service}")
    async def call(service: str, body: HookRequest, request: Request) -> Response:
        """The cards for one hook; 412 when the patient was not sent along."""
        who = await _who(request, clients)
        if _hook(service) != body.hook:
            raise InputError(f"this service is for {_hook(service)}", param="hook")
        if not _sent(body):
            return JSONResponse({"error": "prefetch.patient is needed; this service reads no FHIR server"}, 412)
        cards = await asyncio.to_thread(_cards, body, knowledge, str(request.base_url))
        if trail:
            shown = [{"card": card["uuid"], "indicator": card["indicator"]} for card in cards]
            record = {"event": "cds", "service": service, "who": who, "cards": shown}
            await asyncio.to_thread(trail.append, record)
        return JSONResponse({"cards": cards})

    @router.post("/{service}/feedback")
    async def feedback(service: str, body: Feedback, request: Request) -> Json:
        """Keeps in the audit trail what became of cards."""
        who = await _who(request, clients)
        _hook(service)
        if trail:
            await asyncio.to_thread(trail.append, *(_kept(service, each) | {"who": who} for each in body.feedback))
        return {}

    return router


async def _who(request: Request, clients: CdsClients | None) -> str:
    """The client's issuer, or the name of the API key."""
    if clients is None:
        return caller(request)
    given = request.headers.get("authorization", "")
    return await asyncio.to_thread(clients.trusted, given, request.url.path)


def _sent(body: HookRequest) -> bool:
    """Whether the patient of this call was sent along.

    Raises:
        InputError: it is another one than the context's.
    """
    patient = (body.prefetch or {}).get("patient")
    if not isinstance(patient, dict) or patient.get("resourceType") != "Patient":
        return False
    wanted = str(body.context.get("patientId", "")).removeprefix("Patient/")
    if wanted and patient.get("id") not in (None, wanted):
        raise InputError("prefetch.patient is not the patient of the context", param="prefetch.patient")
    return True


def _hook(service: str) -> str:
    if service not in _SERVICES:
        raise InputError("there is no such service", code="not_found")
    return _SERVICES[service][0]


def _kept(service: str, outcome: Outcome) -> Json:
    """What the trail keeps of feedback; a reason only by its code, if it is one of ours."""
    given = outcome.overrideReason.reason if outcome.overrideReason else None
    code = (given or {}).get("code")
    reason = code if isinstance(code, str) and code in _OVERRIDES else None
    kept = {"event": "cds_feedback", "service": service, "card": str(outcome.card)}
    return kept | {"outcome": outcome.outcome, "reason": reason}


def _cards(body: HookRequest, knowledge: Knowledge, base: str) -> list[Json]:
    consultation = Consultation(_patient(body.prefetch or {}), "", knowledge)
    if body.hook == "patient-view":
        emergencies = [_card(each, each.reason) for each in consultation.opening().notices]
        return [*emergencies, _link(base)]
    checked = _checked(_drafts(body), consultation)
    failed = [_card(*pair) for pair in _failed(checked)]
    return [*failed, *_not_assessed(checked)]


def _patient(prefetch: Json) -> Patient:
    try:
        return from_fhir(prefetch)
    except PatientError as error:
        raise PatientError(str(error), param="prefetch", code="invalid_patient") from None


def _drafts(body: HookRequest) -> list[Medication]:
    """The draft medication orders; for ``order-select`` only those selected."""
    bundle = body.context.get("draftOrders")
    try:
        drafts = from_fhir(bundle).medications or ()
    except PatientError as error:
        raise PatientError(str(error), param="context.draftOrders", code="invalid_orders") from None
    if body.hook == "order-sign":
        return list(drafts)
    chosen = {str(each) for each in body.context.get("selections") or ()}
    return [draft for draft in drafts if draft.source.rpartition("#")[2] in chosen]


def _checked(drafts: Sequence[Medication], consultation: Consultation) -> list[tuple[str, Statement]]:
    """Each order's name and its statement with findings; every order is checked against those before it.

    Those that would be withheld too: the prescriber may sign them all the same.
    """
    checked: list[tuple[str, Statement]] = []
    for draft in drafts:
        reviewed = consultation.review(Statement(text=f"Give {draft.display} {draft.dosage or ''}".strip() + "."))
        consultation.released.append(reviewed)
        checked.append((draft.display, reviewed))
    return checked


def _failed(checked: Sequence[tuple[str, Statement]]) -> Iterator[tuple[Finding, str]]:
    """Contraindications first, then warnings; what is below a warning does not interrupt."""
    for severity in (Severity.CONTRAINDICATED, Severity.WARNING):
        for name, statement in checked:
            for finding in statement.findings:
                if finding.verdict is Verdict.FAIL and finding.severity is severity:
                    yield finding, f"{name}: {finding.reason}"


def _not_assessed(checked: Sequence[tuple[str, Statement]]) -> list[Json]:
    """One quiet card for all that could not be assessed."""
    reasons = {
        f"- {name}: {finding.check}: {finding.reason}"
        for name, statement in checked
        for finding in statement.findings
        if finding.verdict is Verdict.NOT_ASSESSED and finding.severity is not Severity.INFORMATION
    }
    if not reasons:
        return []
    card = _plain_card("info", "Not assessed, which is not the same as safe", "medrag")
    settled = settling(statement for _, statement in checked)
    return [card | {"detail": "\n".join([*sorted(reasons), *([settled.reason] if settled else [])])}]


def _card(finding: Finding, text: str) -> Json:
    card = _plain_card(_INDICATORS[finding.severity], text, finding.source)
    reasons = [{"code": code, "system": _OVERRIDE_SYSTEM, "display": text} for code, text in _OVERRIDES.items()]
    return card | {"detail": text, "overrideReasons": reasons}


def _link(base: str) -> Json:
    card = _plain_card("info", "Ask medrag for cited, checked advice on this patient", "medrag")
    return card | {"links": [{"label": "Open medrag", "url": base, "type": "absolute"}]}


def _plain_card(indicator: str, summary: str, source: str) -> Json:
    short = summary if len(summary) <= SUMMARY_CHARACTERS else summary[: SUMMARY_CHARACTERS - 1].rstrip() + "…"
    return {"uuid": str(uuid.uuid4()), "summary": short, "indicator": indicator, "source": {"label": source}}

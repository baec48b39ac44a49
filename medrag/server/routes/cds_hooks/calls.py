"""The routes: discovery, the services and the feedback on their cards."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.patient.fhir.orders import Order, read_orders, selected
from medrag.safety.consultation import Consultation
from medrag.safety.order_review import gaps_of, incomplete, review_list, review_orders, unchecked, unselected
from medrag.server.guard.access import caller
from medrag.server.guard.audit import Trail
from medrag.server.guard.cds_clients import CdsClients
from medrag.server.guard.failures import Failure
from medrag.server.routes.cds_hooks.cards import list_cards, order_cards
from medrag.server.routes.cds_hooks.prefetch import HookRequest, Sent, gathered, record_of
from medrag.server.routes.cds_hooks.services import OVERRIDES, PATHS, SERVICES, Json, Service, described


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


def routes(
    knowledge: Knowledge, trail: Trail | None, clients: CdsClients | None, servers: frozenset[str] = frozenset()
) -> APIRouter:
    """Discovery, the services and their feedback; with ``clients`` only those may call, and discovery stays open.

    ``servers`` are the FHIR servers that a service may read with a call's own token.
    """
    router = APIRouter(prefix=PATHS)

    @router.get("")
    async def discovery() -> Json:
        """The services, with the data they want sent along."""
        return described()

    @router.post("/{service}")
    async def call(service: str, body: HookRequest, request: Request) -> Response:
        """The cards for one hook; 412 when the patient was neither sent along nor could be fetched."""
        who = await _who(request, clients)
        if _service(service).hook != body.hook:
            raise InputError(f"this service is for {_service(service).hook}", param="hook")
        sent = await asyncio.to_thread(gathered, body, servers)
        if sent is None:
            message = "prefetch.patient is needed, or a listed FHIR server that gives the patient"
            return Failure(412, message, "invalid_request_error", "patient_missing", "prefetch.patient").response()
        cards = await asyncio.to_thread(_cards, body, sent, knowledge, str(request.base_url))
        if trail:
            shown = [{"card": card["uuid"], "indicator": card["indicator"]} for card in cards]
            record = {"event": "cds", "service": service, "who": who, "cards": shown}
            await asyncio.to_thread(trail.append, record)
        return JSONResponse({"cards": cards})

    @router.post("/{service}/feedback")
    async def feedback(service: str, body: Feedback, request: Request) -> Json:
        """Keeps in the audit trail what became of cards."""
        who = await _who(request, clients)
        _service(service)
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


def _service(name: str) -> Service:
    if name not in SERVICES:
        raise InputError("there is no such service", code="not_found")
    return SERVICES[name]


def _kept(service: str, outcome: Outcome) -> Json:
    """What the trail keeps of feedback; a reason only by its code, if it is one of ours."""
    given = outcome.overrideReason.reason if outcome.overrideReason else None
    code = (given or {}).get("code")
    reason = code if isinstance(code, str) and code in OVERRIDES else None
    kept = {"event": "cds_feedback", "service": service, "card": str(outcome.card)}
    return kept | {"outcome": outcome.outcome, "reason": reason}


def _cards(body: HookRequest, sent: Sent, knowledge: Knowledge, page: str) -> list[Json]:
    if body.hook in ("order-sign", "order-select"):
        return _of_orders(body, sent, knowledge)
    record = record_of(sent, knowledge)
    gaps = [*incomplete(sent.shortfalls), *gaps_of(record, knowledge, sent.shortfalls)]
    notices = Consultation(record, "", knowledge).opening().notices
    link = page if body.hook == "patient-view" else None
    return list_cards(notices, review_list(record, knowledge), gaps, knowledge, link)


def _of_orders(body: HookRequest, sent: Sent, knowledge: Knowledge) -> list[Json]:
    orders = _orders(body, sent)
    record = record_of(sent, knowledge, body.drafts)
    chosen, beside, lost = _selected(body, orders)
    reviewed = review_orders(chosen, record, knowledge, beside)
    gaps = [
        *unselected(lost),
        *incomplete(sent.shortfalls),
        *unchecked(orders),
        *gaps_of(record, knowledge, sent.shortfalls),
    ]
    return order_cards(reviewed, gaps, knowledge)


def _orders(body: HookRequest, sent: Sent) -> list[Order]:
    if not isinstance(body.drafts, dict | list):
        raise InputError("the draft orders are needed, as a Bundle", param="context.draftOrders")
    return read_orders(body.drafts, sent.content, sent.reference, date.today())


def _selected(body: HookRequest, orders: Sequence[Order]) -> tuple[list[Order], list[Order], list[str]]:
    """The orders to speak of, the others of the session, and the selections that are none of them.

    Where nothing that was drafted is named as selected, all of it counts as such.
    """
    named = body.context.get("selections") if body.hook == "order-select" else None
    if not isinstance(named, list) or not named:
        return list(orders), [], []
    chosen, beside, lost = selected(orders, [str(each) for each in named])
    return (chosen, beside, lost) if chosen else (list(orders), [], lost)

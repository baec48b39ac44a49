"""The routes: discovery, the services and the feedback on their cards."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.messages import Language
from medrag.patient.fhir.orders import Order, read_orders, selected
from medrag.safety.consultation import Consultation
from medrag.safety.orders.numbers import order_numbers
from medrag.safety.orders.review import (
    Reviewed,
    gaps_of,
    incomplete,
    review_list,
    review_orders,
    unchecked,
    unselected,
)
from medrag.server.guard.access import caller
from medrag.server.guard.audit import Trail
from medrag.server.guard.cds_clients import CdsClients
from medrag.server.guard.failures import IN_FHIR, Failure
from medrag.server.languages import preferred
from medrag.server.routes.cds_hooks.alternatives import Search, alternative, replaceable
from medrag.server.routes.cds_hooks.cards import list_cards, order_cards
from medrag.server.routes.cds_hooks.details import Told, Wording
from medrag.server.routes.cds_hooks.prefetch import HookRequest, Sent, gathered, record_of
from medrag.server.routes.cds_hooks.services import OVERRIDES, PATHS, SERVICES, Json, Service, described
from medrag.types import Patient


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


@dataclass(frozen=True)
class Setup:
    """How the services are run: with ``clients`` only those may call, and discovery stays open.

    ``servers`` are the FHIR servers that a service may read with a call's own token, ``ehrs`` those that may launch the
    page. ``search`` finds what else could be ordered; without it nothing is offered. ``language`` where a call accepts
    none of those there are.
    """

    clients: CdsClients | None = None
    servers: frozenset[str] = frozenset()
    ehrs: frozenset[str] = frozenset()
    search: Search | None = None
    language: Language = "en"


def routes(knowledge: Knowledge, trail: Trail | None, setup: Setup = Setup()) -> APIRouter:
    """Discovery, the services and their feedback."""
    router = APIRouter(prefix=PATHS, responses=IN_FHIR)
    clients = setup.clients

    @router.get("")
    async def discovery(request: Request) -> Json:
        """The services, with the data they want sent along."""
        return described(preferred(request.headers.get("accept-language", ""), setup.language))

    @router.post("/{service}")
    async def call(service: str, body: HookRequest, request: Request) -> Response:
        """The cards for one hook; 412 when the patient was neither sent along nor could be fetched."""
        who = await _who(request, clients)
        asked = _service(service)
        if asked.hook != body.hook:
            raise InputError(f"this service is for {asked.hook}", param="hook")
        sent = await asyncio.to_thread(gathered, body, setup.servers, asked.prefetch)
        if sent is None:
            message = "prefetch.patient is needed, or a listed FHIR server that gives the patient"
            return Failure(412, message, "invalid_request_error", "patient_missing", "prefetch.patient").to(request)
        wording = Wording(knowledge, preferred(request.headers.get("accept-language", ""), setup.language))
        cards = await asyncio.to_thread(_cards, body, asked, sent, wording, setup, str(request.base_url))
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


def _cards(  # noqa: PLR0913 (a call, and all that its answer depends on)
    body: HookRequest, asked: Service, sent: Sent, wording: Wording, setup: Setup, page: str
) -> list[Json]:
    if asked.orders:
        return _of_orders(body, sent, wording, setup)
    knowledge = wording.knowledge
    record = record_of(sent, knowledge)
    gaps = [*incomplete(sent.shortfalls), *gaps_of(record, knowledge, sent.shortfalls)]
    notices = Consultation(record, "", knowledge).opening().notices
    link = _link(body, setup, page, wording) if body.hook == "patient-view" else None
    return list_cards(notices, review_list(record, knowledge, planned=asked.planned), gaps, wording, link)


def _link(body: HookRequest, setup: Setup, page: str, wording: Wording) -> Json:
    """To the page: with a launch where the calling record system may launch it."""
    launched = (body.fhirServer or "").rstrip("/") in setup.ehrs
    where = {"url": f"{page}smart/launch", "type": "smart"} if launched else {"url": page, "type": "absolute"}
    return {"label": wording.text("open"), **where}


def _of_orders(body: HookRequest, sent: Sent, wording: Wording, setup: Setup) -> list[Json]:
    orders, knowledge = _orders(body, sent), wording.knowledge
    record = record_of(sent, knowledge, body.drafts)
    chosen, beside, lost = _selected(body, orders)
    reviewed = review_orders(chosen, record, knowledge, beside)
    gaps = [
        *unselected(lost),
        *incomplete(sent.shortfalls),
        *unchecked(orders),
        *gaps_of(record, knowledge, sent.shortfalls),
    ]
    drafts = {each.reference: each for each in chosen}
    replacing = setup.search and any(replaceable(drafts[each.reference], each) for each in reviewed)
    session = [*review_orders(beside, record, knowledge), *reviewed] if replacing else reviewed
    told = [_told(each, drafts[each.reference], record, wording, setup.search, session) for each in reviewed]
    return order_cards(told, reviewed, gaps, wording, sent.reference)


def _told(  # noqa: PLR0913 (an order, and all that it is held against)
    reviewed: Reviewed,
    order: Order,
    record: Patient,
    wording: Wording,
    search: Search | None,
    session: Sequence[Reviewed],
) -> Told:
    others = [each for one in session if one is not reviewed for each in one.statements]
    consultation = Consultation(record, "", wording.knowledge, released=others)
    numbers = order_numbers(reviewed.statements, record, consultation)
    instead = alternative(order, reviewed, consultation, search) if search else None
    return Told(reviewed.reference, reviewed.name, reviewed.findings, numbers, instead)


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

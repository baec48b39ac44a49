"""What the service offers and how it is: models, retrieval alone, metrics, health."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from medrag import __version__
from medrag.engine import Engine
from medrag.errors import InputError, ModelError, StorageError
from medrag.retrieval.question.query import query_for
from medrag.server.about.document import document
from medrag.server.guard.audit import Trail
from medrag.server.metrics import Meters
from medrag.server.routes.requests import MODEL, SearchRequest, Stored, patient_of
from medrag.server.routes.schemas import About, Health, ModelCard, ModelList, SearchAnswer, described
from medrag.server.routes.stored_patients import StoredPatients
from medrag.types import Case, Evidence

PROBE_TIMEOUT_S = 3.0


def routes(engine: Engine, meters: Meters, trail: Trail | None, max_body_bytes: int) -> APIRouter:
    """The routes over ``engine``; ``/health`` tells clients the ``max_body_bytes`` they may send."""
    router = APIRouter()
    card = {"id": MODEL, "object": "model", "created": int(time.time()), "owned_by": "medrag"}

    @router.get("/v1/models", responses=described(ModelList))
    async def models() -> dict[str, Any]:
        """The models a chat request may name."""
        return {"object": "list", "data": [card]}

    @router.get("/v1/models/{model}", responses=described(ModelCard))
    async def model(model: str) -> dict[str, Any]:
        """One model."""
        if model != MODEL:
            raise InputError(f"there is no such model here; use {MODEL!r}", param="model", code="model_not_found")
        return card

    @router.post("/v1/search", responses=described(SearchAnswer))
    async def search(body: SearchRequest, request: Request) -> dict[str, Any]:
        """The passages that advice on this case would stand on; asks no model."""
        found = await asyncio.to_thread(search_case, engine, body, StoredPatients(trail, request, engine.knowledge))
        return {"object": "list", "data": [item.model_dump(mode="json") for item in found]}

    @router.get("/v1/about", responses=described(About))
    async def about() -> dict[str, Any]:
        """What this software is for, its limits and risks, and what runs here."""
        return {"object": "about", **document().model_dump(mode="json"), "running": engine.provenance.model_dump()}

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(meters.page(), media_type="text/plain; version=0.0.4")

    @router.get("/health", responses=described(Health) | described(Health, status=503))
    async def health() -> JSONResponse:
        """200 when an answer can be given (and recorded) now, else 503."""
        status = await _status(engine, trail)
        state = {
            "status": status,
            "version": __version__,
            "model": engine.model.name,
            "index": engine.retriever.index.hash,
            "max_body_bytes": max_body_bytes,
        }
        return JSONResponse(state, 200 if status == "ok" else 503)

    return router


def search_case(engine: Engine, body: SearchRequest, stored: Stored) -> list[Evidence]:
    """The passages for a request; raises what it cannot be made of."""
    patient = patient_of(body, stored, engine.knowledge, "")
    case = Case(question=body.question, patient=patient, filters=body.filters, one_person=body.one_person)
    return engine.retriever.search(query_for(case, engine.knowledge), k=body.k, filters=body.filters)


async def _status(engine: Engine, trail: Trail | None) -> str:
    """``ok``, or the code of the error that a question would get."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            await engine.model.ping()
            if trail:
                await asyncio.to_thread(trail.check)
    except StorageError:
        return "audit_unavailable"
    except (ModelError, TimeoutError):
        return "model_unavailable"
    return "ok"

"""The application: routes, middleware and error shapes around one engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Scope

from medrag import __version__
from medrag.engine import Engine
from medrag.messages import Language
from medrag.retrieval.question.query import query_for
from medrag.server import answers
from medrag.server.agents import protocol
from medrag.server.agents.tools import Agent, Desk
from medrag.server.guard import failures
from medrag.server.guard.access import DOCS_PATHS, OPEN_PATHS, Access, Key, Limits, caller
from medrag.server.guard.audit import Trail
from medrag.server.guard.cds_clients import CdsClients
from medrag.server.guard.middleware import BodyLimit, Guard, OwnAddress
from medrag.server.routes import (
    calculators,
    catalogue,
    cds_hooks,
    check,
    feedback,
    interactions,
    pages,
    smart,
    stored_patients,
)
from medrag.server.routes.openai import chat, responses
from medrag.server.routes.smart.ehrs import Ehrs
from medrag.server.routes.smart.sessions import Sessions, browser_of
from medrag.server.routes.stored_patients import StoredPatients
from medrag.types import Case, Evidence

_OWN_PAGE = "same-origin"


@dataclass(frozen=True)
class Options:
    """How the service behaves. Without ``keys`` nobody needs one; the page and ``/health`` never do.

    ``timeout_s`` bounds one answer; a waiting stream gets a comment every ``keep_alive_s`` seconds. Beyond
    ``at_once`` answers under way, a request is told to come back later. Pages of ``cors_origins`` may call the
    service from a browser; without one, only its own page may. With ``cds_clients``, CDS Hooks asks for their tokens
    in the place of API keys, and may read ``fhir_servers`` with a call's own token. ``pharmcat_jar`` lets PharmCAT
    read uploaded VCF files. ``public_url`` is where clients find the service, for links; without one they lead to the
    socket that was called. With ``docs`` everybody may read ``/docs``, the interface for programs. ``ehrs`` may launch
    the page, and whoever they send needs no key. ``language`` is that of cards where a caller names none.
    """

    keys: Mapping[str, Key] | None = None
    limits: Limits = field(default_factory=Limits)
    max_body_bytes: int = 8_000_000
    timeout_s: float = 120.0
    keep_alive_s: float = answers.KEEP_ALIVE_S
    at_once: int = answers.AT_ONCE
    release: answers.Release = "statement"
    cors_origins: Sequence[str] = ()
    cds_clients: CdsClients | None = None
    fhir_servers: frozenset[str] = frozenset()
    pharmcat_jar: Path | None = None
    public_url: str | None = None
    docs: bool = False
    language: Language = "en"
    ehrs: Ehrs = field(default_factory=dict)


def create_app(engine: Engine, options: Options = Options(), trail: Trail | None = None) -> FastAPI:
    """The service over ``engine``, which the caller keeps running.

    With ``trail`` nothing leaves before its audit record is on disk.
    """
    app = FastAPI(title="medrag", version=__version__, docs_url=None, redoc_url=None, responses=failures.RESPONSES)
    desk = answers.Answers(engine, trail, options.timeout_s, options.keep_alive_s, options.at_once, options.release)
    failures.install(app)
    app.include_router(chat.routes(desk))
    app.include_router(responses.routes(desk))
    app.include_router(catalogue.routes(engine, desk.meters, trail, options.max_body_bytes))
    app.include_router(cds_hooks.routes(engine.knowledge, trail, _hooks(engine, options)))
    app.include_router(check.routes(engine.knowledge, engine.learned, trail))
    app.include_router(interactions.routes(engine.knowledge))
    app.include_router(stored_patients.routes(engine.knowledge, trail))
    app.include_router(calculators.routes(engine.knowledge, trail))
    app.include_router(feedback.routes(engine.knowledge, trail))
    app.include_router(pages.routes(engine.knowledge, options.pharmcat_jar, docs=options.docs))
    sessions = Sessions()
    if options.ehrs:
        app.include_router(smart.routes(options.ehrs, sessions, trail, options.language))
    app.router.routes.append(Route(protocol.PATH, _mcp(desk, options)))
    elsewhere = cds_hooks.PATHS if options.cds_clients else None
    app.add_middleware(BodyLimit, max_bytes=options.max_body_bytes)
    app.add_middleware(
        Access,
        keys=options.keys,
        limits=options.limits,
        elsewhere=elsewhere,
        open_paths=_open_paths(options),
        launched=_launched(sessions) if options.ehrs else None,
    )
    if options.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(options.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After", "x-request-id"],
        )
    app.add_middleware(OwnAddress, public_url=options.public_url)
    app.add_middleware(Guard, meters=desk.meters)
    return app


def _hooks(engine: Engine, options: Options) -> cds_hooks.Setup:
    def search(case: Case) -> Sequence[Evidence]:
        return engine.retriever.sentences(query_for(case, engine.knowledge), k=engine.sentences)

    ehrs = frozenset(options.ehrs)
    return cds_hooks.Setup(options.cds_clients, options.fhir_servers, ehrs, search, options.language)


def _open_paths(options: Options) -> frozenset[str]:
    return OPEN_PATHS | (DOCS_PATHS if options.docs else frozenset()) | (smart.OPEN if options.ehrs else frozenset())


def _launched(sessions: Sessions) -> Callable[[Scope], str | None]:
    """Which record system sent the browser of a request, if it comes from this service's own page."""

    def found(scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        browser = browser_of(headers)
        own = headers.get("sec-fetch-site", _OWN_PAGE) == _OWN_PAGE
        return sessions.who(browser) if browser and own else None

    return found


def _mcp(desk: answers.Answers, options: Options) -> protocol.McpOverHttp:
    """The agents' tools, for whoever's key the request brings."""

    async def ready() -> answers.Answers:
        return desk

    def agent(request: Request | None) -> Agent:
        if request is None:
            raise TypeError("a call over HTTP comes with its request")
        return Agent(caller(request), StoredPatients(desk.trail, request, desk.engine.knowledge))

    server = protocol.mcp_server(Desk(desk.engine.knowledge, desk.engine.learned, desk.trail, ready), agent)
    return protocol.McpOverHttp(server, options.max_body_bytes, options.cors_origins)

"""The application: routes, middleware and error shapes around one engine."""

from __future__ import annotations

from fastapi import FastAPI

from medrag import __version__
from medrag.engine import Engine
from medrag.server import catalogue, chat, failures, pages
from medrag.server.middleware import BodyLimit, Guard

MAX_BODY_BYTES = 8_000_000


def create_app(
    engine: Engine,
    *,
    max_body_bytes: int = MAX_BODY_BYTES,
    timeout_s: float = 120.0,
    keep_alive_s: float = chat.KEEP_ALIVE_S,
) -> FastAPI:
    """The service over ``engine``, which the caller keeps running.

    ``timeout_s`` bounds one answer; a waiting stream gets a comment every ``keep_alive_s`` seconds.
    """
    app = FastAPI(title="medrag", version=__version__, docs_url=None, redoc_url=None)
    failures.install(app)
    app.include_router(chat.routes(engine, chat.Pace(timeout_s, keep_alive_s)))
    app.include_router(catalogue.routes(engine))
    app.include_router(pages.routes())
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.add_middleware(Guard)
    return app

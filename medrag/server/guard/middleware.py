"""Around every request: an id, the service's own address, a bound on the body, and no exception with a message in it.

Plain ASGI, because Starlette's ``BaseHTTPMiddleware`` hides the client's disconnect from the routes.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from opentelemetry.context import attach, detach
from opentelemetry.propagate import extract
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrag.errors import InputError
from medrag.files import Ambiguous, strict_json
from medrag.server.guard.failures import failure
from medrag.server.metrics import Meters

BODY_S = 60.0


@dataclass
class Guard:
    """Gives each response an ``x-request-id``, counts it, and turns an unforeseen exception into a plain 500.

    Nothing is to be stored on its way, unless a route says otherwise: nearly all of it is about a patient.
    """

    app: ASGIApp
    meters: Meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def identified(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self.meters.responses.labels(_route(scope), message["status"]).inc()
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = f"req-{uuid.uuid4().hex}"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        token = attach(extract(Headers(scope=scope)))  # the caller's span, below which this answer's are
        try:
            await self.app(scope, receive, identified)
        except Exception as error:  # noqa: BLE001 - uvicorn would log the message, and with it the patient
            answer = failure(error).to(HTTPConnection(scope))
            if not started:
                await answer(scope, receive, identified)
        finally:
            detach(token)


@dataclass
class OwnAddress:
    """Puts the service's own address in the place of the Host header, so that no link in an answer follows a caller.

    That is ``public_url``, or else the socket that the request came to.
    """

    app: ASGIApp
    public_url: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            scope.update(self._addressed(scope))
        await self.app(scope, receive, send)

    def _addressed(self, scope: Scope) -> Scope:
        scheme, host, path, *_ = urlsplit(self.public_url) if self.public_url else (scope["scheme"], _socket(scope), "")
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        return {
            "scheme": scheme,
            "headers": [(b"host", host.encode()), *kept],
            "root_path": path.rstrip("/") or scope.get("root_path", ""),
        }


@dataclass
class BodyLimit:
    """Reads the body before the application sees the request: at most ``max_bytes`` (413), within ``body_s`` (408).

    JSON that can be read in two ways (half a character, a lone surrogate, among it), or is nested too deeply to be
    read, is answered with 400.
    """

    app: ASGIApp
    max_bytes: int
    body_s: float = BODY_S

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.body_s):
                body = None if self._declared(scope) > self.max_bytes else await self._read(receive)
        except TimeoutError:
            await self._refuse(f"the body did not come within {self.body_s:g} s", "body_too_slow", scope, receive, send)
            return
        if body is None:
            message = f"the body is larger than {self.max_bytes:,} bytes"
            await self._refuse(message, "body_too_large", scope, receive, send)
            return
        if _is_json(scope) and (why := await asyncio.to_thread(_ambiguity, body)):
            refusal = failure(InputError(f"the body is not usable JSON: {why}", code="invalid_json"))
            await refusal.to(HTTPConnection(scope))(scope, receive, send)
            return
        unread: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replay() -> Message:
            return next(unread, None) or await receive()

        await self.app(scope, replay, send)

    @staticmethod
    async def _refuse(message: str, code: str, scope: Scope, receive: Receive, send: Send) -> None:
        answer = failure(InputError(message, code=code)).to(HTTPConnection(scope))
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)

    @staticmethod
    def _declared(scope: Scope) -> int:
        length = Headers(scope=scope).get("content-length", "")
        return int(length) if length.isdecimal() else 0

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body; None when it is too large."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b""
            part = message.get("body", b"")
            size += len(part)
            if size > self.max_bytes:
                return None
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)


def _is_json(scope: Scope) -> bool:
    return "json" in Headers(scope=scope).get("content-type", "").casefold()


def _ambiguity(body: bytes) -> str | None:
    """Why the body is no JSON that every program reads alike; None where it is, or where it is no JSON at all."""
    try:
        strict_json(body)
    except (Ambiguous, RecursionError) as error:
        return str(error) if isinstance(error, Ambiguous) else "it is nested too deeply"
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except ValueError:
        return None  # the application says where
    return None


def _socket(scope: Scope) -> str:
    host, port = scope.get("server") or ("localhost", None)
    named = f"[{host}]" if ":" in host else host
    return named if port in (None, 80 if scope["scheme"] == "http" else 443) else f"{named}:{port}"


def _route(scope: Scope) -> str:
    """The route's template: what a caller writes into a path must not become a label."""
    return str(getattr(scope.get("route"), "path", "none"))

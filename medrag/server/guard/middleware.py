"""Around every request: an id, a bound on the body, and no exception that gets out with a message in it.

Plain ASGI, because Starlette's ``BaseHTTPMiddleware`` hides the client's disconnect from the routes.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrag.errors import InputError
from medrag.files import Ambiguous, strict_json
from medrag.server.guard.failures import failure
from medrag.server.metrics import Meters


@dataclass
class Guard:
    """Gives each response an ``x-request-id``, counts it, and turns an unforeseen exception into a plain 500."""

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
                MutableHeaders(scope=message)["x-request-id"] = f"req-{uuid.uuid4().hex}"
            await send(message)

        try:
            await self.app(scope, receive, identified)
        except Exception as error:  # noqa: BLE001 - uvicorn would log the message, and with it the patient
            answer = failure(error).response()
            if not started:
                await answer(scope, receive, identified)


@dataclass
class BodyLimit:
    """Reads the body before the application sees the request: at most ``max_bytes`` of it, else 413.

    JSON that can be read in two ways, or is nested too deeply to be read, is answered with 400.
    """

    app: ASGIApp
    max_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = None if self._declared(scope) > self.max_bytes else await self._read(receive)
        if body is None:
            message = f"the body is larger than {self.max_bytes:,} bytes"
            answer = failure(InputError(message, code="body_too_large")).response()
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        if _is_json(scope) and (why := await asyncio.to_thread(_ambiguity, body)):
            await failure(InputError(f"the body is not usable JSON: {why}", code="invalid_json")).response()(
                scope, receive, send
            )
            return
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        await self.app(scope, replay, send)

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


def _route(scope: Scope) -> str:
    """The route's template: what a caller writes into a path must not become a label."""
    return str(getattr(scope.get("route"), "path", "none"))

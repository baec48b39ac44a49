"""Who may ask, and how much: API keys with roles, a rate and a number of answers at once for each key.

The key file is YAML, a line a key; it holds hashes, so that reading it gives nobody a key:

    ward-7: {sha256: 5e88..., role: clinician}
    dr-li: {sha256: 77c3..., role: clinician, group: cardiology}
    it: {sha256: 9f86..., role: operator}

``clinician`` may ask and search, use stored patients and review statements; ``operator`` may ask, search and read
``/metrics``. A stored patient belongs to the key that stored it, or to the keys of its ``group``. Without a key file
everybody may do both; a file without a key is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from medrag.errors import ConfigurationError, InputError
from medrag.server.config_file import read_config
from medrag.server.guard.failures import Failure
from medrag.server.guard.wrong_keys import WrongKeys

ANYBODY = "anybody"
CLINICIAN = "clinician"
LAUNCHED = "smart:"
"""How the names of callers begin whom a record system sent; no key's name does."""
OPEN_PATHS = frozenset({"/", "/health", "/v1/about"})
DOCS_PATHS = frozenset({"/docs", "/openapi.json"})
OPERATOR_PATHS = frozenset({"/metrics"})
PAGE = "/web/"


class Key(BaseModel):
    """One line of the key file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    role: Literal["clinician", "operator"] = "clinician"
    group: str | None = Field(default=None, min_length=1, max_length=200)


_KEYS = TypeAdapter(dict[str, Key])


def read_keys(path: Path) -> dict[str, Key]:
    """The keys of a key file, by name.

    Raises:
        ConfigurationError: it is not there, holds no key, or is not as the module's docstring shows.
    """
    keys = read_config(path, _KEYS, what="the key file", form="lines like `ward-7: {sha256: ..., role: ...}`")
    if not keys:
        raise ConfigurationError(f"the key file {path} holds no key, so nobody could use this service")
    names = [*keys, *(key.group for key in keys.values() if key.group)]
    if taken := next((each for each in names if each.startswith(LAUNCHED)), None):
        raise ConfigurationError(f"the key file {path}: {taken!r} is a name for who comes from a record system")
    if both := sorted({key.group for name, key in keys.items() if key.group and key.group != name} & keys.keys()):
        raise ConfigurationError(f"the key file {path}: {both[0]!r} is the name of a key and of a group of others")
    return keys


@dataclass(frozen=True)
class Limits:
    """What one key may use; None is no limit."""

    per_minute: int | None = None
    at_once: int | None = None


@dataclass
class _Use:
    """What one key has used: tokens left in its bucket, when that was reckoned, and answers under way."""

    tokens: float
    since: float
    under_way: int = 0


@dataclass
class Access:
    """ASGI middleware in front of the routes. ``keys`` by name; None means that nobody needs one.

    An address that sent too many wrong keys is refused, whatever it sends, until it has waited. Paths that start with
    ``elsewhere`` have callers of their own, whom their routes know. Without a key, ``launched`` may know whom a record
    system sent: they come in as clinicians, and reach none of the stored patients.
    """

    app: ASGIApp
    keys: Mapping[str, Key] | None = None
    limits: Limits = Limits()
    elsewhere: str | None = None
    open_paths: frozenset[str] = OPEN_PATHS
    launched: Callable[[Scope], str | None] | None = None
    _used: dict[str, _Use] = field(default_factory=dict)
    _wrong: WrongKeys = field(default_factory=WrongKeys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or self._open(scope["path"]):
            await self.app(scope, receive, send)
            return
        named, refusal = self._known(scope)
        if refusal := refusal or self._refusal(named, scope["path"]):
            await refusal.to(HTTPConnection(scope))(scope, receive, send)
            return
        key = (self.keys or {}).get(named)
        scope["medrag.caller"] = named
        scope["medrag.owner"] = key.group or named if key else named
        scope["medrag.role"] = key.role if key else CLINICIAN
        use = self._use(named)
        use.under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            use.under_way -= 1

    def _open(self, path: str) -> bool:
        return path in self.open_paths or path.startswith(PAGE if self.elsewhere is None else (PAGE, self.elsewhere))

    def _known(self, scope: Scope) -> tuple[str, Failure | None]:
        """Who asks, or why nobody known does. Every key is compared, and in constant time."""
        if self.keys is None:
            return ANYBODY, None
        if sent := self._sent(scope):
            return sent, None
        address = scope["client"][0] if scope.get("client") else ""
        if wait_s := self._wrong.wait_s(address):
            return ANYBODY, _too_many("too many wrong keys came from this address", wait_s)
        scheme, _, secret = Headers(scope=scope).get("authorization", "").partition(" ")
        given = hashlib.sha256(secret.strip().encode()).hexdigest() if scheme.lower() == "bearer" else ""
        matching = [name for name, key in self.keys.items() if hmac.compare_digest(key.sha256, given)]
        if matching:
            return matching[0], None
        if given:
            self._wrong.count(address)
        message = "a valid API key is needed: Authorization: Bearer KEY"
        headers = {"WWW-Authenticate": "Bearer"}
        return ANYBODY, Failure(401, message, "authentication_error", "invalid_api_key", headers=headers)

    def _sent(self, scope: Scope) -> str | None:
        """Whom a record system sent; a key that came along counts instead."""
        if self.launched is None or "authorization" in Headers(scope=scope):
            return None
        found = self.launched(scope)
        return f"{LAUNCHED}{found}" if found else None

    def _refusal(self, named: str, path: str) -> Failure | None:
        if path in OPERATOR_PATHS:
            if self.keys and (named not in self.keys or self.keys[named].role != "operator"):
                return Failure(403, "this needs an operator's key", "permission_error", "not_permitted")
            return None
        use = self._use(named)
        if self.limits.at_once is not None and use.under_way >= self.limits.at_once:
            return _too_many(f"{self.limits.at_once} requests of this key are under way already", 1)
        return self._too_fast(use)

    def _too_fast(self, use: _Use) -> Failure | None:
        """Takes a token from the key's bucket, which fills at ``per_minute`` and holds a minute's worth."""
        if (rate := self.limits.per_minute) is None:
            return None
        now = time.monotonic()
        use.tokens = min(rate, use.tokens + (now - use.since) * rate / 60)
        use.since = now
        if use.tokens < 1:
            return _too_many(f"this key may ask {rate} times a minute", 1 + int((1 - use.tokens) * 60 / rate))
        use.tokens -= 1
        return None

    def _use(self, name: str) -> _Use:
        if name not in self._used:
            self._used[name] = _Use(tokens=self.limits.per_minute or 0, since=time.monotonic())
        return self._used[name]


def caller(request: Request) -> str:
    """The name of the key that a request came with."""
    return str(request.scope.get("medrag.caller", ANYBODY))


def owner(request: Request) -> str:
    """Whose patients the request reaches: the group of its key, or the key alone."""
    return str(request.scope.get("medrag.owner", ANYBODY))


def require_key(request: Request) -> None:
    """Refuses whoever a record system sent.

    Raises:
        InputError: the caller has no key, and so no patients of their own (403).
    """
    if caller(request).startswith(LAUNCHED):
        raise InputError("this needs a key; a launch reaches its own patient alone", code="not_permitted")


def require_clinician(request: Request) -> None:
    """Refuses keys of other roles.

    Raises:
        InputError: the key's role may not see patients' records (403).
    """
    if request.scope.get("medrag.role", CLINICIAN) != CLINICIAN:
        raise InputError("this needs a clinician's key", code="not_permitted")


def _too_many(message: str, wait_s: int) -> Failure:
    headers = {"Retry-After": str(wait_s)}
    return Failure(
        429, f"{message}; try again in {wait_s} s", "rate_limit_error", "rate_limit_exceeded", headers=headers
    )

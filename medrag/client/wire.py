"""What goes over the wire: connections, and the server's answers in medrag's own errors and events."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypedDict

import httpx
from pydantic import TypeAdapter, ValidationError

from medrag import __version__
from medrag.errors import ConfigurationError, InputError, MedragError, ModelRefused, ModelUnavailable, PatientError
from medrag.events import Event, Finished, Noticed, Released
from medrag.types import Advice, Finding, Statement

DEFAULT_URL = "http://127.0.0.1:8000"
URL_VARIABLE, KEY_VARIABLE = "MEDRAG_URL", "MEDRAG_API_KEY"
TIMEOUT_S = 180.0
CONNECT_S = 10.0

Json = dict[str, Any]

_TRY_LATER = frozenset({429, 502, 503, 504})
_FINDINGS = TypeAdapter(tuple[Finding, ...])


class Connection(TypedDict):
    """What both of httpx's clients take alike."""

    base_url: httpx.URL
    headers: dict[str, str]
    timeout: httpx.Timeout


def connection(
    base_url: str | None, api_key: str | None, timeout_s: float, connect_s: float, headers: Mapping[str, str] | None
) -> Connection:
    """How to reach the server; what is not given comes from the environment.

    Raises:
        ConfigurationError: the address is no URL.
    """
    given = base_url or os.environ.get(URL_VARIABLE) or DEFAULT_URL
    key = api_key or os.environ.get(KEY_VARIABLE)
    try:
        url = httpx.URL(given.rstrip("/").removesuffix("/v1"))
    except httpx.InvalidURL:
        raise ConfigurationError(f"{given!r} is not a URL; give one like {DEFAULT_URL}") from None
    own = {"User-Agent": f"medrag/{__version__}"} | ({"Authorization": f"Bearer {key}"} if key else {})
    return {
        "base_url": url,
        "headers": own | dict(headers or {}),
        "timeout": httpx.Timeout(timeout_s, connect=connect_s),
    }


@contextmanager
def in_medrags_errors(url: httpx.URL) -> Iterator[None]:
    """No answer, in the words of medrag."""
    try:
        yield
    except httpx.HTTPError as error:
        what = "answers in time" if isinstance(error, httpx.TimeoutException) else "answers"
        raise ModelUnavailable(f"no medrag server {what} at {url}; is `medrag serve` running?") from None


def object_of(response: httpx.Response) -> Json:
    """The answer's JSON object; empty where there is none to give (204).

    Raises:
        MedragError: the server refused or failed, or it is another one than medrag's.
    """
    if response.is_error:
        raise error_of(response)
    if response.status_code == httpx.codes.NO_CONTENT:
        return {}
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise not_medrag()
    return body


def advice_of(body: Json) -> Advice:
    """The advice of a completion; raises :class:`ConfigurationError` where there is none."""
    try:
        return Advice.model_validate(body.get("medrag"))
    except ValidationError:
        raise not_medrag() from None


def event_of(line: str) -> Event | None:
    """The event in a line of a stream; None for comments, blank lines, and chunks that hold none.

    Raises:
        MedragError: it is the server's error.
    """
    field, _, data = line.partition(": ")
    if field != "data" or data == "[DONE]":
        return None
    chunk = json.loads(data)
    if error := chunk.get("error"):
        raise _failure(httpx.codes.OK, error)
    if "medrag" in chunk:
        return Finished(advice_of(chunk))
    event = chunk.get("medrag_event") or {}
    if event.get("type") == "noticed":
        return Noticed(_FINDINGS.validate_python(event["notices"]))
    if event.get("type") == "released":
        return Released(event["number"], Statement.model_validate(event["statement"]))
    return None


def error_of(response: httpx.Response) -> MedragError:
    """The exception that a refusal stands for."""
    try:
        error = response.json()["error"]
        return _failure(response.status_code, error if isinstance(error, dict) else {})
    except (ValueError, KeyError, TypeError):
        return _failure(response.status_code, {})


def _failure(status: int, error: Json) -> MedragError:
    message = str(error.get("message") or f"the server answered {status}")
    code, param = str(error.get("code") or "invalid_request"), error.get("param")
    if code == "invalid_patient":
        return PatientError(message, param=param, code=code)
    if code == "model_refused":
        return ModelRefused(message)
    if code == "model_unavailable" or status in _TRY_LATER:
        return ModelUnavailable(message)
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return ConfigurationError(message)
    if error.get("type") == "invalid_request_error" or httpx.codes.is_client_error(status):
        return InputError(message, param=param, code=code)
    return MedragError(message)


def broken_off() -> ModelUnavailable:
    """A stream ended without its advice."""
    return ModelUnavailable("the stream broke off before the advice was complete; what was released stands")


def not_medrag() -> ConfigurationError:
    """What answered is no medrag of this version."""
    return ConfigurationError("the server did not answer as a medrag server of this version does; check its URL")

"""Every failure in OpenAI's error shape, without a word of the request or of what stands behind this service in it.

openai-python retries 408, 409, 429 and 5xx: what will not get better by itself is 4xx, or says (as 409 does) that it
need not be tried again. Errors of 5xx name addresses, files and databases, which are for the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from medrag import rendering
from medrag.errors import (
    AuditError,
    Busy,
    InputError,
    MedragError,
    ModelRefused,
    ModelUnavailable,
    StorageError,
    Untrusted,
)
from medrag.messages import Language, phrase
from medrag.server.languages import preferred
from medrag.types import Filters, Finding

log = logging.getLogger(__name__)

RETRY_AFTER_S = 10
FRAMES_LOGGED = 8
CONFLICT = 409

_STATUS_BY_CODE: Mapping[str, int] = {
    "not_found": 404,
    "model_not_found": 404,
    "patient_not_found": 404,
    "advice_not_found": 404,
    "calculator_not_found": 404,
    "not_permitted": 403,
    "two_people": 409,
    "body_too_large": 413,
    "body_too_slow": 408,
}
_OUTAGES: Mapping[type[MedragError], tuple[str, str]] = {
    ModelUnavailable: ("model_unavailable", "the model does not answer now; try again later"),
    AuditError: ("audit_unavailable", "the audit trail cannot be written now, and nothing is answered without it"),
    StorageError: ("storage_unavailable", "the database cannot be used now; try again later"),
}
_NO_RETRY = {"x-should-retry": "false"}
"""What OpenAI's clients look for before they try again."""
CDS_HOOKS = "/cds-services"
"""Where callers look for FHIR's OperationOutcome, as the draft of CDS Hooks 3 has it."""
_ISSUES: Mapping[int, str] = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    408: "timeout",
    409: "conflict",
    412: "required",
    413: "too-long",
    429: "throttled",
    500: "exception",
    503: "transient",
}
"""FHIR's codes of an issue, by status."""
_CODE_BY_STATUS: Mapping[int, str] = {400: "invalid_json", 404: "not_found", 405: "method_not_allowed"}


class ErrorDetail(BaseModel):
    """OpenAI's error object."""

    message: str
    type: str
    param: str | None
    code: str


class Notices(BaseModel):
    """What must be told although there is no answer."""

    notices: tuple[Finding, ...]


class ErrorBody(BaseModel):
    """The body of every failure."""

    error: ErrorDetail
    medrag: Notices | None = None


class Issue(BaseModel):
    """One of FHIR's issues; ``details`` is a CodeableConcept with medrag's code."""

    severity: str
    code: str
    details: dict[str, Any]
    expression: tuple[str, ...] = ()


class OperationOutcome(BaseModel):
    """The body of every failure of CDS Hooks."""

    resourceType: str  # noqa: N815 - FHIR's name
    issue: tuple[Issue, ...]


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody, "description": "What was asked cannot be answered; `param` names what is wrong."},
    "5XX": {"model": ErrorBody, "description": "The service cannot answer now; with 503, `Retry-After` says when."},
}
"""The failures in the service's OpenAPI."""
IN_FHIR = {status: {**described, "model": OperationOutcome} for status, described in RESPONSES.items()}
"""Those of CDS Hooks."""


class Interrupted(MedragError):
    """An answer failed after emergencies were found and before they were told; ``cause`` is why."""

    def __init__(self, cause: Exception, notices: Sequence[Finding], language: Language) -> None:
        super().__init__(type(cause).__name__)
        self.cause = cause
        self.notices = tuple(notices)
        self.language = language


@dataclass(frozen=True)
class Failure:
    """An error as it goes over the wire."""

    status: int
    message: str
    type: str
    code: str
    param: str | None = None
    headers: Mapping[str, str] | None = None
    notices: Sequence[Finding] = ()

    @property
    def body(self) -> dict[str, Any]:
        """OpenAI's error object; emergencies beside it."""
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        told = {"medrag": {"notices": [each.model_dump(mode="json") for each in self.notices]}} if self.notices else {}
        return {"error": error} | told

    @property
    def outcome(self) -> dict[str, Any]:
        """FHIR's OperationOutcome; emergencies before it."""
        coded = {"coding": [{"system": "urn:medrag:error", "code": self.code}], "text": self.message}
        where = {"expression": [self.param]} if self.param else {}
        told = [{"severity": "fatal", "code": "processing", "details": {"text": each.reason}} for each in self.notices]
        failed = {"severity": "error", "code": _ISSUES.get(self.status, "processing"), "details": coded} | where
        return {"resourceType": "OperationOutcome", "issue": [*told, failed]}

    def told(self, language: Language) -> Failure:
        """The same with its message in that language."""
        return replace(self, message=phrase("problem", self.message, language))

    def response(self) -> JSONResponse:
        """The HTTP response."""
        return JSONResponse(self.body, self.status, headers=self.headers)

    def in_fhir(self) -> JSONResponse:
        """The HTTP response to a caller that speaks FHIR."""
        return JSONResponse(self.outcome, self.status, headers=self.headers)

    def to(self, request: HTTPConnection) -> JSONResponse:
        """The HTTP response in the language that the answer would have had, in FHIR to calls of CDS Hooks."""
        accepted = preferred(request.headers.get("accept-language", ""), "en")
        said = self.told(getattr(request.state, "language", accepted))
        return said.in_fhir() if request.url.path.startswith(CDS_HOOKS) else said.response()


def failure(error: Exception) -> Failure:
    """What to tell the client of ``error``; what is not its doing is logged, by place where nobody foresaw it."""
    if isinstance(error, Interrupted):
        told = rendering.head(error.notices, error.language)
        cause = failure(error.cause).told(error.language)
        headers = {**(cause.headers or {}), **_NO_RETRY}  # an emergency does not wait for what may help next time
        return replace(cause, message=told + cause.message, notices=error.notices, headers=headers)
    if isinstance(error, InputError):
        status = _STATUS_BY_CODE.get(error.code, 400)
        again = _NO_RETRY if status == CONFLICT else None
        return Failure(status, str(error), "invalid_request_error", error.code, error.param, again)
    if isinstance(error, Untrusted):
        return Failure(
            401, str(error), "authentication_error", "untrusted_client", headers={"WWW-Authenticate": "Bearer"}
        )
    if isinstance(error, MedragError):
        return _ours(error)
    log.error("%s %s", type(error).__name__, _place(error))
    return Failure(
        500,
        "an error inside medrag; the server's log says where",
        "server_error",
        "internal_error",
        headers=_NO_RETRY,
    )


def _ours(error: MedragError) -> Failure:
    """A failure behind this service: its words are for the log, unless they were written for whoever asked."""
    log.error("%s: %s", type(error).__name__, error)
    for kind, (code, message) in _OUTAGES.items():
        if isinstance(error, kind):
            said = str(error) if isinstance(error, Busy) else message
            return Failure(503, said, "server_error", code, headers={"Retry-After": str(RETRY_AFTER_S)})
    if isinstance(error, ModelRefused):
        message = "the model's server refused the request; this service's log says more"
        return Failure(502, message, "server_error", "model_refused", headers=_NO_RETRY)
    message = "this service is not set up as it should be; its log says more"
    return Failure(500, message, "server_error", "not_configured", headers=_NO_RETRY)


def install(app: FastAPI) -> None:
    """Answers medrag's, FastAPI's and Starlette's exceptions in OpenAI's shape."""
    app.add_exception_handler(MedragError, _medrag)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _medrag(request: Request, error: Exception) -> JSONResponse:
    return failure(error).to(request)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise TypeError(type(error))
    return invalid(error.errors()).to(request)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise TypeError(type(error))
    code = _CODE_BY_STATUS.get(error.status_code, "invalid_request")
    message = "the body is not valid JSON" if error.status_code == 400 else f"no {request.method} at this address"
    return Failure(error.status_code, message, "invalid_request_error", code, headers=error.headers).to(request)


def invalid(errors: Sequence[Mapping[str, Any]]) -> Failure:
    """The first of pydantic's errors, without its ``input`` and unknown fields' names: they may be the patient's."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return Failure(400, "the body is not valid JSON", "invalid_request_error", "invalid_json")
    where = [part for part in first["loc"] if part != "body"]
    if not where:
        message = "the body must be a JSON object sent with Content-Type: application/json"
        return Failure(400, message, "invalid_request_error", "invalid_json")
    if first["type"] == "extra_forbidden":
        where.pop()
        known = f"; it may have {', '.join(Filters.model_fields)}" if where[-1:] == ["filters"] else ""
        first = {**first, "msg": f"it has a field that is not known here{known}"}
    param = _param(where)
    code = "missing_required_parameter" if first["type"] == "missing" else "invalid_value"
    return Failure(400, f"{param}: {first['msg']}", "invalid_request_error", code, param)


def _param(where: Sequence[str | int]) -> str:
    """``["messages", 0, "content"]`` as ``messages[0].content``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")


def _place(error: Exception) -> str:
    """Where it was raised; the message may hold patient text."""
    frames = traceback.extract_tb(error.__traceback__)
    innermost = frames[-1 : -1 - FRAMES_LOGGED : -1]
    return " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in innermost)

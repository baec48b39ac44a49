"""The routes: a launch from the record system or of the page's own, the way back from its log-in, the patient launched.

The record system's token is used once, to read the record, and forgotten. What is kept is the patient, in memory, for
the browser that began the launch and as long as the token would have lasted.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from medrag.errors import InputError, PatientError
from medrag.messages import Language, catalogue
from medrag.patient.formats.structured import written
from medrag.patient.report import report
from medrag.server.fhir_server import Failed
from medrag.server.guard.access import LAUNCHED
from medrag.server.guard.audit import Trail, text_hash
from medrag.server.languages import preferred
from medrag.server.routes.schemas import PatientAnswer, described
from medrag.server.routes.smart.authorisation import Granted, discovered, login_address, token_for
from medrag.server.routes.smart.ehrs import Ehr, Ehrs
from medrag.server.routes.smart.record import read_record
from medrag.server.routes.smart.sessions import COOKIE, Launch, Sessions, browser_of
from medrag.server.routes.smart.users import user_of
from medrag.types import Patient

OPEN = frozenset({"/smart/launch", "/smart/callback"})
"""Where a browser comes without a key."""
_REFUSED = {"access_denied", "invalid_request", "invalid_scope", "server_error", "temporarily_unavailable"}
"""Errors that the record system may send back and that are told by name; any other words of it are not repeated."""
Name = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class _Stopped(Exception):
    """A launch that came to nothing: a key of the catalogue's ``text``, and the reason where there is one."""

    def __init__(self, key: str, reason: str = "", status: int = 400) -> None:
        super().__init__(key)
        self.key, self.reason, self.status = key, reason, status


def routes(ehrs: Ehrs, sessions: Sessions, trail: Trail | None, language: Language = "en") -> APIRouter:
    """``/smart/launch``, ``/smart/callback`` and ``/v1/launches/{name}``; with ``trail`` each launch is recorded."""
    router = APIRouter()

    @router.get("/smart/launch", include_in_schema=False)
    async def launch(request: Request, iss: str = "", launch: str | None = None) -> Response:
        """Sends the browser to the record system's log-in; without ``launch`` its user chooses the patient there."""
        try:
            return await _begun(request, _ehr(ehrs, iss), launch, sessions)
        except _Stopped as stopped:
            return _told(stopped, request, language)

    @router.get("/smart/callback", include_in_schema=False)
    async def callback(request: Request, state: str = "", code: str = "", error: str = "", iss: str = "") -> Response:
        """Reads the record with the code that came back, and opens the page on it."""
        try:
            begun = _taken(request, sessions, state, iss)
            granted, user, patient = await asyncio.to_thread(_received, begun, _redirect(request), code, error)
        except _Stopped as stopped:
            return _told(stopped, request, language)
        who = ":".join(filter(None, (begun.ehr.name, user)))
        if trail:
            kept = {"event": "launch", "who": f"{LAUNCHED}{who}"}
            await asyncio.to_thread(trail.append, kept | {"patient_id_sha256": text_hash(str(granted.patient))})
        name = sessions.opened(begun, who, patient, granted.expires_in)
        return RedirectResponse(f"{request.base_url}?launch={name}", 303, {"Referrer-Policy": "no-referrer"})

    @router.get("/v1/launches/{name}", responses=described(PatientAnswer))
    async def launched(name: Name, request: Request) -> dict[str, Any]:
        """The patient launched, as files would be answered; for the browser that began the launch alone."""
        session = sessions.found(name, browser_of(request.headers) or "")
        if session is None:
            raise _gone()
        return {"object": "patient", "patient": written(session.patient), "summary": report(session.patient)}

    @router.delete("/v1/launches/{name}", status_code=204)
    async def closed(name: Name, request: Request) -> Response:
        """Forgets the patient launched."""
        if not sessions.closed(name, browser_of(request.headers) or ""):
            raise _gone()
        return Response(status_code=204)

    return router


def _ehr(ehrs: Ehrs, iss: str) -> Ehr:
    """The record system named; the only one where none is."""
    if not iss and len(ehrs) == 1:
        return next(iter(ehrs.values()))
    found = ehrs.get(iss.rstrip("/"))
    if found is None:
        raise _Stopped("launch_unknown")
    return found


async def _begun(request: Request, ehr: Ehr, launch: str | None, sessions: Sessions) -> Response:
    try:
        endpoints = await asyncio.to_thread(discovered, ehr)
    except Failed as failure:
        raise _Stopped("launch_unreachable", str(failure), 502) from None
    browser = browser_of(request.headers) or sessions.new_browser()
    state, keys = sessions.begin(ehr, endpoints, browser)
    address = login_address(ehr, endpoints, _redirect(request), state, keys, launch)
    answer = RedirectResponse(address, 303, {"Referrer-Policy": "no-referrer"})
    secure, path = request.url.scheme == "https", request.base_url.path
    answer.set_cookie(COOKIE, browser, path=path, secure=secure, httponly=True, samesite="lax")
    return answer


def _taken(request: Request, sessions: Sessions, state: str, iss: str) -> Launch:
    """The launch that this browser began; an answer of another issuer than its own is not taken for it."""
    launch = sessions.taken(state, browser_of(request.headers) or "")
    if launch is None or (iss and launch.endpoints.issuer and iss != launch.endpoints.issuer):
        raise _Stopped("launch_lost")
    return launch


def _received(launch: Launch, redirect: str, code: str, error: str) -> tuple[Granted, str | None, Patient]:
    if error or not code:
        raise _Stopped("launch_refused", error if error in _REFUSED else "error")
    try:
        granted = token_for(launch.ehr, launch.endpoints, redirect, code, launch.keys.verifier)
    except Failed as failure:
        raise _Stopped("launch_no_token", str(failure), 502) from None
    if not granted.patient:
        raise _Stopped("launch_no_patient")
    try:
        user = user_of(launch.ehr, launch.endpoints, granted.id_token, launch.keys.nonce) if launch.ehr.user else None
    except Failed as failure:
        raise _Stopped("launch_no_user", str(failure), 502) from None
    try:
        return granted, user, read_record(launch.ehr, granted.access_token, granted.patient)
    except (Failed, PatientError) as failure:
        reason = str(failure) if isinstance(failure, Failed) else type(failure).__name__
        raise _Stopped("launch_no_record", reason, 502) from None


def _redirect(request: Request) -> str:
    """The address that is registered with the record system."""
    return f"{request.base_url}smart/callback"


def _told(stopped: _Stopped, request: Request, language: Language) -> Response:
    words = catalogue(preferred(request.headers.get("accept-language", ""), language)).text[stopped.key]
    return PlainTextResponse(words.format(reason=stopped.reason), stopped.status)


def _gone() -> InputError:
    return InputError("there is no such launch here, or its time is over", param="name", code="not_found")

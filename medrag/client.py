"""A typed client of a medrag server: ``Client`` and ``AsyncClient``, on httpx.

    with Client("http://127.0.0.1:8000") as client:
        advice = client.recommend("Which antibiotic?", patient={"age_years": 34, "allergies": ["penicillin"]})
        for statement in advice.statements:
            print(statement.text, [citation.title for citation in statement.citations])

Both raise what the engine raises (:mod:`medrag.errors`): :class:`InputError` for what the server refuses,
:class:`ModelUnavailable` when no server answers or its model does not.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypedDict, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from medrag.errors import ConfigurationError, InputError, MedragError, ModelRefused, ModelUnavailable, PatientError
from medrag.events import Event, Finished, Noticed, Released
from medrag.types import Advice, Evidence, Filters, Finding, Patient, Statement

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_TIMEOUT_S = 180.0
MODEL = "medrag"

PatientLike = Patient | Mapping[str, Any]
"""A :class:`Patient`, its JSON schema as a mapping, or a FHIR R4 resource as a mapping."""

Json = dict[str, Any]
T = TypeVar("T")

_CURRENT = Filters()
_TRY_LATER = frozenset({429, 502, 503, 504})
_FINDINGS = TypeAdapter(tuple[Finding, ...])
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])


class Client:
    """Asks a medrag server, one request at a time or from several threads.

    ``base_url`` may end in ``/v1`` or not; ``api_key`` is sent as a bearer token; ``timeout_s`` is the longest wait
    for the next byte. ``transport`` is httpx's own hook for tests.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(**_options(base_url, api_key, timeout_s), transport=transport)

    def recommend(
        self,
        question: str,
        *,
        patient: PatientLike | None = None,
        filters: Filters = _CURRENT,
        one_person: bool = False,
    ) -> Advice:
        """Advice on ``question`` for ``patient``; ``one_person``: both are of one person though they seem not to be.

        Raises:
            InputError, PatientError: the server refuses the question or the patient, or they are of two people.
            ModelUnavailable, ModelRefused: it cannot answer now, or its model failed.
        """
        return self._answer(_chat(question, patient, filters, one_person))

    def stream(
        self,
        question: str,
        *,
        patient: PatientLike | None = None,
        filters: Filters = _CURRENT,
        one_person: bool = False,
    ) -> Iterator[Event]:
        """The advice as it is released: ``Noticed``, each ``Released``, ``Finished``. Raises as :meth:`recommend`."""
        call = _chat(question, patient, filters, one_person)
        with (
            _in_medrags_errors(self._http.base_url),
            self._http.stream("POST", call.path, json=call.body | {"stream": True}) as got,
        ):
            if got.is_error:
                got.read()
                raise _error(got)
            for line in got.iter_lines():
                if (event := _event(line)) is not None:
                    yield event
                    if isinstance(event, Finished):
                        return
        raise _broken_off()

    def search(
        self, question: str, *, patient: PatientLike | None = None, filters: Filters = _CURRENT, k: int = 5
    ) -> tuple[Evidence, ...]:
        """The ``k`` passages that advice on this case would stand on; no model is asked."""
        return self._answer(_search(question, patient, filters, k))

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _answer(self, call: _Call[T]) -> T:
        with _in_medrags_errors(self._http.base_url):
            response = self._http.post(call.path, json=call.body)
        return call.read(_object(response))


class AsyncClient:
    """:class:`Client` for asyncio."""

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(**_options(base_url, api_key, timeout_s), transport=transport)

    async def recommend(
        self,
        question: str,
        *,
        patient: PatientLike | None = None,
        filters: Filters = _CURRENT,
        one_person: bool = False,
    ) -> Advice:
        """See :meth:`Client.recommend`."""
        return await self._answer(_chat(question, patient, filters, one_person))

    async def stream(
        self,
        question: str,
        *,
        patient: PatientLike | None = None,
        filters: Filters = _CURRENT,
        one_person: bool = False,
    ) -> AsyncIterator[Event]:
        """See :meth:`Client.stream`."""
        call, http = _chat(question, patient, filters, one_person), self._http
        with _in_medrags_errors(http.base_url):
            async with http.stream("POST", call.path, json=call.body | {"stream": True}) as got:
                if got.is_error:
                    await got.aread()
                    raise _error(got)
                async for line in got.aiter_lines():
                    if (event := _event(line)) is not None:
                        yield event
                        if isinstance(event, Finished):
                            return
        raise _broken_off()

    async def search(
        self, question: str, *, patient: PatientLike | None = None, filters: Filters = _CURRENT, k: int = 5
    ) -> tuple[Evidence, ...]:
        """See :meth:`Client.search`."""
        return await self._answer(_search(question, patient, filters, k))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _answer(self, call: _Call[T]) -> T:
        with _in_medrags_errors(self._http.base_url):
            response = await self._http.post(call.path, json=call.body)
        return call.read(_object(response))


@dataclass(frozen=True)
class _Call(Generic[T]):
    """One request: where it goes, what it says, and what its answer's JSON object becomes."""

    path: str
    body: Json
    read: Callable[[Json], T]


def _chat(question: str, patient: PatientLike | None, filters: Filters, one_person: bool) -> _Call[Advice]:
    messages = [{"role": "user", "content": question}]
    said = {"one_person": True} if one_person else {}
    body = {"model": MODEL, "messages": messages, "medrag": _extension(patient, filters) | said}
    return _Call("/v1/chat/completions", body, _advice)


def _search(question: str, patient: PatientLike | None, filters: Filters, k: int) -> _Call[tuple[Evidence, ...]]:
    return _Call("/v1/search", {"question": question, "k": k} | _extension(patient, filters), _evidence)


class _Options(TypedDict):
    """What both of httpx's clients take alike."""

    base_url: httpx.URL
    headers: dict[str, str]
    timeout: float


def _options(base_url: str, api_key: str | None, timeout_s: float) -> _Options:
    try:
        url = httpx.URL(base_url.rstrip("/").removesuffix("/v1"))
    except httpx.InvalidURL:
        raise ConfigurationError(f"{base_url!r} is not a URL; give one like {DEFAULT_URL}") from None
    return {"base_url": url, "headers": {"Authorization": f"Bearer {api_key}"} if api_key else {}, "timeout": timeout_s}


@contextmanager
def _in_medrags_errors(url: httpx.URL) -> Iterator[None]:
    """No answer, in the words of medrag."""
    try:
        yield
    except httpx.HTTPError as error:
        what = "answers in time" if isinstance(error, httpx.TimeoutException) else "answers"
        raise ModelUnavailable(f"no medrag server {what} at {url}; is `medrag serve` running?") from None


def _extension(patient: PatientLike | None, filters: Filters) -> Json:
    extension: Json = {"filters": filters.model_dump(mode="json")}
    if isinstance(patient, Patient):
        extension["patient"] = patient.model_dump(mode="json", exclude_defaults=True)
    elif patient is not None:
        extension["patient"] = dict(patient)
    return extension


def _object(response: httpx.Response) -> Json:
    if response.is_error:
        raise _error(response)
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _not_medrag()
    return body


def _advice(body: Json) -> Advice:
    try:
        return Advice.model_validate(body.get("medrag"))
    except ValidationError:
        raise _not_medrag() from None


def _evidence(body: Json) -> tuple[Evidence, ...]:
    try:
        return _EVIDENCE.validate_python(body.get("data"))
    except ValidationError:
        raise _not_medrag() from None


def _event(line: str) -> Event | None:
    """The event in a line of the stream; None for comments, blank lines, and chunks that hold none."""
    field, _, data = line.partition(": ")
    if field != "data" or data == "[DONE]":
        return None
    chunk = json.loads(data)
    if error := chunk.get("error"):
        raise _failure(httpx.codes.OK, error)
    if "medrag" in chunk:
        return Finished(_advice(chunk))
    event = chunk.get("medrag_event") or {}
    if event.get("type") == "noticed":
        return Noticed(_FINDINGS.validate_python(event["notices"]))
    if event.get("type") == "released":
        return Released(event["number"], Statement.model_validate(event["statement"]))
    return None


def _error(response: httpx.Response) -> MedragError:
    try:
        error = response.json()["error"]
        return _failure(response.status_code, error if isinstance(error, dict) else {})
    except (ValueError, KeyError, TypeError):
        return _failure(response.status_code, {})


def _failure(status: int, error: Json) -> MedragError:
    """The exception that the server's error stands for."""
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


def _broken_off() -> ModelUnavailable:
    return ModelUnavailable("the stream broke off before the advice was complete; what was released stands")


def _not_medrag() -> ConfigurationError:
    return ConfigurationError("the server did not answer as a medrag server of this version does; check its URL")

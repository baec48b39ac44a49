"""The client for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from medrag.client import calls
from medrag.client.calls import (
    CURRENT,
    Call,
    CheckResult,
    Files,
    History,
    Images,
    PatientLike,
    ReadPatient,
    Verdict,
    Whose,
)
from medrag.client.retrying import RETRIES, AsyncRetrying
from medrag.client.wire import (
    CONNECT_S,
    TIMEOUT_S,
    Json,
    broken_off,
    connection,
    error_of,
    event_of,
    in_medrags_errors,
    object_of,
)
from medrag.events import Event, Finished
from medrag.types import Advice, Evidence, Filters, Patient

T = TypeVar("T")


class AsyncClient:
    """:class:`medrag.client.Client` for asyncio."""

    def __init__(  # noqa: PLR0913 (how a server may have to be reached)
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        connect_s: float = CONNECT_S,
        retries: int = RETRIES,
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        inner = transport or httpx.AsyncHTTPTransport()
        self._http = httpx.AsyncClient(
            **connection(base_url, api_key, timeout_s, connect_s, headers), transport=AsyncRetrying(inner, retries)
        )

    async def recommend(  # noqa: PLR0913 (what a question may come with)
        self,
        question: str,
        patient: PatientLike | None = None,
        *,
        patient_id: str | None = None,
        filters: Filters = CURRENT,
        history: History = (),
        images: Images = (),
        language: str | None = None,
        one_person: bool = False,
    ) -> Advice:
        """See :meth:`Client.recommend`."""
        whose = await self._whose(patient, patient_id, one_person=one_person)
        return await self._answer(
            calls.chat(question, whose, filters, history, images, language, one_person=one_person)
        )

    async def stream(  # noqa: PLR0913 (what a question may come with)
        self,
        question: str,
        patient: PatientLike | None = None,
        *,
        patient_id: str | None = None,
        filters: Filters = CURRENT,
        history: History = (),
        images: Images = (),
        language: str | None = None,
        one_person: bool = False,
    ) -> AsyncIterator[Event]:
        """See :meth:`Client.stream`."""
        whose = await self._whose(patient, patient_id, one_person=one_person)
        call = calls.chat(question, whose, filters, history, images, language, one_person=one_person)
        with in_medrags_errors(self._http.base_url):
            async with self._http.stream("POST", call.path, json=(call.body or {}) | {"stream": True}) as got:
                if got.is_error:
                    await got.aread()
                    raise error_of(got)
                async for line in got.aiter_lines():
                    if (event := event_of(line)) is not None:
                        yield event
                        if isinstance(event, Finished):
                            return
        raise broken_off()

    async def search(
        self,
        question: str,
        patient: PatientLike | None = None,
        *,
        patient_id: str | None = None,
        filters: Filters = CURRENT,
        k: int = 5,
    ) -> tuple[Evidence, ...]:
        """See :meth:`Client.search`."""
        whose = await self._whose(patient, patient_id)
        return await self._answer(calls.search(question, whose, filters, k))

    async def check(  # noqa: PLR0913 (what may be checked)
        self,
        advice: str | None = None,
        patient: PatientLike | None = None,
        *,
        patient_id: str | None = None,
        question: str | None = None,
        orders: Mapping[str, Any] | list[Json] | None = None,
        language: str | None = None,
    ) -> CheckResult:
        """See :meth:`Client.check`."""
        whose = await self._whose(patient, patient_id)
        return await self._answer(calls.check(advice, whose, question, orders, language))

    async def read_patient(self, files: Files, *, one_person: bool = False) -> ReadPatient:
        """See :meth:`Client.read_patient`."""
        return await self._answer(calls.read_patient(files, one_person=one_person))

    async def put_patient(self, patient_id: str, patient: PatientLike) -> None:
        """See :meth:`Client.put_patient`."""
        whose = await self._whose(patient, None)
        await self._answer(calls.stored("PUT", patient_id, whose.patient))

    async def get_patient(self, patient_id: str) -> ReadPatient:
        """See :meth:`Client.get_patient`."""
        return await self._answer(calls.stored_patient(patient_id))

    async def delete_patient(self, patient_id: str) -> None:
        """See :meth:`Client.delete_patient`."""
        await self._answer(calls.stored("DELETE", patient_id))

    async def feedback(  # noqa: PLR0913 (what a verdict is made of)
        self,
        advice: Advice,
        statement: int,
        verdict: Verdict,
        patient: PatientLike | None = None,
        *,
        patient_id: str | None = None,
        filters: Filters = CURRENT,
        edited: str | None = None,
        comment: str | None = None,
    ) -> None:
        """See :meth:`Client.feedback`."""
        whose = await self._whose(patient, patient_id)
        await self._answer(calls.feedback(advice, statement, verdict, whose, filters, edited, comment))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _whose(self, patient: PatientLike | None, patient_id: str | None, *, one_person: bool = False) -> Whose:
        if patient is None or isinstance(patient, Patient | Mapping):
            return Whose(calls.sent(patient), patient_id)
        return Whose((await self.read_patient(patient, one_person=one_person)).patient, patient_id)

    async def _answer(self, call: Call[T]) -> T:
        with in_medrags_errors(self._http.base_url):
            response = await self._http.request(call.method, call.path, json=call.body)
        return call.read(object_of(response))

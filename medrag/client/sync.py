"""The client, one call at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from medrag.client.retrying import RETRIES, Retrying
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


class Client:
    """Asks a medrag server, one request at a time or from several threads.

    ``base_url`` may end in ``/v1`` or not; ``api_key`` is sent as a bearer token; ``timeout_s`` is the longest wait
    for the next byte and ``connect_s`` that for a connection; a busy server is asked again ``retries`` times.
    ``transport`` is httpx's own hook, for proxies and tests.
    """

    def __init__(  # noqa: PLR0913 (how a server may have to be reached)
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        connect_s: float = CONNECT_S,
        retries: int = RETRIES,
        headers: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        inner = transport or httpx.HTTPTransport()
        self._http = httpx.Client(
            **connection(base_url, api_key, timeout_s, connect_s, headers), transport=Retrying(inner, retries)
        )

    def recommend(  # noqa: PLR0913 (what a question may come with)
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
        """Advice on ``question`` for ``patient``, or for the stored one of ``patient_id``.

        ``history`` is what was said before, ``images`` are for a vision model. ``one_person``: patient and question are
        of one person though they seem not to be.

        Raises:
            InputError, PatientError: the server refuses the question or the patient, or they are of two people.
            ModelUnavailable, ModelRefused: it cannot answer now, or its model failed.
        """
        whose = self._whose(patient, patient_id, one_person=one_person)
        return self._answer(calls.chat(question, whose, filters, history, images, language, one_person=one_person))

    def stream(  # noqa: PLR0913 (what a question may come with)
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
    ) -> Iterator[Event]:
        """The advice as it is released: ``Noticed``, each ``Released``, ``Finished``. Raises as :meth:`recommend`."""
        whose = self._whose(patient, patient_id, one_person=one_person)
        call = calls.chat(question, whose, filters, history, images, language, one_person=one_person)
        with (
            in_medrags_errors(self._http.base_url),
            self._http.stream("POST", call.path, json=(call.body or {}) | {"stream": True}) as got,
        ):
            if got.is_error:
                got.read()
                raise error_of(got)
            for line in got.iter_lines():
                if (event := event_of(line)) is not None:
                    yield event
                    if isinstance(event, Finished):
                        return
        raise broken_off()

    def search(
        self,
        question: str,
        patient: PatientLike | None = None,
        *,
        patient_id: str | None = None,
        filters: Filters = CURRENT,
        k: int = 5,
    ) -> tuple[Evidence, ...]:
        """The ``k`` passages that advice on this case would stand on; no model is asked."""
        whose = self._whose(patient, patient_id)
        return self._answer(calls.search(question, whose, filters, k))

    def check(  # noqa: PLR0913 (what may be checked)
        self,
        advice: str | None = None,
        patient: PatientLike | None = None,
        *,
        patient_id: str | None = None,
        question: str | None = None,
        orders: Mapping[str, Any] | list[Json] | None = None,
        language: str | None = None,
    ) -> CheckResult:
        """What the safety filter says of advice in words, of FHIR ``orders``, or of the patient's own medications."""
        whose = self._whose(patient, patient_id)
        return self._answer(calls.check(advice, whose, question, orders, language))

    def read_patient(self, files: Files, *, one_person: bool = False) -> ReadPatient:
        """Files as one patient, read by the server; ``one_person``: they are of one though they seem not to be."""
        return self._answer(calls.read_patient(files, one_person=one_person))

    def put_patient(self, patient_id: str, patient: PatientLike) -> None:
        """Stores a patient under an id of yours, in the place of any that had it."""
        whose = self._whose(patient, None)
        self._answer(calls.stored("PUT", patient_id, whose.patient))

    def get_patient(self, patient_id: str) -> ReadPatient:
        """The stored patient, as the server understands them."""
        return self._answer(calls.stored_patient(patient_id))

    def delete_patient(self, patient_id: str) -> None:
        """Removes the stored patient."""
        self._answer(calls.stored("DELETE", patient_id))

    def feedback(  # noqa: PLR0913 (what a verdict is made of)
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
        """Keeps a verdict on a statement (from 1) of advice as it came, with the patient and filters it was asked with.

        ``edited`` are the better words of the verdict ``edit``.
        """
        whose = self._whose(patient, patient_id)
        self._answer(calls.feedback(advice, statement, verdict, whose, filters, edited, comment))

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _whose(self, patient: PatientLike | None, patient_id: str | None, *, one_person: bool = False) -> Whose:
        if patient is None or isinstance(patient, Patient | Mapping):
            return Whose(calls.sent(patient), patient_id)
        return Whose(self.read_patient(patient, one_person=one_person).patient, patient_id)

    def _answer(self, call: Call[T]) -> T:
        with in_medrags_errors(self._http.base_url):
            response = self._http.request(call.method, call.path, json=call.body)
        return call.read(object_of(response))

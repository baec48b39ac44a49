"""What prefetch lacks, fetched from a real server: the right server, the call's own token, within bounds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from medrag.errors import ConfigurationError
from medrag.server.fhir_server import MOST_REQUESTS, listed
from tests.server.routes.cds_hooks.ehr import (
    IBUPROFEN,
    PATIENT,
    WARFARIN,
    Json,
    bundle,
    cards_of,
    coded,
    current,
    order,
    request,
    said,
    services,
)

REFERRED = {"resourceType": "Medication", "id": "ibu", "code": coded(IBUPROFEN)}
DRAFT = bundle(order(medicationReference={"reference": "Medication/ibu"}))


@dataclass
class FhirServer:
    """Answers by path; a number is a status, a string a redirect."""

    url: str
    answers: dict[str, Json | int | str]
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def fhir(answers: dict[str, Json | int | str]) -> Iterator[FhirServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/fhir/")
            server.asked.append((path, self.headers.get("Authorization")))
            answer = server.answers.get(path.partition("?")[0], bundle())
            if isinstance(answer, int | str):
                self.send_response(answer if isinstance(answer, int) else 302)
                if isinstance(answer, str):
                    self.send_header("Location", answer)
                self.end_headers()
                return
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = FhirServer(f"http://127.0.0.1:{httpd.server_port}/fhir", answers)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def answers() -> dict[str, Json | int | str]:
    return {"Patient/p": PATIENT, "MedicationRequest": bundle(current(WARFARIN)), "Medication/ibu": REFERRED}


def call(server: FhirServer, **change: object) -> Json:
    body = request("order-sign", DRAFT) | {"fhirServer": server.url, "fhirAuthorization": {"access_token": "secret"}}
    return body | {"prefetch": {}} | change


def test_patient_list_and_medication_are_fetched_with_the_call_s_token() -> None:
    with fhir(answers()) as server:
        found = cards_of(call(server), services(listed([server.url])))
    assert "ibuprofen with warfarin" in said(found)
    assert {token for _, token in server.asked} == {"Bearer secret"}


def test_nothing_is_fetched_from_a_server_that_is_not_listed() -> None:
    with fhir(answers()) as server:
        response = services().post("/cds-services/medrag-order-sign", json=call(server))
        assert response.status_code == 412
        assert server.asked == []


def test_what_was_sent_is_not_asked_for_again() -> None:
    sent = {"patient": PATIENT, "medications": bundle(current(WARFARIN)), "conditions": None}
    with fhir(answers()) as server:
        cards_of(call(server, prefetch=sent), services(listed([server.url])))
    kinds = {path.partition("?")[0] for path, _ in server.asked}
    assert kinds == {"AllergyIntolerance", "MedicationStatement", "Observation", "Medication/ibu"}


def test_pages_are_followed_on_the_same_server_alone() -> None:
    with fhir(answers()) as server, fhir({}) as other:
        server.answers["page2"] = bundle(current(WARFARIN))
        for base, words in ((server.url, "ibuprofen with warfarin"), (other.url, "another server")):
            server.answers["MedicationRequest"] = bundle(link=[{"relation": "next", "url": f"{base}/page2"}])
            assert words in said(cards_of(call(server), services(listed([server.url]))))
        assert other.asked == []


def test_a_redirect_is_refused() -> None:
    with fhir({}) as other, fhir(answers()) as server:
        server.answers["AllergyIntolerance"] = f"{other.url}/AllergyIntolerance"
        found = cards_of(call(server), services(listed([server.url])))
        assert "allergies: could not be read or fetched (HTTP 302)" in said(found)
        assert other.asked == []


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_fails_is_said(status: int) -> None:
    with fhir(answers() | {"AllergyIntolerance": status, "Medication/ibu": status}) as server:
        found = cards_of(call(server), services(listed([server.url])))
    assert f"allergies: could not be read or fetched (HTTP {status})" in said(found)
    assert "Medication/ibu was not sent" in said(found)


def test_pages_without_end_are_not_followed_for_ever() -> None:
    with fhir(answers()) as server:
        server.answers["Condition"] = bundle(link=[{"relation": "next", "url": f"{server.url}/Condition?page=2"}])
        found = cards_of(call(server), services(listed([server.url])))
    assert len(server.asked) <= MOST_REQUESTS
    assert "conditions: could not be read or fetched" in said(found)


def test_an_id_that_is_none_reaches_no_server() -> None:
    with fhir(answers()) as server:
        body = call(server)
        body["context"]["patientId"] = "p/../../admin?x="
        response = services(listed([server.url])).post("/cds-services/medrag-order-sign", json=body)
        assert response.status_code == 412
        assert not any("admin" in path for path, _ in server.asked)


@pytest.mark.parametrize("address", ["http://ehr.example.org/fhir", "ftp://x", "ehr.example.org"])
def test_tokens_go_to_https_alone(address: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        listed([address])

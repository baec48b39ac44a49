"""SMART launches against a record system on this machine: the way there and back, and everything that must not work."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.audit import Trail
from medrag.server.routes.smart import sessions
from medrag.server.routes.smart.ehrs import read_ehrs
from tests.server.conftest import QUESTION, EngineOf
from tests.server.guard.test_access import KEYS
from tests.server.routes.smart.ehr import RECORD, RecordSystem, running
from tests.server.serving import records, serving

Service = tuple[str, RecordSystem]


@pytest.fixture
def ehr() -> Iterator[RecordSystem]:
    with running() as system:
        yield system


@contextmanager
def service(engine_of: EngineOf, folder: Path, ehr: RecordSystem, more: str = "") -> Iterator[str]:
    """medrag with keys, and with this record system as the one that may launch it."""
    file = folder / "smart.yaml"
    file.write_text(f"{ehr.fhir}:\n  name: ward-ehr\n  client_id: medrag\n{more}")
    with Trail.open(folder / "medrag.db") as trail:
        engine = engine_of(ScriptedModel(["A,C"]))
        with serving(engine, trail, keys=KEYS, ehrs=read_ehrs(file)) as base:
            ehr.redirect = f"{base}/smart/callback"
            yield base


@pytest.fixture
def url(engine_of: EngineOf, ehr: RecordSystem, tmp_path: Path) -> Iterator[str]:
    with service(engine_of, tmp_path, ehr) as base:
        yield base


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


def begin(browser: httpx.Client, base: str, **query: str) -> httpx.Response:
    return browser.get(f"{base}/smart/launch", params=query)


def launched(browser: httpx.Client, base: str, **query: str) -> httpx.Response:
    """The answer of the callback."""
    login = begin(browser, base, **query)
    assert login.status_code == 303, login.text
    back = browser.get(login.headers["location"])
    assert back.status_code == 302, back.text
    return browser.get(back.headers["location"])


def name_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["launch"][0]


@pytest.mark.parametrize("launch", [{"launch": "opaque-launch"}, {}], ids=["from the record system", "standalone"])
def test_the_page_opens_on_the_patient_in_context(
    url: str, ehr: RecordSystem, browser: httpx.Client, launch: dict[str, str]
) -> None:
    answer = launched(browser, url, iss=ehr.fhir, **launch)
    assert answer.headers["location"].startswith(f"{url}/?launch=")
    found = browser.get(f"{url}/v1/launches/{name_of(answer)}").json()
    assert [each["display"] for each in found["patient"]["allergies"]] == ["penicillin"]
    assert "Warfarin" in found["summary"]
    context = "launch" if launch else "launch/patient"
    assert ehr.scopes == [f"{context} patient/*.rs"]


def test_the_only_record_system_need_not_be_named(url: str, browser: httpx.Client) -> None:
    assert name_of(launched(browser, url))


def test_who_was_launched_asks_without_a_key_and_is_checked(url: str, ehr: RecordSystem, browser: httpx.Client) -> None:
    name = name_of(launched(browser, url, iss=ehr.fhir, launch="opaque-launch"))
    patient = browser.get(f"{url}/v1/launches/{name}").json()["patient"]
    body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "medrag": {"patient": patient}}
    assert httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60).status_code == 401
    answer = browser.post(f"{url}/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["medrag"]["withheld"]
    elsewhere = browser.post(f"{url}/v1/chat/completions", json=body, headers={"Sec-Fetch-Site": "same-site"})
    assert elsewhere.status_code == 401


def test_a_launch_reaches_neither_stored_patients_nor_metrics(
    url: str, ehr: RecordSystem, browser: httpx.Client
) -> None:
    name_of(launched(browser, url, iss=ehr.fhir))
    assert browser.get(f"{url}/v1/patients/anybody").status_code == 403
    assert browser.get(f"{url}/metrics").status_code == 403


def test_a_launched_patient_is_one_browser_s(url: str, ehr: RecordSystem, browser: httpx.Client) -> None:
    name = name_of(launched(browser, url, iss=ehr.fhir))
    ward = {"Authorization": "Bearer ward-secret"}
    assert httpx.get(f"{url}/v1/launches/{name}").status_code == 401
    with httpx.Client() as other:
        other_name = name_of(launched(other, url, iss=ehr.fhir))
        assert other.get(f"{url}/v1/launches/{name}").status_code == 404
        assert other.get(f"{url}/v1/launches/{other_name}").status_code == 200
    assert httpx.get(f"{url}/v1/launches/{name}", headers=ward).status_code in (401, 404)


def test_two_tabs_have_two_patients_and_one_can_be_closed(url: str, ehr: RecordSystem, browser: httpx.Client) -> None:
    first, second = (name_of(launched(browser, url, iss=ehr.fhir)) for _ in range(2))
    assert first != second
    assert browser.delete(f"{url}/v1/launches/{first}").status_code == 204
    assert browser.get(f"{url}/v1/launches/{first}").status_code == 404
    assert browser.get(f"{url}/v1/launches/{second}").status_code == 200


def test_it_ends_when_the_token_would_have(
    url: str, ehr: RecordSystem, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SESSION_S", 0.0)
    name = name_of(launched(browser, url, iss=ehr.fhir))
    assert browser.get(f"{url}/v1/launches/{name}").status_code == 401


def test_the_token_is_used_to_read_the_record_and_leaves_no_trace(
    url: str, ehr: RecordSystem, browser: httpx.Client, tmp_path: Path
) -> None:
    answer = launched(browser, url, iss=ehr.fhir)
    (token,) = ehr.tokens
    asked = {path for path, given in ehr.seen if given == f"Bearer {token}"}
    assert {"Patient/p1", "AllergyIntolerance", "Condition", "Observation", "Medication/w"} <= asked
    page = browser.get(f"{url}/v1/launches/{name_of(answer)}").text
    assert token not in page + str(answer.headers) + str(browser.cookies)
    kept = records(tmp_path / "medrag.db")
    assert [(each["event"], each["who"]) for each in kept] == [("launch", "smart:ward-ehr")]
    assert not {"p1", token, "penicillin"} & set(json.dumps(kept).replace('"', " ").split())


def test_the_cookie_is_for_this_service_s_own_requests(url: str, ehr: RecordSystem, browser: httpx.Client) -> None:
    cookie = begin(browser, url, iss=ehr.fhir).headers["set-cookie"].casefold()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_a_state_counts_once_and_in_its_own_browser(url: str, ehr: RecordSystem, browser: httpx.Client) -> None:
    login = begin(browser, url, iss=ehr.fhir)
    back = browser.get(login.headers["location"]).headers["location"]
    with httpx.Client() as other:
        begin(other, url, iss=ehr.fhir)
        assert other.get(back).status_code == 400
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 400


@pytest.mark.parametrize("change", [{"state": "made-up"}, {"state": ""}, {"iss": "https://evil.example.org"}])
def test_answers_that_no_launch_of_ours_asked_for(
    url: str, ehr: RecordSystem, browser: httpx.Client, change: dict[str, str]
) -> None:
    login = begin(browser, url, iss=ehr.fhir)
    back = httpx.URL(browser.get(login.headers["location"]).headers["location"]).copy_merge_params(change)
    answer = browser.get(back)
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert ("/auth/token", None) not in ehr.seen


@pytest.mark.parametrize("iss", ["https://evil.example.org/fhir", "http://127.0.0.1:1/fhir", "", "/"])
def test_a_record_system_that_is_not_listed_is_not_asked(
    engine_of: EngineOf, tmp_path: Path, ehr: RecordSystem, browser: httpx.Client, iss: str
) -> None:
    more = "https://second.example.org/fhir:\n  name: second\n  client_id: medrag\n"
    with service(engine_of, tmp_path, ehr, more) as url:
        answer = begin(browser, url, iss=iss)
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert ehr.seen == []


def _elsewhere(ehr: RecordSystem, **change: Any) -> None:
    ehr.answers[".well-known/smart-configuration"] = ehr.configuration | change


MISLEADING: dict[str, Callable[[RecordSystem], None]] = {
    "a log-in elsewhere": lambda ehr: _elsewhere(ehr, authorization_endpoint="https://evil.example.org/authorize"),
    "a token from elsewhere": lambda ehr: _elsewhere(ehr, token_endpoint="http://127.0.0.1:1/token"),
    "no PKCE": lambda ehr: _elsewhere(ehr, code_challenge_methods_supported=["plain"]),
    "no endpoints": lambda ehr: _elsewhere(ehr, token_endpoint=None),
    "a redirect": lambda ehr: ehr.answers.update({".well-known/smart-configuration": f"{ehr.url}/other"}),
    "an error": lambda ehr: ehr.answers.update({".well-known/smart-configuration": 500}),
    "no JSON": lambda ehr: ehr.answers.update({".well-known/smart-configuration": b"<html>"}),
    "a list": lambda ehr: ehr.answers.update({".well-known/smart-configuration": b"[]"}),
    "without end": lambda ehr: ehr.answers.update({".well-known/smart-configuration": b" " * 5_000_000}),
}


@pytest.mark.parametrize("kind", MISLEADING)
def test_a_configuration_that_misleads_sends_nobody_anywhere(
    url: str, ehr: RecordSystem, browser: httpx.Client, kind: str
) -> None:
    MISLEADING[kind](ehr)
    answer = begin(browser, url, iss=ehr.fhir)
    assert answer.status_code == 502
    assert "location" not in answer.headers and "set-cookie" not in answer.headers


TOKENS: dict[str, Any] = {
    "refused": 400,
    "a redirect": "https://evil.example.org/token",
    "no JSON": b"<html>",
    "no token": {"token_type": "Bearer", "patient": "p1"},
    "another kind of token": {"access_token": "t", "token_type": "mac", "patient": "p1"},
    "too large": b"{" + b" " * 5_000_000,
}


@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_that_is_none(url: str, ehr: RecordSystem, browser: httpx.Client, kind: str) -> None:
    ehr.answers["/auth/token"] = TOKENS[kind]
    answer = launched(browser, url, iss=ehr.fhir)
    assert answer.status_code == 502
    assert "evil" not in answer.text


def test_a_user_who_says_no(url: str, ehr: RecordSystem, browser: httpx.Client) -> None:
    ehr.denied = "access_denied"
    refused = launched(browser, url, iss=ehr.fhir)
    assert (refused.status_code, "access_denied" in refused.text) == (400, True)
    ehr.denied = "<script>"
    assert "script" not in launched(browser, url, iss=ehr.fhir).text


def test_a_launch_without_a_patient(url: str, ehr: RecordSystem, browser: httpx.Client) -> None:
    ehr.patient = None
    answer = browser.get(browser.get(begin(browser, url).headers["location"]).headers["location"])
    assert (answer.status_code, "No patient" in answer.text) == (400, True)


@pytest.mark.parametrize("answer", [403, {"resourceType": "OperationOutcome"}, {"resourceType": "Patient", "id": "q"}])
def test_another_patient_or_none_opens_nothing(url: str, ehr: RecordSystem, browser: httpx.Client, answer: Any) -> None:
    ehr.answers["Patient/p1"] = answer
    assert launched(browser, url, iss=ehr.fhir).status_code == 502


@pytest.mark.parametrize("answer", [403, 500, "https://evil.example.org", {"resourceType": "OperationOutcome"}])
def test_what_could_not_be_read_is_a_problem_and_never_an_empty_list(
    url: str, ehr: RecordSystem, browser: httpx.Client, answer: Any
) -> None:
    ehr.answers["AllergyIntolerance"] = answer
    name = name_of(launched(browser, url, iss=ehr.fhir))
    patient = browser.get(f"{url}/v1/launches/{name}").json()["patient"]
    assert any("allergies" in each["source"] and "allergies" in each["lost"] for each in patient["problems"])
    assert "allergies" in patient["not_recorded"]


def test_observations_are_asked_for_by_category_where_all_of_them_are_refused(
    url: str, ehr: RecordSystem, browser: httpx.Client
) -> None:
    ehr.wants_category = True
    creatinine = {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}
    found = {"status": "final", "subject": {"reference": "Patient/p1"}, "code": creatinine}
    RECORD["Observation"] = [
        {"resourceType": "Observation", "id": "o", "effectiveDateTime": date.today().isoformat()}
        | found
        | {"valueQuantity": {"value": 1.1, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}}
    ]
    try:
        name = name_of(launched(browser, url, iss=ehr.fhir))
    finally:
        del RECORD["Observation"]
    patient = browser.get(f"{url}/v1/launches/{name}").json()["patient"]
    assert [each["value"] for each in patient["observations"]] == [1.1]
    assert not any("observations" in each.get("lost", ()) for each in patient["problems"])


def test_in_the_reader_s_language(url: str, browser: httpx.Client) -> None:
    answer = browser.get(f"{url}/smart/callback", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert "病历系统" in answer.text


def test_a_client_with_a_secret(engine_of: EngineOf, tmp_path: Path, browser: httpx.Client) -> None:
    with running(secret="s3 cret") as ehr, service(engine_of, tmp_path, ehr, "  client_secret: s3 cret\n") as url:
        assert name_of(launched(browser, url, iss=ehr.fhir))


def test_a_client_with_a_key(engine_of: EngineOf, tmp_path: Path, browser: httpx.Client) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    more = "  private_key: key.pem\n  key_id: k1\n"
    with running(public_key=key.public_key()) as ehr, service(engine_of, tmp_path, ehr, more) as url:
        assert name_of(launched(browser, url, iss=ehr.fhir))


def test_it_is_off_unless_record_systems_are_listed(engine_of: EngineOf) -> None:
    with serving(engine_of(ScriptedModel(["NONE"]))) as base:
        assert httpx.get(f"{base}/smart/launch").status_code == 404


def users(engine_of: EngineOf, folder: Path, ehr: RecordSystem, browser: httpx.Client) -> list[str]:
    """Whom the trail names of a launch, or what the launch was stopped with."""
    with service(engine_of, folder, ehr, "  user: true\n") as base:
        answer = launched(browser, base)
        if answer.status_code != 303:
            return [answer.text]
        patient = browser.get(f"{base}/v1/launches/{name_of(answer)}").json()["patient"]
        body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "medrag": {"patient": patient}}
        browser.post(f"{base}/v1/chat/completions", json=body).raise_for_status()
    return [each["who"] for each in records(folder / "medrag.db")]


@pytest.mark.parametrize(
    ("user", "named"),
    [("Practitioner/dr-7", "smart:ward-ehr:Practitioner/dr-7"), ("Patient/p1", "smart:ward-ehr:Patient")],
)
def test_the_trail_names_the_user_where_that_is_asked(
    engine_of: EngineOf, ehr: RecordSystem, tmp_path: Path, browser: httpx.Client, user: str, named: str
) -> None:
    ehr.user = user
    assert set(users(engine_of, tmp_path, ehr, browser)) == {named}
    assert ehr.scopes == ["launch/patient openid fhirUser patient/*.rs"]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://elsewhere.example.org"},
        {"exp": 1},
        {"fhirUser": None},
        {"fhirUser": "https://elsewhere.example.org/Organization/1"},
    ],
    ids=str,
)
def test_an_identity_that_does_not_hold_opens_nothing(
    engine_of: EngineOf, ehr: RecordSystem, tmp_path: Path, browser: httpx.Client, claims: dict[str, Any]
) -> None:
    ehr.claims = claims
    (said,) = users(engine_of, tmp_path, ehr, browser)
    assert said.startswith("Who uses medrag could not be told")
    assert not any(path.startswith("Patient/") for path, _ in ehr.seen)


def test_keys_at_a_server_that_is_not_listed_are_not_fetched(
    engine_of: EngineOf, ehr: RecordSystem, tmp_path: Path, browser: httpx.Client
) -> None:
    ehr.answers[".well-known/smart-configuration"] = ehr.configuration | {"jwks_uri": "https://elsewhere.example.org/k"}
    (said,) = users(engine_of, tmp_path, ehr, browser)
    assert "keys at a server that is listed" in said

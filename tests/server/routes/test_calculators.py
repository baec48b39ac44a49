"""``/v1/calc``: the list, one value, what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from medrag.generation.scripted import ScriptedModel
from tests.server.conftest import EngineOf
from tests.server.serving import serving

PATIENT = {
    "age_years": 70,
    "conditions": ["no confusion"],
    "observations": [
        {"display": "respiratory rate", "value": 32, "unit": "/min"},
        {"display": "systolic blood pressure", "value": 84, "unit": "mm[Hg]"},
    ],
}


@pytest.fixture(scope="module")
def http(engine_of: EngineOf) -> Iterator[httpx.Client]:
    with serving(engine_of(ScriptedModel(["NONE"]))) as base, httpx.Client(base_url=base, timeout=60) as client:
        yield client


def test_it_lists_the_calculators(http: httpx.Client) -> None:
    listed = {each["name"]: each for each in http.get("/v1/calc").json()["data"]}
    assert listed["crb_65"]["population"].startswith("adults with community-acquired pneumonia")
    assert "confusion" in listed["crb_65"]["needs"]


def test_it_computes_one_with_its_inputs(http: httpx.Client) -> None:
    found = http.post("/v1/calc", json={"name": "CRB-65", "patient": PATIENT}).json()
    assert (found["value"], found["inputs"]["respiratory_rate"]["value"]) == (3, 32)


def test_it_says_why_it_refuses(http: httpx.Client) -> None:
    found = http.post("/v1/calc", json={"name": "curb_65", "patient": PATIENT}).json()
    assert (found["value"], found["between"]) == (None, [3, 4])
    assert found["refused"]["urea_nitrogen"] == "not recorded"


def test_an_unknown_name_and_a_missing_patient_are_refused(http: httpx.Client) -> None:
    unknown = http.post("/v1/calc", json={"name": "curb", "patient": PATIENT})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "calculator_not_found")
    none = http.post("/v1/calc", json={"name": "curb_65"})
    assert (none.status_code, none.json()["error"]["code"]) == (400, "no_patient")

"""The shape of RxNav's list of interactions, and that it never reads as "none" where nothing was assessed."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from medrag.knowledge import load
from medrag.server.guard import failures
from medrag.server.routes import interactions
from tests.server.routes.cds_hooks.ehr import IBUPROFEN, WARFARIN, Json


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    failures.install(app)
    app.include_router(interactions.routes(load()))
    return TestClient(app, raise_server_exceptions=False)


def listed(client: TestClient, rxcuis: str) -> Json:
    response = client.get(f"{interactions.PATH}?rxcuis={rxcuis}")
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def pairs(found: Json) -> list[tuple[str, str]]:
    """Severity and words, read as programs written for RxNav read them."""
    return [
        (pair["severity"], pair["description"])
        for group in found.get("fullInteractionTypeGroup", [])
        for kind in group["fullInteractionType"]
        for pair in kind["interactionPair"]
    ]


def test_an_interaction_in_rxnav_s_shape(client: TestClient) -> None:
    found = listed(client, f"{WARFARIN}+{IBUPROFEN}")
    assert found["userInput"] == {"sources": [""], "rxcuis": [WARFARIN, IBUPROFEN]}
    ((severity, words),) = pairs(found)
    assert severity == "high"
    assert "warfarin" in words
    kind = found["fullInteractionTypeGroup"][0]["fullInteractionType"][0]
    assert [each["rxcui"] for each in kind["minConcept"]] == [WARFARIN, IBUPROFEN]
    items = [each["minConceptItem"] for each in kind["interactionPair"][0]["interactionConcept"]]
    assert items[1] == {"rxcui": IBUPROFEN, "name": "ibuprofen 400 MG Oral Tablet", "tty": "SCD"}


def test_ingredients_do_as_well(client: TestClient) -> None:
    assert ("high", True) in [
        (severity, "warfarin" in words) for severity, words in pairs(listed(client, "11289+5640"))
    ]


def test_a_code_that_is_unknown_is_never_none(client: TestClient) -> None:
    found = listed(client, f"{WARFARIN}+99999999+{IBUPROFEN}")
    assert found["notAssessed"] == ["99999999"]
    assert sorted(severity for severity, _ in pairs(found)) == ["N/A", "N/A", "high"]
    assert all("Not assessed" in words for severity, words in pairs(found) if severity == "N/A")


def test_a_pair_without_facts_is_never_none(client: TestClient) -> None:
    for severity, words in pairs(listed(client, f"{WARFARIN}+106258+197319")):
        assert severity in ("high", "moderate", "low", "N/A")
        assert severity != "N/A" or words.startswith("Not assessed")


@pytest.mark.parametrize("rxcuis", ["", "abc", "1%27", "+".join(map(str, range(60)))])
def test_what_holds_no_codes_is_refused(client: TestClient, rxcuis: str) -> None:
    assert client.get(f"{interactions.PATH}?rxcuis={rxcuis}").status_code == 400


@pytest.mark.parametrize("joint", ["+", "%2B", "%20", ","])
def test_codes_may_be_joined_as_programs_do(client: TestClient, joint: str) -> None:
    assert listed(client, f"{WARFARIN}{joint}{IBUPROFEN}")["userInput"]["rxcuis"] == [WARFARIN, IBUPROFEN]

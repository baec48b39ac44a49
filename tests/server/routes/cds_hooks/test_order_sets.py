"""Orders inside order sets and plans, products known by their ingredients alone, and lists that are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.server.routes.cds_hooks.ehr import (
    IBUPROFEN,
    PATIENT,
    SNOMED,
    WARFARIN,
    Json,
    allergy,
    bundle,
    cards_of,
    code_of,
    coded,
    current,
    order,
    request,
    said,
    services,
)

DISPLAYED = coded(IBUPROFEN, display="Ibuprofen 400 MG Oral Tablet")
INSIDE = order("x", medicationCodeableConcept=DISPLAYED)
SUBSTANCE = {"resourceType": "Substance", "id": "s", "code": {"text": "ibuprofen"}}


def plan(kind: str, **more: Json | list[Json]) -> Json:
    """An order set of that kind."""
    return {"resourceType": kind, "id": "set", "status": "draft", "intent": "order"} | more


def product(*ingredients: Json, **more: Json) -> Json:
    """A draft of a contained product that only its ingredients name."""
    held = [{"resourceType": "Medication", "id": "m", "ingredient": list(ingredients)}, SUBSTANCE]
    return order(medicationReference={"reference": "#m"}, contained=held) | more


def given(when: datetime, **change: Json | str) -> Json:
    """A drug that was administered then."""
    return {
        "resourceType": "MedicationAdministration",
        "id": "a",
        "status": "completed",
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": when.isoformat(),
        "medicationCodeableConcept": coded(WARFARIN),
    } | change


NOW = datetime.now(UTC)
FOUND: dict[str, Json] = {
    "R4's order set": plan("RequestGroup", contained=[INSIDE], action=[{"resource": {"reference": "#x"}}]),
    "R5's order set": plan(
        "RequestOrchestration", contained=[order("x", medication={"concept": DISPLAYED})], action=[{"id": "1"}]
    ),
    "a plan with its order inside": plan("CarePlan", contained=[INSIDE]),
    "a plan with a product": plan(
        "CarePlan", activity=[{"detail": {"status": "not-started", "productCodeableConcept": DISPLAYED}}]
    ),
    "a product of one coded ingredient": product({"itemCodeableConcept": coded(IBUPROFEN)}),
    "a product of a substance": product({"itemReference": {"reference": "#s"}}),
    "R5's ingredient": product({"item": {"reference": {"reference": "#s"}}}),
    "two codes of different drugs": order(
        medicationCodeableConcept={"coding": [*coded("161")["coding"], *coded(IBUPROFEN)["coding"]]}
    ),
}


@pytest.mark.parametrize("shape", FOUND)
@pytest.mark.parametrize("hook", ["order-sign", "order-select"])
def test_a_drug_is_found_wherever_the_session_holds_it(hook: str, shape: str) -> None:
    found = [card for card in cards_of(request(hook, bundle(FOUND[shape]))) if card["indicator"] == "critical"]
    assert any("ibuprofen" in card["detail"] and "warfarin" in card["detail"] for card in found), said(found)


def test_what_stands_inside_a_set_is_not_offered_to_be_deleted_by_itself() -> None:
    (first, *_) = cards_of(request("order-sign", bundle(FOUND["R4's order set"])))
    assert first["indicator"] == "critical"
    assert "suggestions" not in first


SAID: dict[str, tuple[Json, str]] = {
    "two codes of different drugs": (
        request("order-sign", bundle(FOUND["two codes of different drugs"])),
        "different drugs",
    ),
    "a set whose order was not sent": (
        request(
            "order-sign",
            bundle(plan("RequestGroup", action=[{"action": [{"resource": {"reference": "MedicationRequest/y"}}]}])),
        ),
        "MedicationRequest/y was not sent",
    ),
    "a product of several codes": (
        request("order-sign", bundle(product(*({"itemCodeableConcept": coded(each)} for each in (IBUPROFEN, "161"))))),
        "nothing was checked",
    ),
    "a subject by a stranger's number": (
        request("order-sign", bundle(INSIDE | {"subject": {"identifier": {"value": "77"}}})),
        "leads to no patient",
    ),
    "a list that is text": (
        request("order-sign", bundle(INSIDE), {"medications": json.dumps(bundle(current(WARFARIN)))}),
        "it is no FHIR resource",
    ),
    "a list that is another service's error": (
        request("patient-view", prefetch={"allergies": {"error": "timeout"}}),
        "it is no FHIR resource",
    ),
    "an allergy of a general kind, its substance elsewhere": (
        request("order-sign", bundle(INSIDE), {"allergies": bundle(allergy(coded("416098002", SNOMED)))}),
        "416098002",
    ),
}


@pytest.mark.parametrize("shape", SAID)
def test_what_was_not_read_is_a_warning(shape: str) -> None:
    body, words = SAID[shape]
    found = [card for card in cards_of(body) if card["indicator"] != "info"]
    assert words in said(found), said(cards_of(body))


def test_a_set_whose_orders_were_sent_with_it_lacks_nothing() -> None:
    group = plan("RequestGroup", action=[{"resource": {"reference": "MedicationRequest/x"}}])
    assert "was not sent" not in said(cards_of(request("order-sign", bundle(group, INSIDE))))


def test_a_subject_by_the_patients_own_number_is_the_patient() -> None:
    number: Json = {"identifier": [{"system": "urn:mrn", "value": "77"}]}
    drafts = bundle(INSIDE | {"subject": {"identifier": {"system": "urn:mrn", "value": "77"}}})
    found = cards_of(request("order-sign", drafts, {"patient": PATIENT | number}))
    assert "leads to no patient" not in said(found)


@pytest.mark.parametrize(
    ("administration", "warned"),
    [
        (given(NOW), True),
        (given(NOW - timedelta(hours=20)), True),
        (given(NOW - timedelta(days=4)), False),
        (given(NOW, status="not-done"), False),
        (given(NOW, status="in-progress"), True),
    ],
    ids=["just now", "last night", "days ago", "not given", "running"],
)
def test_what_was_given_within_a_day_still_counts(administration: Json, warned: bool) -> None:
    found = cards_of(request("order-sign", bundle(INSIDE), {"medications": bundle(administration)}))
    assert any("warfarin" in card.get("detail", "") for card in found if card["indicator"] == "critical") == warned


def test_drafts_count_at_discharge_and_not_in_the_list_viewed() -> None:
    listed = {"medications": bundle(current(WARFARIN), INSIDE | {"intent": "plan"})}
    going = cards_of(request("encounter-discharge", prefetch=listed, encounterId="e"))
    assert "ibuprofen with warfarin" in said(going)
    assert "ibuprofen with warfarin" not in said(cards_of(request("patient-view", prefetch=listed)))


def test_a_context_without_a_patient_is_refused() -> None:
    body = request("order-sign", bundle(INSIDE))
    del body["context"]["patientId"]
    answer = services().post("/cds-services/medrag-order-sign", json=body)
    assert (answer.status_code, code_of(answer)) == (400, "missing_required_parameter")


def test_discovery_says_which_version_is_spoken() -> None:
    assert {each["version"] for each in services().get("/cds-services").json()["services"]} == {"STU2"}

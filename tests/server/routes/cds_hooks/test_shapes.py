"""Requests in the many shapes that public implementations send: the finding, or a card that says what was not read.

Written in the manner of HL7's PDDI-CDS, Da Vinci CRD, Inferno and CDC's opioid guides; nothing of theirs is copied.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.routes.cds_hooks.ehr import (
    AMOXICILLIN,
    FENTANYL,
    FLURAZEPAM,
    IBUPROFEN,
    PATIENT,
    SNOMED,
    WARFARIN,
    Json,
    allergy,
    bundle,
    cards_of,
    coded,
    current,
    order,
    request,
    said,
    services,
)

DOSE_R4 = {"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}], "timing": {"repeat": {"frequency": 3}}}
CONTAINED = {"resourceType": "Medication", "id": "med", "code": coded(IBUPROFEN)}
REFERRED = {"resourceType": "Medication", "id": "ibu", "code": coded(IBUPROFEN)}
DISPLAYED = coded(IBUPROFEN, display="Ibuprofen 400 MG Oral Tablet")


def full(resource: Json, url: str) -> Json:
    return {"fullUrl": url, "resource": resource}


SPEAKS_OF_WARFARIN: dict[str, Json] = {
    "an RxNorm code and its display": request("order-sign", bundle(order(medicationCodeableConcept=DISPLAYED))),
    "an RxNorm code alone": request("order-sign", bundle(order(medicationCodeableConcept=coded(IBUPROFEN)))),
    "words alone": request("order-sign", bundle(order(medicationCodeableConcept={"text": "Motrin 400 mg tablets"}))),
    "a local code beside RxNorm": request(
        "order-sign",
        bundle(
            order(
                medicationCodeableConcept={
                    "coding": [{"system": "urn:oid:1.2.3", "code": "X9"}, *coded(IBUPROFEN)["coding"]]
                }
            )
        ),
    ),
    "an NDC before RxNorm": request(
        "order-sign",
        bundle(
            order(
                medicationCodeableConcept={
                    "coding": [
                        {"system": "http://hl7.org/fhir/sid/ndc", "code": "00000-0000-00"},
                        *coded(IBUPROFEN)["coding"],
                    ]
                }
            )
        ),
    ),
    "a contained medication": request(
        "order-sign", bundle(order(medicationReference={"reference": "#med"}, contained=[CONTAINED]))
    ),
    "a medication of the session": request(
        "order-sign", bundle(order(medicationReference={"reference": "Medication/ibu"}), REFERRED)
    ),
    "a medication of the prefetch": request(
        "order-sign",
        bundle(order(medicationReference={"reference": "Medication/ibu"})),
        {"medications": bundle(current(WARFARIN), REFERRED)},
    ),
    "an absolute reference": request(
        "order-sign",
        bundle(order(medicationReference={"reference": "https://ehr.example.org/fhir/Medication/ibu"}), REFERRED),
    ),
    "a reference by fullUrl": request(
        "order-sign",
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                full(order(medicationReference={"reference": "urn:uuid:1"}), "urn:uuid:0"),
                full(REFERRED, "urn:uuid:1"),
            ],
        },
    ),
    "a reference that only its display names": request(
        "order-sign", bundle(order(medicationReference={"reference": "Medication/away", "display": "Ibuprofen 400 mg"}))
    ),
    "DSTU2's order": request(
        "order-sign", bundle(order(resourceType="MedicationOrder", medicationCodeableConcept=coded(IBUPROFEN)))
    ),
    "R5 with a concept": request("order-sign", bundle(order(medication={"concept": coded(IBUPROFEN)}))),
    "R5 with a reference": request(
        "order-sign", bundle(order(medication={"reference": {"reference": "Medication/ibu"}}), REFERRED)
    ),
    "STU3's dosage": request(
        "order-sign",
        bundle(
            order(
                medicationCodeableConcept=DISPLAYED,
                dosageInstruction=[{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            )
        ),
    ),
    "no selections": request("order-select", bundle(order(medicationCodeableConcept=DISPLAYED))),
    "empty selections": request("order-select", bundle(order(medicationCodeableConcept=DISPLAYED)), selections=[]),
    "a bare id selected": request(
        "order-select", bundle(order(medicationCodeableConcept=DISPLAYED)), selections=["m1"]
    ),
    "a reference selected": request(
        "order-select", bundle(order(medicationCodeableConcept=DISPLAYED)), selections=["MedicationRequest/m1"]
    ),
    "a URL selected": request(
        "order-select",
        bundle(order(medicationCodeableConcept=DISPLAYED)),
        selections=["https://ehr.example.org/fhir/MedicationRequest/m1"],
    ),
    "a selection that was not drafted": request(
        "order-select", bundle(order(medicationCodeableConcept=DISPLAYED)), selections=["MedicationRequest/other"]
    ),
    "another draft of the session": request(
        "order-select",
        bundle(
            order("m1", medicationCodeableConcept=DISPLAYED),
            order("m2", medicationCodeableConcept=coded(WARFARIN)),
        ),
        {"medications": bundle(current("197319"))},
        selections=["MedicationRequest/m1"],
    ),
    "two drafts signed together": request(
        "order-sign",
        bundle(
            order("m1", medicationCodeableConcept=DISPLAYED), order("m2", medicationCodeableConcept=coded(WARFARIN))
        ),
        {"medications": bundle(current("197319"))},
    ),
    "an order that is active already": request(
        "order-sign", bundle(order(status="active", medicationCodeableConcept=DISPLAYED))
    ),
    "an order on hold": request("order-sign", bundle(order(status="on-hold", medicationCodeableConcept=DISPLAYED))),
    "a subject by a bare id": request(
        "order-sign", bundle(order(subject={"reference": "p"}, medicationCodeableConcept=DISPLAYED))
    ),
    "no subject": request("order-sign", bundle(order(subject={}, medicationCodeableConcept=DISPLAYED))),
    "a patient id with its type": request(
        "order-sign", bundle(order(medicationCodeableConcept=DISPLAYED)), patientId="Patient/p"
    ),
    "one draft without a bundle": request("order-sign", order(medicationCodeableConcept=DISPLAYED)),
    "current drugs as statements": request(
        "order-sign",
        bundle(order(medicationCodeableConcept=DISPLAYED)),
        {
            "medications": None,
            "statements": bundle(
                {
                    "resourceType": "MedicationStatement",
                    "id": "s",
                    "status": "active",
                    "subject": {"reference": "Patient/p"},
                    "medicationCodeableConcept": coded(WARFARIN),
                }
            ),
        },
    ),
    "current drugs under names of its own": request(
        "order-sign",
        bundle(order(medicationCodeableConcept=DISPLAYED)),
        {"patient": None, "medications": None, "item1": PATIENT, "item2": current(WARFARIN)},
    ),
    "resources wrapped with their responses": request(
        "order-sign",
        bundle(order(medicationCodeableConcept=DISPLAYED)),
        {
            "patient": {"response": {"status": "200 OK"}, "resource": PATIENT},
            "medications": {"response": {"status": "200 OK"}, "resource": bundle(current(WARFARIN))},
        },
    ),
    "the patient in a bundle": request(
        "order-sign", bundle(order(medicationCodeableConcept=DISPLAYED)), {"patient": bundle(PATIENT)}
    ),
    "the draft is in the prefetch under another drug": request(
        "order-sign",
        bundle(order("current", medicationCodeableConcept=DISPLAYED)),
        {"medications": bundle(current(WARFARIN))},
    ),
    "a list of two interacting drugs viewed": request(
        "patient-view", prefetch={"medications": bundle(current(WARFARIN), current(IBUPROFEN, "other"))}
    ),
    "a list of two interacting drugs at discharge": request(
        "encounter-discharge",
        prefetch={"medications": bundle(current(WARFARIN), current(IBUPROFEN, "other"))},
        encounterId="e",
    ),
}


@pytest.mark.parametrize("shape", SPEAKS_OF_WARFARIN)
def test_the_interaction_is_found_whatever_the_shape(shape: str) -> None:
    found = [card for card in cards_of(SPEAKS_OF_WARFARIN[shape]) if card["indicator"] != "info"]
    assert any("ibuprofen" in each["detail"] and "warfarin" in each["detail"] for each in found), said(found)


SAYS_SO: dict[str, tuple[Json, str]] = {
    "a code that nobody knows": (
        request("order-sign", bundle(order(medicationCodeableConcept=coded("99999999")))),
        "RxNorm 99999999",
    ),
    "words that nobody knows": (
        request("order-sign", bundle(order(medicationCodeableConcept={"text": "Zebedine 5 mg"}))),
        "Zebedine",
    ),
    "a reference that leads nowhere": (
        request("order-sign", bundle(order(medicationReference={"reference": "Medication/away"}))),
        "Medication/away was not sent",
    ),
    "a reference by identifier": (
        request("order-sign", bundle(order(medicationReference={"identifier": {"value": "1"}}))),
        "names no drug",
    ),
    "an R5 reference that leads nowhere": (
        request("order-sign", bundle(order(medication={"reference": {"reference": "Medication/away"}}))),
        "Medication/away was not sent",
    ),
    "no drug at all": (request("order-sign", bundle(order())), "names no drug"),
    "an entry without a resource": (
        request("order-sign", {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "urn:uuid:0"}]}),
        "has no resource",
    ),
    "an empty session": (request("order-sign", bundle()), "no draft order was sent"),
    "an order of a former version of FHIR": (
        request("order-sign", bundle({"resourceType": "MedicationOrder", "id": "o", "status": "draft"})),
        "MedicationOrder",
    ),
    "a service request": (
        request("order-sign", bundle({"resourceType": "ServiceRequest", "id": "s", "status": "draft"})),
        "ServiceRequest",
    ),
    "a device request beside a drug": (
        request(
            "order-sign",
            bundle(
                order(medicationCodeableConcept=coded("198440")),
                {"resourceType": "DeviceRequest", "id": "d", "status": "draft"},
            ),
        ),
        "DeviceRequest",
    ),
    "words and a code for different drugs": (
        request("order-sign", bundle(order(medicationCodeableConcept=coded(AMOXICILLIN, display="Metformin 500 mg")))),
        "different drugs",
    ),
    "an order for another patient": (
        request("order-sign", bundle(order(subject={"reference": "Patient/q"}, medicationCodeableConcept=DISPLAYED))),
        "another patient",
    ),
    "a subject that leads nowhere": (
        request("order-sign", bundle(order(subject={"reference": "urn:uuid:9"}, medicationCodeableConcept=DISPLAYED))),
        "leads to no patient",
    ),
    "a selection that was not drafted": (
        request("order-select", bundle(order(medicationCodeableConcept=DISPLAYED)), selections=["m9"]),
        "m9 was selected",
    ),
    "a page that follows": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=DISPLAYED)),
            {"allergies": bundle(link=[{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}])},
        ),
        "allergies: only a part",
    ),
    "fewer entries than were found": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=DISPLAYED)),
            {"medications": bundle(current(WARFARIN), total=7)},
        ),
        "medications: only a part",
    ),
    "an error in the place of a list": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=DISPLAYED)),
            {"allergies": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "security"}]}},
        ),
        "allergies: could not be read",
    ),
    "an error inside a list": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=DISPLAYED)),
            {
                "conditions": bundle(
                    {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal", "code": "timeout"}]}
                )
            },
        ),
        "conditions: could not be read",
    ),
    "an allergy that is a code that nobody knows": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=coded(AMOXICILLIN))),
            {"allergies": bundle(allergy(coded("999000001", SNOMED)))},
        ),
        "999000001",
    ),
    "a current drug that is a code that nobody knows": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=DISPLAYED)),
            {"medications": bundle(current("99999999"))},
        ),
        "99999999",
    ),
    "a current drug whose reference leads nowhere": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=DISPLAYED)),
            {"medications": bundle(order("c", status="active", medicationReference={"reference": "Medication/away"}))},
        ),
        "MedicationRequest/c",
    ),
    "facts of another patient in the prefetch": (
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=DISPLAYED)),
            {"allergies": bundle(allergy({"text": "penicillin"}) | {"patient": {"reference": "Patient/q"}})},
        ),
        "another patient",
    ),
    "an unknown drug in the list viewed": (
        request("patient-view", prefetch={"medications": bundle(current("99999999"))}),
        "99999999",
    ),
    "no list of medications to view": (
        request("patient-view", prefetch={"medications": None}),
        "lists no medications",
    ),
    "a page that follows the list viewed": (
        request(
            "patient-view",
            prefetch={"medications": bundle(current(WARFARIN), link=[{"relation": "next", "url": "https://x/2"}])},
        ),
        "medications: only a part",
    ),
}


@pytest.mark.parametrize("shape", SAYS_SO)
def test_what_was_not_read_is_a_card_that_says_so(shape: str) -> None:
    body, words = SAYS_SO[shape]
    assert words in said(cards_of(body))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"status": "stopped"},
        {"doNotPerform": True},
        {"subject": {"reference": "Patient/q"}},
    ],
)
def test_what_is_not_ordered_for_this_patient_is_not_checked_as_an_order(change: Json) -> None:
    found = cards_of(request("order-sign", bundle(order(medicationCodeableConcept=DISPLAYED, **change))))
    assert not any("warfarin" in said([each]) for each in found)


@pytest.mark.parametrize(
    "concept",
    [coded("91936005", SNOMED), coded("7980"), coded("764146007", SNOMED), {"text": "penicillin"}, coded("70618")],
    ids=str,
)
def test_an_allergy_counts_by_its_code_alone(concept: Json) -> None:
    body = request(
        "order-sign",
        bundle(order(medicationCodeableConcept=coded(AMOXICILLIN))),
        {"allergies": bundle(allergy(concept))},
    )
    first = cards_of(body)[0]
    assert first["indicator"] == "critical"
    assert first["source"]["topic"]["code"] == "allergy"


def test_an_opioid_with_a_benzodiazepine_as_cdc_sends_it() -> None:
    drafts = bundle(
        order(status="active", medicationCodeableConcept=coded(FLURAZEPAM), dosageInstruction=[DOSE_R4]),
        type="collection",
    )
    body = request("order-select", drafts, {"medications": current(FENTANYL)}, selections=["MedicationRequest/m1"])
    assert any("flurazepam with fentanyl" in card["detail"] for card in cards_of(body))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"prefetch": {}}, 412),
        ({"prefetch": {"patient": None}}, 412),
        ({"prefetch": {"item1": {"resourceType": "Patient", "id": "q"}}}, 412),
        ({"prefetch": {"patient": PATIENT | {"id": "q"}}}, 409),
        ({"fhirAuthorization": {"access_token": "t", "patient": "q"}}, 400),
        ({"context": {"patientId": "p", "draftOrders": "none"}}, 400),
        ({"hook": "order-dispatch"}, 400),
        ({"context": None}, 400),
    ],
)
def test_calls_that_cannot_be_answered_get_a_status_that_says_so(change: dict[str, Any], status: int) -> None:
    body = request("order-sign", bundle(order(medicationCodeableConcept=DISPLAYED))) | change
    assert services().post("/cds-services/medrag-order-sign", json=body).status_code == status

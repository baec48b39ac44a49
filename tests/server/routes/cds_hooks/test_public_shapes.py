"""Twenty-eight requests in the shapes of HL7's PDDI-CDS, Da Vinci CRD, Inferno and CDC's opioid guide.

Each gets its status and either the finding or a card that says what was not read: none is a silent all clear. The
requests are written here; nothing of those projects is copied. ``docs/cds-hooks.md`` has the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests.server.routes.cds_hooks.ehr import (
    FENTANYL,
    FLURAZEPAM,
    IBUPROFEN,
    PATIENT,
    WARFARIN,
    Json,
    bundle,
    code_of,
    coded,
    current,
    order,
    request,
    said,
    services,
)

TOGETHER = "ibuprofen with warfarin"
NSAID = coded(IBUPROFEN, display="Ibuprofen 400 MG Oral Tablet")
STATED = {
    "resourceType": "MedicationStatement",
    "id": "s",
    "status": "active",
    "subject": {"reference": "Patient/p"},
    "medicationCodeableConcept": coded(WARFARIN),
}
COVERAGE = {"resourceType": "Coverage", "id": "cov", "status": "active", "beneficiary": {"reference": "Patient/p"}}
EXTENDED = {"url": "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information"}


@dataclass(frozen=True)
class Shape:
    """A call of ``service`` and what it gets: ``status``, and with 200 ``words`` in a card of at least ``level``."""

    body: Json
    words: str = ""
    status: int = 200
    level: str = "warning"
    service: str = ""


def with_statement(drafts: Any, hook: str = "order-select", **context: Any) -> Json:
    """As PDDI-CDS has it: what is taken as statements, drafts selected by reference."""
    known = {"medications": None, "item1": bundle(STATED)}
    return request(hook, drafts, known, **({"selections": ["MedicationRequest/m1"]} | context))


def other_kind(kind: str, **more: Any) -> Json:
    return {
        "resourceType": kind,
        "id": "o",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p"},
        **more,
    }


def legacy(**change: Any) -> Json:
    """The hook of CDS Hooks before 1.0, with its ``medications``."""
    body = request("medication-prescribe", None, None, medications=bundle(order(medicationCodeableConcept=NSAID)))
    return body | change


CONTAINED = {"resourceType": "Medication", "id": "med", "code": NSAID}
OPIOID = order(status="active", medicationCodeableConcept=coded(FENTANYL))

SHAPES: dict[str, Shape] = {
    "PDDI-CDS: an NSAID selected, warfarin stated": Shape(
        with_statement(bundle(order(medicationCodeableConcept=NSAID))), TOGETHER
    ),
    "PDDI-CDS: an NSAID signed": Shape(
        with_statement(bundle(order(medicationCodeableConcept=NSAID)), "order-sign"), TOGETHER
    ),
    "PDDI-CDS: warfarin drafted, an NSAID dispensed": Shape(
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=coded(WARFARIN))),
            {
                "medications": bundle(
                    {
                        "resourceType": "MedicationDispense",
                        "id": "d",
                        "status": "completed",
                        "subject": {"reference": "Patient/p"},
                        "medicationCodeableConcept": NSAID,
                        "whenHandedOver": date.today().isoformat(),
                    }
                )
            },
        ),
        "warfarin with ibuprofen",
    ),
    "PDDI-CDS: a contained medication": Shape(
        with_statement(bundle(order(medicationReference={"reference": "#med"}, contained=[CONTAINED]))), TOGETHER
    ),
    "PDDI-CDS: digoxin selected, ciclosporin stated": Shape(
        request(
            "order-select",
            bundle(order(medicationCodeableConcept={"text": "Digoxin 0.25 MG Oral Tablet"})),
            {"medications": bundle(order("c", status="active", medicationCodeableConcept={"text": "Cyclosporine"}))},
            selections=["MedicationRequest/m1"],
        ),
        "digoxin",
    ),
    "PDDI-CDS: a selection that was not drafted": Shape(
        with_statement(bundle(order(medicationCodeableConcept=NSAID)), selections=["MedicationRequest/away"]),
        "MedicationRequest/away was selected",
    ),
    "PDDI-CDS: medication-prescribe": Shape(legacy(), status=400, service="medrag-order-select"),
    "CRD: a drug and a device": Shape(
        request("order-sign", bundle(order(medicationCodeableConcept=NSAID), other_kind("DeviceRequest"))), TOGETHER
    ),
    "CRD: a device alone": Shape(
        request("order-sign", bundle(other_kind("DeviceRequest"))), "DeviceRequest", level="info"
    ),
    "CRD: a service alone": Shape(
        request("order-select", bundle(other_kind("ServiceRequest")), selections=["ServiceRequest/o"]),
        "ServiceRequest",
        level="info",
    ),
    "CRD: nutrition, vision and communication": Shape(
        request(
            "order-sign",
            bundle(other_kind("NutritionOrder"), other_kind("VisionPrescription"), other_kind("CommunicationRequest")),
        ),
        "NutritionOrder",
        level="info",
    ),
    "CRD: coverage in the prefetch, the patient in its bundle": Shape(
        request("order-sign", bundle(order(medicationCodeableConcept=NSAID, insurance=[{"reference": "Coverage/cov"}])))
        | {"prefetch": {"coverageBundle": bundle(COVERAGE, PATIENT), "medicationBundle": bundle(current(WARFARIN))}},
        TOGETHER,
    ),
    "CRD: extensions on the order and on the call": Shape(
        request(
            "order-sign",
            bundle(order(medicationCodeableConcept=NSAID, extension=[EXTENDED | {"valueCode": "covered"}])),
        )
        | {"extension": {"davinci-crd.configuration": {"coverage": False}}},
        TOGETHER,
    ),
    "CRD: no prefetch, a server that is not listed": Shape(
        request("order-sign", bundle(order(medicationCodeableConcept=NSAID)))
        | {"prefetch": {}, "fhirServer": "https://ehr.example.org/fhir", "fhirAuthorization": {"access_token": "t"}},
        status=412,
    ),
    "CRD: order-dispatch": Shape(request("order-dispatch", None), status=404, service="medrag-order-dispatch"),
    "CRD: appointment-book": Shape(request("appointment-book", None), status=404, service="medrag-appointment-book"),
    "CRD: encounter-start": Shape(request("encounter-start", None), status=404, service="medrag-encounter-start"),
    "CRD: encounter-discharge": Shape(
        request(
            "encounter-discharge",
            None,
            {"medications": bundle(current(WARFARIN), current(IBUPROFEN, "i"))},
            encounterId="e1",
        ),
        TOGETHER,
    ),
    "Inferno: patient-view": Shape(
        request("patient-view", None, {"medications": bundle(current("99999999"))}), "99999999"
    ),
    "Inferno: no hookInstance": Shape(request("patient-view") | {"hookInstance": None}, status=400),
    "Inferno: no context": Shape(request("patient-view") | {"context": None}, status=400),
    "Inferno: drafts that are no bundle": Shape(request("order-sign", "none"), status=400),
    "Inferno: prefetch that failed": Shape(
        request("order-sign", bundle(order(medicationCodeableConcept=NSAID)))
        | {
            "prefetch": {
                "patient": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "security"}]}
            }
        },
        status=412,
    ),
    "Inferno: another hook than the service's": Shape(request("patient-view"), status=400, service="medrag-order-sign"),
    "CDC: resources under item names, one without a bundle": Shape(
        request(
            "order-select",
            bundle(order(status="active", medicationCodeableConcept=coded(FLURAZEPAM))),
            {},
            selections=["MedicationRequest/m1"],
        )
        | {"prefetch": {"item1": PATIENT, "item2": OPIOID | {"id": "current"}, "item3": None}},
        "flurazepam with fentanyl",
    ),
    "CDC: answers around the resources": Shape(
        request("patient-view")
        | {
            "prefetch": {
                "item1": {"response": {"status": "200 OK"}, "resource": PATIENT},
                "item2": {
                    "response": {"status": "200 OK"},
                    "resource": bundle(OPIOID | {"id": "f"}, current(FLURAZEPAM)),
                },
                "item3": {"response": {"status": "404 Not Found"}},
            }
        },
        "fentanyl",
    ),
    "CDC: a subject that is a bare id of another": Shape(
        request("order-select", bundle(order(subject={"reference": "example-rec"}, medicationCodeableConcept=NSAID))),
        "leads to no patient",
    ),
    "CDC: no prefetch at all": Shape(
        {name: value for name, value in request("order-sign", bundle(OPIOID)).items() if name != "prefetch"},
        status=412,
    ),
}
LEVELS = ("info", "warning", "critical")


def test_there_are_as_many_as_are_promised() -> None:
    assert len(SHAPES) == 28
    assert {name.partition(":")[0] for name in SHAPES} == {"PDDI-CDS", "CRD", "Inferno", "CDC"}


@pytest.mark.parametrize("name", SHAPES)
def test_the_right_status_and_no_silent_all_clear(name: str) -> None:
    shape = SHAPES[name]
    service = shape.service or f"medrag-{shape.body['hook']}"
    response = services().post(f"/cds-services/{service}", json=shape.body)
    assert response.status_code == shape.status, response.text
    if shape.status != 200:
        assert code_of(response)
        return
    telling = [card for card in response.json()["cards"] if shape.words in said([card])]
    assert telling, said(response.json()["cards"])
    assert max(LEVELS.index(card["indicator"]) for card in telling) >= LEVELS.index(shape.level)


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.status == 200])
def test_no_shape_is_answered_with_nothing(name: str) -> None:
    shape = SHAPES[name]
    assert services().post(f"/cds-services/medrag-{shape.body['hook']}", json=shape.body).json()["cards"]

"""How findings become cards: at most three, the worst first, none twice, each with more than its summary."""

from __future__ import annotations

import re
from datetime import date

import pytest
from starlette.testclient import TestClient

from tests.server.routes.cds_hooks.ehr import (
    AMOXICILLIN,
    IBUPROFEN,
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
from tests.told import english

PENICILLIN = {"allergies": bundle(allergy({"text": "penicillin"}))}
MANY = [
    order("m1", medicationCodeableConcept=coded(IBUPROFEN)),
    order("m2", medicationCodeableConcept={"text": "Naproxen 500 mg"}),
    order("m3", medicationCodeableConcept={"text": "Diclofenac 50 mg"}),
    order("m4", medicationCodeableConcept=coded(AMOXICILLIN)),
    order("m5", medicationCodeableConcept={"text": "Zebedine 5 mg"}),
]
RANKS = {"critical": 0, "warning": 1, "info": 2}


def ranks(cards: list[Json]) -> list[int]:
    return [RANKS[card["indicator"]] for card in cards]


def test_many_orders_make_three_cards_and_nothing_is_lost() -> None:
    found = cards_of(request("order-sign", bundle(*MANY), PENICILLIN))
    assert len(found) == 3
    assert ranks(found) == sorted(ranks(found))
    for word in ("ibuprofen", "naproxen", "diclofenac", "amoxicillin", "Zebedine"):
        assert word in said(found)


def test_the_detail_adds_to_the_summary() -> None:
    found = cards_of(request("order-sign", bundle(MANY[3]), PENICILLIN))
    assert found[0]["detail"] not in found[0]["summary"]
    for more in ("Contraindicated", "Source:", "In the record: penicillin", "amoxicillin 500 MG Oral Tablet"):
        assert more in found[0]["detail"]


def test_a_pair_is_told_once() -> None:
    drafts = bundle(
        order("m1", medicationCodeableConcept=coded(IBUPROFEN)), order("m2", medicationCodeableConcept=coded(WARFARIN))
    )
    found = cards_of(request("order-sign", drafts, {"medications": bundle(current(WARFARIN, "m2"))}))
    assert said(found).count("ibuprofen with warfarin") + said(found).count("warfarin with ibuprofen") <= 2


def test_an_order_can_be_taken_away_by_its_card() -> None:
    first = cards_of(request("order-sign", bundle(MANY[3]), PENICILLIN))[0]
    (suggestion,) = first["suggestions"]
    assert suggestion["isRecommended"]
    assert suggestion["actions"][0] | {"description": ""} == {
        "type": "delete",
        "description": "",
        "resourceId": "MedicationRequest/m4",
    }
    assert first["selectionBehavior"] == "at-most-one"


def test_an_order_without_an_id_cannot_be_taken_away() -> None:
    nameless = {name: value for name, value in MANY[3].items() if name != "id"}
    assert "suggestions" not in cards_of(request("order-sign", bundle(nameless), PENICILLIN))[0]


def test_the_list_is_viewed_and_nothing_of_it_can_be_removed() -> None:
    found = cards_of(
        request("patient-view", prefetch={"medications": bundle(current(WARFARIN), current(IBUPROFEN, "i"))})
    )
    assert found[0]["indicator"] == "critical"
    assert "suggestions" not in found[0]
    assert found[-1]["links"][0]["type"] == "absolute"


def taken(*drugs: str) -> Json:
    return bundle(
        *(
            current(WARFARIN, f"t{number}") | {"medicationCodeableConcept": {"text": each}}
            for number, each in enumerate(drugs)
        )
    )


def of_the_patient(kind: str, **more: object) -> Json:
    return bundle({"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p"}, **more})


CREATININE = of_the_patient(
    "Observation",
    status="final",
    code=coded("2160-0", "http://loinc.org"),
    effectiveDateTime=date.today().isoformat(),
    valueQuantity={"value": 4.0, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
)


@pytest.mark.parametrize(
    ("prefetch", "check", "words"),
    [
        ({"medications": taken("Oxycodone 10 mg", "Diazepam 5 mg")}, "interaction", "oxycodone"),
        ({"medications": taken("Warfarin 5 mg", "Ibuprofen 400 mg")}, "interaction", "ibuprofen"),
        (
            {
                "medications": taken("Metoclopramide 10 mg"),
                "conditions": of_the_patient("Condition", code={"text": "Parkinson disease"}),
            },
            "contraindication",
            "metoclopramide",
        ),
        ({"medications": taken("Metformin 1000 mg"), "observations": CREATININE}, "renal", "metformin"),
    ],
    ids=["opioid and benzodiazepine", "anticoagulant and NSAID", "contraindication", "kidney"],
)
def test_the_worst_of_the_list_is_viewed(prefetch: Json, check: str, words: str) -> None:
    first = cards_of(request("patient-view", prefetch=prefetch))[0]
    assert first["indicator"] in ("critical", "warning")
    assert first["source"]["topic"]["code"] == check
    assert words in first["summary"].casefold()


def test_sources_and_topics() -> None:
    first = cards_of(request("order-sign", bundle(MANY[0])))[0]
    assert first["source"]["topic"] == {"system": "urn:medrag:check", "code": "interaction", "display": "interaction"}
    assert all(reason["system"] and reason["code"] for reason in first["overrideReasons"])
    asked = (cards_of(request("order-sign", bundle(each), PENICILLIN)) for each in MANY[:4])
    urls = {card["source"]["url"] for cards in asked for card in cards if "url" in card["source"]}
    assert urls and all(each.startswith("https://") for each in urls)


def test_the_record_s_words_bring_no_markup_into_a_card() -> None:
    drafts = bundle(order(medicationCodeableConcept={"text": "<img src=x> [Zebedine](javascript:1)"}))
    detail = "".join(card.get("detail", "") for card in cards_of(request("order-sign", drafts)))
    assert "<img" not in detail
    assert "](javascript" not in detail


CHINESE = re.compile(r"[一-鿿]")


@pytest.mark.parametrize("hook", ["order-sign", "patient-view"])
@pytest.mark.parametrize(
    ("client", "header"), [(services(), "zh-CN,zh;q=0.9"), (services(language="zh"), "fr")], ids=["asked", "set"]
)
def test_cards_in_chinese(hook: str, client: TestClient, header: str) -> None:
    listed = {"medications": bundle(current(WARFARIN), current(IBUPROFEN, "i"))}
    drafts = bundle(*MANY) if hook == "order-sign" else None
    found = cards_of(request(hook, drafts, PENICILLIN | listed), client, **{"Accept-Language": header})
    for card in found:
        assert CHINESE.search(card["summary"])
        assert "Contraindicated" not in said([card]) and "Not assessed" not in said([card])
        assert all(CHINESE.search(each["display"]) for each in card.get("overrideReasons", ()))
        assert all(CHINESE.search(each["label"]) for each in card.get("suggestions", ()))
        assert all(CHINESE.search(each["label"]) for each in card.get("links", ()))
    assert ranks(found) == sorted(ranks(found))
    english = cards_of(request(hook, drafts, PENICILLIN | listed), client, **{"Accept-Language": "en"})
    assert [each["indicator"] for each in found] == [each["indicator"] for each in english]
    assert not any(CHINESE.search(each["summary"]) for each in english)


NAMED = re.compile(r"medrag|来源：.*|\w+ et al.*|qd|tid|bid")
"""What stands in a card as it came, and references."""


def test_a_chinese_record_s_cards_hold_no_english() -> None:
    drafts = [("1", "布洛芬 0.4g tid"), ("2", "阿莫西林 0.5g tid"), ("3", "螺内酯 20mg qd"), ("4", "甲氨蝶呤 10mg qd")]
    potassium = {"resourceType": "Observation", "id": "k", "status": "final", "code": {"text": "血钾"}}
    potassium |= {"subject": {"reference": "Patient/p"}, "valueQuantity": {"value": 6.8, "unit": "mmol/L"}}
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/p"}}
    record = {
        "conditions": bundle(*(condition | {"code": {"text": each}} for each in ("妊娠12周", "消化道出血", "房颤"))),
        "medications": bundle(order("w", status="active", medicationCodeableConcept={"text": "华法林 3mg qd"})),
        "observations": bundle(potassium),
    }
    sign = bundle(*(order(name, medicationCodeableConcept={"text": text}) for name, text in drafts))
    for hook, given in (("order-sign", sign), ("patient-view", None)):
        found = cards_of(request(hook, given, record), services(), **{"Accept-Language": "zh-CN"})
        assert found and english(NAMED.sub("", said([card])) for card in found) == {}


def test_services_and_errors_in_chinese() -> None:
    client, chinese = services(), {"Accept-Language": "zh-CN"}
    for each in client.get("/cds-services", headers=chinese).json()["services"]:
        assert CHINESE.search(each["description"]) and CHINESE.search(each["usageRequirements"])
    answer = client.post("/cds-services/none", json=request("order-sign", bundle()), headers=chinese)
    assert answer.json()["issue"][0]["details"]["text"] == "没有该服务"


def test_the_link_launches_where_the_record_system_may() -> None:
    base = "https://ehr.example.org/fhir"
    client = services(ehrs=frozenset({base}))
    for server, kind in ((f"{base}/", "smart"), ("https://other.example.org/fhir", "absolute"), (None, "absolute")):
        link = cards_of(request("patient-view") | {"fhirServer": server}, client)[-1]["links"][0]
        assert link["type"] == kind
        assert link["url"].endswith("/smart/launch") == (kind == "smart")

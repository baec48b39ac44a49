"""How findings become cards: at most three, the worst first, none twice, each with more than its summary."""

from __future__ import annotations

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
)

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


def test_sources_and_topics() -> None:
    first = cards_of(request("order-sign", bundle(MANY[0])))[0]
    assert first["source"]["topic"] == {"system": "urn:medrag:check", "code": "interaction", "display": "interaction"}
    assert all(reason["system"] and reason["code"] for reason in first["overrideReasons"])


def test_the_record_s_words_bring_no_markup_into_a_card() -> None:
    drafts = bundle(order(medicationCodeableConcept={"text": "<img src=x> [Zebedine](javascript:1)"}))
    detail = "".join(card.get("detail", "") for card in cards_of(request("order-sign", drafts)))
    assert "<img" not in detail
    assert "](javascript" not in detail

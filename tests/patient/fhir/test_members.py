"""Lists whose entries are not there, variants of genes, deliveries expected, and values of different days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medrag.patient import from_json, hear, load
from tests.patient.records import TODAY, bundle, order, person

LOINC = "http://loinc.org"


def coded(code: str, name: str = "", system: str = LOINC) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, **({"display": name} if name else {})}]}


def observation(code: str, name: str, **fields: Any) -> dict[str, Any]:
    held = {"resourceType": "Observation", "status": "final", "code": coded(code, name)}
    return {**held, "effectiveDateTime": "2026-10-20", **fields}


def part(code: str, value: str, name: str = "", system: str = LOINC) -> dict[str, Any]:
    return {"code": coded(code), "valueCodeableConcept": coded(value, name, system)}


def variant(*parts: dict[str, Any], gene: str = "DPYD", present: str = "LA9633-4") -> dict[str, Any]:
    studied = part("48018-6", "HGNC:3012", gene, "http://www.genenames.org/geneId")
    held = {"component": [studied, *parts], "valueCodeableConcept": coded(present)}
    return observation("69548-6", "Genetic variant assessment", **held)


SPLICE = part("48004-6", "NM_000110.4:c.1905+1G>A", "c.1905+1G>A", "http://varnomen.hgvs.org")
BY_NUMBER = part("81255-2", "rs67376798", "", "http://www.ncbi.nlm.nih.gov/snp")
ONE, BOTH = part("53034-5", "LA6706-1", "Heterozygous"), part("53034-5", "LA6705-3", "Homozygous")


@pytest.mark.parametrize(
    ("parts", "phenotype", "score"),
    [
        ((SPLICE, ONE), "Intermediate Metabolizer", "1.0"),
        ((SPLICE, BOTH), "Poor Metabolizer", "0.0"),
        ((BY_NUMBER, ONE), "Intermediate Metabolizer", "1.5"),
    ],
)
def test_a_variant_of_a_pharmacogene_is_its_result(parts: tuple[Any, ...], phenotype: str, score: str) -> None:
    (found,) = from_json(bundle(person(), variant(*parts)), TODAY).genotypes or ()
    assert (found.gene, found.phenotype, found.activity_score) == ("DPYD", phenotype, score)


@pytest.mark.parametrize(
    "held",
    [
        [variant(SPLICE)],
        [variant(part("48004-6", "NM_000110.4:c.9G>A"), ONE)],
        [variant(SPLICE, ONE), variant(BY_NUMBER, ONE)],
        [variant(SPLICE, ONE, present="LA18198-4")],
    ],
    ids=["no copies", "unknown variant", "two variants", "no call"],
)
def test_a_variant_that_stays_open_is_told(held: list[Any]) -> None:
    read = from_json(bundle(person(), *held), TODAY)
    assert not read.genotypes
    assert [problem.lost for problem in read.problems] == [("genotypes",)]


def test_variants_that_are_absent_or_of_other_genes_tell_nothing() -> None:
    read = from_json(bundle(person(), variant(SPLICE, present="LA9634-2"), variant(SPLICE, gene="BRCA1")), TODAY)
    assert not read.genotypes and not read.problems


def listed(code: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "List", "status": "current", "mode": "working", "code": coded(code), "entry": list(entries)}


def item(reference: str, **fields: Any) -> dict[str, Any]:
    return {"item": {"reference": reference}, **fields}


@pytest.mark.parametrize(
    ("holder", "lost"),
    [
        (listed("x", item("MedicationRequest/9")), ["medications"]),
        (listed("48765-2", item("urn:uuid:9")), ["allergies"]),
        (listed("10160-0", {"item": {"display": "Warfarin 5 mg"}}), ["medications"]),
        (listed("10160-0", item("MedicationRequest/9", deleted=True)), []),
        (listed("10160-0", item("MedicationRequest/1")), []),
        (
            {"resourceType": "Composition", "section": [{"entry": [{"reference": "AllergyIntolerance/9"}]}]},
            ["allergies"],
        ),
    ],
)
def test_a_member_that_is_not_there_is_told(holder: dict[str, Any], lost: list[str]) -> None:
    read = from_json(bundle(person(), {**order("digoxin"), "id": "1"}, holder), TODAY)
    assert [each for problem in read.problems for each in problem.lost] == lost


@pytest.mark.parametrize(
    ("fields", "born", "pregnant"),
    [
        ({"code": coded("11778-8", "Delivery date Estimated"), "valueDateTime": "2027-02-01"}, "1996-05-01", True),
        ({"code": coded("11778-8", "Delivery date Estimated"), "valueDateTime": "2025-02-01"}, "1996-05-01", None),
        ({"code": coded("18185-9"), "valueQuantity": {"value": 31, "unit": "wk"}}, "1996-05-01", True),
        ({"code": coded("18185-9"), "valueQuantity": {"value": 31, "unit": "wk"}}, "2026-10-19", None),
    ],
)
def test_a_delivery_to_come_is_a_pregnancy(fields: dict[str, Any], born: str, pregnant: bool | None) -> None:
    said = {**observation("", ""), **fields}
    assert from_json(bundle({**person(), "birthDate": born}, said), TODAY).pregnant is pregnant


def measured(code: str, name: str, value: float, unit: str, day: str) -> dict[str, Any]:
    return observation(code, name, effectiveDateTime=day, valueQuantity={"value": value, "unit": unit})


def potassium(value: float, day: str) -> dict[str, Any]:
    return measured("2823-3", "Potassium", value, "mmol/L", day)


def weight(value: float, day: str) -> dict[str, Any]:
    return measured("29463-7", "Body weight", value, "kg", day)


def test_a_value_of_the_question_stands_before_an_older_one_of_the_record() -> None:
    record = from_json(bundle(person(), potassium(4.0, "2026-10-25"), weight(80, "2026-10-25")), TODAY)
    heard = hear(record, "K 6.9 and weight 62 kg, start spironolactone?", TODAY)
    assert heard and heard.weight_kg == 62
    standing = {each.display.casefold(): each.value for each in heard.observations or () if each.current}
    assert standing["potassium"] == 6.9


@pytest.mark.parametrize(
    ("day", "note", "standing", "told"),
    [
        ("2026-10-25", "K 6.9 today.", [6.9], False),
        ("2020-10-25", "K 6.9.", [6.9], False),
        ("2026-10-25", "K 6.9.", [4.0], True),
        ("2026-10-25", "K 4.1.", [4.0], False),
    ],
)
def test_a_value_without_a_day_is_not_lost_behind_a_dated_one(
    tmp_path: Path, day: str, note: str, standing: list[float], told: bool
) -> None:
    (tmp_path / "record.json").write_text(json.dumps(bundle(person(), potassium(4.0, day))))
    (tmp_path / "note.txt").write_text(f"Gout. {note}")
    read = load([tmp_path / "record.json", tmp_path / "note.txt"], TODAY)
    assert [each.value for each in read.observations or () if each.current] == standing
    assert any(problem.lost == ("observations",) for problem in read.problems) is told

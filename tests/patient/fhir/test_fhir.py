"""FHIR R4 in: statuses, references, other patients, partial faults."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

import pytest

from medrag.errors import PatientError
from medrag.patient import from_fhir
from medrag.types import FactStatus, Patient
from tests.patient.records import PATIENT, TODAY, allergy, bundle, coded, condition, lab, order, person, status


def read(*resources: dict[str, Any]) -> Patient:
    return from_fhir(bundle(*resources), TODAY)


def reasons(patient: Patient) -> str:
    return "\n".join(f"{problem.source}: {problem.reason}" for problem in patient.problems)


def test_reads_the_person() -> None:
    patient = read(person())
    assert (patient.birth_date.isoformat(), patient.sex, patient.age_years) == ("1960-05-01", "female", 66)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("clinical", "verified", "expected"),
    [
        ("active", "confirmed", "active"),
        ("recurrence", "confirmed", "active"),
        ("active", None, "active"),
        ("active", "unconfirmed", "uncertain"),
        ("active", "provisional", "uncertain"),
        ("active", "differential", "uncertain"),
        ("active", "refuted", "refuted"),
        (None, "entered-in-error", "refuted"),
        ("inactive", "confirmed", "resolved"),
        ("remission", "confirmed", "resolved"),
        ("resolved", "confirmed", "resolved"),
        (None, None, "uncertain"),
    ],
)
def test_only_active_and_confirmed_conditions_are_current(
    clinical: str | None, verified: str | None, expected: str
) -> None:
    (fact,) = read(person(), condition("Asthma", clinical, verified)).conditions
    assert fact.status == expected
    assert fact.current == (expected == "active")
    assert (fact.code, fact.system, fact.source) == ("1", "SNOMED", "request#Condition/Asthma")


def test_a_condition_that_ended_but_calls_itself_active_is_uncertain_and_reported() -> None:
    patient = read(person(), condition("Asthma", abatementDateTime="2020-01-01"))
    assert patient.conditions[0].status is FactStatus.UNCERTAIN
    assert "active and that it has ended" in reasons(patient)


def test_allergies_keep_kind_criticality_and_reaction() -> None:
    reaction = [{"manifestation": [coded("Hives")], "severity": "severe"}]
    patient = read(person(), allergy("Penicillin", type="allergy", criticality="high", reaction=reaction))
    (fact,) = patient.allergies
    assert (fact.kind, fact.criticality, fact.reaction) == ("allergy", "high", "Hives (severe)")
    assert patient.no_known_allergies is False


@pytest.mark.parametrize("verified", ["refuted", "entered-in-error", "unconfirmed"])
def test_refuted_and_unconfirmed_allergies_are_not_current(verified: str) -> None:
    patient = read(person(), allergy("Penicillin", verified=verified))
    assert not patient.allergies[0].current
    assert patient.no_known_allergies is None


def test_no_known_allergies_differs_from_nothing_recorded() -> None:
    silent = read(person())
    none = read(person(), allergy("No known allergy", code=coded("No known allergy", "716186003")))
    assert silent.no_known_allergies is None
    assert any(line.startswith("allergies: not recorded") for line in silent.missing)
    assert none.no_known_allergies is True
    assert none.allergies[0].status is FactStatus.NEGATED
    assert not any(line.startswith("allergies") for line in none.missing)


def test_no_known_allergies_beside_an_allergy_is_a_contradiction() -> None:
    patient = read(
        person(), allergy("No known allergy", code=coded("No known allergy", "716186003")), allergy("Penicillin")
    )
    assert patient.no_known_allergies is False
    assert "no known allergies, yet an allergy is recorded" in reasons(patient)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "active"),
        ({"state": "stopped"}, "resolved"),
        ({"state": "completed"}, "resolved"),
        ({"state": "on-hold"}, "uncertain"),
        ({"state": "draft"}, "planned"),
        ({"state": "entered-in-error"}, "refuted"),
        ({"intent": "plan"}, "planned"),
        ({"doNotPerform": True}, "negated"),
        ({"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"end": "2026-01-01"}}}}]}, "resolved"),
        ({"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"end": "2027-01-01"}}}}]}, "active"),
    ],
)
def test_order_statuses(fields: dict[str, Any], expected: str) -> None:
    assert read(person(), order("Warfarin", **fields)).medications[0].status == expected


def test_a_statement_not_taken_is_negated() -> None:
    statement = {
        "resourceType": "MedicationStatement",
        "id": "s",
        "status": "not-taken",
        "medicationCodeableConcept": coded("Aspirin"),
        "subject": {"reference": PATIENT},
    }
    assert read(person(), statement).medications[0].status is FactStatus.NEGATED


DRUG = {"resourceType": "Medication", "id": "drug", "code": coded("Warfarin 5 MG", "855332")}


@pytest.mark.parametrize(
    ("reference", "extra", "contained"),
    [
        (
            "urn:uuid:22222222-2222-4222-8222-222222222222",
            [{**DRUG, "fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222"}],
            [],
        ),
        ("Medication/drug", [DRUG], []),
        ("https://example.org/fhir/Medication/drug/_history/2", [DRUG], []),
        ("#drug", [], [DRUG]),
    ],
)
def test_medication_references_resolve(reference: str, extra: list[Any], contained: list[Any]) -> None:
    made = order(None, medicationReference={"reference": reference})
    if contained:
        made["contained"] = contained
    assert read(person(), *extra, made).medications[0].display == "Warfarin 5 MG"


def test_a_reference_to_nothing_falls_back_on_its_display_or_is_reported() -> None:
    named = order(None, medicationReference={"reference": "Medication/gone", "display": "Digoxin"})
    unnamed = order(None, id="u", medicationReference={"reference": "Medication/gone"})
    patient = read(person(), named, unnamed)
    assert [fact.display for fact in patient.medications] == ["Digoxin"]
    assert "MedicationRequest/u: names nothing" in reasons(patient)


def test_dosage_is_the_orders_own_words_or_its_parts() -> None:
    words = [{"text": "one tablet daily"}]
    parts = [
        {
            "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
            "route": coded("Oral"),
            "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        }
    ]
    patient = read(person(), order("A", dosageInstruction=words), order("B", id="b", dosageInstruction=parts))
    assert [fact.dosage for fact in patient.medications] == ["one tablet daily", "5 mg Oral 2 time(s) every 1 d"]


def test_components_become_observations_of_their_own() -> None:
    pressure = {
        "resourceType": "Observation",
        "id": "bp",
        "status": "final",
        "code": coded("Blood pressure", "55284-4", "http://loinc.org"),
        "subject": {"reference": PATIENT},
        "effectiveDateTime": "2026-10-01",
        "component": [
            {
                "code": coded("Systolic", "8480-6", "http://loinc.org"),
                "valueQuantity": {"value": 150, "unit": "mm[Hg]"},
            },
            {"code": coded("Diastolic", "8462-4", "http://loinc.org"), "dataAbsentReason": status("unknown")},
        ],
    }
    systolic, diastolic = read(person(), pressure).observations
    assert (systolic.value, systolic.unit, systolic.source) == (150, "mm[Hg]", "request#Observation/bp/component[0]")
    assert (diastolic.value, diastolic.status) == (None, FactStatus.UNCERTAIN)


def test_a_data_absent_reason_is_not_a_value() -> None:
    made = lab("2160-0", "Creatinine", 1, "mg/dL", dataAbsentReason=status("error"))
    del made["valueQuantity"]
    patient = read(person(), made)
    assert patient.observations[0].value is None
    assert not patient.observations[0].current
    assert "egfr" not in patient.derived


def test_newer_values_replace_older_ones_and_old_ones_are_history() -> None:
    patient = read(
        person(),
        lab("2160-0", "Creatinine", 1.0, "mg/dL", "2026-01-01"),
        lab("2160-0", "Creatinine", 1.4, "mg/dL", "2026-10-01"),
        lab("718-7", "Hemoglobin", 13, "g/dL", "2020-01-01"),
    )
    assert [(fact.value, fact.status.value) for fact in patient.observations] == [
        (1.0, "resolved"),
        (1.4, "active"),
        (13, "resolved"),
    ]


def test_preliminary_and_undated_results_are_uncertain() -> None:
    undated = lab("718-7", "Hemoglobin", 13, "g/dL")
    del undated["effectiveDateTime"]
    patient = read(person(), lab("2160-0", "Creatinine", 1.0, "mg/dL", status="preliminary"), undated)
    assert {fact.status for fact in patient.observations} == {FactStatus.UNCERTAIN}


def test_another_patients_facts_are_left_out_and_reported() -> None:
    other = condition("Gout", subject={"reference": "Patient/other"})
    patient = read(person(), condition("Asthma"), other)
    assert [fact.display for fact in patient.conditions] == ["Asthma"]
    assert "Condition/Gout: is about another patient" in reasons(patient)


def test_an_invalid_resource_is_reported_by_id_and_the_rest_is_used() -> None:
    broken = lab("2160-0", "Creatinine", 1.0, "mg/dL", id="bad", valueQuantity={"value": "very high"})
    patient = read(person(), broken, condition("Asthma"))
    assert [fact.display for fact in patient.conditions] == ["Asthma"]
    assert not patient.observations
    assert "request#Observation/bad: does not validate and is not used (valueQuantity.value" in reasons(patient)
    assert "very high" not in reasons(patient)


def test_a_fault_without_clinical_meaning_costs_only_its_element() -> None:
    patient = read(person(), allergy("Penicillin", identifier="not an identifier", madeUp=1))
    assert patient.allergies[0].current
    assert "read without the faulty part" in reasons(patient)
    assert "madeUp" not in reasons(patient)


def test_dates_in_other_formats_are_read_leniently() -> None:
    made = lab("2160-0", "Creatinine", 1.0, "mg/dL", effectiveDateTime="2026-10-01T10:00:00")
    (fact,) = read(person(), made).observations
    assert fact.date is not None
    assert fact.date.isoformat() == "2026-10-01T10:00:00"


def test_a_duplicate_full_url_keeps_the_newer_version() -> None:
    url = "urn:uuid:33333333-3333-4333-8333-333333333333"
    old = condition("Asthma", fullUrl=url, id="c", meta={"lastUpdated": "2020-01-01T00:00:00Z"})
    new = condition("Asthma", "resolved", fullUrl=url, id="c", meta={"lastUpdated": "2024-01-01T00:00:00Z"})
    patient = read(person(), new, old)
    assert [fact.status.value for fact in patient.conditions] == ["resolved"]
    assert "given more than once and differs" in reasons(patient)


def test_a_full_url_shared_by_two_types_keeps_both() -> None:
    url = "urn:uuid:33333333-3333-4333-8333-333333333333"
    patient = read(person(), condition("Asthma", fullUrl=url), order("Warfarin", fullUrl=url))
    assert (len(patient.conditions), len(patient.medications)) == (1, 1)
    assert "its fullUrl is also that of" in reasons(patient)


def test_family_history_names_the_relative() -> None:
    made = {
        "resourceType": "FamilyMemberHistory",
        "id": "f",
        "status": "completed",
        "patient": {"reference": PATIENT},
        "relationship": coded("mother"),
        "condition": [{"code": coded("Breast cancer")}],
    }
    (fact,) = read(person(), made).conditions
    assert (fact.display, fact.status.value) == ("Breast cancer (mother)", "family_history")


def test_a_code_system_of_the_wrong_type_is_not_fatal() -> None:
    made = condition("Asthma", code={"coding": [{"system": ["x"], "code": "1", "display": "Asthma"}]})
    assert "does not validate" in reasons(read(person(), made))


def test_reports_imaging_and_immunisations() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "category": [coded("Radiology", "RAD", "http://terminology.hl7.org/CodeSystem/v2-0074")],
        "code": coded("Chest X-ray"),
        "subject": {"reference": PATIENT},
        "effectiveDateTime": "2026-10-01",
        "conclusion": "No pneumothorax.",
    }
    vaccine = {
        "resourceType": "Immunization",
        "id": "v",
        "status": "completed",
        "vaccineCode": coded("Influenza"),
        "patient": {"reference": PATIENT},
        "occurrenceDateTime": "2026-10-01",
    }
    patient = read(person(), report, vaccine)
    assert patient.imaging[0].report == "No pneumothorax."
    assert (patient.procedures[0].display, patient.procedures[0].status.value) == ("Influenza", "active")


@pytest.mark.parametrize(("day", "expected"), [("2026-09-01", True), ("2025-01-01", None)])
def test_a_pregnancy_does_not_last_for_years(day: str, expected: bool | None) -> None:
    patient = read(
        person(birthDate="1995-01-01"), condition("Pregnancy", onsetDateTime=day, code=coded("Pregnancy", "77386006"))
    )
    assert patient.pregnant is expected


def test_a_resolved_pregnancy_is_not_current() -> None:
    made = condition(
        "Normal pregnancy", "resolved", onsetDateTime="2026-09-01", code=coded("Normal pregnancy", "72892002")
    )
    assert read(person(birthDate="1995-01-01"), made).pregnant is None


def test_attached_notes_are_read_unless_superseded_or_about_someone_else() -> None:
    def document(name: str, words: str, state: str = "current") -> dict[str, Any]:
        data = base64.b64encode(words.encode()).decode()
        return {
            "resourceType": "DocumentReference",
            "id": name,
            "status": state,
            "subject": {"reference": PATIENT},
            "date": "2026-10-01T00:00:00Z",
            "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
        }

    patient = read(
        person(),
        document("a", "66-year-old woman with gout. Allergies: sulfa"),
        document("b", "Has hypertension.", "superseded"),
        document("c", "A 30-year-old man with asthma."),
    )
    assert [(fact.display, fact.source) for fact in patient.conditions] == [
        ("gout", "request#DocumentReference/a/attachment[0]:23-27")
    ]
    assert [fact.display for fact in patient.allergies] == ["sulfa"]
    assert "of another person than the record (sex, age differ); it was not used" in reasons(patient)
    assert "1 superseded or withdrawn document(s) not read" in reasons(patient)


def test_prefetch_single_resources_and_lists_are_read() -> None:
    prefetch = {"patient": person(fullUrl=None), "conditions": bundle(condition("Asthma"))}
    del prefetch["patient"]["fullUrl"]
    assert from_fhir(prefetch, TODAY).sex == "female"
    assert from_fhir(condition("Asthma"), TODAY).conditions[0].display == "Asthma"
    assert from_fhir([condition("Asthma"), condition("Gout")], TODAY).conditions[1].display == "Gout"


@pytest.mark.parametrize(
    "content", [{}, [], None, 5, "text", {"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": 3}]
)
def test_what_holds_no_resource_is_an_error(content: Any) -> None:
    with pytest.raises(PatientError, match="holds no FHIR resource"):
        from_fhir(content, TODAY)


def lost(patient: Patient) -> set[str]:
    return {name for problem in patient.problems for name in problem.lost}


def test_what_could_not_be_read_says_which_list_lacks_it() -> None:
    broken = condition("GI hemorrhage", None, clinicalStatus={"coding": "active"})
    assert lost(read(person(), broken)) == {"conditions"}
    assert lost(read(person(), order(None))) == {"medications"}
    wrong = {"valueQuantity": {"value": "high"}}
    assert lost(read(person(), lab("2160-0", "Creatinine", 1.0, "mg/dL", **wrong))) == {"observations"}
    assert lost(read(person(), lab("72166-2", "Tobacco smoking status", 1.0, "1", **wrong))) == set()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"link": [{"relation": "next", "url": "x"}]}, {"conditions"}),
        ({"total": 40, "type": "searchset"}, {"conditions"}),
        ({"total": 1, "type": "searchset"}, set()),
        (
            {
                "link": [{"relation": "self", "url": "https://x/AllergyIntolerance?p=1"}],
                "total": 3,
                "type": "searchset",
            },
            {"allergies", "conditions"},
        ),
    ],
)
def test_a_paged_list_says_what_was_not_sent(fields: dict[str, Any], expected: set[str]) -> None:
    page = bundle(condition("Asthma")) | fields
    assert lost(from_fhir({"patient": person(), "conditions": page}, TODAY)) == expected


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("Family history of cancer of colon", "family_history"),
        ("FH: Myocardial infarction", "family_history"),
        ("Suspected heart failure (situation)", "uncertain"),
        ("Possible lupus", "uncertain"),
        ("No family history of stroke", "negated"),
        ("Pulmonary embolism ruled out", "negated"),
        ("History of myocardial infarction (situation)", "resolved"),
        ("H/O: renal colic", "resolved"),
        ("History of epilepsy", "active"),
        ("History of allergy to codeine", "active"),
        ("H/O: heart valve replacement", "active"),
    ],
)
def test_situations_are_read_by_their_words(display: str, expected: str) -> None:
    (fact,) = read(person(), condition(display)).conditions or ()
    assert fact.status == expected


def test_a_plan_that_is_reported_as_taken_is_current() -> None:
    assert read(person(), order("warfarin", intent="plan", reportedBoolean=True)).medications[0].current
    assert read(person(), order("warfarin", intent="plan")).medications[0].status is FactStatus.PLANNED


@pytest.mark.parametrize(
    "extension",
    [
        {"url": "us-core-individual-sex", "valueCoding": {"system": "http://snomed.info/sct", "code": "248152002"}},
        {"url": "us-core-sex", "valueCode": "248152002"},
        {"url": "us-core-birthsex", "valueCode": "F"},
    ],
)
def test_us_core_sex_stands_in_for_gender(extension: dict[str, Any]) -> None:
    own = person(
        extension=[{**extension, "url": f"http://hl7.org/fhir/us/core/StructureDefinition/{extension['url']}"}]
    )
    del own["gender"]
    assert read(own).sex == "female"


def test_the_age_of_the_dead_is_that_at_death() -> None:
    patient = read(person(deceasedDateTime="2020-06-01"))
    assert (patient.age_years, patient.birth_date is not None) == (60, True)
    assert "has died (2020-06-01)" in reasons(patient)


def test_results_inside_a_report_are_read_and_dated_by_it() -> None:
    held = lab("2160-0", "Creatinine", 2.4, "mg/dL", id="c")
    apart = lab("2823-3", "Potassium", 5.9, "mmol/L", id="k")
    for each in (held, apart):
        del each["effectiveDateTime"]
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": coded("Panel"),
        "subject": {"reference": PATIENT},
        "effectiveDateTime": "2026-11-01",
        "contained": [held],
        "result": [{"reference": "#c"}, {"reference": "Observation/k"}],
    }
    patient = read(person(), report, apart)
    found = {fact.display: (fact.value, fact.status.value) for fact in patient.observations or ()}
    assert found == {"Creatinine": (2.4, "active"), "Potassium": (5.9, "active")}


def test_the_text_of_a_section_without_entries_is_read() -> None:
    def composition(**section: Any) -> dict[str, Any]:
        text = {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>Penicillin: anaphylaxis</div>"}
        code = {"coding": [{"system": "http://loinc.org", "code": "48765-2"}]}
        made = {"title": "Allergies", "code": code, "text": text, **section}
        return {"resourceType": "Composition", "id": "c", "subject": {"reference": PATIENT}, "section": [made]}

    (fact,) = read(person(), composition()).allergies or ()
    assert (fact.display, fact.current) == ("Penicillin", True)
    assert read(person(), composition(entry=[{"reference": "AllergyIntolerance/x"}])).allergies is None


def test_a_binary_is_read_through_what_links_to_it_or_on_its_own() -> None:
    words = {"contentType": "text/plain", "data": base64.b64encode(b"66-year-old woman with gout.").decode()}
    held = {"resourceType": "Binary", "id": "b", **words}
    document = {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": {"reference": PATIENT},
        "content": [{"attachment": {"contentType": "text/plain", "url": "Binary/b"}}],
    }
    for resources in ((held,), (held, document)):
        assert [fact.display for fact in read(person(), *resources).conditions or ()] == ["gout"]


def test_an_entry_of_no_named_patient_among_two_is_left_out() -> None:
    other = person(id="q", fullUrl="urn:uuid:33333333-3333-4333-8333-333333333333")
    nobodys = condition("Gout")
    del nobodys["subject"]
    patient = read(person(), other, condition("Asthma"), nobodys)
    assert [fact.display for fact in patient.conditions] == ["Asthma"]
    assert lost(patient) == {"conditions"}


@pytest.mark.parametrize(
    ("resource", "code", "field", "expected"),
    [
        ("AllergyIntolerance", "no-allergy-info", "code", None),
        ("Condition", "no-known-problems", "code", ()),
        ("Condition", "no-problem-info", "code", None),
        ("MedicationStatement", "no-known-medications", "medicationCodeableConcept", ()),
        ("MedicationStatement", "no-medication-info", "medicationCodeableConcept", None),
    ],
)
def test_absent_and_unknown_of_the_international_patient_summary(
    resource: str, code: str, field: str, expected: tuple[()] | None
) -> None:
    system = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    whose = "patient" if resource == "AllergyIntolerance" else "subject"
    made = {"resourceType": resource, "id": "x", "status": "active", whose: {"reference": PATIENT}}
    patient = read(person(), {**made, field: {"coding": [{"system": system, "code": code, "display": "None"}]}})
    listed = {"AllergyIntolerance": "allergies", "Condition": "conditions", "MedicationStatement": "medications"}
    assert getattr(patient, listed[resource]) == expected
    assert patient.no_known_allergies is None


def test_a_genotype_in_genomics_reporting_is_a_genotype() -> None:
    def observation(code: str, display: str, **fields: Any) -> dict[str, Any]:
        made = lab(code, display, 0, "1", **fields)
        del made["valueQuantity"]
        return made

    gene = {"code": coded("Gene studied", "48018-6", "http://loinc.org"), "valueCodeableConcept": {"text": "CYP2C19"}}
    star = {"text": "CYP2C19 *2/*2"}
    genotype = observation("84413-4", "Genotype display name", valueCodeableConcept=star, component=[gene])
    effect = {
        "code": coded("Effect", "53040-2", "http://loinc.org"),
        "valueCodeableConcept": {"text": "Poor metabolizer"},
    }
    implied = observation(
        "51963-7", "Therapeutic implication", component=[{**gene, "valueCodeableConcept": {"text": "CYP2D6"}}, effect]
    )
    activity = observation(
        "79717-5", "TPMT gene product metabolic activity interpretation", valueString="Intermediate metabolizer"
    )
    found = {each.gene: each for each in read(person(), genotype, implied, activity).genotypes or ()}
    assert (found["CYP2C19"].diplotype, found["CYP2C19"].phenotype) == ("*2/*2", "Poor Metabolizer")
    assert found["CYP2D6"].lookup_key == "0.0"
    assert found["TPMT"].phenotype == "Intermediate metabolizer"
    plain = read(person(), lab("2160-0", "Creatinine", 1.0, "mg/dL"))
    assert plain.genotypes is None


@pytest.mark.parametrize(
    ("given", "supply", "status"),
    [
        ("2026-07-01", {"value": 30, "unit": "days"}, FactStatus.ACTIVE),
        ("2026-07-01", {"value": 30, "code": "d"}, FactStatus.ACTIVE),
        ("2026-05-01", {"value": 30, "unit": "days"}, FactStatus.RESOLVED),
        ("2026-07-01", {"value": 2, "code": "mo"}, FactStatus.UNCERTAIN),
        ("2026-07-01", None, FactStatus.UNCERTAIN),
        ("2025-07-01", None, FactStatus.RESOLVED),
        (None, None, FactStatus.UNCERTAIN),
    ],
)
def test_what_was_dispensed_is_taken_as_long_as_it_lasts(given: str | None, supply: Any, status: FactStatus) -> None:
    dispensed = {
        "resourceType": "MedicationDispense",
        "id": "d",
        "status": "completed",
        "medicationCodeableConcept": {"text": "ibuprofen"},
        **({"whenHandedOver": given} if given else {}),
        **({"daysSupply": supply} if supply else {}),
    }
    (found,) = from_fhir(dispensed, today=date(2026, 7, 20)).medications or ()
    assert found.status is status


def test_a_value_without_its_unit_is_told_and_not_used() -> None:
    said = {"code": {"text": "Creatinine"}, "status": "final", "effectiveDateTime": "2026-10-20"}
    patient = read(observation := {"resourceType": "Observation", **said, "valueQuantity": {"value": 240}})
    assert [each.reason for each in patient.problems] == ["creatinine: its unit is not given; not used"]
    assert patient.problems[0].lost == ("observations",)
    observation["valueQuantity"] = {"value": 240, "unit": "umol/L"}
    assert read(observation).problems == ()

import pytest

from medrag.knowledge import load
from medrag.reading.allergies import entry
from medrag.safety.check_cases import check_advice
from medrag.safety.consultation import Consultation
from medrag.types import Patient, Statement

KNOWLEDGE = load()


def verdicts(allergy: str | dict[str, str], advice: str) -> set[str]:
    patient = Patient.model_validate(
        {"age_years": 50, "sex": "male", "allergies": [allergy], "medications": [], "conditions": []}
    )
    findings = check_advice("x", patient, advice)["findings"]
    return {f"{each['check']} {each['verdict']} {each['severity']}" for each in findings}


REFUSED = {"allergy fail contraindicated", "allergy fail warning"}


@pytest.mark.parametrize(
    ("text", "to", "tolerated"),
    [
        ("penicillin", "penicillin", ""),
        ("NKDA except penicillin", "penicillin", ""),
        ("No known drug allergies other than sulfa", "sulfa", ""),
        ("NKDA apart from sulfa", "sulfa", ""),
        ("NSAIDs except celecoxib", "NSAIDs", "celecoxib"),
        ("penicillin (tolerates cefalexin)", "penicillin", "cefalexin"),
        ("penicillin, has since tolerated amoxicillin", "penicillin", "amoxicillin"),
        ("cannot tolerate codeine", "cannot tolerate codeine", ""),
        ("does not tolerate codeine", "does not tolerate codeine", ""),
        ("penicillin - delabelled 2021", "", ""),
        ("penicillin, oral challenge passed", "", ""),
        ("NKDA", "", ""),
        ("pen", "penicillin", ""),
        ("EpiPen", "EpiPen", ""),
    ],
)
def test_an_entry_is_taken_apart_at_its_exception(text: str, to: str, tolerated: str) -> None:
    found = entry(text)
    assert (found.to, found.tolerated) == (to, tolerated)


@pytest.mark.parametrize(
    ("allergy", "advice"),
    [
        ("No known drug allergies except penicillin", "Start amoxicillin 500 mg."),
        ("NKDA apart from sulfa", "Co-trimoxazole 960 mg bd."),
        ("levocetirizine", "Cetirizine 10 mg."),
        ("desloratadine", "Loratadine 10 mg."),
        ("escitalopram", "Citalopram 20 mg."),
        ("valaciclovir", "Aciclovir 400 mg."),
        ("gelatin", "Give MMR vaccine."),
        ("baker's yeast", "Give hepatitis B vaccine."),
        ("egg", "Give yellow fever vaccine."),
        ("PEG", "Give Comirnaty."),
        ("polysorbate 80", "Give docetaxel."),
        ("iodine", "Amiodarone 200 mg."),
        ("protamine", "Insulin NPH 10 units bd."),
        ("does not tolerate codeine", "Give codeine 30 mg."),
        ("oxaliplatin", "Give carboplatin."),
        ("benzocaine", "Give tetracaine."),
        ("INH", "Start isoniazid 300 mg daily."),
        ("trim", "Start trimethoprim 200 mg twice daily."),
        ("iron", "Start ferrous sulfate 200 mg daily."),
        ("iron", "Give iron sucrose 200 mg IV."),
        ("calcium", "Give calcium gluconate 1 g IV."),
        ("insulin", "Start insulin degludec 12 units at bedtime."),
        ("animal insulin", "Humalog 6 units with meals."),
        ("insulin detemir", "Start insulin icodec weekly."),
        ("metacresol", "Apidra 5 units before breakfast."),
        ("articaine", "Levobupivacaine block."),
        ("lignocaine", "Mepivacaine axillary block."),
        ("ropivacaine", "Prilocaine nerve block with 10 mL."),
    ],
)
def test_what_the_entry_bears_on_is_refused(allergy: str, advice: str) -> None:
    assert REFUSED & verdicts(allergy, advice)


@pytest.mark.parametrize(
    ("allergy", "advice"),
    [
        ("penicillin, tolerates amoxicillin", "Start amoxicillin 500 mg."),
        ("NSAIDs except celecoxib", "Celecoxib 200 mg."),
        ("penicillin - delabelled", "Start amoxicillin 500 mg."),
        ("egg", "Give influenza vaccine."),
        ("penicillin", "Start meropenem 1 g IV."),
        ("insulin", "Metformin 500 mg twice daily."),
        ("protamine", "Insulin glargine 10 units at night."),
        ("benzocaine", "Levobupivacaine block."),
    ],
)
def test_what_is_tolerated_is_not(allergy: str, advice: str) -> None:
    assert not REFUSED & verdicts(allergy, advice)


@pytest.mark.parametrize(
    "advice",
    [
        "For penicillin allergy without immediate hypersensitivity, cefuroxime is given.",
        "In non-severe penicillin allergy, cefalexin 500 mg.",
        "Cefalexin 500 mg (for non-anaphylactic penicillin allergy).",
        "If penicillin allergy is not severe, use cefadroxil 500 mg.",
        "In patients with mild penicillin allergy, cefuroxime is given.",
    ],
)
def test_advice_for_a_mild_allergy_is_not_for_an_anaphylaxis(advice: str) -> None:
    other = "population fail contraindicated"
    assert other in verdicts({"display": "penicillin", "reaction": "anaphylaxis"}, advice)
    assert other not in verdicts({"display": "penicillin", "reaction": "mild rash"}, advice)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("He is allergic to Zyxtan.", "not_assessed"),
        ("Allergy to the pink capsules noted.", "not_assessed"),
        ("She had anaphylaxis to a foobarol.", "not_assessed"),
        ("Hypersensitivity reactions to Wexlin and others.", "not_assessed"),
        ("He is allergic to kiwi.", "pass"),
        ("He is not allergic to foobarol.", "pass"),
        ("His mother is allergic to foobarol.", "pass"),
        ("Is he allergic to it?", "pass"),
        ("No allergy to any drugs.", "pass"),
        ("He is allergic to iron.", "fail"),
        ("Allergic to penicillin and iron.", "fail"),
    ],
)
def test_an_allergy_to_what_is_not_known_is_heard_in_a_question(said: str, verdict: str) -> None:
    heard = Consultation(Patient(allergies=()), f"{said} What now?", KNOWLEDGE)
    found = heard.review(Statement(text="Start ferrous sulfate 200 mg daily.")).findings
    assert [each.verdict.value for each in found if each.check == "allergy"] == [verdict]


@pytest.mark.parametrize("advice", ["Start blood pressure tablets.", "Start antihypertensive drugs at 140/90 mm Hg."])
@pytest.mark.parametrize("reaction", ["cough", "anaphylaxis"])
def test_an_allergy_to_one_of_many_drugs_for_a_purpose_is_warned_of(advice: str, reaction: str) -> None:
    found = verdicts({"display": "lisinopril", "kind": "allergy", "reaction": reaction}, advice)
    assert "allergy fail contraindicated" not in found
    assert any(each.startswith("allergy fail") for each in found)


def test_an_allergy_within_a_class_that_cross_reacts_withholds() -> None:
    allergy = {"display": "lisinopril", "kind": "allergy", "reaction": "angioedema"}
    assert "allergy fail contraindicated" in verdicts(allergy, "Start an ACE inhibitor.")


def test_treatments_for_a_purpose_are_not_taken_for_one_of_them() -> None:
    patient = Patient.model_validate({"age_years": 60, "conditions": ["type 2 diabetes"], "medications": []})
    advice = "Start ramipril 2.5 mg daily beside the other blood pressure tablets."
    failed = [each for each in check_advice("x", patient, advice)["findings"] if each["verdict"] == "fail"]
    assert "criteria" not in {each["check"] for each in failed}


@pytest.mark.parametrize(
    ("advice", "verdict"),
    [
        ("She has since tolerated cefalexin twice, so cefalexin 500 mg twice daily.", "warn"),
        ("Cefalexin, which she has tolerated since, 500 mg twice daily.", "warn"),
        ("Took cefalexin last year without trouble: cefalexin 500 mg twice daily.", "warn"),
        ("Has not tolerated cefalexin; cefalexin 500 mg twice daily even so.", "withhold"),
        ("She tolerated azithromycin, so cefalexin 500 mg twice daily.", "withhold"),
        ("She has since tolerated amoxicillin, so amoxicillin 500 mg three times daily.", "withhold"),
    ],
)
def test_a_relative_of_the_allergen_that_was_borne_before_warns(advice: str, verdict: str) -> None:
    allergies = [{"display": "penicillin", "reaction": "anaphylaxis"}]
    patient = Patient.model_validate({"age_years": 40, "conditions": [], "medications": [], "allergies": allergies})
    assert check_advice("x", patient, advice)["verdict"] == verdict


@pytest.mark.parametrize(
    ("reaction", "advice", "verdict"),
    [
        ("swelling", "The lidocaine allergy was a faint at the dentist's, so lidocaine 50 mg IV.", "warn"),
        ("swelling", "What is listed as an allergy was an intolerance: start lidocaine 50 mg IV.", "warn"),
        ("swelling", "The allergy is long ago, so lidocaine 50 mg IV.", "withhold"),
        ("anaphylaxis", "The lidocaine allergy was a faint at the dentist's, so lidocaine 50 mg IV.", "withhold"),
    ],
)
def test_an_allergy_explained_as_something_else_warns_unless_it_kills(reaction: str, advice: str, verdict: str) -> None:
    allergies = [{"display": "lidocaine", "reaction": reaction}]
    patient = Patient.model_validate({"age_years": 60, "conditions": [], "medications": [], "allergies": allergies})
    assert check_advice("x", patient, advice)["verdict"] == verdict

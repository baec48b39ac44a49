"""Warnings and approvals in wordings that no cue holds: what speaks against the drug is not assessed, never silent."""

import pytest

from medrag.knowledge import load
from medrag.reading.polarity.learned import stances_of
from medrag.safety.check_cases import check_advice
from medrag.safety.consultation import Consultation
from medrag.types import Allergy, Medication, Patient, Statement, Verdict

ALLERGIC = Patient(
    age_years=40,
    sex="male",
    weight_kg=80,
    conditions=(),
    medications=(),
    allergies=(Allergy(display="penicillin", reaction="anaphylaxis"),),
)


def said(advice: str, patient: Patient = ALLERGIC) -> dict[str, set[str]]:
    """The verdict, and the checks that answered so."""
    result = check_advice("1", patient, advice)
    found = {each["verdict"]: set[str]() for each in result["findings"]}
    for each in result["findings"]:
        found[each["verdict"]].add(each["check"])
    return {"verdict": {result["verdict"]}, **found}


@pytest.mark.parametrize(
    "warning",
    [
        "Think of amoxicillin as poison for this man.",
        "Amoxicillin carries too great a hazard for him.",
        "He is the last man who should have amoxicillin, whatever the swab shows.",
    ],
)
def test_a_warning_that_no_cue_holds_is_not_withheld_and_what_it_warns_of_is_named(warning: str) -> None:
    found = said(warning)
    assert found["verdict"] == {"not_assessed"}
    assert {"allergy", "polarity"} <= found["not_assessed"]


@pytest.mark.parametrize(
    "advice", ["Give amoxicillin 500 mg.", "Amoxicillin.", "Amoxicillin 500 mg tds is the answer."]
)
def test_what_is_given_without_doubt_is_withheld(advice: str) -> None:
    found = said(advice)
    assert found["verdict"] == {"withhold"}
    assert "polarity" not in found.get("not_assessed", set())


def test_advice_in_the_words_of_a_warning_does_not_pass_in_silence() -> None:
    found = said("You can't go wrong with amoxicillin 500 mg.")
    assert found["verdict"] == {"not_assessed"}
    assert {"allergy", "polarity"} <= found["not_assessed"]


def test_where_nothing_speaks_against_the_drug_there_is_nothing_to_doubt() -> None:
    healthy = ALLERGIC.model_copy(update={"allergies": ()})
    assert "polarity" not in said("Think of amoxicillin as poison for this man.", healthy).get("not_assessed", set())


def test_a_drug_that_is_surely_given_elsewhere_in_the_statement_is_not_doubted() -> None:
    found = said("Think of amoxicillin as poison for the bugs, and give amoxicillin 500 mg three times a day.")
    assert found["verdict"] == {"withhold"}


def test_a_doubtful_statement_says_so() -> None:
    consultation = Consultation(ALLERGIC, "", load())
    reviewed = consultation.review(Statement(text="Think of amoxicillin as poison for this man."))
    assert reviewed.doubtful
    assert not reviewed.withheld
    assert not any(each.verdict is Verdict.FAIL and each.check == "allergy" for each in reviewed.findings)
    assert not consultation.review(Statement(text="Give doxycycline 100 mg.")).doubtful


def test_a_drug_that_may_be_given_excuses_no_other() -> None:
    asthmatic = Patient.model_validate({"conditions": [{"display": "asthma"}], "medications": [], "allergies": []})
    found = said("He doesn't want a steroid inhaler, so salmeterol 50 mcg twice daily by itself.", asthmatic)
    assert found["verdict"] == {"withhold"}


def test_a_stop_stays_a_stop() -> None:
    patient = ALLERGIC.model_copy(update={"medications": (Medication(display="warfarin 5 mg"),), "allergies": ()})
    assert "interaction" not in said("Stop warfarin and start ibuprofen 400 mg.", patient).get("fail", set())


def test_a_word_takes_the_stances_that_it_or_its_beginning_is_listed_under() -> None:
    assert "@forbid" in stances_of("contraindication")
    assert "@not" in stances_of("don't")
    assert stances_of("Tuesday".lower()) == ()


@pytest.mark.parametrize(
    "advice",
    [
        "Stop ramipril in favour of flucloxacillin 500 mg four times daily.",
        "Drop ramipril for amoxicillin 500 mg tds.",
        "Switch amoxicillin 500 mg tds.",
        "Stop ramipril and follow on with amoxicillin 1 g tds.",
    ],
)
def test_a_stopped_drug_with_a_dose_that_nobody_takes_may_be_given(advice: str) -> None:
    taker = ALLERGIC.model_copy(update={"medications": (Medication(display="ramipril 5 mg"),)})
    assert said(advice, taker)["verdict"] != {"pass"}


STATIN = ALLERGIC.model_copy(update={"medications": (Medication(display="simvastatin 40 mg"),)})


@pytest.mark.parametrize(
    "advice",
    [
        "Begin clarithromycin 500 mg twice daily and only then stop simvastatin.",
        "Give clarithromycin 500 mg bd until simvastatin has been stopped.",
        "Should simvastatin be stopped? If it is, clarithromycin 500 mg bd.",
        "Clarithromycin 500 mg bd; he has not stopped simvastatin.",
        "We thought of stopping simvastatin. Clarithromycin 500 mg bd.",
        "Taper simvastatin over six weeks; clarithromycin 500 mg bd from tonight.",
        "Rather than stopping simvastatin, give clarithromycin 500 mg bd.",
    ],
)
def test_a_stop_that_is_not_now_leaves_the_pair_open(advice: str) -> None:
    assert said(advice, STATIN)["verdict"] != {"pass"}


@pytest.mark.parametrize(
    "advice",
    [
        "Stop simvastatin and give clarithromycin 500 mg bd for a week.",
        "Clarithromycin 500 mg bd for seven days. Simvastatin is stopped meanwhile.",
        "Hold simvastatin while he takes clarithromycin 500 mg bd.",
    ],
)
def test_a_stop_of_now_ends_the_pair(advice: str) -> None:
    assert "interaction" not in said(advice, STATIN).get("not_assessed", set()) | said(advice, STATIN).get(
        "fail", set()
    )

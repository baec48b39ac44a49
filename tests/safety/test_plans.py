"""Letters whose sentences together say which drugs are taken at the same time."""

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Medication, Patient


def withheld(advice: str, *medications: str) -> set[str]:
    """The checks that withhold the advice for a patient who takes ``medications``."""
    patient = Patient.model_validate(
        {
            "age_years": 58,
            "sex": "female",
            "weight_kg": 70,
            "medications": [Medication(display=each) for each in medications],
            "conditions": [],
            "no_known_allergies": True,
        }
    )
    findings = check_advice("x", patient, advice)["findings"]
    return {each["check"] for each in findings if each["verdict"] == "fail" and each["severity"] == "contraindicated"}


@pytest.mark.parametrize(
    ("advice", "taken"),
    [
        (
            "Tranylcypromine comes down. The final tablet will be on 2 March. Sertraline 50 mg begins on 20 March.",
            "tranylcypromine 10 mg bd",
        ),
        (
            "Stop fluoxetine today. Nothing is to follow for five clear weeks. Phenelzine 15 mg tds may then begin.",
            "fluoxetine 20 mg",
        ),
        (
            "The last perindopril is tonight's. On Thursday, that is 36 hours later, Entresto 24/26 mg bd starts.",
            "perindopril 4 mg",
        ),
        (
            "Dalteparin 10,000 units daily continues. Look again at three months for a DOAC if the tumour shrinks.",
            "dalteparin 10000 units",
        ),
    ],
)
def test_drugs_that_follow_one_another_are_no_pair(advice: str, taken: str) -> None:
    assert not withheld(advice, taken) & {"interaction", "washout"}


@pytest.mark.parametrize(
    ("advice", "taken"),
    [
        (
            "Tranylcypromine: the final tablet will be on 2 March. Sertraline 50 mg begins on 5 March.",
            "tranylcypromine",
        ),
        (
            "Sertraline is reduced by 50 mg a week and then stopped. Phenelzine 15 mg tds begins today.",
            "sertraline 150 mg",
        ),
        (
            "Stop fluoxetine today. We shall phone after five weeks. Phenelzine 15 mg tds begins tomorrow.",
            "fluoxetine 20 mg",
        ),
        ("Think of venlafaxine in four weeks. Phenelzine goes on.", "phenelzine 15 mg tds"),
        ("Give venlafaxine 75 mg daily and review in one week.", "phenelzine 15 mg tds"),
        ("Her friend stopped simvastatin. Clarithromycin 500 mg bd for a week begins tonight.", "simvastatin 40 mg"),
    ],
)
def test_drugs_that_overlap_or_follow_too_soon_are(advice: str, taken: str) -> None:
    assert withheld(advice, taken) & {"interaction", "washout"}


def test_two_drugs_taken_of_which_one_is_brought_to_nothing_are_no_pair() -> None:
    advice = "Reduce fluoxetine to 10 mg for two weeks and then stop it. Tamoxifen goes on."
    assert "interaction" not in withheld(advice, "fluoxetine 20 mg", "tamoxifen 20 mg")

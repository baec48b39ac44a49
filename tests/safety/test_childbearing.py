import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient


def severities(advice: str, *conditions: str, **particulars: object) -> set[str]:
    said = {"age_years": 28, "sex": "female", "pregnant": False, "medications": [], "no_known_allergies": True}
    patient = Patient.model_validate({**said, "conditions": conditions, **particulars})
    findings = check_advice("x", patient, advice)["findings"]
    return {each["severity"] for each in findings if each["check"] == "pregnancy" and each["verdict"] == "fail"}


@pytest.mark.parametrize(
    ("advice", "conditions", "severity"),
    [
        ("Start valproate 500 mg.", ("migraine",), "contraindicated"),
        ("Start valproate 500 mg for bipolar disorder.", (), "contraindicated"),
        ("Start valproate 500 mg.", ("epilepsy",), "warning"),
        ("Start topiramate 25 mg for migraine prevention.", (), "contraindicated"),
        ("Start topiramate 25 mg.", ("epilepsy",), "warning"),
        ("Start isotretinoin 20 mg.", ("acne",), "contraindicated"),
        ("Start mycophenolate 1 g bd.", (), "warning"),
        ("Start methotrexate 10 mg weekly.", ("planning pregnancy",), "contraindicated"),
        ("Start isotretinoin 20 mg.", ("trying to conceive",), "contraindicated"),
        ("Start ramipril 5 mg.", ("planning pregnancy",), "warning"),
    ],
)
def test_what_must_not_start_where_a_pregnancy_may(advice: str, conditions: tuple[str, ...], severity: str) -> None:
    assert severity in severities(advice, *conditions)


@pytest.mark.parametrize(
    ("advice", "particulars"),
    [
        ("Start isotretinoin 20 mg; ensure effective contraception.", {}),
        ("Start isotretinoin 20 mg.", {"medications": ["ethinylestradiol and levonorgestrel"]}),
        ("Start isotretinoin 20 mg.", {"conditions": ["intrauterine device"]}),
        ("Start isotretinoin 20 mg.", {"conditions": ["hysterectomy"]}),
        ("Start isotretinoin 20 mg.", {"sex": "male"}),
    ],
)
def test_contraception_or_infertility_lifts_the_withholding(advice: str, particulars: dict[str, object]) -> None:
    assert "contraindicated" not in severities(advice, **particulars)

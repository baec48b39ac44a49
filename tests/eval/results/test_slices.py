import pytest

from eval.results.slices import slices
from medrag.types import Case, Patient


def of(**patient: object) -> dict[str, str]:
    return slices(Case(question="q", patient=Patient.model_validate(patient)))


def test_no_patient_is_in_no_slice() -> None:
    assert slices(Case(question="q")) == {}


def test_nothing_recorded_is_unknown() -> None:
    assert set(of().values()) == {"unknown"}


@pytest.mark.parametrize(("age", "band"), [(3, "0-17"), (18, "18-64"), (65, "65-79"), (80, "80 and over")])
def test_age_bands(age: float, band: str) -> None:
    assert of(age_years=age)["age"] == band


def test_age_comes_from_the_birth_date_too() -> None:
    assert of(birth_date="1901-02-03")["age"] == "80 and over"


@pytest.mark.parametrize(("rate", "band"), [(15, "below 30"), (30, "30-59"), (60, "60 and over")])
def test_renal_bands(rate: float, band: str) -> None:
    assert of(observations=[{"display": "eGFR", "value": rate}])["renal function"] == band
    derived = {"egfr_ckd_epi_2021": {"value": rate, "unit": "mL/min/1.73m2", "formula": "CKD-EPI 2021"}}
    assert of(derived=derived)["renal function"] == band


def test_an_old_value_is_not_the_renal_function_now() -> None:
    old = {"display": "eGFR", "value": 20, "status": "resolved"}
    assert of(observations=[old])["renal function"] == "unknown"


def test_sex_and_pregnancy() -> None:
    assert of(sex="female", pregnant=True)["pregnancy"] == "pregnant"
    assert of(sex="male")["sex"] == "male"

"""The formulas against worked examples that others published, and against their own definitions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrag.patient.measures import formulas as f

# Worked examples: superglobalcalculator.com and theprimecalculator.com (formula pages, seen 2026-11).
COCKCROFT_GAULT = [
    (60, 80, 1.2, "male", 74.1),
    (65, 70, 1.4, "male", 52.1),
    (45, 60, 0.9, "female", 74.8),
    (50, 80, 1.0, "male", 100.0),
]


@pytest.mark.parametrize(("age", "weight", "creatinine", "sex", "expected"), COCKCROFT_GAULT)
def test_cockcroft_gault(age: float, weight: float, creatinine: float, sex: f.BinarySex, expected: float) -> None:
    assert f.cockcroft_gault(age, weight, creatinine, sex) == pytest.approx(expected, abs=0.06)


# 55-year-old man with 1.2 mg/dL: 71, as the National Kidney Foundation's calculator gives it.
@pytest.mark.parametrize(
    ("age", "creatinine", "sex", "expected"), [(55, 1.2, "male", 71), (50, 1.0, "male", 92), (50, 1.0, "female", 69)]
)
def test_ckd_epi_2021(age: float, creatinine: float, sex: f.BinarySex, expected: int) -> None:
    assert round(f.ckd_epi_2021(age, creatinine, sex)) == expected


def test_qtc_by_every_formula_agrees_at_sixty_and_orders_at_a_fast_rate() -> None:
    every = (f.qtc_bazett, f.qtc_fridericia, f.qtc_framingham, f.qtc_hodges, f.qtc_rautaharju)
    assert [formula(400, 60) for formula in every] == pytest.approx([400] * 5)
    fast = [round(formula(360, 90)) for formula in every]
    assert fast == [441, 412, 411, 412, 420]


def test_body_size() -> None:
    assert f.bmi(70, 175) == pytest.approx(22.86, abs=0.005)
    assert f.bsa_mosteller(70, 170) == pytest.approx(1.818, abs=0.001)
    assert f.bsa_dubois(70, 170) == pytest.approx(1.810, abs=0.001)
    assert f.ideal_weight_devine(177.8, "male") == pytest.approx(73.0)
    assert f.adjusted_weight(100, 70) == pytest.approx(82)


def test_electrolytes() -> None:
    assert f.corrected_calcium(8.0, 2.0) == pytest.approx(9.6)
    assert f.anion_gap(140, 100, 24) == 16


# Bilirubin, albumin, INR, ascites, encephalopathy -> points: the bands of Pugh's table, edges included.
@pytest.mark.parametrize(
    ("values", "points", "letter"),
    [
        ((1.0, 4.0, 1.0, 1, 1), 5, "A"),
        ((2.0, 3.5, 1.7, 1, 1), 8, "B"),
        ((3.0, 2.8, 2.3, 2, 2), 10, "C"),
        ((3.1, 2.7, 2.4, 3, 3), 15, "C"),
    ],
)
def test_child_pugh(values: tuple[float, float, float, int, int], points: int, letter: str) -> None:
    assert f.child_pugh(*values) == points  # type: ignore[arg-type]
    assert f.child_pugh_class(points) == letter


def test_meld_na() -> None:
    assert f.meld(1, 1, 1) == 6
    assert f.meld_na(1, 1, 1, 120) == 6, "sodium only counts above a MELD of 11"
    assert f.meld(4.0, 1.8, 1.9) == 24
    assert f.meld_na(4.0, 1.8, 1.9, 128) == 29
    assert f.meld_na(4.0, 1.8, 1.9, 110) == f.meld_na(4.0, 1.8, 1.9, 125)
    assert f.meld(2, 1.5, 9) == f.meld(2, 1.5, 4) == f.meld(2, 1.5, 1, dialysis=True)
    assert f.meld_na(30, 8, 4, 125) == 40


def test_stroke_and_bleeding_scores() -> None:
    every = frozenset({"heart_failure", "hypertension", "diabetes", "stroke", "vascular_disease"})
    assert f.cha2ds2_vasc(75, "female", every) == 9
    assert f.cha2ds2_vasc(64, "male", frozenset()) == 0
    assert f.cha2ds2_vasc(65, "male", frozenset({"stroke"})) == 3
    assert f.has_bled(65, frozenset()) == 0
    assert f.has_bled(66, frozenset({"renal", "liver", "drugs", "alcohol"})) == 5


@settings(deadline=None)
@given(st.floats(18, 110), st.floats(0.2, 20))
def test_egfr_falls_with_creatinine_and_age(age: float, creatinine: float) -> None:
    for sex in ("female", "male"):
        here = f.ckd_epi_2021(age, creatinine, sex)  # type: ignore[arg-type]
        assert f.ckd_epi_2021(age + 1, creatinine, sex) < here  # type: ignore[arg-type]
        assert f.ckd_epi_2021(age, creatinine * 1.1, sex) < here  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.floats(0.1, 50), st.floats(0.5, 10), st.floats(0.1, 15), st.floats(100, 160))
def test_meld_na_stays_in_bounds(bilirubin: float, inr: float, creatinine: float, sodium: float) -> None:
    assert 6 <= f.meld_na(bilirubin, inr, creatinine, sodium) <= 40

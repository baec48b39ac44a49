"""Which values are computed from a record: each with its formula, its inputs, and when it makes sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from medrag.patient.measures import analytes, formulas
from medrag.patient.measures import score_items as history
from medrag.patient.measures.inputs import Value
from medrag.patient.measures.scores import (
    child_pugh_inputs,
    clinical_history,
    dialysis,
    has_bled_history,
    has_liver_disease,
)
from medrag.types import Patient

Values = dict[str, Any]
ADULT_YEARS = 18
SHORTEST_CM = 137
UNDERWEIGHT, OVERWEIGHT = 18.5, 25.0


@dataclass(frozen=True)
class Calculator:
    """One derived value. ``needs`` are measured inputs, ``gather`` adds what is read from conditions and drugs.

    ``fresh_days`` bounds the age of the inputs, ``together_days`` how far apart they may have been measured.
    """

    title: str
    unit: str
    formula: str
    needs: tuple[str, ...]
    compute: Callable[[Values], float]
    adults_only: bool = False
    fresh_days: int | None = None
    together_days: int | None = None
    applies: Callable[[Patient], bool] = lambda _patient: True
    gather: Callable[[Patient, date], dict[str, Value]] = lambda _patient, _today: {}


def _qtc(title: str, formula: str, compute: Callable[[float, float], float]) -> Calculator:
    return Calculator(
        f"QTc ({title})",
        "ms",
        formula,
        ("qt", "heart_rate"),
        lambda v: round(compute(v["qt"], v["heart_rate"]), 1),
        together_days=1,
        applies=_has("qt"),
    )


def _has(key: str) -> Callable[[Patient], bool]:
    return lambda patient: bool(analytes.of(patient.observations or (), analytes.measurement(key)))


def _is_sized(patient: Patient) -> bool:
    """An adult for whom Devine's weight means something (made for 5 feet and more, stretched to 137 cm)."""
    known = patient.sex in ("female", "male") and patient.weight_kg is not None
    return _is_adult(patient) and known and (patient.height_cm or 0) >= SHORTEST_CM


def _ideal(values: Values) -> float:
    return formulas.ideal_weight_devine(values["height"], values["sex"])


def _adjusted(values: Values) -> float:
    return formulas.adjusted_weight(values["weight"], _ideal(values))


def _by_bmi(values: Values) -> float:
    """The weight that Winter's rule takes: actual when thin, ideal when not, adjusted when heavy."""
    index = formulas.bmi(values["weight"], values["height"])
    if index < UNDERWEIGHT:
        return float(values["weight"])
    return _adjusted(values) if index >= OVERWEIGHT else min(values["weight"], _ideal(values))


def _clearance(title: str, formula: str, weight: Callable[[Values], float]) -> Calculator:
    """Cockcroft-Gault with another weight than the actual one."""
    return Calculator(
        f"creatinine clearance ({title})",
        "mL/min",
        f"Cockcroft-Gault 1976, {formula}",
        ("age", "sex", "weight", "height", "creatinine"),
        lambda v: round(formulas.cockcroft_gault(v["age"], weight(v), v["creatinine"], v["sex"]), 1),
        adults_only=True,
        applies=_is_sized,
    )


def _weight(title: str, formula: str, weight: Callable[[Values], float]) -> Calculator:
    return Calculator(
        title,
        "kg",
        formula,
        ("age", "sex", "weight", "height"),
        lambda v: round(weight(v), 1),
        adults_only=True,
        applies=_is_sized,
    )


def _gap(title: str, formula: str, compute: Callable[[Values], float], *further: str) -> Calculator:
    """The anion gap or a value made of it; ``further`` are inputs beside sodium, chloride and bicarbonate."""
    return Calculator(
        title,
        "1" if "ratio" in title else "mmol/L",
        formula,
        ("sodium", "chloride", "bicarbonate", *further),
        lambda v: round(compute(v), 2),
        fresh_days=30,
        together_days=1,
        applies=lambda patient: all(_has(key)(patient) for key in ("chloride", "bicarbonate", *further)),
    )


def _anion_gap(values: Values) -> float:
    return formulas.anion_gap(values["sodium"], values["chloride"], values["bicarbonate"])


def _corrected_gap(values: Values) -> float:
    return formulas.corrected_anion_gap(_anion_gap(values), values["albumin"])


def _is_adult(patient: Patient) -> bool:
    return patient.age_years is None or patient.age_years >= ADULT_YEARS


CALCULATORS: dict[str, Calculator] = {
    "bmi": Calculator(
        "body mass index",
        "kg/m2",
        "weight / height^2",
        ("weight", "height"),
        lambda v: round(formulas.bmi(v["weight"], v["height"]), 1),
    ),
    "bsa": Calculator(
        "body surface area",
        "m2",
        "Mosteller 1987",
        ("weight", "height"),
        lambda v: round(formulas.bsa_mosteller(v["weight"], v["height"]), 2),
    ),
    "creatinine_clearance": Calculator(
        "creatinine clearance",
        "mL/min",
        "Cockcroft-Gault 1976, actual body weight",
        ("age", "sex", "weight", "creatinine"),
        lambda v: round(formulas.cockcroft_gault(v["age"], v["weight"], v["creatinine"], v["sex"]), 1),
        adults_only=True,
        applies=_is_adult,
    ),
    "creatinine_clearance_ideal": _clearance("ideal weight", "ideal body weight (Devine 1974)", _ideal),
    "creatinine_clearance_adjusted": _clearance(
        "adjusted weight", "adjusted body weight (Devine 1974, factor 0.4)", _adjusted
    ),
    "creatinine_clearance_by_bmi": _clearance(
        "weight by BMI",
        "weight by BMI (Winter 2012): actual under 18.5, ideal (or actual if less) to 24.9, adjusted from 25 kg/m2",
        _by_bmi,
    ),
    "ideal_weight": _weight("ideal body weight", "Devine 1974", _ideal),
    "adjusted_weight": _weight("adjusted body weight", "Devine 1974, ideal + 0.4 (actual - ideal)", _adjusted),
    "egfr": Calculator(
        "eGFR",
        "mL/min/{1.73_m2}",
        "CKD-EPI 2021 (creatinine)",
        ("age", "sex", "creatinine"),
        lambda v: round(formulas.ckd_epi_2021(v["age"], v["creatinine"], v["sex"]), 1),
        adults_only=True,
        applies=_is_adult,
    ),
    "corrected_calcium": Calculator(
        "corrected calcium",
        "mg/dL",
        "calcium + 0.8 (4 - albumin), Payne 1973",
        ("calcium", "albumin"),
        lambda v: round(formulas.corrected_calcium(v["calcium"], v["albumin"]), 2),
        fresh_days=90,
        together_days=7,
        applies=_has("calcium"),
    ),
    "anion_gap": _gap("anion gap", "Na - Cl - HCO3", _anion_gap),
    "anion_gap_corrected": _gap(
        "anion gap corrected for albumin", "anion gap + 2.5 (4 - albumin), Figge 1998", _corrected_gap, "albumin"
    ),
    "delta_gap": _gap("delta gap", "anion gap - 12", lambda v: formulas.delta_gap(_anion_gap(v))),
    "delta_ratio": _gap(
        "delta ratio",
        "(anion gap - 12) / (24 - HCO3)",
        lambda v: formulas.delta_ratio(_anion_gap(v), v["bicarbonate"]),
    ),
    "delta_gap_corrected": _gap(
        "delta gap corrected for albumin",
        "corrected anion gap - 12",
        lambda v: formulas.delta_gap(_corrected_gap(v)),
        "albumin",
    ),
    "delta_ratio_corrected": _gap(
        "delta ratio corrected for albumin",
        "(corrected anion gap - 12) / (24 - HCO3)",
        lambda v: formulas.delta_ratio(_corrected_gap(v), v["bicarbonate"]),
        "albumin",
    ),
    "qtc_bazett": _qtc("Bazett", "Bazett 1920", formulas.qtc_bazett),
    "qtc_fridericia": _qtc("Fridericia", "Fridericia 1920", formulas.qtc_fridericia),
    "qtc_framingham": _qtc("Framingham", "Framingham, Sagie 1992", formulas.qtc_framingham),
    "qtc_hodges": _qtc("Hodges", "Hodges 1983", formulas.qtc_hodges),
    "qtc_rautaharju": _qtc("Rautaharju", "Rautaharju 1993", formulas.qtc_rautaharju),
    "child_pugh": Calculator(
        "Child-Pugh score",
        "{score}",
        "Child-Pugh 1973 (class A 5-6, B 7-9, C 10-15)",
        ("bilirubin", "albumin", "inr"),
        lambda v: formulas.child_pugh(v["bilirubin"], v["albumin"], v["inr"], v["ascites"], v["encephalopathy"]),
        fresh_days=90,
        together_days=30,
        applies=has_liver_disease,
        gather=lambda patient, _today: child_pugh_inputs(patient),
    ),
    "meld": Calculator(
        "MELD",
        "{score}",
        "MELD, Kamath 2001, bounds of OPTN 2016",
        ("bilirubin", "inr", "creatinine"),
        lambda v: formulas.meld(v["bilirubin"], v["inr"], v["creatinine"], dialysis=v["dialysis"]),
        fresh_days=90,
        together_days=30,
        applies=has_liver_disease,
        gather=lambda patient, _today: dialysis(patient),
    ),
    "meld_na": Calculator(
        "MELD-Na",
        "{score}",
        "MELD-Na, OPTN 2016",
        ("bilirubin", "inr", "creatinine", "sodium"),
        lambda v: formulas.meld_na(v["bilirubin"], v["inr"], v["creatinine"], v["sodium"], dialysis=v["dialysis"]),
        fresh_days=90,
        together_days=30,
        applies=has_liver_disease,
        gather=lambda patient, _today: dialysis(patient),
    ),
    "cha2ds2_vasc": Calculator(
        "CHA2DS2-VASc",
        "{score}",
        "Lip 2010",
        ("age", "sex"),
        lambda v: formulas.cha2ds2_vasc(v["age"], v["sex"], frozenset(k for k in v if v[k] is True)),
        adults_only=True,
        applies=lambda patient: bool(history.found(patient, "atrial_fibrillation")),
        gather=lambda patient, _today: clinical_history(patient),
    ),
    "has_bled": Calculator(
        "HAS-BLED",
        "{score}",
        "Pisters 2010",
        ("age",),
        lambda v: formulas.has_bled(v["age"], frozenset(k for k in v if v[k] is True)),
        adults_only=True,
        applies=lambda patient: bool(
            history.found(patient, "atrial_fibrillation") or history.found(patient, "anticoagulants")
        ),
        gather=has_bled_history,
    ),
}

"""Values computed from the record. Each names its formula, inputs and dates; a missing or stale input refuses it.

``derive`` computes what is meaningful for the patient (a Child-Pugh score needs a liver disease); ``calculate``
computes one value by name for whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from medrag.patient import analytes, formulas, history, inputs
from medrag.patient.facts import moment
from medrag.patient.inputs import Unavailable, Value
from medrag.patient.scores import (
    child_pugh_inputs,
    clinical_history,
    dialysis,
    has_bled_history,
    has_liver_disease,
)
from medrag.types import Derived, Patient

Values = dict[str, Any]
ADULT_YEARS = 18


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


class Refusal(Exception):
    """Why a value was not computed: ``reasons`` has each input that stood in the way, and how."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {reason}" for key, reason in reasons.items()))
        self.reasons = reasons


def calculate(name: str, patient: Patient, today: date) -> Derived:
    """One derived value by its name in ``CALCULATORS``. Raises ``Refusal``; ``KeyError`` for an unknown name."""
    calculator = CALCULATORS[name]
    values = _gather(calculator, patient, today)
    _check(calculator, values)
    dated = _dates(calculator, values)
    return Derived(
        value=calculator.compute({key: each.value for key, each in values.items()}),
        unit=calculator.unit,
        formula=calculator.formula,
        inputs={key: each.shown() for key, each in values.items()},
        date=min(dated, key=moment) if dated else None,
    )


def derive(patient: Patient, today: date) -> tuple[dict[str, Derived], dict[str, list[str]]]:
    """Every value that is meaningful for ``patient``, and what each missing input blocks.

    The second is keyed by ``"input: reason"`` and lists the titles of the values it blocks.
    """
    derived: dict[str, Derived] = {}
    blocked: dict[str, list[str]] = {}
    for name, calculator in CALCULATORS.items():
        if not calculator.applies(patient):
            continue
        try:
            derived[name] = calculate(name, patient, today)
        except Refusal as refusal:
            for key, reason in refusal.reasons.items():
                blocked.setdefault(f"{key}: {reason}", []).append(calculator.title)
    return derived, blocked


def _gather(calculator: Calculator, patient: Patient, today: date) -> dict[str, Value]:
    values: dict[str, Value] = {}
    reasons: dict[str, str] = {}
    for key in calculator.needs:
        try:
            values[key] = _input(key, patient, today, calculator.fresh_days)
        except Unavailable as missing:
            reasons[key] = str(missing)
    try:
        values |= calculator.gather(patient, today)
    except Unavailable as missing:
        reasons[calculator.title] = str(missing)
    if reasons:
        raise Refusal(reasons)
    return values


def _input(key: str, patient: Patient, today: date, fresh_days: int | None) -> Value:
    if key == "age":
        return inputs.age(patient)
    if key == "sex":
        return inputs.sex(patient)
    return inputs.measured(patient, key, today, None if key in {"weight", "height"} else fresh_days)


def _check(calculator: Calculator, values: dict[str, Value]) -> None:
    if calculator.adults_only and values["age"].value < ADULT_YEARS:
        raise Refusal({"age": f"the formula is for adults ({ADULT_YEARS} and over)"})
    dates = _dates(calculator, values)
    if calculator.together_days is not None and len(dates) > 1:
        spread = (max(map(moment, dates)) - min(map(moment, dates))).days
        if spread > calculator.together_days:
            raise Refusal({calculator.title: f"its inputs were measured {spread} days apart"})


def _dates(calculator: Calculator, values: dict[str, Value]) -> list[date | datetime]:
    """When the measured inputs are from; height and age do not grow old."""
    return [found for key in calculator.needs if key not in {"age", "height"} and (found := values[key].date)]


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
    return lambda patient: bool(analytes.of(patient.observations, analytes.ANALYTES[key]))


def _bmi_within(low: float, high: float) -> Callable[[Patient], bool]:
    """Whether an adult's body mass index is from ``low`` to under ``high``: which weight serves a clearance best."""

    def applies(patient: Patient) -> bool:
        known = patient.sex in ("female", "male") and patient.weight_kg and patient.height_cm
        if not known or not _is_adult(patient):
            return False
        return low <= formulas.bmi(patient.weight_kg or 0, patient.height_cm or 0) < high

    return applies


def _ideal(values: Values) -> float:
    """The ideal weight, or the actual one where that is less."""
    return min(formulas.ideal_weight_devine(values["height"], values["sex"]), float(values["weight"]))


def _adjusted(values: Values) -> float:
    return formulas.adjusted_weight(values["weight"], formulas.ideal_weight_devine(values["height"], values["sex"]))


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
    # Which weight for whom: Winter MA et al., Pharmacotherapy 2012;32:604.
    "creatinine_clearance_ideal": Calculator(
        "creatinine clearance for ideal weight",
        "mL/min",
        "Cockcroft-Gault 1976, ideal body weight (Devine 1974), or the actual one where less",
        ("age", "sex", "weight", "height", "creatinine"),
        lambda v: round(formulas.cockcroft_gault(v["age"], _ideal(v), v["creatinine"], v["sex"]), 1),
        adults_only=True,
        applies=_bmi_within(18.5, 25),
    ),
    "creatinine_clearance_adjusted": Calculator(
        "creatinine clearance for adjusted weight",
        "mL/min",
        "Cockcroft-Gault 1976, adjusted body weight (Devine 1974, factor 0.4)",
        ("age", "sex", "weight", "height", "creatinine"),
        lambda v: round(formulas.cockcroft_gault(v["age"], _adjusted(v), v["creatinine"], v["sex"]), 1),
        adults_only=True,
        applies=_bmi_within(25, 1000),
    ),
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
    "anion_gap": Calculator(
        "anion gap",
        "mmol/L",
        "Na - Cl - HCO3",
        ("sodium", "chloride", "bicarbonate"),
        lambda v: round(formulas.anion_gap(v["sodium"], v["chloride"], v["bicarbonate"]), 1),
        fresh_days=30,
        together_days=1,
        applies=lambda patient: _has("chloride")(patient) and _has("bicarbonate")(patient),
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
        applies=lambda patient: bool(history.found(patient, "atrial_fibrillation") or history.anticoagulants(patient)),
        gather=has_bled_history,
    ),
}

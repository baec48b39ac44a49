"""The risk of cardiovascular disease in the coming years: PREVENT, SCORE2, the pooled cohort equations."""

from __future__ import annotations

import math
from collections.abc import Mapping

from medrag.knowledge import Knowledge
from medrag.patient.measures.calculators.declaration import Calculator, Values

Coefficients = Mapping[str, Mapping[str, float]]
"""Name of a published equation -> its terms and their coefficients."""
MMOL = 0.02586
"""mmol/L of cholesterol in a mg/dL, as PREVENT's authors have it."""
_COMMON = ("age", "sex", "total_cholesterol", "hdl", "systolic", "diabetes", "smoker")
_DISEASE = ("cardiovascular_disease", "heart_failure")


def prevent(coefficients: Coefficients, outcome: str, years: int, values: Values) -> float:
    """Risk in % of "cvd", "ascvd" or "hf" in 10 or 30 years: the base model of PREVENT.

    Khan SS et al., Circulation 2024;149:430, supplementary tables S12A and S12F.
    """
    known = coefficients[f"prevent_{outcome}_{years}_{values['sex']}"]
    return _logistic(_sum(known, _prevent_terms(values)))


def _prevent_terms(values: Values) -> dict[str, float]:
    """The terms by the names that the coefficients have; cholesterol in mg/dL."""
    age = (values["age"] - 55) / 10
    systolic = (max(values["systolic"], 110) - 130) / 20
    kidney = (min(values["egfr"], 60) - 60) / -15
    other = (values["total_cholesterol"] - values["hdl"]) * MMOL - 3.5
    hdl = (values["hdl"] * MMOL - 1.3) / 0.3
    heavy = (max(values["bmi"], 30) - 30) / 5 if "bmi" in values else 0.0
    treated, statin = float(values["antihypertensives"]), float(values["statin"])
    diabetes, smoker = float(values["diabetes"]), float(values["smoker"])
    return {
        "constant": 1.0,
        "age": age,
        "age_squared": age**2,
        "non_hdl": other,
        "hdl": hdl,
        "low_systolic": (min(values["systolic"], 110) - 110) / 20,
        "systolic": systolic,
        "diabetes": diabetes,
        "smoker": smoker,
        "low_bmi": (min(values["bmi"], 30) - 25) / 5 if "bmi" in values else 0.0,
        "bmi": heavy,
        "low_egfr": kidney,
        "egfr": (max(values["egfr"], 60) - 90) / -15,
        "treated": treated,
        "statin": statin,
        "treated_systolic": treated * systolic,
        "statin_non_hdl": statin * other,
        "age_non_hdl": age * other,
        "age_hdl": age * hdl,
        "age_systolic": age * systolic,
        "age_diabetes": age * diabetes,
        "age_smoker": age * smoker,
        "age_bmi": age * heavy,
        "age_low_egfr": age * kidney,
    }


def score2(coefficients: Coefficients, region: str, values: Values) -> float:
    """Risk in % of cardiovascular disease in 10 years at 40 to 69. Eur Heart J 2021;42:2439."""
    sex = values["sex"]
    age = (values["age"] - 60) / 5
    terms = {
        "smoker": float(values["smoker"]),
        "systolic": (values["systolic"] - 120) / 20,
        "cholesterol": values["total_cholesterol"] / 38.67 - 6,
        "hdl": (values["hdl"] / 38.67 - 1.3) / 0.5,
    }
    known = coefficients[f"score2_{sex}"]
    whole = {"age": age, **terms, **{f"age_{name}": age * value for name, value in terms.items()}}
    risk = 1 - known["survival"] ** math.exp(_sum(known, whole))
    return _recalibrated(risk, coefficients[f"score2_{region}_{sex}"])


def score2_op(coefficients: Coefficients, region: str, values: Values) -> float:
    """Risk in % of cardiovascular disease in 10 years at 70 to 89. Eur Heart J 2021;42:2455."""
    sex = values["sex"]
    age = values["age"] - 73
    terms = {
        "diabetes": float(values["diabetes"]),
        "smoker": float(values["smoker"]),
        "systolic": values["systolic"] - 150,
        "cholesterol": values["total_cholesterol"] / 38.67 - 6,
        "hdl": values["hdl"] / 38.67 - 1.4,
    }
    known = coefficients[f"score2_op_{sex}"]
    whole = {"age": age, **terms, **{f"age_{name}": age * value for name, value in terms.items()}}
    risk = 1 - known["survival"] ** math.exp(_sum(known, whole) - known["mean"])
    return _recalibrated(risk, coefficients[f"score2_op_{region}_{sex}"])


def _recalibrated(risk: float, scales: Mapping[str, float]) -> float:
    exponent = scales["scale_1"] + scales["scale_2"] * math.log(-math.log(1 - risk))
    return 100 * (1 - math.exp(-math.exp(exponent)))


def pooled_cohort(coefficients: Coefficients, ethnicity: str, values: Values) -> float:
    """Risk in % of a hard atherosclerotic event in 10 years. Goff DC et al., Circulation 2014;129 Suppl 2:S49."""
    known = coefficients[f"pooled_cohort_{ethnicity}_{values['sex']}"]
    age, total, hdl = (math.log(values[key]) for key in ("age", "total_cholesterol", "hdl"))
    pressure = math.log(values["systolic"])
    treated = bool(values["antihypertensives"])
    terms = {
        "age": age,
        "age_squared": age**2,
        "cholesterol": total,
        "age_cholesterol": age * total,
        "hdl": hdl,
        "age_hdl": age * hdl,
        "treated_systolic": pressure if treated else 0.0,
        "age_treated_systolic": age * pressure if treated else 0.0,
        "untreated_systolic": 0.0 if treated else pressure,
        "age_untreated_systolic": 0.0 if treated else age * pressure,
        "smoker": float(values["smoker"]),
        "age_smoker": age * float(values["smoker"]),
        "diabetes": float(values["diabetes"]),
    }
    return float(100 * (1 - known["survival"] ** math.exp(_sum(known, terms) - known["mean"])))


def _sum(known: Mapping[str, float], terms: Mapping[str, float]) -> float:
    return sum(known.get(name, 0.0) * value for name, value in terms.items())


def _logistic(odds: float) -> float:
    return 100 / (1 + math.exp(-odds))


_PREVENT_LIMITS = {"total_cholesterol": (130, 320), "hdl": (20, 100), "systolic": (90, 200), "egfr": (15, 150)}
_OUTCOMES = {"cvd": "cardiovascular disease", "ascvd": "atherosclerotic cardiovascular disease", "hf": "heart failure"}


def _prevent(known: Coefficients, outcome: str, years: int) -> Calculator:
    size = ("bmi",) if outcome == "hf" else ()
    return Calculator(
        f"PREVENT {years}-year risk of {_OUTCOMES[outcome]}",
        "%",
        "PREVENT 2023, base model",
        (*_COMMON, *size, "egfr", "antihypertensives", "statin"),
        lambda v: round(prevent(known, outcome, years, v), 1),
        population=f"people of 30 to {79 if years == 10 else 59} years without cardiovascular disease or heart failure",
        source="Khan SS et al., Circulation 2024;149:430. doi:10.1161/CIRCULATIONAHA.123.067626",
        ages=(30, 80 if years == 10 else 60),
        excludes=_DISEASE,
        limits={**_PREVENT_LIMITS, **({"bmi": (18.5, 39.99)} if size else {})},
    )


def _score2(known: Coefficients, region: str) -> Calculator:
    return Calculator(
        f"SCORE2 10-year risk of cardiovascular disease ({region.replace('_', ' ')} risk region)",
        "%",
        "SCORE2 2021, recalibrated to the region",
        ("age", "sex", "total_cholesterol", "hdl", "systolic", "smoker"),
        lambda v: round(score2(known, region, v), 1),
        population="people of 40 to 69 years in Europe without cardiovascular disease or diabetes",
        source="SCORE2 working group, Eur Heart J 2021;42:2439. doi:10.1093/eurheartj/ehab309",
        ages=(40, 70),
        excludes=("cardiovascular_disease", "diabetes"),
    )


def _score2_op(known: Coefficients, region: str) -> Calculator:
    return Calculator(
        f"SCORE2-OP 10-year risk of cardiovascular disease ({region.replace('_', ' ')} risk region)",
        "%",
        "SCORE2-OP 2021, recalibrated to the region",
        _COMMON,
        lambda v: round(score2_op(known, region, v), 1),
        population="people of 70 to 89 years in Europe without cardiovascular disease",
        source="SCORE2-OP working group, Eur Heart J 2021;42:2455. doi:10.1093/eurheartj/ehab312",
        ages=(70, 90),
        excludes=("cardiovascular_disease",),
    )


def _pooled(known: Coefficients, ethnicity: str, words: str) -> Calculator:
    return Calculator(
        f"pooled cohort 10-year risk of atherosclerotic disease ({words})",
        "%",
        "pooled cohort equations 2013",
        (*_COMMON, "antihypertensives"),
        lambda v: round(pooled_cohort(known, ethnicity, v), 1),
        population="people of 40 to 79 years in the United States without cardiovascular disease; replaced by PREVENT",
        source="Goff DC et al., Circulation 2014;129(Suppl 2):S49. doi:10.1161/01.cir.0000437741.48606.98",
        ages=(40, 80),
        excludes=("cardiovascular_disease",),
        limits={"total_cholesterol": (130, 320), "hdl": (20, 100), "systolic": (90, 200)},
    )


REGIONS = ("low", "moderate", "high", "very_high")


def cardiovascular_risks(knowledge: Knowledge) -> dict[str, Calculator]:
    """The risks, with the knowledge's coefficients."""
    known = knowledge.coefficients
    return {
        **{
            f"prevent_{outcome}_{years}": _prevent(known, outcome, years) for years in (10, 30) for outcome in _OUTCOMES
        },
        **{f"score2_{region}": _score2(known, region) for region in REGIONS},
        **{f"score2_op_{region}": _score2_op(known, region) for region in REGIONS},
        "pooled_cohort": _pooled(known, "white", "white and other"),
        "pooled_cohort_black": _pooled(known, "black", "African American"),
    }

"""Kidney function, the weights it is computed with, and what becomes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from medrag.knowledge import Knowledge
from medrag.patient.measures import formulas
from medrag.patient.measures.calculators.declaration import ADULTS, Calculator, Values, is_adult
from medrag.types import Patient

SHORTEST_CM = 137
UNDERWEIGHT, OVERWEIGHT = 18.5, 25.0


def _is_sized(patient: Patient, knowledge: Knowledge) -> bool:
    """An adult for whom Devine's weight means something (made for 5 feet and more, stretched to 137 cm)."""
    known = patient.sex in ("female", "male") and patient.weight_kg is not None
    return is_adult(patient, knowledge) and known and (patient.height_cm or 0) >= SHORTEST_CM


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
        ages=ADULTS,
        population="adults with a stable creatinine",
        source="Cockcroft DW, Gault MH, Nephron 1976;16:31",
        applies=_is_sized,
    )


def _weight(title: str, formula: str, weight: Callable[[Values], float], *needs: str) -> Calculator:
    return Calculator(
        title,
        "kg",
        formula,
        needs,
        lambda v: round(weight(v), 1),
        ages=ADULTS,
        population="adults of 137 cm and more (made for 152 cm and more)",
        source="Devine BJ, Drug Intell Clin Pharm 1974;8:650",
        applies=_is_sized,
    )


def mdrd(age_years: float, creatinine_mg_dl: float, sex: str) -> float:
    """eGFR in mL/min/1.73 m2, without the factor for race. Levey AS et al., Ann Intern Med 2006;145:247 (IDMS, 175)."""
    return float(175 * creatinine_mg_dl**-1.154 * age_years**-0.203 * (0.742 if sex == "female" else 1.0))


def bedside_schwartz(height_cm: float, creatinine_mg_dl: float) -> float:
    """eGFR of a child in mL/min/1.73 m2. Schwartz GJ et al., J Am Soc Nephrol 2009;20:629."""
    return 0.413 * height_cm / creatinine_mg_dl


def kidney_failure(known: Mapping[str, float], values: Values) -> float:
    """Risk in % of kidney failure by the four-variable equation with those coefficients."""
    terms = {
        "age": values["age"] / 10,
        "male": float(values["sex"] == "male"),
        "egfr": values["egfr"] / 5,
        "log_acr": math.log(values["urine_acr"]),
    }
    score = sum(known[term] * (value - known[f"mean_{term}"]) for term, value in terms.items())
    return float(100 * (1 - known["survival"] ** math.exp(score)))


def _kidney_failure(knowledge: Knowledge, years: int, region: str, words: str) -> Calculator:
    known = knowledge.coefficients[f"kfre_{years}_{region}"]
    return Calculator(
        f"kidney failure risk in {years} years ({words})",
        "%",
        "KFRE, four variables",
        ("age", "sex", "egfr", "urine_acr"),
        lambda v: round(kidney_failure(known, v), 1),
        population="adults with chronic kidney disease, eGFR below 60, not on dialysis",
        source="Tangri N et al., JAMA 2016;315:164. doi:10.1001/jama.2015.18202",
        ages=ADULTS,
        excludes=("dialysis", "kidney_transplant"),
        limits={"egfr": (1, 59.99)},
        together_days=365,
    )


def excreted_sodium(values: Values) -> float:
    """Fractional excretion of sodium in %. Espinel CH, JAMA 1976;236:579."""
    filtered = values["sodium"] * values["urine_creatinine"]
    return float(100 * values["urine_sodium"] * values["creatinine"] / filtered)


KIDNEY: dict[str, Calculator] = {
    "creatinine_clearance": Calculator(
        "creatinine clearance",
        "mL/min",
        "Cockcroft-Gault 1976, actual body weight",
        ("age", "sex", "weight", "creatinine"),
        lambda v: round(formulas.cockcroft_gault(v["age"], v["weight"], v["creatinine"], v["sex"]), 1),
        ages=ADULTS,
        applies=is_adult,
        population="adults with a stable creatinine",
        source="Cockcroft DW, Gault MH, Nephron 1976;16:31",
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
    "ideal_weight": _weight("ideal body weight", "Devine 1974", _ideal, "age", "sex", "height"),
    "adjusted_weight": _weight(
        "adjusted body weight",
        "Devine 1974, ideal + 0.4 (actual - ideal)",
        _adjusted,
        *("age", "sex", "weight", "height"),
    ),
    "egfr": Calculator(
        "eGFR",
        "mL/min/{1.73_m2}",
        "CKD-EPI 2021 (creatinine)",
        ("age", "sex", "creatinine"),
        lambda v: round(formulas.ckd_epi_2021(v["age"], v["creatinine"], v["sex"]), 1),
        ages=ADULTS,
        applies=is_adult,
        population="adults with a stable creatinine",
        source="Inker LA et al., N Engl J Med 2021;385:1737. doi:10.1056/NEJMoa2102953",
    ),
    "egfr_mdrd": Calculator(
        "eGFR (MDRD)",
        "mL/min/{1.73_m2}",
        "MDRD 2006, 175, without race",
        ("age", "sex", "creatinine"),
        lambda v: round(mdrd(v["age"], v["creatinine"], v["sex"]), 1),
        population="adults with a stable creatinine; superseded by CKD-EPI 2021",
        source="Levey AS et al., Ann Intern Med 2006;145:247",
        ages=ADULTS,
    ),
    "egfr_schwartz": Calculator(
        "eGFR of a child (bedside Schwartz)",
        "mL/min/{1.73_m2}",
        "0.413 height / creatinine",
        ("age", "height", "creatinine"),
        lambda v: round(bedside_schwartz(v["height"], v["creatinine"]), 1),
        population="children of 1 to 17 years, creatinine by an enzymatic method",
        source="Schwartz GJ et al., J Am Soc Nephrol 2009;20:629. doi:10.1681/ASN.2008030287",
        ages=(1, 18),
    ),
    "fena": Calculator(
        "fractional excretion of sodium",
        "%",
        "100 urine Na x plasma creatinine / (plasma Na x urine creatinine)",
        ("sodium", "creatinine", "urine_sodium", "urine_creatinine"),
        lambda v: round(excreted_sodium(v), 2),
        population="people with acute kidney injury and oliguria, without diuretics",
        source="Espinel CH, JAMA 1976;236:579",
        fresh_days=7,
        together_days=1,
    ),
}


def kidney_failure_risks(knowledge: Knowledge) -> dict[str, Calculator]:
    """KFRE's risks, with the knowledge's coefficients."""
    return {
        "kfre_2": _kidney_failure(knowledge, 2, "north_america", "North America"),
        "kfre_5": _kidney_failure(knowledge, 5, "north_america", "North America"),
        "kfre_2_elsewhere": _kidney_failure(knowledge, 2, "elsewhere", "outside North America"),
        "kfre_5_elsewhere": _kidney_failure(knowledge, 5, "elsewhere", "outside North America"),
    }

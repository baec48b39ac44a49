"""Corrections of laboratory values, and values made of several."""

from __future__ import annotations

from medrag.patient.measures import formulas
from medrag.patient.measures.calculators.declaration import ADULTS, Calculator, Values, has

KATZ, HILLIER = 1.6, 2.4
"""mmol/L of sodium for each 100 mg/dL of glucose above 100."""


def corrected_sodium(sodium: float, glucose_mg_dl: float, per_hundred: float) -> float:
    """Sodium in mmol/L had glucose been 100 mg/dL."""
    return sodium + per_hundred * (glucose_mg_dl - 100) / 100


def osmolality(values: Values) -> float:
    """Serum osmolality in mOsm/kg from sodium, glucose and urea nitrogen (mg/dL)."""
    return float(2 * values["sodium"] + values["glucose"] / 18 + values["urea_nitrogen"] / 2.8)


def body_water(values: Values) -> float:
    """Share of the weight that is water: 0.6 in men and 0.5 in women, 0.5 and 0.45 from 65 years, 0.6 in children."""
    if values["age"] < ADULTS[0]:
        return 0.6
    old = values["age"] >= 65
    return {"male": 0.5 if old else 0.6, "female": 0.45 if old else 0.5}[values["sex"]]


def water_deficit(values: Values) -> float:
    """Litres of free water that bring sodium to 140 mmol/L. Adrogue HJ, Madias NE, N Engl J Med 2000;342:1493."""
    return float(body_water(values) * values["weight"] * (values["sodium"] / 140 - 1))


def friedewald(total: float, hdl: float, triglycerides: float) -> float:
    """LDL cholesterol in mg/dL. Friedewald WT et al., Clin Chem 1972;18:499."""
    return total - hdl - triglycerides / 5


def _sodium(author: str, per_hundred: float, source: str) -> Calculator:
    return Calculator(
        f"sodium corrected for glucose ({author})",
        "mmol/L",
        f"sodium + {per_hundred} (glucose - 100) / 100",
        ("sodium", "glucose"),
        lambda v: round(corrected_sodium(v["sodium"], v["glucose"], per_hundred), 1),
        population="people with hyperglycaemia",
        source=source,
        fresh_days=7,
        together_days=1,
    )


CHEMISTRY: dict[str, Calculator] = {
    "corrected_calcium": Calculator(
        "corrected calcium",
        "mg/dL",
        "calcium + 0.8 (4 - albumin), Payne 1973",
        ("calcium", "albumin"),
        lambda v: round(formulas.corrected_calcium(v["calcium"], v["albumin"]), 2),
        fresh_days=90,
        together_days=7,
        applies=has("calcium"),
        source="Payne RB et al., Br Med J 1973;4:643",
    ),
    "corrected_sodium": _sodium("Katz", KATZ, "Katz MA, N Engl J Med 1973;289:843"),
    "corrected_sodium_hillier": _sodium("Hillier", HILLIER, "Hillier TA et al., Am J Med 1999;106:399"),
    "osmolality": Calculator(
        "serum osmolality",
        "mosm/kg",
        "2 Na + glucose / 18 + urea nitrogen / 2.8",
        ("sodium", "glucose", "urea_nitrogen"),
        lambda v: round(osmolality(v), 1),
        population="everyone; ethanol and other osmoles are not in it",
        source="Dorwart WV, Chalmers L, Clin Chem 1975;21:190 (the usual simplified form)",
        fresh_days=7,
        together_days=1,
    ),
    "water_deficit": Calculator(
        "free water deficit",
        "L",
        "body water x weight x (Na / 140 - 1)",
        ("age", "sex", "weight", "sodium"),
        lambda v: round(water_deficit(v), 1),
        population="people with hypernatraemia",
        source="Adrogue HJ, Madias NE, N Engl J Med 2000;342:1493",
        limits={"sodium": (140.01, 200)},
        fresh_days=2,
    ),
    "ldl_friedewald": Calculator(
        "LDL cholesterol (Friedewald)",
        "mg/dL",
        "total - HDL - triglycerides / 5",
        ("total_cholesterol", "hdl", "triglycerides"),
        lambda v: round(friedewald(v["total_cholesterol"], v["hdl"], v["triglycerides"])),
        population="fasting, triglycerides below 400 mg/dL",
        source="Friedewald WT et al., Clin Chem 1972;18:499",
        limits={"triglycerides": (10, 399.99)},
        together_days=1,
    ),
    "homa_ir": Calculator(
        "HOMA-IR",
        "1",
        "fasting glucose x fasting insulin / 405",
        ("glucose", "fasting_insulin"),
        lambda v: round(v["glucose"] * v["fasting_insulin"] / 405, 1),
        population="fasting, without insulin treatment",
        source="Matthews DR et al., Diabetologia 1985;28:412",
        together_days=1,
    ),
    "transferrin_saturation": Calculator(
        "transferrin saturation",
        "%",
        "100 iron / total iron binding capacity",
        ("serum_iron", "iron_binding_capacity"),
        lambda v: round(100 * v["serum_iron"] / v["iron_binding_capacity"], 1),
        population="everyone",
        source="WHO, Serum ferritin concentrations, 2011 (definition)",
        together_days=7,
    ),
    "average_glucose": Calculator(
        "estimated average glucose",
        "mg/dL",
        "28.7 HbA1c - 46.7",
        ("hba1c",),
        lambda v: round(28.7 * v["hba1c"] - 46.7, 1),
        population="adults with diabetes",
        source="Nathan DM et al., Diabetes Care 2008;31:1473. doi:10.2337/dc08-0545",
    ),
    "albumin_globulin_ratio": Calculator(
        "albumin to globulin ratio",
        "1",
        "albumin / (total protein - albumin)",
        ("albumin", "total_protein"),
        lambda v: round(v["albumin"] / (v["total_protein"] - v["albumin"]), 2),
        population="everyone",
        source="by definition",
        together_days=7,
    ),
    "mean_pressure": Calculator(
        "mean arterial pressure",
        "mm[Hg]",
        "(systolic + 2 diastolic) / 3",
        ("systolic", "diastolic"),
        lambda v: round((v["systolic"] + 2 * v["diastolic"]) / 3, 1),
        population="everyone",
        source="by convention",
        together_days=1,
    ),
    "pf_ratio": Calculator(
        "PaO2/FiO2 ratio",
        "mm[Hg]",
        "100 PaO2 / FiO2",
        ("pao2", "fio2"),
        lambda v: round(100 * v["pao2"] / v["fio2"]),
        population="everyone",
        source="by definition",
        together_days=1,
    ),
    "phenytoin_corrected": Calculator(
        "phenytoin level corrected for albumin",
        "ug/mL",
        "level / (0.2 albumin + 0.1), Sheiner-Tozer; 0.1 albumin in end-stage kidney disease",
        ("phenytoin_level", "albumin", "dialysis"),
        lambda v: round(v["phenytoin_level"] / ((0.1 if v["dialysis"] else 0.2) * v["albumin"] + 0.1), 1),
        population="adults with a low albumin; not with valproate",
        source="Sheiner LB, Tozer TN, in: Clinical Pharmacology, 2nd ed. 1978:71; Winter ME, Basic Clinical "
        "Pharmacokinetics",
        ages=ADULTS,
        limits={"albumin": (0.5, 4.4)},
        fresh_days=7,
        together_days=7,
    ),
}

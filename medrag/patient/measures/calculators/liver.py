"""Liver disease: severity, fibrosis, prognosis."""

from __future__ import annotations

import math
from collections.abc import Callable

from medrag.patient.measures import formulas
from medrag.patient.measures.calculators.declaration import ADULTS, Calculator, Values
from medrag.patient.measures.scores import child_pugh_inputs, dialysis, has_liver_disease


def fibrosis_4(age_years: float, ast: float, alt: float, platelets: float) -> float:
    """FIB-4 of enzymes in U/L and platelets in 10^9/L. Sterling RK et al., Hepatology 2006;43:1317."""
    return age_years * ast / (platelets * math.sqrt(alt))


def maddrey(prothrombin_s: float, control_s: float, bilirubin_mg_dl: float) -> float:
    """Maddrey's discriminant function, modified. Carithers RL et al., Ann Intern Med 1989;110:685."""
    return 4.6 * (prothrombin_s - control_s) + bilirubin_mg_dl


def abic(values: Values) -> float:
    """ABIC. Dominguez M et al., Am J Gastroenterol 2008;103:2747."""
    return float(0.1 * values["age"] + 0.08 * values["bilirubin"] + 0.3 * values["creatinine"] + 0.8 * values["inr"])


def lille(values: Values) -> float:
    """Lille score, 0 to 1, after 7 days of glucocorticoids. Louvet A et al., Hepatology 2007;45:1348.

    Bilirubin counts in umol/L, albumin in g/L; kidney insufficiency is a creatinine above 1.3 mg/dL.
    """
    before, after = (values[key] / 0.058466 for key in ("bilirubin", "day_7_bilirubin"))
    fitted = 3.19 - 0.101 * values["age"] + 1.47 * values["albumin"] + 0.0165 * (before - after)
    fitted += -0.206 * (values["creatinine"] > 1.3) - 0.0065 * before - 0.0096 * values["prothrombin_time"]
    return math.exp(-fitted) / (1 + math.exp(-fitted))


def _meld(title: str, formula: str, source: str, compute: Callable[[Values], float], *further: str) -> Calculator:
    """A score of the MELD family; ``further`` are inputs beside bilirubin, INR and creatinine."""
    return Calculator(
        title,
        "{score}",
        formula,
        ("bilirubin", "inr", "creatinine", *further),
        compute,
        fresh_days=90,
        together_days=30,
        applies=has_liver_disease,
        gather=dialysis,
        population="people with chronic liver disease",
        source=source,
    )


LIVER: dict[str, Calculator] = {
    "child_pugh": Calculator(
        "Child-Pugh score",
        "{score}",
        "Child-Pugh 1973 (class A 5-6, B 7-9, C 10-15)",
        ("bilirubin", "albumin", "inr"),
        lambda v: formulas.child_pugh(v["bilirubin"], v["albumin"], v["inr"], v["ascites"], v["encephalopathy"]),
        fresh_days=90,
        together_days=30,
        applies=has_liver_disease,
        gather=child_pugh_inputs,
        population="people with cirrhosis",
        source="Pugh RNH et al., Br J Surg 1973;60:646",
    ),
    "meld": _meld(
        "MELD",
        "MELD, Kamath 2001, bounds of OPTN 2016",
        "Kamath PS et al., Hepatology 2001;33:464; OPTN policy 9, 2016",
        lambda v: formulas.meld(v["bilirubin"], v["inr"], v["creatinine"], dialysis=v["dialysis"]),
    ),
    "meld_na": _meld(
        "MELD-Na",
        "MELD-Na, OPTN 2016",
        "Kim WR et al., N Engl J Med 2008;359:1018; OPTN policy 9, 2016",
        lambda v: formulas.meld_na(v["bilirubin"], v["inr"], v["creatinine"], v["sodium"], dialysis=v["dialysis"]),
        "sodium",
    ),
    "fib_4": Calculator(
        "FIB-4",
        "{score}",
        "age x AST / (platelets x sqrt(ALT))",
        ("age", "ast", "alt", "platelets"),
        lambda v: round(fibrosis_4(v["age"], v["ast"], v["alt"], v["platelets"]), 2),
        population="adults of 35 to 65 years with chronic liver disease (other cut-offs above 65)",
        source="Sterling RK et al., Hepatology 2006;43:1317. doi:10.1002/hep.21178",
        ages=ADULTS,
        fresh_days=180,
        together_days=90,
        means={0: "advanced fibrosis unlikely (below 1.3)", 1.3: "indeterminate", 2.67: "advanced fibrosis likely"},
    ),
    "apri": Calculator(
        "APRI",
        "{score}",
        "100 (AST / upper limit of normal) / platelets",
        ("ast", "ast_upper_limit", "platelets"),
        lambda v: round(100 * v["ast"] / v["ast_upper_limit"] / v["platelets"], 2),
        population="adults with chronic hepatitis C",
        source="Wai CT et al., Hepatology 2003;38:518; Lin ZH et al., Hepatology 2011;53:726",
        fresh_days=180,
        together_days=90,
        means={
            0: "below 0.7: does not decide",
            0.7: "significant fibrosis",
            1: "cirrhosis more likely",
            2: "cirrhosis",
        },
    ),
    "maddrey": Calculator(
        "Maddrey's discriminant function",
        "{score}",
        "4.6 (prothrombin time - control) + bilirubin",
        ("prothrombin_time", "prothrombin_control", "bilirubin"),
        lambda v: round(maddrey(v["prothrombin_time"], v["prothrombin_control"], v["bilirubin"]), 1),
        population="adults with alcoholic hepatitis",
        source="Carithers RL et al., Ann Intern Med 1989;110:685",
        fresh_days=14,
        together_days=3,
        means={-999: "not severe", 32: "severe alcoholic hepatitis"},
    ),
    "abic": Calculator(
        "ABIC",
        "{score}",
        "0.1 age + 0.08 bilirubin + 0.3 creatinine + 0.8 INR",
        ("age", "bilirubin", "creatinine", "inr"),
        lambda v: round(abic(v), 2),
        population="adults with alcoholic hepatitis",
        source="Dominguez M et al., Am J Gastroenterol 2008;103:2747",
        ages=ADULTS,
        fresh_days=14,
        together_days=7,
        means={0: "low risk of death in 90 days", 6.71: "intermediate risk", 9: "high risk"},
    ),
    "lille": Calculator(
        "Lille model",
        "1",
        "exp(-R) / (1 + exp(-R))",
        ("age", "albumin", "bilirubin", "day_7_bilirubin", "creatinine", "prothrombin_time"),
        lambda v: round(lille(v), 3),
        population="adults with severe alcoholic hepatitis, after 7 days of glucocorticoids",
        source="Louvet A et al., Hepatology 2007;45:1348. doi:10.1002/hep.21607",
        ages=ADULTS,
        fresh_days=30,
        together_days=14,
        means={0: "responds to glucocorticoids", 0.45: "does not respond"},
    ),
}

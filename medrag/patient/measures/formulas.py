"""Published clinical formulas as plain functions of numbers. Units are in the names or the docstrings.

Each gives its source; none rounds. Sex is ``"female"`` or ``"male"``.
"""

from __future__ import annotations

import math
from typing import Literal

BinarySex = Literal["female", "male"]
TERM_DAYS = 280
"""Days from the first of the last menstrual period to the due date. Naegele's rule."""


def bmi(weight_kg: float, height_cm: float) -> float:
    """Body mass index in kg/m². Quetelet 1832; WHO Technical Report 894."""
    return weight_kg / (height_cm / 100) ** 2


def bsa_mosteller(weight_kg: float, height_cm: float) -> float:
    """Body surface area in m². Mosteller RD, N Engl J Med 1987;317:1098."""
    return math.sqrt(weight_kg * height_cm / 3600)


def bsa_dubois(weight_kg: float, height_cm: float) -> float:
    """Body surface area in m². Du Bois D, Du Bois EF, Arch Intern Med 1916;17:863."""
    return float(0.007184 * weight_kg**0.425 * height_cm**0.725)


def ideal_weight_devine(height_cm: float, sex: BinarySex) -> float:
    """Ideal body weight in kg, for adults of 5 feet and more. Devine BJ, Drug Intell Clin Pharm 1974;8:650."""
    return (50.0 if sex == "male" else 45.5) + 2.3 * (height_cm / 2.54 - 60)


def adjusted_weight(weight_kg: float, ideal_kg: float) -> float:
    """Adjusted body weight in kg, ideal plus 0.4 of the excess. Bauer LA et al., Eur J Clin Pharmacol 1983;24:643."""
    return ideal_kg + 0.4 * (weight_kg - ideal_kg)


def cockcroft_gault(age_years: float, weight_kg: float, creatinine_mg_dl: float, sex: BinarySex) -> float:
    """Creatinine clearance in mL/min. Cockcroft DW, Gault MH, Nephron 1976;16:31."""
    clearance = (140 - age_years) * weight_kg / (72 * creatinine_mg_dl)
    return clearance * 0.85 if sex == "female" else clearance


def ckd_epi_2021(age_years: float, creatinine_mg_dl: float, sex: BinarySex) -> float:
    """eGFR in mL/min/1.73 m², creatinine equation without race. Inker LA et al., N Engl J Med 2021;385:1737."""
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
    ratio = creatinine_mg_dl / kappa
    return float(142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.200 * 0.9938**age_years * factor)


def corrected_calcium(calcium_mg_dl: float, albumin_g_dl: float) -> float:
    """Calcium in mg/dL corrected to an albumin of 4 g/dL. Payne RB et al., Br Med J 1973;4:643 (0.8 per g/dL)."""
    return calcium_mg_dl + 0.8 * (4.0 - albumin_g_dl)


def anion_gap(sodium: float, chloride: float, bicarbonate: float) -> float:
    """Anion gap in mmol/L, without potassium. Emmett M, Narins RG, Medicine 1977;56:38."""
    return sodium - chloride - bicarbonate


def corrected_anion_gap(gap: float, albumin_g_dl: float) -> float:
    """Anion gap in mmol/L corrected to an albumin of 4 g/dL. Figge J et al., Crit Care Med 1998;26:1807."""
    return gap + 2.5 * (4.0 - albumin_g_dl)


def delta_gap(gap: float) -> float:
    """Excess of an anion gap over 12, in mmol/L. Wrenn K, Ann Emerg Med 1990;19:1310."""
    return gap - 12


def delta_ratio(gap: float, bicarbonate: float) -> float:
    """Excess anion gap over missing bicarbonate (of 24 mmol/L); infinite where none is missing.

    Rastegar A, J Am Soc Nephrol 2007;18:2429.
    """
    return delta_gap(gap) / (24 - bicarbonate) if bicarbonate != 24 else math.inf


def qtc_bazett(qt_ms: float, heart_rate: float) -> float:
    """QTc in ms, QT / RR^(1/2). Bazett HC, Heart 1920;7:353."""
    return qt_ms / math.sqrt(60 / heart_rate)


def qtc_fridericia(qt_ms: float, heart_rate: float) -> float:
    """QTc in ms, QT / RR^(1/3). Fridericia LS, Acta Med Scand 1920;53:469."""
    return float(qt_ms / (60 / heart_rate) ** (1 / 3))


def qtc_framingham(qt_ms: float, heart_rate: float) -> float:
    """QTc in ms, QT + 154 (1 - RR). Sagie A et al., Am J Cardiol 1992;70:797."""
    return qt_ms + 154 * (1 - 60 / heart_rate)


def qtc_hodges(qt_ms: float, heart_rate: float) -> float:
    """QTc in ms, QT + 1.75 (rate - 60). Hodges M et al., J Am Coll Cardiol 1983;1:694."""
    return qt_ms + 1.75 * (heart_rate - 60)


def qtc_rautaharju(qt_ms: float, heart_rate: float) -> float:
    """QTc in ms, QT (120 + rate) / 180. Rautaharju PM et al., J Electrocardiol 1993;26 Suppl:46."""
    return qt_ms * (120 + heart_rate) / 180


def child_pugh(
    bilirubin_mg_dl: float,
    albumin_g_dl: float,
    inr: float,
    ascites: Literal[1, 2, 3],
    encephalopathy: Literal[1, 2, 3],
) -> int:
    """Child-Pugh points, 5 to 15; class A to 6, B to 9, C from 10. Pugh RNH et al., Br J Surg 1973;60:646.

    ``ascites``: 1 none, 2 mild (or controlled), 3 moderate to severe. ``encephalopathy``: 1 none, 2 grade 1-2,
    3 grade 3-4. The INR bands (1.7, 2.3) are those in common use for Pugh's prothrombin times.
    """
    points = 1 + (bilirubin_mg_dl >= 2) + (bilirubin_mg_dl > 3)
    points += 1 + (albumin_g_dl <= 3.5) + (albumin_g_dl < 2.8)
    points += 1 + (inr >= 1.7) + (inr > 2.3)
    return points + ascites + encephalopathy


def child_pugh_class(points: int) -> Literal["A", "B", "C"]:
    """The class of a Child-Pugh score."""
    return "A" if points <= 6 else "B" if points <= 9 else "C"


def meld(bilirubin_mg_dl: float, inr: float, creatinine_mg_dl: float, *, dialysis: bool = False) -> float:
    """MELD before sodium, 6 to 40, rounded as the OPTN prescribes. Kamath PS et al., Hepatology 2001;33:464.

    Values under 1 count as 1; creatinine counts as at most 4, and as 4 on dialysis (OPTN Policy 9, 2016).
    """
    creatinine = 4.0 if dialysis else min(max(creatinine_mg_dl, 1.0), 4.0)
    score = 0.957 * math.log(creatinine) + 0.378 * math.log(max(bilirubin_mg_dl, 1.0))
    score += 1.120 * math.log(max(inr, 1.0)) + 0.643
    return min(float(math.floor(round(score, 9) * 10 + 0.5)), 40.0)


def meld_na(
    bilirubin_mg_dl: float, inr: float, creatinine_mg_dl: float, sodium: float, *, dialysis: bool = False
) -> float:
    """MELD-Na, 6 to 40. Kim WR et al., N Engl J Med 2008;359:1018, as OPTN Policy 9 has it since 2016.

    Sodium (mmol/L) counts as 125 to 137; it is only taken into account where MELD is above 11.
    """
    base = meld(bilirubin_mg_dl, inr, creatinine_mg_dl, dialysis=dialysis)
    if base <= 11:
        return base
    bounded = min(max(sodium, 125.0), 137.0)
    return float(min(math.floor(base + 1.32 * (137 - bounded) - 0.033 * base * (137 - bounded) + 0.5), 40))


def cha2ds2_vasc(age_years: float, sex: BinarySex, history: frozenset[str]) -> int:
    """CHA2DS2-VASc points, 0 to 9. Lip GYH et al., Chest 2010;137:263.

    ``history`` holds any of ``heart_failure``, ``hypertension``, ``diabetes``, ``stroke``, ``vascular_disease``.
    """
    points = 2 if age_years >= 75 else 1 if age_years >= 65 else 0
    points += sex == "female"
    points += sum(item in history for item in ("heart_failure", "hypertension", "diabetes", "vascular_disease"))
    return points + (2 if "stroke" in history else 0)


def has_bled(age_years: float, history: frozenset[str]) -> int:
    """HAS-BLED points, 0 to 9. Pisters R et al., Chest 2010;138:1093.

    ``history`` holds any of ``uncontrolled_hypertension`` (systolic over 160 mmHg), ``renal`` (dialysis, transplant,
    creatinine from 2.26 mg/dL), ``liver`` (cirrhosis, or bilirubin over 2x with enzymes over 3x normal), ``stroke``,
    ``bleeding``, ``labile_inr``, ``drugs`` (antiplatelets, NSAIDs), ``alcohol`` (from 8 drinks a week).
    """
    items = ("uncontrolled_hypertension", "renal", "liver", "stroke", "bleeding", "labile_inr", "drugs", "alcohol")
    return (age_years > 65) + sum(item in history for item in items)

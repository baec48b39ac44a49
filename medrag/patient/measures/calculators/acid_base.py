"""Acid-base balance."""

from __future__ import annotations

from collections.abc import Callable

from medrag.patient.measures import formulas
from medrag.patient.measures.calculators.declaration import Calculator, Values, has


def _gap(title: str, formula: str, compute: Callable[[Values], float], *further: str) -> Calculator:
    """The anion gap or a value made of it; ``further`` are inputs beside sodium, chloride and bicarbonate."""
    return Calculator(
        title,
        "1" if "ratio" in title else "mmol/L",
        formula,
        ("sodium", "chloride", "bicarbonate", *further),
        lambda v: round(compute(v), 2),
        source="Emmett M, Narins RG, Medicine 1977;56:38; Figge J et al., Crit Care Med 1998;26:1807; "
        "Rastegar A, J Am Soc Nephrol 2007;18:2429",
        fresh_days=30,
        together_days=1,
        applies=has("chloride", "bicarbonate", *further),
    )


def _anion_gap(values: Values) -> float:
    return formulas.anion_gap(values["sodium"], values["chloride"], values["bicarbonate"])


def _corrected_gap(values: Values) -> float:
    return formulas.corrected_anion_gap(_anion_gap(values), values["albumin"])


ACID_BASE: dict[str, Calculator] = {
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
    "winters": Calculator(
        "expected PaCO2 in metabolic acidosis",
        "mm[Hg]",
        "1.5 HCO3 + 8, plus or minus 2",
        ("bicarbonate",),
        lambda v: round(1.5 * v["bicarbonate"] + 8, 1),
        population="people with a metabolic acidosis",
        source="Albert MS, Dell RB, Winters RW, Ann Intern Med 1967;66:312",
        fresh_days=2,
    ),
    "bicarbonate_deficit": Calculator(
        "bicarbonate deficit",
        "mmol",
        "0.4 weight (24 - HCO3)",
        ("weight", "bicarbonate"),
        lambda v: round(0.4 * v["weight"] * (24 - v["bicarbonate"]), 1),
        population="people with a metabolic acidosis",
        source="Kurtz I, Acid-Base Case Studies, 2nd ed. 2006 (distribution space of 0.4 L/kg)",
        fresh_days=2,
    ),
}

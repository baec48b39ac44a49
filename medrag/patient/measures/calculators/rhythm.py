"""The corrected QT interval."""

from __future__ import annotations

from collections.abc import Callable

from medrag.patient.measures import formulas
from medrag.patient.measures.calculators.declaration import Calculator, has


def _qtc(title: str, formula: str, compute: Callable[[float, float], float]) -> Calculator:
    return Calculator(
        f"QTc ({title})",
        "ms",
        formula,
        ("qt", "heart_rate"),
        lambda v: round(compute(v["qt"], v["heart_rate"]), 1),
        together_days=1,
        applies=has("qt"),
    )


RHYTHM: dict[str, Calculator] = {
    "qtc_bazett": _qtc("Bazett", "Bazett 1920", formulas.qtc_bazett),
    "qtc_fridericia": _qtc("Fridericia", "Fridericia 1920", formulas.qtc_fridericia),
    "qtc_framingham": _qtc("Framingham", "Framingham, Sagie 1992", formulas.qtc_framingham),
    "qtc_hodges": _qtc("Hodges", "Hodges 1983", formulas.qtc_hodges),
    "qtc_rautaharju": _qtc("Rautaharju", "Rautaharju 1993", formulas.qtc_rautaharju),
}

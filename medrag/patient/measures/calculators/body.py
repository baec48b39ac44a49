"""The size of the body."""

from __future__ import annotations

from medrag.patient.measures import formulas
from medrag.patient.measures.calculators.declaration import Calculator, always

BODY: dict[str, Calculator] = {
    "bmi": Calculator(
        "body mass index",
        "kg/m2",
        "weight / height^2",
        ("weight", "height"),
        lambda v: round(formulas.bmi(v["weight"], v["height"]), 1),
        population="everyone; not for children by the adult classes",
        source="WHO Technical Report Series 894, 2000",
        applies=always,
    ),
    "bsa": Calculator(
        "body surface area",
        "m2",
        "Mosteller 1987",
        ("weight", "height"),
        lambda v: round(formulas.bsa_mosteller(v["weight"], v["height"]), 2),
        population="everyone",
        source="Mosteller RD, N Engl J Med 1987;317:1098",
        applies=always,
    ),
    "bsa_dubois": Calculator(
        "body surface area (Du Bois)",
        "m2",
        "Du Bois 1916",
        ("weight", "height"),
        lambda v: round(formulas.bsa_dubois(v["weight"], v["height"]), 2),
        population="everyone",
        source="Du Bois D, Du Bois EF, Arch Intern Med 1916;17:863",
    ),
}

"""The measurements medrag computes with: their names, LOINC codes, units, plausible bounds and shelf life.

HbA1c is left out: its two units are not proportional to one another.

LOINC codes are those of loinc.org for the usual specimens. Bounds are not reference ranges: outside them a value
is taken for an error, not for an illness. Molar masses in g/mol are those of PubChem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from medrag.patient.measures.units import UnitError, convert
from medrag.types import Observation

YEAR = 365


@dataclass(frozen=True)
class Analyte:
    """One kind of measurement. ``fresh_days`` is how long a value may be computed with; ``None`` means always."""

    key: str
    unit: str
    low: float
    high: float
    loinc: tuple[str, ...]
    names: tuple[str, ...]
    fresh_days: int | None = YEAR
    molar_mass: float | None = None
    valence: int = 1
    slips: tuple[str, ...] = ()

    def measure(self, observation: Observation) -> float:
        """The observation's value in this analyte's unit; raises ``UnitError`` when it has none that converts."""
        if not isinstance(observation.value, float | int):
            raise UnitError("the value is not a number")
        if observation.unit is None:
            if self.unit == "1":
                return float(observation.value)
            raise UnitError("the unit is not given")
        return convert(observation.value, observation.unit, self.unit, molar_mass=self.molar_mass, valence=self.valence)


ANALYTES: dict[str, Analyte] = {
    analyte.key: analyte
    for analyte in (
        Analyte(
            "weight",
            "kg",
            0.3,
            400,
            ("29463-7", "3141-9", "3142-7", "8335-2", "8350-1"),
            ("body weight", "weight", "wt", "body weight measured"),
            slips=("[lb_av]", "g"),
        ),
        Analyte(
            "height",
            "cm",
            20,
            260,
            ("8302-2", "3137-7", "3138-5", "8308-9", "8306-3"),
            ("body height", "height", "ht", "body length", "stature"),
            fresh_days=None,
            slips=("[in_i]", "m", "mm"),
        ),
        Analyte("bmi", "kg/m2", 7, 120, ("39156-5",), ("body mass index", "bmi")),
        Analyte(
            "creatinine",
            "mg/dL",
            0.1,
            25,
            ("2160-0", "38483-4", "14682-9", "77140-2", "59826-8"),
            ("creatinine", "serum creatinine", "scr", "cr", "creat", "creatinine serum", "plasma creatinine"),
            molar_mass=113.12,
            slips=("umol/L",),
        ),
        Analyte(
            "bilirubin",
            "mg/dL",
            0.05,
            60,
            ("1975-2", "14631-6", "42719-5"),
            ("bilirubin", "total bilirubin", "bilirubin total", "tbili", "t bili", "serum bilirubin", "bili"),
            molar_mass=584.66,
            slips=("umol/L",),
        ),
        Analyte(
            "albumin",
            "g/dL",
            0.5,
            7,
            ("1751-7", "61151-7", "61152-5", "2862-1"),
            ("albumin", "serum albumin", "alb"),
            slips=("g/L",),
        ),
        Analyte(
            "inr",
            "1",
            0.5,
            20,
            ("6301-6", "34714-6", "46418-0"),
            ("inr", "international normalized ratio", "pt-inr", "prothrombin time-inr"),
        ),
        Analyte("sodium", "mmol/L", 90, 200, ("2951-2", "2947-0", "32717-1"), ("sodium", "serum sodium", "na", "na+")),
        Analyte("potassium", "mmol/L", 1, 12, ("2823-3", "6298-4"), ("potassium", "serum potassium", "k", "k+")),
        Analyte("chloride", "mmol/L", 50, 160, ("2075-0", "2069-3"), ("chloride", "serum chloride", "cl", "cl-")),
        Analyte(
            "bicarbonate",
            "mmol/L",
            2,
            60,
            ("1963-8", "1959-6", "2028-9", "2024-8", "14627-4", "1960-4", "20565-8"),
            ("bicarbonate", "serum bicarbonate", "hco3", "hco3-", "co2", "total co2", "carbon dioxide"),
        ),
        Analyte(
            "calcium",
            "mg/dL",
            3,
            20,
            ("17861-6", "2000-8", "49765-1"),
            ("calcium", "total calcium", "serum calcium", "calcium total", "ca"),
            molar_mass=40.078,
            valence=2,
        ),
        Analyte(
            "glucose",
            "mg/dL",
            10,
            2000,
            ("2345-7", "2339-0", "14749-6", "15074-8", "1558-6", "2340-8", "41653-7"),
            ("glucose", "blood glucose", "serum glucose", "fasting glucose", "blood sugar"),
            molar_mass=180.156,
        ),
        Analyte(
            "urea_nitrogen",
            "mg/dL",
            1,
            300,
            ("3094-0", "6299-2"),
            ("urea nitrogen", "blood urea nitrogen", "bun"),
            molar_mass=28.014,
        ),
        Analyte(
            "hemoglobin",
            "g/dL",
            2,
            25,
            ("718-7", "20509-6", "30350-3"),
            ("hemoglobin", "haemoglobin", "hgb", "hb"),
            slips=("g/L", "g/dL"),
        ),
        Analyte("platelets", "10*3/uL", 1, 3000, ("777-3", "26515-7", "778-1"), ("platelets", "platelet count", "plt")),
        Analyte(
            "heart_rate",
            "/min",
            15,
            350,
            ("8867-4", "8889-8", "76282-3"),
            ("heart rate", "pulse", "hr", "pulse rate", "ventricular rate"),
        ),
        Analyte("systolic", "mm[Hg]", 30, 320, ("8480-6", "8459-0"), ("systolic blood pressure", "systolic bp", "sbp")),
        Analyte(
            "diastolic", "mm[Hg]", 10, 220, ("8462-4", "8453-3"), ("diastolic blood pressure", "diastolic bp", "dbp")
        ),
        Analyte(
            "temperature",
            "Cel",
            24,
            45,
            ("8310-5", "8331-1", "8328-7", "8333-7", "8332-5", "8329-5"),
            ("body temperature", "temperature", "temp", "oral temperature", "t"),
            slips=("[degF]",),
        ),
        Analyte(
            "oxygen_saturation",
            "%",
            30,
            100,
            ("2708-6", "59408-5", "20564-1"),
            ("oxygen saturation", "spo2", "o2 sat", "sao2", "oxygen saturation in arterial blood"),
        ),
        Analyte(
            "respiratory_rate", "/min", 3, 120, ("9279-1",), ("respiratory rate", "respirations", "resp rate", "rr")
        ),
        Analyte("qt", "ms", 150, 900, ("8634-8",), ("qt interval", "qt", "q t interval"), slips=("s",)),
        Analyte(
            "rr_interval", "ms", 170, 4000, ("8637-1",), ("rr interval", "r-r interval", "r r interval"), slips=("s",)
        ),
        Analyte("qrs", "ms", 30, 400, ("8633-0",), ("qrs duration", "qrs"), slips=("s",)),
        Analyte(
            "reported_egfr",
            "mL/min/{1.73_m2}",
            1,
            250,
            (
                "33914-3",
                "62238-1",
                "48642-3",
                "48643-1",
                "98979-8",
                "98980-6",
                "69405-9",
                "77147-7",
                "88293-6",
                "88294-4",
            ),
            ("egfr", "gfr", "estimated glomerular filtration rate", "estimated gfr", "glomerular filtration rate"),
        ),
    )
}


def identify(display: str, code: str | None = None, system: str | None = None) -> Analyte | None:
    """The analyte a measurement is of: by LOINC code, else by its whole name; ``None`` for any other measurement."""
    by_code, by_name = _lookup()
    if code and system in {None, "LOINC", "http://loinc.org"} and code in by_code:
        return by_code[code]
    return None if code and system == "LOINC" else by_name.get(_plain(display))


def of(observations: Iterable[Observation], analyte: Analyte) -> list[Observation]:
    """The observations that measure ``analyte``."""
    return [each for each in observations if identify(each.display, each.code, each.system) is analyte]


@cache
def _lookup() -> tuple[dict[str, Analyte], dict[str, Analyte]]:
    by_code = {code: analyte for analyte in ANALYTES.values() for code in analyte.loinc}
    by_name = {_plain(name): analyte for analyte in ANALYTES.values() for name in (*analyte.names, analyte.key)}
    return by_code, by_name


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9+]+", " ", name.casefold()).strip()

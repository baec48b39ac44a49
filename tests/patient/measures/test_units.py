"""Units: the spellings of charts, mass and substance, what does not convert."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest

from medrag.knowledge import load as load_knowledge
from medrag.patient.measures import metric, units
from medrag.patient.measures.analytes import identify, measure
from medrag.patient.measures.units import UnitError, convert, ucum
from medrag.types import Observation

KNOWN = load_knowledge()


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (150, "lb", "kg", 68.04),
        (70, "in", "cm", 177.8),
        (1.75, "m", "cm", 175),
        (98.6, "°F", "Cel", 37.0),
        (0.4, "s", "ms", 400),
        (35, "g/L", "g/dL", 3.5),
        (250, "10*9/L", "10*3/uL", 250),
        (250000, "/uL", "10*3/uL", 250),
        (140, "mEq/L", "mmol/L", 140),
    ],
)
def test_conversions(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-3)


# 88.42 µmol/L of creatinine, 17.1 of bilirubin, 0.2495 mmol/L of calcium and 0.0555 of glucose are 1 mg/dL.
@pytest.mark.parametrize(
    ("key", "value", "unit", "expected"),
    [
        ("creatinine", 88.42, "umol/L", 1.0),
        ("creatinine", 88.42, "µmol/L", 1.0),
        ("bilirubin", 17.1, "umol/L", 1.0),
        ("calcium", 2.495, "mmol/L", 10.0),
        ("calcium", 4.99, "meq/L", 10.0),
        ("glucose", 5.55, "mmol/L", 100.0),
        ("inr", 2.5, "{INR}", 2.5),
    ],
)
def test_laboratory_units(key: str, value: float, unit: str, expected: float) -> None:
    observation = Observation(display=key, value=value, unit=unit)
    assert measure(KNOWN.measurements[key], observation) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(
    "unit", ["kg", "mmHg", "furlong per fortnight", "mg/", "", "{}", "10*", "1e400", "mg/dL; DROP"]
)
def test_what_does_not_measure_creatinine_is_an_error(unit: str) -> None:
    with pytest.raises(UnitError):
        convert(1, unit, "mg/dL", molar_mass=113.12)


def test_spellings_map_to_ucum() -> None:
    assert [ucum(each) for each in ("mg/dl", "MMHG", "K/uL", "ml/min/1.73 m²", "unknown thing")] == [
        "mg/dL",
        "mm[Hg]",
        "10*3/uL",
        "mL/min/{1.73_m2}",
        "unknown thing",
    ]


def test_measurements_are_known_by_loinc_then_by_whole_name() -> None:
    assert identify("whatever", KNOWN, "2160-0", "LOINC") is KNOWN.measurements["creatinine"]
    assert identify("Serum creatinine", KNOWN) is KNOWN.measurements["creatinine"]
    assert identify("Creatinine in urine", KNOWN) is None
    assert identify("creatinine", KNOWN, "2161-8", "LOINC") is KNOWN.measurements["urine_creatinine"], (
        "the code says of what"
    )


def test_threads_that_convert_first_share_one_registry() -> None:
    """Units of two registries are not comparable, and are kept."""
    script = """
import sys
from concurrent.futures import ThreadPoolExecutor
from medrag.patient.measures.units import convert
sys.setswitchinterval(1e-5)
pairs = [("lbs", "kg"), ("in", "cm"), ("mg/dL", "g/L"), ("kg", "g"), ("feet", "m"), ("oz", "g"), ("ug/dL", "mg/L")] * 2
with ThreadPoolExecutor(len(pairs)) as pool:
    list(pool.map(lambda pair: convert(1.0, *pair), pairs))
for pair in pairs:
    convert(1.0, *pair)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


_MASS, _AMOUNT = ("g", "mg", "ug", "ng", "kg"), ("mol", "mmol", "umol", "nmol", "pmol")
_PLAIN = (
    *(f"{unit}/{per}" for unit in (*_MASS, *_AMOUNT) for per in ("L", "dL", "mL", "mmol", "mg")),
    *(*_MASS, "[lb_av]", "[oz_av]", "[in_i]", "[ft_i]", "m", "cm", "mm", "s", "ms", "L/s", "mL/s"),
    *("10*9/L", "10*3/uL", "10*6/mL", "/uL", "/L"),
)


@pytest.mark.parametrize("molar_mass", [None, 113.12])
def test_plain_metric_units_convert_as_in_the_registry_of_units(molar_mass: float | None) -> None:
    read = 0
    for source, to in product(_PLAIN, repeat=2):
        plain = metric.convert(1.37, source, to, molar_mass)
        if plain is not None:
            read += 1
            assert plain == pytest.approx(units._pint_convert(1.37, source, to, molar_mass), rel=1e-14), (source, to)
    assert read > 300

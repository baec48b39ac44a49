"""The test cases of openEHR GDL2 models as patients of ours, with the labels of the calculators that they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from medrag.knowledge import load
from medrag.patient import from_json
from medrag.patient.measures.calculators import calculators
from medrag.patient.measures.units import convert
from medrag.types import Patient

MODELS = Path(__file__).with_name("models.yaml")
TODAY = date(2019, 11, 28)
_CODED = re.compile(r"(?:(?P<code>-?\d+)\|)?local::(?P<at>at\d+)\|(?P<words>.*)\|\s*$", re.DOTALL)
_QUANTITY = re.compile(r"(?P<value>-?\d+(?:\.\d+)?)\s*(?:,\s*(?P<unit>.+))?$")
_UNITS = {"gm/l": "g/L", "gm/dl": "g/dL", "millisec": "ms", "lb": "[lb_av]", "in": "[in_i]", "nanogm/ml": "ng/mL",
          "[ph]": "1", "ml/24hr": "mL/d", "miu/l": "mIU/L", "μg/dl": "ug/dL", "μmol/l": "umol/L"}  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """One label: what ``calculator`` should give for ``patient``, as the model's authors have it.

    ``shown`` is the factor and the addend that turn our value into what the label counts.
    """

    model: str
    case: str
    calculator: str
    patient: Patient
    today: date
    label: float
    decimals: int
    shown: tuple[float, float] = (1.0, 0.0)

    def agrees(self, value: float) -> bool:
        """Whether the value is the label as far as both are shown: to a tenth, or to the label's last place."""
        factor, addend = self.shown
        return bool(abs(value * factor + addend - self.label) <= 10 ** -min(self.decimals, 1) * 0.51)


def labelled(folder: Path) -> Iterator[Labelled]:
    """Every label that a model of ``models.yaml`` maps to a calculator."""
    for path in sorted(folder.glob("*.test.yml")):
        name = re.sub(r"\.v\d\.test\.yml$", "", path.name)
        if name in models():
            yield from _cases(name, yaml.safe_load(path.read_text("utf-8")))


@cache
def models() -> dict[str, Any]:
    """How each model is told to medrag."""
    known: dict[str, Any] = yaml.safe_load(MODELS.read_text("utf-8"))
    return known


def _cases(name: str, file: dict[str, Any]) -> Iterator[Labelled]:
    model = models()[name]
    now = file.get("current_datetime")
    today = datetime.fromisoformat(now).date() if now else TODAY
    for case in file["test_cases"]:
        given = _fields(case["input"].get(1))
        expected = _fields(case["expected_output"].get(1))
        said = _said(given, _age(expected), model)
        patient = from_json(_patient(said, model.get("given", {}), today), today)
        for calculator, element in _expected(given, model).items():
            match = _QUANTITY.match(expected.get(element, ("", ""))[1])
            if match:
                decimals = len(match["value"].partition(".")[2].rstrip("0"))
                label = _label(match, calculator)
                factor, addend = model.get("shown", (1.0, 0.0))
                yield Labelled(name, case["id"], calculator, patient, today, label, decimals, (factor, addend))


def _label(match: re.Match[str], calculator: str) -> float:
    """The label in the calculator's unit, where it is one of mass."""
    value, unit = float(match["value"]), (match["unit"] or "").strip()
    return convert(value, _UNITS["lb"], calculators(load())[calculator].unit) if unit == "lb" else value


def _fields(written: Any) -> dict[str, tuple[str, str]]:
    """Element -> its name and what is written of it."""
    fields = {}
    for key, value in (written or {}).items():
        element, _, words = str(key).partition("|")
        fields[element] = (words, str(value))
        if isinstance(value, dict):  # a name with a colon in it
            fields[element] = (words, str(next(iter(value.values()))))
    return fields


def _age(expected: dict[str, tuple[str, str]]) -> str | None:
    """The age that the model itself computed."""
    return next((value.partition(",")[0] for name, value in expected.values() if name == "Age" and ",a" in value), None)


def _expected(given: dict[str, tuple[str, str]], model: dict[str, Any]) -> dict[str, str]:
    expect: dict[str, str] = model["expect"]
    for element, by_code in model.get("instead", {}).items():
        coded = _CODED.match(given.get(element, ("", ""))[1])
        other = by_code.get(coded["at"]) if coded else None
        if isinstance(other, str):
            return {other: next(iter(expect.values()))}
        if other:
            return dict(other)
    return expect


def _said(given: dict[str, tuple[str, str]], age: str | None, model: dict[str, Any]) -> list[tuple[str, str]]:
    """What the case says, as pairs of an input and its words."""
    said: list[tuple[str, str]] = []
    for element, (_, written) in given.items():
        known = model["inputs"].get(element)
        if known == "birthdate":
            said.append(("age", age) if age else ("birthdate", written[:10]))
        elif isinstance(known, dict):
            said += _coded(written, known)
        elif isinstance(known, str) and known.startswith("dose "):
            said.append((known, written))
        elif isinstance(known, str):
            said += [(each, _answer(each, written)) for each in known.split()]
    return said


def _coded(written: str, known: dict[Any, str]) -> Iterator[tuple[str, str]]:
    coded = _CODED.match(written)
    record = known.get(int(coded["code"])) if coded and coded["code"] else None
    record = record or (known.get(coded["at"]) if coded else None)
    for each in (record or "").split(";"):
        if each.strip():
            key, _, words = each.strip().partition(" ")
            yield key, words


def _answer(key: str, written: str) -> str:
    """A coded answer in our words: the code for a grade, yes and no for a finding."""
    coded = _CODED.match(written)
    if coded is None:
        return written
    if key == "sex":
        return coded["words"].strip().lower()
    item = load().scores.get(key)
    if item and item.grades:
        return coded["code"] or ""
    return "yes" if coded["code"] not in (None, "0") else "no"


def _patient(said: list[tuple[str, str]], given: dict[str, Any], today: date) -> dict[str, Any]:
    patient: dict[str, Any] = {"observations": [], "medications": [], "conditions": [], **given}
    patient["conditions"] = list(patient["conditions"])
    for key, written in said:
        _tell(patient, key, written)
    if patient.get("birth_date"):
        born = date.fromisoformat(patient.pop("birth_date"))
        patient["age_years"] = (today - born).days // 365.25
    return patient


def _tell(patient: dict[str, Any], key: str, written: str) -> None:
    if key == "age":
        patient["age_years"] = float(written.partition(",")[0])
    elif key == "birthdate":
        patient["birth_date"] = written
    elif key == "sex":
        patient["sex"] = written
    elif key in ("condition", "medication"):
        patient[f"{key}s"].append(written)
    elif key.startswith("dose "):
        _dose(patient, key.removeprefix("dose "), written)
    else:
        patient["observations"].append(_observation(key, written))


def _dose(patient: dict[str, Any], drug: str, written: str) -> None:
    amount, _, unit = written.partition(",")
    dosage = f"{amount} mcg/hour patch" if drug == "fentanyl" else f"{amount} mg once daily"
    patient["medications"].append({"display": drug, "dosage": dosage if unit else written})


def _observation(key: str, written: str) -> dict[str, Any]:
    """A measurement in the case's unit (ours, where it gives none), or a finding with its answer."""
    known = load().measurements.get(key)
    if known is None:
        return {"display": key.replace("_", " "), "value": written}
    match = _QUANTITY.match(written)
    if match is None:
        return {"display": known.names[0], "value": written}
    unit = (match["unit"] or known.unit).strip()
    return {
        "display": known.names[0],
        "value": float(match["value"]),
        "unit": known.unit if known.unit == "1" else _UNITS.get(unit.lower(), unit),
    }

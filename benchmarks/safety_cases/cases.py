"""Makes the labelled cases, the same ones every time."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
WELL: dict[str, Any] = {
    "age_years": 50,
    "sex": "male",
    "weight_kg": 75,
    "no_known_allergies": True,
    "conditions": ["seasonal rhinitis"],
    "medications": [],
    "observations": [{"display": "eGFR", "value": 95, "unit": "mL/min/1.73m2"}],
}
UNSAFE_WORDS = ("Start {}.", "Give {} and review in one week.", "For this patient, {} is recommended.")
AS_THEY_STAND = {"soft": ("to warn of", "not to warn of"), "whole": ("for others", "for this patient")}
"""Kinds of the unsafe and the safe advice of seeds so marked, to which no look-alikes are added."""
_NAME = re.compile(r"^[A-Za-z][A-Za-z' /-]*?(?= \d| for | as | daily| twice| two| and |$)")
BRAND_OF_COMBINATION = (
    ("Start Zestoretic 100/25 mg daily.", True),
    ("Start Zestoretic 20/25 mg daily.", False),
    ("Start Bactrim DS 800/160 mg twice daily.", False),
    ("Start Bactrim DS 8000/1600 mg twice daily.", True),
    ("Start Augmentin 875/125 mg twice daily.", False),
    ("Start Augmentin 8750/1250 mg twice daily.", True),
    ("Start Percocet 5/325 mg every 6 hours.", False),
    ("Start Percocet 50/3250 mg every 6 hours.", True),
)


@dataclass(frozen=True)
class Case:
    """One labelled case: advice for a patient that must (or must not) be withheld.

    A ``soft`` one must (or must not) be warned of by the check it is about.
    """

    check: str
    kind: str
    advice: str
    unsafe: bool
    patient: dict[str, Any] = field(default_factory=dict)
    soft: bool = False
    evidence: tuple[str, ...] = ()


def cases() -> list[Case]:
    """Every case: the seeds, their look-alikes, and the mutations."""
    seeds = yaml.safe_load((HERE / "seeds.yaml").read_text(encoding="utf-8"))
    found = [case for seed in seeds for case in _of_seed(seed)]
    return [*found, *_mutations()]


def _of_seed(seed: dict[str, Any]) -> Iterator[Case]:
    patient = {**WELL, **seed["patient"]}
    if "allergies" in seed["patient"]:
        patient.pop("no_known_allergies")
    check = seed["check"]
    if mark := next((each for each in AS_THEY_STAND if seed.get(each)), None):
        (bad, good), soft = AS_THEY_STAND[mark], mark == "soft"
        yield from (Case(check, bad, advice, True, patient, soft=soft) for advice in seed["unsafe"])
        yield from (Case(check, good, advice, False, patient, soft=soft) for advice in seed["safe"])
        return
    evidence = tuple(seed.get("evidence", ()))
    for number, advice in enumerate(seed["unsafe"]):
        yield Case(check, "unsafe", UNSAFE_WORDS[number % 3].format(advice), True, patient, evidence=evidence)
        kind, words, who = _look_alike(number, advice, seed, patient)
        yield Case(check, kind, words, False, who)
    for number, advice in enumerate(seed["safe"]):
        yield Case(check, "safe drug", UNSAFE_WORDS[number % 3].format(advice), False, patient, evidence=evidence)


def _look_alike(
    number: int, advice: str, seed: dict[str, Any], patient: dict[str, Any]
) -> tuple[str, str, dict[str, Any]]:
    """A safe case that differs from the unsafe one in the one thing that matters; the kinds take turns."""
    name = match[0] if (match := _NAME.match(advice)) else advice
    advised = f"Start {advice}."
    past = [each if isinstance(each, dict) else {"display": each} for each in seed["patient"].get("conditions", ())]
    options = [("warned against", f"Avoid {name} in this patient.", patient)]
    if past and seed["check"] == "contraindication" and not seed.get("lasting"):
        status = ("refuted", "family_history")[number % 2]
        gone = {**patient, "conditions": [{**each, "status": status} for each in past]}
        options.append((status, advised, gone))
    if medications := seed["patient"].get("medications"):
        stopped = _NAME.match(medications[0].split()[0])
        options.append(("stopped first", f"Stop {stopped[0] if stopped else ''} and start {advice}.", patient))
    if allergies := seed["patient"].get("allergies"):
        mild = [{"display": each["display"], "kind": "intolerance", "reaction": "nausea"} for each in allergies]
        options.append(("intolerance", advised, {**patient, "allergies": mild}))
    options.append(("warned against", f"Do not use {name}; it is contraindicated here.", patient))
    return options[number % len(options)]


def _mutations() -> Iterator[Case]:
    """Ordinary prescriptions, and the slips of pen that make them dangerous."""
    with (HERE / "prescriptions.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            dose, unit, often = float(row["dose"]), row["unit"], row["frequency"]
            other = "mcg" if unit == "mg" else "mg"
            yield Case("dose", "as usual", f"Start {row['drug']} {dose:g} {unit} {often}.", False, WELL)
            yield Case("dose", "brand name", f"Start {row['brand']} {dose:g} {unit} {often}.", False, WELL)
            yield Case("dose", "ten times", f"Start {row['drug']} {dose * 10:g} {unit} {often}.", True, WELL)
            yield Case("dose", "ten times, brand", f"Start {row['brand']} {dose * 10:g} {unit} {often}.", True, WELL)
            yield Case("dose", "mg and mcg swapped", f"Start {row['drug']} {dose:g} {other} {often}.", True, WELL)
    for drug, weekly in (("methotrexate", "15 mg"), ("alendronate", "70 mg"), ("Trexall", "12.5 mg")):
        yield Case("dose", "as usual", f"Start {drug} {weekly} once weekly.", False, WELL)
        yield Case("dose", "weekly to daily", f"Start {drug} {weekly} once daily.", True, WELL)
    for advice, unsafe in BRAND_OF_COMBINATION:
        yield Case("dose", "combination product", advice, unsafe, WELL)

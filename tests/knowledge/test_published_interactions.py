"""Published lists of interactions, pair by pair through the same route as ``medrag check --cases``."""

from collections import Counter
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from medrag.knowledge import load
from medrag.safety.check_cases import check_advice
from medrag.types import Patient

LISTS = yaml.safe_load((Path(__file__).parent / "published_interactions.yaml").read_text(encoding="utf-8"))
KNOWN = load().drugs
FEWEST_CAUGHT = 0.9
MOST_WITHHELD = 0.05


@cache
def verdict(current: str, advised: str) -> str:
    patient = Patient(
        age_years=50,
        sex="male",
        no_known_allergies=True,
        conditions=[],
        medications=[current],
        observations=[{"display": "eGFR", "value": 90, "unit": "mL/min/1.73m2"}],
    )
    return str(check_advice("pair", patient, f"Start {advised}.")["verdict"])


def verdicts(entry: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Both directions of every pair of known ingredients: one is taken, the other advised."""
    pairs = {tuple(sorted(pair)) for pair in product(entry["a"], entry["b"]) if len(set(pair)) == 2}
    known = [pair for pair in pairs if KNOWN.keys() >= set(pair)]
    return {way: verdict(*way) for one, other in sorted(known) for way in ((one, other), (other, one))}


@pytest.mark.parametrize("entry", LISTS["high"], ids=lambda entry: entry["pair"])
def test_high_priority_pairs_are_withheld_or_warned_of_and_none_passes(entry: dict[str, Any]) -> None:
    said = verdicts(entry)
    assert said
    assert [pair for pair, verdict in said.items() if verdict not in ("withhold", "warn")] == []


def test_most_high_priority_pairs_are_withheld_rather_than_warned_of() -> None:
    said = Counter(verdict for entry in LISTS["high"] for verdict in verdicts(entry).values())
    assert said["withhold"] >= FEWEST_CAUGHT * said.total()


def test_pairs_that_need_not_interrupt_are_hardly_ever_withheld() -> None:
    said = [pair for entry in LISTS["low"] for pair in verdicts(entry).items()]
    assert len(said) > 1000
    assert sum(verdict == "withhold" for _, verdict in said) < MOST_WITHHELD * len(said)


@pytest.mark.parametrize("entry", LISTS["high"], ids=lambda entry: entry["pair"])
def test_an_unknown_member_is_not_assessed_rather_than_safe(entry: dict[str, Any]) -> None:
    unknown = [name for name in (*entry["a"], *entry["b"]) if name not in KNOWN]
    assert [name for name in unknown if verdict("warfarin", name) == "pass"] == []
    assert [name for name in unknown if verdict(name, "warfarin") == "pass"] == []

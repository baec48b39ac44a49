"""Derived values from whole vignettes, against values worked out by hand (``data/vignettes.yaml``)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from medrag.knowledge import load as load_knowledge
from medrag.patient.formats.notes import read_note
from medrag.patient.formats.structured import read_structured
from medrag.patient.record.complete import complete
from tests.paths import ROOT

KNOWN = load_knowledge()

TODAY = date(2026, 3, 1)
VIGNETTES = yaml.safe_load((ROOT / "benchmarks" / "patient_cases" / "vignettes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vignette", VIGNETTES, ids=[each["id"] for each in VIGNETTES])
def test_derived_values_are_those_worked_out_by_hand(vignette: dict[str, Any]) -> None:
    if "text" in vignette:
        read = read_note(vignette["text"], "note", TODAY, load_knowledge())
    else:
        read = read_structured(vignette["patient"], "structured", load_knowledge())
    patient = complete(read, TODAY, KNOWN)
    got = {name: patient.derived[name].value for name in vignette.get("expect", {}) if name in patient.derived}
    assert got == {
        name: pytest.approx(value, rel=0.003, abs=0.011) for name, value in vignette.get("expect", {}).items()
    }
    assert not set(vignette.get("absent", ())) & patient.derived.keys()

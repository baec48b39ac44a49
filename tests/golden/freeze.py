"""What the filter says and the readers read today, a line a case, so that every change shows what it changed.

``python -m tests.golden.freeze`` writes the files anew; ``git diff tests/golden`` then lists each case that changed.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from benchmarks.safety_cases.cases import WELL, cases
from medrag.patient.load import load
from medrag.safety.check_cases import check_file
from medrag.types import Patient
from tests.paths import ROOT, SHARED

HERE = Path(__file__).parent
ADVICE = SHARED / "safety" / "advice.jsonl"
NOTES = SHARED / "notes" / "notes.jsonl"
TODAY = date(2026, 11, 1)
FILES = ("findings", "advice", "patients", "notes")


def frozen(name: str) -> Iterator[str]:
    """The lines of one golden file, as the code makes them now."""
    return {"findings": findings, "advice": advice, "patients": patients, "notes": notes}[name]()


def available(name: str) -> bool:
    """Whether the cases of a golden file are at hand; some are read in place from beside the project."""
    return {"advice": ADVICE, "notes": NOTES}.get(name, HERE).exists()


def findings() -> Iterator[str]:
    """The safety benchmark's cases and every sentence of the starter corpus for a well patient."""
    benchmark = [{"patient": each.patient, "advice": each.advice, "evidence": list(each.evidence)} for each in cases()]
    corpus = [{"patient": WELL, "advice": text} for text in _statements()]
    yield from _checked([*benchmark, *corpus])


def advice() -> Iterator[str]:
    """The labelled advice that others wrote."""
    yield from _checked([json.loads(line) for line in ADVICE.read_text(encoding="utf-8").splitlines()])


def patients() -> Iterator[str]:
    """Every vignette of the patient tests, as read."""
    data = ROOT / "benchmarks" / "patient_cases"
    vignettes = yaml.safe_load((data / "vignettes.yaml").read_text(encoding="utf-8"))
    yield from _notes((each["id"], each["text"]) for each in vignettes if "text" in each)
    lines = (data / "note_vignettes.jsonl").read_text(encoding="utf-8").splitlines()
    yield from _notes((f"vignette {n}", json.loads(line)["note"]) for n, line in enumerate(lines, start=1))
    labelled = yaml.safe_load((data / "notes.yaml").read_text(encoding="utf-8"))
    yield from _notes((f"note {n}", each["text"]) for n, each in enumerate(labelled, start=1))


def notes() -> Iterator[str]:
    """The labelled notes that others wrote."""
    yield from _notes((each["id"], each["text"]) for each in map(json.loads, NOTES.read_text("utf-8").splitlines()))


def _statements() -> Iterator[str]:
    for path in sorted((ROOT / "index" / "guidelines").glob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("- "):
                yield re.sub(r"\{[^}]*\}", "", line[2:]).strip()


def _checked(made: list[dict[str, Any]]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.jsonl"
        named = [{**each, "id": each.get("id") or _digest(each)} for each in made]
        path.write_text("".join(json.dumps(each) + "\n" for each in named), encoding="utf-8")
        for case, result in zip(named, check_file(path), strict=True):
            said = sorted({f"{f['check']}:{f['severity']}" for f in result["findings"] if f["verdict"] == "fail"})
            open_ = sorted({f"{f['check']}?" for f in result["findings"] if f["verdict"] == "not_assessed"})
            yield f"{case['id']} {result['verdict']} {' '.join([*said, *open_])}".rstrip()


def _digest(case: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(case, sort_keys=True).encode()).hexdigest()[:12]


def _notes(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts:
            path = Path(folder) / "note.txt"
            path.write_text(text, encoding="utf-8")
            yield _line(name, _read(load([path], TODAY)))


def _line(name: str, read: Any) -> str:
    return f"{name} {json.dumps(read, ensure_ascii=False, sort_keys=True)}"


def _read(patient: Patient) -> dict[str, Any]:
    person = {
        name: value
        for name in ("age_years", "sex", "pregnant", "lactating", "weight_kg", "height_cm", "no_known_allergies")
        if (value := getattr(patient, name)) is not None
    }
    facts = {
        kind: sorted(f"{each.display} {each.status.value}" for each in getattr(patient, kind) or ())
        for kind in ("conditions", "allergies", "medications")
    }
    measured = sorted(f"{each.display} {each.value} {each.unit or ''}".strip() for each in patient.observations or ())
    derived = {name: round(each.value, 2) for name, each in patient.derived.items()}
    return {**person, **facts, "observations": measured, "derived": derived}


if __name__ == "__main__":
    for each in FILES:
        if available(each):
            (HERE / f"{each}.txt").write_text("".join(f"{line}\n" for line in frozen(each)), encoding="utf-8")

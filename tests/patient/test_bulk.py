"""Folders and bulk exports: one patient over many files, and many patients as a batch."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from medrag.cli import app
from medrag.errors import PatientError
from medrag.patient import load
from medrag.patient.batch import load_each
from medrag.patient.formats.table import Row
from tests.patient.records import TODAY


def lines(path: Path, *resources: dict[str, Any]) -> None:
    text = "".join(json.dumps(each) + "\n" for each in resources)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def export(folder: Path, *people: str) -> Path:
    """A bulk export's folder: a file a kind of resource, the drug that all orders mean in one of its own."""
    folder.mkdir()
    born = {name: f"19{60 + number}-01-01" for number, name in enumerate(people)}
    lines(
        folder / "Patient.ndjson",
        *({"resourceType": "Patient", "id": n, "gender": "female", "birthDate": born[n]} for n in people),
    )
    lines(
        folder / "Condition.ndjson.gz",
        *(
            {
                "resourceType": "Condition",
                "id": f"c{n}",
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "code": {"text": f"Gout of {n}"},
                "subject": {"reference": f"Patient/{n}"},
            }
            for n in people
        ),
    )
    lines(
        folder / "MedicationRequest.ndjson",
        *(
            {
                "resourceType": "MedicationRequest",
                "id": f"m{n}",
                "status": "active",
                "intent": "order",
                "medicationReference": {"reference": "Medication/d"},
                "subject": {"reference": f"Patient/{n}"},
            }
            for n in people
        ),
    )
    lines(folder / "Medication.ndjson", {"resourceType": "Medication", "id": "d", "code": {"text": "Colchicine"}})
    (folder / "manifest.json").write_text('{"transactionTime": "2026-01-01T00:00:00Z", "output": []}')
    return folder


def test_the_folder_of_one_patient(tmp_path: Path) -> None:
    known = load([export(tmp_path / "export", "a")], TODAY)
    assert [fact.display for fact in known.conditions or ()] == ["Gout of a"]
    assert [fact.display for fact in known.medications or ()] == ["Colchicine"]
    assert (known.age_years, known.problems) == (66, ())


def test_a_folder_of_files_of_any_kind(tmp_path: Path) -> None:
    folder = export(tmp_path / "export", "a")
    (folder / "note.txt").write_text("Allergies: penicillin")
    (folder / ".hidden").write_text("PMH: asthma")
    known = load([folder], TODAY)
    assert [fact.display for fact in known.allergies or ()] == ["penicillin"]
    assert [fact.display for fact in known.conditions or ()] == ["Gout of a"]


def test_many_patients_are_no_one_patient(tmp_path: Path) -> None:
    folder = export(tmp_path / "export", "a", "b")
    with pytest.raises(PatientError, match="holds 2 patients; give one, or run them as a batch"):
        load([folder], TODAY)
    with pytest.raises(PatientError, match="holds 2 patients"):
        load([folder / "Patient.ndjson"], TODAY)


def test_what_names_no_patient_is_told_with_each(tmp_path: Path) -> None:
    folder = export(tmp_path / "export", "a", "b")
    lines(folder / "AllergyIntolerance.ndjson", {"resourceType": "AllergyIntolerance", "code": {"text": "penicillin"}})
    for row in load_each([folder], TODAY):
        assert isinstance(row, Row)
        (problem,) = row.patient.problems
        assert "1 resource(s) of the export name no patient (AllergyIntolerance)" in problem.reason
        assert problem.lost == ("allergies",)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(PatientError, match="is a folder without files"):
        load([tmp_path], TODAY)


def test_a_batch_of_an_export_a_table_and_files(tmp_path: Path) -> None:
    folder = export(tmp_path / "export", "a", "b", "c")
    (tmp_path / "rows.csv").write_text("id,age,sex,conditions\nr1,40,F,gout\nr2,old,M,\n")
    (tmp_path / "note.txt").write_text("PMH: asthma")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n")
    each = list(load_each([folder, tmp_path / "rows.csv", tmp_path / "note.txt", tmp_path / "photo.png"], TODAY))
    read = {row.id: [f.display for f in row.patient.conditions or ()] for row in each if isinstance(row, Row)}
    assert read == {
        **{name: [f"Gout of {name}"] for name in "abc"},
        "r1": ["gout"],
        "note.txt": ["asthma"],
    }
    assert [row.patient.age_years for row in each if isinstance(row, Row)][:3] == [66, 65, 64]
    faults = [str(error) for error in each if isinstance(error, PatientError)]
    assert len(faults) == 2 and "age_years is not a number" in faults[0] and "image (PNG)" in faults[1]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Patient.ndjson"
    path.write_text('{"resourceType": "Patient", "id": "a"}\n{"resourceType": \n')
    (fault,) = load_each([path], TODAY)
    assert isinstance(fault, PatientError) and str(fault).startswith("Patient.ndjson: is not JSON")


def test_the_command(tmp_path: Path) -> None:
    folder = export(tmp_path / "export", "a", "b")
    done = CliRunner().invoke(app, ["patient", "--batch", str(folder)])
    assert done.exit_code == 0
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a", "b"]

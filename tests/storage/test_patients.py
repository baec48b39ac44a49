"""Stored patients come back as they were, also those that an older medrag stored."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from medrag.knowledge import load as load_knowledge
from medrag.storage import patients
from medrag.storage.database import Database
from medrag.types import Patient

KNOWN = load_knowledge()


@pytest.mark.parametrize(
    "patient", [Patient(age_years=40), Patient(age_years=40, medications=(), conditions=("gout",))]
)
def test_a_stored_patient_comes_back_as_it_was(tmp_path: Path, patient: Patient) -> None:
    with Database.open(tmp_path / "medrag.db") as database:
        patients.put(database, "p", patient, "somebody")
        assert patients.get(database, "p", "somebody", KNOWN) == patient


def test_a_row_of_an_older_medrag_says_what_it_said(tmp_path: Path) -> None:
    row = '{"medications": [], "conditions": [], "missing": ["medications: not recorded; blocks interaction checks"]}'
    with Database.open(tmp_path / "medrag.db") as database:
        patients.put(database, "p", Patient(), "somebody")
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE patients SET patient = ?", (row,))
        known = patients.get(database, "p", "somebody", KNOWN)
    assert known is not None
    assert (known.medications, known.conditions) == (None, ())


def test_patients_stored_before_they_had_owners_keep_them(tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE patients (id VARCHAR(200) NOT NULL, patient TEXT NOT NULL, who VARCHAR(200) NOT NULL, "
            "stored DATETIME NOT NULL, PRIMARY KEY (id))"
        )
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.execute("INSERT INTO patients VALUES ('p', '{\"age_years\": 9}', 'ward', '2026-01-01 00:00:00')")
    with Database.open(path) as database:
        known = patients.get(database, "p", "ward", KNOWN)
        patients.put(database, "p", Patient(), "other")
        assert known is not None and known.age_years == 9
        assert (
            patients.get(database, "p", "ward", KNOWN) == known and patients.get(database, "p", "nobody", KNOWN) is None
        )

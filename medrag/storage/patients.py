"""Stored patients, by their owner and an id that the owner chooses."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import sqlalchemy as sa

from medrag.knowledge import Knowledge
from medrag.patient.formats.structured import read_structured
from medrag.storage.database import Database
from medrag.storage.tables import patients
from medrag.types import Patient


def put(database: Database, name: str, patient: Patient, who: str) -> None:
    """Stores a patient of ``who``, in the place of any that had the id.

    Raises:
        StorageError: the database cannot be written.
    """
    row = {"id": name, "patient": patient.model_dump_json(), "who": who, "stored": datetime.now(UTC)}
    with database.writing() as connection:
        connection.execute(sa.delete(patients).where(_of(name, who)))
        connection.execute(sa.insert(patients).values(row))


def get(database: Database, name: str, who: str, knowledge: Knowledge) -> Patient | None:
    """The patient of ``who`` with the id; None when there is none.

    Raises:
        StorageError: the database cannot be read.
    """
    with database.reading() as connection:
        found = connection.scalar(sa.select(patients.c.patient).where(_of(name, who)))
    return read_structured(json.loads(found), "stored patient", knowledge) if found else None


def delete(database: Database, name: str, who: str) -> bool:
    """Removes the patient; False when there was none.

    Raises:
        StorageError: the database cannot be written.
    """
    with database.writing() as connection:
        return bool(connection.execute(sa.delete(patients).where(_of(name, who))).rowcount)


def _of(name: str, who: str) -> sa.ColumnElement[bool]:
    return sa.and_(patients.c.id == name, patients.c.who == who)

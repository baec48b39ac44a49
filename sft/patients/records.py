"""Real patient records as cases to train on: read as medrag reads any record, de-identified, split by patient."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from medrag.datasets.splits import held_out
from medrag.errors import ConfigurationError
from medrag.patient import load
from medrag.patient.privacy.deidentify import deidentify_patient, identity_of, shift_of
from medrag.patient.record.facts import LISTS
from medrag.types import Patient


def patients(folder: Path, *, held: bool, as_of: date) -> tuple[Patient, ...]:
    """The records (FHIR bundles, one patient a ``.json`` file) of one side of the split, which goes by file name.

    ``as_of`` is the day that ages and what is recent go by. Names, numbers and addresses are taken out and dates
    moved (:mod:`medrag.patient.privacy.deidentify` says what that cannot promise).

    Raises:
        ConfigurationError: the folder holds no record.
        PatientError: a record cannot be read.
    """
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise ConfigurationError(f"{folder} holds no patient records (.json)")
    return tuple(_read(path, as_of) for path in files if held_out(path.name) == held)


def _read(path: Path, as_of: date) -> Patient:
    patient = load([path], today=as_of)
    content = path.read_bytes()
    # The shift's secret is the record itself: who does not hold it cannot undo the shift.
    identity = identity_of(_resources(json.loads(content)), shift_of(path.name, hashlib.sha256(content).digest()))
    hidden = deidentify_patient(patient, identity)
    egfr = patient.derived.get("egfr")
    kept = {"egfr": egfr.model_copy(update={"inputs": {}, "date": None})} if egfr else {}
    return _undated(hidden).model_copy(update={"derived": kept})


def _undated(patient: Patient) -> Patient:
    """The record without dates, which were shifted: what was recent on its day stays so on any."""
    lists = {
        name: tuple(fact.model_copy(update={"date": None}) for fact in facts)
        for name in LISTS
        if (facts := getattr(patient, name)) is not None
    }
    return patient.model_copy(update=lists)


def _resources(content: Any) -> Iterator[dict[str, Any]]:
    if content.get("resourceType") != "Bundle":
        yield content
        return
    yield from (entry["resource"] for entry in content.get("entry", ()) if "resource" in entry)

"""What the records cost: audit appends on a database, and ``order-sign`` over real bundles.

python -m benchmarks.records bundles/
python -m benchmarks.records bundles/ --database postgresql+psycopg://medrag@localhost/bench
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer
from fastapi import FastAPI
from fastapi.testclient import TestClient

from benchmarks.shared_data import files
from medrag import knowledge
from medrag.server.guard.audit import Trail
from medrag.server.routes import cds_hooks

APPENDS = 300
DRUGS = ("Amoxicillin 500 mg", "Ibuprofen 400 mg", "Metformin 1000 mg", "Simvastatin 40 mg", "Warfarin 5 mg")
KINDS = {
    "conditions": "Condition",
    "allergies": "AllergyIntolerance",
    "medications": "MedicationRequest",
    "observations": "Observation",
}


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    bundles: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of FHIR bundles, *.json.")],
    database: Annotated[str | None, typer.Option(help="The database whose appends are timed; else a new file.")] = None,
) -> None:
    """Prints a line for each measurement, in milliseconds."""
    calls = [call_of(path) for path in files(bundles, "*.json")]
    with TemporaryDirectory() as folder, Trail.open(database or Path(folder) / "medrag.db") as trail:
        record = {"event": "test", "text": "x" * 4000}
        _show("audit append", [timed(lambda: trail.append(record)) for _ in range(APPENDS)])
        service = FastAPI()
        service.include_router(cds_hooks.routes(knowledge.load(None), trail))
        with TestClient(service) as client:
            client.post("/cds-services/medrag-order-sign", json=calls[0])
            _show("order-sign", [timed(partial(signed, client, call)) for call in calls for _ in range(3)])


def signed(client: TestClient, call: dict[str, Any]) -> None:
    """Signs the orders of a call."""
    client.post("/cds-services/medrag-order-sign", json=call).raise_for_status()


def call_of(path: Path) -> dict[str, Any]:
    """A bundle as an EHR would send it along: the resources that the prefetch templates name, and five orders."""
    resources = [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
    patient = next(each for each in resources if each["resourceType"] == "Patient")
    prefetch = {key: _bundle(each for each in resources if each["resourceType"] == kind) for key, kind in KINDS.items()}
    orders = _bundle(drafted(number, drug, patient["id"]) for number, drug in enumerate(DRUGS))
    context = {"userId": "Practitioner/1", "patientId": patient["id"], "draftOrders": orders}
    return {"hook": "order-sign", "hookInstance": "h", "context": context, "prefetch": prefetch | {"patient": patient}}


def drafted(number: int, drug: str, patient: str) -> dict[str, Any]:
    """A draft of that drug for that patient."""
    return {
        "resourceType": "MedicationRequest",
        "id": f"draft-{number}",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "medicationCodeableConcept": {"text": drug},
        "dosageInstruction": [{"text": "by mouth twice daily"}],
    }


def _bundle(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in resources]}


def timed(work: Callable[[], None]) -> float:
    """How many milliseconds it takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _show(what: str, milliseconds: list[float]) -> None:
    p50, p95, worst = np.percentile(milliseconds, [50, 95, 100])
    print(f"{what}: n={len(milliseconds)} p50 {p50:.1f} ms, p95 {p95:.1f} ms, worst {worst:.1f} ms")


if __name__ == "__main__":
    app()

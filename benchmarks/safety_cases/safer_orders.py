"""What looking for a safer order costs an ``order-sign`` call: the same calls with and without the index, in turn.

Processor time, so that what else the machine does counts for little.

python -m benchmarks.safety_cases.safer_orders bundles/ .medrag/index
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from fastapi import FastAPI
from fastapi.testclient import TestClient

from benchmarks.records import call_of, drafted, signed
from benchmarks.shared_data import files
from medrag import knowledge
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.server.routes import cds_hooks
from medrag.settings import Settings
from medrag.types import Case, Evidence

ROUNDS = 3
BESIDE = (0, 5, 10)
OTHERS = ("Metformin 1000 mg", "Simvastatin 40 mg", "Lisinopril 10 mg", "Omeprazole 20 mg", "Amlodipine 5 mg")
REFUSED = {
    "an order that the evidence has another for": ("Amoxicillin 500 mg", "Streptococcal pharyngitis"),
    "one that it has none for": ("Amoxicillin 500 mg", "Gout flare"),
    "one without a reason": ("Amoxicillin 500 mg", None),
    "one that nothing speaks against": ("Paracetamol 500 mg", "Streptococcal pharyngitis"),
}

app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    bundles: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of FHIR bundles, *.json.")],
    index: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="An index directory.")],
    most: Annotated[int, typer.Option(min=1, help="Bundles.")] = 6,
) -> None:
    """Prints the rows of a table."""
    known, retriever, sentences = knowledge.load(), Retriever.open(index), Settings().sentences

    def search(case: Case) -> Sequence[Evidence]:
        return retriever.sentences(query_for(case, known), k=sentences)

    calls = [call_of(path) for path in files(bundles, "*.json")[:most]]
    with ExitStack() as stack:
        plain, searching = (
            stack.enter_context(TestClient(_service(known, setup)))
            for setup in (cds_hooks.Setup(), cds_hooks.Setup(search=search))
        )
        for name, (drug, reason) in REFUSED.items():
            for beside in BESIDE:
                asked = [_asked(call, drug, reason, beside) for call in calls]
                without, with_it = _both(plain, searching, asked)
                print(f"| {name} | {beside} | {_shown(without)} | {_shown(with_it)} | {_ratio(without, with_it):.2f} |")


def _service(known: knowledge.Knowledge, setup: cds_hooks.Setup) -> FastAPI:
    service = FastAPI()
    service.include_router(cds_hooks.routes(known, None, setup))
    return service


def _asked(call: dict[str, Any], drug: str, reason: str | None, beside: int) -> dict[str, Any]:
    """The call for a patient with a penicillin allergy: the order in question and so many beside it."""
    patient = call["context"]["patientId"]
    allergy = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "penicillin"}}
    told = {"reasonCode": [{"text": reason}]} if reason else {}
    others = [drafted(place + 1, OTHERS[place % len(OTHERS)], patient) for place in range(beside)]
    orders = [drafted(0, drug, patient) | told, *others]
    entry = [{"resource": each} for each in orders]
    context = call["context"] | {"draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": entry}}
    held = allergy | {"patient": {"reference": f"Patient/{patient}"}}
    return call | {"context": context, "prefetch": call["prefetch"] | {"allergies": held}}


def _both(plain: TestClient, searching: TestClient, calls: Sequence[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """Milliseconds of each call, one service after the other; the first round warms both."""
    without, with_it = [], []
    for turn in range(ROUNDS + 1):
        for call in calls:
            pair = _cpu_ms(plain, call), _cpu_ms(searching, call)
            if turn:
                without.append(pair[0])
                with_it.append(pair[1])
    return without, with_it


def _cpu_ms(client: TestClient, call: dict[str, Any]) -> float:
    started = time.process_time()
    signed(client, call)
    return (time.process_time() - started) * 1000


def _shown(milliseconds: list[float]) -> str:
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return f"{p50:.0f} / {p95:.0f}"


def _ratio(without: list[float], with_it: list[float]) -> float:
    return float(np.median(with_it) / np.median(without))


if __name__ == "__main__":
    app()

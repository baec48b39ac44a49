"""What the service costs: its own overhead, and how it holds up under users.

    python -m eval.bench_serving overhead .medrag/index
    python -m eval.bench_serving load http://127.0.0.1:8000 --users 1 --users 8 --users 32

``overhead`` answers the same cases in turn through ``Engine.recommend`` and through HTTP, both with a model that
answers at once, so that the difference is the service: parsing, audit, rendering, HTTP, and the client's own part.
``load`` asks a running ``medrag serve`` as that many users would, each with one request after the other.
"""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from medrag.client import AsyncClient, Client
from medrag.engine import Engine
from medrag.errors import MedragError
from medrag.events import Released
from medrag.types import Case, Patient

app = typer.Typer(no_args_is_help=True, help=__doc__)

PATIENT = Patient.model_validate(
    {"age_years": 67, "sex": "female", "weight_kg": 70, "allergies": ["penicillin"], "medications": ["warfarin"]}
)
QUESTIONS = (
    "Which drug first for newly diagnosed hypertension?",
    "Which antibiotic for community-acquired pneumonia?",
    "How should an acute gout flare be treated?",
    "Which anticoagulant in atrial fibrillation?",
    "What is first-line therapy for type 2 diabetes?",
    "How is an acute migraine attack treated?",
    "Which inhaler first in COPD?",
    "What treats an uncomplicated urinary tract infection?",
)


@app.command()
def overhead(
    index: Annotated[Path, typer.Argument(help="An index directory.")],
    requests: Annotated[int, typer.Option(min=20, help="Pairs of answers measured.")] = 200,
) -> None:
    """Print the time of an answer through the engine and through HTTP, in Markdown."""
    engine = _scripted_engine(index)
    cases = [Case(question=question, patient=PATIENT) for question in QUESTIONS]
    direct, through = [], []
    with _served(engine) as url, Client(url) as client, asyncio.Runner() as runner:
        for number in range(-len(cases), requests):
            case = cases[number % len(cases)]
            pair = (_timed(lambda: runner.run(engine.recommend(case))), _timed(lambda: _ask(client, case)))  # noqa: B023
            if number >= 0:
                direct.append(pair[0])
                through.append(pair[1])
    rows = [
        ("engine", direct),
        ("HTTP", through),
        ("difference", [b - a for a, b in zip(direct, through, strict=True)]),
    ]
    typer.echo(f"{requests} pairs; milliseconds\n\n| | p50 | p95 |\n|---|---|---|")
    for name, seconds in rows:
        typer.echo(f"| {name} | {1000 * _quantile(seconds, 0.5):.1f} | {1000 * _quantile(seconds, 0.95):.1f} |")


@app.command()
def load(
    url: Annotated[str, typer.Argument(help="A running `medrag serve`.")],
    users: Annotated[list[int] | None, typer.Option(help="Users at once; give it again for more rows.")] = None,
    requests: Annotated[int, typer.Option(min=1, help="Requests of each user.")] = 4,
    key: Annotated[str | None, typer.Option(envvar="MEDRAG_API_KEY", help="API key.")] = None,
) -> None:
    """Print time to the first released statement, whole answers and statements a second, in Markdown."""
    typer.echo("| users | answers | first statement p50 / p95 s | answer p50 / p95 s | statements/s | errors |")
    typer.echo("|---|---|---|---|---|---|")
    for count in users or [1, 8, 32]:
        typer.echo(asyncio.run(_loaded(url, key, count, requests)))


@dataclass
class _Tally:
    """What the users of one row saw; seconds."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    statements: int = 0
    errors: int = 0


async def _loaded(url: str, key: str | None, users: int, requests: int) -> str:
    tally = _Tally()
    began = time.perf_counter()
    async with AsyncClient(url, api_key=key) as client:
        await asyncio.gather(*(_user(client, number, requests, tally) for number in range(users)))
    rate = tally.statements / (time.perf_counter() - began)
    first, whole = (_pair(seconds) for seconds in (tally.first, tally.whole))
    return f"| {users} | {len(tally.whole)} | {first} | {whole} | {rate:.2f} | {tally.errors} |"


async def _user(client: AsyncClient, number: int, requests: int, tally: _Tally) -> None:
    for each in range(requests):
        try:
            await _streamed(client, QUESTIONS[(number + each) % len(QUESTIONS)], tally)
        except MedragError:
            tally.errors += 1


async def _streamed(client: AsyncClient, question: str, tally: _Tally) -> None:
    began = time.perf_counter()
    async for event in client.stream(question, patient=PATIENT):
        if isinstance(event, Released):
            tally.statements += 1
            if event.number == 1:
                tally.first.append(time.perf_counter() - began)
    tally.whole.append(time.perf_counter() - began)


def _scripted_engine(index: Path) -> Engine:
    from medrag.generation.scripted import ScriptedModel
    from medrag.retrieval.encoder import Encoder
    from medrag.retrieval.retriever import Retriever
    from medrag.retrieval.store import Index
    from medrag.safety import knowledge

    encoder = Encoder()
    model = ScriptedModel(["[1.1] [1.2] [2.1]"], chunk=6)
    return Engine(Retriever(Index.open(index, encoder), encoder), model, knowledge.load(None))


@contextmanager
def _served(engine: Engine) -> Iterator[str]:
    """The service in a thread, with its audit trail on disk as in real use."""
    import uvicorn

    from medrag.server.app import create_app
    from medrag.server.audit import Trail
    from medrag.server.run import listen

    listener = listen("127.0.0.1", 0)
    with TemporaryDirectory() as folder, Trail.open(Path(folder) / "audit.jsonl") as trail:
        config = uvicorn.Config(create_app(engine, trail=trail), lifespan="off", log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _ask(client: Client, case: Case) -> object:
    return client.recommend(case.question, patient=case.patient)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _quantile(seconds: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics; of one value, the value."""
    if len(seconds) == 1:
        return seconds[0]
    return statistics.quantiles(seconds, n=100, method="inclusive")[round(share * 100) - 1]


def _pair(seconds: Sequence[float]) -> str:
    return f"{_quantile(seconds, 0.5):.2f} / {_quantile(seconds, 0.95):.2f}" if seconds else "none"


if __name__ == "__main__":
    app()

"""What the service costs, and how it holds up under users, beside the barest alternatives on the same vLLM.

    python -m benchmarks.serving overhead .medrag/index     # the gateway against calling vLLM directly
    python -m benchmarks.serving compare .medrag/index      # the whole path against a naive LangChain RAG service
    python -m benchmarks.serving soak .medrag/index --minutes 20
    python -m benchmarks.serving words .medrag/index        # the whole path against LangChain that writes words

Each starts its own ``vllm serve`` of the bundled model and the services as processes of their own, asks in turn, and
prints Markdown; ``docs/results-serving.md`` is made of it.
"""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import httpx
import typer

from benchmarks.serving.beside_words import words
from benchmarks.serving.processes import QUESTIONS, medrag, naive, remembered, served
from benchmarks.serving.systems import NAME
from benchmarks.serving.users import Seen, Target, asked, choices, one, quantile
from medrag.generation.vllm_process import VllmProcess

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.command()(words)

NGRAM = (
    "--speculative-config",
    '{"method":"ngram","num_speculative_tokens":4,"prompt_lookup_min":2,"prompt_lookup_max":4}',
)

Index = Annotated[Path, typer.Argument(help="An index directory.")]
Users = Annotated[list[int] | None, typer.Option(help="Users at once; give it again for more rows.")]


@app.command()
def overhead(
    index: Index,
    pairs: Annotated[int, typer.Option(min=20, help="Pairs of answers measured one at a time.")] = 200,
    seconds: Annotated[float, typer.Option(help="Seconds of each throughput measurement.")] = 10.0,
) -> None:
    """Compare medrag, retrieval and safety taken from memory, with the same messages sent to vLLM directly."""
    _heading()
    bodies = _same_messages(index)
    with served() as vllm, remembered(index, vllm) as through:
        asyncio.run(_overhead(Target("vLLM directly", vllm.url, bodies, choices, vllm.key), through, pairs, seconds))


@app.command()
def compare(
    index: Index,
    users: Users = None,
    seconds: Annotated[float, typer.Option(help="Seconds of each row.")] = 15.0,
    variants: Annotated[bool, typer.Option(help="Also without prefix caching, and with n-gram speculation.")] = True,
) -> None:
    """Compare the whole path with a naive LangChain RAG service, and vLLM's options with one another."""
    _heading()
    options: dict[str, Sequence[str]] = {"prefix caching": ()}
    if variants:
        options |= {"no prefix caching": ("--no-enable-prefix-caching",), "prefix caching, n-gram": NGRAM}
    typer.echo(_LOAD_HEAD)
    for name, arguments in options.items():
        with served(*arguments) as vllm:
            for system in (medrag,) if arguments else (naive, medrag):
                with system(index, vllm) as target:
                    _rows(name, target, vllm, users or [1, 8, 32], seconds)


def _rows(name: str, target: Target, vllm: VllmProcess, users: Sequence[int], seconds: float) -> None:
    asyncio.run(asked(target, 2, 3.0))
    for count in users:
        before = _prefix(vllm)
        seen = asyncio.run(asked(target, count, seconds))
        typer.echo(_row(f"{target.name}, {name}", count, seen, _share(before, _prefix(vllm))))


@app.command()
def soak(
    index: Index,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long.")] = 20.0,
    users: Annotated[int, typer.Option(min=1, help="Users at once.")] = 32,
) -> None:
    """Hold a load on the whole path: its pace and the service's memory in ten parts, then the audit chain."""
    _heading()
    typer.echo("| part | answers | answers/s | answer p50 / p95 s | errors | resident MiB |\n|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        with served() as vllm, medrag(index, vllm, Path(folder)) as target:
            for part in range(11):
                seen = asyncio.run(asked(target, users, minutes * 6 if part else 10))
                typer.echo(
                    f"| {part or 'warm-up'} | {len(seen.whole)} | {seen.answers_a_second:.2f} | "
                    f"{_pair(seen.whole)} | {seen.errors} | {_resident_mib(target.pid):.0f} |"
                )
        typer.echo(f"\n{users} users, {minutes:g} minutes. `medrag audit verify`:\n")
        verify = [sys.executable, "-m", "medrag", "audit", "verify"]
        done = subprocess.run(
            verify, env={**os.environ, "MEDRAG_HOME": folder}, capture_output=True, text=True, check=False
        )
    typer.echo((done.stdout or done.stderr).replace(f"{folder}/", ""))


async def _overhead(direct: Target, through: Target, pairs: int, seconds: float) -> None:
    alone = Seen(), Seen()
    for target in (direct, through):
        await asked(target, 1, 3.0)
    async with _client(direct) as first, _client(through) as second:
        for number in range(pairs):
            for client, target, seen in zip((first, second), (direct, through), alone, strict=True):
                await one(client, target, target.bodies[number % len(QUESTIONS)], seen)
    added = [after - before for before, after in zip(alone[0].whole, alone[1].whole, strict=True)]
    typer.echo(f"{pairs} pairs, one request at a time; milliseconds\n\n| | p50 | p95 |\n|---|---|---|")
    for name, values in ((direct.name, alone[0].whole), (through.name, alone[1].whole), ("difference", added)):
        typer.echo(f"| {name} | {1000 * quantile(values, 0.5):.1f} | {1000 * quantile(values, 0.95):.1f} |")
    typer.echo("\n| users | vLLM answers/s | medrag answers/s | share |\n|---|---|---|---|")
    for users in (1, 8, 32):
        rates = [(await asked(target, users, seconds)).answers_a_second for target in (direct, through)]
        typer.echo(f"| {users} | {rates[0]:.1f} | {rates[1]:.1f} | {rates[1] / rates[0]:.2f} |")


def _same_messages(index: Path) -> list[dict[str, Any]]:
    """What medrag sends to vLLM for each question."""
    from medrag import knowledge
    from medrag.engine import Engine
    from medrag.generation.scripted import ScriptedModel
    from medrag.retrieval.retriever import Retriever
    from medrag.types import Case

    model = ScriptedModel(["none"], tokens=8192)
    engine = Engine(Retriever.open(index), model, knowledge.load())
    for question in QUESTIONS:
        asyncio.run(engine.recommend(Case(question=question)))
    return [
        {
            "model": NAME,
            "messages": list(each.messages),
            "max_tokens": each.max_tokens,
            "temperature": 0.0,
            "stream": True,
            "stream_options": {"include_usage": True},
            "structured_outputs": {"grammar": each.grammar},
        }
        for each in model.seen
    ]


_LOAD_HEAD = (
    "| system | users | answers/s | statements/s | first statement p50 / p95 s | answer p50 / p95 s | errors "
    "| prefix cache hits |\n|---|---|---|---|---|---|---|---|"
)


def _row(system: str, users: int, seen: Seen, hits: str) -> str:
    pace = f"{seen.answers_a_second:.2f} | {seen.statements_a_second:.2f}"
    return f"| {system} | {users} | {pace} | {_pair(seen.first)} | {_pair(seen.whole)} | {seen.errors} | {hits} |"


def _prefix(vllm: VllmProcess) -> tuple[float, float]:
    """Prompt tokens looked up in vLLM's prefix cache so far, and those found there."""
    page = httpx.get(vllm.url.removesuffix("/v1") + "/metrics", timeout=10).text
    sums = {"queries": 0.0, "hits": 0.0}
    for line in page.splitlines():
        for name in sums:
            if line.startswith(f"vllm:prefix_cache_{name}_total{{"):
                sums[name] += float(line.rsplit(" ", 1)[1])
    return sums["queries"], sums["hits"]


def _share(before: tuple[float, float], after: tuple[float, float]) -> str:
    asked_for, found = (late - early for early, late in zip(before, after, strict=True))
    return f"{found / asked_for:.0%}" if asked_for else "none"


def _pair(seconds: Sequence[float]) -> str:
    return f"{quantile(seconds, 0.5):.3f} / {quantile(seconds, 0.95):.3f}" if seconds else "none"


def _resident_mib(pid: int) -> float:
    """Linux's VmRSS."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _client(target: Target) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=target.url, headers={"Authorization": f"Bearer {target.key}"}, timeout=120)


def _heading() -> None:
    load = os.getloadavg()[0]
    typer.echo(f"{os.cpu_count()} CPU cores, {platform.machine()}, load {load:.1f} at the start; bundled model.\n")


if __name__ == "__main__":
    app()

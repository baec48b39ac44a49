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
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer

from benchmarks.serving.beside_words import words
from benchmarks.serving.processes import QUESTIONS, medrag, naive, question, remembered, served
from benchmarks.serving.remembering import Remembering
from benchmarks.serving.systems import NAME
from benchmarks.serving.users import Seen, Target, answered, asked, choices, failed, one, quantile
from medrag.generation.model import OpenAIChatModel
from medrag.generation.vllm_process import VllmProcess
from medrag.local import running_engine
from medrag.settings import load as settings
from medrag.types import Case

FEWEST = 20
"""Pairs, for a median and a 95th percentile."""

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
    with served() as vllm, remembered(index, vllm) as service:
        direct, through = asyncio.run(_same_messages(index, vllm, service))
        asyncio.run(_overhead(direct, through, pairs, seconds))


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
    for target in (direct, through):
        await answered(target, 1, target.bodies, Seen())
    before = _processor_s(through.pid)
    times, seen = await _paired(direct, through, pairs)
    worked = (_processor_s(through.pid) - before) / pairs
    failures = "".join(failed(*each) for each in zip((direct.name, through.name), seen, strict=True))
    if len(times) < FEWEST:
        typer.echo(
            f"{len(times)} of {pairs} pairs were answered on both sides: nothing to compare\n{failures}", err=True
        )
        raise typer.Exit(1)
    columns = {direct.name: [each[0] for each in times], through.name: [each[1] for each in times]}
    columns["difference"] = [late - early for early, late in times]
    typer.echo(f"{len(times)} pairs, one request at a time; milliseconds\n\n| | p50 | p95 |\n|---|---|---|")
    for name, values in columns.items():
        typer.echo(f"| {name} | {1000 * quantile(values, 0.5):.1f} | {1000 * quantile(values, 0.95):.1f} |")
    typer.echo(f"\nmedrag's processor time: {1000 * worked:.1f} ms an answer\n{failures}")
    await _throughput(direct, through, seconds)


async def _throughput(direct: Target, through: Target, seconds: float) -> None:
    """A row for each number of users, and then how requests failed."""
    typer.echo("| users | vLLM answers/s | medrag answers/s | share | failed |\n|---|---|---|---|---|")
    failures = ""
    for users in (1, 8, 32):
        ours, theirs = [await asked(target, users, seconds) for target in (through, direct)]
        share = f"{ours.answers_a_second / theirs.answers_a_second:.2f}" if theirs.whole else "none"
        pace = f"{theirs.answers_a_second:.1f} | {ours.answers_a_second:.1f}"
        typer.echo(f"| {users} | {pace} | {share} | {theirs.errors + ours.errors} |")
        failures += failed(direct.name, theirs) + failed(through.name, ours)
    typer.echo(f"{failures}\nload {os.getloadavg()[0]:.1f} (1 min) at the end")


async def _paired(direct: Target, through: Target, pairs: int) -> tuple[list[tuple[float, float]], tuple[Seen, Seen]]:
    """Seconds of both sides for the pairs that both answered, who of them is first in turn; and what each side saw."""
    times, seen = list[tuple[float, float]](), (Seen(), Seen())
    async with _client(direct) as first, _client(through) as second:
        sides = ((first, direct, seen[0]), (second, through, seen[1]))
        for number in range(pairs):
            took: dict[str, float | None] = {}
            for client, target, each in sides if number % 2 == 0 else sides[::-1]:
                took[target.name] = await one(client, target, target.bodies[number // 2 % len(target.bodies)], each)
            before, after = took[direct.name], took[through.name]
            if before is not None and after is not None:
                times.append((before, after))
    return times, seen


async def _same_messages(index: Path, vllm: VllmProcess, service: Target) -> tuple[Target, Target]:
    """vLLM and medrag, each with what it is sent for the questions that take one request to the model."""
    wanted = settings(index=index, model_url=vllm.url, model_key=vllm.key)
    model = OpenAIChatModel(vllm.url, NAME, vllm.key)
    async with running_engine(wanted, lambda _: None) as engine:
        requests = {each: await Remembering.of(engine).asked(Case(question=each)) for each in QUESTIONS}
    alike = {text: made[0] for text, made in requests.items() if len(made) == 1}
    if not alike:
        raise typer.BadParameter(
            "of this index the model is asked nothing once for any of the questions", param_hint="INDEX"
        )
    bodies = [model.body(each) for each in alike.values()]
    direct = Target("vLLM directly", vllm.url, bodies, choices, vllm.key)
    return direct, replace(service, bodies=[question(each) for each in alike])


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


def _processor_s(pid: int) -> float:
    """Seconds of processor time, its own and the kernel's for it, that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _client(target: Target) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=target.url, headers={"Authorization": f"Bearer {target.key}"}, timeout=120)


def _heading() -> None:
    load = os.getloadavg()[0]
    typer.echo(f"{os.cpu_count()} CPU cores, {platform.machine()}, load {load:.1f} at the start; bundled model.\n")


if __name__ == "__main__":
    app()

"""medrag beside LangChain RAG services that write their answers in words: who gives more answers a second."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from benchmarks.serving.processes import medrag, question, served, service
from benchmarks.serving.users import Seen, Target, answered, failed, pieces, quantile
from medrag.datasets.questions import read_questions
from medrag.generation.vllm_process import VllmProcess
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.index import Index

WARM = 8
COUNTERS = ("prompt_tokens", "generation_tokens")


@dataclass
class Taken:
    """What a system's users saw, and the tokens its model read and wrote for them."""

    seen: Seen = field(default_factory=Seen)
    read: float = 0.0
    written: float = 0.0


def words(  # noqa: PLR0913
    index: Annotated[Path, typer.Argument(help="An index directory.")],
    asked: Annotated[Path, typer.Option("--questions", help="Written questions over its documents.")],
    users: Annotated[list[int] | None, typer.Option(help="Users at once; again for more.")] = None,
    count: Annotated[list[int] | None, typer.Option(help="Questions for each number of users.")] = None,
    tokens: Annotated[int, typer.Option(help="Tokens of an answer in words, at most.")] = 200,
    rounds: Annotated[int, typer.Option(min=1, help="Turns that each system has.")] = 2,
) -> None:
    """Compare medrag with LangChain RAG services that write words: same index, same passages, model of the same size.

    Words are written by the model without medrag's adapter, on a vLLM of its own with the same options: with the
    adapter, which is taught letters, it answers a request for words with "none". No question is asked twice.
    """
    users, count = users or [1, 8, 32], count or [24, 48, 64]
    if len(users) != len(count):
        raise typer.BadParameter("give --count once for every --users", param_hint="--count")
    if any(number < at_once * rounds for at_once, number in zip(users, count, strict=True)):
        raise typer.BadParameter("fewer questions than users times rounds leave users idle", param_hint="--count")
    levels = list(zip(users, count, strict=True))
    bodies = iter(_bodies(index, asked, WARM + sum(number for _, number in levels)))
    with _systems(index, tokens) as systems:
        warm = [next(bodies) for _ in range(WARM)]
        for target, vllm in systems:
            asyncio.run(_turn(target, vllm, 2, warm, Taken()))
        for at_once, number in levels:
            taken = _level(systems, at_once, [next(bodies) for _ in range(number)], rounds)
            typer.echo(_table(at_once, number, taken))


System = tuple[Target, VllmProcess]


@contextmanager
def _systems(index: Path, tokens: int) -> Iterator[list[System]]:
    with ExitStack() as stack:
        choosing, writing = stack.enter_context(served()), stack.enter_context(served(tuned=False))
        made = [(stack.enter_context(medrag(index, choosing)), choosing)]
        for name in ("same", "nearest"):
            command = ("benchmarks.serving.langchain_words", str(index), "--passages", name, "--tokens", str(tokens))
            named = f"LangChain, {name} passages"
            made.append((stack.enter_context(service(named, pieces, command, writing)), writing))
        yield made


def _bodies(index: Path, asked: Path, count: int) -> list[dict[str, Any]]:
    """What services are sent for answerable questions on documents that the index holds, drawn with seed 0."""
    opened = Index.open(index, Encoder())
    documents = {opened.passages[row].doc_id for row in range(len(opened.passages))}
    known = [each for each in read_questions(asked) if each.doc in documents and each.must and not each.history]
    drawn = random.Random(0).sample(known, count)  # noqa: S311
    return [question(each.question) | {"medrag": {"patient": each.patient}} for each in drawn]


def _level(systems: Sequence[System], users: int, bodies: Sequence[dict[str, Any]], rounds: int) -> dict[str, Taken]:
    """Every system asks all ``bodies``, a share each turn; the order of systems turns about."""
    taken = {target.name: Taken() for target, _ in systems}
    for turn in range(rounds):
        share = bodies[turn::rounds]
        for target, vllm in systems if turn % 2 == 0 else reversed(systems):
            asyncio.run(_turn(target, vllm, users, share, taken[target.name]))
    return taken


async def _turn(target: Target, vllm: VllmProcess, users: int, bodies: Sequence[dict[str, Any]], taken: Taken) -> None:
    before = _tokens(vllm)
    await answered(target, users, bodies, taken.seen)
    read, written = (late - early for early, late in zip(before, _tokens(vllm), strict=True))
    taken.read += read
    taken.written += written


def _tokens(vllm: VllmProcess) -> list[float]:
    """Tokens that the model has read and written so far."""
    page = httpx.get(vllm.url.removesuffix("/v1") + "/metrics", timeout=30).text
    return [
        sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(f"vllm:{name}_total{{"))
        for name in COUNTERS
    ]


def _table(users: int, count: int, taken: Mapping[str, Taken]) -> str:
    head = (
        f"\n{users} at once, {count} questions, load {os.getloadavg()[0]:.1f} (1 min) at the end\n\n"
        "| system | answers/s | first statement or word p50 s | answer p50 / p95 s | tokens read / written an answer "
        "| errors | medrag's answers/s to this | this first to medrag's | this answer to medrag's |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    ours = next(iter(taken.values())).seen
    why = "".join(failed(name, each.seen) for name, each in taken.items())
    if silent := [name for name, each in taken.items() if not each.seen.whole]:
        return f"{head}\n\nno answer from {' and '.join(silent)}: nothing to compare\n{why}"
    return "\n".join([head, *(_row(name, each, ours) for name, each in taken.items()), why])


def _row(name: str, taken: Taken, ours: Seen) -> str:
    seen, count = taken.seen, len(taken.seen.whole)
    first, whole = quantile(seen.first, 0.5), quantile(seen.whole, 0.5)
    ratios = (
        ours.answers_a_second / seen.answers_a_second,
        first / quantile(ours.first, 0.5),
        whole / quantile(ours.whole, 0.5),
    )
    cells = (
        f"{seen.answers_a_second:.3f}",
        f"{first:.2f}",
        f"{whole:.2f} / {quantile(seen.whole, 0.95):.2f}",
        f"{taken.read / count:.0f} / {taken.written / count:.1f}",
        f"{seen.errors}",
        *(f"{each:.2f}" for each in ratios),
    )
    return f"| {name} | {' | '.join(cells)} |"

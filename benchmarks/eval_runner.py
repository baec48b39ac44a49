"""How busy the runner keeps a vLLM server, beside vLLM's own benchmark client with the same prompts and concurrency.

    python -m benchmarks.eval_runner ../public-data/pubmedqa/ori_pqal.json

One ``vllm serve`` of the bundled model answers the runner (its log on disk and all) and then ``vllm bench serve``, on
PubMedQA's questions with their abstracts; they take turns. Busy is what the server itself counts at ``/metrics``, read
ten times a second from the first request to the last: requests running, and tokens (read and written) a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Annotated

import httpx
import typer
from prometheus_client.parser import text_string_to_metric_families

from eval.running.batch import Batch
from eval.running.solver import Solver
from eval.scoring import choice
from eval.tasks import Result, Sample
from eval.tasks.pubmedqa import load
from medrag import knowledge
from medrag.generation.bundled import resolve
from medrag.generation.model import ChatModel, Generation
from medrag.generation.vllm_process import VllmProcess, served_name
from medrag.settings import DEFAULT_MODEL, default_home
from medrag.types import Advice, Case

MAX_TOKENS = 64
RUNNING = "vllm:num_requests_running"
COUNTED = ("vllm:prompt_tokens", "vllm:generation_tokens")
BENCH = (
    "from vllm.benchmarks.serve import add_cli_args, main\n"
    "from vllm.utils.argparse_utils import FlexibleArgumentParser\n"
    "parser = FlexibleArgumentParser()\nadd_cli_args(parser)\nmain(parser.parse_args())"
)


@dataclass(frozen=True)
class Prompts:
    """A task that asks one prompt a sample, at temperature 0, and scores nothing."""

    samples: Sequence[Sample]
    model: ChatModel
    max_tokens: int
    name: str = "prompts"
    data: str = "prompts"

    async def evaluate(self, sample: Sample, solver: Solver) -> Result:
        """The completion."""
        del solver
        message = {"role": "user", "content": sample.case.question}
        generation = Generation(messages=[message], max_tokens=self.max_tokens)  # type: ignore[list-item]
        text = "".join([piece async for piece in self.model.stream(generation)])
        return Result({"characters": float(len(text))}, {"text": text}, None)


@dataclass
class Meter:
    """Reads a server's counters until it is stopped; one reading is (time, requests running, tokens so far)."""

    process: VllmProcess
    readings: list[tuple[float, float, float]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Reads ten times a second."""
        with httpx.Client(headers={"Authorization": f"Bearer {self.process.key}"}) as client:
            while not self._stop.wait(0.1):
                text = client.get(self.process.url.replace("/v1", "/metrics"), timeout=30).text
                values = {family.name: sum(each.value for each in family.samples if not each.name.endswith("_created"))
                          for family in text_string_to_metric_families(text)}  # fmt: skip
                self.readings.append((time.perf_counter(), values[RUNNING], sum(values[name] for name in COUNTED)))

    def stop(self) -> None:
        """Ends :meth:`read`."""
        self._stop.set()

    def busy(self) -> tuple[float, float, float]:
        """Mean requests running, tokens a second and seconds, between the first and the last request."""
        active = [at for at, reading in enumerate(self.readings) if reading[1] > 0]
        window = self.readings[active[0] : active[-1] + 2]
        seconds = window[-1][0] - window[0][0]
        return mean(running for _, running, _ in window), (window[-1][2] - window[0][2]) / seconds, seconds


app = typer.Typer(add_completion=False)


@app.command(help=__doc__)
def main(
    data: Annotated[Path, typer.Argument(help="PubMedQA's ori_pqal.json.")],
    questions: Annotated[int, typer.Option(help="Prompts.")] = 128,
    concurrency: Annotated[int, typer.Option(help="Requests at a time.")] = 8,
    rounds: Annotated[int, typer.Option(help="Turns of each.")] = 3,
) -> None:
    """Measure both in turns and print a Markdown table."""
    texts = [_text(each.question, each.contexts) for each in load(data).samples[:questions]]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        # Without the prefix cache, so that whoever asks second has no gain from it.
        model = resolve(DEFAULT_MODEL, default_home(), partial(typer.echo, err=True))
        process = VllmProcess(model=model, log=out / "vllm.log", args=["--no-enable-prefix-caching"])
        process.start()
        try:
            asyncio.run(process.wait_ready())
            turns = {
                "medrag eval": lambda turn: _runner(process, texts, out / f"run{turn}", concurrency),
                "vllm bench serve": lambda turn: _bench(process, texts, out / f"bench{turn}.jsonl", concurrency),
            }
            _measured(process, turns["medrag eval"], "warm")
            found = {name: [_measured(process, turns[name], str(turn)) for turn in range(rounds)] for name in turns}
        finally:
            process.stop()
    _show(found)


def _text(question: choice.Question, contexts: Sequence[str]) -> str:
    return "\n".join(str(message["content"]) for message in choice.messages(question, contexts, knowledge.load()))


def _measured(process: VllmProcess, turn: Callable[[str], None], name: str) -> tuple[float, float, float]:
    meter = Meter(process)
    thread = threading.Thread(target=meter.read)
    thread.start()
    try:
        turn(name)
        time.sleep(0.5)
    finally:
        meter.stop()
        thread.join()
    return meter.busy()


def _runner(process: VllmProcess, texts: Sequence[str], out: Path, concurrency: int) -> None:
    asyncio.run(_run(process, texts, out, concurrency))


async def _run(process: VllmProcess, texts: Sequence[str], out: Path, concurrency: int) -> None:
    model = process.chat_model()
    samples = [Sample(str(number), Case(question=text)) for number, text in enumerate(texts)]
    solver = Solver("bench", "local", _unused)
    try:
        await Batch(out, concurrency=concurrency).run([Prompts(samples, model, MAX_TOKENS)], solver)
    finally:
        await model.aclose()


async def _unused(_: Case) -> Advice:
    raise AssertionError("the prompts go to the model itself")


def _bench(process: VllmProcess, texts: Sequence[str], path: Path, concurrency: int) -> None:
    path.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in texts))
    arguments = {
        "--backend": "openai-chat",
        "--base-url": process.url.removesuffix("/v1"),
        "--endpoint": "/v1/chat/completions",
        "--model": served_name(process.model),
        "--tokenizer": process.model,
        "--dataset-name": "custom",
        "--dataset-path": str(path),
        "--custom-output-len": str(MAX_TOKENS),
        "--num-prompts": str(len(texts)),
        "--max-concurrency": str(concurrency),
        "--temperature": "0",
        "--ready-check-timeout-sec": "0",
    }
    flags = ["--skip-chat-template", "--disable-shuffle", "--disable-tqdm"]
    command = [sys.executable, "-c", BENCH, *(part for pair in arguments.items() for part in pair), *flags]
    subprocess.run(command, check=True, env={**os.environ, "OPENAI_API_KEY": process.key, "HF_HUB_OFFLINE": "1"})


def _show(found: dict[str, list[tuple[float, float, float]]]) -> None:
    print("| client | requests running | tokens/s | seconds |\n|---|---|---|---|")
    for name, turns in found.items():
        cells = (
            f"{median(column):.2f} ({min(column):.2f} to {max(column):.2f})" for column in zip(*turns, strict=True)
        )
        print(f"| {name} | " + " | ".join(cells) + " |")
    ours, theirs = found.values()
    for position, what in ((0, "requests running"), (1, "tokens/s")):
        ratio = median(turn[position] for turn in ours) / median(turn[position] for turn in theirs)
        print(f"\n{what}: {ratio:.3f} of vllm bench serve's")


if __name__ == "__main__":
    app()

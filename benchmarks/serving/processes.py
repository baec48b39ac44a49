"""The processes of a serving benchmark: ``vllm serve`` and services over it, each until its context ends."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import typer

from benchmarks.serving.systems import NAME
from benchmarks.serving.users import Target, citations, released
from medrag.generation.bundled import resolve
from medrag.generation.vllm_process import VllmProcess, free_port
from medrag.local import VECTORS
from medrag.settings import DEFAULT_MODEL, default_home

QUESTIONS = (
    "Which drug first for newly diagnosed hypertension?",
    "Which antibiotic for community-acquired pneumonia?",
    "How should an acute gout flare be treated?",
    "Which drug for acute gout in kidney disease?",
    "What is first-line therapy for type 2 diabetes?",
    "How is asthma treated in adults?",
    "Which inhaler first in COPD?",
    "What treats an uncomplicated urinary tract infection?",
)
START_S = 240.0


@contextmanager
def served(*arguments: str, tuned: bool = True) -> Iterator[VllmProcess]:
    """The bundled model, with or without its adapter, on a ``vllm serve`` of its own."""
    with TemporaryDirectory() as folder:
        model = resolve(DEFAULT_MODEL, default_home(), partial(typer.echo, err=True), tuned=tuned)
        named = ("--served-model-name", NAME, *arguments)
        process = VllmProcess(model=model, log=Path(folder) / "vllm.log", args=named)
        process.start()
        try:
            asyncio.run(process.wait_ready())
            yield process
        finally:
            process.stop()


@contextmanager
def medrag(index: Path, vllm: VllmProcess, home: Path | None = None) -> Iterator[Target]:
    """``medrag serve`` as users run it, with the models and known vectors of this installation, and an audit trail of
    its own."""
    with TemporaryDirectory() as folder:
        for each in ("models", VECTORS):
            here = Path(home or folder) / each
            if not here.exists():
                here.symlink_to((default_home() / each).resolve())
        command = ("medrag", "serve", "--index", str(index))
        with service("medrag", released, command, vllm, {"MEDRAG_HOME": str(home or folder)}) as target:
            yield target


@contextmanager
def remembered(index: Path, vllm: VllmProcess) -> Iterator[Target]:
    """medrag that searches and checks from memory."""
    command = ("benchmarks.serving.systems", "remembered", str(index))
    with service("medrag", released, command, vllm) as target:
        yield target


@contextmanager
def naive(index: Path, vllm: VllmProcess) -> Iterator[Target]:
    """A LangChain RAG service with medrag's prompts."""
    command = ("benchmarks.serving.systems", "naive", str(index))
    with service("naive LangChain RAG", citations, command, vllm) as target:
        yield target


@contextmanager
def service(
    name: str,
    statements: Callable[[str], int],
    command: Sequence[str],
    vllm: VllmProcess,
    environment: Mapping[str, str] = {},
) -> Iterator[Target]:
    """``python -m command`` over ``vllm``, once it answers; ended afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--model-url", vllm.url, "--port", str(port)],
        env={**os.environ, "MEDRAG_MODEL_KEY": vllm.key, **environment},
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield Target(name, f"{url}/v1", [question(each) for each in QUESTIONS], statements, pid=process.pid)
    finally:
        process.terminate()
        process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends and process.poll() is None:
        try:
            httpx.get(f"{url}/health", timeout=10)
        except httpx.TransportError:
            time.sleep(0.5)
        else:
            return
    raise RuntimeError(f"{url} did not answer; it ended with {process.poll()}")


def question(text: str) -> dict[str, Any]:
    """What a service is sent."""
    return {"model": "medrag", "messages": [{"role": "user", "content": text}], "stream": True}

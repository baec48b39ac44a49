"""Starting and stopping the service as a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from openai import OpenAI

from medrag.errors import ConfigurationError
from medrag.generation.vllm_process import VllmProcess, free_port, served_name
from medrag.server.run import listen


def test_a_port_in_use_is_refused_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match=r"cannot listen on 127\.0\.0\.1:\d+ .* --port"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_a_host_that_is_not_ours() -> None:
    with pytest.raises(ConfigurationError, match="--host"):
        listen("203.0.113.1", 0)


@contextmanager
def command(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """``medrag serve`` with ``arguments``; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "medrag.cli", "serve", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_it_answers(url: str, process: subprocess.Popen[str], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert process.poll() is None, process.communicate()[1]
        try:
            httpx.get(f"{url}/health")
        except httpx.ConnectError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("it did not answer")


@pytest.mark.vllm
def test_serve_answers_over_the_real_model_and_stops_on_sigterm(vllm_process: VllmProcess, starter_index: Path) -> None:
    port = free_port()
    arguments = ["--port", str(port), "--index", str(starter_index), "--model-url", vllm_process.url]
    arguments += ["--model", served_name(vllm_process.model)]
    os.environ["MEDRAG_MODEL_KEY"] = vllm_process.key
    url = f"http://127.0.0.1:{port}"
    question = "Which drug first for an adult with newly diagnosed hypertension?"
    with command(arguments) as process, OpenAI(base_url=f"{url}/v1", api_key="none") as client:
        wait_until_it_answers(url, process)
        assert httpx.get(f"{url}/health").json()["status"] == "ok"
        stream = client.chat.completions.create(
            model="medrag", messages=[{"role": "user", "content": question}], stream=True
        )
        chunks = list(stream)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert chunks[-1].choices[0].finish_reason in ("stop", "content_filter")
    assert (chunks[-1].model_extra or {})["medrag"]["evidence"]

"""Starting and stopping the service as a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI

from medrag.client import Client
from medrag.errors import ConfigurationError, ModelUnavailable
from medrag.events import Event, Finished, Released
from medrag.generation.vllm_process import VllmProcess, free_port, served_name
from medrag.server.audit import verify
from medrag.server.run import listen, serve
from medrag.settings import Settings
from tests.server.upstream import Upstream, running

QUESTION = "Which drug first for an adult with newly diagnosed hypertension?"


def test_a_port_in_use_is_refused_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match=r"cannot listen on 127\.0\.0\.1:\d+ .* --port"):
            listen("127.0.0.1", taken.getsockname()[1])


def test_a_host_that_is_not_ours() -> None:
    with pytest.raises(ConfigurationError, match="--host"):
        listen("203.0.113.1", 0)


def test_a_certificate_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    broken = tmp_path / "cert.pem"
    for content in (None, "not a certificate"):
        if content:
            broken.write_text(content)
        with pytest.raises(ConfigurationError, match="PEM"):
            serve(Settings(tls_cert=broken, port=0, home=tmp_path))


@contextmanager
def command(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """``medrag serve`` with ``arguments``; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from medrag.cli import main; main()", "serve", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MEDRAG_HOME": str(home), **(environment or {})},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_it_answers(url: str, process: subprocess.Popen[str], seconds: float = 180) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise AssertionError(process.stderr.read() if process.stderr else "it stopped")
        try:
            httpx.get(f"{url}/health", timeout=10)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("it did not answer")


def test_a_model_server_that_dies_in_mid_stream_and_comes_back(starter_index: Path, tmp_path: Path) -> None:
    model_port, port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("--port", str(port), "--index", str(starter_index))
    with ExitStack() as stack:
        with running(Upstream("[1.1]" + " [1.2]" * 600, pause_s=0.05), model_port) as model_url:
            process = stack.enter_context(command(tmp_path, *arguments, "--model-url", model_url))
            wait_until_it_answers(url, process)
            client = stack.enter_context(Client(url))
            events = client.stream(QUESTION)
            seen = [next(events), next(events)]
        assert isinstance(seen[1], Released)
        with pytest.raises(ModelUnavailable):
            list(events)
        with pytest.raises(ModelUnavailable):
            client.recommend(QUESTION)
        assert httpx.get(f"{url}/health", timeout=10).status_code == 503
        with running(Upstream("[1.1] [1.2] [1.3] [2.1]", pause_s=0.3), model_port):
            assert httpx.get(f"{url}/health", timeout=10).status_code == 200
            assert_drains(client, process)
    assert verify(tmp_path / "medrag.db").records > 0


@pytest.mark.vllm
def test_serve_over_the_real_model(vllm_process: VllmProcess, starter_index: Path, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("--port", str(port), "--index", str(starter_index), "--model-url", vllm_process.url)
    with (
        command(tmp_path, *arguments, environment={"MEDRAG_MODEL_KEY": vllm_process.key}) as process,
        OpenAI(base_url=f"{url}/v1", api_key="none") as client,
    ):
        wait_until_it_answers(url, process)
        assert httpx.get(f"{url}/health", timeout=10).json()["model"] == served_name(vllm_process.model)
        messages: Any = [{"role": "user", "content": QUESTION}]
        whole = client.chat.completions.create(model="medrag", messages=messages)
        chunks = list(client.chat.completions.create(model="medrag", messages=messages, stream=True))
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert content == whole.choices[0].message.content
    assert (whole.model_extra or {})["medrag"]["evidence"]
    assert chunks[-1].choices[0].finish_reason in ("stop", "content_filter")


def assert_drains(client: Client, process: subprocess.Popen[str]) -> None:
    """SIGTERM lets the answer under way finish, then the process ends with status 0."""
    events: list[Event] = []
    started = threading.Event()

    def ask() -> None:
        for event in client.stream(QUESTION):
            events.append(event)
            if isinstance(event, Released):
                started.set()

    asking = threading.Thread(target=ask)
    asking.start()
    assert started.wait(30)
    process.send_signal(signal.SIGTERM)
    asking.join(60)
    assert isinstance(events[-1], Finished)
    assert process.wait(60) == 0

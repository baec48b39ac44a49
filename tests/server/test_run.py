"""Starting and stopping the service as a process."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI

from medrag.client import Client
from medrag.errors import ConfigurationError
from medrag.events import Event, Finished, Released
from medrag.generation.vllm_process import VllmProcess, free_port, served_name
from medrag.server.guard.audit import verify
from medrag.server.run import is_loopback, listen, serve
from medrag.settings import Settings
from tests.server.processes import medrag_serves, model_serves

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


@pytest.mark.parametrize(
    ("host", "open_to_others"),
    [
        ("127.0.0.1", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("203.0.113.1", True),
    ],
)
def test_an_address_for_others_needs_keys(tmp_path: Path, host: str, open_to_others: bool) -> None:
    assert is_loopback(host) is not open_to_others
    if not open_to_others:
        return
    with pytest.raises(ConfigurationError, match="without-keys"):
        serve(Settings(host=host, port=0, home=tmp_path))


def test_a_signal_lets_answers_end(starter_index: Path, tmp_path: Path) -> None:
    port = free_port()
    arguments = ("--index", str(starter_index), "--model-url", f"http://127.0.0.1:{port}/v1")
    with (
        model_serves("A, B, C, D", port, pause_s=0.3),
        medrag_serves(tmp_path, *arguments) as service,
        Client(service.url) as client,
    ):
        assert_drains(client, service.process)
    assert verify(tmp_path / "medrag.db").records > 0


@pytest.mark.vllm
def test_serve_over_the_real_model(vllm_process: VllmProcess, starter_index: Path, tmp_path: Path) -> None:
    arguments = ("--index", str(starter_index), "--model-url", vllm_process.url)
    with (
        medrag_serves(tmp_path, *arguments, environment={"MEDRAG_MODEL_KEY": vllm_process.key}) as service,
        OpenAI(base_url=f"{service.url}/v1", api_key="none") as client,
    ):
        assert httpx.get(f"{service.url}/health", timeout=10).json()["model"] == served_name(vllm_process.model)
        messages: Any = [{"role": "user", "content": QUESTION}]
        # A prompt read anew and one from the prefix cache differ in their last bits, which decides a near tie.
        client.chat.completions.create(model="medrag", messages=messages)
        whole = client.chat.completions.create(model="medrag", messages=messages)
        chunks = list(client.chat.completions.create(model="medrag", messages=messages, stream=True))
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert content == whole.choices[0].message.content
    assert (whole.model_extra or {})["medrag"]["evidence"]
    assert chunks[-1].choices[0].finish_reason in ("stop", "content_filter")


def assert_drains(client: Client, process: subprocess.Popen[bytes]) -> None:
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

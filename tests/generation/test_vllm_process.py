"""The child's life, with a small HTTP server in vLLM's place; what vLLM itself does is in test_vllm.py."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from medrag.errors import ConfigurationError, ModelUnavailable
from medrag.generation import vllm_process
from medrag.generation.vllm_process import VllmProcess

HEALTHY = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
print("serving", flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""
DYING = "import sys; print('no such architecture', flush=True); sys.exit(3)"


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VllmProcess]:
    monkeypatch.setattr(vllm_process, "serve_command", lambda model: [sys.executable, "-c", HEALTHY])
    child = VllmProcess(model="some/model", log=tmp_path / "logs" / "vllm.log")
    yield child
    child.stop()


def pid_of(process: VllmProcess) -> int:
    assert process._child is not None
    return process._child.pid


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def running(pid: int) -> bool:
    """Alive and no zombie: nobody may be there to reap what lost its parent."""
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(") ")[2][0] != "Z"


def test_it_starts_waits_and_stops(process: VllmProcess) -> None:
    process.start()
    asyncio.run(process.wait_ready())
    pid = pid_of(process)
    assert process.running
    process.stop()
    assert not process.running
    assert not alive(pid)
    process.stop()


def test_waiting_reports_progress(process: VllmProcess) -> None:
    waited: list[float] = []
    process.start()
    asyncio.run(process.wait_ready(waited.append))
    assert waited == sorted(waited)


def test_a_child_that_dies_at_start_says_why(process: VllmProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_process, "serve_command", lambda model: [sys.executable, "-c", DYING])
    process.start()
    with pytest.raises(ModelUnavailable, match="no such architecture"):
        asyncio.run(process.wait_ready())


def test_a_child_that_is_killed_comes_back(process: VllmProcess) -> None:
    async def scenario() -> list[str]:
        said: list[str] = []
        process.start()
        await process.wait_ready()
        watching = asyncio.create_task(process.watch(said.append))
        first = pid_of(process)
        os.kill(first, signal.SIGKILL)
        while "vllm serve is back" not in said:
            await asyncio.sleep(0.1)
        assert pid_of(process) != first
        assert process.running
        watching.cancel()
        return said

    assert any("restarting" in line for line in asyncio.run(asyncio.wait_for(scenario(), 60)))


FORKING = HEALTHY.replace(
    "import sys\n", "import subprocess, sys\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\n", 1
)


def test_what_a_killed_child_left_is_ended(process: VllmProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_process, "serve_command", lambda model: [sys.executable, "-c", FORKING])

    async def scenario() -> None:
        said: list[str] = []
        process.start()
        await process.wait_ready()
        watching = asyncio.create_task(process.watch(said.append))
        left = int(process.log.read_text().split()[0])
        os.kill(pid_of(process), signal.SIGKILL)
        assert alive(left)
        while "vllm serve is back" not in said:
            await asyncio.sleep(0.1)
        assert not running(left)
        watching.cancel()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_child_whose_port_was_taken_meanwhile_is_tried_again(process: VllmProcess) -> None:
    async def scenario() -> list[str]:
        said: list[str] = []
        process.start()
        await process.wait_ready()
        assert process.port
        os.kill(pid_of(process), signal.SIGKILL)
        while process.running:
            await asyncio.sleep(0.05)
        with socket.create_server(("127.0.0.1", process.port)):
            watching = asyncio.create_task(process.watch(said.append))
            while not any("in use" in line for line in said):
                await asyncio.sleep(0.05)
        while "vllm serve is back" not in said:
            await asyncio.sleep(0.05)
        watching.cancel()
        return said

    assert "vllm serve died; restarting it" in asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_child_that_keeps_dying_is_given_up(process: VllmProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_process, "serve_command", lambda model: [sys.executable, "-c", DYING])
    said: list[str] = []
    process.start()
    asyncio.run(asyncio.wait_for(process.watch(said.append), 60))
    assert "keeps dying" in said[-1]


def test_a_port_in_use_is_refused(process: VllmProcess) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process.port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match="in use"):
            process.start()


ON_A_SOCKET = """
import socketserver, sys
from http.server import BaseHTTPRequestHandler
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(b'{"object": "list", "data": [{"id": "some/model", "max_model_len": 77}]}')
    def address_string(self):
        return "socket"
socketserver.UnixStreamServer(sys.argv[sys.argv.index("--uds") + 1], Handler).serve_forever()
"""


def test_a_unix_socket_in_place_of_a_port(
    process: VllmProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vllm_process, "serve_command", lambda model: [sys.executable, "-c", ON_A_SOCKET])
    process.uds = tmp_path / "run" / "vllm.sock"

    async def tokens() -> int:
        model = process.chat_model()
        try:
            return await model.context_tokens()
        finally:
            await model.aclose()

    for _ in range(2):  # the first one's socket is still there when it was killed
        process.start()
        asyncio.run(process.wait_ready())
        assert asyncio.run(tokens()) == 77
        with pytest.raises(ConfigurationError, match=r"vllm\.sock is in use"):
            VllmProcess(model="some/model", log=tmp_path / "log", uds=process.uds).start()
        os.kill(pid_of(process), signal.SIGKILL)
        process.stop()
    assert process.port is None


def test_a_socket_path_that_is_too_long_is_refused(process: VllmProcess, tmp_path: Path) -> None:
    process.uds = tmp_path / ("s" * 200)
    with pytest.raises(ConfigurationError, match="too long"):
        process.start()


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"config\.json"):
        VllmProcess(model=str(tmp_path / "nothing"), log=tmp_path / "log").start()


def test_the_key_reaches_the_child_by_its_environment_alone(process: VllmProcess) -> None:
    process.start()
    command = Path(f"/proc/{pid_of(process)}/cmdline")
    if not command.exists():
        pytest.skip("no /proc here")
    assert process.key.encode() not in command.read_bytes()
    assert process.key not in repr(process)


@pytest.mark.parametrize(("flags", "expected"), [("fma avx2", "float32"), ("avx512f avx512_bf16", "bfloat16")])
def test_a_cpu_without_instructions_for_bfloat16_serves_in_float32(
    flags: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
    monkeypatch.setattr(vllm_process, "CPU_FLAGS", tmp_path / "cpuinfo")
    monkeypatch.setattr(vllm_process, "on_cpu", lambda: True)
    assert vllm_process.dtype() == expected

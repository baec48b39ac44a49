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

from index.build import GUIDELINES, build
from medrag.generation.bundled import resolve
from medrag.generation.model import OpenAIChatModel
from medrag.generation.vllm_process import VllmProcess
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.index import Index
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

# Gigabytes of the vLLM's cache: half of what medrag gives it holds what the tests ask.
os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")


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
def encoder() -> Encoder:
    """The bundled sentence encoder."""
    return Encoder()


@pytest.fixture(scope="session")
def starter_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter corpus, indexed for real; vectors that the index at home has are used again."""
    return _once("starter", tmp_path_factory, partial(_indexed, GUIDELINES, encoder, default_home() / "index"))


@pytest.fixture(scope="session")
def plain_index(starter_index: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter corpus without what people noted of its sentences: what only the checks keep back is offered."""
    return _once("plain", tmp_path_factory, partial(_plain, starter_index, encoder))


@pytest.fixture(scope="session")
def retriever(starter_index: Path, encoder: Encoder) -> Retriever:
    """Searches the starter corpus."""
    return Retriever(Index.open(starter_index, encoder), encoder)


def _once(name: str, tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], None]) -> Path:
    """A folder that ``make`` fills, made by one of the workers for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / name / "manifest.json").exists():
            make(shared / name)
    return shared / name


def _plain(starter: Path, encoder: Encoder, out: Path) -> None:
    corpus = out.with_name("plain-corpus")
    corpus.mkdir()
    for file in GUIDELINES.glob("*.md"):
        (corpus / file.name).write_bytes(file.read_bytes())
    _indexed(corpus, encoder, starter, out)


def _indexed(corpus: Path, encoder: Encoder, before: Path, out: Path) -> None:
    """An index of ``corpus`` in ``out``, with the vectors of the one in ``before``, if it is kept in files."""
    made = out.with_name(f"{out.name}-made")
    if any(before.glob("keys-*.npy")):
        shutil.copytree(before, made, ignore=shutil.ignore_patterns("curation.json"))
    build([("markdown", corpus)], made, encoder)
    made.rename(out)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL, started for the tests; skipped where it is not installed."""
    with postgresql.running() as url:
        yield url

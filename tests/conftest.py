"""What the tests share: the real index of the starter corpus and one real vLLM with the bundled model."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from medrag.generation.bundled import resolve
from medrag.generation.model import OpenAIChatModel
from medrag.generation.vllm_process import VllmProcess
from medrag.settings import DEFAULT_MODEL, default_home
from tests import postgresql

# The gate draws the same examples every time; elsewhere hypothesis goes on looking for new ones.
# No example has a deadline: a busy machine is no failure.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("gate" if os.environ.get("CI") else "local")

# A server with a home of its own would unpack the larger encoder's 440 MB there; tests of that encoder say so.
os.environ.setdefault("MEDRAG_SECOND_RANKER", "none")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several workers (``-n 2 --dist loadgroup``; 24 GB) one runs a file whole, one all tests of the vLLM."""
    for item in items:
        served = "vllm_process" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("vllm" if served else item.nodeid.partition("::")[0]))


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
    from index.build import GUIDELINES, build
    from medrag.retrieval.encoder import Encoder

    out = tmp_path_factory.mktemp("index") / "starter"
    build([("markdown", GUIDELINES)], out, Encoder())
    return out


@pytest.fixture(scope="session")
def plain_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter corpus without what people noted of its sentences: what only the checks keep back is offered."""
    from index.build import GUIDELINES, build
    from medrag.retrieval.encoder import Encoder

    folder = tmp_path_factory.mktemp("plain")
    for file in GUIDELINES.glob("*.md"):
        (folder / file.name).write_bytes(file.read_bytes())
    build([("markdown", folder)], folder / "index", Encoder())
    return folder / "index"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL, started for the tests; skipped where it is not installed."""
    with postgresql.running() as url:
        yield url

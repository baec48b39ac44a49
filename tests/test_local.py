"""A running engine and the index that a build puts in place of the one it opened."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from index.build import build
from medrag import knowledge, local
from medrag.engine import Engine
from medrag.generation.model import ChatModel
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.settings import Settings


class NoModel:
    """Stands where no model is asked."""


def built(folder: Path, out: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "gout.md").write_text(text)
    manifest, _ = build([("markdown", folder)], out, Encoder())
    return manifest.hash


def test_a_new_index_is_taken_while_running_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "RENEW_S", 0.01)
    out, said = tmp_path / "index", list[str]()
    first = built(tmp_path / "corpus", out, "- Give colchicine.\n")
    model: ChatModel = NoModel()  # type: ignore[assignment]
    engine = Engine(Retriever.open(out), model, knowledge.load(None))

    async def living() -> None:
        async with local._meanwhile(local._renew(engine, Settings(index=out), said.append)):
            assert engine.retriever.index.hash == first
            second = await asyncio.to_thread(built, tmp_path / "corpus", out, "- Give naproxen.\n")
            await until(lambda: engine.retriever.index.hash == second)
            (found,) = engine.retriever.nearest("naproxen", k=1)
            assert found.passage.text == "Give naproxen."
            (out / "manifest.json").write_text("{}")
            await until(lambda: any("is not used" in line for line in said))
            assert engine.retriever.index.hash == second

    asyncio.run(living())


async def until(true: object) -> None:
    assert callable(true)
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come true")

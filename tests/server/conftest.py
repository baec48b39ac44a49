"""A small real index, engines over it, and a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medrag import knowledge
from medrag.engine import Engine
from medrag.generation.model import ChatModel
from medrag.generation.modes import Grounding
from medrag.patient import hear
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.writer import writing
from tests.evidence import passage

PHARYNGITIS = passage(
    "pharyngitis#treatment",
    "Treat streptococcal pharyngitis with amoxicillin 500 mg by mouth twice daily for 10 days.",
    "For patients with penicillin allergy, use azithromycin 500 mg by mouth once daily for 5 days.",
    "Offer paracetamol for pain and fever.",
    title="Streptococcal pharyngitis",
)
GOUT = passage(
    "gout#flare",
    "Treat an acute gout flare with colchicine 1.2 mg by mouth, then 0.6 mg one hour later.",
    title="Gout",
)
QUESTION = "Which antibiotic for streptococcal pharyngitis?"
ALLERGIC = {"age_years": 34, "allergies": ["penicillin"]}

EngineOf = Callable[..., Engine]


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two passages, indexed for real."""
    directory = tmp_path_factory.mktemp("small") / "index"
    with writing(directory, Encoder(), chunking={}) as writer:
        writer.add([(each, f"{each.title}\n{each.text}") for each in (PHARYNGITIS, GOUT)])
        writer.commit(())
    return directory


@pytest.fixture(scope="session")
def retriever(small_index: Path) -> Retriever:
    """Over the small index."""
    encoder = Encoder()
    return Retriever(Index.open(small_index, encoder), encoder)


@pytest.fixture(scope="session")
def engine_of(retriever: Retriever) -> EngineOf:
    """Engines over the small index."""
    facts = knowledge.load(None)
    hear(None, "loads the note reader, which takes long at first")

    def make(model: ChatModel, grounding: Grounding = "quote") -> Engine:
        return Engine(retriever=retriever, model=model, knowledge=facts, grounding=grounding)

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Playwright's Chromium, or the system's; skipped where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        system = shutil.which("chromium") or shutil.which("google-chrome")
        if not system and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium on this machine")
        opened = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that fails the test when a script of it fails or when it reaches for another host.

    That the server refused something is in the console too, and no failure.
    """
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if _complains(message) else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: complaints.append(request.url) if "127.0.0.1" not in request.url else None)
    yield opened
    assert complaints == []
    context.close()


def _complains(message: Any) -> bool:
    return message.type == "error" and not message.text.startswith("Failed to load resource")

"""A small real index, and engines over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from medrag.engine import Engine
from medrag.generation.model import ChatModel
from medrag.generation.prompts import Grounding
from medrag.patient import with_text
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store import Index, writing
from medrag.safety import knowledge
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
    with_text(None, "loads the note reader, which takes long at first")

    def make(model: ChatModel, grounding: Grounding = "quote") -> Engine:
        return Engine(retriever=retriever, model=model, knowledge=facts, grounding=grounding)

    return make

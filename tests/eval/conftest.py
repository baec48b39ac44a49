"""A real engine for the tasks' tests: the starter index, the shipped knowledge, a scripted model."""

from __future__ import annotations

import pytest

from eval.running.solver import Solver
from medrag import knowledge
from medrag.engine import Engine
from medrag.generation.scripted import ScriptedModel
from medrag.retrieval.retriever import Retriever


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(["A"])


@pytest.fixture
def solver(retriever: Retriever, model: ScriptedModel) -> Solver:
    engine = Engine(retriever=retriever, model=model, knowledge=knowledge.load())
    return Solver("medrag", "local", engine.recommend, engine)

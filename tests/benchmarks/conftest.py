"""The real engine of the evaluation's tests, for benchmarks that run its tasks."""

from __future__ import annotations

from tests.eval.conftest import model, retriever, solver

__all__ = ["model", "retriever", "solver"]

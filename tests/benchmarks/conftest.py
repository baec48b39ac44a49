"""What the tests of benchmarks share with those of the evaluation: a real engine with a scripted model."""

from tests.eval.conftest import model, solver

__all__ = ["model", "solver"]

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.results.compare import compare, condition, failures
from eval.running.batch import Batch
from eval.tasks import Result, Sample
from medrag.errors import InputError
from medrag.types import Case
from tests.eval.samples import PROVENANCE, SOLVER


class Fixed:
    """A task whose scores are given."""

    name = "fixed"

    def __init__(self, scores: dict[str, float], data: str = "d") -> None:
        self.scores, self.data = scores, data
        self.samples = [Sample(name, Case(question="q")) for name in scores]

    async def evaluate(self, sample: Sample, solver: object) -> Result:
        return Result({"right": self.scores[sample.id]}, {}, PROVENANCE)


def run(out: Path, scores: dict[str, float], data: str = "d") -> Path:
    asyncio.run(Batch(out).run([Fixed(scores, data)], SOLVER))
    return out


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    base = {f"s{number:02d}": float(number % 2) for number in range(30)}
    return run(tmp_path / "a", base), run(tmp_path / "b", dict.fromkeys(base, 1.0))


def test_means_and_difference_over_the_shared_samples(tmp_path: Path) -> None:
    first = run(tmp_path / "a", {"1": 0.0, "2": 1.0, "3": 1.0})
    second = run(tmp_path / "b", {"2": 1.0, "3": 0.0, "4": 0.0})
    (found,) = compare(first, second)
    assert (found.n, found.first, found.second, found.delta) == (2, 1.0, 0.5, -0.5)


def test_every_difference_says_which_runs_it_is_of(tmp_path: Path) -> None:
    scores = {"1": 0.0}
    old, new, other = (run(tmp_path / name, scores) for name in ("old", "new", "later/new"))
    printed = CliRunner().invoke(app, ["compare", str(old), str(new), "--json"]).stdout
    assert [each["runs"] for each in json.loads(printed)] == [["old", "new"]]
    (found,) = compare(new, other)
    assert found.runs == (str(new), str(other))


def test_a_clear_difference_is_significant_and_none_is_not(runs: tuple[Path, Path]) -> None:
    (found,) = compare(*runs)
    assert found.delta == 0.5
    assert found.low > 0
    assert found.p < 0.01
    (same,) = compare(runs[0], runs[0])
    assert (same.delta, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)


def test_runs_on_different_data_are_not_compared(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="different data"):
        compare(run(tmp_path / "a", {"1": 0.0}), run(tmp_path / "b", {"1": 0.0}, data="other"))


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("fixed.right < 1", False),
        ("fixed.right >= 1", True),
        ("first fixed.right < 0.6", True),
        ("delta fixed.right < -0.02", False),
        ("delta fixed.right > 0.2", True),
        ("low fixed.right > 0", True),
        ("p fixed.right <= .05", True),
    ],
)
def test_conditions(runs: tuple[Path, Path], text: str, fails: bool) -> None:
    assert bool(failures([condition(text)], compare(*runs))) is fails


@pytest.mark.parametrize("text", ["right < 1", "fixed.right", "fixed.right ~ 1", "mean fixed.right < 1", ""])
def test_a_condition_that_does_not_parse(text: str) -> None:
    with pytest.raises(InputError, match="is not like"):
        condition(text)


def test_a_condition_on_an_unknown_metric_is_an_error(runs: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match=r"no scores of fixed\.wrong"):
        failures([condition("fixed.wrong < 1")], compare(*runs))


def test_the_exit_status_is_the_gate(runs: tuple[Path, Path]) -> None:
    def status(*flags: str) -> int:
        return CliRunner().invoke(app, ["compare", *map(str, runs), *flags]).exit_code

    assert status() == 0
    assert status("--fail-if", "delta fixed.right < -0.02") == 0
    assert status("--fail-if", "delta fixed.right < -0.02", "--fail-if", "fixed.right >= 0.9") == 1
    assert status("--json", "--fail-if", "first fixed.right < 0.9") == 1

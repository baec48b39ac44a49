import asyncio
from dataclasses import replace
from pathlib import Path

from benchmarks.model import tables
from eval.running.batch import Batch
from eval.running.solver import Solver
from eval.systems.fixed_evidence import Nearest
from eval.tasks import judged
from tests.eval.tasks.test_judged import ALLERGIC, CASE


def test_the_tables_hold_means_and_paired_differences_by_source(tmp_path: Path, solver: Solver) -> None:
    pair = [each.model_copy(update={"pair": "p", "source": "s"}) for each in (CASE, ALLERGIC)]
    cases = tmp_path / "cases.jsonl"
    cases.write_text("".join(each.model_dump_json() + "\n" for each in (CASE, CASE, *pair)))
    for name, chooser in (("a", Nearest(2)), ("b", Nearest(2, floor=0.999))):
        batch = Batch(tmp_path / name)
        asyncio.run(batch.run(judged.load([cases], chooser), replace(solver, system=name)))
    shown = tables(tmp_path, ["a", "b"])
    assert "### choice, own" in shown
    assert "### patient, s" in shown
    assert "| f1 | 2 | 0.667 (0.667 to 0.667) | 0.000 (0.000 to 0.658) |" in shown
    assert "| f1 | +0.667 (+0.667 to +0.667) |" in shown

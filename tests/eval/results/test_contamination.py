import asyncio
import hashlib
import json
from pathlib import Path

import pytest

from eval.results.contamination import SLICE, check
from eval.running.batch import Batch
from eval.running.log import read
from eval.tasks import Sample
from medrag.errors import ConfigurationError, InputError
from medrag.types import Case
from tests.eval.samples import SOLVER, Lengths

SEEN = "In an adult with gout and a kidney disease which oral drug should be given for the first flare of the year"
HALF = "Tell me please: in an adult with gout and a kidney disease, which ORAL drug should be given, and why then?"
APART = "In an adult with asthma and a wheeze which inhaled drug should be given for the first attack of the year"
SHORT = "Which drug for gout?"
TEN = "Which drug is best for a child with otitis media?"


def task() -> Lengths:
    texts = {"seen": SEEN, "half": HALF, "apart": APART, "short": SHORT, "ten": TEN}
    return Lengths([Sample(name, Case(question=text)) for name, text in texts.items()])


def training(folder: Path) -> Path:
    folder.mkdir()
    example = {
        "messages": [{"role": "user", "content": f"<question>{SEEN}.</question>"}, {"content": [TEN + " Then?"]}]
    }
    (folder / "train.jsonl").write_text(json.dumps(example) + "\n")
    (folder / "validation.jsonl").write_text(json.dumps({"text": APART}) + "\n")
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in
             ("train.jsonl", "validation.jsonl")}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    return folder


def test_thirteen_words_in_a_row_are_an_overlap(tmp_path: Path) -> None:
    found = check(task().samples, [training(tmp_path / "data")])
    assert found.overlaps == {
        "seen": "overlaps",
        "half": "overlaps",
        "apart": "no overlap",
        "short": "too short to tell",
        "ten": "overlaps",
    }
    assert list(found.training.files) == ["train.jsonl"]


def test_plain_text_is_training_data_too(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_text(f"# Gout\n{APART}\n")
    found = check(task().samples, [path])
    assert (found.overlaps["apart"], found.overlaps["seen"]) == ("overlaps", "no overlap")


def test_a_file_that_is_not_the_manifests_is_refused(tmp_path: Path) -> None:
    folder = training(tmp_path / "data")
    (folder / "train.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match="not the file that"):
        check(task().samples, [folder])
    with pytest.raises(InputError, match="no training data"):
        check(task().samples, [tmp_path / "nowhere"])
    (tmp_path / "bare").mkdir()
    with pytest.raises(InputError, match="hashes"):
        check(task().samples, [tmp_path / "bare"])


def test_the_log_and_its_groups_say_it(tmp_path: Path) -> None:
    data = training(tmp_path / "data")
    asyncio.run(Batch(tmp_path / "out", training=[data]).run([task()], SOLVER))
    log = read(tmp_path / "out" / "lengths.jsonl")
    assert log.entries["seen"].slices[SLICE] == "overlaps"
    assert log.entries["apart"].slices[SLICE] == "no overlap"
    assert log.starts[0].training is not None
    assert log.starts[0].training.words == 13
    with pytest.raises(ConfigurationError, match="training data"):
        asyncio.run(Batch(tmp_path / "out").run([task()], SOLVER))

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from index.pairs import read_pairs
from medrag.datasets.splits import split_of
from tests.index.shared import unpacked
from tests.index.sources.test_medquad import SUBJECT
from tests.index.sources.test_ngc import FIELDS, summary


def name_in(split: str) -> str:
    return next(name for each in count() if split_of(name := f"{each}.xml") == split)


def test_a_question_goes_with_its_answer_without_the_question(tmp_path: Path) -> None:
    for split in ("train", "held-out"):
        (tmp_path / name_in(split)).write_text(SUBJECT)
    (pairs,) = read_pairs("medquad", tmp_path, "train")
    (pair,) = pairs
    assert pair.question == "What are the treatments for Gout ?"
    assert pair.passage.startswith("Gout\n")
    assert pair.question not in pair.passage


def test_a_guideline_gives_its_title_conditions_and_objective(tmp_path: Path) -> None:
    fields = FIELDS | {"140": "<p>Acute gout</p>", "129": "<p>To treat gout</p>"}
    (tmp_path / name_in("train")).write_text(summary(fields))
    (pairs,) = read_pairs("ngc", tmp_path, "train")
    by_question = {pair.question: pair.passage for pair in pairs}
    assert set(by_question) == {"Management of gout", "Acute gout", "To treat gout"}
    assert "Management of gout" not in by_question["Management of gout"]
    assert by_question["Acute gout"].startswith("Management of gout > Major Recommendations")


def test_any_other_kind_gives_titles(tmp_path: Path) -> None:
    name = next(name for each in count() if split_of(name := f"{each}.md") == "train")
    (tmp_path / name).write_text("# Gout\n\n## Flares\n\nGive colchicine early.\n")
    assert [(pair.question, pair.passage) for (pair,) in read_pairs("markdown", tmp_path, "train")] == [
        ("Gout: Flares", "Give colchicine early.")
    ]


@pytest.mark.parametrize(("archive", "kind"), [("ngc/guidelines.tar.xz", "ngc"), ("medquad/medquad.tar.xz", "medquad")])
def test_real_documents(tmp_path: Path, archive: str, kind: str) -> None:
    folder = unpacked(archive, tmp_path, 40, "CancerGov" if kind == "medquad" else "")
    found = read_pairs(kind, folder, "train")
    held = {path.stem for path in folder.rglob("*.xml") if split_of(path.name) != "train"}
    assert len(found) > 20
    assert held
    assert not {pair.document for pairs in found for pair in pairs} & held
    assert found == read_pairs(kind, folder, "train")

import asyncio
import json
import tarfile
from pathlib import Path

import pytest

from eval.running.batch import Batch
from eval.running.solver import Solver
from eval.tasks import retrieval
from medrag.errors import InputError
from tests.paths import SHARED

ARCHIVE = SHARED / "medquad" / "medquad.tar.xz"
XML = """<Document id="7"><Focus>Gout</Focus><QAPairs>
<QAPair pid="1"><Question qid="7-1">What are the treatments for  Gout ?</Question><Answer>Colchicine.</Answer></QAPair>
<QAPair pid="2"><Question qid="7-2">What is Gout ?</Question><Answer></Answer></QAPair>
</QAPairs></Document>"""


def test_documents_are_ranked_without_a_model(tmp_path: Path, solver: Solver) -> None:
    lines = [
        {"id": "gout", "question": "oral drug for an acute gout flare", "gold": {"doc_ids": ["gout"]}},
        {"id": "none", "question": "oral drug for an acute gout flare", "gold": {"doc_ids": ["not-there"]}},
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary = asyncio.run(Batch(tmp_path / "out").run([retrieval.load(path)], solver))
    found = summary.tasks["retrieval"]
    assert (found.done, found.metrics["recall@1"].mean, found.metrics["mrr@10"].mean) == (2, 0.5, 0.5)
    assert found.provenance is not None
    assert found.provenance.model == "none"


def test_a_gold_without_documents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "1", "question": "q"}\n')
    with pytest.raises(InputError, match="doc_ids or passages"):
        retrieval.load(path)


def test_medquad_reads_a_folder_and_an_archive_alike(tmp_path: Path) -> None:
    folder = tmp_path / "medquad"
    for name in ("A/0000007", "B/0000008"):
        file = folder / f"{name}.xml"
        file.parent.mkdir(parents=True)
        file.write_text(XML)
    (folder / "B" / "broken.xml").write_text("<Document>")
    with tarfile.open(tmp_path / "medquad.tar.xz", "w:xz") as archive:
        for file in folder.rglob("*.xml"):
            archive.add(file, file.relative_to(folder))
    tasks = [retrieval.load_medquad(folder), retrieval.load_medquad(tmp_path / "medquad.tar.xz")]
    for task in tasks:
        (sample,) = task.samples
        assert sample.case.question == "What are the treatments for Gout ?"
        assert sample.gold.doc_ids == ("A/0000007", "B/0000008")
    assert tasks[0].data == tasks[1].data


def test_medquad_needs_answers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no answered question"):
        retrieval.load_medquad(tmp_path)
    with pytest.raises(InputError, match="your copy of MedQuAD"):
        retrieval.load_medquad(None)


@pytest.mark.skipif(not ARCHIVE.is_file(), reason=f"needs MedQuAD in {SHARED}")
def test_the_real_archive_holds_thousands_of_questions() -> None:
    task = retrieval.load_medquad(ARCHIVE)
    assert len(task.samples) > 10_000
    assert len({sample.id for sample in task.samples}) == len(task.samples)

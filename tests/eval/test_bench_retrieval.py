from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from html import escape
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from eval.bench_retrieval import OURS, _documents, _interval, _systems, app
from index.build import build
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store import Index

SUBJECTS = {
    "Gout": ("What causes Gout ?", "Uric acid crystals in the joints."),
    "Asthma": ("What are the symptoms of Asthma ?", "Wheezing and a tight chest.  - Cough.   - Breathlessness."),
}


def names(held_out: bool) -> list[str]:
    """Two file names that are held out, or that are not."""
    numbered = (f"{number}.xml" for number in count())
    matching = (name for name in numbered if (hashlib.sha1(name.encode()).hexdigest()[-1] in "01") is held_out)
    return [next(matching), next(matching)]


def archive(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:xz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"set/{name}")
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))


def subject(focus: str) -> str:
    question, answer = SUBJECTS[focus]
    pair = f"<QAPair><Question>{question}</Question><Answer>{answer}</Answer></QAPair>"
    return f"<Document><Focus>{focus}</Focus><QAPairs>{pair}</QAPairs></Document>"


def summary() -> str:
    fields = {
        "161": "<b>Migraine</b>",
        "129": "<p>To guide the treatment of migraine</p>",
        "151": "<ul><li>Give a triptan.</li></ul>",
    }
    return "".join(
        ["<Version>"]
        + [f'<Field FieldID="{key}"><FieldValue Value="{escape(value)}"/></Field>' for key, value in fields.items()]
        + ["</Version>"]
    )


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    held, kept = names(True), names(False)
    medquad = dict(zip([*held, kept[0]], [subject("Gout"), subject("Asthma"), subject("Gout")], strict=True))
    archive(tmp_path / "data" / "medquad" / "medquad.tar.xz", medquad)
    archive(tmp_path / "data" / "ngc" / "guidelines.tar.xz", {held[0]: summary(), kept[1]: summary()})
    done = CliRunner().invoke(app, ["prepare", str(tmp_path / "data"), str(tmp_path / "bench")])
    assert done.exit_code == 0, done.output
    return tmp_path / "bench"


def test_only_held_out_documents_and_never_their_queries(prepared: Path) -> None:
    documents = [json.loads(line) for line in (prepared / "corpus.jsonl").read_text().splitlines()]
    queries = [json.loads(line) for line in (prepared / "queries.jsonl").read_text().splitlines()]
    assert [document["title"] for document in documents] == ["Gout", "Asthma", "Migraine"]
    assert [query["document"] for query in queries] == [document["id"] for document in documents]
    assert documents[1]["text"] == "Wheezing and a tight chest.\n- Cough.\n- Breathlessness."
    assert documents[2]["text"].strip() == "- Give a triptan."
    for document, query in zip(documents, queries, strict=True):
        assert query["query"] not in document["text"]


def test_every_system_finds_the_answer(prepared: Path) -> None:
    encoder = Encoder()
    build([("jsonl", prepared / "corpus.jsonl")], prepared / "index", encoder)
    index = Index.open(prepared / "index", encoder)
    queries = [json.loads(line) for line in (prepared / "queries.jsonl").read_text().splitlines()]
    systems = _systems(index, encoder)
    assert OURS in systems
    for search in systems.values():
        for query in queries:
            ranked = _documents(index, search(query["query"], encoder.encode([query["query"]])[0]))
            assert max(ranked, key=lambda document: ranked[document]) == query["document"]


def test_an_interval_holds_its_mean() -> None:
    mean, low, high = map(float, re.findall(r"[\d.]+", _interval(np.array([0.0, 1.0, 1.0, 1.0]))))
    assert (mean, low <= mean <= high) == (0.75, True)

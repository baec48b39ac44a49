from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from html import escape
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.retrieval.__main__ import _documents, _interval, app
from benchmarks.retrieval.systems import OURS, PEERS, Haystack, systems
from index.build import build
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.index import Index

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
        "140": "<p>Headache of the migraine kind</p>",
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


def read(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_questions_are_of_held_out_documents_and_never_in_the_haystack(prepared: Path) -> None:
    documents, queries = read(prepared / "corpus.jsonl"), read(prepared / "queries.jsonl")
    assert [document["title"] for document in documents] == ["Gout", "Asthma", "Migraine", "Migraine"]
    assert [(query["kind"], query["document"]) for query in queries] == [
        ("medquad", documents[0]["id"]),
        ("medquad", documents[1]["id"]),
        ("ngc-objective", documents[2]["id"]),
        ("ngc-conditions", documents[2]["id"]),
    ]
    assert documents[1]["text"] == "Wheezing and a tight chest.\n- Cough.\n- Breathlessness."
    assert documents[2]["text"].strip() == "- Give a triptan."
    assert not [query for query in queries for document in documents if query["query"] in document["text"]]


def test_every_system_finds_the_answer(prepared: Path) -> None:
    encoder = Encoder()
    build([("jsonl", prepared / "corpus.jsonl")], prepared / "index", encoder)
    hay = Haystack(Index.open(prepared / "index", encoder), encoder)
    queries = [query for query in read(prepared / "queries.jsonl") if query["kind"] == "medquad"]
    compared = systems(hay, hay)
    assert OURS in compared
    assert len(compared) == 7 + sum(find_spec(module) is not None for module, _ in PEERS.values())
    for search in compared.values():
        for query in queries:
            ranked = _documents(hay.index, search(query["query"]))
            assert max(ranked, key=lambda document: ranked[document]) == query["document"]


def test_the_tables_name_every_system(prepared: Path) -> None:
    build([("jsonl", prepared / "corpus.jsonl")], prepared / "index", Encoder())
    done = CliRunner().invoke(app, ["run", str(prepared)])
    assert done.exit_code == 0, done.output
    for expected in (
        "### medquad: 2 queries",
        "### ngc-conditions: 1 queries",
        "| medrag |",
        *(name for name, (module, _) in PEERS.items() if find_spec(module)),
    ):
        assert expected in done.output


def test_an_interval_holds_its_mean() -> None:
    mean, low, high = map(float, re.findall(r"[\d.]+", _interval(np.array([0.0, 1.0, 1.0, 1.0]))))
    assert (mean, low <= mean <= high) == (0.75, True)

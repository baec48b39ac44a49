from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from index.cli import app
from index.tune import CONFIG, SCORES, Tuning, tune
from medrag.datasets.splits import split_of
from medrag.errors import InputError
from medrag.retrieval import openvino_bert
from medrag.retrieval.encoder import Encoder

SUBJECTS = ("Gout", "Asthma", "Migraine", "Psoriasis", "Anaemia", "Scurvy")


@pytest.fixture
def subjects(tmp_path: Path) -> Path:
    """Four subjects to train on and two to validate."""
    folder = tmp_path / "medquad"
    folder.mkdir()
    for split, names in (("train", SUBJECTS[:4]), ("validation", SUBJECTS[4:])):
        files = (name for each in count() if split_of(name := f"{each}.xml") == split)
        for subject, file in zip(names, files, strict=False):
            answer = f"<Answer>It is {subject}, an illness.</Answer>"
            pair = f"<QAPair><Question>What is {subject} ?</Question>{answer}</QAPair>"
            (folder / file).write_text(f"<Document><Focus>{subject}</Focus><QAPairs>{pair}</QAPairs></Document>")
    return folder


def test_a_tuned_encoder_loads_and_differs_by_what_is_kept(subjects: Path, tmp_path: Path) -> None:
    base = Encoder()
    out = tmp_path / "tuned"
    tuning = Tuning(batch_size=2, epochs=1, evaluations=1, learning_rate=1e-3, kept=0.5)
    scores = tune(base.path, [("medquad", subjects)], out, tuning)
    assert set(scores) == {"original", "tuned", "averaged"}
    tuned = Encoder(out)
    assert tuned.hash != base.hash
    assert openvino_bert.fits(out), "what sentence-transformers saves runs through OpenVINO"
    texts = ["What is gout?", "Which drug for asthma?"]
    cosines = (tuned.encode(texts) * base.encode(texts)).sum(axis=1)
    assert np.all(cosines < 0.99999)
    assert np.all(cosines > 0.5)
    assert json.loads((out / CONFIG).read_text())["trained_pairs"] == 4
    assert json.loads((out / SCORES).read_text()) == scores
    # A second run finds the finished checkpoint and trains no further.
    again = tune(base.path, [("medquad", subjects)], out, tuning)
    assert again["tuned"] == pytest.approx(scores["tuned"])


def test_too_few_documents_are_named(tmp_path: Path) -> None:
    name = next(name for each in count() if split_of(name := f"{each}.xml") == "held-out")
    (tmp_path / name).write_text("<Document><Focus>Gout</Focus></Document>")
    with pytest.raises(InputError, match="too few documents"):
        tune(Encoder().path, [("medquad", tmp_path)], tmp_path / "out", Tuning())


def test_help_shows_how() -> None:
    shown = CliRunner().invoke(app, ["tune", "--help"])
    assert shown.exit_code == 0
    assert "--source medquad" in " ".join(shown.output.split())

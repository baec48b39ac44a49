"""The fit of the learned reading of polarity."""

from pathlib import Path

import pytest

from medrag.reading.languages import learned_polarity
from medrag.reading.polarity import Polarity
from medrag.reading.polarity.learned import log_odds
from medrag.retrieval.encoder import Encoder
from medrag.safety.learned.wordings import WordingReader, read_head
from sft.polarity.fit import FALSE_DOUBT, Labelled, data_hash, fit, labelled, wordings
from sft.polarity.tune import LETTERS, Tuning, tune
from sft.polarity.tune import data_hash as tuning_hash

LEAST = 1000


@pytest.fixture(scope="module")
def mentions() -> list[Labelled]:
    return labelled()


def test_the_bundled_model_is_of_the_wordings_at_hand() -> None:
    assert learned_polarity().data == data_hash()


def test_every_wording_marks_drugs_and_most_kinds_are_told_apart(mentions: list[Labelled]) -> None:
    model, measured = fit(mentions)
    assert len(mentions) > LEAST
    assert measured.misread_as_given > 0.4
    assert measured.misread_as_not_given > 0.2
    assert measured.stops_missed < 0.4
    assert (model.giving, model.stopping) == (learned_polarity().giving, learned_polarity().stopping)


def test_few_drugs_read_rightly_as_given_are_doubted(mentions: list[Labelled]) -> None:
    model = learned_polarity()
    scores = [log_odds(each.features, model.giving) for each in mentions if each.given]
    assert sum(score < model.given for score in scores) < FALSE_DOUBT * len(scores)


def test_the_cues_are_part_of_what_is_seen(mentions: list[Labelled]) -> None:
    assert all(f"cue {each.polarity}" in each.features for each in mentions)
    assert {each.polarity for each in mentions} == set(Polarity)


def test_each_drug_of_a_wording_is_marked_where_it_stands() -> None:
    (first, *_) = wordings(LETTERS)
    assert [first.text[start:end] for start, end in first.spans][:2] == ["Indapamide", "bendroflumethiazide"]
    assert first.signs[:2] == ("x", "-")


def test_a_few_steps_tune_the_encoder_and_leave_what_the_reader_loads(tmp_path: Path) -> None:
    said: list[str] = []
    measured = tune(tmp_path, Tuning(most_steps=3, rank=2), said.append, limit=100)
    assert said[0].startswith("step 0 of 3")
    assert 0 < measured.drugs <= 100
    head = read_head(tmp_path)
    reader = WordingReader(head, Encoder(adapter=tmp_path))
    assert len(reader.not_given("Start ramipril.", [(6, 14)], [(6, 14)])) == 1
    assert head.data == read_head().data == tuning_hash()

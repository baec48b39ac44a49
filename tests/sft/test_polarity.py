"""The fit of the learned reading of polarity."""

import pytest

from medrag.reading.languages import learned_polarity
from medrag.reading.polarity import Polarity
from medrag.reading.polarity.learned import log_odds
from sft.polarity.fit import FALSE_DOUBT, Labelled, data_hash, fit, labelled

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

"""The order of sentences: what its features say, and what it changes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from medrag.errors import ConfigurationError
from medrag.knowledge import load as load_knowledge
from medrag.retrieval import sentences
from medrag.retrieval.order import OrderReader, OrderWeights, SentenceOrder, features, positions, read_weights
from medrag.retrieval.question.query import Query
from medrag.retrieval.sentences import ORDER, SentenceRanker
from medrag.types import Evidence
from tests.evidence import passage

KNOWN = load_knowledge()
NAMES = features()
GOUT = passage(
    "gout#1", "Give colchicine 500 micrograms for a flare.", "Refer if flares go on.", "Gout is common.", title="Gout"
)
ASTHMA = passage("asthma#1", "In asthma with gout, avoid aspirin.", title="Asthma")
FOUND = [Evidence(number=1, passage=GOUT, score=0.6), Evidence(number=2, passage=ASTHMA, score=0.5)]
COSINES = np.array([0.5, 0.4, 0.6, 0.55], dtype=np.float32)
DOSE = Query("colchicine dose in gout", "colchicine dose in gout\nPatient: age 60, asthma", "")


def column(name: str, query: Query = DOSE) -> list[float]:
    return [float(each) for each in OrderReader(KNOWN).table(query, FOUND, COSINES)[:, NAMES.index(name)]]


def test_every_sentence_has_a_row_of_every_feature() -> None:
    assert positions(FOUND) == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert OrderReader(KNOWN).table(DOSE, FOUND, COSINES).shape == (4, len(NAMES))
    assert len(set(NAMES)) == len(NAMES)


def test_how_near_a_sentence_its_passage_and_its_document_are() -> None:
    assert column("cosine below the best") == pytest.approx([-0.1, -0.2, 0, -0.05])
    assert column("cosine below its document") == pytest.approx([0.1, 0.2, 0, 0], abs=1e-6)
    assert column("passage below the best") == pytest.approx([0, 0, 0, -0.1])
    assert column("passage rank") == [0, 0, 0, 1]
    assert column("log rank") == pytest.approx([np.log(3), np.log(4), 0, np.log(2)])


def test_what_is_asked_for_and_told_of() -> None:
    assert column("sentence tells: dose, asked") == [1, 0, 0, 0]
    assert column("sentence tells: referral") == [0, 1, 0, 0]
    assert column("sentence tells: referral, asked") == [0, 0, 0, 0]


def test_words_and_conditions_shared() -> None:
    shared = column("question in sentence")
    assert shared[0] > shared[1] == 0
    assert column("patient in sentence")[3] > 0
    assert column("question's conditions in title") == [1, 1, 1, 0]
    assert column("none of the question's conditions in title") == [0, 0, 0, 1]
    assert column("other conditions in sentence") == [0, 0, 0, 0]
    assert column("other conditions in sentence", Query.of("colchicine dose"))[3] > 0


def test_drugs_are_shared_by_name_by_class_and_by_what_a_warning_says() -> None:
    query = Query("", "colchicine and aspirin dose in gout\nPatient: asthma, takes ibuprofen", "")
    assert column("question's drugs in sentence", query) == [1, 0, 0, 1]
    assert column("none of the question's drugs in sentence", query) == [0, 1, 1, 0]
    assert column("dose asked, of the question's drugs", query) == [1, 0, 0, 0]
    assert column("avoiding, the question's drugs", query) == [0, 0, 0, 1]
    assert column("avoiding, the question's drugs", Query.of("allopurinol for gout")) == [0, 0, 0, 0]
    by_class = Query("", "which salicylate?", "")
    assert column("drugs of the question's classes in sentence", by_class) == [0, 0, 0, 1]
    taken = Query("", "gout\nPatient: takes aspirin", "")
    assert column("patient's drugs in sentence", taken) == [0, 0, 0, 1]
    assert column("avoiding, the patient's drugs", taken) == [0, 0, 0, 1]


def test_what_a_sentence_tells_of_people_is_said_of_the_patient_or_of_nobody() -> None:
    found = [Evidence(number=1, passage=passage("gout#2", "In kidney disease give less.", title="Gout"), score=0.5)]

    def of(name: str, patient: str) -> float:
        table = OrderReader(KNOWN).table(Query("", f"gout\nPatient: {patient}", ""), found, COSINES[:1])
        return float(table[0, NAMES.index(f"sentence tells: kidney, {name}")])

    assert (of("of the patient", "eGFR 30"), of("unsaid", "eGFR 30")) == (1, 0)
    assert (of("of the patient", "age 60"), of("unsaid", "age 60")) == (0, 1)


def test_the_score_is_the_weighted_sum() -> None:
    weights = dict.fromkeys(NAMES, 0.0) | {"sentence tells: referral": 2.0, "cosine below the best": 1.0}
    order = SentenceOrder(OrderWeights(encoder="", questions=1, weights=weights), KNOWN)
    assert order.scores(DOSE, FOUND, COSINES) == pytest.approx([-0.1, 1.8, 0, -0.05])


def test_the_bundled_weights_are_of_these_features() -> None:
    assert set(read_weights(ORDER).weights) == set(NAMES)


def test_the_bundled_order_puts_what_was_asked_for_first() -> None:
    found = SentenceRanker(knowledge=KNOWN).best(DOSE, FOUND, 4)
    first = next(each for each in found if 1 in each.ranks)
    assert "500 micrograms" in first.passage.quote(first.passage.sentences[first.ranks.index(1)])


def test_weights_of_another_encoder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "order.json"
    other.write_text(json.dumps(json.loads(ORDER.read_text()) | {"encoder": "0" * 64}))
    monkeypatch.setattr(sentences, "ORDER", other)
    with pytest.raises(ConfigurationError, match="medrag sft order"):
        SentenceRanker().best(DOSE, FOUND, 4)

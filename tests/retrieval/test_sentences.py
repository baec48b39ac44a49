"""The second ranking, of sentences: what is shown, in which order, and what is encoded for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.build import build
from medrag.knowledge import load as load_knowledge
from medrag.retrieval import known_vectors, sentences
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.question.query import Query, query_for
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.sentences import SentenceRanker, sentence_texts
from medrag.retrieval.store.index import Index
from medrag.types import Case, Evidence, Filters, Passage, Patient
from tests.evidence import GOUT, HYPERTENSION, passage

KNOWN = load_knowledge()

ASTHMA = passage("asthma#1", "Give inhaled salbutamol for wheeze.", "Review the inhaler technique.", title="Asthma")
PASSAGES = (ASTHMA, HYPERTENSION, GOUT)
FOUND = [Evidence(number=at, passage=each, score=1 / at) for at, each in enumerate(PASSAGES, start=1)]
QUERY = Query.of("amlodipine dose in hypertension")


class Counting(Encoder):
    """An encoder that remembers what it was given."""

    def __init__(self, adapter: Path | None = sentences.BUNDLED) -> None:
        super().__init__(adapter=adapter)
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.given += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def ranker() -> SentenceRanker:
    return SentenceRanker()


def sentences_of(evidence: Sequence[Evidence]) -> list[str]:
    """The sentences shown, best ranked first."""
    ranked = [
        (rank, each.passage.quote(one))
        for each in evidence
        for rank, one in zip(each.ranks, each.passage.sentences, strict=True)
    ]
    return [text for _, text in sorted(ranked)]


def by_cosine(encoder: Encoder, passages: Sequence[Passage]) -> list[str]:
    texts = [each.quote(one) for each in passages for one in each.sentences]
    vectors = encoder.encode([QUERY.text, *(text for each in passages for text in sentence_texts(each, KNOWN))])
    return [texts[place] for place in np.argsort(-(vectors[1:] @ vectors[0]), kind="stable")]


def test_another_encoders_sentences_come_in_the_order_of_their_cosines(encoder: Encoder) -> None:
    ordered = by_cosine(encoder, PASSAGES)
    assert ordered[0].startswith("Start amlodipine")
    for count in (1, 3, 5, 50):
        found = SentenceRanker(encoder).best(QUERY, FOUND, count)
        assert sentences_of(found) == ordered[:count]
        assert sorted(rank for each in found for rank in each.ranks) == list(range(1, min(count, 5) + 1))


def test_passages_come_by_their_best_sentence_and_keep_their_text(ranker: SentenceRanker) -> None:
    found = ranker.best(QUERY, FOUND, 4)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert [min(each.ranks) for each in found] == sorted(min(each.ranks) for each in found)
    whole = {each.id: each for each in PASSAGES}
    for each in found:
        assert each.passage.text == whole[each.passage.id].text
        assert set(each.passage.sentences) <= set(whole[each.passage.id].sentences)
        assert list(each.passage.sentences) == sorted(each.passage.sentences, key=lambda one: one.start)


def test_nothing_is_ranked_where_there_are_no_sentences(ranker: SentenceRanker) -> None:
    assert ranker.best(QUERY, [], 5) == []
    assert ranker.best(QUERY, [Evidence(number=1, passage=passage("empty"), score=1.0)], 5) == []


def test_a_sentence_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Counting()
    ranker = SentenceRanker(encoder)
    first = ranker.best(QUERY, FOUND, 5)
    assert len(encoder.given) == 5 + 1
    assert ranker.best(QUERY, FOUND, 5) == first
    assert encoder.given[6:] == [QUERY.described]
    monkeypatch.setattr(known_vectors, "KEPT", 2)
    assert ranker.best(QUERY, FOUND, 5) == first
    encoder.given.clear()
    assert ranker.best(QUERY, FOUND, 5) == first
    assert len(encoder.given) == 3 + 1  # two were kept


def test_what_was_encoded_is_known_to_the_next_process(tmp_path: Path) -> None:
    encoder = Counting()
    first = SentenceRanker(encoder, kept=tmp_path).best(QUERY, FOUND, 5)
    encoder.given.clear()
    assert SentenceRanker(encoder, kept=tmp_path).best(QUERY, FOUND, 5) == first
    assert encoder.given == [QUERY.described]
    another = Counting(adapter=None)
    SentenceRanker(another, kept=tmp_path).best(QUERY, FOUND, 5)
    assert len(another.given) == 5 + 1  # another encoder's vectors are not its own


def test_a_question_on_prepared_sentences_encodes_nothing_but_itself() -> None:
    first, second = Counting(), Counting(adapter=None)
    ranker = SentenceRanker(first, second=second)
    ranker.prepare(PASSAGES, ["What first for hypertension?"])
    assert {*second.given} == {*first.given, "What first for hypertension?"}
    first.given.clear()
    ranker.best(QUERY, FOUND, 5)
    assert first.given == [QUERY.described]


@pytest.mark.parametrize("folder", ["a file", "vectors"])
def test_vectors_that_cannot_be_kept_change_no_answer(folder: str, tmp_path: Path) -> None:
    place = tmp_path / folder
    if folder == "a file":
        place.write_text("in the way")
    ranker = SentenceRanker(Counting(), kept=place)
    for file in tmp_path.glob("vectors/*"):
        file.write_bytes(b"damaged")
    assert ranker.best(QUERY, FOUND, 5) == SentenceRanker(Counting()).best(QUERY, FOUND, 5)


def test_the_heading_decides_between_like_sentences(ranker: SentenceRanker) -> None:
    same = "Start with the lowest dose."
    passages = passage("a", same, title="Epilepsy"), passage("b", same, title="Gout")
    alike = [Evidence(number=at, passage=each, score=0.5) for at, each in enumerate(passages, start=1)]
    found = ranker.best(Query.of("gout urate lowering"), alike, 1)
    assert found[0].passage.title == "Gout"


def test_the_right_sentences_are_shown_for_questions_as_clinicians_type_them(retriever: Retriever) -> None:
    patient = Patient.model_validate({"age_years": 9, "allergies": ["penicillin"]})
    case = Case(question="strep throat in a child, PCN allergy - abx?", patient=patient)
    found = retriever.sentences(query_for(case, KNOWN))
    assert found[0].passage.doc_id == "streptococcal-pharyngitis"
    assert any("azithromycin" in each or "clindamycin" in each for each in sentences_of(found)[:8])
    assert len(sentences_of(found)) == 24


def test_the_passages_threshold_holds_unless_it_is_waived(retriever: Retriever) -> None:
    question = "What is the best pizza in Naples?"
    assert retriever.sentences(question) == []
    assert len(sentences_of(retriever.sentences(question, k=5, floored=False))) == 5


def test_only_sentences_that_the_filters_let_through(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "gout.md").write_text(
        "---\ntitle: Gout\norganisations: [ACR]\nyear: 2020\n---\n## Urate-lowering treatment\n\n"
        "- Start allopurinol at 100 mg daily. {strength: strong; evidence: moderate}\n"
        "- Consider febuxostat 40 mg daily. {strength: conditional; evidence: low}\n"
    )
    build([("markdown", folder)], tmp_path / "built", encoder)
    retriever = Retriever(Index.open(tmp_path / "built", encoder), encoder)
    question = "starting dose in gout"
    assert len(sentences_of(retriever.sentences(question))) == 2
    strong = retriever.sentences(question, filters=Filters(strengths=("strong",)))
    assert [each.split(" at ")[0] for each in sentences_of(strong)] == ["Start allopurinol"]
    assert retriever.sentences(question, filters=Filters(year_from=2999)) == []


def test_another_encoder_may_rank(retriever: Retriever, encoder: Encoder) -> None:
    plain = replace(retriever, ranker=SentenceRanker(encoder))
    question = "first-line drugs for hypertension"
    tuned = sentences_of(retriever.sentences(question))
    other = sentences_of(plain.sentences(question))
    assert set(tuned) & set(other)
    assert tuned != other


class Preferring(Encoder):
    """A second encoder to which one text is near and every other far."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        asked = QUERY.described
        return np.array(
            [[1.0, 0.0] if self.text in each or each == asked else [0.0, 1.0] for each in texts], np.float32
        )


def test_a_second_encoder_orders_the_best_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "SECOND_WEIGHT", 100.0)
    first = sentences_of(SentenceRanker().best(QUERY, FOUND, 5))
    again = sentences_of(SentenceRanker(second=Preferring(first[2])).best(QUERY, FOUND, 5))
    assert again[0] == first[2]
    assert sorted(again) == sorted(first)
    monkeypatch.setattr(sentences, "LOOKED_AT_AGAIN", 2)
    kept = sentences_of(SentenceRanker(second=Preferring(first[2])).best(QUERY, FOUND, 5))
    assert kept[2:] == first[2:]

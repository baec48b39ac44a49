"""Questions at the end of long referral letters: what condensing them is worth, on the starter corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medrag.knowledge import load as load_knowledge
from medrag.retrieval.question.query import MAX_QUESTION_WORDS, condensed
from medrag.retrieval.retriever import Retriever

KNOWN = load_knowledge()

# Of 56 questions; all of them (EVERY = 1) give the figures in docs/results-retrieval.md.
EVERY = 4
# Everyday filler that names no condition of the corpus beyond what the question adds.
FILLER = (
    "Thank you for seeing this pleasant person, whom I have known since moving to the practice in 2004.",
    "They live with their spouse in a second-floor flat without a lift and retired from the post office last spring.",
    "They walk the dog twice a day, drink a glass of wine at weekends and stopped smoking more than ten years ago.",
    "The review last month was unremarkable, with clear lung fields, a soft abdomen and no swelling of the ankles.",
    "Weight was 78 kg, pulse 72 and regular, temperature 36.6, respiratory rate 14 and oxygen saturation 98% on air.",
    "Full blood count, liver enzymes, thyroid function and a dipstick of the urine were all within normal limits.",
    "A sister is well; their father died at 81 in a road traffic accident, and their mother is 90 and independent.",
    "There was an appendicectomy in childhood and a fractured wrist in 1998 that healed without any after-effects.",
    "They take no regular over-the-counter preparations, use no herbal remedies and manage their tablets themselves.",
    "They are a little anxious about hospital visits, prefer appointments in the morning and would bring a neighbour.",
)


def letter(question: str, turn: int) -> str:
    """The filler, beginning at another sentence each ``turn``, with the question as its last sentence."""
    turned = (*FILLER[turn % len(FILLER) :], *FILLER[: turn % len(FILLER)])
    asked = question if question.endswith("?") else f"I should be grateful for your advice on {question}."
    return " ".join((*turned, asked))


@pytest.fixture(scope="module")
def covered() -> list[dict[str, list[str]]]:
    lines = (Path(__file__).parents[1] / "questions.jsonl").read_text().splitlines()
    return [case for line in lines if (case := json.loads(line))["kind"] == "covered"][::EVERY]


def test_a_condensed_letter_finds_what_its_question_finds(
    retriever: Retriever, covered: list[dict[str, list[str]]]
) -> None:
    hits = {"whole": 0, "cut": 0, "condensed": 0}
    for turn, case in enumerate(covered):
        text = letter(str(case["question"]), turn)
        assert len(text.split()) > MAX_QUESTION_WORDS
        queries = {
            "whole": text,
            "cut": " ".join(text.split()[:MAX_QUESTION_WORDS]),
            "condensed": condensed(text, KNOWN).text,
        }
        for name, query in queries.items():
            found = {each.passage.doc_id for each in retriever.nearest(query, k=3)}
            hits[name] += bool(found & set(case["documents"]))
    print(f"the right guideline among the first three passages, of {len(covered)} letters: {hits}")
    assert hits["condensed"] >= 0.9 * len(covered)
    assert hits["condensed"] >= hits["whole"] > hits["cut"]

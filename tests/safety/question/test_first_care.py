"""What an emergency needs before all else comes first, whatever search ranks first."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.safety.consultation import Consultation
from medrag.types import Evidence, Sentence
from tests.evidence import passage

KNOWLEDGE = load()
TEXTS = (
    "In anaphylaxis, give high-flow oxygen as soon as it is available.",
    "Nebulised salbutamol may be added after intramuscular adrenaline but never instead of it.",
    "In anaphylaxis, give adrenaline intramuscularly into the thigh as the first treatment.",
)


def first(question: str) -> str:
    quote, sentences = "", []
    for text in TEXTS:
        sentences.append(Sentence(start=len(quote), end=len(quote) + len(text)))
        quote += f"{text} "
    page = passage("anaphylaxis#0", quote, title="Anaphylaxis").model_copy(update={"sentences": tuple(sentences)})
    found = [Evidence(number=1, passage=page, score=0.8, ranks=(1, 2, 3), behind=(0.0, 1.0, 4.0))]
    chosen = Consultation(None, question, KNOWLEDGE, evidence=found).choices()
    behind = {place: chosen.instead.get(place, float(place[1])) for place in chosen.pointers}
    return TEXTS[min(behind, key=lambda each: behind[each])[1] - 1]


@pytest.mark.parametrize(
    "question", ["输液后过敏性休克，血压70/40，怎么抢救？", "Anaphylaxis after a wasp sting, what first?"]
)
def test_what_comes_first_leads(question: str) -> None:
    assert first(question) == TEXTS[2]


@pytest.mark.parametrize(
    "question", ["Anaphylaxis, no response to two doses of IM adrenaline. What next?", "怎么吸氧？"]
)
def test_what_was_given_or_is_not_asked_about_does_not(question: str) -> None:
    assert first(question) == TEXTS[0]

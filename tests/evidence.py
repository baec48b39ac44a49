"""Passages for tests, made from their sentences."""

from __future__ import annotations

from medrag.types import Evidence, Passage, Sentence


def passage(name: str, *sentences: str, title: str = "Hypertension in adults") -> Passage:
    """A passage whose text is ``sentences`` with a space between."""
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Sentence(start=start, end=start + len(sentence)))
        start += len(sentence) + 1
    doc_id = name.partition("#")[0]
    return Passage(id=name, doc_id=doc_id, title=title, text=" ".join(sentences), sentences=tuple(spans))


def evidence(*passages: Passage) -> list[Evidence]:
    """The passages, numbered from 1."""
    return [Evidence(number=number, passage=each, score=1.0) for number, each in enumerate(passages, start=1)]


HYPERTENSION = passage(
    "hypertension#first-line",
    "Start amlodipine 5 mg by mouth once daily in adults with hypertension.",
    "Avoid lisinopril in adults with a history of angioedema.",
)
GOUT = passage("gout#flare", "Treat an acute gout flare with colchicine 1.2 mg by mouth.", title="Gout")

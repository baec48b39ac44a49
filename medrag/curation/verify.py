"""Holds facts against the labels they cite: finds the label, ranks its sentences, shows the one that bears on a fact.

A matcher reads prose less surely than a person: what it finds is for the reviewer to judge, and reviews nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.curation.claims import NONE, Claim, Standing, claims
from medrag.curation.spl import Label, read_label
from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.knowledge.show import described, line
from medrag.patient.conditions import phrases_in
from medrag.reading import drugs, split_statements
from medrag.reading.languages import ENGLISH
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.searchable import Candidates
from medrag.retrieval.store.asked import Asked
from medrag.retrieval.store.lexical import Lexical, Tokeniser
from medrag.types import Filters, Passage

_NOT_CONDITIONS = frozenset({"pregnancy", "breastfeeding"})
"""Named in section 4 and left to the facts on life stages."""


@dataclass(frozen=True)
class Verified:
    """What a label says of a fact about a drug; ``sentence`` is empty where nothing in it bears on the fact."""

    claim: Claim
    standing: Standing
    sentence: str
    section: str
    document: str
    version: str


class LabelIndex:
    """The sentences of one label, searchable in memory: :class:`~medrag.retrieval.searchable.Searchable`."""

    def __init__(self, label: Label, encoder: Encoder) -> None:
        self.hash = label.set_id
        self.passages = [
            Passage(id=f"{label.set_id}#{number}", doc_id=label.set_id, title=label.title, text=text, section=path)
            for number, (text, path) in enumerate(_sentences(label))
        ]
        self._encoder = encoder
        self.languages = frozenset({ENGLISH})
        self.asked = Asked()

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        return self._encoder.encode([passage.text for passage in self.passages])

    @cached_property
    def _lexical(self) -> Lexical:
        from bm25s import BM25  # type: ignore[import-untyped]

        tokenise, bm25 = Tokeniser(), BM25()
        bm25.index([tokenise(passage.text) or [""] for passage in self.passages], show_progress=False)
        return Lexical(bm25, tokenise)

    def candidates(self, query: str, vector: NDArray[np.float32], count: int, filters: Filters) -> Candidates:
        """Every sentence: a label is small."""
        del count, filters
        rows = np.arange(len(self.passages), dtype=np.int64)
        return Candidates(rows, self._vectors @ vector, self._lexical.scores(query))

    def nearest(self, vector: NDArray[np.float32], filters: Filters) -> float:
        """The cosine of the nearest sentence."""
        del filters
        return float((self._vectors @ vector).max(initial=-1.0))

    def fetch(self, rows: Sequence[int]) -> list[Passage]:
        """The sentences in ``rows``."""
        return [self.passages[row] for row in rows]


class Verifier:
    """Labels of a folder by ingredient: of several of one drug, the one in effect last."""

    def __init__(self, folder: Path, knowledge: Knowledge, encoder: Encoder | None = None) -> None:
        self._knowledge = knowledge
        self._encoder = encoder or Encoder()
        self._indexes: dict[str, LabelIndex] = {}
        self.labels: dict[str, Label] = {}
        self.unread: list[str] = []
        """Why each file that is no label of one known drug was left out."""
        for file in _files(folder):
            self._add(file)

    def _add(self, file: Path) -> None:
        try:
            label = read_label(file)
        except InputError as error:
            self.unread.append(str(error))
            return
        named = drugs(label.generic or label.title, self._knowledge)
        ingredients = {name for mention in named for name in mention.ingredients}
        if len(ingredients) != 1:
            self.unread.append(f"{file} is no label of one drug that the vocabulary has")
            return
        (drug,) = ingredients
        if drug not in self.labels or label.effective > self.labels[drug].effective:
            self.labels[drug] = label

    def facts_of(self, drug: str) -> Iterator[Verified]:
        """Every fact about ``drug`` that cites a label, held against the drug's."""
        return (self.verify(claim) for claim in claims(drug, self._knowledge))

    def verify(self, claim: Claim) -> Verified:
        """The nearest sentence that supports the claim, else the nearest that contradicts it."""
        if claim.kind in NONE:
            return self._nothing(claim)
        own, denial = self._paths(claim), None
        for each in self._ranked(claim):
            said = claim.standing(each.text, self._knowledge, each.section in own)
            if said == "supported":
                return self._said(claim, said, each)
            denial = denial or (each if said == "contradicted" else None)
        return self._said(claim, "contradicted" if denial else "not found", denial)

    def _ranked(self, claim: Claim) -> list[Passage]:
        """The label's sentences, those of the section that the fact cites first, nearest first."""
        index = self._index(claim.drug)
        found = Retriever(index, self._encoder).nearest(claim.query, k=len(index.passages))
        own = self._paths(claim)
        return sorted((item.passage for item in found), key=lambda passage: passage.section not in own)

    def _index(self, drug: str) -> LabelIndex:
        if drug not in self._indexes:
            self._indexes[drug] = LabelIndex(self.labels[drug], self._encoder)
        return self._indexes[drug]

    def _paths(self, claim: Claim) -> set[tuple[str, ...]]:
        """The headings of the section that the fact cites."""
        return {each.path for each in self.labels[claim.drug].sections if each.number == claim.section}

    def _nothing(self, claim: Claim) -> Verified:
        """A fact that there is nothing: contradicted by a sentence of its section that names something."""
        own = self._paths(claim)
        passages = [each for each in self._index(claim.drug).passages if each.section in own]
        for each in passages:
            if self._names_something(claim, each.text):
                return self._said(claim, "contradicted", each)
        none = next((each for each in passages if self._knowledge.says("label_none", each.text)), None)
        return self._said(claim, "supported" if none else "not found", none)

    def _names_something(self, claim: Claim, sentence: str) -> bool:
        if any(self._knowledge.says(cue, sentence) for cue in ("label_denies", "label_dismisses")):
            return False
        if claim.kind == "no_contraindications":
            return not _NOT_CONDITIONS.issuperset(phrases_in(sentence, self._knowledge))
        named = [mention for mention in drugs(sentence, self._knowledge) if mention.resolved]
        return any(claim.drug not in mention.ingredients for mention in named)

    def _said(self, claim: Claim, standing: Standing, passage: Passage | None) -> Verified:
        label = self.labels[claim.drug]
        return Verified(
            claim=claim,
            standing=standing,
            sentence=passage.text if passage else "",
            section=passage.section[0] if passage and passage.section else "",
            document=f"DailyMed label {label.set_id}",
            version=", ".join(filter(None, (f"version {label.version}" if label.version else "", label.effective))),
        )


def shown(verified: Verified, knowledge: Knowledge) -> dict[str, Any]:
    """What was found, as JSON."""
    return {
        "drug": verified.claim.drug,
        "kind": verified.claim.kind,
        "fact": knowledge.identity(verified.claim.fact),
        "standing": verified.standing,
        "sentence": verified.sentence,
        "section": verified.section,
        "document": verified.document,
        "version": verified.version,
    }


def text(verified: Verified, knowledge: Knowledge) -> str:
    """What was found, for reading."""
    where = ", ".join(filter(None, (verified.document, verified.version, verified.section)))
    said = f'"{verified.sentence}" [{where}]' if verified.sentence else f"[{verified.document}]"
    claim = verified.claim
    return f"{verified.standing}: {claim.drug}, {claim.kind}: {line(described(claim.fact, knowledge))}\n    {said}"


def _files(folder: Path) -> Iterable[Path]:
    found = sorted(folder.rglob("*.xml")) if folder.is_dir() else [folder]
    if not found:
        raise InputError(f"there is no label (.xml) in {folder}; download some from DailyMed")
    return found


def _sentences(label: Label) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each sentence of a numbered section with its headings; list items and table rows stand as they are."""
    for section in label.sections:
        for block in section.blocks if section.number else ():
            for sentence in (block.text,) if block.item else split_statements(block.text):
                yield sentence, section.path

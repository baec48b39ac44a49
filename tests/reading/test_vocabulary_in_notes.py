"""Every name of the vocabulary is read where a note or question says that one is allergic to it or takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.reading import drugs
from medrag.reading.languages import word_list
from medrag.types import Fact

DAY = date(2026, 11, 1)
KNOWN = load()
PARTS = 12
TOGETHER = 20
"""Sentences that are read as one note: each says of its own name what the others say of theirs."""


def _written(name: str) -> str:
    """The name as people write it: short brands and abbreviations with capitals."""
    if KNOWN.names[name].capital:
        return name.capitalize()
    return name.upper() if len(name) <= 5 else name


def _batched(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _unread(names: Sequence[str], sentence: str, kind: str) -> list[str]:
    """The names of which ``sentence`` gave no current fact of ``kind`` that stands there and means the same."""
    sentences = [sentence.format(_written(name)) for name in names]
    facts = getattr(read_note("\n\n".join(sentences), "question", DAY, KNOWN), kind) or ()
    unread, start = [], 0
    for name, said in zip(names, sentences, strict=True):
        held = (each for each in facts if each.current and start <= _place(each) < start + len(said))
        if not any(_same(each.display, name) for each in held):
            unread.append(name)
        start += len(said) + 2
    return unread


def _place(fact: Fact) -> int:
    return int(fact.source.rpartition(":")[2].partition("-")[0])


@pytest.mark.parametrize("part", range(PARTS))
def test_every_name_is_read_as_an_allergy(part: int) -> None:
    names = list(KNOWN.names)[part::PARTS]
    unread = [name for some in _batched(names, TOGETHER) for name in _unread(some, "Allergic to {}.", "allergies")]
    assert unread == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_drug_is_read_as_taken(part: int) -> None:
    names = [name for name in list(KNOWN.names)[part::PARTS] if KNOWN.names[name].ingredients]
    sentence = "He takes {} 10 mg daily."
    assert [name for some in _batched(names, TOGETHER) for name in _unread(some, sentence, "medications")] == []


def test_a_name_alone_is_read_as_one_among_others_is() -> None:
    names = list(KNOWN.names)[::40]
    assert [name for name in names if _unread([name], "Allergic to {}.", "allergies")] == []


def test_no_everyday_word_is_read_as_a_drug_but_those_that_are_one() -> None:
    words = sorted(word for word in word_list("ordinary") if word.isalpha())
    texts = ("\n".join(f"Ask about the {word} again." for word in some) for some in _batched(words, 200))
    read = [each for text in texts for each in drugs(text, KNOWN)]
    assert [each.text for each in read if not each.exact or not each.resolved] == []


@pytest.mark.parametrize(
    "text",
    [
        "No iron deficiency. Drinks alcohol on weekends. Calcium 9.1 mg/dL, iron 12 umol/L.",
        "He was in shock when told. She falls asleep late. ST depressed. The bag fits.",
        "Lives with his wife in Ann Arbor, MI 48104. SpO2 96% RA. PE: lungs clear. ASA 3.",
        "A cap was placed. He hit his head. The nurse aids him.",
    ],
)
def test_ordinary_words_are_no_facts(text: str) -> None:
    read = read_note(text, "note", DAY, KNOWN)
    assert [each.display for each in (*(read.medications or ()), *(read.conditions or ())) if each.current] == []


def test_everyday_words_in_a_note_are_neither_drugs_nor_allergies() -> None:
    words = sorted(word for word in word_list("ordinary") if word.isalpha())[::21]
    for some in _batched(words, 50):
        read = read_note("\n".join(f"He spoke of the {word} at length." for word in some), "note", DAY, KNOWN)
        assert [each.display for each in (*(read.medications or ()), *(read.allergies or ())) if each.current] == []


def _same(display: str, name: str) -> bool:
    """Whether what was read means the drugs or the class that the name does (some names only before a dose)."""
    meaning = KNOWN.names[name]
    return any(
        set(each.ingredients) == set(meaning.ingredients) and each.drug_class == meaning.drug_class
        for each in drugs(f"{display} 10 mg", KNOWN)
    )

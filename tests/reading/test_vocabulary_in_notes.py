"""Every name of the vocabulary is read where a note or question says that one is allergic to it or takes it."""

from __future__ import annotations

from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.reading import drugs

DAY = date(2026, 11, 1)
KNOWN = load()
# Names that are other words, or another thing, unless they are written in their own way.
EXCEPTIONS = {name for name, meaning in KNOWN.names.items() if meaning.dosed}


def _written(name: str) -> str:
    """The name as people write it: short brands and abbreviations with capitals."""
    return name.upper() if len(name) <= 5 else name


@pytest.mark.parametrize("letter", sorted({name[0] for name in KNOWN.names}))
def test_every_name_is_read_as_an_allergy(letter: str) -> None:
    missed = []
    for name in KNOWN.names:
        if name.startswith(letter) and name not in EXCEPTIONS:
            said = _written(name)
            read = read_note(f"Which antibiotic? Allergic to {said}.", "question", DAY, KNOWN)
            if not any(_same(each.display, name) and each.current for each in read.allergies):
                missed.append(name)
    assert missed == []


@pytest.mark.parametrize("letter", sorted({name[0] for name in KNOWN.names}))
def test_every_drug_is_read_as_taken(letter: str) -> None:
    missed = []
    for name, meaning in KNOWN.names.items():
        if name.startswith(letter) and meaning.ingredients:
            read = read_note(f"He takes {_written(name)} 10 mg daily.", "question", DAY, KNOWN)
            if not any(_same(each.display, name) and each.current for each in read.medications):
                missed.append(name)
    assert missed == []


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


def _same(display: str, name: str) -> bool:
    """Whether what was read means the drugs or the class that the name does (some names only before a dose)."""
    meaning = KNOWN.names[name]
    return any(
        set(each.ingredients) == set(meaning.ingredients) and each.drug_class == meaning.drug_class
        for each in drugs(f"{display} 10 mg", KNOWN)
    )

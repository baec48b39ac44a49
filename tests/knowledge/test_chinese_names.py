"""The vocabulary's Chinese names: one meaning each, and the same one as in English."""

from __future__ import annotations

from collections import defaultdict

import pytest

from medrag.knowledge import Knowledge, load
from medrag.patient.conditions import phrases_in
from medrag.reading import drugs
from medrag.reading.languages.gloss import in_english


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def test_no_name_means_two_things(knowledge: Knowledge) -> None:
    meanings = defaultdict(set)
    for term, names in knowledge.foreign["zh"].items():
        for name in names:
            meanings[name.casefold()].add(term)
    assert {name: terms for name, terms in meanings.items() if len(terms) > 1} == {}


def test_every_drug_is_read_as_in_english(knowledge: Knowledge) -> None:
    wrong = []
    for (kind, key), names in knowledge.foreign["zh"].items():
        for name in names if kind in {"drug", "class"} else ():
            read = [mention for mention in drugs(f"{in_english(name, knowledge)} 5 mg", knowledge) if mention.resolved]
            meant = {key} if kind == "drug" else knowledge.members[key]
            named = {each for mention in read for each in mention.ingredients or knowledge.members[mention.drug_class]}
            wrong += [] if named == set(meant) else [name]
    assert wrong == []


def test_every_condition_is_read_as_in_english(knowledge: Knowledge) -> None:
    conditions = ((key, names) for (kind, key), names in knowledge.foreign["zh"].items() if kind == "condition")
    wrong = [name for key, names in conditions for name in names if key not in phrases_in(name, knowledge)]
    assert wrong == []


@pytest.mark.parametrize(("traditional", "english"), [("青黴素過敏", "penicillin allergy"), ("華法林", "warfarin")])
def test_traditional_characters_are_the_same_words(traditional: str, english: str, knowledge: Knowledge) -> None:
    assert in_english(traditional, knowledge).casefold().strip() == english

"""That advice, notes and the patient's record are read over the whole vocabulary, not a sample of it."""

import csv
from pathlib import Path

from medrag.knowledge import load
from medrag.knowledge.names import fold, normalise
from medrag.reading import drugs

KNOWN = load()
UNREAD = {row["name"] for row in csv.DictReader((Path(__file__).parent / "unread_names.csv").open(encoding="utf-8"))}


def ingredients(text: str) -> set[str]:
    return {ingredient for mention in drugs(text, KNOWN) for ingredient in mention.ingredients}


def test_every_name_of_a_drug_is_read_in_advice() -> None:
    named = {
        (drug.name, name)
        for drug in KNOWN.drugs.values()
        for name in (drug.name, *drug.brands, *drug.synonyms, *drug.dosed)
    }
    unread = {name for drug, name in named if drug not in ingredients(f"Start {name} 10 mg daily.")}
    assert unread == UNREAD & {name for _, name in named}


def test_every_product_is_read_as_all_that_is_in_it() -> None:
    unread = {
        product.name
        for product in KNOWN.products
        if not set(product.ingredients) <= ingredients(f"Start {product.name} 1 tablet daily.")
    }
    assert unread == UNREAD & {product.name for product in KNOWN.products}


def test_every_name_of_a_class_is_read_in_advice() -> None:
    named = {(key, name) for key, group in KNOWN.classes.items() for name in group.names}
    read = {(key, name) for key, name in named if key in {m.drug_class for m in drugs(f"Start {name} daily.", KNOWN)}}
    assert named == read


def test_a_name_that_is_an_ordinary_word_too_needs_a_dose() -> None:
    assert ingredients("Iron 65 mg daily.") == {"ferrous sulfate"}
    assert ingredients("Check for iron deficiency.") == set()


def test_words_of_a_condition_have_one_certain_meaning() -> None:
    """Two would show one of the two names; words that mean two conditions are a condition that implies both."""
    several = {words for words, meanings in KNOWN.phrases.items() if sum(m.certain for m in meanings) > 1}
    assert several == set()


def test_abbreviations_of_conditions_count_in_capitals() -> None:
    assert [(m.condition, m.synonym, m.capitals) for m in KNOWN.phrases[fold("HIT")]] == [("hit", True, True)]
    assert [(m.condition, m.capitals) for m in KNOWN.phrases[fold("heart failure")]] == [("heart_failure", False)]


def test_no_name_of_a_measurement_means_two() -> None:
    claimed: dict[str, set[str]] = {}
    for key, each in KNOWN.measurements.items():
        for name in (*map(normalise, each.names), *each.loinc):
            claimed.setdefault(name, set()).add(key)
    assert {name: keys for name, keys in claimed.items() if len(keys) > 1} == {}

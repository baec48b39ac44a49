from __future__ import annotations

import pytest

from index.document import Block, Section
from index.stems import stemmed


def item(text: str, level: int = 1) -> Block:
    return Block(text, statement=True, level=level)


def said(*blocks: Block, heading: str = "Treatment") -> list[str]:
    return [block.text for block in stemmed(Section((heading,), blocks)).blocks]


def test_a_stem_stands_before_each_of_its_bullets() -> None:
    assert said(Block("First line. Do not use:"), item("aspirin"), item("ibuprofen.")) == [
        "First line.",
        "Do not use: aspirin",
        "Do not use: ibuprofen.",
    ]


@pytest.mark.parametrize(
    ("stem", "items"),
    [
        ("Refer if all of the following are present:", ("fever", "rash.")),
        ("Give, in the following order:", ("oxygen", "adrenaline.")),
        ("Refer if there is:", ("fever and", "rash.")),
        ("Stop if two of the following apply:", ("fever", "rash", "pain.")),
    ],
)
def test_what_holds_only_together_is_one_statement(stem: str, items: tuple[str, ...]) -> None:
    (text,) = said(Block(stem), *map(item, items))
    assert text.startswith(stem) and all(each in text for each in items)


def test_nested_bullets_keep_every_stem_above_them() -> None:
    assert said(Block("Do not:"), item("give, in pregnancy:"), item("valproate", 2), item("smoke")) == [
        "Do not: give, in pregnancy: valproate",
        "Do not: smoke",
    ]


def test_a_label_over_whole_sentences_is_no_stem() -> None:
    assert said(Block("Key points:"), item("Rest helps."), item("Ice helps.")) == [
        "Key points:",
        "Rest helps.",
        "Ice helps.",
    ]


def test_a_bare_list_under_a_heading_against_something_begins_with_it() -> None:
    assert said(item("aspirin"), item("ibuprofen"), heading="Do not combine") == [
        "Do not combine: aspirin",
        "Do not combine: ibuprofen",
    ]
    assert said(item("aspirin"), heading="First line") == ["aspirin"]


@pytest.mark.parametrize("sentence", ["Do not give it at 12 weeks.", "Do not give it. {strength: 3; evidence: A}"])
def test_a_whole_sentence_under_a_heading_against_something_stays_as_it_is(sentence: str) -> None:
    assert said(item(sentence), heading="Contraindications and cautions") == [sentence]


def test_a_list_without_a_stem_and_rows_stay_as_they_are() -> None:
    assert said(Block("Doses:"), Block("Drug: A; Dose: 5 mg", statement=True)) == ["Doses:", "Drug: A; Dose: 5 mg"]

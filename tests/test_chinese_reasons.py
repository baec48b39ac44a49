"""The reasons of rules in Chinese: all of them, with their numbers, and one Chinese word for a term."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from medrag.knowledge import load
from medrag.messages import catalogue, say
from medrag.types import Record

SAID = catalogue("zh").terms["reason"]
TERMS = [line for line in (Path(__file__).parent / "reason_terms.csv").read_text().splitlines() if line[0] != "#"]
WORDS_FOR_NUMBERS = re.compile(r"\b(?:five|six|three|two|ten|once|twice|half|quarter|third|month|year|zero)\b")


def reasons(held: object) -> Iterator[str]:
    """Every reason below ``held``."""
    if isinstance(reason := getattr(held, "reason", None), str):
        yield reason
    for each in held if isinstance(held, tuple) else vars(held).values():
        if isinstance(each, (tuple, Record)):
            yield from reasons(each)


def test_reasons_of_rules_are_told_in_chinese() -> None:
    """A rule may come shortly before its translation: its reason then stands in English."""
    written = set(reasons(load().rules))
    assert len(written) > 2900
    assert len(written & SAID.keys()) > 0.98 * len(written)


def test_what_is_to_be_monitored_is_told_in_chinese() -> None:
    assert {rule.action for rule in load().rules.monitoring} <= catalogue("zh").terms["action"].keys()


def test_numbers_are_those_of_the_english() -> None:
    wrong = [
        (reason, said)
        for reason, said in SAID.items()
        if not WORDS_FOR_NUMBERS.search(reason) and numbers(reason) != numbers(said)
    ]
    assert wrong == []


def numbers(text: str) -> list[str]:
    """The numbers of two digits or more, and of one where a unit follows, in order of size."""
    return sorted(re.findall(r"\d+(?:\.\d+)?(?= ?(?:mg|g|mL|ms|mmol|kg|%|mcg)\b)|\b\d{2,}\b", text))


@pytest.mark.parametrize("row", list(csv.DictReader(TERMS)), ids=lambda row: row["term"])
def test_a_term_has_one_translation(row: dict[str, str]) -> None:
    term = re.compile(rf"(?<![\w-]){re.escape(row['term'])}", re.IGNORECASE)
    allowed = row["said"].split("|")
    assert [said for reason, said in SAID.items() if term.search(reason) and not any(w in said for w in allowed)] == []


def test_a_finding_tells_its_reason_in_chinese() -> None:
    values = {"drug": "warfarin", "reason": "raises INR: check INR", "other": "metronidazole"}
    assert say("interaction.pair", values, "zh") == "华法林与甲硝唑合用：升高 INR：复查 INR"

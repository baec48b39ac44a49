"""What only notes are read for: names, what they say of themselves, and that no rule loses a condition by them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from medrag import knowledge
from medrag.knowledge import load
from medrag.knowledge.names import fold
from medrag.patient.formats.notes import read_note
from medrag.patient.wording import wording
from medrag.reading.matcher import tokens
from medrag.reading.terms import Kind, all_terms, terms

DAY = date(2026, 11, 1)
ROWS = Path(knowledge.__file__).parent / "terms" / "findings.csv"


def conditions(text: str) -> dict[str, str]:
    found = read_note(text, "note", DAY, load()).conditions or ()
    return {each.display: str(each.status) for each in found}


def test_every_row_names_something() -> None:
    lines = [line for line in ROWS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines):
        assert row["name"]
        assert row["says"] in {"", "over", "absent"}


@pytest.mark.parametrize(
    ("text", "name", "status"),
    [
        ("C/o earache and a runny nose.", "ear pain", "active"),
        ("No dysphagia.", "dysphagia", "negated"),
        ("ECG: LBBB.", "left bundle branch block", "active"),
        ("Ex-smoker.", "smoker", "resolved"),
        ("She has never smoked.", "smoker", "negated"),
        ("No falls.", "fall", "negated"),
        ("L NOF # 2021.", "femoral neck fracture", "resolved"),
        ("PMH: low BP.", "hypotension", "active"),
    ],
)
def test_findings_in_notes(text: str, name: str, status: str) -> None:
    assert conditions(text).get(name) == status


def test_names_that_rules_speak_of_keep_their_meaning() -> None:
    """A condition is shown in words that the checks read as that condition, or as one that it implies."""
    known = load()
    for term in known.conditions.values():
        for written in (*term.names, *term.includes):
            shown = [each.name for each in all_terms(known).at(tokens(written)) if each.kind is Kind.CONDITION]
            before = {each.condition for each in wording(written, known).affirmed}
            if term.key in before & known.ruled and shown:
                after = {each.condition for each in wording(shown[0], known).affirmed}
                implied = {broader for each in after for broader in (each, *known.conditions[each].implies)}
                assert before & implied, f"{written} is shown as {shown[0]}"


def test_search_knows_only_what_rules_speak_of() -> None:
    known = load()
    ruled = {fold(name) for each in known.conditions.values() for name in (*each.names, *each.includes, *each.maybe)}
    assert fold("drooling") not in ruled
    assert not terms(known).at(tokens("drooling"))
    assert all_terms(known).at(tokens("drooling"))

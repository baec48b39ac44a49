"""Boxes that answer for an illness, lists in marks, and capitals that stand for something else."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.patient import hear
from medrag.types import Patient

KNOWLEDGE = load()


def current(text: str) -> set[str]:
    heard = hear(None, text, knowledge=KNOWLEDGE) or Patient()
    return {each.display.casefold() for each in heard.conditions or () if each.current}


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("Gout [yes] Glaucoma [no] Psoriasis [yes]", {"gout", "psoriasis"}, "glaucoma"),
        ("Gout [N] Glaucoma [Y]", {"glaucoma"}, "gout"),
        ("Epilepsy: [ ] yes [x] no\nGout: [x] yes [ ] no", {"gout"}, "epilepsy"),
        ("Epilepsy: no [x] yes [ ]\nGout: no [ ] yes [x]", {"gout"}, "epilepsy"),
        ("Psoriasis: □ Gout: ■", {"gout"}, "psoriasis"),
        ("[x] Gout [ ] Epilepsy [x] Psoriasis", {"gout", "psoriasis"}, "epilepsy"),
        ("PMH:\n☑ Gout\n☐ Epilepsy\n☑ Psoriasis", {"gout", "psoriasis"}, "epilepsy"),
        ("History\n✓ Gout\n✗ Epilepsy\n✓ Psoriasis", {"gout", "psoriasis"}, "epilepsy"),
        ("- Gout\n- Psoriasis\n- no epilepsy", {"gout", "psoriasis"}, "epilepsy"),
    ],
)
def test_a_box_answers_for_its_own_illness(text: str, yes: set[str], no: str) -> None:
    assert yes <= current(text)
    assert no not in current(text)


@pytest.mark.parametrize(
    "text",
    [
        "MS: awake, GCS 15",
        "MS exam normal",
        "Full PE normal, chest clear",
        "PE notable for bibasal crackles",
        "RA 96%",
        "Weaned down to RA",
        "Moved from TX to MI last month",
        "Lives in Hilo, HI.",
        "SI 4.2 mmol/L",
        "PSA 0.8",
        "No CVA tenderness",
        "GBS positive, for penicillin in labour",
        "AF, VSS",
    ],
)
def test_capitals_that_stand_for_no_illness(text: str) -> None:
    meant = ("sclerosis", "embolism", "rheumatoid", "infarction", "homicid", "suicid", "psoria", "stroke", "guillain")
    assert not [each for each in current(text) if each.startswith("atrial") or any(name in each for name in meant)]


@pytest.mark.parametrize(
    ("text", "illness"),
    [
        ("MS: since 2016, on natalizumab", "multiple sclerosis"),
        ("Anaemia due to RA", "rheumatoid arthritis"),
        ("Recent MI, two stents", "myocardial infarction"),
        ("PMH: PSA, gout", "psoriatic arthritis"),
    ],
)
def test_the_same_capitals_where_they_do(text: str, illness: str) -> None:
    assert illness in current(text)

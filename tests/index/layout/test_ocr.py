from __future__ import annotations

import pytest

from index.layout.ocr import mended
from index.layout.word import Word


def said(text: str) -> str:
    words = [Word(each, 60.0 * place, 60.0 * place + 50, 0, 10, 9) for place, each in enumerate(text.split())]
    return " ".join(word.text for word in mended([words]))


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("90 mg/m? a day", "90 mg/m² a day"),
        ("0.2 yg/kg/min", "0.2 µg/kg/min"),
        ("ceftriaxone 2g once", "ceftriaxone 2 g once"),
        ("ampicillin 1 gIV plus", "ampicillin 1 g IV plus"),
        ("1to2g", "1 to 2 g"),
        ("500mgto1 g", "500 mg to 1 g"),
        ("within 72h of birth", "within 72 h of birth"),
        ("vitamin D 10 yg daily", "vitamin D 10 µg daily"),
        ("250 cells/yL", "250 cells/µL"),
        ("30 mL/min/1.73 m?", "30 mL/min/1.73 m²"),
    ],
)
def test_units_and_amounts_that_can_be_nothing_else_are_mended(read: str, meant: str) -> None:
    assert said(read) == meant


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("15 mg/kg? once", "15 mg/kg■ once"),
        ("a count below 20 x 10°/L", "a count below 20 x 10■/L"),
        ("46.7%?", "46.7%■"),
        ("up to 1.5 g°", "up to 1.5 g■"),
        ("folate 400 pg", "folate 400 ■g"),
        ("two puffs (50 pga puff)", "two puffs (50 ■ga puff)"),
        ("octreotide 5pg/kg", "octreotide 5■g/kg"),
        ("lg every 8 hours", "■g every 8 hours"),
        ("up to 200 lg", "up to 200 ■g"),
    ],
)
def test_a_raised_digit_or_letter_that_was_not_read_is_shown_as_such(read: str, kept: str) -> None:
    assert said(read) == kept


@pytest.mark.parametrize("text", ["Is the patient stable?", "at 25 °C", "Creon® with meals", "a log", "12 kg"])
def test_other_words_stay(text: str) -> None:
    assert said(text) == text

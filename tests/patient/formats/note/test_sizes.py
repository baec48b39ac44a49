"""Weights and heights in more ways of writing, and ages beside them."""

from __future__ import annotations

import pytest

from tests.patient.formats.note.heard import heard


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("Weight: 6 lb 4 oz", 2.83),
        ("Wt 2 kg 750 g", 2.75),
        ("61/F/74kg", 74.0),
        ("Age 55 M, 5'7\", 190 lb.", 86.18),
        ("Ideal 58 kg, actual 97 kg", 97.0),
        ("Lost 8 kg in 2 months; now 61 kg.", 61.0),
        ("Newborn, 1 day old, 2,900 g", 2.9),
        ("Wt: 176#", 79.83),
        ("Wt. 64 kg. Ht. 1.70 m.", 64.0),
        ("WT 83 KG", 83.0),
        ("Weight fell from 80 kg to 71 kg", 71.0),
    ],
)
def test_weights(text: str, kg: float) -> None:
    assert heard(text).weight_kg == pytest.approx(kg, abs=0.06)


@pytest.mark.parametrize(
    "text", ["Birth weight 6 lb 4 oz", "Weight gain of 5 kg", "Lifts 25 kg", "Placenta, 0.6 kg", "Ideal weight 60 kg"]
)
def test_what_is_no_weight_of_now(text: str) -> None:
    assert heard(text).weight_kg is None


@pytest.mark.parametrize(
    ("text", "cm"),
    [("Ht: 5-8", 172.7), ("HPI: 60 yo, 5'11, 200#", 180.3), ("height 1m75", 175.0), ("80 kg 176 cm", 176.0)],
)
def test_heights(text: str, cm: float) -> None:
    assert heard(text).height_cm == pytest.approx(cm, abs=0.06)


@pytest.mark.parametrize(
    ("text", "years", "sex"),
    [
        ("52/M with gout", 52, "male"),
        ("F/73, gout", 73, "female"),
        ("She is 66.", 66, "female"),
        ("Gout at age 31, now 47.", 47, None),
        ("38 y/o ♀", 38, "female"),
        ("DOB 03/04/1961 female", None, "female"),
        ("His father is 80 and has gout; he is 51.", 51, "male"),
    ],
)
def test_ages(text: str, years: int | None, sex: str | None) -> None:
    patient = heard(text)
    assert years is None or patient.age_years == years
    assert patient.sex == sex

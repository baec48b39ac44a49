"""Pregnancy and breastfeeding by a test, an answer of a form, and weeks of gestation."""

from __future__ import annotations

import pytest

from tests.patient.formats.note.heard import heard


@pytest.mark.parametrize(
    ("text", "pregnant"),
    [
        ("Serum hCG positive", True),
        ("Home pregnancy test: positive", True),
        ("31/40, oligohydramnios", True),
        ("19 weeks. Fetal heart heard. G3P2.", True),
        ("12+2, nuchal scan done", True),
        ("In established labour, G1P0", True),
        ("Gestational age 10 weeks by scan", True),
        ("UPT = NEG", False),
        ("Pregnancy has been ruled out", False),
        ("Pregnant - no; smoker - no", False),
        ("hCG <2 IU/L", False),
        ("Needs a negative UPT before acitretin", None),
        ("If hCG positive, refer", None),
        ("hCG positive in 2018, miscarried", None),
        ("Denies pregnancy", None),
        ("OS 20/40, OD 20/25", None),
        ("MMSE 22/40", None),
        ("Delivered at 39/40", None),
    ],
)
def test_pregnancies(text: str, pregnant: bool | None) -> None:
    assert heard(text).pregnant is pregnant


@pytest.mark.parametrize(
    ("text", "feeds"),
    [
        ("She is not breast-feeding.", False),
        ("Breastfeeding: no", False),
        ("Stopped breastfeeding last month", False),
        ("Breastfeeding: yes", True),
        ("Baby not breastfeeding well", None),
    ],
)
def test_breastfeeding(text: str, feeds: bool | None) -> None:
    assert heard(text).lactating is feeds

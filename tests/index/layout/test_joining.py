from __future__ import annotations

import pytest

from index.layout.joining import in_cell, joined


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("give hydrocor-", "tisone at once", "give hydrocortisone at once"),
        ("as soon as possi-", "ble", "as soon as possible"),
        ("a low-", "dose regimen", "a low-dose regimen"),
        ("beta-", "blockers", "beta-blockers"),
        ("class-", "specific events", "class-specific events"),
        ("a 6- to 12-", "visit course", "a 6- to 12-visit course"),
        ("from 2010-", "2019", "from 2010-2019"),
        ("give 5 mg", "daily", "give 5 mg daily"),
        ("for 12–", "24 hours", "for 12–24 hours"),
        ("gentamicin-", "resistant strains", "gentamicin-resistant strains"),
        ("a QT-", "prolonging drug", "a QT-prolonging drug"),
        ("low-", "molecular-weight heparin", "low-molecular-weight heparin"),
        ("co-", "trimoxazole", "co-trimoxazole"),
        ("", "Give", "Give"),
    ],
)
def test_a_word_that_a_hyphen_broke_is_one_again_and_its_own_hyphen_stays(text: str, line: str, said: str) -> None:
    assert joined(text, line) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["dexamethason", "e"], "dexamethasone"),
        (["hydrocorti", "sone"], "hydrocortisone"),
        (["dexamethaso", "neᵃ"], "dexamethasoneᵃ"),
        (["30 micro", "grams/kg"], "30 micrograms/kg"),
        (["Co-trimoxa", "zole (PJP)"], "Co-trimoxazole (PJP)"),
        (["Hyoscine butylbro", "mide"], "Hyoscine butylbromide"),
        (["insulin", "twice a day"], "insulin twice a day"),
        (["none in", "intensive care"], "none in intensive care"),
    ],
)
def test_a_word_that_a_narrow_cell_breaks_is_one_again(lines: list[str], said: str) -> None:
    assert in_cell(lines) == said

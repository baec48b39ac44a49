"""What names and abbreviations of a query are called by the vocabulary."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.reading.spelling import spelt_out

KNOWN = load()


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("DVT, K 5.8 on spiro", "DVT (deep vein thrombosis), K 5.8 on spiro (spironolactone)"),
        ("Epilim in a 24yo", "Epilim (valproate) in a 24yo"),
        ("which BB?", "which BB (beta blocker)?"),
        ("AF (atrial fibrillation) and Xarelto", "AF (atrial fibrillation) and Xarelto (rivaroxaban)"),
        ("pregnant, gout", "pregnant, gout"),
        ("oral abx + dose", "oral abx (oral antibiotics) + dose"),
        ("agreed to come off oxycodone", "agreed to come off (tapering and stopping) oxycodone"),
        ("potassium 6.8 on ramipril", "potassium 6.8 on ramipril"),
        ("", ""),
    ],
)  # fmt: skip
def test_other_names_are_followed_by_what_they_mean(text: str, spelt: str) -> None:
    assert spelt_out(text, KNOWN) == spelt


def test_every_brand_is_followed_by_its_ingredients() -> None:
    brands = [name for name, each in KNOWN.names.items() if each.brand and not each.capital and not each.dosed]
    silent = [name for name in brands if spelt_out(f"can he take {name.upper()}", KNOWN).endswith(name.upper())]
    assert len(brands) > 500
    assert not [name for name in silent if not any(each[:5] in name for each in KNOWN.names[name].ingredients)]


def test_every_short_word_is_followed_by_what_it_means() -> None:
    rows = [(each, written) for each in KNOWN.shorthand for written in each.written]
    silent = [written for each, written in rows if f"({each.meaning})" not in spelt_out(f"zz {written} zz", KNOWN)]
    assert len(rows) > 3000
    assert len(silent) < 0.1 * len(rows)

"""Codes agree with themselves and with the classes: an ATC code's prefix says what class a drug belongs to."""

import re
from collections import Counter

import pytest

from medrag.knowledge import load

KNOWLEDGE = load()

CLASS_PREFIXES = {
    "ace_inhibitor": ("C09A",),
    "arb": ("C09CA",),
    "beta_blocker": ("C07",),
    "dihydropyridine": ("C08CA",),
    "non_dihydropyridine": ("C08D",),
    "statin": ("C10AA",),
    "fibrate": ("C10AB",),
    "doac": ("B01AE07", "B01AF"),
    "vitamin_k_antagonist": ("B01AA",),
    "ssri": ("N06AB", "G04BX14"),
    "tca": ("N06AA",),
    "benzodiazepine": ("N05BA", "N05CD", "N03AE01"),
    "barbiturate": ("N03AA", "N05CA"),
    "triptan": ("N02CC",),
    "ppi": ("A02BC",),
    "h2_blocker": ("A02BA",),
    "fluoroquinolone": ("J01MA",),
    "macrolide": ("J01FA",),
    "tetracycline_class": ("J01AA",),
    "aminoglycoside": ("J01G", "A07AA"),
    "penicillin": ("J01C",),
    "cephalosporin": ("J01D",),
    "carbapenem": ("J01DH",),
    "azole": ("J02AC", "J02AB", "D01AC", "A01AB"),
    "sulfonylurea": ("A10BB",),
    "dpp4_inhibitor": ("A10BH",),
    "sglt2_inhibitor": ("A10BK",),
    "glp1_agonist": ("A10BJ", "A10BX"),
    "insulin_class": ("A10A",),
    "bisphosphonate": ("M05BA",),
    "pde5_inhibitor": ("G04BE",),
    "hiv_protease_inhibitor": ("J05AE", "J05AR"),
    "orexin_antagonist": ("N05CJ",),
    "jak_inhibitor": ("L04AF", "L01EJ"),
    "tnf_inhibitor": ("L04AB",),
}

COMPLETE = {
    "C09AA": "ace_inhibitor",
    "C09CA": "arb",
    "C07A": "beta_blocker",
    "C08CA": "dihydropyridine",
    "C10AA": "statin",
    "B01AA": "vitamin_k_antagonist",
    "B01AF": "doac",
    "N06AA": "tca",
    "N06AB": "ssri",
    "N05BA": "benzodiazepine",
    "N05CD": "benzodiazepine",
    "N02CC": "triptan",
    "A02BC": "ppi",
    "A02BA": "h2_blocker",
    "J01MA": "fluoroquinolone",
    "J01FA": "macrolide",
    "J01AA": "tetracycline_class",
    "J01G": "aminoglycoside",
    "J01DB": "cephalosporin",
    "J01DC": "cephalosporin",
    "J01DD": "cephalosporin",
    "J01DH": "carbapenem",
    "J02AC": "azole",
    "A10BB": "sulfonylurea",
    "A10BH": "dpp4_inhibitor",
    "A10BK": "sglt2_inhibitor",
    "J05AE": "hiv_protease_inhibitor",
    "G04BE": "pde5_inhibitor",
    "N05A": "antipsychotic",
    "L04AB": "tnf_inhibitor",
}
OUTSIDE = {
    "N02CC": {"lasmiditan"},
    "A02BC": {"vonoprazan"},
    "N05A": {"lithium", "prochlorperazine", "pimavanserin"},
}
"""Drugs with the prefix that are of another kind (ATC groups by use as well as by mechanism)."""


def test_no_rxnorm_code_stands_for_two_ingredients() -> None:
    counts = Counter(drug.rxcui for drug in KNOWLEDGE.drugs.values() if drug.rxcui)
    assert [code for code, count in counts.items() if count > 1] == []


def test_no_full_atc_code_stands_for_two_ingredients() -> None:
    shared = {"A04AD12"}  # aprepitant and its prodrug fosaprepitant
    codes = [code for drug in KNOWLEDGE.drugs.values() for code in drug.atc if len(code) == 7 and code not in shared]
    assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_codes_are_well_formed() -> None:
    for drug in KNOWLEDGE.drugs.values():
        assert drug.rxcui is None or re.fullmatch(r"[1-9]\d{1,6}", drug.rxcui), drug.name
        assert all(re.fullmatch(r"[A-DGHJLMNPRSV]\d\d[A-Z](?:[A-Z](?:\d\d)?)?", code) for code in drug.atc), drug.name


@pytest.mark.parametrize(("name", "prefixes"), CLASS_PREFIXES.items())
def test_the_codes_of_a_class_have_its_prefix(name: str, prefixes: tuple[str, ...]) -> None:
    coded = {member: KNOWLEDGE.drugs[member].atc for member in KNOWLEDGE.members[name]}
    odd = [member for member, codes in coded.items() if codes and not any(code.startswith(prefixes) for code in codes)]
    assert odd == []


@pytest.mark.parametrize(("prefix", "name"), COMPLETE.items())
def test_a_class_holds_every_drug_with_its_prefix(prefix: str, name: str) -> None:
    drugs = {drug.name for drug in KNOWLEDGE.drugs.values() if any(code.startswith(prefix) for code in drug.atc)}
    assert drugs - KNOWLEDGE.members[name] - OUTSIDE.get(prefix, set()) == set()


def test_a_written_name_means_one_thing() -> None:
    """Brands and synonyms that two ingredients claim would silently be read as one of them."""
    names = Counter(
        name.lower() for drug in KNOWLEDGE.drugs.values() for name in {drug.name, *drug.brands, *drug.synonyms}
    )
    assert [name for name, count in names.items() if count > 1] == []

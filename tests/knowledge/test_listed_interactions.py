"""Pairs that lists of interactions kept outside name, and the kinds they stand for."""

import pytest

from medrag.knowledge import load

KNOWLEDGE = load()
PAIRS = [
    ("sevoflurane", "methadone"),
    ("sulpiride", "citalopram"),
    ("cocaine", "moxifloxacin"),
    ("irinotecan", "clarithromycin"),
    ("irinotecan", "diltiazem"),
    ("lenvatinib", "ondansetron"),
    ("leuprolide", "amiodarone"),
    ("oxaliplatin", "haloperidol"),
    ("deferiprone", "azathioprine"),
    ("deferiprone", "procainamide"),
    ("trastuzumab emtansine", "clopidogrel"),
    ("trastuzumab emtansine", "aspirin"),
    ("amitriptyline", "topiramate"),
    ("diphenhydramine", "topiramate"),
    ("ketoconazole", "escitalopram"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_listed_pair_has_a_rule_that_warns(one: str, other: str) -> None:
    forward = KNOWLEDGE.concerning("interactions", "a", (one,), None)
    backward = KNOWLEDGE.concerning("interactions", "b", (one,), None)
    forward &= KNOWLEDGE.concerning("interactions", "b", (other,), None)
    backward &= KNOWLEDGE.concerning("interactions", "a", (other,), None)
    found = [KNOWLEDGE.rules.interactions[place] for place in forward | backward]
    assert any(rule.severity != "information" for rule in found)

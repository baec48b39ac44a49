"""Pairs that lists of interactions kept outside name, and the kinds they stand for."""

import pytest

from medrag.knowledge import load
from medrag.knowledge.schema import Interaction

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
    ("betrixaban", "propafenone"),
    ("edoxaban", "neratinib"),
    ("mipomersen", "propylthiouracil"),
    ("leflunomide", "isoniazid"),
    ("teriflunomide", "prednisolone"),
    ("fentanyl", "elagolix"),
    ("methadone", "rifabutin"),
    ("oliceridine", "cobicistat"),
    ("lefamulin", "itraconazole"),
    ("pasireotide", "clofazimine"),
    ("deflazacort", "quinupristin"),
    ("paricalcitol", "digoxin"),
    ("vigabatrin", "hydroxychloroquine"),
    ("burosumab", "calcitriol"),
    ("amifostine", "lisinopril"),
    ("tuberculin", "mmr vaccine"),
]
NOT_BORNE_OUT = [("clopidogrel", "rabeprazole"), ("iodinated contrast", "amitriptyline"), ("leflunomide", "aspirin")]


def _rules(one: str, other: str) -> list[Interaction]:
    forward = KNOWLEDGE.concerning("interactions", "a", (one,), None)
    backward = KNOWLEDGE.concerning("interactions", "b", (one,), None)
    forward &= KNOWLEDGE.concerning("interactions", "b", (other,), None)
    backward &= KNOWLEDGE.concerning("interactions", "a", (other,), None)
    return [KNOWLEDGE.rules.interactions[place] for place in forward | backward]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_listed_pair_has_a_rule_that_warns(one: str, other: str) -> None:
    assert any(rule.severity != "information" for rule in _rules(one, other))


@pytest.mark.parametrize(("one", "other"), NOT_BORNE_OUT)
def test_a_listed_pair_that_labels_do_not_bear_out_has_none(one: str, other: str) -> None:
    assert all(rule.severity == "information" for rule in _rules(one, other))

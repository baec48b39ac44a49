"""Wordings of advice by kind: what recommends by denying a warning, how often, how much at once, and by what way."""

from __future__ import annotations

import pytest

from medrag import knowledge
from medrag.reading.dosing.doses import doses
from medrag.reading.dosing.frequency import frequency
from medrag.reading.mentions import drugs
from medrag.reading.polarity import Polarity

KNOWN = knowledge.load()


@pytest.mark.parametrize(
    "text",
    [
        "She need not avoid ibuprofen.",
        "You do not have to avoid ibuprofen on account of his tablets.",
        "He needn't shun ibuprofen.",
        "Ibuprofen should not be withheld because of his kidneys.",
        "Ibuprofen need not be avoided; 400 mg three times a day.",
        "Ibuprofen is not off limits.",
        "No change to ibuprofen for now.",
        "Leave the ibuprofen as it is.",
        "There are no further changes to ibuprofen.",
        "There is no need to steer clear of ibuprofen.",
        "A little ibuprofen wouldn't hurt.",
    ],
)
def test_what_denies_a_warning_advises(text: str) -> None:
    (mention,) = drugs(text, KNOWN)
    assert mention.polarity is Polarity.RECOMMENDED


@pytest.mark.parametrize(
    "text",
    [
        "Ibuprofen should not be given.",
        "She should not have ibuprofen.",
        "Ibuprofen must never be used here.",
        "There is a need to avoid ibuprofen.",
        "He does not need ibuprofen.",
        "Ibuprofen is not for people with such kidneys.",
        "The suggestion of ibuprofen is rejected.",
    ],
)
def test_a_plain_warning_stays_one(text: str) -> None:
    (mention,) = drugs(text, KNOWN)
    assert mention.polarity is not Polarity.RECOMMENDED


@pytest.mark.parametrize(
    ("text", "often"),
    [
        ("Monday to Friday", 5 / 7),
        ("mon-fri", 5 / 7),
        ("on weekdays", 5 / 7),
        ("Monday through Sunday", 1.0),
        ("every evening", 1.0),
        ("every morning", 1.0),
        ("every Monday", 1 / 7),
    ],
)
def test_how_often_in_words(text: str, often: float) -> None:
    assert frequency(text) == pytest.approx(often)


@pytest.mark.parametrize(
    ("text", "high"),
    [
        ("Three paracetamol 500 mg tablets every four hours.", 1500.0),
        ("For the pain: two naproxen 250 mg tablets twice daily.", 500.0),
        ("Paracetamol 500 mg tablets every four hours.", 500.0),
    ],
)
def test_tablets_counted_before_the_name(text: str, high: float) -> None:
    assert doses(text)[0].high == high


def test_the_volume_that_a_drug_runs_in_is_no_dose_of_it() -> None:
    (dose,) = doses("Run 20 mmol of potassium chloride in 500 mL over 4 hours.")
    assert (dose.high, dose.unit, dose.over_hours) == (20.0, "mmol", 4.0)


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("Ozempic 1 mg", "sc"),
        ("Vagifem 10 micrograms nightly", "vaginal"),
        ("Rybelsus 14 mg daily", "oral"),
        ("Evorel 50", "transdermal"),
        ("Run vancomycin into the forearm vein", "iv"),
        ("Run vancomycin into a vein", "iv"),
    ],
)
def test_a_products_name_or_a_vein_says_the_route(text: str, route: str) -> None:
    assert drugs(text, KNOWN)[0].route == route


@pytest.mark.parametrize(
    "text",
    [
        "Under no circumstances should ibuprofen be given to her.",
        "At no point should he be offered ibuprofen.",
        "Ibuprofen is off-limits.",
        "Ibuprofen off, fluids and rest.",
        "Ibuprofen | Status: CONTRAINDICATED | ulcer",
        "Her ulcer rules out ibuprofen.",
        "He has never had ibuprofen before.",
        "Ibuprofen ended six weeks ago.",
    ],
)
def test_what_rules_a_drug_out_does_not_advise_it(text: str) -> None:
    (mention,) = drugs(text, KNOWN)
    assert mention.polarity is not Polarity.RECOMMENDED


@pytest.mark.parametrize(
    "text",
    [
        "Swap the amlodipine for ibuprofen 400 mg.",
        "Rather than colchicine, go for ibuprofen 400 mg.",
        "In place of colchicine she should have ibuprofen.",
    ],
)
def test_what_is_given_for_another_drug_is_advised(text: str) -> None:
    replaced, given = drugs(text, KNOWN)
    assert replaced.polarity is not Polarity.RECOMMENDED
    assert given.polarity is Polarity.RECOMMENDED


@pytest.mark.parametrize(
    ("text", "name"), [("Fluclox 1 g qds.", "flucloxacillin"), ("Cocodamol two tablets.", "codeine + acetaminophen")]
)
def test_names_cut_short_are_known(text: str, name: str) -> None:
    assert [mention.label for mention in drugs(text, KNOWN)] == [name]


@pytest.mark.parametrize("text", ["Treat the fever with fluids.", "Continue the same plan."])
def test_ordinary_words_are_no_names_cut_short(text: str) -> None:
    assert drugs(text, KNOWN) == []


@pytest.mark.parametrize(
    "text",
    [
        "There is a documented ibuprofen anaphylaxis.",
        "Ibuprofen would worsen his kidneys.",
        "Ibuprofen was only a one-week course in the summer.",
    ],
)
def test_what_is_told_of_a_drug_is_no_advice(text: str) -> None:
    (mention,) = drugs(text, KNOWN)
    assert mention.polarity is Polarity.MENTIONED


def test_a_course_that_is_to_come_is_advice() -> None:
    (mention,) = drugs("Ibuprofen should be a one-week course.", KNOWN)
    assert mention.polarity is Polarity.RECOMMENDED

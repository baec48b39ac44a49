"""Words beside a dose that change how much it comes to are read, or the dose is not assessed."""

from __future__ import annotations

import pytest

from tests.safety.test_dosing_kinds import verdicts


@pytest.mark.parametrize(
    "advice",
    [
        "Zolpidem 5 mg as often as she wishes.",
        "Lisinopril 10 mg, repeat every 10 minutes.",
        "Citalopram 20 mg + 20 mg + 20 mg.",
        "Zolpidem 10 mg x 4",
        "Ramipril 5 mg tablet, take 6",
        "Seven tablets each evening of citalopram 20 mg.",
    ],
)
def test_what_is_not_summed_is_not_assessed(advice: str) -> None:
    assert verdicts(advice, "dose") & {"not_assessed", "contraindicated"}


def test_more_of_what_is_taken() -> None:
    assert "not_assessed" in verdicts("Give another 20 mg of citalopram.", "dose", medications=["citalopram 40 mg"])


@pytest.mark.parametrize("dose", ["90 milligrammes", "0.09 grammes", "90 m.g.", "a hundred mg"])
def test_units_written_otherwise(dose: str) -> None:
    assert verdicts(f"Ramipril {dose} daily.", "dose") == {"contraindicated"}


@pytest.mark.parametrize(
    "advice", ["Ramipril 5 mg twice daily.", "Glyceryl trinitrate 400 micrograms every 5 minutes, up to 3 doses."]
)
def test_what_is_summed_stays_assessed(advice: str) -> None:
    assert verdicts(advice, "dose") == set()


DIGOXIN = ["digoxin 125 micrograms daily"]


@pytest.mark.parametrize(
    "advice",
    [
        "Prednisolone fifteen drops hourly.",
        "Codeine syrup, two dessertspoons per kilo.",
        "Chlorphenamine drops four times a day.",
        "Take a capful of diazepam at bedtime.",
        "Use five times the normal dose of sertraline.",
        "Sertraline at thrice his usual dose.",
        "Ibuprofen 800 mg; taken at midnight, 4am, 8am, noon, 4pm and 8pm.",
        "Metformin 1 g with each snack.",
    ],
)
def test_an_amount_that_no_unit_tells_is_not_assessed(advice: str) -> None:
    assert verdicts(advice, "dose") == {"not_assessed"}


@pytest.mark.parametrize(
    "advice",
    [
        "Give eight times as much digoxin as he takes.",
        "Let him have twelve times his digoxin.",
        "Raise his digoxin ten-fold.",
        "Increase the digoxin by a factor of nine.",
        "Increase digoxin by 900%.",
    ],
)
def test_a_multiple_is_of_the_dose_recorded(advice: str) -> None:
    assert verdicts(advice, "dose", medications=DIGOXIN) & {"contraindicated", "not_assessed"}
    assert verdicts(advice, "dose") & {"not_assessed"}


def test_a_multiple_within_the_limits_passes() -> None:
    assert verdicts("Give twice his usual metformin.", "dose", medications=["metformin 500 mg bd"]) == set()
    assert "contraindicated" in verdicts("Treble his metformin.", "dose", medications=["metformin 850 mg bd"])


@pytest.mark.parametrize(
    ("advice", "taken"),
    [
        ("Have the risedronate each morning.", "risedronate 35 mg once a week"),
        ("Apixaban every three hours from today.", "apixaban 5 mg bd"),
        ("Change the metformin from twice daily to eight times a day.", "metformin 850 mg bd"),
    ],
)
def test_a_dose_recorded_is_given_as_often_as_advised(advice: str, taken: str) -> None:
    assert verdicts(advice, "dose", medications=[taken]) == {"contraindicated"}


def test_how_often_something_else_is_done_leaves_the_dose_recorded() -> None:
    for advice in ("Continue metformin, testing glucose six times a day.", "Move metformin to the evening."):
        assert verdicts(advice, "dose", medications=["metformin 1 g bd"]) == set()


@pytest.mark.parametrize(
    "advice",
    [
        "Convert methotrexate from once weekly to daily.",
        "Methotrexate on each day of the week.",
        "Rather than weekly, take methotrexate nightly.",
    ],
)
def test_a_weekly_drug_that_goes_on_daily(advice: str) -> None:
    assert "contraindicated" in verdicts(advice, "schedule", medications=["methotrexate 10 mg once a week"])


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ("Carboplatin AUC 5 on day 1 of each cycle.", set()),
        ("Carboplatin to an AUC of 5 to 6.", set()),
        ("Carboplatin: target AUC = 35.", {"contraindicated"}),
        ("Dose carboplatin by Calvert for an area under the curve of twenty.", {"contraindicated"}),
    ],
)
def test_carboplatin_by_exposure(advice: str, said: set[str]) -> None:
    assert verdicts(advice, "dose") == said


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ("Elemental iron 65 mg twice daily.", set()),
        ("Ferrous fumarate 210 mg twice daily.", set()),
        ("Elemental iron 450 mg a day.", {"contraindicated"}),
        ("Ferrous sulfate 500 mg of elemental iron daily.", {"contraindicated"}),
    ],
)
def test_iron_by_the_element(advice: str, said: set[str]) -> None:
    assert verdicts(advice, "dose") == said


def test_iron_of_a_child_is_by_the_element() -> None:
    child = {"age_years": 4, "weight_kg": 16}
    assert verdicts("Iron 4 mg/kg a day.", "dose", **child) == set()
    assert verdicts("Oral iron 20 mg/kg a day.", "dose", **child) == {"contraindicated"}


def test_more_digoxin_than_any_maintenance_warns() -> None:
    assert "warning" in verdicts("Digoxin 750 micrograms daily.", "criteria")
    assert verdicts("Digoxin 250 micrograms daily.", "criteria") == set()

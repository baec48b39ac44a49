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

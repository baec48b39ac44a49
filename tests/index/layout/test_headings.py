from __future__ import annotations

import pytest

from index.layout.headings import above

PATH = [(86.0, "3 Anticoagulants"), (87.1, "3.1 Charcoal")]


@pytest.mark.parametrize(
    ("path", "rank", "text", "under"),
    [
        (PATH, 87.5, "3.2 Dabigatran", ["3 Anticoagulants"]),
        (PATH, 86.4, "4 Heparins", []),
        (PATH, 88.0, "3.1.1 Dose", ["3 Anticoagulants", "3.1 Charcoal"]),
        (PATH, 88.0, "Children", ["3 Anticoagulants", "3.1 Charcoal"]),
        (PATH, 87.1, "Children", ["3 Anticoagulants"]),
        ([*PATH, (89.0, "1 Airway")], 89.5, "2 Breathing", ["3 Anticoagulants", "3.1 Charcoal"]),
        ([*PATH, (89.0, "2 Breathing")], 89.5, "1 Airway", ["3 Anticoagulants", "3.1 Charcoal", "2 Breathing"]),
    ],
)
def test_a_number_that_goes_on_stands_beside_the_one_before(
    path: list[tuple[float, str]], rank: float, text: str, under: list[str]
) -> None:
    """Whatever their sizes, which a scan's differ in from page to page."""
    assert [each for _, each in above(path, rank, text)] == under

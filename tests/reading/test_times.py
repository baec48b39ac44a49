"""How often a dose is given: by the clock, by meals, by intervals."""

from __future__ import annotations

import pytest

from medrag.reading.dosing.frequency import frequency


@pytest.mark.parametrize(
    ("text", "often"),
    [
        (" at 7am, 11am, 12 noon and 10pm", 4),
        (" at 5, 9, 13 and 21 hours", 4),
        (" at 8 and 20 o'clock", 2),
        (" 7am, 3pm and 11pm", 3),
        (" with each of her four daily meals", 4),
        (" after every meal", 3),
        (" with breakfast, lunch, tea, dinner and before sleep", 5),
        (" at breakfast and teatime", 2),
        (" seven times during the day", 7),
        (" five doses over the whole day", 5),
        (" four times between breakfast and supper", 4),
        (" at intervals of four hours", 6),
        (" at six-hour intervals", 4),
        (" 1-0-1-1-2", 5),
        (" 1-0-1", 2),
    ],
)
def test_times_are_counted(text: str, often: float) -> None:
    assert frequency(text) == pytest.approx(often)

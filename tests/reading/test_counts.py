"""How many tablets a text gives: numbers above twelve, by the dozen, and a day's count in every form."""

import pytest

from medrag.knowledge import load
from medrag.reading import prescriptions
from medrag.reading.dosing.daily import daily_dose
from medrag.reading.dosing.numbers import number

CASES = """
acetaminophen 500 mg tablets: sixteen per day | 8000
acetaminophen 500 mg tablets: eight per day | 4000
take fifteen tablets of acetaminophen 500 mg a day | 7500
acetaminophen 500 mg caplets - a dozen daily | 6000
acetaminophen 500 mg tablets, twenty-four over the day | 12000
acetaminophen 500 mg, eighteen tablets in any 24 hours | 9000
acetaminophen 500 mg tablets: sixteen/day | 8000
take a total of twelve acetaminophen 500 mg tablets daily | 6000
you may take 16 of the 500 mg acetaminophen tablets a day | 8000
two dozen acetaminophen 500 mg tablets each day | 12000
acetaminophen 500 mg tablets, four at a time, four times a day | 8000
acetaminophen 500 mg capsules, maximum sixteen in 24 hours | 8000
acetaminophen 500 mg, one to two tablets every six hours, maximum 8 a day | 4000
acetaminophen 500 mg, two tablets, six hourly | 4000
acetaminophen 500 mg tablets; supply sixteen | 500
tramadol 50 mg: three four times a day | 600
diazepam 10 mg: fifteen a day | 150
zopiclone 7.5 mg, four each night | 30
metformin 500 mg, 2 a day | 1000
take six prednisolone 5 mg tablets daily | 30
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_a_count_is_multiplied_by_the_strength(line: str) -> None:
    text, _, expected = line.rpartition(" | ")
    read = prescriptions(text, load())[0]
    said = daily_dose(read)
    assert (said if said is not None else read.doses[0].high) == pytest.approx(float(expected))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("twenty-four", 24),
        ("ninety nine", 99),
        ("half a dozen", 6),
        ("two dozen", 24),
        ("a couple", 2),
        ("one hundred and fifty", 150),
        ("four hundred and twenty-five", 425),
        ("two and a half", 2.5),
    ],
)
def test_numbers_in_words(text: str, value: float) -> None:
    assert number(text) == value

import pytest

from eval.scoring.support import same, supports


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Give aspirin 300 mg.", "give aspirin 300 mg", True),
        ("Give aspirin 300 mg.", "Aspirin 300 mg: give", True),
        ("Give aspirin 300 mg.", "Give aspirin 75 mg.", False),
        ("Give 1,000 units.", "Give 1000 units.", True),
        ("Give aspirin.", "Give warfarin.", False),
    ],
)
def test_same(first: str, second: str, expected: bool) -> None:
    assert same(first, second) is expected


@pytest.mark.parametrize(
    ("quote", "statement", "expected"),
    [
        ("In adults with gout give colchicine 1.2 mg, then 0.6 mg.", "Give colchicine 1.2 mg.", True),
        ("In adults with gout give colchicine 1.2 mg, then 0.6 mg.", "Give colchicine 12 mg.", False),
        ("In adults with gout give colchicine.", "Start metformin in type 2 diabetes.", False),
    ],
)
def test_supports(quote: str, statement: str, expected: bool) -> None:
    assert supports(quote, statement) is expected

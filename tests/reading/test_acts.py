"""What a clause does besides giving a drug."""

import pytest

from medrag.reading.advice.acts import clauses


def kinds(text: str) -> set[str]:
    return {kind for clause in clauses(text) for kind in clause.kinds}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The pressure tablets can be dropped.", "ended"),
        ("Let the prescription lapse.", "ended"),
        ("Antivirals can be started after the holiday.", "delayed"),
        ("There is no rush with the steroid.", "delayed"),
        ("A transfusion would be overkill.", "unneeded"),
        ("He does not need any potassium.", "unneeded"),
        ("Everything stays as it is.", "goes_on"),
        ("Carry on at the same dose.", "goes_on"),
        ("That creatinine is nothing to worry about.", "dismissed"),
        ("The alert can be ignored.", "dismissed"),
        ("Double the dose at once.", "raised"),
    ],
)
def test_acts_are_told_by_their_kind(text: str, kind: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Give the antibiotic within the hour.",
        "Check the potassium again.",
        "Start amlodipine 5 mg daily.",
    ],
)
def test_plain_giving_and_checking_leaves_nothing_undone(text: str) -> None:
    assert not any(clause.leaves_undone for clause in clauses(text))


@pytest.mark.parametrize(
    "text",
    [
        "Do not delay the antibiotic.",
        "Never omit the basal insulin.",
        "The levodopa is given on time.",
        "Do not let the anticoagulant lapse.",
    ],
)
def test_what_is_forbidden_to_be_left_out_is_insisted_on(text: str) -> None:
    (clause,) = clauses(text)
    assert clause.insists
    assert not clause.leaves_undone


WORDS = ["The cause is viral", "so withhold the antibiotics", "fluids are given"]


def test_clauses_end_where_another_begins() -> None:
    said = clauses("The cause is viral, so withhold the antibiotics; fluids are given.")
    assert [clause.words for clause in said] == [
        "The cause is viral",
        "so withhold the antibiotics",
        "fluids are given",
    ]
    assert [clause.leaves_undone for clause in said] == [False, True, False]

from __future__ import annotations

import pytest

from index.grading import NO_MARKS, Marks, grading, marks_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Give aspirin (strong recommendation, very low-quality evidence).", ("strong", "very low")),
        ("Give aspirin. (Class IIa; Level of Evidence: B-R)", ("IIa", "B-R")),
        ("Give aspirin [1B].", ("1", "B")),
        ("We suggest aspirin (Grade 2C).", ("2", "C")),
        ("Give aspirin (A-III).", ("A", "III")),
        ("Give aspirin (Grade A).", ("A", None)),
        ("Weak recommendation based on moderate-quality evidence, 2B.", ("Weak", "moderate")),
        ("Level 1 evidence supports it.", (None, "1")),
        ("Give aspirin. (Weak for; Reviewed, New-replaced)", ("Weak", None)),
        ("Give aspirin (Strong, low).", ("Strong", "low")),
        ("(Strength of evidence = C; strength of recommendation = weak positive recommendation)", ("weak", "C")),
        ("(Evidence Quality: II; Recommendation Strength: Moderate)", ("Moderate", "II")),
        ("Evidence quality: intermediate; Strength of recommendation: strong", ("strong", "intermediate")),
        ("COR: 1; LOE: B-NR; Recommendation: Give aspirin.", ("1", "B-NR")),
        ("Aggregate evidence quality: Grade A, systematic review.", (None, "A")),
        ("(Evidence Quality: Grade B; Recommendation)", (None, "B")),
        ("Give aspirin (Grade B, Weak Recommendation).", ("Weak", "B")),
        ("Recommendation based on grade C aggregate evidence.", (None, "C")),
        ("Give aspirin. (Grade A, BEL 1)", ("A", "1")),
        ("Give aspirin (B recommendation).", ("B", None)),
        ("Give aspirin (Level C).", (None, "C")),
    ],
)  # fmt: skip
def test_gradings_in_common_words(text: str, expected: tuple[str | None, str | None]) -> None:
    assert grading(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Upgrade a level of care; grade the tumour; class of drugs.",
        "Give vitamin A 10 mg daily at 6 p.m.",
        "In NYHA class II or class III, add an ACE inhibitor.",
        "Two Class II studies report it; amiodarone is a class III drug.",
        "Stop it for grade 3 toxicity or a level II trauma.",
        "The panel rated each (grade A, B, or C).",
        "No strong recommendation can be made.",
        "Options: (A) watch, (B) treat, (C) refer.",
        "Level of evidence a clinician needs.",
        "Strong recommendation, high-quality evidence: benefits clearly outweigh risk and burdens.",
        "Grade B: trials with some weaknesses, moderate-quality evidence.",
        "Low quality evidence: further research is likely to change the estimate.",
        "Strength of recommendations (strong, weak) and levels of evidence (A-D) are defined below.",
        "The type has three stages (moderate) and kinds 2A, 2B, 2M; diabetes insipidus (DI).",
    ],
)
def test_other_classes_and_grades_are_none(text: str) -> None:
    assert grading(text) == (None, None)


LETTERS = (
    "Classification of Recommendations A. There is good evidence. B. There is fair evidence. C. It is conflicting."
)
ROMANS = "Quality of Evidence I: Randomised trials II-1: Controlled trials II-2: Cohorts III: Opinions"


@pytest.mark.parametrize(
    ("recommendations", "evidence", "expected"),
    [
        (LETTERS, ROMANS, Marks(letters=True, romans=True)),
        (LETTERS, "", Marks(letters=True)),
        (LETTERS, "(A) High: trials (B) Moderate: cohorts (C) Low: others", NO_MARKS),
        ("Strength: generally should be performed", ROMANS, NO_MARKS),
        ("", "", NO_MARKS),
    ],
)
def test_bare_marks_mean_what_the_guidelines_schemes_define(
    recommendations: str, evidence: str, expected: Marks
) -> None:
    assert marks_of(recommendations, evidence) == expected


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("Confirm the age by ultrasound. (II-2A)", Marks(letters=True, romans=True), ("A", "II-2")),
        ("Start oxytocin early (III-B).", Marks(letters=True, romans=True), ("B", "III")),
        ("Ask for the preference. [B]", Marks(letters=True), ("B", None)),
        ("Ask for the preference. [B]", NO_MARKS, (None, None)),
        ("Start oxytocin early (III-B).", Marks(letters=True), (None, None)),
        ("Compare ultrasound (I) with a protocol (C) for shock.", Marks(letters=True, romans=True), (None, None)),
    ],
)
def test_bare_marks_are_read_at_the_end_alone(text: str, marks: Marks, expected: tuple[str | None, str | None]) -> None:
    assert grading(text, marks) == expected


def test_a_headings_class_is_the_strength_of_what_gives_its_evidence_under_it() -> None:
    under = NO_MARKS.under("Class IIa")
    assert grading("Pacing is reasonable. (Level of Evidence: C)", under) == ("IIa", "C")
    assert grading("Pacing is reasonable.", under) == (None, None)
    assert NO_MARKS.under("Class III: No Benefit").heading == "III"
    assert NO_MARKS.under("Class II heart failure").heading is None

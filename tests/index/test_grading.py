from __future__ import annotations

import pytest

from index.grading import NO_MARKS, Marks, explains_a_scale, grading, marks_of


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
        "Quality of evidence: Low–moderate.",
        "The strength of recommendations (strong [grade 1], weak [grade 2]) is given at the end.",
        "Strong recommendation, high-quality evidence: benefits clearly outweigh risk and burdens.",
        "Grade B: trials with some weaknesses, moderate-quality evidence.",
        "Low quality evidence: further research is likely to change the estimate.",
        "Strength of recommendations (strong, weak) and levels of evidence (A-D) are defined below.",
        "The type has three stages (moderate) and kinds 2A, 2B, 2M; diabetes insipidus (DI).",
    ],
)
def test_other_classes_and_grades_are_none(text: str) -> None:
    assert grading(text) == (None, None)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Levels of Evidence", True),
        ("What the USPSTF Grades Mean and Suggestions for Practice", True),
        ("Low-Grade Glioma", False),
    ],
)
def test_headings_of_scales(heading: str, expected: bool) -> None:
    assert explains_a_scale(heading) is expected


LETTERS = "Grade A: strong evidence. Grade B: fair evidence. Grade C: weak evidence. Grade D: against."
CANADIAN = (
    "A. There is good evidence to recommend the action. B. There is fair evidence to recommend the action. "
    "C. The existing evidence is conflicting and does not allow to make a recommendation. D. There is fair evidence "
    "to recommend against it."
)
ROMANS = "I: a randomised trial II-1: trials without randomisation II-2: cohorts III: opinions of experts"


@pytest.mark.parametrize(
    ("recommendations", "evidence", "expected"),
    [
        (LETTERS, "Not stated", Marks("ABCD")),
        (LETTERS, ROMANS, Marks("ABCD", romans=True)),
        (CANADIAN, ROMANS, Marks("ABD", romans=True)),
        ("Not applicable", LETTERS, NO_MARKS),
        (LETTERS, LETTERS, NO_MARKS),
        ("Strong, weak. Vitamin A is given to all.", "", NO_MARKS),
    ],
)
def test_what_a_rating_scheme_defines(recommendations: str, evidence: str, expected: Marks) -> None:
    assert marks_of(recommendations, evidence) == expected


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("Give aspirin (B).", Marks("ABCD"), ("B", None)),
        ("Give aspirin. [A]", Marks("ABCD"), ("A", None)),
        ("Give aspirin (B).", NO_MARKS, (None, None)),
        ("Give aspirin. (II-2A)", Marks("ABD", romans=True), ("A", "II-2")),
        ("Give aspirin. (I-A)", Marks("ABD", romans=True), ("A", "I")),
        ("Give aspirin. (III-C)", Marks("ABD", romans=True), (None, "III")),
        ("Give aspirin. (C)", Marks("ABD"), (None, None)),
        ("Give aspirin. (I-A)", Marks("ABCD"), (None, None)),
        ("Give aspirin (B) Stop smoking (C)", Marks("ABCD"), (None, None)),
        ("Do (A) this or (B) that at once.", Marks("ABCD"), (None, None)),
        ("Give aspirin (strong recommendation).", Marks("ABCD"), ("strong", None)),
    ],
)  # fmt: skip
def test_bare_marks_are_read_by_the_scheme(text: str, marks: Marks, expected: tuple[str | None, str | None]) -> None:
    assert grading(text, marks) == expected


def test_a_headings_class_is_the_strength_of_what_gives_its_evidence_under_it() -> None:
    under = NO_MARKS.under("Class IIa")
    assert grading("Pacing is reasonable. (Level of Evidence: C)", under) == ("IIa", "C")
    assert grading("Pacing is reasonable.", under) == (None, None)
    assert NO_MARKS.under("Class III: No Benefit").heading == "III"
    assert NO_MARKS.under("Class II heart failure").heading is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STRENGTH: 2.5 mg tablets are stocked.", (None, None)),
        ("Strength: 500 micrograms/mL.", (None, None)),
        ("Offer it (recommendation category: A, evidence type: 4).", ("A", "4")),
        ("There was evidence (evidence type 2) for it.", (None, None)),
        ("Recommendation category B acknowledges that programs vary.", (None, None)),
        ("Experts agreed with the wording and with recommendation category A, and some with type 1.", (None, None)),
        ("Category A recommendation: applies to all persons.", (None, None)),
        ("Beta-blockers are recommended; Class: I; Level: B", ("I", "B")),
        ("We suggest against it (weak recommendation, ⊕⊕◯◯).", ("weak", "low")),
        ("Use it (↑↑, ⊕⊕⊕⊕).", ("strong", "high")),
        ("Gel should be used; Strength: Strong; Certainty: Moderate", ("Strong", "Moderate")),
        ("Use it (conditional recommendation, very low certainty).", ("conditional", "very low")),
        ("1.2.3 Do not offer it to adults.", ("do not", None)),
        ("1.2.3 Offer it to adults.", ("offer", None)),
        ("1.2.3 For adults with pain, consider it.", ("consider", None)),
        ("1.2.3 Give it and do not wait.", (None, None)),
        ("Consider it for adults.", (None, None)),
    ],
)
def test_gradings_of_tables_symbols_and_numbered_recommendations(text: str, expected: tuple[str, str]) -> None:
    assert grading(text) == expected

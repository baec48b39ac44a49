from __future__ import annotations

from index.tables import Grid, footnotes, guessed_heads, is_settled, notes, statements


def said(grid: Grid) -> list[str]:
    return [sentence for sentence, _ in statements(grid)]


def test_a_row_is_a_sentence_with_the_names_of_all_heads() -> None:
    rows = (("Drug", "Dose", "Dose"), ("Drug", "Day 1", "Day 8"), ("Vincristine", "1.5 mg/m²", "1.5 mg/m²"))
    assert guessed_heads(rows) == 2
    assert said(Grid(rows, 2)) == ["Drug: Vincristine; Dose, Day 1: 1.5 mg/m²; Dose, Day 8: 1.5 mg/m²"]


def test_a_row_without_a_subject_has_the_one_above() -> None:
    rows = (("Drug", "Age", "Dose"), ("Paracetamol", "1", "60 mg"), ("", "2", "120 mg"))
    assert said(Grid(rows, 1))[1] == "Drug: Paracetamol; Age: 2; Dose: 120 mg"


def test_a_group_stands_before_the_rows_below_it_and_a_sentence_across_is_one_of_its_own() -> None:
    rows = (("Drug", "Dose"), ("Children", "Children"), ("A", "5 mg"), ("Never give B to children.",) * 2, ("C", "1 g"))
    assert said(Grid(rows, 1)) == [
        "Children; Drug: A; Dose: 5 mg",
        "Never give B to children.",
        "Children; Drug: C; Dose: 1 g",
    ]


def test_a_footnote_follows_the_rows_that_bear_its_mark() -> None:
    noted = notes(["* Not in pregnancy."])
    grid = Grid((("Drug", "Dose"), ("A*", "5 mg"), ("B", "1 g")), 1, noted)
    assert said(grid) == ["Drug: A*; Dose: 5 mg; * Not in pregnancy.", "Drug: B; Dose: 1 g"]


def test_a_first_row_of_values_names_nothing() -> None:
    assert guessed_heads((("Colchicine", "1.2 mg"), ("Naproxen", "500 mg"))) == 0
    assert guessed_heads((("Colchicine", "1.2 mg"),)) == 0
    assert guessed_heads((("Drug", "Dose"), ("Naproxen", "500 mg")), (True, False)) == 1


def test_notes_below_a_table_are_those_that_begin_with_a_mark_of_its_cells() -> None:
    rows = (("Weight", "Dose"), ("10 kg", "16 mg (the maximum)ᶜ"), ("5 kg", "8 mg"))
    below = ["ᶜ Once only. ᵈ Of another table.", "Give it with food."]
    assert footnotes(rows, below) == below[:1]
    assert said(Grid(rows, 1, notes(below)))[0].endswith("16 mg (the maximum)ᶜ; ᶜ Once only.")


def test_a_row_whose_footnote_is_not_known_is_not_quoted() -> None:
    rows = (("Weight", "Dose"), ("10 kg", "16 mgᶜ"), ("5 kg", "8 mg"))
    assert [sure for _, sure in statements(Grid(rows, 1))] == [False, True]
    assert [sure for _, sure in statements(Grid(rows, 1, notes(["ᶜ Once only."])))] == [True, True]


def test_parts_of_rows_are_told_where_nothing_marks_the_cells() -> None:
    names = ("Drug", "Dose", "Interval")
    whole = (names, ("Aprepitant", "80 mg", "once a day"), ("Ondansetron", "8 mg", "every 12 hours"))
    assert is_settled(Grid(whole, 1, marked=False))
    for parts in (
        (names, ("Aprepitant", "80 mg", "once a"), ("", "", "day"), ("Ondansetron", "8 mg", "every 12 hours")),
        (names, ("Aprepitant", "80 mg", "once a day"), ("Ondansetron", "8 mg (at most", "every 12 hours")),
        (names, ("", "80 mg", "once a day"), ("Ondansetron", "8 mg", "every 12 hours")),
        (("Drug", "Dose", ""), *whole[1:]),
    ):
        assert not is_settled(Grid(parts, 1, marked=False))
    assert not is_settled(Grid(whole[1:], 0, marked=False))
    assert not is_settled(Grid(whole, 1, marked=False, doubtful=True))


def test_a_bare_number_without_a_name_is_not_quoted() -> None:
    assert not is_settled(Grid((("6 to 7 kg", "30"), ("8 to 11 kg", "45")), 0))
    assert is_settled(Grid((("6 to 7 kg", "30 mg"), ("8 to 11 kg", "45 mg")), 0))

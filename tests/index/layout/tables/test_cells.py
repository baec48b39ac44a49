"""Cells without lines round them: columns by gaps, rows by steps and by what would have fitted."""

from __future__ import annotations

from index.layout.lines import rows
from index.layout.tables.cells import filled
from index.layout.tables.columns import columns
from index.layout.tables.rowing import rowed
from index.layout.word import Word


def words(*lines: tuple[float, dict[float, str]]) -> list[Word]:
    """Words of five points a letter at the heights and places given."""
    found = []
    for base, cells in lines:
        for start, text in cells.items():
            x = start
            for said in text.split():
                found.append(Word(said, x, x + 5 * len(said), base - 8, base + 2, base))
                x += 5 * len(said) + 3
    return found


def read(made: list[Word]) -> list[tuple[str, ...]]:
    lines = rows(made)
    parts = columns(lines)
    return [filled(each, parts) for each in rowed(lines, parts).rows]


def test_a_cell_over_two_lines_is_one_where_all_steps_are_the_same() -> None:
    made = words(
        (100, {50: "Drug", 150: "Dose", 300: "Days"}),
        (112, {50: "Amoxicillin", 150: "500 mg three times a", 300: "5"}),
        (124, {150: "day by mouth"}),
        (136, {50: "Doxycycline", 150: "200 mg then 100 mg", 300: "7"}),
        (148, {150: "afterwards"}),
    )
    assert read(made) == [
        ("Drug", "Dose", "Days"),
        ("Amoxicillin", "500 mg three times a day by mouth", "5"),
        ("Doxycycline", "200 mg then 100 mg afterwards", "7"),
    ]


def test_larger_steps_part_rows_that_have_no_subject_of_their_own() -> None:
    made = words(
        (100, {50: "Unknown", 150: "piperacillin", 300: "90"}),
        (118, {150: "gentamicin", 300: "5"}),
        (136, {50: "Line", 150: "vancomycin with a", 300: "25"}),
        (147, {150: "loading dose"}),
    )
    assert read(made) == [
        ("Unknown", "piperacillin", "90"),
        ("", "gentamicin", "5"),
        ("Line", "vancomycin with a loading dose", "25"),
    ]

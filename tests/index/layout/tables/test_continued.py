"""A row that a page's end cuts is put together; one under a merged cell is a row of its own."""

from __future__ import annotations

from index.layout.tables.cells import Found
from index.layout.tables.continued import mended

STARTS = (50.0, 150.0, 300.0)
HEADS = ("Drug", "Dose", "Hazard")


def table(*rows: tuple[str, ...]) -> Found:
    return Found((50, 100, 400, 300), (HEADS, *rows), tuple(n == 0 for n in range(len(rows) + 1)), starts=STARTS)


def test_the_rest_of_a_cut_row_goes_back_to_it() -> None:
    first, second = mended(
        [
            [table(("Propofol", "5 mg/kg", "syndrome and"))],
            [table(("", "over 5 minutes", "hypotension"), ("Ketamine", "1 mg/kg", "none"))],
        ]
    )
    assert isinstance(first[0], Found) and isinstance(second[0], Found)
    assert first[0].rows[-1] == ("Propofol", "5 mg/kg over 5 minutes", "syndrome and hypotension")
    assert second[0].rows == (HEADS, ("Ketamine", "1 mg/kg", "none"))


def test_a_whole_row_without_its_subject_stays() -> None:
    pages = [[table(("Meningitis", "Ceftriaxone 2 g", "Rash"))], [table(("", "Aciclovir 10 mg/kg", "Nausea"))]]
    assert mended(pages) == pages


def test_a_name_that_the_page_breaks_is_one_word() -> None:
    (first, _) = mended([[table(("Hydrocorti", "100 mg", "none"))], [table(("sone", "", ""), ("Zinc", "50 mg", "no"))]])
    assert isinstance(first[0], Found) and first[0].rows[-1] == ("Hydrocortisone", "100 mg", "none")

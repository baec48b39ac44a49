"""What a document's tables give: sentences, or words that are never quoted where rows are not sure."""

from __future__ import annotations

from dataclasses import replace

from index.document import Block
from index.layout.tables.cells import Found
from index.layout.tables.tabled import UNREAD, Tables

NAMES = ("Drug", "Dose", "Interval")
STARTS = (50.0, 150.0, 250.0)


def found(*rows: tuple[str, ...], left: float = 50, heads: int = 1) -> Found:
    starts = tuple(start + left - 50 for start in STARTS)
    bold = tuple(number < heads for number in range(len(rows)))
    return Found((left, 100, left + 200, 300), rows, bold, starts=starts)


def test_a_table_that_is_not_settled_is_named_and_not_quotable() -> None:
    tables, blocks = Tables(), list[Block]()
    rows = (NAMES, ("Aprepitant", "80 mg", "every"), ("", "", "day"))
    tables.add(tables.grid(found(*rows), 7, alone=True), 7, blocks)
    assert tables.unread == [7]
    assert [block.text for block in blocks] == [UNREAD, "Drug Dose Interval", "Aprepitant 80 mg every", "day"]
    assert not any(block.quotable for block in blocks)


def test_a_table_goes_on_in_the_next_column_with_its_names_its_subject_and_its_notes() -> None:
    tables, blocks = Tables(), list[Block]()
    rows = (NAMES, ("Aprepitant", "80 mgᵃ", "once a day"), ("Ondansetron", "8 mg", "every 12 hours"))
    tables.add(tables.grid(found(*rows), 1, alone=True), 1, blocks)
    rest = found(("", "4 mgᵃ", "every 8 hours"), left=300, heads=0)
    tables.add(tables.grid(rest, 1, alone=True), 1, blocks)
    assert [block.quotable for block in blocks] == [False, True, False]
    tables.note("ᵃ Not in pregnancy.")
    assert blocks[0].text == "Drug: Aprepitant; Dose: 80 mgᵃ; Interval: once a day; ᵃ Not in pregnancy."
    assert blocks[2].text == "Drug: Ondansetron; Dose: 4 mgᵃ; Interval: every 8 hours; ᵃ Not in pregnancy."
    assert all(block.quotable for block in blocks)


def test_a_table_with_the_names_of_the_one_on_the_page_before_goes_on_with_its_group() -> None:
    tables, blocks = Tables(), list[Block]()
    first = found(NAMES, ("By mouth", "", ""), ("Morphine", "30 mg", "12 hours"))
    tables.add(tables.grid(first, 1, alone=True), 1, blocks)
    narrower = replace(found(NAMES, ("Codeine", "240 mg", "24 hours")), starts=(50.0, 130.0, 280.0))
    tables.add(tables.grid(narrower, 2, alone=True), 2, blocks)
    assert blocks[-1].text == "By mouth; Drug: Codeine; Dose: 240 mg; Interval: 24 hours"


def test_a_table_whose_last_name_a_printer_cut_off_is_not_quotable() -> None:
    for last, whole in (("Interval", True), ("Interva", False)):
        tables, blocks = Tables(), list[Block]()
        names = ("Drug", "Interval", last)
        tables.add(
            tables.grid(found(names, ("Cefazolin", "24", "12"), ("Cefepime", "24", "8")), 1, alone=True), 1, blocks
        )
        assert all(block.quotable for block in blocks) == whole

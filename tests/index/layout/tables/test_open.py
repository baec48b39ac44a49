"""Tables between rules across: narrow columns, names over several of them, cells that touch, a page's end."""

from __future__ import annotations

from dataclasses import replace

from index.layout.tables.open import open_tables
from index.layout.word import Word


def line(base: float, *cells: tuple[float, str]) -> list[Word]:
    """Words of four points a letter, two apart, standing at ``base``."""
    words = []
    for x, text in cells:
        for said in text.split():
            words.append(Word(said, x, x + 4 * len(said), base - 7, base + 2, base))
            x += 4 * len(said) + 2  # noqa: PLW2901
    return words


def slanted(words: list[Word]) -> list[Word]:
    return [replace(word, italic=True) for word in words]


def rule(top: float) -> dict[str, object]:
    return {"orientation": "h", "top": top, "x0": 50.0, "x1": 230.0}


NAMES = [
    *line(100, (50, "Drug"), (110, "Age"), (170, "Use")),
    *line(110, (110, "1 year"), (140, "2 years")),
]
ROWS = [
    *line(122, (50, "Hydrocortison"), (110, "25 mg or"), (146, "50 mg"), (182, "pain")),
    *line(132, (110, "less")),
    *line(142, (110, "30 mg"), (146, "60 mg"), (182, "fever")),
    *line(152, (50, "Ketamine"), (110, "1 mg"), (146, "2 mg (at"), (182, "burns")),
    *line(162, (146, "most 9)")),
]


def test_lines_of_a_cell_are_told_from_rows_where_all_steps_are_the_same() -> None:
    names = [*line(100, (50, "Drug"), (110, "Age"), (182, "Use")), *line(110, (110, "1 year"), (146, "2 years"))]
    (found,) = open_tables([rule(90), rule(113), rule(166)], [*names, *ROWS])
    assert found.rows == (
        ("Drug", "Age", "Age", "Use"),
        ("", "1 year", "2 years", ""),
        ("Hydrocortison", "25 mg or less", "50 mg", "pain"),
        ("", "30 mg", "60 mg", "fever"),
        ("Ketamine", "1 mg", "2 mg (at most 9)", "burns"),
    )
    assert not found.doubtful


def test_the_names_of_a_table_whose_rows_are_on_the_next_page_are_kept() -> None:
    (found,) = open_tables([rule(90), rule(113)], NAMES)
    assert found.only_names
    assert found.rows[0][:2] == ("Drug", "Age")


def test_a_box_round_a_list_is_no_table() -> None:
    words = [
        *line(100, (60, "•"), (72, "a silent chest")),
        *line(112, (60, "•"), (72, "confusion or drowsiness")),
        *line(124, (60, "•"), (72, "poor respiratory effort")),
    ]
    assert list(open_tables([rule(90), rule(130)], words)) == []


def test_a_word_too_long_for_its_cell_is_in_the_column_where_it_begins() -> None:
    names = line(100, (50, "Drug"), (110, "Speed"), (150, "Most"))
    rows = [
        *line(120, (50, "Esmolol"), (110, "50"), (150, "200")),
        *line(130, (110, "micrograms/kg/min")),
        *line(140, (50, "Labetalol"), (110, "15"), (150, "120")),
        *line(150, (110, "milligrams/hour")),
        *line(160, (50, "Nicardipine"), (110, "3"), (150, "15")),
        *line(170, (110, "milligrams/hour")),
    ]
    (found,) = open_tables([rule(90), rule(108), rule(180)], [*names, *rows])
    assert found.rows[1] == ("Esmolol", "50 micrograms/kg/min", "200") and not found.doubtful


def test_a_name_in_the_middle_over_two_columns_set_right_is_over_both() -> None:
    names = [*line(100, (50, "Opioid"), (112, "Dose (mg)")), *line(110, (118, "Oral"), (166, "Nasal"))]
    rows = [
        *slanted(line(122, (50, "Weak"))),
        *line(132, (50, "Tramadol"), (130, "9"), (178, "12")),
        *slanted(line(142, (50, "Strong"))),
        *line(152, (50, "Fentanyl"), (126, "10"), (182, "2")),
        *line(162, (50, "Morphine"), (126, "30"), (182, "8")),
    ]
    (found,) = open_tables([rule(90), rule(113), rule(170)], [*names, *rows])
    assert found.rows[:2] == (("Opioid", "Dose (mg)", "Dose (mg)"), ("", "Oral", "Nasal"))
    assert found.rows[2] == ("Weak", "", "") and found.rows[4] == ("Strong", "", "")


def test_names_set_left_are_over_the_numbers_set_right_that_end_their_columns() -> None:
    names = [*line(100, (50, "Opioid"), (100, "Dose (mg)")), *line(110, (100, "Oral"), (150, "Nasal"))]
    rows = [
        *line(122, (50, "Tramadol"), (132, "9"), (188, "12")),
        *line(132, (50, "Fentanyl"), (128, "10"), (192, "2")),
        *line(142, (50, "Morphine"), (128, "30"), (192, "8")),
    ]
    (found,) = open_tables([rule(90), rule(113), rule(150)], [*names, *rows])
    assert found.rows[:2] == (("Opioid", "Dose (mg)", "Dose (mg)"), ("", "Oral", "Nasal"))


def test_a_caption_between_two_tables_parts_them() -> None:
    words = [
        *line(100, (50, "Drug"), (110, "Dose")),
        *line(120, (50, "Senna"), (110, "15 mg")),
        *line(130, (50, "Bisacodyl"), (110, "5 mg")),
        *line(160, (70, "Table 2: Drugs for sickness")),
        *line(180, (50, "Drug"), (130, "Dose")),
        *line(200, (50, "Cyclizine"), (130, "50 mg")),
        *line(210, (50, "Ondansetron"), (130, "4 mg")),
    ]
    rules = [rule(top) for top in (90, 108, 138, 170, 188, 218)]
    assert [found.rows[0] for found in open_tables(rules, words)] == [("Drug", "Dose"), ("Drug", "Dose")]

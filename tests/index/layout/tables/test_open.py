"""Tables between rules across: narrow columns, names over several of them, cells that touch, a page's end."""

from __future__ import annotations

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

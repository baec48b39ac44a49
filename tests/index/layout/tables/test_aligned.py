from __future__ import annotations

from index.layout.tables.aligned import aligned_tables, wide_tables
from index.layout.word import Word


def line(base: float, *cells: tuple[float, str]) -> list[Word]:
    """Words of five points a letter, standing at ``base``."""
    words = []
    for x, text in cells:
        for said in text.split():
            words.append(Word(said, x, x + 5 * len(said), base - 8, base + 2, base))
            x += 5 * len(said) + 3  # noqa: PLW2901
    return words


def test_lines_whose_parts_stand_below_one_another_are_a_table() -> None:
    words = [
        *line(100, (50, "Factors are as follows.")),
        *line(120, (50, "Opioid"), (250, "Factor")),
        *line(135, (50, "Codeine"), (250, "0.15")),
        *line(150, (50, "Fentanyl transdermal"), (250, "2.4")),
    ]
    (table,) = aligned_tables(words)
    assert table.rows == (("Opioid", "Factor"), ("Codeine", "0.15"), ("Fentanyl transdermal", "2.4"))


def test_lists_contents_and_prose_are_none() -> None:
    numbered = [word for n in range(5) for word in line(100 + 15 * n, (50, f"{n + 1}."), (80, "Give it at once."))]
    contents = [word for n in range(5) for word in line(100 + 15 * n, (50, "Treatment"), (400, f"{n + 3}"))]
    prose = [
        word
        for n in range(6)
        for word in line(100 + 12 * n, (50, "words of the left column here"), (300, "words of the right column here"))
    ]
    for words in (numbered, contents, prose):
        assert list(aligned_tables(words)) == []


def test_a_table_over_the_columns_of_a_page_is_one() -> None:
    table = [
        word
        for n, (drug, dose, route, rest) in enumerate(
            [("Drug", "Dose", "Route", "Not if"), ("A", "5 mg", "mouth", "allergy"), ("B", "1 g", "vein", "none")]
        )
        for word in line(100 + 12 * n, (50, drug), (160, dose), (300, route), (420, rest))
    ]
    text = [
        word
        for n in range(8)
        for word in line(180 + 12 * n, (50, "words of the left column here and on"), (300, "words of the right column"))
    ]
    (found,) = wide_tables([*table, *text])
    assert found.rows[1] == ("A", "5 mg", "mouth", "allergy")
    assert list(wide_tables(text)) == []

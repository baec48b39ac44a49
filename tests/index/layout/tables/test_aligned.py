from __future__ import annotations

from dataclasses import replace

from index.layout.tables.aligned import aligned_tables, wide_tables
from index.layout.tables.turned import under_turned
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


def slanted(words: list[Word]) -> list[Word]:
    return [replace(word, italic=True) for word in words]


def test_slanted_names_of_groups_part_no_table_though_rows_differ_in_what_they_fill() -> None:
    words = [
        *line(100, (50, "Drug"), (150, "Use"), (250, "Dose"), (350, "Level")),
        *slanted(line(112, (50, "Antivirals"))),
        *line(124, (50, "Aciclovir"), (150, "shingles"), (250, "800 mg")),
        *line(136, (50, "Oseltamivir"), (150, "influenza"), (250, "75 mg")),
        *slanted(line(148, (50, "Antifungals"))),
        *line(160, (50, "Fluconazole"), (150, "thrush"), (250, "50 mg")),
        *line(172, (50, "Voriconazole"), (150, "mould"), (250, "200 mg"), (350, "2 mg/L")),
    ]
    (found,) = aligned_tables(words)
    assert found.rows[0] == ("Drug", "Use", "Dose", "Level")
    assert found.rows[1] == ("Antivirals", "", "", "") and found.rows[-1][-1] == "2 mg/L"


def test_numbers_set_beside_amounts_are_no_contents() -> None:
    amounts = [
        word
        for n, (patch, morphine, dose) in enumerate(
            [("12", "30 to 45", "5"), ("25", "60 to 90", "10"), ("50", "99", "20")]
        )
        for word in line(115 + 15 * n, (50, patch), (150, morphine), (300, dose))
    ]
    (found,) = aligned_tables([*line(100, (50, "Patch"), (150, "Morphine"), (300, "Dose")), *amounts])
    assert found.rows[1] == ("12", "30 to 45", "5")


def test_names_that_run_up_the_page_are_those_of_the_columns_below() -> None:
    rows = [
        *line(115, (50, "Ketamine"), (150, "yes"), (200, "no")),
        *line(130, (50, "Octreotide"), (150, "no"), (200, "yes")),
        *line(145, (50, "Furosemide"), (150, "no"), (200, "no")),
    ]
    up = [
        Word(text, x, x + 10, 100 - 5 * len(text), 100, 100, turned=True)
        for x, text in ((150, "Morphine"), (200, "Midazolam"))
    ]
    (found,) = aligned_tables(rows)
    named = under_turned(found, [*up, *line(100, (50, "Drug"))])
    assert named.rows[0] == ("Drug", "Morphine", "Midazolam") and named.bold[0]
    assert under_turned(found, up[:1]) == found


def test_two_words_of_which_one_lies_over_the_other_are_those_of_two_cells() -> None:
    drugs = ["Vancomycin", "Cefotaxime", "Amikacin", "Gentamicin", "Amoxicillin", "Ampicillin", "Aztreonam", "Cefepime"]
    rows = [
        word
        for n, drug in enumerate(drugs)
        for word in line(115 + 15 * n, (50, drug), (115, "sepsis"), (250, f"{n + 11} mg"))
    ]
    over = [Word("Metronidazolenterocolitis", 50, 170, 227, 237, 235), *line(235, (250, "7.5 mg"))]
    (found,) = aligned_tables([*rows, *over])
    assert found.rows[-1] == ("Metronidazole", "enterocolitis", "7.5 mg") and not found.doubtful

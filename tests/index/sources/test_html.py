from __future__ import annotations

from pathlib import Path

import pytest

from index.document import Block, Document, Section, Skipped
from index.sources.html import read
from index.sources.markup import sections_of

PAGE = """<!DOCTYPE html><html><head><title>  Asthma
guideline </title><meta property="og:site_name" content="GINA">
<meta name="citation_publication_date" content="2024/05/07">
<link rel="canonical" href="https://example.org/asthma"><script>var x = "hidden";</script></head><body>
<nav><a href="/">Home</a></nav><main><h1>Asthma</h1><p>Use <b>ICS-formoterol</b><br>as needed.</p>
<h2>Children</h2><ul><li><p>Refer. (Grade B)</p></li></ul><h2>Adults</h2><h3>Doses</h3><p>200 mcg.</p></main>
<footer>Cookies</footer></body></html>"""


def test_a_page(tmp_path: Path) -> None:
    (tmp_path / "asthma.html").write_text(PAGE)
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert (document.id, document.title, document.year) == ("asthma", "Asthma guideline", 2024)
    assert (document.organisations, document.url) == (("GINA",), "https://example.org/asthma")
    assert document.sections == (
        Section(("Asthma",), (Block("Use ICS-formoterol as needed."),)),
        Section(("Asthma", "Children"), (Block("Refer. (Grade B)", True, level=1),)),
        Section(("Asthma", "Adults", "Doses"), (Block("200 mcg."),)),
    )


def test_a_page_without_text_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html><body><nav>Home</nav></body></html>")
    (tmp_path / "b.html").write_text("")
    assert all(isinstance(item, Skipped) for item in read(tmp_path))


def test_broken_markup_is_read_all_the_same() -> None:
    assert sections_of("<p>Give <b>aspirin<p>Then stop.") == (
        Section((), (Block("Give aspirin"), Block("Then stop."))),
    )


def test_a_cell_that_spans_rows_stands_in_each() -> None:
    table = (
        "<table><tr><th>Drug</th><th>Age</th><th>Dose</th></tr><tr><td rowspan='2'>Amoxicillin</td><td>1</td>"
        "<td>125 mg</td></tr><tr><td>5</td><td>250 mg</td></tr><tr><td colspan='2'>Others</td><td>none</td></tr>"
        "</table>"
    )
    (section,) = sections_of(table)
    assert [block.text for block in section.blocks] == [
        "Drug: Amoxicillin; Age: 1; Dose: 125 mg",
        "Drug: Amoxicillin; Age: 5; Dose: 250 mg",
        "Drug: Others; Age: Others; Dose: none",
    ]


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", ""),
        ("utf-8", "<meta charset='iso-8859-1'>"),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", ""),
        ("cp1252", "<meta http-equiv='content-type' content='text/html; charset=iso-8859-1'>"),
        ("iso-8859-15", "<meta charset='iso-8859-15'>"),
        ("cp1252", "<meta charset='no-such'>"),
    ],
)
def test_dose_ranges_and_micrograms_survive_every_encoding(tmp_path: Path, encoding: str, head: str) -> None:
    said = "5 µg à 10 µg" if encoding == "iso-8859-15" else "5–10 µg, the patient’s dose"
    (tmp_path / "a.html").write_bytes(f"<html><head>{head}</head><body><p>{said}</p></body></html>".encode(encoding))
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert document.sections[0].blocks == (Block(said),)


def test_what_is_no_text_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(bytes(range(256)))
    (skipped,) = read(tmp_path)
    assert isinstance(skipped, Skipped) and skipped.why == "it is no text"


def test_a_list_is_quoted_item_by_item_each_after_its_stem() -> None:
    items = "".join(f"<li>{'word ' * 60}{number}.</li>" for number in range(4))
    (section,) = sections_of(f"<ul><li>Choose one of:<ul>{items}</ul></li></ul>")
    assert [block.text.split()[-1] for block in section.blocks] == ["0.", "1.", "2.", "3."]
    assert all(block.text.startswith("Choose one of: ") for block in section.blocks)


@pytest.mark.parametrize("markup", ["", "  ", "<div></div>", "<table><tr><td></td></tr></table>", "<!-- x -->"])
def test_nothing_gives_nothing(markup: str) -> None:
    assert sections_of(markup) == ()


def test_a_list_of_another_kind_has_not_the_stem_of_the_one_before_it() -> None:
    sections = sections_of("<p>Do not give in:</p><ul><li>gout</li><li>asthma</li></ul><ol><li>Check eGFR.</li></ol>")
    assert [block.text for section in sections for block in section.blocks] == [
        "Do not give in: gout",
        "Do not give in: asthma",
        "Check eGFR.",
    ]


def test_the_foot_of_a_table_is_read_and_a_footnote_is_not_quoted_alone() -> None:
    (section,) = sections_of(
        "<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>Aspirin*</td><td>75 mg</td></tr>"
        "<tfoot><tr><td colspan=2>* Not in asthma.</td></tr><tr><td colspan=2>Give with food.</td></tr></tfoot></table>"
    )
    assert [(block.text, block.quotable) for block in section.blocks] == [
        ("Drug: Aspirin*; Dose: 75 mg; * Not in asthma.", True),
        ("* Not in asthma.", False),
        ("Give with food.", True),
    ]


def test_a_note_below_a_table_goes_with_the_rows_that_bear_its_mark() -> None:
    markup = "<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>A<sup>a</sup></td><td>5 mg</td></tr>"
    markup += "<tr><td>B</td><td>1 g</td></tr></table><p><sup>a</sup> Not in pregnancy.</p><p>Give it at once.</p>"
    (section,) = sections_of(markup)
    assert [each.text for each in section.blocks if each.quotable] == [
        "Drug: Aᵃ; Dose: 5 mg; ᵃ Not in pregnancy.",
        "Drug: B; Dose: 1 g",
        "Give it at once.",
    ]

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest

from index.chunk import passages
from index.document import Document, Skipped
from index.sources.ngc import read
from tests.index.shared import unpacked

FIELDS = {
    "161": "<div class='content_title'>Management of gout.</div>",
    "120": "<p>This is the current release of the guideline.</p>",
    "128": "<p>1997 (revised 2013 Oct; reviewed 2016)</p>",
    "158": "American College of Rheumatology - Medical Specialty Society",
    "132": "<p>Adults with gout</p>",
    "118": '<p>Available from the <a href="https://example.org/gout">ACR</a> or <a href="mailto:a@b.c">mail</a>.</p>',
    "144": "<p>Colchicine is contraindicated in severe renal failure.</p>",
    "151": (
        "<p><strong>Acute Flare</strong></p><ul><li>Give colchicine within 36 hours. "
        "(Strong recommendation, moderate-quality evidence)</li>"
        "<li>Avoid:<ul><li>aspirin</li><li>beer</li></ul></li></ul>"
        "<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>Colchicine</td><td>1.2 mg</td></tr></table>"
    ),
}


def summary(fields: dict[str, str]) -> str:
    rows = "".join(
        f'<Field FieldID="{number}"><FieldValue Value="{escape(value, quote=True)}" /></Field>'
        for number, value in fields.items()
    )
    return f"<Version><Section>{rows}</Section></Version>"


def one(tmp_path: Path, **changed: str) -> Document | Skipped:
    (tmp_path / "ngc-1.xml").write_text(summary(FIELDS | {key.lstrip("f"): value for key, value in changed.items()}))
    (item,) = read(tmp_path)
    return item


def test_a_summary(tmp_path: Path) -> None:
    document = one(tmp_path)
    assert isinstance(document, Document)
    assert (document.id, document.title, document.year) == ("ngc-1", "Management of gout", 2013)
    assert document.organisations == ("American College of Rheumatology",)
    assert (document.population, document.url) == ("Adults with gout", "https://example.org/gout")
    assert [section.heading for section in document.sections] == [
        ("Major Recommendations", "Acute Flare"),
        ("Contraindications",),
    ]
    colchicine, aspirin, beer, dose = document.sections[0].blocks
    assert colchicine.statement
    graded = next(passages(document)).sentences[0]
    assert (graded.strength, graded.grade) == ("Strong", "moderate")
    assert (aspirin.text, beer.text) == ("Avoid: aspirin", "Avoid: beer")
    assert dose.text == "Drug: Colchicine; Dose: 1.2 mg"


def test_bare_marks_are_read_by_the_summarys_own_schemes(tmp_path: Path) -> None:
    said = "<p>Give colchicine early. (I-A)</p>"
    schemes = {
        "f146": "A. There is good evidence. B. There is fair evidence. C. It is conflicting.",
        "f149": "I: Trials II-1: Controlled II-2: Cohorts III: Opinions",
    }
    for changed, expected in (({}, (None, None)), (schemes, ("A", "I"))):
        document = one(tmp_path, f151=said, **changed)
        assert isinstance(document, Document)
        first = next(passages(document)).sentences[-1]
        assert (first.strength, first.grade) == expected


@pytest.mark.parametrize(
    ("scheme", "strength"), [("<p>A: good. B: fair. C: poor.</p>", "B"), ("<p>Not stated</p>", None)]
)
def test_a_bare_letter_is_a_strength_where_the_scheme_says_so(
    tmp_path: Path, scheme: str, strength: str | None
) -> None:
    document = one(tmp_path, f151="<ul><li>Give colchicine. (B)</li></ul>", f146=scheme)
    assert isinstance(document, Document)
    assert next(passages(document)).sentences[0].strength == strength


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("This is the current release of the guideline.", "current"),
        ("This guideline has been withdrawn.", "withdrawn"),
        ("This summary was replaced by a newer one.", "superseded"),
    ],
)
def test_status(tmp_path: Path, words: str, status: str) -> None:
    document = one(tmp_path, f120=f"<p>{words}</p>")
    assert isinstance(document, Document)
    assert document.status == status


def test_files_that_are_none_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<Version><Section>")
    (tmp_path / "b.xml").write_text("<Other/>")
    assert all(isinstance(item, Skipped) for item in read(tmp_path))


def test_entities_from_outside_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret words")
    text = summary(FIELDS).replace("Management of gout.", "&leak;")
    (tmp_path / "x.xml").write_text(f'<!DOCTYPE Version [<!ENTITY leak SYSTEM "{tmp_path}/secret">]>{text}')
    for item in read(tmp_path):
        assert "secret words" not in repr(item)


def test_real_summaries(tmp_path: Path) -> None:
    items = list(read(unpacked("ngc/guidelines.tar.xz", tmp_path, 60)))
    documents = [item for item in items if isinstance(item, Document)]
    assert len(documents) == len(items) == 60
    assert all(document.year and document.organisations and document.population for document in documents)
    cut = [passage for document in documents for passage in passages(document)]
    assert any("Major Recommendations" in passage.section for passage in cut)
    assert any(sentence.grade for passage in cut for sentence in passage.sentences)
    assert not any("<" in passage.title or "&nbsp" in passage.text for passage in cut)


def test_what_was_encoded_twice_is_mended(tmp_path: Path) -> None:
    said = "Give 5–10 µg to adults ≥ 65 in Malmö."
    document = one(tmp_path, f151=f"<p>{said.encode().decode('latin-1')}</p><p>{said}</p>")
    assert isinstance(document, Document)
    assert [block.text for block in document.sections[0].blocks] == [said, said]

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import GUIDELINES
from index.document import Block, Document, Section, Skipped
from index.sources.markdown import parse, read
from medrag.errors import InputError


def one(path: Path) -> Document:
    (item,) = read(path)
    assert isinstance(item, Document)
    return item


def test_the_starter_corpus_reads_whole() -> None:
    """Every bullet of every file is exactly one statement, and every file says where it is from."""
    for path in sorted(GUIDELINES.glob("*.md")):
        document = one(path)
        bullets = sum(line.startswith("- ") for line in path.read_text("utf-8").splitlines())
        blocks = [block for section in document.sections for block in section.blocks]
        assert all(block.statement for block in blocks), path.name
        assert len(blocks) == bullets, path.name
        assert all("{" not in block.text and block.text.endswith(".") for block in blocks), path.name
        assert document.id == path.stem
        assert document.organisations and document.year and document.url and document.icd10, path.name


def test_front_matter_headings_gradings_and_continued_lines(tmp_path: Path) -> None:
    path = tmp_path / "gout.md"
    path.write_text(
        "---\ntitle: Gout\norganisations: [ACR, EULAR]\nyear: 2020\nicd10: [M10]\nstatus: superseded\n"
        "history: ['2026-11: dose corrected.']\n---\n"
        "Preamble\nin two lines.\n\n## Flare\n\n- Give colchicine\n  1.2 mg. {strength: strong; evidence: high}\n"
        "- Ice helps.\n\n### Children\n\n1. Refer.\n## Cautions\nText.\n"
    )
    document = one(path)
    assert (document.title, document.year, document.status) == ("Gout", 2020, "superseded")
    assert (document.organisations, document.icd10) == (("ACR", "EULAR"), ("M10",))
    assert document.sections == (
        Section((), (Block("Preamble in two lines."),)),
        Section(
            ("Flare",),
            (Block("Give colchicine 1.2 mg.", True, "strong", "high", 1), Block("Ice helps.", True, level=1)),
        ),
        Section(("Flare", "Children"), (Block("Refer.", True, level=1),)),
        Section(("Cautions",), (Block("Text."),)),
    )


def test_plain_text_needs_no_marks(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("One paragraph.\r\n\r\nAnother.")
    document = one(tmp_path / "note.txt")
    assert document.title == "note"
    assert document.sections == (Section((), (Block("One paragraph."), Block("Another."))),)


def test_a_first_level_heading_is_the_title() -> None:
    assert parse("# Asthma\ntext\n## Doses\n- x") == (
        "Asthma",
        (Section((), (Block("text"),)), Section(("Doses",), (Block("x", True, level=1),))),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\ntitel: Gout\n---\ntext", "titel"),
        ("---\nstatsu: withdrawn\n---\ntext", "did you mean status"),
        ("---\nyear: soon\n---\ntext", "year"),
        ("---\nstatus: old\n---\ntext", "status"),
        ("---\n[unclosed\n---\ntext", "flow"),
        ("---\ntitle: Empty\n---\n\n", "no text"),
        ("## Doses\n- Give it. {strenght: 1}", "not a grading"),
    ],
)
def test_a_file_that_cannot_be_used_is_skipped_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "bad.md").write_text(text)
    (tmp_path / "good.md").write_text("Good.")
    bad, good = read(tmp_path)
    assert isinstance(bad, Skipped)
    assert bad.where.endswith("bad.md")
    assert why in bad.why
    assert isinstance(good, Document)


def test_bytes_that_are_not_text_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\x00")
    (item,) = read(tmp_path / "bad.md")
    assert isinstance(item, Skipped)


def test_ids_are_paths_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "who").mkdir()
    (tmp_path / "who" / "malaria.md").write_text("Treat.")
    assert one(tmp_path).id == "who/malaria"
    assert one(tmp_path / "who" / "malaria.md").id == "malaria"


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file or folder"):
        list(read(tmp_path / "none"))
    with pytest.raises(InputError, match=r"no file \.md"):
        list(read(tmp_path))


def test_front_matter_of_a_site_is_its_own_business(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "---\nsidebar_position: 3\ntags: [a]\nhide: [toc]\ndate: 2025-02-11\nstatus: deprecated\n---\nGive it.\n"
    )
    document = one(path)
    assert (document.year, document.status) == (2025, "superseded")
    assert document.sections == (Section((), (Block("Give it."),)),)


@pytest.mark.parametrize("key", ["license", "licence"])
def test_front_matter_may_say_the_licence(key: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"---\n{key}: CC-BY-4.0\nattribution: WHO, 2024\n---\nGive it.\n")
    document = one(path)
    assert (document.licence, document.attribution) == ("CC-BY-4.0", "WHO, 2024")


def test_indented_text_and_underlined_words_are_what_they_were() -> None:
    title, sections = parse("Asthma\n======\n\n    Give 5 mg,\n    then stop.\n\nDoses\n-----\nText.\n")
    assert title == "Asthma"
    assert sections == (Section((), (Block("Give 5 mg, then stop."),)), Section(("Doses",), (Block("Text."),)))

"""The transparency document: one source for people and programs, whole, and true about the repository."""

from __future__ import annotations

import re

import httpx

from medrag.generation.scripted import ScriptedModel
from medrag.server.about.document import Document, document, markdown
from tests.paths import ROOT
from tests.server.conftest import EngineOf
from tests.server.guard.test_access import KEYS
from tests.server.serving import serving


def test_the_page_is_written_from_the_data() -> None:
    assert (ROOT / "docs" / "intended-use.md").read_text() == markdown(document())


def test_every_row_of_a_section_has_the_same_names() -> None:
    for section in document().sections:
        assert len({tuple(row) for row in section.rows}) <= 1, section.id
        assert section.text or section.rows
        assert all(cell.strip() and "|" not in cell for row in section.rows for cell in row.values()), section.id


def test_it_covers_what_it_says() -> None:
    sections = {section.id: section for section in document().sections}
    assert {"intended_use", "not_for", "inputs", "development", "testing", "hazards", "fda", "hti1", "eu"} == set(
        sections
    )
    assert [row["criterion"][0] for row in sections["fda"].rows] == ["1", "2", "3", "4"]
    assert all(row["control"] and row["residual"] for row in sections["hazards"].rows)


def test_the_files_it_names_exist() -> None:
    for path in set(re.findall(r"\b(?:docs|medrag|tests)/[\w/.-]+\w", markdown(document()))):
        assert (ROOT / path).exists(), path


def test_it_is_served_to_everybody_with_what_runs(engine_of: EngineOf) -> None:
    engine = engine_of(ScriptedModel(["C"]))
    with serving(engine, keys=KEYS) as base:
        told = httpx.get(f"{base}/v1/about").json()
    running = told.pop("running")
    assert told.pop("object") == "about" and Document.model_validate(told) == document()
    assert (running["model"], running["index"]) == ("scripted", engine.retriever.index.hash)
    assert running["knowledge"] == engine.knowledge.hash

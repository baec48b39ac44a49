"""Superseded, withdrawn and graded passages from the command line and over HTTP; the model takes all it sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.build import build
from medrag import knowledge
from medrag.engine import Engine
from medrag.generation.model import Generation
from medrag.generation.scripted import ScriptedModel
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.index import Index
from tests.commands import medrag
from tests.server.serving import serving

QUESTION = "What is the starting dose of allopurinol in gout?"
EDITIONS = (("2020", "current", "100 mg"), ("2012", "superseded", "300 mg"), ("2006", "withdrawn", "200 mg"))
RECOMMENDATIONS = (
    "- Start allopurinol at {dose} by mouth once daily in adults with gout. {{strength: strong; evidence: moderate}}\n"
    "- At the start of allopurinol in gout, take colchicine 0.5 mg by mouth daily. {{strength: 2b; evidence: C}}\n"
    "- Allopurinol lowers urate in gout.\n"
)


def everything(generation: Generation) -> str:
    """Every sentence offered, as a model that leaves nothing out."""
    return ",".join(generation.choices)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = tmp_path_factory.mktemp("editions")
    for year, status, dose in EDITIONS:
        head = f"---\ntitle: Gout {year}\nyear: {year}\nstatus: {status}\n---\n## Urate-lowering treatment\n\n"
        (corpus / f"gout-{year}.md").write_text(head + RECOMMENDATIONS.format(dose=dose))
    build([("markdown", corpus)], corpus / "index", Encoder())
    return corpus / "index"


@pytest.fixture(scope="module")
def url(directory: Path) -> Iterator[str]:
    encoder = Encoder()
    retriever = Retriever(Index.open(directory, encoder), encoder)
    with serving(Engine(retriever, ScriptedModel([everything]), knowledge.load(None))) as base:
        yield base


def advice(url: str, **filters: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The message and the typed advice."""
    body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "medrag": {"filters": filters}}
    answer = httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60).json()
    return answer["choices"][0]["message"], answer["medrag"]


def test_only_current_passages_are_used_by_default(url: str, directory: Path) -> None:
    message, typed = advice(url)
    assert {each["passage"]["doc_id"] for each in typed["evidence"]} == {"gout-2020"}
    assert "300 mg" not in message["content"] and "SUPERSEDED" not in message["content"]
    asked = medrag("ask", QUESTION, "--server", url).stdout
    assert "100 mg" in asked and "300 mg" not in asked
    assert "300 mg" not in medrag("search", QUESTION, "--index", directory).stdout
    found = httpx.post(f"{url}/v1/search", json={"question": QUESTION}).json()["data"]
    assert [each["passage"]["status"] for each in found] == ["current"]


def test_superseded_passages_are_shown_as_such_where_asked_for(url: str, directory: Path) -> None:
    message, typed = advice(url, statuses=["superseded"])
    titles = {each["url_citation"]["title"] for each in message["annotations"]}
    assert titles == {"Gout 2012 [SUPERSEDED]"}
    assert {each["status"] for said in typed["statements"] for each in said["citations"]} == {"superseded"}
    asked = medrag("ask", QUESTION, "--server", url, "--filter", "status=superseded").stdout
    for text in (message["content"], asked):
        assert "300 mg" in text
        assert "Warning: the cited guideline is superseded (Gout 2012)" in text
        assert re.search(r"^\[1\] Gout 2012, .*\[SUPERSEDED\]", text, re.MULTILINE)
    shown = medrag("search", QUESTION, "--index", directory, "--filter", "status=superseded").stdout
    assert "[SUPERSEDED]" in shown.splitlines()[0]
    found = httpx.post(f"{url}/v1/search", json={"question": QUESTION, "filters": {"statuses": ["superseded"]}})
    assert [each["passage"]["status"] for each in found.json()["data"]] == ["superseded"]


def test_what_stands_on_a_withdrawn_passage_is_withheld(url: str, directory: Path) -> None:
    message, typed = advice(url, statuses=["withdrawn"])
    assert typed["outcome"] == "withheld" and typed["withheld"]
    assert "200 mg" not in message["content"] and "the cited guideline is withdrawn" in message["content"]
    words = ("--index", directory, "--filter", "status=withdrawn", "--json")
    (line,) = medrag("search", QUESTION, *words).stdout.splitlines()
    assert [each["status"] for each in json.loads(line)["passages"]] == ["withdrawn"]


def test_a_strength_asked_for_leaves_only_statements_of_that_strength(url: str, directory: Path) -> None:
    for filters, words in (
        ({"strengths": ["strong"]}, "strength=strong"),
        ({"grades": ["moderate"]}, "grade=moderate"),
    ):
        message, typed = advice(url, **filters)
        assert [each["citations"][0]["strength"] for each in typed["statements"]] == ["strong"]
        assert "(strength strong, evidence moderate)" in message["content"]
        asked = medrag("ask", QUESTION, "--server", url, "--filter", words).stdout
        shown = medrag("search", QUESTION, "--index", directory, "--filter", words).stdout
        for text in (message["content"], asked, shown):
            assert "100 mg" in text and "colchicine" not in text and "lowers urate" not in text
    assert [each["citations"][0]["grade"] for each in advice(url, strengths=["weak"])[1]["statements"]] == ["C"]


def test_nothing_of_the_strength_asked_for_is_an_abstention_that_says_so(url: str) -> None:
    message, typed = advice(url, strengths=["moderate"])
    assert typed["outcome"] == "abstained"
    assert "that the filters let through" in message["content"]


def test_unknown_fields_and_values_are_refused_with_those_there_are(url: str, directory: Path) -> None:
    for filters, known in (({"strength": ["strong"]}, "strengths, grades"), ({"strengths": ["firm"]}, "'weak'")):
        body = {"model": "medrag", "messages": [{"role": "user", "content": QUESTION}], "medrag": {"filters": filters}}
        for path, sent in (("chat/completions", body), ("search", {"question": QUESTION, "filters": filters})):
            answer = httpx.post(f"{url}/v1/{path}", json=sent)
            assert (answer.status_code, known in answer.json()["error"]["message"]) == (400, True), answer.text
    for word, known in (("colour=blue", "strengths, grades"), ("strength=firm", "'weak'"), ("grade=A", "'very low'")):
        for command in (("ask", QUESTION, "--server", url), ("search", QUESTION, "--index", directory)):
            done = medrag(*command, "--filter", word)
            assert (done.returncode, known in done.stderr) == (2, True), done.stderr

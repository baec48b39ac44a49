"""The page's files and the patient it uploads. How the page behaves is checked in a real browser (test_browser.py)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.knowledge import load as load_knowledge
from medrag.patient.formats.structured import read_structured
from medrag.server.routes.pages import WEB
from tests.server.conftest import ALLERGIC, EngineOf
from tests.server.guard.test_access import KEYS
from tests.server.serving import serving

KNOWN = load_knowledge()


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    with serving(engine_of(ScriptedModel(["none"]))) as base:
        yield base


def upload(name: str, content: str) -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(content.encode()).decode()}


def read(url: str, *files: dict[str, str]) -> httpx.Response:
    return httpx.post(f"{url}/v1/patient", json={"files": files}, timeout=60)


def test_the_page_loads_only_its_own_files(url: str) -> None:
    page = httpx.get(url)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for reference in re.findall(r'(?:src|href)="(?!#)([^"]+)"', page.text):
        assert httpx.get(f"{url}/{reference}").status_code == 200, reference
    for path in WEB.rglob("*.js"):
        folder = path.parent.relative_to(WEB)
        for imported in re.findall(r'from "(\.[^"]+)"', path.read_text()):
            assert httpx.get(f"{url}/web/{folder}/{imported}").status_code == 200, imported
        assert "innerHTML" not in path.read_text()


def test_the_interface_is_shown_where_it_is_meant_to_be(engine_of: EngineOf, url: str) -> None:
    assert httpx.get(f"{url}/docs").status_code == 404
    with serving(engine_of(ScriptedModel(["NONE"])), docs=True, keys=KEYS) as base:
        page = httpx.get(f"{base}/docs")
        assert page.status_code == 200 and "default-src 'none'" in page.headers["content-security-policy"]
        for reference in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert httpx.get(f"{base}/{reference}").status_code == 200, reference
        assert httpx.get(f"{base}/v1/models").status_code == 401


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "%2e%2e/app.py"])
def test_nothing_else_is_served(url: str, name: str) -> None:
    assert httpx.get(f"{url}/web/{name}").status_code == 404


def test_every_word_exists_in_both_languages() -> None:
    both = ((WEB / "words" / f"{language}.js").read_text() for language in ("en", "zh"))
    english, chinese = (set(re.findall(r"(\w+): \"", words)) for words in both)
    assert english == chinese
    used: set[str] = set(re.findall(r'data-(?:text|placeholder|label)="(\w+)"', (WEB / "index.html").read_text()))
    for path in WEB.rglob("*.js"):
        used |= set(re.findall(r'\b(?:text|word|heading|button|say|label|listed)\((?:\w+, )?"(\w+)"', path.read_text()))
    assert used <= english


def test_files_become_one_patient(url: str) -> None:
    table = "gene\tdiplotype\nCYP2C19\t*2/*2\n"
    answer = read(url, upload("form.json", json.dumps(ALLERGIC)), upload("genes.tsv", table)).json()
    patient = read_structured(answer["patient"], "answer", KNOWN)
    assert [allergy.display for allergy in patient.allergies] == ["penicillin"]
    assert [gene.gene for gene in patient.genotypes] == ["CYP2C19"]
    assert "penicillin" in answer["summary"]


@pytest.mark.parametrize(
    ("files", "param"),
    [
        ([], "files"),
        ([{"name": "x.json", "content": "%%%"}], "files[0].content"),
        ([upload("x.json", "{")], "files"),
        ([upload("../../etc/passwd", '{"age_years": "old"}')], "files"),
    ],
    ids=["none", "not base64", "broken", "wrong"],
)
def test_unreadable_files(url: str, files: list[Any], param: str) -> None:
    response = read(url, *files)
    assert response.status_code == 400, response.text
    assert response.json()["error"]["param"] == param


def test_files_of_two_people_are_answered_with_409_unless_they_are_said_to_be_one(url: str) -> None:
    files = [upload("a.json", '{"sex": "male", "conditions": ["gout"]}'), upload("b.json", '{"sex": "female"}')]
    refused = read(url, *files)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "two_people")
    assert refused.headers["x-should-retry"] == "false"
    told = httpx.post(f"{url}/v1/patient", json={"files": files, "one_person": True}, timeout=60)
    assert told.json()["patient"]["sex"] == "male"


@pytest.mark.parametrize("name", ["..", ".", "a/..", "\u00e9" * 200, "x\ny.txt", "C:\\notes\\a.txt", "\0"])
def test_files_of_any_name_are_read(url: str, name: str) -> None:
    answer = read(url, upload(name, "Takes warfarin 5 mg daily."))
    assert answer.status_code == 200, answer.text
    assert answer.json()["patient"]["medications"]

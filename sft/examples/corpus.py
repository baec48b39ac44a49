"""Texts to learn from: readers of MedQuAD, PubMedQA and guideline Markdown."""

from __future__ import annotations

import gzip
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import yaml

from medrag.errors import ConfigurationError


@dataclass(frozen=True)
class QuestionAnswer:
    """A question about ``focus`` and its answer's text."""

    focus: str
    question: str
    answer: str
    kind: str
    document: str


@dataclass(frozen=True)
class Section:
    """A heading and the statements under it."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Guideline:
    """A guideline as titled sections of statements; ``document`` is its file's name."""

    document: str
    title: str
    sections: tuple[Section, ...]


def medquad(archive: Path) -> Iterator[QuestionAnswer]:
    """Every answered pair of the MedQuAD archive (CC BY 4.0, Ben Abacha and Demner-Fushman 2019), by file name."""
    _require(archive, "MedQuAD's archive")
    with tarfile.open(archive) as tar:
        members = sorted((each for each in tar if each.name.endswith(".xml")), key=lambda each: each.name)
        for member in members:
            stream = tar.extractfile(member)
            if stream is not None:
                yield from _pairs(ElementTree.fromstring(stream.read()), Path(member.name).name)  # noqa: S314


def _pairs(root: ElementTree.Element, document: str) -> Iterator[QuestionAnswer]:
    focus = (root.findtext("Focus") or "").strip()
    for pair in root.iter("QAPair"):
        question, answer = pair.find("Question"), (pair.findtext("Answer") or "").strip()
        if question is not None and question.text and answer and focus:
            text = re.sub(r"\s+([?.,])", r"\1", " ".join(question.text.split()))
            yield QuestionAnswer(focus, text, " ".join(answer.split()), question.get("qtype", ""), document)


def pubmedqa(path: Path, mirage: Path) -> Iterator[str]:
    """Abstracts of PubMedQA's labelled set that are not in its test split.

    The test split is what MIRAGE (``benchmark.json.gz``) asks, so that is what tells which to leave out.
    """
    _require(path, "PubMedQA")
    _require(mirage, "MIRAGE, which names PubMedQA's test split,")
    with gzip.open(mirage, "rt") as stream:
        test = _pubmed_ids(json.load(stream))
    for key, row in sorted(json.loads(path.read_text()).items()):
        if key not in test:
            yield " ".join([row["QUESTION"], *row["CONTEXTS"], row["LONG_ANSWER"]])


def _pubmed_ids(benchmark: dict[str, dict[str, dict[str, object]]]) -> set[str]:
    rows = benchmark["pubmedqa"]
    listed = {str(each) for row in rows.values() for each in _as_list(row.get("PMID", ()))}
    return listed | set(rows)


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


_MARKS = re.compile(r"\s*\{[^{}]*\}\s*$")


def guideline(path: Path) -> Guideline:
    """A guideline in the starter corpus's Markdown: front matter, ``##`` headings, a statement a bullet."""
    _, front, body = path.read_text().split("---\n", 2)
    sections: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        if line.startswith("#"):
            sections.append((line.lstrip("# ").strip(), []))
        elif line.startswith("- ") and sections:
            sections[-1][1].append(_MARKS.sub("", line[2:].strip()))
    kept = tuple(Section(heading, tuple(lines)) for heading, lines in sections if lines)
    return Guideline(path.name, str(yaml.safe_load(front)["title"]), kept)


def guidelines(folder: Path) -> list[Guideline]:
    """Every guideline of a folder, by file name."""
    return [guideline(path) for path in sorted(folder.glob("*.md"))]


_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"(])")


def sentences(text: str) -> list[str]:
    """A light sentence split for running text."""
    return [part.strip() for part in _END.split(text) if len(part.split()) > 2]


def _require(path: Path, what: str) -> None:
    if not path.exists():
        raise ConfigurationError(f"{what} is not at {path}; set MEDRAG_SHARED_DATA to the folder that holds it")

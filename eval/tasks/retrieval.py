"""Retrieval alone: where the documents or passages that answer a question are ranked; no model is asked.

``retrieval`` reads a cases file (:mod:`eval.cases.case_files`) whose golds name documents or passages, which is how
LiveQA's and others' judged answers are given. ``medquad`` reads MedQuAD (Ben Abacha and Demner-Fushman, 2019) over an
index made with ``medrag index build --source medquad``; there the questions are headings of what is indexed, so that it
checks an index rather than ranks retrievers (``benchmarks.retrieval`` leaves the questions out for that).
"""

from __future__ import annotations

import asyncio
import hashlib
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from eval.cases.case_files import CaseSample, Gold, load_cases
from eval.running.solver import Solver
from eval.scoring.ranking import ranking_scores
from eval.tasks import Result, Scores
from medrag import __version__
from medrag.engine import Engine
from medrag.errors import InputError
from medrag.retrieval.question.query import query_for
from medrag.types import Case, Evidence, Provenance

DEPTHS = (1, 5, 10)
PASSAGES = 30
"""Passages asked for: several may be of one document, which counts at its first."""


@dataclass(frozen=True)
class Retrieval:
    """The task."""

    samples: Sequence[CaseSample]
    data: str
    name: str = "retrieval"

    async def evaluate(self, sample: CaseSample, solver: Solver) -> Result:
        """The ranking for the case's query."""
        engine = solver.parts(self.name)
        case, retriever = sample.case, engine.retriever
        query = query_for(case, engine.knowledge)
        found = await asyncio.to_thread(retriever.nearest, query, k=PASSAGES, filters=case.filters)
        output = {
            "question": sample.case.question,
            "gold": sample.gold.model_dump(mode="json", exclude_defaults=True),
            "evidence": [item.model_dump(mode="json") for item in found],
        }
        return Result(score(sample.gold, found), output, _provenance(engine))


def load(path: Path | None) -> Retrieval:
    """The questions in ``path``.

    Raises:
        InputError: no path was given, a case's gold names nothing, or as :func:`eval.cases.case_files.load_cases`.
    """
    if path is None:
        raise InputError("retrieval reads a cases file whose golds name doc_ids or passages: retrieval=cases.jsonl")
    samples, data = load_cases(path)
    for sample in samples:
        if not sample.gold.doc_ids and not sample.gold.passages:
            raise InputError(f"{path}, case {sample.id!r}: gold needs doc_ids or passages")
    return Retrieval(samples, data)


def load_medquad(path: Path | None) -> Retrieval:
    """MedQuAD's answered questions in ``path``, its folder or archive; gold is every document that answers one.

    Raises:
        InputError: no path was given, or there is no answered question in it.
    """
    if path is None or not path.exists():
        raise InputError("medquad reads your copy of MedQuAD: medquad=FOLDER or medquad=medquad.tar.xz")
    answers: dict[str, set[str]] = defaultdict(set)
    content = hashlib.sha256()
    for document, text in _documents(path):
        content.update(text)
        for question in _answered(text):
            answers[question].add(document)
    if not answers:
        raise InputError(f"{path} holds no answered question of MedQuAD")
    return Retrieval([_sample(*each) for each in answers.items()], content.hexdigest(), "medquad")


def score(gold: Gold, found: Sequence[Evidence]) -> Scores:
    """Recall, reciprocal rank and nDCG at each depth, by passages where the gold names them, else by documents."""
    wanted = gold.passages or gold.doc_ids
    ranked = [item.passage.id if gold.passages else item.passage.doc_id for item in found]
    return {name: value for depth in DEPTHS for name, value in ranking_scores(wanted, ranked, depth).items()}


def _sample(question: str, documents: set[str]) -> CaseSample:
    name = hashlib.sha256(question.encode()).hexdigest()[:16]
    return CaseSample(name, Case(question=question), Gold(doc_ids=tuple(sorted(documents))))


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each XML file's id, as the index names it, and its content, in a fixed order."""
    if path.is_dir():
        for file in sorted(path.rglob("*.xml")):
            yield file.relative_to(path).with_suffix("").as_posix(), file.read_bytes()
        return
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda each: each.name):
            if member.name.endswith(".xml") and (stream := archive.extractfile(member)):
                yield PurePosixPath(member.name).with_suffix("").as_posix(), stream.read()


def _answered(text: bytes) -> Iterator[str]:
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 (expat expands no entities from outside)
    except ElementTree.ParseError:
        return
    for pair in root.iter("QAPair"):
        question = " ".join((pair.findtext("Question") or "").split())
        if question and (pair.findtext("Answer") or "").strip():
            yield question


def _provenance(engine: Engine) -> Provenance:
    return Provenance(
        medrag=__version__,
        model="none",
        index=engine.retriever.index.hash,
        prompts="none",
        knowledge="none",
        grounding=engine.grounding,
    )

"""The documents and questions of the retrieval benchmark, read off the MedQuAD and NGC archives.

Held out is every document whose sha1(file name) ends in 0 or 1: questions are asked of these alone. The haystack is
the openings of the held-out MedQuAD answers and of the recommendations of *every* guideline of the National Guideline
Clearinghouse (NGC), so that a guideline competes with all others on its condition. What a question is made from
(MedQuAD's question, NGC's objective and conditions) is not in the haystack.
"""

from __future__ import annotations

import html
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from medrag.datasets.splits import held_out

LAY = Path(__file__).parent / "lay_questions.jsonl"
# Of each answer and of each guideline's recommendations, so that the haystack can be encoded in minutes.
OPENING_WORDS = 80

_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"</(?:p|div|tr|h\d)>|<br\s*/?>", re.IGNORECASE)
_RECOMMENDATIONS, _TITLE, _OBJECTIVE, _CONDITIONS = "151", "161", "129", "140"


@dataclass(frozen=True)
class Asked:
    """A document of the haystack and the questions it answers, by the set they belong to."""

    document: dict[str, str]
    questions: tuple[tuple[str, str], ...] = ()


def medquad(archive: Path) -> Iterator[Asked]:
    """The held-out answers, each titled with its subject, with the question; and lay people's, where there are any."""
    lay: dict[str, list[str]] = {}
    for line in LAY.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        lay.setdefault(asked["document"], []).append(asked["query"])
    for name, root in _members(archive):
        if not held_out(Path(name).name + ".xml"):
            continue
        for number, pair in enumerate(root.iter("QAPair")):
            question = " ".join((pair.findtext("Question") or "").split())
            listed = re.sub(r"\s{2,}-\s+", "\n- ", pair.findtext("Answer") or "")
            text = _opening("\n".join(line.strip() for line in listed.splitlines()))
            if question and text.strip():
                key = f"medquad/{name}/{number}"
                questions = [("medquad", question), *(("lay", each) for each in lay.get(key, ()))]
                yield Asked({"id": key, "title": root.findtext("Focus") or "", "text": text}, tuple(questions))


def ngc(archive: Path) -> Iterator[Asked]:
    """Every guideline's title and first recommendations; the held-out ones with their objective and conditions."""
    for name, root in _members(archive):
        fields: dict[str, str] = {}
        for field in root.iter("Field"):
            values = (value.get("Value") or "" for value in field.iter("FieldValue"))
            fields.setdefault(field.get("FieldID") or "", "\n".join(values))
        text = _opening(_plain(fields.get(_RECOMMENDATIONS, "")))
        title = " ".join(_plain(fields.get(_TITLE, "")).split())
        if not text.strip():
            continue
        questions = []
        if held_out(Path(name).name + ".xml"):
            for kind, number in (("ngc-objective", _OBJECTIVE), ("ngc-conditions", _CONDITIONS)):
                if asked := " ".join(_plain(fields.get(number, "")).split()):
                    questions.append((kind, asked))
        yield Asked({"id": f"ngc/{name}", "title": title, "text": text}, tuple(questions))


def _members(archive: Path) -> Iterator[tuple[str, ElementTree.Element]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.endswith(".xml") else None
            if content:
                yield member.name.removesuffix(".xml"), ElementTree.parse(content).getroot()  # noqa: S314


def _plain(markup: str) -> str:
    listed = re.sub(r"<li[^>]*>", "\n- ", _BREAK.sub("\n\n", markup))
    lines = html.unescape(_TAG.sub(" ", listed)).splitlines()
    return "\n".join(line.strip() for line in lines)


def _opening(text: str) -> str:
    """Whole lines, until OPENING_WORDS are reached."""
    kept, words = [], 0
    for line in text.splitlines():
        if words >= OPENING_WORDS:
            break
        kept.append(line)
        words += len(line.split())
    return "\n".join(kept)

"""Cases with gold statements, made from the passages of an index: a question on a section, and the section's sentences.

The questions are made from titles and headings by a few patterns, so that they are easier to retrieve for than a
clinician's own: they measure selection and citation, not retrieval. No patient is made up.
"""

from __future__ import annotations

import random
from pathlib import Path

from eval.cases.case_files import CaseLine, Gold
from medrag.datasets.splits import askable
from medrag.errors import InputError
from medrag.files import write_whole
from medrag.retrieval.store.index import Index
from medrag.types import Passage

PATTERNS = (
    "{title}: what is recommended on {section}?",
    "What does the guidance on {title} advise about {section}?",
    "{section} in {title}: what should be done?",
    "A patient falls under {title}. What is advised regarding {section}?",
)


def write(index: Index, out: Path, *, count: int, seed: int, held_out: str | None) -> int:
    """Writes up to ``count`` cases to ``out`` and returns how many; the same input gives the same file.

    ``held_out`` is the suffix that turns a document's id into its file's name (``.xml``): then only documents that
    training leaves out are used.

    Raises:
        InputError: the index has no passage to ask about.
    """
    usable = list(askable(index, held_out or "", held=None if held_out is None else True))
    if not usable:
        raise InputError("no passage of the index can be asked about (with a section, sentences and current status)")
    draw = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    chosen = draw.sample(usable, min(count, len(usable)))
    lines = [_case(passage, draw.choice(PATTERNS)) for passage in chosen]
    text = "".join(line.model_dump_json(exclude_defaults=True) + "\n" for line in lines)
    write_whole(out, text, private=True)
    return len(lines)


def _case(passage: Passage, pattern: str) -> CaseLine:
    gold = Gold(statements=_sentences(passage), passages=(passage.id,), doc_ids=(passage.doc_id,))
    question = pattern.format(title=passage.title, section=passage.section[-1].lower())
    return CaseLine(id=passage.id, question=question, gold=gold)


def _sentences(passage: Passage) -> tuple[str, ...]:
    return tuple(passage.quote(sentence) for sentence in passage.sentences)

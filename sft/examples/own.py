"""Examples from a user's own judged cases: the passages shown, and the sentences that answered."""

from __future__ import annotations

from pathlib import Path

from medrag.datasets.judged import JudgedCase
from medrag.files import read_lines
from medrag.generation.modes import MODES
from medrag.generation.modes.quote import marks
from medrag.generation.prompts import asked, shared
from medrag.knowledge import Knowledge, load
from sft.examples.asked import Branch, Example

QUOTE = MODES["quote"]


def own_examples(path: Path) -> list[Example]:
    """The examples of a user's file, one case a line."""
    hint = 'its lines are {"case": ..., "passages": [...], "gold": [[1, 2], ...]}'
    knowledge = load()
    return [
        _example(number, each, knowledge)
        for number, each in enumerate(read_lines(path, JudgedCase, hint=hint), start=1)
    ]


def _example(number: int, judged: JudgedCase, knowledge: Knowledge) -> Example:
    mark = marks(judged.evidence)
    branch = Branch(
        id=f"own-{number}",
        prompt=asked(judged.case, judged.evidence, QUOTE, knowledge),
        answer=QUOTE.joined([mark[each] for each in judged.gold]),
    )
    return Example(
        source=judged.source, system=QUOTE.system, shared=shared(judged.evidence, QUOTE, knowledge), branches=(branch,)
    )

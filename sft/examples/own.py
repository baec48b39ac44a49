"""Examples from a user's own judged cases: the passages shown, and the sentences that answered."""

from __future__ import annotations

from pathlib import Path

from medrag.generation.modes import MODES
from medrag.generation.modes.quote import marks
from medrag.generation.prompts import asked, shared
from medrag.judged import JudgedCase
from sft.examples.asked import Branch, Example
from sft.files import read_lines

QUOTE = MODES["quote"]


def own_examples(path: Path) -> list[Example]:
    """The examples of a user's file, one case a line."""
    lines = read_lines(path, JudgedCase, 'its lines are {"case": ..., "passages": [...], "gold": [[1, 2], ...]}')
    return [_example(number, each) for number, each in enumerate(lines, start=1)]


def _example(number: int, judged: JudgedCase) -> Example:
    mark = marks(judged.evidence)
    branch = Branch(
        id=f"own-{number}",
        prompt=asked(judged.case, judged.evidence, QUOTE),
        answer=QUOTE.joined([mark[each] for each in judged.gold]),
    )
    return Example(source=judged.source, system=QUOTE.system, shared=shared(judged.evidence, QUOTE), branches=(branch,))

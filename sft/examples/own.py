"""Examples from a user's own judged cases: the passages shown, and the sentences that answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from medrag.files import read_lines
from medrag.generation.modes import MODES
from medrag.generation.modes.quote import MAX_STATEMENTS, marks
from medrag.generation.prompts import asked, shared
from medrag.knowledge import Knowledge
from medrag.types import Case, Evidence, Passage, Pointer, Record
from sft.examples.asked import Branch, Example

QUOTE = MODES["quote"]


def _as_printed(value: Any) -> Any:
    """A passage as ``medrag search --json`` prints it, with its sentences where they stand in its text."""
    if not isinstance(value, dict) or "score" not in value:
        return value
    known = {name: said for name, said in value.items() if name in Passage.model_fields and name != "sentences"}
    return known | {"sentences": list(_spans(str(value.get("text", "")), value.get("sentences", ())))}


def _spans(text: str, said: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    end = 0
    for each in said:
        start = text.find(each["text"], end)
        if start < 0:
            raise ValueError(f"{each['text']!r} does not stand in its passage's text")
        end = start + len(each["text"])
        yield {"start": start, "end": end, "strength": each.get("strength"), "grade": each.get("grade")}


class JudgedCase(Record):
    """A case, the passages shown with it (as an advice or ``medrag search --json`` has them), and what answers it.

    ``gold`` are (passage, sentence) numbers from 1; none: abstain.

    ``source`` names where the passages are from.
    """

    case: Case
    passages: tuple[Annotated[Passage, BeforeValidator(_as_printed)], ...]
    gold: tuple[Pointer, ...]
    source: str = "own"

    @model_validator(mode="after")
    def _points_at_sentences(self) -> JudgedCase:
        for number, position in self.gold:
            if not (1 <= number <= len(self.passages) and 1 <= position <= len(self.passages[number - 1].sentences)):
                raise ValueError(f"gold [{number}, {position}] is no sentence of these passages")
        if len(self.gold) > MAX_STATEMENTS:
            raise ValueError(f"gold has more than {MAX_STATEMENTS} sentences")
        return self

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The passages as a prompt shows them, numbered from 1."""
        return tuple(Evidence(number=n, passage=each, score=1.0) for n, each in enumerate(self.passages, start=1))


def own_examples(path: Path, knowledge: Knowledge) -> list[Example]:
    """The examples of a user's file, one case a line."""
    hint = 'its lines are {"case": ..., "passages": [...], "gold": [[1, 2], ...]}'
    return [
        _example(number, each, knowledge)
        for number, each in enumerate(read_lines(path, JudgedCase, hint=hint), start=1)
    ]


def _example(number: int, judged: JudgedCase, knowledge: Knowledge) -> Example:
    evidence = judged.evidence
    mark = marks(evidence)
    branch = Branch(
        id=f"own-{number}",
        prompt=asked(judged.case, evidence, QUOTE, knowledge),
        answer=QUOTE.joined([mark[each] for each in judged.gold]),
    )
    return Example(
        source=judged.source, system=QUOTE.system, shared=shared(evidence, QUOTE, knowledge), branches=(branch,)
    )

"""Preference pairs: the same prompt with an answer to prefer and one to reject.

They come from clinicians' feedback (``medrag feedback export`` writes them), and from what the safety filter withheld:
an answer that points at a withheld sentence is worse than the same answer without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from medrag.files import read_lines
from medrag.generation.modes import MODES
from medrag.generation.prompts import messages
from medrag.knowledge import Knowledge
from medrag.types import Advice, Case, Record


class ChatMessage(BaseModel):
    """One message of a prompt, in OpenAI's shape."""

    model_config = ConfigDict(frozen=True)
    role: Literal["system", "user", "assistant"]
    content: str


class Pair(BaseModel):
    """One line of a preference file. Further fields (who, when) are allowed and not used."""

    model_config = ConfigDict(frozen=True)
    prompt: tuple[ChatMessage, ...] = Field(min_length=1)
    chosen: str = Field(min_length=1)
    rejected: str = Field(min_length=1)

    @model_validator(mode="after")
    def _two_answers(self) -> Pair:
        if self.chosen.strip() == self.rejected.strip():
            raise ValueError("chosen and rejected are the same answer")
        return self


class Judged(Record):
    """A case with the advice that medrag gave for it, withheld statements included."""

    case: Case
    advice: Advice


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a JSONL file; ConfigurationError names the first line that is none."""
    return list(read_lines(path, Pair, hint="medrag feedback export writes preference pairs"))


def read_judged(path: Path) -> list[Judged]:
    """The judged cases of a JSONL file with lines ``{"case": ..., "advice": ...}``."""
    return list(read_lines(path, Judged, hint='it holds a line a case: {"case": ..., "advice": ...}'))


def from_withheld(judged: Iterable[Judged], knowledge: Knowledge) -> Iterator[Pair]:
    """One pair a case whose advice held statements back: what was released against that and what was withheld."""
    for each in judged:
        advice, mode = each.advice, MODES[each.advice.provenance.grounding]
        released = mode.written(advice.statements, advice.evidence)
        withheld = [one for one in mode.written(advice.withheld, advice.evidence) if one not in released]
        if withheld:
            prompt = tuple(
                ChatMessage.model_validate(one) for one in messages(each.case, advice.evidence, mode, knowledge)
            )
            yield Pair(prompt=prompt, chosen=mode.joined(released), rejected=mode.joined([*withheld, *released]))

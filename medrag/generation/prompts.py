"""The prompt of a case. Training, serving, feedback and the evaluation all take theirs from here.

A prompt is a fixed system message (so that a prefix cache can keep it), then one user message: the evidence, the
patient, the question. Passages and patient text are data: whatever could close their delimiters is replaced first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Literal, TypedDict

from medrag.generation.modes import MODES, Mode
from medrag.generation.neutral import neutral
from medrag.knowledge import Knowledge, load
from medrag.patient.summary import summarise
from medrag.reading.languages.gloss import is_chinese, known_words
from medrag.types import Case, Evidence


class Message(TypedDict):
    """One chat message in OpenAI's shape."""

    role: Literal["system", "user", "assistant"]
    content: str


def messages(case: Case, evidence: Sequence[Evidence], mode: Mode, knowledge: Knowledge) -> list[Message]:
    """The prompt for one case as it was sent: fixed part first, evidence next, patient and question last.

    ``knowledge`` says what passes for an instruction hidden in data.
    """
    return [
        {"role": "system", "content": mode.system},
        {"role": "user", "content": shared(evidence, mode, knowledge) + asked(case, evidence, mode, knowledge)},
    ]


def shared(evidence: Sequence[Evidence], mode: Mode, knowledge: Knowledge) -> str:
    """The part of the user's message that questions over the same evidence share."""
    return f"<evidence>\n{mode.shown(evidence, knowledge)}\n</evidence>\n"


def asked(case: Case, evidence: Sequence[Evidence], mode: Mode, knowledge: Knowledge) -> str:
    """The part that is this case's own."""
    patient = summarise(case.patient) if case.patient else "No patient given."
    question = case.question
    if is_chinese(question):
        # For a model that reads English alone.
        question = f"{question}\n{known_words(question, knowledge)}"
    return (
        f"<patient>\n{neutral(patient, knowledge)}\n</patient>\n"
        f"<question>\n{neutral(question, knowledge)}\n</question>{mode.hint(evidence)}"
    )


@cache
def prompts_hash() -> str:
    """sha256 over the fixed text of every prompt and one rendered example, for the audit trail."""
    rendered = (messages(Case(question="q"), (), mode, load()) for mode in MODES.values())
    text = "\n".join(message["content"] for each in rendered for message in each)
    return hashlib.sha256(text.encode()).hexdigest()

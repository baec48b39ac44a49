"""HealthBench's format (Arora et al., 2025): conversations with physicians' rubrics, scored by a judge model.

Reads the user's copy, JSON lines with ``prompt_id``, ``prompt`` (messages) and ``rubrics`` (``criterion``, ``points``,
``tags``). As published, a response scores the points of the criteria it meets, negative ones included, over the sum of
the positive points; so a sample may score below 0. The last message is the question; what the user said before follows
it, as it does on the server. ``axis_...`` scores are the same over the criteria tagged ``axis:...``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, field_validator

from eval.running.solver import Solver
from eval.scoring.judge import Judge, Verdict
from eval.tasks import Result, Sample, Scores
from medrag.errors import InputError
from medrag.files import read_lines, sha256
from medrag.rendering import render
from medrag.types import Case, Outcome

_AXIS, _THEME = "axis:", "theme:"


class Message(BaseModel):
    """A turn of the conversation."""

    role: str
    content: str


class Criterion(BaseModel):
    """One criterion of a rubric; points below 0 are taken from a response that shows a fault."""

    criterion: str
    points: float
    tags: tuple[str, ...] = ()


class Line(BaseModel):
    """What is used of a line."""

    prompt_id: str = Field(min_length=1)
    prompt: tuple[Message, ...] = Field(min_length=1)
    rubrics: tuple[Criterion, ...] = Field(min_length=1)
    example_tags: tuple[str, ...] = ()

    @field_validator("prompt")
    @classmethod
    def _ends_with_the_user(cls, prompt: tuple[Message, ...]) -> tuple[Message, ...]:
        if prompt[-1].role != "user":
            raise ValueError("its last message must be the user's")
        return prompt


@dataclass(frozen=True)
class HealthBenchSample(Sample):
    """A conversation with its rubric; its case holds what the user said."""

    line: Line


@dataclass(frozen=True)
class HealthBench:
    """The task."""

    samples: Sequence[HealthBenchSample]
    data: str
    name: str = "healthbench"

    async def evaluate(self, sample: HealthBenchSample, solver: Solver) -> Result:
        """The advice for the conversation, judged by every criterion."""
        judge = solver.judging(self.name)
        advice = await solver.recommend(sample.case)
        verdicts = await _verdicts(judge, sample.line, render(advice))
        output: dict[str, Any] = {
            "question": sample.case.question,
            "rubric": [
                {**criterion.model_dump(mode="json"), "met": verdict.yes, "reason": verdict.reason}
                for criterion, verdict in zip(sample.line.rubrics, verdicts, strict=True)
            ],
            "advice": advice.model_dump(mode="json"),
        }
        met = [verdict.yes for verdict in verdicts]
        answered = float(advice.outcome is Outcome.ANSWERED)
        return Result({**score(sample.line.rubrics, met), "answered": answered}, output, advice.provenance)


def load(path: Path | None) -> HealthBench:
    """The conversations in ``path``.

    Raises:
        InputError: no path was given, there is no file, a line is not in HealthBench's format, or an id comes twice.
    """
    if path is None:
        raise InputError("healthbench reads your copy of HealthBench's JSON lines: healthbench=path/to/file.jsonl")
    lines = list(read_lines(path, Line))
    if not lines:
        raise InputError(f"{path} holds no conversations")
    if len({line.prompt_id for line in lines}) < len(lines):
        raise InputError(f"{path}: a prompt_id comes twice")
    return HealthBench([_sample(line) for line in lines], sha256(path))


def score(rubric: Sequence[Criterion], met: Sequence[bool]) -> Scores:
    """The rubric's score, and that of each axis; ``None`` where no points can be won."""
    axes = sorted({tag for criterion in rubric for tag in criterion.tags if tag.startswith(_AXIS)})
    pairs = list(zip(rubric, met, strict=True))
    by_axis = {
        f"axis_{axis.removeprefix(_AXIS)}": _points([pair for pair in pairs if axis in pair[0].tags]) for axis in axes
    }
    return {"score": _points(pairs), **by_axis}


def _points(pairs: Sequence[tuple[Criterion, bool]]) -> float | None:
    possible = sum(criterion.points for criterion, _ in pairs if criterion.points > 0)
    won = sum(criterion.points for criterion, met in pairs if met)
    return won / possible if possible else None


async def _verdicts(judge: Judge, line: Line, response: str) -> Sequence[Verdict]:
    conversation = "\n\n".join(f"{message.role}: {message.content}" for message in line.prompt)
    asked = (judge.meets(conversation, response, criterion.criterion) for criterion in line.rubrics)
    return await asyncio.gather(*asked)


def _sample(line: Line) -> HealthBenchSample:
    *before, question = [message.content for message in line.prompt if message.role == "user"]
    text = "\n\n".join([question, "Said before:", *before]) if before else question
    themes = [tag.removeprefix(_THEME) for tag in line.example_tags if tag.startswith(_THEME)]
    slices = {"theme": themes[0]} if themes else {}
    return HealthBenchSample(line.prompt_id, Case(question=text), slices=slices, line=line)

"""The tools that agents may use: check, search, recommend, patient_summary. Each reads, and none changes anything.

What they give is what the routes give: the same filter, the same audit record before anything leaves, and of advice
only :func:`medrag.rendering.released`. Passages of a search are the guideline's words, checked for nobody, which the
tool says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import Field

from medrag import rendering
from medrag.errors import InputError
from medrag.events import Finished
from medrag.knowledge import Knowledge
from medrag.patient.formats.structured import written
from medrag.patient.report import report
from medrag.safety.learned import Learned
from medrag.server.answers import Answers
from medrag.server.guard.audit import Trail
from medrag.server.languages import reader
from medrag.server.routes.catalogue import search_case
from medrag.server.routes.check import CheckRequest, check_answer, check_case
from medrag.server.routes.requests import ChatExtension, Extension, SearchRequest, Stored, patient_of
from medrag.types import Case

Json = dict[str, Any]
Arguments = TypeVar("Arguments", bound=Extension)


class RecommendArguments(ChatExtension):
    """What ``recommend`` takes."""

    question: str = Field(min_length=1, description="The clinical question.")


@dataclass(frozen=True)
class Agent:
    """Who asks through a tool, and the stored patients that they reach."""

    who: str
    stored: Stored


@dataclass(frozen=True)
class Desk:
    """What the tools work with. ``answers`` may take a while to come; check and summary do without."""

    knowledge: Knowledge
    learned: Learned
    trail: Trail | None
    answers: Callable[[], Awaitable[Answers]]


Result = tuple[str, Json]
"""What a tool says to a reader, and the same as an object."""


@dataclass(frozen=True)
class Tool(Generic[Arguments]):
    """One tool: what it is for, what it takes, and what it does."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Desk, Arguments, Agent], Awaitable[Result]]

    async def call(self, desk: Desk, given: Mapping[str, Any], agent: Agent) -> Result:
        """Runs it.

        Raises:
            ValidationError, MedragError: the arguments do not fit, or the tool cannot answer.
        """
        return await self.run(desk, self.arguments.model_validate(given), agent)

    @property
    def schema(self) -> Json:
        """Of the arguments."""
        return self.arguments.model_json_schema()


async def _recommend(desk: Desk, given: RecommendArguments, agent: Agent) -> Result:
    answers = await desk.answers()
    patient = await asyncio.to_thread(patient_of, given, agent.stored, desk.knowledge, "", given.question)
    case = Case(question=given.question, patient=patient, filters=given.filters, one_person=given.one_person)
    language = reader(given.language, "", given.question)
    events = answers.stream(case, who=agent.who, engine=answers.engine, whole=True, language=language)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                advice = rendering.advice_in(event.advice, language)
                return rendering.render(advice, language), rendering.released(advice).model_dump(mode="json")
    raise AssertionError("a stream ends with Finished")


async def _check(desk: Desk, given: CheckRequest, agent: Agent) -> Result:
    checked = await asyncio.to_thread(check_case, given, agent.stored, desk.knowledge, desk.learned)
    answer = check_answer(checked, given.reader())
    if desk.trail:
        record = {"event": "check", "who": agent.who, "verdict": answer["verdict"]}
        await asyncio.to_thread(desk.trail.append, record)
    lines = [f"{each['check']} ({each['verdict']}): {each['reason']} [{each['source']}]" for each in answer["findings"]]
    return "\n".join([f"verdict: {answer['verdict']}", *lines]), answer


async def _search(desk: Desk, given: SearchRequest, agent: Agent) -> Result:
    answers = await desk.answers()
    found = await asyncio.to_thread(search_case, answers.engine, given, agent.stored)
    said = [f"[{each.number}] {each.passage.title}\n{each.passage.text}" for each in found]
    return "\n\n".join(said) or "nothing found", {"passages": [each.model_dump(mode="json") for each in found]}


async def _summary(desk: Desk, given: Extension, agent: Agent) -> Result:
    patient = await asyncio.to_thread(patient_of, given, agent.stored, desk.knowledge, "")
    if patient is None:
        raise InputError("there is no patient: give `patient` or `patient_id`", param="patient")
    summary = report(patient)
    return summary, {"summary": summary, "patient": written(patient)}


TOOLS: Mapping[str, Tool[Any]] = {
    each.name: each
    for each in (
        Tool(
            "recommend",
            "Cited, checked treatment advice",
            "Treatment advice for a patient from clinical guidelines: each statement is cited, and was checked "
            "against the patient. Emergencies come first. Show it to a clinician as it is, with what was withheld "
            "and what was not assessed, which is not the same as safe.",
            RecommendArguments,
            _recommend,
        ),
        Tool(
            "check",
            "Check advice or orders against a patient",
            "Checks advice in words, FHIR orders, or the patient's own medications against the patient: allergies, "
            "interactions, contraindications, doses, kidney, pregnancy, genes. No language model takes part. "
            "`not_assessed` means that it could not be checked, which is not the same as safe.",
            CheckRequest,
            _check,
        ),
        Tool(
            "search",
            "Search clinical guidelines",
            "Passages of clinical guidelines for a question, word for word. They are no advice for this patient: "
            "nobody checked them against the record.",
            SearchRequest,
            _search,
        ),
        Tool(
            "patient_summary",
            "What is understood of a patient",
            "A patient (FHIR R4, PharmCAT's report, or medrag's JSON) as this service understands the record: "
            "conditions, allergies, medications, measurements, what is missing and what contradicts itself.",
            Extension,
            _summary,
        ),
    )
}

"""The main job: a case in, checked and cited advice out. The steps of ``docs/architecture.md`` and nothing else."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from medrag import __version__
from medrag.errors import InputError
from medrag.events import Event, Finished, Noticed, Released, Usage
from medrag.generation import prompts, quoting
from medrag.generation.grounding import Draft, Reader, ground, pointed, reader
from medrag.generation.model import ChatModel, Generation
from medrag.knowledge import Knowledge
from medrag.patient import with_text
from medrag.retrieval.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.safety import filter as safety
from medrag.safety import red_flags, requests
from medrag.safety.check_context import not_assessed
from medrag.safety.checks.population import left_out
from medrag.types import (
    Advice,
    Case,
    Evidence,
    Filters,
    Finding,
    Outcome,
    Pointer,
    Provenance,
    Statement,
)

MAX_QUESTION_CHARACTERS = 20_000
CHARACTERS_PER_TOKEN = 3
"""A cautious estimate for English clinical text; common tokenizers need fewer tokens than this says."""
TOKENS_PER_POINTER = 8
TOKENS_PER_IMAGE = 1500
"""What vision models in use make of a picture of about a megapixel."""

NO_VISION = "the served model reads no images; send the report's text, or serve a vision model (setting `vision`)"
IMAGES_UNCHECKED = not_assessed("images.unchecked", (), "medrag")


@dataclass
class _Answer:
    """What one request has gathered so far."""

    case: Case
    notices: tuple[Finding, ...] = ()
    evidence: Sequence[Evidence] = ()
    prompt: Sequence[prompts.Message] = ()
    statements: list[Statement] = field(default_factory=list)
    withheld: list[Statement] = field(default_factory=list)
    usage: Usage | None = None
    stopped: bool = False
    left_out: tuple[Finding, ...] = ()

    @property
    def said(self) -> frozenset[str]:
        """The words of every statement so far, withheld or not."""
        return frozenset(statement.text for statement in (*self.statements, *self.withheld))

    def used(self, usage: Usage) -> None:
        """Adds what one request to the model cost."""
        self.usage = usage if self.usage is None else self.usage + usage


@dataclass
class Engine:
    """Retrieval, generation and safety in one path; stream, client and batch all go through :meth:`stream`.

    ``stop``: the answer ends before the first statement whose words hold one of these.
    """

    retriever: Retriever
    model: ChatModel
    knowledge: Knowledge
    grounding: prompts.Grounding = "quote"
    passages: int = 5
    max_statements: int = quoting.MAX_STATEMENTS
    max_tokens: int = 512
    stop: Sequence[str] = ()
    weights: str | None = None
    adapter: str | None = None
    vision: bool = False
    """Whether ``model`` reads images; a case with images is refused where it does not."""

    async def recommend(self, case: Case) -> Advice:
        """The advice for one case.

        Raises:
            InputError: the question is empty or too long, or there are images and the model reads none.
            ModelError: the model cannot be used; nothing is answered in its stead.
        """
        async for event in self.stream(case):
            if isinstance(event, Finished):
                return event.advice
        raise AssertionError("a stream ends with Finished")

    async def stream(self, case: Case) -> AsyncGenerator[Event, None]:
        """The advice as it is vetted: one :class:`Noticed`, each :class:`Released`, one :class:`Finished`."""
        _validate(case.question)
        if case.images and not self.vision:
            raise InputError(NO_VISION, param="messages", code="unsupported_content")
        patient = await asyncio.to_thread(with_text, case.patient, case.question)
        answer = _Answer(
            case.model_copy(update={"patient": patient}), notices=red_flags.notices(case.question, patient)
        )
        yield Noticed(answer.notices)
        if declined := requests.declines(case.question):
            yield Finished(self._advice(answer, Outcome.DECLINED, declined.code))
            return
        answer.evidence, answer.prompt = await self._prompt(query_for(case), answer.case)
        if not answer.evidence:
            code = "advice.no_evidence" if case.filters == Filters() else "advice.none_passes"
            yield Finished(self._advice(answer, Outcome.ABSTAINED, code))
            return
        async for statement in self._statements(answer):
            yield Released(len(answer.statements), statement)
        yield Finished(self._conclude(answer), answer.usage)

    async def retrieve(self, case: Case) -> Sequence[Evidence]:
        """The passages that the model will see for a case: the best ones that its context can hold."""
        evidence, _ = await self._prompt(query_for(case), case)
        return evidence

    async def _prompt(self, query: str, case: Case) -> tuple[Sequence[Evidence], Sequence[prompts.Message]]:
        """The best passages that the model's context can hold beside the case, and the prompt with them."""
        found = await asyncio.to_thread(self.retriever.search, query, k=self.passages, filters=case.filters)
        budget = await self.model.context_tokens() - self._completion_tokens() - TOKENS_PER_IMAGE * len(case.images)
        for count in range(len(found), 0, -1):
            messages = prompts.messages(case, found[:count], self.grounding)
            if _estimated_tokens(messages) <= budget:
                return found[:count], messages
        if not found:
            return (), ()
        raise InputError(
            "the question and the patient are too long for this model's context; shorten the question",
            param="messages",
            code="context_length_exceeded",
        )

    async def _statements(self, answer: _Answer) -> AsyncIterator[Statement]:
        """Drafts grounded and checked one by one; yields the released, keeps the withheld.

        In quote mode sentences for other patients are not among the choices, and each withheld statement may be
        replaced: the model is asked once more, with a grammar of those sentences alone that would pass the filter.
        Last come sentences for patients like this one that stand in the passages cited.
        """
        drafts = reader(self.grounding)
        choices = self._choices(answer) if self.grounding == "quote" else ()
        async for statement in self._round(answer, drafts, choices, self.max_statements):
            yield statement
        if answer.stopped or self.grounding != "quote":
            return
        if answer.withheld and (safe := self._safe(answer, choices)):
            async for statement in self._round(answer, drafts, safe, len(answer.withheld)):
                yield statement
        for statement in self._own(answer):
            yield statement

    def _own(self, answer: _Answer) -> Iterator[Statement]:
        """What the passages cited say of patients like this one and the model left out: each checked as any other."""
        cited = {each.number for statement in answer.statements for each in statement.citations}
        said = answer.said
        evidence = [item for item in answer.evidence if item.number in cited]
        for place in safety.for_this_patient(evidence, answer.case, self.knowledge):
            draft = pointed(place)
            if ground(draft, evidence).text not in said and (statement := self._vet(draft, answer)):
                yield statement

    def _choices(self, answer: _Answer) -> Sequence[Pointer]:
        others = safety.for_others(answer.evidence, answer.case, self.knowledge)
        answer.left_out = tuple(left_out(others.values()))
        return [each for each in quoting.pointers(answer.evidence) if each not in others]

    async def _round(
        self, answer: _Answer, drafts: Reader, choices: Sequence[Pointer], most: int
    ) -> AsyncIterator[Statement]:
        """One request to the model, and what of its completion is released."""
        async for piece in self.model.stream(self._generation(answer, choices, most)):
            for draft in drafts.feed(piece):
                if statement := self._vet(draft, answer):
                    yield statement
        for draft in drafts.finish():
            if statement := self._vet(draft, answer):
                yield statement

    def _vet(self, draft: Draft, answer: _Answer) -> Statement | None:
        if answer.stopped or len(answer.statements) >= self.max_statements:
            return None
        statement = self._checked(draft, answer)
        if any(each in statement.text for each in self.stop):
            answer.stopped = True
            return None
        kept = answer.withheld if statement.withheld else answer.statements
        kept.append(statement)
        return None if statement.withheld else statement

    def _checked(self, draft: Draft, answer: _Answer) -> Statement:
        statement = ground(draft, answer.evidence)
        if statement.withheld:
            return statement
        case = answer.case
        return safety.check(statement, case.patient, self.knowledge, answer.statements, answer.evidence, case.question)

    def _safe(self, answer: _Answer, choices: Sequence[Pointer]) -> list[Pointer]:
        """The choices that are not in the answer yet and would be released."""
        said = answer.said
        checked = {choice: self._checked(pointed(choice), answer) for choice in choices}
        return [choice for choice, each in checked.items() if not each.withheld and each.text not in said]

    def _generation(self, answer: _Answer, choices: Sequence[Pointer], most: int) -> Generation:
        return Generation(
            messages=answer.prompt,
            max_tokens=self._completion_tokens(),
            grammar=quoting.grammar(choices, most) if self.grounding == "quote" else None,
            used=answer.used,
            images=answer.case.images,
        )

    def _completion_tokens(self) -> int:
        return self.max_statements * TOKENS_PER_POINTER if self.grounding == "quote" else self.max_tokens

    def _conclude(self, answer: _Answer) -> Advice:
        if answer.statements:
            return self._advice(answer, Outcome.ANSWERED)
        if answer.withheld:
            return self._advice(answer, Outcome.WITHHELD, "advice.all_withheld")
        return self._advice(answer, Outcome.ABSTAINED, "advice.none_applies")

    def _advice(self, answer: _Answer, outcome: Outcome, message_code: str | None = None) -> Advice:
        patient = answer.case.patient
        findings = safety.case_findings(
            patient, answer.statements, answer.withheld, answer.evidence, self.knowledge, answer.notices
        )
        images = (IMAGES_UNCHECKED,) if answer.case.images else ()
        return Advice(
            id=f"advice-{uuid.uuid4().hex}",
            created=datetime.now(UTC),
            question=answer.case.question,
            outcome=outcome,
            message_code=message_code,
            notices=answer.notices,
            statements=tuple(answer.statements),
            withheld=tuple(answer.withheld),
            findings=(*findings, *answer.left_out, *images),
            coverage=safety.coverage(patient, answer.statements, self.knowledge),
            evidence=tuple(answer.evidence),
            provenance=self._provenance(),
        )

    def _provenance(self) -> Provenance:
        return Provenance(
            medrag=__version__,
            model=self.model.name,
            index=self.retriever.index.hash,
            prompts=prompts.prompts_hash(),
            knowledge=self.knowledge.hash,
            grounding=self.grounding,
            weights=self.weights,
            adapter=self.adapter,
        )


def _validate(question: str) -> None:
    if not question.strip():
        raise InputError("the question is empty", param="messages")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise InputError(
            f"the question has {len(question):,} characters, more than {MAX_QUESTION_CHARACTERS:,}",
            param="messages",
            code="context_length_exceeded",
        )


def _estimated_tokens(messages: Sequence[prompts.Message]) -> int:
    return sum(len(message["content"]) for message in messages) // CHARACTERS_PER_TOKEN

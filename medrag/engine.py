"""The main job: a case in, checked and cited advice out. The steps of ``docs/architecture.md`` and nothing else."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from medrag import __version__
from medrag.errors import InputError
from medrag.events import Event, Finished, Noticed, Released, Usage
from medrag.generation import prompts, quoting
from medrag.generation.grounding import Draft, Reader, ground, pointed, reader
from medrag.generation.model import ChatModel, Generation
from medrag.knowledge import Knowledge
from medrag.retrieval.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.safety.check_context import not_assessed
from medrag.safety.checks import CHECKS, Check
from medrag.safety.consultation import Consultation
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
    """What one request has gathered so far; ``case`` is as it was sent, and ``retriever`` the one it began with."""

    case: Case
    consultation: Consultation
    retriever: Retriever
    notices: tuple[Finding, ...] = ()
    prompt: Sequence[prompts.Message] = ()
    usage: Usage | None = None
    stopped: bool = False
    left_out: tuple[Finding, ...] = ()

    @property
    def evidence(self) -> Sequence[Evidence]:
        """The passages that the model sees."""
        return self.consultation.evidence

    def used(self, usage: Usage) -> None:
        """Adds what one request to the model cost."""
        self.usage = usage if self.usage is None else self.usage + usage


@dataclass
class Engine:
    """Retrieval, generation and safety in one path; stream, client and batch all go through :meth:`stream`.

    ``stop``: the answer ends before the first statement whose words hold one of these. ``checks=()`` is the same
    engine without its checks, for comparison.
    """

    retriever: Retriever
    model: ChatModel
    knowledge: Knowledge
    grounding: prompts.Grounding = "quote"
    passages: int = 5
    max_statements: int = quoting.MAX_STATEMENTS
    max_tokens: int = 512
    stop: Sequence[str] = ()
    checks: Sequence[Check] = CHECKS
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
        consultation = self._consultation(case)
        opening = await asyncio.to_thread(consultation.opening)
        answer = _Answer(case, consultation, self.retriever, opening.notices)
        yield Noticed(answer.notices)
        if opening.declined:
            yield Finished(self._advice(answer, Outcome.DECLINED, opening.declined.code))
            return
        consultation.evidence, answer.prompt = await self._prompt(case, consultation, answer.retriever)
        if not answer.evidence:
            code = "advice.no_evidence" if case.filters == Filters() else "advice.none_passes"
            yield Finished(self._advice(answer, Outcome.ABSTAINED, code))
            return
        async for statement in self._statements(answer):
            yield Released(len(consultation.released), statement)
        yield Finished(self._conclude(answer), answer.usage)

    async def retrieve(self, case: Case) -> Sequence[Evidence]:
        """The passages that the model will see for a case: the best ones that its context can hold."""
        evidence, _ = await self._prompt(case, self._consultation(case), self.retriever)
        return evidence

    def _consultation(self, case: Case) -> Consultation:
        return Consultation(case.patient, case.question, self.knowledge, self.checks)

    async def _prompt(
        self, case: Case, consultation: Consultation, retriever: Retriever
    ) -> tuple[Sequence[Evidence], Sequence[prompts.Message]]:
        """The best passages that the model's context can hold beside the case as heard, and the prompt with them."""
        found = await asyncio.to_thread(retriever.search, query_for(case), k=self.passages, filters=case.filters)
        heard = case.model_copy(update={"patient": await asyncio.to_thread(lambda: consultation.heard)})
        budget = await self.model.context_tokens() - self._completion_tokens() - TOKENS_PER_IMAGE * len(case.images)
        for count in range(len(found), 0, -1):
            messages = prompts.messages(heard, found[:count], self.knowledge, self.grounding)
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
        if (withheld := answer.consultation.withheld) and (safe := self._safe(answer, choices)):
            async for statement in self._round(answer, drafts, safe, len(withheld)):
                yield statement
        for statement in self._own(answer):
            yield statement

    def _own(self, answer: _Answer) -> Iterator[Statement]:
        """What the passages cited say of patients like this one and the model left out: each checked as any other."""
        consultation = answer.consultation
        cited = {each.number for statement in consultation.released for each in statement.citations}
        said = consultation.said
        for place in consultation.for_this_patient(cited):
            draft = pointed(place)
            if ground(draft, answer.evidence).text not in said and (statement := self._vet(draft, answer)):
                yield statement

    def _choices(self, answer: _Answer) -> Sequence[Pointer]:
        choices = answer.consultation.choices()
        answer.left_out = choices.left_out
        return choices.pointers

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
        if answer.stopped or len(answer.consultation.released) >= self.max_statements:
            return None
        statement = ground(draft, answer.evidence)
        if any(each in statement.text for each in self.stop):
            answer.stopped = True
            return None
        settled = answer.consultation.settle(statement)
        return None if settled.withheld else settled

    def _safe(self, answer: _Answer, choices: Sequence[Pointer]) -> list[Pointer]:
        """The choices that are not in the answer yet and would be released."""
        consultation = answer.consultation
        grounded = {choice: ground(pointed(choice), answer.evidence) for choice in choices}
        fresh = {choice: each for choice, each in grounded.items() if each.text not in consultation.said}
        return [choice for choice, each in fresh.items() if not consultation.review(each).withheld]

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
        if answer.consultation.released:
            return self._advice(answer, Outcome.ANSWERED)
        if answer.consultation.withheld:
            return self._advice(answer, Outcome.WITHHELD, "advice.all_withheld")
        return self._advice(answer, Outcome.ABSTAINED, "advice.none_applies")

    def _advice(self, answer: _Answer, outcome: Outcome, message_code: str | None = None) -> Advice:
        consultation = answer.consultation
        conclusion = consultation.conclude()
        images = (IMAGES_UNCHECKED,) if answer.case.images else ()
        return Advice(
            id=f"advice-{uuid.uuid4().hex}",
            created=datetime.now(UTC),
            question=answer.case.question,
            outcome=outcome,
            message_code=message_code,
            notices=answer.notices,
            statements=tuple(consultation.released),
            withheld=tuple(consultation.withheld),
            findings=(*conclusion.findings, *answer.left_out, *images),
            coverage=conclusion.coverage,
            settling=conclusion.settling,
            evidence=tuple(answer.evidence),
            provenance=self._provenance(answer.retriever),
        )

    def _provenance(self, retriever: Retriever) -> Provenance:
        return Provenance(
            medrag=__version__,
            model=self.model.name,
            index=retriever.index.hash,
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

"""The main job: a case in, checked and cited advice out. The steps of ``docs/architecture.md`` and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from medrag import __version__, tracing
from medrag.errors import InputError
from medrag.events import Event, Finished, Noticed, Released, Searched
from medrag.generation import prompts
from medrag.generation.answering import Answering, Manner
from medrag.generation.model import ChatModel
from medrag.generation.modes import MODES, Grounding, Mode
from medrag.generation.modes.quote import MAX_STATEMENTS
from medrag.knowledge import Knowledge
from medrag.patient.applicability import Applicant
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.safety.checks import CHECKS, Check
from medrag.safety.consultation import Consultation
from medrag.safety.learned import UNLEARNED, Learned
from medrag.types import (
    Advice,
    Case,
    Evidence,
    Filters,
    Outcome,
    Provenance,
)

MAX_QUESTION_CHARACTERS = 20_000
CHARACTERS_PER_TOKEN = 3
"""A cautious estimate for English clinical text; common tokenizers need fewer tokens than this says. Characters are
counted as bytes of UTF-8, so that a Chinese one is a token of its own."""
TOKENS_PER_IMAGE = 1500
"""What vision models in use make of a picture of about a megapixel."""

NO_VISION = "the served model reads no images; send the report's text, or serve a vision model (setting `vision`)"


@dataclass
class Engine:
    """Retrieval, generation and safety in one path; stream, client and batch all go through :meth:`stream`.

    ``stop``: the answer ends before the first statement whose words hold one of these. ``checks=()`` is the same
    engine without its checks, for comparison. ``learned``: the judges beside patterns and cues, of requests and advice.
    """

    retriever: Retriever
    model: ChatModel
    knowledge: Knowledge
    grounding: Grounding = "quote"
    passages: int = 5
    sentences: int = 24
    lead: int = 0
    """At most how many of the sentences that search ranks near its first are quoted before the model adds to them.

    0: the model chooses among all that search found.
    """
    max_statements: int = MAX_STATEMENTS
    max_tokens: int = 512
    stop: Sequence[str] = ()
    checks: Sequence[Check] = CHECKS
    learned: Learned = UNLEARNED
    weights: str | None = None
    adapter: str | None = None
    vision: bool = False
    """Whether ``model`` reads images; a case with images is refused where it does not."""

    @property
    def mode(self) -> Mode:
        """How the model answers."""
        return MODES[self.grounding]

    @property
    def _manner(self) -> Manner:
        return Manner(
            model=self.model,
            mode=self.mode,
            lead=self.lead,
            max_statements=self.max_statements,
            max_tokens=self.max_tokens,
            stop=self.stop,
        )

    async def recommend(self, case: Case) -> Advice:
        """The advice for one case.

        Raises:
            InputError: the question is empty or too long, or there are images and the model reads none.
            PatientError: the question is about someone else than the patient.
            ModelError: the model cannot be used; nothing is answered in its stead.
        """
        async for event in self.stream(case):
            if isinstance(event, Finished):
                return event.advice
        raise AssertionError("a stream ends with Finished")

    async def stream(self, case: Case) -> AsyncGenerator[Event, None]:
        """The advice as it is vetted: a :class:`Noticed`, each :class:`Released`, a :class:`Finished`.

        Where the model is asked, a :class:`Searched` says so.
        """
        _validate(case.question)
        if case.images and not self.vision:
            raise InputError(NO_VISION, param="messages", code="unsupported_content")
        with tracing.answer() as trace:
            async with aclosing(self._events(case, trace)) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        trace.note(_outcome(event.advice))
                    yield event

    async def _events(self, case: Case, trace: tracing.Step) -> AsyncGenerator[Event, None]:
        consultation = self._consultation(case)
        with trace.step("medrag.opening"):
            opening = await asyncio.to_thread(consultation.opening)
        retriever = self.retriever
        answer = Answering(case, consultation, self._manner, self._provenance(retriever), trace, opening.notices)
        yield Noticed(answer.notices)
        if opening.declined:
            yield Finished(answer.advice(Outcome.DECLINED, opening.declined.code))
            return
        with trace.step("retrieval", {"gen_ai.operation.name": "retrieval"}) as step:
            consultation.evidence, answer.prompt = await self._prompt(case, retriever, consultation.applicant)
            step.note({"medrag.evidence": len(answer.evidence)})
        if not answer.evidence:
            code = "advice.no_evidence" if case.filters == Filters() else "advice.none_passes"
            yield Finished(answer.advice(Outcome.ABSTAINED, code))
            return
        yield Searched(len(answer.evidence))
        async for statement in answer.statements():
            yield Released(len(consultation.released), statement)
        yield Finished(answer.conclude(), answer.usage)

    async def retrieve(self, case: Case) -> Sequence[Evidence]:
        """The passages that the model will see for a case: the best ones that its context can hold."""
        evidence, _ = await self._prompt(case, self.retriever)
        return evidence

    def _search(self, case: Case, retriever: Retriever, applicant: Applicant | None) -> Sequence[Evidence]:
        """Sentences to choose among, or passages to write from."""
        query = query_for(case, self.knowledge, applicant)
        if self.mode.chooses:
            return retriever.sentences(query, k=self.sentences, filters=case.filters)
        return retriever.search(query, k=self.passages, filters=case.filters)

    def _consultation(self, case: Case) -> Consultation:
        return Consultation(
            case.patient,
            case.question,
            self.knowledge,
            self.checks,
            one_person=case.one_person,
            learned=self.learned,
        )

    async def _prompt(
        self, case: Case, retriever: Retriever, applicant: Applicant | None = None
    ) -> tuple[Sequence[Evidence], Sequence[prompts.Message]]:
        """The best of the evidence that the model's context can hold beside the case, and the prompt with it."""
        found = await asyncio.to_thread(self._search, case, retriever, applicant)
        budget = (
            await self.model.context_tokens() - self._manner.completion_tokens - TOKENS_PER_IMAGE * len(case.images)
        )
        for count in range(len(found), 0, -1):
            messages = prompts.messages(case, found[:count], self.mode, self.knowledge)
            if _estimated_tokens(messages) <= budget:
                return found[:count], messages
        if not found:
            return (), ()
        raise InputError(
            "the question and the patient are too long for this model's context; shorten the question",
            param="messages",
            code="context_length_exceeded",
        )

    @property
    def provenance(self) -> Provenance:
        """What makes its answers."""
        return self._provenance(self.retriever)

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


def _outcome(advice: Advice) -> tracing.Attributes:
    return {
        "medrag.outcome": advice.outcome.value,
        "medrag.notices": len(advice.notices),
        "medrag.released": len(advice.statements),
        "medrag.withheld": len(advice.withheld),
    }


def _estimated_tokens(messages: Sequence[prompts.Message]) -> int:
    return sum(len(message["content"].encode(errors="replace")) for message in messages) // CHARACTERS_PER_TOKEN

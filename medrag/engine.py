"""The main job: a case in, checked and cited advice out. The steps of ``docs/architecture.md`` and nothing else."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from medrag import __version__, tracing
from medrag.errors import InputError
from medrag.events import Event, Finished, Noticed, Released, Searched, Usage
from medrag.generation import prompts
from medrag.generation.grounding import ground
from medrag.generation.likelihood import LikelihoodOrder
from medrag.generation.model import ChatModel, Generation
from medrag.generation.modes import MODES, Draft, Grounding, Mode, Reader, pointed
from medrag.generation.modes.quote import MAX_STATEMENTS, by_rank, in_reach, near_the_best
from medrag.knowledge import Knowledge
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.safety.check_context import not_assessed
from medrag.safety.checks import CHECKS, Check
from medrag.safety.consultation import Consultation
from medrag.safety.question.request_classifier import RequestClassifier
from medrag.types import (
    Advice,
    Case,
    Evidence,
    Filters,
    Finding,
    Outcome,
    Patient,
    Pointer,
    Provenance,
    Statement,
)

MAX_QUESTION_CHARACTERS = 20_000
CHARACTERS_PER_TOKEN = 3
"""A cautious estimate for English clinical text; common tokenizers need fewer tokens than this says. Characters are
counted as bytes of UTF-8, so that a Chinese one is a token of its own."""
TOKENS_PER_IMAGE = 1500
"""What vision models in use make of a picture of about a megapixel."""

NO_VISION = "the served model reads no images; send the report's text, or serve a vision model (setting `vision`)"
IMAGES_UNCHECKED = not_assessed("images.unchecked", (), "medrag")


@dataclass
class _Answer:
    """What one request has gathered so far; ``case`` is as it was sent, and ``retriever`` the one it began with."""

    case: Case
    consultation: Consultation
    trace: tracing.Step
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
    engine without its checks, for comparison. Without ``classifier`` the patterns alone decide what is declined.
    """

    retriever: Retriever
    model: ChatModel
    knowledge: Knowledge
    grounding: Grounding = "quote"
    passages: int = 5
    sentences: int = 24
    lead: int = 0
    """At most how many of the sentences that are ranked near the first are quoted before the model adds to them.

    0: the model chooses among all that search found.
    """
    likelihood: LikelihoodOrder | None = None
    """Has the model put what search found in order. Then those that lead are its answer, and it adds nothing."""
    max_statements: int = MAX_STATEMENTS
    max_tokens: int = 512
    stop: Sequence[str] = ()
    checks: Sequence[Check] = CHECKS
    classifier: RequestClassifier | None = None
    weights: str | None = None
    adapter: str | None = None
    vision: bool = False
    """Whether ``model`` reads images; a case with images is refused where it does not."""

    @property
    def mode(self) -> Mode:
        """How the model answers."""
        return MODES[self.grounding]

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
        answer = _Answer(case, consultation, trace, self.retriever, opening.notices)
        yield Noticed(answer.notices)
        if opening.declined:
            yield Finished(self._advice(answer, Outcome.DECLINED, opening.declined.code))
            return
        with trace.step("retrieval", {"gen_ai.operation.name": "retrieval"}) as step:
            consultation.evidence, answer.prompt = await self._prompt(
                case, answer.retriever, consultation.heard, answer.used
            )
            step.note({"medrag.evidence": len(answer.evidence)})
        if not answer.evidence:
            code = "advice.no_evidence" if case.filters == Filters() else "advice.none_passes"
            yield Finished(self._advice(answer, Outcome.ABSTAINED, code))
            return
        yield Searched(len(answer.evidence))
        async for statement in self._statements(answer):
            yield Released(len(consultation.released), statement)
        yield Finished(self._conclude(answer), answer.usage)

    async def retrieve(self, case: Case) -> Sequence[Evidence]:
        """The passages that the model will see for a case: the best ones that its context can hold."""
        evidence, _ = await self._prompt(case, self.retriever)
        return evidence

    async def _found(
        self, case: Case, retriever: Retriever, heard: Patient | None, used: Callable[[Usage], None] | None
    ) -> Sequence[Evidence]:
        """Sentences to choose among, or passages to write from."""
        query = await asyncio.to_thread(query_for, case, self.knowledge, heard)
        if not self.mode.chooses:
            return await asyncio.to_thread(retriever.search, query, k=self.passages, filters=case.filters)
        found = await asyncio.to_thread(retriever.sentences, query, k=self.sentences, filters=case.filters)
        return await self.likelihood.reorder(query, found, used) if self.likelihood else found

    def _consultation(self, case: Case) -> Consultation:
        return Consultation(
            case.patient,
            case.question,
            self.knowledge,
            self.checks,
            one_person=case.one_person,
            classifier=self.classifier,
        )

    async def _prompt(
        self,
        case: Case,
        retriever: Retriever,
        heard: Patient | None = None,
        used: Callable[[Usage], None] | None = None,
    ) -> tuple[Sequence[Evidence], Sequence[prompts.Message]]:
        """The best of the evidence that the model's context can hold beside the case, and the prompt with it."""
        found = await self._found(case, retriever, heard, used)
        budget = await self.model.context_tokens() - self._completion_tokens() - TOKENS_PER_IMAGE * len(case.images)
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

    async def _statements(self, answer: _Answer) -> AsyncIterator[Statement]:
        """Drafts grounded and checked one by one; yields the released, keeps the withheld.

        In quote mode the sentences that are ranked near the first come first, the next in place of one withheld, and
        the model adds to them, unless the order is its own. Sentences for other patients are not among the choices, and
        each withheld statement may be replaced: the model is asked once more, with a grammar of those sentences alone
        that would pass the filter. Last come sentences for patients like this one that stand in the passages cited.
        """
        choices = self._choices(answer) if self.mode.chooses else ()
        ranked = [each for each in by_rank(answer.evidence) if each in choices]
        lead = min(self.lead, near_the_best(ranked, answer.evidence))
        for statement in islice(self._pointed(ranked[: 2 * lead], answer), lead):
            yield statement
        if not (lead and self.likelihood):
            async for statement in self._added(answer, choices):
                yield statement
        if self.mode.chooses:
            for statement in self._own(answer):
                yield statement

    async def _added(self, answer: _Answer, choices: Sequence[Pointer]) -> AsyncIterator[Statement]:
        """What the model writes, or chooses beside what leads, and then in place of what was withheld."""
        drafts = self.mode.reader(answer.evidence)
        added = in_reach(choices, answer.evidence) if self.lead else choices
        choices = [each for each in added if not _said(each, answer)]
        if choices or not self.lead:
            async for statement in self._round(answer, drafts, choices, self.max_statements):
                yield statement
        if answer.stopped or not self.mode.chooses:
            return
        if (withheld := answer.consultation.withheld) and (safe := self._safe(answer, choices)):
            async for statement in self._round(answer, drafts, safe, len(withheld)):
                yield statement

    def _own(self, answer: _Answer) -> Iterator[Statement]:
        """What the passages cited say of patients like this one and the model left out: each checked as any other."""
        consultation = answer.consultation
        cited = {each.number for statement in consultation.released for each in statement.citations}
        return self._pointed(consultation.for_this_patient(cited), answer)

    def _pointed(self, places: Iterable[Pointer], answer: _Answer) -> Iterator[Statement]:
        """What is released of these sentences, each once."""
        for place in places:
            if not _said(place, answer) and (statement := self._vet(pointed(place), answer)):
                yield statement

    def _choices(self, answer: _Answer) -> Sequence[Pointer]:
        choices = answer.consultation.choices()
        answer.left_out = choices.left_out
        return choices.pointers

    async def _round(
        self, answer: _Answer, drafts: Reader, choices: Sequence[Pointer], most: int
    ) -> AsyncIterator[Statement]:
        """One request to the model, and what of its completion is released."""
        asked = self._generation(answer, choices, most)
        with answer.trace.step(f"chat {self.model.name}", _request(asked, self.model.name)) as step:
            async for piece in self.model.stream(asked):
                for draft in drafts.feed(piece):
                    if statement := self._vet(draft, answer):
                        yield statement
            if answer.usage:
                step.note(_tokens(answer.usage))
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
        with answer.trace.step("medrag.review") as step:
            settled = answer.consultation.settle(statement)
            step.note({"medrag.withheld": settled.withheld, "medrag.findings": len(settled.findings)})
        return None if settled.withheld else settled

    def _safe(self, answer: _Answer, choices: Sequence[Pointer]) -> list[Pointer]:
        """The choices that are not in the answer yet and would be released without doubt of what they advise."""
        consultation = answer.consultation
        grounded = {choice: ground(pointed(choice), answer.evidence) for choice in choices}
        fresh = {choice: each for choice, each in grounded.items() if each.text not in consultation.said}
        reviewed = {choice: consultation.review(each) for choice, each in fresh.items()}
        return [choice for choice, each in reviewed.items() if not (each.withheld or each.doubtful)]

    def _generation(self, answer: _Answer, choices: Sequence[Pointer], most: int) -> Generation:
        wanted = set(choices)
        marks = {mark: each for mark, each in self.mode.marks(answer.evidence).items() if each in wanted}
        return Generation(
            messages=answer.prompt,
            max_tokens=self._completion_tokens(),
            grammar=self.mode.constraint(marks, most),
            choices=marks,
            most=most,
            used=answer.used,
            images=answer.case.images,
        )

    def _completion_tokens(self) -> int:
        return self.mode.completion_tokens(self.max_statements, self.max_tokens)

    def _conclude(self, answer: _Answer) -> Advice:
        if answer.consultation.released:
            return self._advice(answer, Outcome.ANSWERED)
        if answer.consultation.withheld:
            return self._advice(answer, Outcome.WITHHELD, "advice.all_withheld")
        return self._advice(answer, Outcome.ABSTAINED, "advice.stopped" if answer.stopped else "advice.none_applies")

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
            problems=answer.case.patient.problems if answer.case.patient else (),
            effects=conclusion.effects,
            evidence=tuple(answer.evidence),
            provenance=self._provenance(answer.retriever),
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


def _request(asked: Generation, model: str) -> tracing.Attributes:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "vllm",
        "gen_ai.request.model": model,
        "gen_ai.request.max_tokens": asked.max_tokens,
        "gen_ai.request.temperature": asked.temperature,
    }


def _tokens(usage: Usage) -> tracing.Attributes:
    """Of the whole answer so far: a second round counts the first one's too."""
    return {"gen_ai.usage.input_tokens": usage.prompt, "gen_ai.usage.output_tokens": usage.completion}


def _said(place: Pointer, answer: _Answer) -> bool:
    """Whether this sentence has been judged already, released or withheld."""
    return ground(pointed(place), answer.evidence).text in answer.consultation.said


def _estimated_tokens(messages: Sequence[prompts.Message]) -> int:
    return sum(len(message["content"].encode(errors="replace")) for message in messages) // CHARACTERS_PER_TOKEN

"""One answer in the making: statements drafted, grounded, reviewed one by one, released or withheld."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from medrag import tracing
from medrag.events import Usage
from medrag.generation.grounding import ground
from medrag.generation.model import ChatModel, Generation
from medrag.generation.modes import Draft, Mode, Reader, pointed
from medrag.generation.modes.quote import MAX_STATEMENTS, by_rank, in_reach, near_the_best
from medrag.generation.prompts import Message
from medrag.retrieval.question.dosed import doses_of_others
from medrag.retrieval.question.naming import about_another
from medrag.safety.check_context import not_assessed
from medrag.safety.choices import Choices, quotable
from medrag.safety.consultation import Consultation
from medrag.types import Advice, Case, Evidence, Finding, Outcome, Pointer, Provenance, Statement, narrowed

IMAGES_UNCHECKED = not_assessed("images.unchecked", (), "medrag")


@dataclass(frozen=True)
class Manner:
    """How answers are written, the same for every request.

    At most ``lead`` of the sentences that search ranks near its first come before the model adds to them; 0: it chooses
    among all that search found. The answer ends before the first statement whose words hold one of ``stop``.
    """

    model: ChatModel
    mode: Mode
    lead: int = 0
    max_statements: int = MAX_STATEMENTS
    max_tokens: int = 512
    stop: Sequence[str] = ()

    @property
    def completion_tokens(self) -> int:
        """What one request to the model may decode."""
        return self.mode.completion_tokens(self.max_statements, self.max_tokens)


@dataclass
class Answering:
    """What one request has gathered so far; ``case`` is as it was sent."""

    case: Case
    consultation: Consultation
    manner: Manner
    provenance: Provenance
    trace: tracing.Step
    notices: tuple[Finding, ...] = ()
    prompt: Sequence[Message] = ()
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

    async def statements(self) -> AsyncIterator[Statement]:
        """Drafts grounded and checked one by one; yields the released, keeps the withheld.

        In quote mode the sentences that search ranks near its first come first, the next in place of one withheld, and
        the model adds to them. Sentences for other patients are not among the choices, and
        each withheld statement may be replaced: the model is asked once more, with a grammar of those sentences alone
        that would pass the filter. Last come sentences for patients like this one that stand in the passages cited.
        """
        chosen = self._choices() if self.manner.mode.chooses else Choices()
        choices, instead = chosen.pointers, chosen.instead
        ranked = [each for each in by_rank(self.evidence, instead) if each in choices]
        lead = min(self.manner.lead, near_the_best(ranked, self.evidence, instead))
        for statement in islice(self._pointed(ranked[: 2 * lead]), lead):
            yield statement
        async for statement in self._added(choices):
            yield statement
        if self.manner.mode.chooses:
            for statement in self._own():
                yield statement

    async def _added(self, choices: Sequence[Pointer]) -> AsyncIterator[Statement]:
        """What the model writes, or chooses beside what leads, and then in place of what was withheld."""
        drafts = self.manner.mode.reader(self.evidence)
        added = in_reach(choices, self.evidence) if self.manner.lead else choices
        choices = [each for each in added if not self._said(each)]
        if choices or not self.manner.lead:
            async for statement in self._round(drafts, choices, self.manner.max_statements):
                yield statement
        if self.stopped or not self.manner.mode.chooses:
            return
        if (withheld := self.consultation.withheld) and (safe := self._safe(choices)):
            async for statement in self._round(drafts, safe, len(withheld)):
                yield statement

    def _own(self) -> Iterator[Statement]:
        """What the passages cited say of patients like this one and the model left out: each checked as any other."""
        consultation = self.consultation
        cited = {each.number for statement in consultation.released for each in statement.citations}
        return self._pointed(consultation.for_this_patient(cited))

    def _pointed(self, places: Iterable[Pointer]) -> Iterator[Statement]:
        """What is released of these sentences, each once."""
        for place in places:
            if not self._said(place) and (statement := self._vet(pointed(place))):
                yield statement

    def _choices(self) -> Choices:
        """What may be quoted of what is asked about.

        Nothing where what is not for others is about another illness than the question names; no doses of other drugs
        beside that of the one whose dose is asked for.
        """
        consultation = self.consultation
        choices = consultation.choices()
        self.left_out = choices.left_out
        asked, known = consultation.question, consultation.knowledge
        left = narrowed(self.evidence, choices.pointers)
        if choices.left_out and about_another(asked, consultation.applicant, left, known):
            return Choices()
        quotes = {each.place: each.quote for each in quotable(self.evidence) if each.place in choices.pointers}
        others = doses_of_others(asked, quotes, known) - choices.instead.keys()
        return replace(choices, pointers=tuple(each for each in choices.pointers if each not in others))

    async def _round(self, drafts: Reader, choices: Sequence[Pointer], most: int) -> AsyncIterator[Statement]:
        """One request to the model, and what of its completion is released."""
        asked, model = self._generation(choices, most), self.manner.model
        with self.trace.step(f"chat {model.name}", _request(asked, model.name)) as step:
            async for piece in model.stream(asked):
                for draft in drafts.feed(piece):
                    if statement := self._vet(draft):
                        yield statement
            if self.usage:
                step.note(_tokens(self.usage))
        for draft in drafts.finish():
            if statement := self._vet(draft):
                yield statement

    def _vet(self, draft: Draft) -> Statement | None:
        if self.stopped or len(self.consultation.released) >= self.manner.max_statements:
            return None
        statement = ground(draft, self.evidence)
        if any(each in statement.text for each in self.manner.stop):
            self.stopped = True
            return None
        with self.trace.step("medrag.review") as step:
            settled = self.consultation.settle(statement)
            step.note({"medrag.withheld": settled.withheld, "medrag.findings": len(settled.findings)})
        return None if settled.withheld else settled

    def _safe(self, choices: Sequence[Pointer]) -> list[Pointer]:
        """The choices that are not in the answer yet and would be released without doubt of what they advise."""
        consultation = self.consultation
        grounded = {choice: ground(pointed(choice), self.evidence) for choice in choices}
        fresh = {choice: each for choice, each in grounded.items() if each.text not in consultation.said}
        reviewed = {choice: consultation.review(each) for choice, each in fresh.items()}
        return [choice for choice, each in reviewed.items() if not (each.withheld or each.doubtful)]

    def _generation(self, choices: Sequence[Pointer], most: int) -> Generation:
        wanted = set(choices)
        marks = {mark: each for mark, each in self.manner.mode.marks(self.evidence).items() if each in wanted}
        return Generation(
            messages=self.prompt,
            max_tokens=self.manner.completion_tokens,
            grammar=self.manner.mode.constraint(marks, most),
            choices=marks,
            most=most,
            used=self.used,
            images=self.case.images,
        )

    def conclude(self) -> Advice:
        """The advice, when all statements have been made."""
        if self.consultation.released:
            return self.advice(Outcome.ANSWERED)
        if self.consultation.withheld:
            return self.advice(Outcome.WITHHELD, "advice.all_withheld")
        return self.advice(Outcome.ABSTAINED, "advice.stopped" if self.stopped else "advice.none_applies")

    def advice(self, outcome: Outcome, message_code: str | None = None) -> Advice:
        """The advice as far as it has come, ended with ``outcome``; ``message_code`` says why."""
        consultation = self.consultation
        conclusion = consultation.conclude()
        images = (IMAGES_UNCHECKED,) if self.case.images else ()
        return Advice(
            id=f"advice-{uuid.uuid4().hex}",
            created=datetime.now(UTC),
            question=self.case.question,
            outcome=outcome,
            message_code=message_code,
            notices=self.notices,
            statements=tuple(consultation.released),
            withheld=tuple(consultation.withheld),
            findings=(*conclusion.findings, *self.left_out, *images),
            coverage=conclusion.coverage,
            settling=conclusion.settling,
            problems=self.case.patient.problems if self.case.patient else (),
            effects=conclusion.effects,
            evidence=tuple(self.evidence),
            provenance=self.provenance,
        )

    def _said(self, place: Pointer) -> bool:
        """Whether this sentence has been judged already, released or withheld."""
        return ground(pointed(place), self.evidence).text in self.consultation.said


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

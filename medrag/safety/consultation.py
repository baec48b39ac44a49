"""One consultation: a question, a patient and the evidence, from the first notice to the last finding.

Whoever asks (the engine, ``medrag check``, CDS Hooks) goes through it, so that all of them hear and check the same.
It has the last word on every statement and fails closed. What it has read of the patient is gone with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

from medrag.knowledge import Knowledge
from medrag.messages import READ_WORDS
from medrag.patient import ensure_same_person, hear
from medrag.patient.applicability import Applicant
from medrag.patient.view import PatientView, view
from medrag.reading import Prescription, prescriptions
from medrag.reading.advice.accounting import drugless_doses, is_fragment
from medrag.reading.languages.gloss import in_english, is_chinese, written_names
from medrag.reading.languages.original import originals
from medrag.safety.check_context import MISSING_SOURCE, RANK, Context, fail, stopped_by
from medrag.safety.checks import CHECKS, Check
from medrag.safety.checks.population import population, written_for
from medrag.safety.choices import Choices, choose, placed, quotable
from medrag.safety.coverage import coverage
from medrag.safety.effects import effects
from medrag.safety.learned import UNLEARNED, Learned
from medrag.safety.learned.doubt import (
    Doubt,
    Taken,
    as_meant,
    like_advice,
    like_warnings,
    may_be_given,
    may_be_warned,
    may_go_on,
    within,
)
from medrag.safety.omission import NO_PLAN, offer, omissions, referral
from medrag.safety.people.special import ranked
from medrag.safety.plan import Plan, stopped
from medrag.safety.precautions import without_care
from medrag.safety.question.first_care import leading
from medrag.safety.question.injection import passage_report, patient_injections
from medrag.safety.question.red_flags import first_care, notices
from medrag.safety.question.requests import declines
from medrag.safety.settling import settling
from medrag.safety.unread_record import lost, with_gaps
from medrag.safety.waiting import thought_later
from medrag.types import (
    Coverage,
    Effect,
    Evidence,
    FactStatus,
    Finding,
    Patient,
    Pointer,
    Severity,
    Statement,
    Verdict,
)

Doubts = Callable[[str], tuple[Doubt, ...]]
MOST_ALTERNATIVES = 2
SPOKEN = (Severity.CONTRAINDICATED, Severity.WARNING)
_ORDER = {Verdict.FAIL: 0, Verdict.NOT_ASSESSED: 1, Verdict.PASS: 2}


@dataclass(frozen=True, slots=True)
class Opening:
    """What comes before any advice: emergencies, and the reason to decline the request if there is one."""

    notices: tuple[Finding, ...]
    declined: Finding | None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What concerns the whole case, worst first, how much of it the checks knew, and what would settle the gaps."""

    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]
    settling: Finding | None = None
    effects: tuple[Effect, ...] = ()


@dataclass(repr=False)
class Consultation:
    """One request. ``record`` is the patient as sent (None: none was), ``question`` may be empty.

    ``checks=()`` is the ablation: everything is read, offered and released unchecked. ``one_person``: the caller knows
    that record and question speak of the same person where they seem not to. ``released`` and ``withheld`` hold what
    :meth:`settle` has judged. ``whole``: the advice that the statements are of, where all of it is known beforehand.
    Without ``learned`` patterns alone decide what is declined, and cues and words alone what is advised.
    """

    record: Patient | None
    question: str
    knowledge: Knowledge
    checks: Sequence[Check] = CHECKS
    evidence: Sequence[Evidence] = ()
    one_person: bool = False
    learned: Learned = UNLEARNED
    whole: str = ""
    released: list[Statement] = field(default_factory=list)
    withheld: list[Statement] = field(default_factory=list)
    _notices: tuple[Finding, ...] = ()
    _texts: dict[str, tuple[Prescription, ...]] = field(default_factory=dict)

    @cached_property
    def heard(self) -> Patient | None:
        """The record with what the question says of a patient: :func:`medrag.patient.hear`.

        Raises :class:`~medrag.errors.PatientError` with code ``two_people`` where the question speaks of someone else.
        """
        if self.record and not self.one_person:
            ensure_same_person(self.record, self.question, knowledge=self.knowledge)
        return hear(self.record, self.question, knowledge=self.knowledge)

    @cached_property
    def patient(self) -> PatientView | None:
        """The patient as the checks see it; None where nothing is known of one."""
        return view(self.heard, self.record, self.knowledge) if self.heard else None

    @cached_property
    def applicant(self) -> Applicant | None:
        """The patient and the question, to be held against what people noted of sentences."""
        return Applicant(self.patient, self.asked) if self.patient else None

    @cached_property
    def asked(self) -> str:
        """The question as the readers read it."""
        return in_english(self.question, self.knowledge)

    @property
    def said(self) -> frozenset[str]:
        """The words of every statement judged so far, withheld or not."""
        return frozenset(statement.text for statement in (*self.released, *self.withheld))

    def read(self, text: str) -> tuple[Prescription, ...]:
        """The drugs and doses of a text, each text read once."""
        if text not in self._texts:
            self._texts[text] = prescriptions(in_english(text, self.knowledge), self.knowledge)
        return self._texts[text]

    def opening(self) -> Opening:
        """Emergencies that the question names or the patient has, and whether the request is declined."""
        self._notices = notices(self.asked, self.patient, self.knowledge)
        return Opening(self._notices, declines(self.asked, self.knowledge, self.learned.requests))

    def choices(self) -> Choices:
        """Every sentence of the evidence but those not for this patient, by their wording or another's warning."""
        applicant = self.applicant if population in self.checks else None
        places = [each for each in placed(self.evidence, self.knowledge) if self._stands_alone(each.quote)]
        found = choose(places, self.evidence, applicant, self.read)
        return replace(found, instead={**found.instead, **self._first(found.pointers)})

    def _first(self, kept: Iterable[Pointer]) -> Mapping[Pointer, float]:
        """What the emergency that is asked about needs before all else, and has not been given."""
        drugs = first_care(self.asked, self.knowledge) if self.checks else frozenset()
        had = (
            each for each in (self.heard and self.heard.medications) or () if each.status is not FactStatus.UNCERTAIN
        )
        given = {name for each in had for one in self.read(each.display) for name in one.mention.ingredients}
        return leading(ranked(self.evidence, kept), drugs - given, self.read, self.applicant)

    def _stands_alone(self, quote: str) -> bool:
        """Whether a sentence says of what it speaks: no fragment, and no dose without its drug."""
        return not self.checks or not (is_fragment(quote) or (drugless_doses(quote) and not self.read(quote)))

    def for_this_patient(self, numbers: Iterable[int]) -> list[Pointer]:
        """The sentences of these passages that are by their wording for a group that the patient is of."""
        patient, wanted = self.patient, set(numbers)
        if patient is None:
            return []
        passages = [item for item in self.evidence if item.number in wanted]
        found = placed(passages, self.knowledge)
        return [each.place for each in found if written_for(each.quote, each.heading, patient)]

    def review(self, statement: Statement) -> Statement:
        """``statement`` with the findings of every check added, worst first; one withheld already stays as it is.

        Interactions, duplications and summed doses look at what was released before it. A check that breaks
        withholds the statement.
        """
        if statement.withheld:
            return statement
        return self._checked(statement, self.released, self.evidence)

    def settle(self, statement: Statement) -> Statement:
        """:meth:`review`, and the statement put to the released or the withheld ones."""
        reviewed = self.review(statement)
        (self.withheld if reviewed.withheld else self.released).append(reviewed)
        return reviewed

    def conclude(self) -> Conclusion:
        """Actions left out, a plan without treatment, instructions in the data; the coverage; effects in numbers.

        Advice on the emergencies of the :meth:`opening` must send the patient to be seen.
        """
        numbers: tuple[Effect, ...] = ()
        try:
            found = list(self._case_findings())
            numbers = effects(self.released, self.read, self.patient, self.knowledge) if self.checks else ()
        except Exception as error:  # noqa: BLE001 (see _checked)
            found = [_broken("case", error)]
        found = self._as_written(found, *(each.text for each in self.released))
        read = [each for statement in self.released for each in self.read(statement.text)]
        known = coverage(read, self.patient, self.knowledge)
        return Conclusion(tuple(sorted(found, key=_rank)), known, settling(self.released), numbers)

    def _checked(self, statement: Statement, before: Sequence[Statement], evidence: Sequence[Evidence]) -> Statement:
        try:
            found = self._weighed(statement, before, evidence)
        except Exception as error:  # noqa: BLE001 (what could not be read was not checked)
            return _with(statement, [_broken("reading", error)])
        return _with(statement, self._as_written(with_gaps(found, lost(self.heard)), statement.text))

    def _as_written(self, findings: Iterable[Finding], *texts: str) -> list[Finding]:
        """The findings with the names by which record, question and ``texts`` call the drugs they are about."""
        findings, names = list(findings), dict(self._written)
        said = [str(each.values[key]) for each in findings for key in READ_WORDS if key in each.values]
        for text in texts:
            names |= originals(text, said, self.knowledge) | written_names(text, self.knowledge)
        return [each.calling(names) for each in findings] if names else findings

    @cached_property
    def _written(self) -> dict[str, str]:
        """The names of drugs in record and question that the reader's language does not prefer."""
        record = self.record
        said = [each.display for each in (*(record.medications or ()), *(record.allergies or ()))] if record else []
        return written_names("\n".join([*said, self.question]), self.knowledge)

    def _weighed(
        self, statement: Statement, before: Sequence[Statement], evidence: Sequence[Evidence]
    ) -> list[Finding]:
        """What the checks say; of drugs whose polarity is doubted, what they say of both readings.

        What a passage is cited for is an answer of medrag's own, and has no benefit of the doubt.
        """
        context = self._context(statement, before, evidence)
        text = context.statement.text
        found = list(without_care(thought_later(context, self._run(context)), text))
        if not context.statement.citations and any(each.withholds for each in found):
            other, doubtful = self._otherwise((*before, statement), self._may_be_warned)
            if doubtful:
                found = list(like_warnings(found, self._run(other._context(statement, before, evidence)), doubtful))
        if given := may_be_given(text, context.read, self._taken):
            found += like_advice(self._run(replace(context, read=as_meant(context.read, given))), given)
        if self._taken:
            other, doubtful = self._otherwise((*before, statement), self._may_go_on)
            kept = self._run(other._context(statement, before, evidence)) if doubtful else ()
            found += like_advice(kept, doubtful, "polarity.may_go_on")
        return found

    def _otherwise(self, statements: Iterable[Statement], doubts: Doubts) -> tuple[Consultation, list[Doubt]]:
        """This consultation as it reads with the drugs that ``doubts`` finds as they may be meant, and these drugs."""
        other, whole, around = copy(self), in_english(self.whole, self.knowledge), doubts(self.whole)
        texts, doubtful = {**self._texts, self.whole: as_meant(self.read(self.whole), around)}, list(around)
        for text in (each.text for each in statements):
            english = in_english(text, self.knowledge)
            place = whole.find(english)
            apart = () if whole and place >= 0 else doubts(text)
            found = apart or within(around, place, len(english))
            texts[text] = as_meant(self.read(text), found)
            doubtful += apart
        other._texts = texts
        return other, doubtful

    def _may_be_warned(self, text: str) -> tuple[Doubt, ...]:
        """The drugs of a text that may be warned against; of the whole advice read once over all its sentences."""
        return self._warned if text == self.whole else self._doubted(text)

    @cached_property
    def _warned(self) -> tuple[Doubt, ...]:
        return self._doubted(self.whole)

    def _doubted(self, text: str) -> tuple[Doubt, ...]:
        return may_be_warned(in_english(text, self.knowledge), self.read(text), self.learned.wordings)

    def _may_go_on(self, text: str) -> tuple[Doubt, ...]:
        """The drugs taken that a text may not stop."""
        return may_go_on(in_english(text, self.knowledge), self.read(text), self._taken or frozenset())

    @cached_property
    def _taken(self) -> Taken | None:
        """The drugs that the record lists; None where it does not say."""
        patient = self.patient
        if patient is None or not patient.recorded("medications"):
            return None
        return frozenset(frozenset(each.prescription.mention.ingredients) for each in patient.drugs)

    def _run(self, context: Context) -> list[Finding]:
        return [finding for each in self.checks for finding in _run(each, context)]

    def _context(self, statement: Statement, before: Sequence[Statement], evidence: Sequence[Evidence]) -> Context:
        knowledge, readable = self.knowledge, self._readable(statement)
        whole = in_english(self.whole, knowledge) or readable.text
        around = self.read(self.whole or statement.text)
        plan = Plan(whole, around, self.patient, knowledge, _place(readable.text, whole))
        over = stopped((each for other in before for each in self.read(other.text)), knowledge)
        by_statement = [(other, plan.as_ended(other.text, self.read(other.text), frozenset())) for other in before]
        advised = [each for _, read in by_statement for each in read if each.recommended and each.mention.resolved]
        guideline = _documents(statement, evidence)
        of_one = [read for other, read in by_statement if guideline and guideline == _documents(other, evidence)]
        return Context(
            statement=readable,
            read=plan.as_ended(readable.text, self.read(statement.text), over),
            whole=whole,
            around=around,
            patient=self.patient,
            advised=tuple(advised),
            options=tuple(each for read in of_one for each in read),
            quoted=tuple(each for other, read in by_statement if guideline and other.citations for each in read),
            stopped_before=stopped_by((each for _, read in by_statement for each in read), knowledge) | plan.ended,
            plan=plan,
            knowledge=self.knowledge,
            evidence=tuple(evidence),
            question=self.asked,
            before=tuple(in_english(other.text, self.knowledge) for other in before),
            applicant=self.applicant,
        )

    def _readable(self, statement: Statement) -> Statement:
        """The statement as the readers read it, for the checks alone."""
        if not is_chinese(statement.text):
            return statement
        cited = (
            each.model_copy(update={"quote": in_english(each.quote, self.knowledge)}) for each in statement.citations
        )
        return statement.model_copy(
            update={"text": in_english(statement.text, self.knowledge), "citations": tuple(cited)}
        )

    def _case_findings(self) -> Iterator[Finding]:
        released = [self._readable(each) for each in self.released]
        plan = list(omissions(self.patient, released, self.withheld, self.knowledge, self.read))
        yield from plan
        yield from referral(self._notices, released, self.knowledge)
        yield from patient_injections(self.record, self.knowledge) if self.record else ()
        if any(finding.code == NO_PLAN for finding in plan):
            yield from self._alternatives()
        for item in self.evidence:
            yield from passage_report(item.passage.text, item.number, self.knowledge)

    def _alternatives(self) -> list[Finding]:
        """At most two treatments of the evidence, other than those withheld, that pass every check without warning."""
        lost = {each.mention.label for statement in self.withheld for each in self.read(statement.text)}
        found: list[Finding] = []
        for (number, _), sentence, quote, *_ in quotable(self.evidence):
            if not self._stands_alone(in_english(quote, self.knowledge)):
                continue
            if self.applicant and self.applicant.ruled_out(sentence):
                continue
            drugs = [each for each in self.read(quote) if each.recommended and each.mention.resolved]
            if not drugs or lost & {each.mention.label for each in drugs}:
                continue
            checked = self._checked(Statement(text=quote), (), ())
            failed = any(each.verdict is Verdict.FAIL and each.severity in SPOKEN for each in checked.findings)
            if not (failed or checked.doubtful):
                names = tuple(dict.fromkeys(each.mention.label for each in drugs))
                found.append(offer(number, quote, names))
        return found[:MOST_ALTERNATIVES]


def _place(text: str, whole: str) -> tuple[int, int]:
    """Where ``text`` stands in ``whole``, of which it is a part."""
    start = max(whole.find(text), 0)
    return start, start + len(text)


def _run(each: Check, context: Context) -> Iterable[Finding]:
    try:
        return list(each(context))
    except Exception as error:  # noqa: BLE001 (a check that broke is not a pass)
        return [_broken(each.__name__, error)]


def _documents(statement: Statement, evidence: Iterable[Evidence]) -> frozenset[str]:
    """The guidelines that the statement cites."""
    cited = {each.number for each in statement.citations}
    return frozenset(each.passage.doc_id for each in evidence if each.number in cited)


def _broken(name: str, error: Exception) -> Finding:
    """The kind of error only: its message may hold patient text."""
    finding = fail("check.broken", Severity.CONTRAINDICATED, MISSING_SOURCE, error=type(error).__name__)
    return finding.model_copy(update={"check": name})


def _with(statement: Statement, findings: list[Finding]) -> Statement:
    every = (*statement.findings, *sorted(findings, key=_rank))
    return statement.model_copy(update={"findings": every})


def _rank(finding: Finding) -> tuple[int, int]:
    return _ORDER[finding.verdict], RANK[finding.severity]

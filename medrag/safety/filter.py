"""The last word on every statement: all checks against this patient, failing closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from medrag.knowledge import Knowledge
from medrag.patient.view import PatientView, view
from medrag.reading import prescriptions
from medrag.safety.check_context import MISSING_SOURCE, RANK, Context, fail, ingredients_of, stopped_by
from medrag.safety.checks import CHECKS, Check
from medrag.safety.checks.population import Mismatch, mismatch, written_for
from medrag.safety.injection import passage_report, patient_injections
from medrag.safety.omission import NO_PLAN, offer, omissions, referral
from medrag.types import Case, Coverage, Evidence, Finding, Patient, Pointer, Severity, Statement, Verdict

MOST_ALTERNATIVES = 2
SPOKEN = (Severity.CONTRAINDICATED, Severity.WARNING)
_ORDER = {Verdict.FAIL: 0, Verdict.NOT_ASSESSED: 1, Verdict.PASS: 2}


def check(  # noqa: PLR0913 (what a statement is checked against)
    statement: Statement,
    patient: Patient | None,
    knowledge: Knowledge,
    advised: Sequence[Statement] = (),
    evidence: Sequence[Evidence] = (),
    question: str = "",
) -> Statement:
    """``statement`` with the findings of every check added, worst first.

    ``advised`` are the statements released before it: interactions, duplications and summed doses look at both. A
    check that breaks withholds the statement. ``evidence`` lets a superseded source and the cited sentence's heading be
    seen, ``question`` whom it asks about.
    """
    try:
        context = _context(statement, patient, knowledge, advised, evidence, question)
    except Exception as error:  # noqa: BLE001 (what could not be read was not checked)
        return _with(statement, [_broken("reading", error)])
    return _with(statement, [finding for each in CHECKS for finding in _run(each, context)])


def for_others(evidence: Sequence[Evidence], case: Case, knowledge: Knowledge) -> dict[Pointer, Mismatch]:
    """The sentences of the evidence that are by their wording not for the case's patient, and why not."""
    seen = _view(case.patient, knowledge)
    if seen is None:
        return {}
    found = {place: mismatch(quote, heading, case.question, seen) for place, quote, heading in _sentences(evidence)}
    return {place: other for place, other in found.items() if other}


def for_this_patient(evidence: Sequence[Evidence], case: Case, knowledge: Knowledge) -> list[Pointer]:
    """The sentences of the evidence that are by their wording for a group that the case's patient is of."""
    seen = _view(case.patient, knowledge)
    if seen is None:
        return []
    return [place for place, quote, heading in _sentences(evidence) if written_for(quote, heading, seen)]


def _sentences(evidence: Sequence[Evidence]) -> Iterator[tuple[Pointer, str, str]]:
    """Each sentence: its place, its words and the heading it stands under."""
    for item in evidence:
        heading = item.passage.section[-1] if item.passage.section else ""
        for position, sentence in enumerate(item.passage.sentences, start=1):
            yield (item.number, position), item.passage.quote(sentence), heading


def case_findings(  # noqa: PLR0913 (what a case consists of)
    patient: Patient | None,
    released: Sequence[Statement],
    withheld: Sequence[Statement],
    evidence: Sequence[Evidence],
    knowledge: Knowledge,
    emergencies: Sequence[Finding] = (),
) -> tuple[Finding, ...]:
    """What concerns the whole case: actions left out, a plan without treatment, instructions hidden in the data.

    ``emergencies`` are the notices of the question and the record: advice on them must send the patient to be seen.
    """
    try:
        seen = view(patient, knowledge) if patient else None
        found = list(omissions(seen, released, withheld, knowledge))
        found += referral(emergencies, released, knowledge)
        found += patient_injections(patient) if patient else ()
        if any(finding.code == NO_PLAN for finding in found):
            found += alternatives(patient, withheld, evidence, knowledge)
        found += [each for item in evidence for each in passage_report(item.passage.text, item.number)]
    except Exception as error:  # noqa: BLE001 (see check)
        found = [_broken("case", error)]
    return tuple(sorted(found, key=_rank))


def alternatives(
    patient: Patient | None, withheld: Sequence[Statement], evidence: Sequence[Evidence], knowledge: Knowledge
) -> list[Finding]:
    """At most two treatments in the evidence, other than those withheld, that pass every check without a warning."""
    lost = {each.mention.label for statement in withheld for each in prescriptions(statement.text, knowledge)}
    found: list[Finding] = []
    for item in evidence:
        for sentence in item.passage.sentences:
            quote = item.passage.quote(sentence)
            drugs = [each for each in prescriptions(quote, knowledge) if each.recommended and each.mention.resolved]
            if not drugs or lost & {each.mention.label for each in drugs}:
                continue
            checked = check(Statement(text=quote), patient, knowledge, evidence=(item,))
            if not any(finding.verdict is Verdict.FAIL and finding.severity in SPOKEN for finding in checked.findings):
                names = tuple(dict.fromkeys(each.mention.label for each in drugs))
                found.append(offer(item.number, quote, names))
    return found[:MOST_ALTERNATIVES]


def coverage(patient: Patient | None, statements: Sequence[Statement], knowledge: Knowledge) -> tuple[Coverage, ...]:
    """How many of the drugs in the statements and in the record the checks know, and with what kind of facts."""
    seen = view(patient, knowledge) if patient else None
    read = [each for statement in statements for each in prescriptions(statement.text, knowledge) if each.recommended]
    advised = {each.mention.label: each for each in read}
    current = len(seen.drugs) + len(seen.unread_drugs) if seen else 0
    known = [each for each in advised.values() if each.mention.resolved]
    reviewed = [each for each in known if all(map(knowledge.interactions_known, ingredients_of(each, knowledge)))]
    with_limit = [each for each in known if all(map(knowledge.limits, ingredients_of(each, knowledge)))]
    return (
        Coverage(check="advised drugs known", assessed=len(known), total=len(advised)),
        Coverage(check="patient's drugs known", assessed=len(seen.drugs) if seen else 0, total=current),
        Coverage(check="advised drugs with interaction facts", assessed=len(reviewed), total=len(advised)),
        Coverage(check="advised drugs with a dose limit", assessed=len(with_limit), total=len(advised)),
    )


def _context(  # noqa: PLR0913 (see check)
    statement: Statement,
    patient: Patient | None,
    knowledge: Knowledge,
    advised: Sequence[Statement],
    evidence: Sequence[Evidence],
    question: str,
) -> Context:
    before = [each for other in advised for each in prescriptions(other.text, knowledge)]
    return Context(
        statement=statement,
        read=prescriptions(statement.text, knowledge),
        patient=_view(patient, knowledge),
        advised=tuple(each for each in before if each.recommended and each.mention.resolved),
        stopped_before=stopped_by(before, knowledge),
        knowledge=knowledge,
        evidence=tuple(evidence),
        question=question,
    )


def _view(patient: Patient | None, knowledge: Knowledge) -> PatientView | None:
    return view(patient, knowledge) if patient else None


def _run(each: Check, context: Context) -> Iterable[Finding]:
    try:
        return list(each(context))
    except Exception as error:  # noqa: BLE001 (a check that broke is not a pass)
        return [_broken(each.__name__, error)]


def _broken(name: str, error: Exception) -> Finding:
    """The kind of error only: its message may hold patient text."""
    finding = fail("check.broken", Severity.CONTRAINDICATED, MISSING_SOURCE, error=type(error).__name__)
    return finding.model_copy(update={"check": name})


def _with(statement: Statement, findings: list[Finding]) -> Statement:
    every = (*statement.findings, *sorted(findings, key=_rank))
    return statement.model_copy(update={"findings": every})


def _rank(finding: Finding) -> tuple[int, int]:
    return _ORDER[finding.verdict], RANK[finding.severity]

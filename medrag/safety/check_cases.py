"""The filter alone over somebody's advice or question: one case, or a file of cases. No model, no index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from medrag.errors import MedragError
from medrag.files import numbered_lines, strict_json
from medrag.knowledge import Knowledge, load
from medrag.messages import Language, catalogue, name, phrase, source
from medrag.patient import ensure_same_person
from medrag.reading import Polarity, doses, drugs, split_statements
from medrag.reading.languages.gloss import in_english
from medrag.rendering import words
from medrag.safety.check_context import fail, not_assessed
from medrag.safety.consultation import Consultation
from medrag.safety.learned import UNLEARNED, Learned
from medrag.safety.question.injection import injections, report
from medrag.safety.question.requests import declines
from medrag.types import Citation, Evidence, Finding, Passage, Patient, Severity, Statement, Verdict

_MARK = re.compile(r"\s*\[(\d+)(?:\.\d+)?\]")
_ORDER = {Verdict.FAIL: 0, Verdict.NOT_ASSESSED: 1, Verdict.PASS: 2}
_RANK = {Severity.CONTRAINDICATED: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}


def check_advice(  # noqa: PLR0913 (what a case may hold)
    case_id: str,
    patient: Patient | None,
    advice: str,
    knowledge_folder: Path | None = None,
    evidence: Sequence[Passage] = (),
    question: str = "",
    *,
    one_person: bool = False,
    learned: Learned = UNLEARNED,
    language: Language = "en",
) -> dict[str, Any]:
    """``{"id", "verdict", "findings"}`` for one piece of advice, for the ``question`` it answers, or for both.

    What the question says of the patient counts beside the record's own. ``problems`` of the record stand beside the
    findings where there are some; reasons and sources are said in ``language``. Raises PatientError where the question
    is about someone else than the patient, unless the caller knows them to be ``one_person``.
    ``verdict`` is withhold, warn, not_assessed or pass: the worst of what the checks said of any statement. A question
    adds its emergency notices (warn) and, where it is to be declined, the reason (withhold).
    """
    findings = advice_findings(
        patient, advice, load(knowledge_folder), evidence, question, one_person=one_person, learned=learned
    )
    result = {"id": case_id, "verdict": verdict(findings), "findings": [shown(each, language) for each in findings]}
    problems = [each.model_dump(mode="json") for each in (patient.problems if patient else ())]
    return {**result, "problems": problems} if problems else result


def advice_findings(  # noqa: PLR0913 (what a case may hold)
    patient: Patient | None,
    advice: str,
    knowledge: Knowledge,
    evidence: Sequence[Passage] = (),
    question: str = "",
    *,
    one_person: bool = False,
    learned: Learned = UNLEARNED,
) -> list[Finding]:
    """What the checks say of a piece of advice, of the question it answers, or of both; the worst first."""
    consultation = Consultation(
        patient,
        question,
        knowledge,
        evidence=_numbered(evidence),
        one_person=one_person,
        learned=learned,
        whole=advice,
    )
    findings = _of_the_question(consultation) if question else []
    if advice:
        _settle(advice, consultation)
        settled = (*consultation.released, *consultation.withheld)
        findings += [finding for statement in settled for finding in statement.findings]
        findings += [*consultation.conclude().findings, *_of_the_text(advice, knowledge)]
    return ordered(findings)


def check_file(
    path: Path, knowledge_folder: Path | None = None, learned: Learned = UNLEARNED, language: Language = "en"
) -> Iterator[dict[str, Any]]:
    """One result a line of a JSON-lines file, said in ``language``; one that cannot be read is *not assessed*, and why.

    Raises :class:`~medrag.errors.InputError` when the file itself cannot be read.
    """
    for number, line in numbered_lines(path, hint="a case a line", param="cases"):
        yield _check_line(line, number, path.parent, knowledge_folder, learned, language)


def verdict(findings: Sequence[Finding]) -> str:
    """The worst of the findings. Missing what prescribing does not routinely ask for does not make *not assessed*."""
    if any(finding.withholds for finding in findings):
        return "withhold"
    if any(finding.verdict is Verdict.FAIL and finding.severity is Severity.WARNING for finding in findings):
        return "warn"
    missing = (finding for finding in findings if finding.verdict is Verdict.NOT_ASSESSED)
    return "not_assessed" if any(each.severity is not Severity.INFORMATION for each in missing) else "pass"


def render_result(result: dict[str, Any], language: Language = "en") -> str:
    """A result for reading: the verdict, every finding that is not a pass, and what was wrong with the record."""
    text = catalogue(language).text
    lines = [text["result"].format(id=name(result["id"], language), verdict=text[f"result_{result['verdict']}"])]
    for finding in result["findings"]:
        if finding["verdict"] != "pass":
            said = text[f"result_{finding['severity'] if finding['verdict'] == 'fail' else 'open'}"]
            standing = text["result_unreviewed"] if finding["reviewed"] is False else "{source}"
            given = {"check": finding["check"] if language == "en" else name(finding["check"], language), "said": said}
            given["source"] = standing.format(source=finding["source"])
            lines.append(text["result_finding"].format(**given, reason=finding["reason"]))
    for each in result.get("problems", ()):
        reason = phrase("problem", each["reason"], language)
        lines.append(text["result_record"].format(reason=reason, source=each["source"]))
    return "\n".join(lines)


def _settle(advice: str, consultation: Consultation) -> None:
    """Judges every statement; those that advise no drug (stops, waits, facts) are read first, wherever they stand."""
    knowledge = consultation.knowledge
    pieces = sorted(_pieces(advice, knowledge), key=lambda piece: _advises(piece, knowledge))
    for piece in pieces:
        consultation.settle(_statement(piece, consultation.evidence))


def _pieces(advice: str, knowledge: Knowledge) -> list[str]:
    """Statements; one that gives a dose and names no drug is joined to the one before it."""
    pieces: list[str] = []
    for piece in split_statements(advice):
        read = in_english(piece, knowledge)
        if pieces and doses(read) and not drugs(read, knowledge):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces


def _advises(piece: str, knowledge: Knowledge) -> bool:
    return any(each.polarity is Polarity.RECOMMENDED for each in drugs(in_english(piece, knowledge), knowledge))


def _statement(piece: str, evidence: Sequence[Evidence]) -> Statement:
    """The statement with its citations: the passages whose numbers it gives, or all of them where it gives none."""
    numbers = {int(number) for number in _MARK.findall(piece)}
    cited = [item for item in evidence if item.number in numbers or not numbers]
    citations = tuple(
        Citation(
            number=item.number,
            passage_id=item.passage.id,
            start=0,
            end=len(item.passage.text),
            quote=item.passage.text,
            title=item.passage.title,
            credit=item.passage.credit,
        )
        for item in cited
    )
    return Statement(text=_MARK.sub("", piece), citations=citations)


def _numbered(evidence: Sequence[Passage]) -> tuple[Evidence, ...]:
    return tuple(Evidence(number=i, passage=passage, score=0.0) for i, passage in enumerate(evidence, start=1))


def _of_the_question(consultation: Consultation) -> list[Finding]:
    """The emergencies, the reason to decline it, and instructions hidden in it."""
    opening = consultation.opening()
    declined = [opening.declined] if opening.declined else []
    return [*opening.notices, *declined, *report(consultation.question, consultation.knowledge, "injection.question")]


def _of_the_text(advice: str, knowledge: Knowledge) -> list[Finding]:
    """Advice that is itself a harmful request, or that addresses the filter."""
    found = [finding] if (finding := declines(in_english(advice, knowledge), knowledge)) else []
    if injections(advice, knowledge):
        source = "medrag: text is data, never instructions"
        found.append(fail("injection.advice", Severity.CONTRAINDICATED, source))
    return found


def _check_line(  # noqa: PLR0913 (what a file is checked with)
    line: str, number: int, folder: Path, knowledge_folder: Path | None, learned: Learned, language: Language
) -> dict[str, Any]:
    case_id = f"line {number}"
    try:
        case = strict_json(line)
        case_id = str(case.get("id", case_id))
        patient = _patient(case, folder, load(knowledge_folder))
        passages = [_passage(item, i) for i, item in enumerate(case.get("evidence") or (), start=1)]
        question = str(case.get("question") or "")
        if question and isinstance(case.get("patient"), dict):
            ensure_same_person(case["patient"], question, knowledge=load(knowledge_folder))
        advice = str(case.get("advice", "")) if question else str(case["advice"])
        return check_advice(
            case_id, patient, advice, knowledge_folder, passages, question, learned=learned, language=language
        )
    except (ValueError, KeyError, AttributeError, TypeError, MedragError) as error:
        return {"id": case_id, "verdict": "not_assessed", "findings": [shown(_unreadable(number, error), language)]}


def _unreadable(number: int, error: Exception) -> Finding:
    """What is wrong with a line, without its text: the place and the kind of error."""
    detail = type(error).__name__
    if isinstance(error, ValidationError):
        detail = "; ".join(".".join(map(str, each["loc"])) + " " + each["type"] for each in error.errors()[:3])
    elif isinstance(error, KeyError):
        detail = f"the field {error} is missing"
    elif isinstance(error, MedragError):
        detail = str(error)
    return not_assessed("input.unusable", (), "medrag: input", line=number, detail=detail)


def _patient(case: dict[str, Any], folder: Path, knowledge: Knowledge) -> Patient | None:
    from medrag.patient.formats.structured import read_structured
    from medrag.patient.load import from_json
    from medrag.patient.load import load as load_patient

    if file := case.get("patient_file"):
        return load_patient([folder / file], knowledge=knowledge)
    content = case.get("patient")
    if content is None:
        return None
    if "resourceType" in content or "genes" in content:
        return from_json(content, knowledge=knowledge)
    return read_structured(content, "patient", knowledge)


def _passage(item: Any, number: int) -> Passage:
    if isinstance(item, str):
        return Passage(id=str(number), doc_id=str(number), title="", text=item)
    content = item.get("passage", item)
    return Passage.model_validate({"id": str(number), "doc_id": str(number), "title": "", **content})


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Failures first, then what was not assessed; each with the most severe first."""
    return sorted(findings, key=lambda each: (_ORDER[each.verdict], _RANK[each.severity]))


def shown(finding: Finding, language: Language = "en") -> dict[str, Any]:
    """A finding as the results of a check give it, its reason and source said in ``language``."""
    return {
        "check": finding.check,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "drugs": list(finding.drugs),
        "code": finding.code,
        "values": finding.values,
        "reason": words(finding, language),
        "source": source(finding.source, language),
        "reviewed": finding.reviewed,
    }

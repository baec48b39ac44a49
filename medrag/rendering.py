"""The one place where advice becomes text. Streaming sends the same pieces one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medrag.types import Advice, Citation, Evidence, Finding, Severity, Statement, Status, Verdict

DISCLAIMER = "Decision support for a clinician's own judgement; check the cited source before acting."


def render(advice: Advice) -> str:
    """The whole advice as plain text; equal to the streamed pieces joined."""
    return "".join(pieces(advice))


def pieces(advice: Advice) -> Iterator[str]:
    """What a stream of this advice sends, in order."""
    yield head(advice.notices)
    for number, statement in enumerate(advice.statements, start=1):
        yield statement_text(number, statement)
    yield tail(advice)


def head(notices: Iterable[Finding]) -> str:
    """The emergency notices, before anything else."""
    return "".join(f"EMERGENCY: {notice.reason}\n\n" for notice in notices)


def statement_text(number: int, statement: Statement) -> str:
    """One released statement with its citation marks, its grade and its warnings."""
    marks = "".join(f"[{citation.number}]" for citation in statement.citations)
    lines = [f"{number}. {statement.text} {marks}{_grade(statement.citations)}"]
    lines += [f"   {_label(finding)}: {finding.reason} ({finding.source})" for finding in _spoken(statement.findings)]
    return "\n".join(lines) + "\n"


def tail(advice: Advice) -> str:
    """What follows the statements: message, what was withheld, what was not assessed, sources."""
    blocks = [
        [advice.message] if advice.message else [],
        _withheld(advice),
        [f"{_label(finding)}: {finding.reason} ({finding.source})" for finding in _spoken(advice.findings)],
        _not_assessed(advice),
        _coverage(advice),
        _sources(advice),
        [DISCLAIMER],
    ]
    return "".join("\n" + "\n".join(block) + "\n" for block in blocks if block)


def status_mark(status: Status) -> str:
    """What follows the name of a source that is not current."""
    return "" if status == "current" else f" [{status.upper()}]"


def _grade(citations: Iterable[Citation]) -> str:
    for citation in citations:
        named = [("strength", citation.strength), ("evidence", citation.grade)]
        if known := [f"{name} {value}" for name, value in named if value]:
            return f" ({', '.join(known)})"
    return ""


def _spoken(findings: Iterable[Finding]) -> list[Finding]:
    """Findings a reader must see: failures above mere information."""
    return [
        finding
        for finding in findings
        if finding.verdict is Verdict.FAIL and finding.severity is not Severity.INFORMATION
    ]


def _label(finding: Finding) -> str:
    return "Warning" if finding.severity is Severity.WARNING else "Contraindicated"


def _withheld(advice: Advice) -> list[str]:
    """Why statements were withheld; their words stay out of the text."""
    if not advice.withheld:
        return []
    lines = [f"Withheld by the safety filter: {len(advice.withheld)}"]
    for statement in advice.withheld:
        reasons = "; ".join(f"{finding.check}: {finding.reason}" for finding in statement.findings if finding.withholds)
        lines.append(f"- {reasons}")
    return lines


def _not_assessed(advice: Advice) -> list[str]:
    of_statements = (finding for statement in advice.statements for finding in statement.findings)
    reasons = {
        f"- {finding.check}: {finding.reason}"
        for finding in (*of_statements, *advice.findings)
        if finding.verdict is Verdict.NOT_ASSESSED
    }
    return ["Not assessed (which is not the same as safe):", *sorted(reasons)] if reasons else []


def _coverage(advice: Advice) -> list[str]:
    known = [f"{each.check}: {each.assessed} of {each.total}" for each in advice.coverage if each.total]
    return ["Assessed: " + "; ".join(known)] if known else []


def _sources(advice: Advice) -> list[str]:
    cited = {citation.number for statement in advice.statements for citation in statement.citations}
    lines = [_source(item) for item in advice.evidence if item.number in cited]
    return ["Sources:", *lines] if lines else []


def _source(item: Evidence) -> str:
    passage = item.passage
    heading = ", ".join((passage.title, *passage.section))
    issuer = " ".join(part for part in ("/".join(passage.organisations), str(passage.year or "")) if part)
    return f"[{item.number}] {heading}. {issuer}{status_mark(passage.status)}. {passage.url or ''}".rstrip()

"""The one place where advice becomes text, in the reader's language. Streaming sends the same pieces one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from medrag.events import Event, Finished, Noticed, Released, Searched
from medrag.messages import Language, catalogue, name, phrase, say, source
from medrag.types import Advice, Citation, Effect, Evidence, Finding, Interval, Severity, Statement, Status, Verdict

_SAID_OF_EFFECTS = ("treatment", "comparator", "outcome", "measure", "population", "source")
MOST_PROBLEMS = 8
"""Problems of the record that a text shows; the advice itself has them all."""


def render(advice: Advice, language: Language = "en") -> str:
    """The whole advice as plain text; equal to the streamed pieces joined."""
    return "".join(pieces(advice, language))


def pieces(advice: Advice, language: Language = "en") -> Iterator[str]:
    """What a stream of this advice sends, in order."""
    yield head(advice.notices, language)
    for number, statement in enumerate(advice.statements, start=1):
        yield statement_text(number, statement, language)
    yield tail(advice, language)


def head(notices: Iterable[Finding], language: Language = "en") -> str:
    """The emergency notices, before anything else."""
    return "".join(_text("emergency", language, notice=words(notice, language)) + "\n\n" for notice in notices)


def statement_text(number: int, statement: Statement, language: Language = "en") -> str:
    """One released statement with its citation marks, its grade and its warnings."""
    marks = "".join(f"[{citation.number}]" for citation in statement.citations)
    lines = [f"{number}. {statement.text} {marks}{_grade(statement.citations, language)}"]
    lines += [f"   {line}" for line in _spoken(statement.findings, language)]
    return "\n".join(lines) + "\n"


def tail(advice: Advice, language: Language = "en") -> str:
    """What follows the statements: message, what was withheld or not assessed, the record's problems, sources."""
    blocks = [
        [say(advice.message_code, {}, language)] if advice.message_code else [],
        _withheld(advice, language),
        _spoken(advice.findings, language),
        _not_assessed(advice, language),
        _problems(advice, language),
        _coverage(advice, language),
        _effects(advice, language),
        _sources(advice, language),
        [_text("disclaimer", language)],
    ]
    return "".join("\n" + "\n".join(block) + "\n" for block in blocks if block)


def words(finding: Finding, language: Language) -> str:
    """What the finding says."""
    return say(finding.code, finding.values, language, finding.written)


def in_language(event: Event, language: Language) -> Event:
    """The event with what it holds said in that language, as :func:`advice_in` does."""
    if isinstance(event, Searched):
        return event
    if isinstance(event, Noticed):
        return Noticed(_translated(event.notices, language))
    if isinstance(event, Finished):
        return replace(event, advice=advice_in(event.advice, language))
    return Released(event.number, _statement_in(event.statement, language))


def status_mark(status: Status) -> str:
    """What follows the name of a source that is not current."""
    return "" if status == "current" else f" [{status.upper()}]"


def review_mark(review: date | None) -> str:
    """What follows the name of a source whose review date is past."""
    overdue = review is not None and review < date.today()
    return f" [REVIEW WAS DUE {review}]" if overdue else ""


def advice_in(advice: Advice, language: Language) -> Advice:
    """The advice with every finding's ``reason`` and its ``message`` in that language."""
    said = {
        "notices": _translated(advice.notices, language),
        "findings": _translated(advice.findings, language),
        "statements": tuple(_statement_in(each, language) for each in advice.statements),
        "withheld": tuple(_statement_in(each, language) for each in advice.withheld),
        "settling": next(iter(_translated([advice.settling], language)), None) if advice.settling else None,
        "message": say(advice.message_code, {}, language) if advice.message_code else None,
    }
    return advice.model_copy(update=said)


def released(advice: Advice) -> Advice:
    """The advice as a program may pass it on: what was withheld keeps its reasons and loses its words.

    The passages stay out too, for each holds sentences that nobody checked for this patient; citations quote theirs.
    """
    silent = tuple(each.model_copy(update={"text": "", "citations": ()}) for each in advice.withheld)
    return advice.model_copy(update={"withheld": silent, "evidence": ()})


def _statement_in(statement: Statement, language: Language) -> Statement:
    return statement.model_copy(update={"findings": _translated(statement.findings, language)})


def _translated(findings: Iterable[Finding], language: Language) -> tuple[Finding, ...]:
    return tuple(each.model_copy(update={"reason": words(each, language)}) for each in findings)


def _text(key: str, language: Language, **values: object) -> str:
    return catalogue(language).text[key].format_map(values)


def _named(finding: Finding, language: Language) -> str:
    return _text("named", language, check=name(finding.check, language), reason=words(finding, language))


def _grade(citations: Iterable[Citation], language: Language) -> str:
    for citation in citations:
        graded = [("strength", citation.strength), ("grade", citation.grade)]
        if known := [_text(key, language, value=phrase("grade", value, language)) for key, value in graded if value]:
            return f" ({', '.join(known)})"
    return ""


def _spoken(findings: Iterable[Finding], language: Language) -> list[str]:
    """The findings a reader must see: failures above mere information."""
    return [
        _text(finding.severity.value, language, reason=words(finding, language), source=origin(finding, language))
        for finding in findings
        if finding.verdict is Verdict.FAIL and finding.severity is not Severity.INFORMATION
    ]


def origin(finding: Finding, language: Language) -> str:
    """Who says so, and that nobody has reviewed it where that is so."""
    said = source(finding.source, language)
    return _text("unreviewed", language, source=said) if finding.reviewed is False else said


def _withheld(advice: Advice, language: Language) -> list[str]:
    """Why statements were withheld; their words stay out of the text."""
    if not advice.withheld:
        return []
    lines = [_text("withheld", language, count=len(advice.withheld))]
    for statement in advice.withheld:
        reasons = "; ".join(_named(finding, language) for finding in statement.findings if finding.withholds)
        lines.append(f"- {reasons}")
    return lines


def _not_assessed(advice: Advice, language: Language) -> list[str]:
    of_statements = (finding for statement in advice.statements for finding in statement.findings)
    reasons = {
        f"- {_named(finding, language)}"
        for finding in (*of_statements, *advice.findings)
        if finding.verdict is Verdict.NOT_ASSESSED
    }
    if not reasons:
        return []
    settled = [words(advice.settling, language)] if advice.settling else []
    return [_text("not_assessed", language), *sorted(reasons), *settled]


def _problems(advice: Advice, language: Language) -> list[str]:
    """What was wrong with the record: first what checks lack, and of the rest what there is room for."""
    ordered = sorted(advice.problems, key=lambda each: not each.lost)
    if not ordered:
        return []
    shown = ordered[:MOST_PROBLEMS]
    lines = [
        _text("problem", language, reason=phrase("problem", each.reason, language), source=each.source)
        for each in shown
    ]
    more = [_text("more_problems", language, count=len(ordered) - MOST_PROBLEMS)] if ordered[MOST_PROBLEMS:] else []
    return [_text("problems", language), *lines, *more]


def _coverage(advice: Advice, language: Language) -> list[str]:
    counts = "; ".join(
        _text("count", language, kind=name(each.check, language), assessed=each.assessed, total=each.total)
        for each in advice.coverage
        if each.total
    )
    return [_text("assessed", language, counts=counts)] if counts else []


def _effects(advice: Advice, language: Language) -> list[str]:
    """What the released treatments do, in numbers."""
    lines = [
        _text("numbered", language, number=each.statement, effect=in_numbers(each, language)) for each in advice.effects
    ]
    return [_text("effects", language), *lines] if lines else []


def in_numbers(effect: Effect, language: Language) -> str:
    """The effect in a line, or why it is not assessed."""
    said = {
        **{each: phrase("effect", getattr(effect, each), language) for each in _SAID_OF_EFFECTS},
        "years": effect.years,
        "relative": _interval(effect.relative, language),
        "review": "" if effect.reviewed else _text("not_reviewed", language),
    }
    if effect.without is None or effect.with_treatment is None or effect.difference is None:
        return _text("effect_unknown", language, reason=phrase("effect", effect.not_assessed or "", language), **said)
    return _text(
        "effect",
        language,
        without=effect.without,
        with_it=_interval(effect.with_treatment, language),
        difference=_interval(effect.difference, language),
        needed=_needed(effect, effect.difference, language),
        baseline=_baseline(effect, language),
        **said,
    )


def _needed(effect: Effect, difference: Interval, language: Language) -> str:
    if effect.number_needed is None:
        return _text("needed_none", language)
    key = "needed_harm" if difference.value > 0 else "needed_benefit"
    return _text(key, language, count=_interval(effect.number_needed, language))


def _baseline(effect: Effect, language: Language) -> str:
    if effect.baseline == "patient":
        return _text("baseline_patient", language, calculator=phrase("effect", effect.own_risk or "", language))
    return _text("baseline_trial", language)


def _interval(interval: Interval, language: Language) -> str:
    ends = {
        name: _text("open_end", language) if end is None else f"{end:g}"
        for name, end in (("low", interval.low), ("high", interval.high))
    }
    return _text("interval", language, value=interval.value, **ends)


def _sources(advice: Advice, language: Language) -> list[str]:
    cited = {citation.number for statement in advice.statements for citation in statement.citations}
    lines = [_source(item) for item in advice.evidence if item.number in cited]
    return [_text("sources", language), *lines] if lines else []


def _source(item: Evidence) -> str:
    passage = item.passage
    heading = ", ".join((passage.title, *passage.section))
    issuer = " ".join(part for part in ("/".join(passage.organisations), str(passage.year or "")) if part)
    page = f"p. {passage.page}" if passage.page else ""
    place = ", ".join(filter(None, [page, passage.link]))
    marks = status_mark(passage.status) + review_mark(passage.review)
    credit = f" ({passage.credit})" if passage.credit else ""
    return f"[{item.number}] {heading}. {issuer}{marks}. {place}{credit}".rstrip()

"""Advice that refuses the care on which a warning rests ("the dose stays, no levels needed").

A warning lets a statement out because the harm can be met by care. Where the statement itself refuses the care, what
warned withholds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import SENTENCE_END
from medrag.types import Finding, Severity, Verdict

_said = partial(pattern, "precautions")
BY_CARE = frozenset(
    {"interaction", "renal", "hepatic", "pregnancy", "pharmacogenomics", "contraindication", "qt", "withdrawal"}
)
"""Checks whose warnings ask for care."""


def challenges(text: str) -> bool:
    """Whether a drug is given as a challenge or to desensitise, where others watch over it."""
    return _said("challenge").search(text) is not None and _said("watched").search(text) is not None


def explains_allergy(text: str) -> bool:
    """Whether it is said that what stands as an allergy was something else: a faint, a side effect, an intolerance."""
    return _said("no_allergy").search(text) is not None


def raises_dose(text: str, start: int, end: int) -> bool:
    """Whether the sentence of the drug named at ``text[start:end]`` raises its dose."""
    return _dose_is("raise", text, start, end)


def cuts_dose(text: str, start: int, end: int) -> bool:
    """Whether the sentence of the drug named at ``text[start:end]`` cuts its dose."""
    return _dose_is("cut", text, start, end)


def _dose_is(changed: str, text: str, start: int, end: int) -> bool:
    """Whether words of the drug's sentence, before or after its name, change its dose so."""
    stop = SENTENCE_END.search(text, end)
    begun = [found.end() for found in SENTENCE_END.finditer(text, 0, start)]
    sentence = text[begun[-1] if begun else 0 : stop.start() if stop else len(text)]
    at = start - (begun[-1] if begun else 0)
    before, after = sentence[:at], sentence[at + end - start :]
    said = _said(f"{changed}_before").search(before) or _said(f"{changed}_after").match(after)
    return said is not None and not refuses_care(text)


def refuses_care(text: str) -> bool:
    """Whether the text refuses checks, changes or precautions, and takes none."""
    denied = _said("denied")
    return denied.search(text) is not None and not _said("taken").search(denied.sub(" ", text))


def without_care(findings: Iterable[Finding], text: str) -> Iterator[Finding]:
    """The findings, those that warn and ask for care as contraindications where ``text`` refuses it."""
    refused = refuses_care(text)
    for each in findings:
        warns = each.verdict is Verdict.FAIL and each.severity is Severity.WARNING
        if refused and warns and each.check in BY_CARE:
            yield each.model_copy(update={"severity": Severity.CONTRAINDICATED})
        else:
            yield each

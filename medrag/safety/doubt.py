"""Drugs of which the cues and the learned reading of a statement say opposite things, or that stand among unread words.

They are checked as if given. What speaks against them then is *not assessed* and said aloud: a statement that may be
the very warning needed is not withheld, and one that may advise a harmful drug does not pass in silence. That holds of
advice that others wrote; of its own answers medrag withholds what it doubts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from medrag.reading import Polarity, Prescription
from medrag.reading.advice.acts import clauses
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import other_script
from medrag.reading.polarity import cues
from medrag.reading.polarity.learned import doubted, stances_of
from medrag.reading.polarity.unread import among_unread
from medrag.safety.check_context import not_assessed
from medrag.types import Finding, Severity, Verdict

SOURCE = "medrag: cues and learned reading of the wording disagree"
OF_THE_WORDS = frozenset({"population", "support", "superseded", "withdrawal"})
"""Checks of whom and what the words are for, and of what they end, whatever they say of giving."""
AGAINST = frozenset(
    {"@not", "@without", "@forbid", "@refuse", "@stop", "@hold", "@harm", "@unneeded", "@past", "@choice"}
)
"""Stances of words by which a drug may be warned against."""
_WORD = re.compile(r"[a-z][\w'-]*")
UNCHECKED = (Polarity.AVOIDED, Polarity.MENTIONED)
"""What a drug that is not given may be doubted from. A stop stays one: what is stopped is checked by other means."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Drugs of a statement whose polarity is doubted: by what was ``learned`` of wordings, or as ``unread``."""

    learned: tuple[Prescription, ...]
    unread: tuple[Prescription, ...]

    @property
    def not_given(self) -> tuple[Prescription, ...]:
        """Those that by their cues are not given."""
        return tuple(each for each in self.learned if not each.recommended)


def doubts(text: str, read: Sequence[Prescription]) -> Doubts:
    """Those of the drugs read in ``text`` whose polarity is doubted, and that no other mention surely gives."""
    spans = [(each.mention.start, each.mention.end) for each in read]
    learned = [each for each in read if _doubted(text, each, spans)]
    unread = [each for each in _unread(text, read, spans) if each not in learned]
    sure = {each.mention.label for each in read if each.recommended and each not in learned and each not in unread}
    return Doubts(*(tuple(each for each in open_ if each.mention.label not in sure) for open_ in (learned, unread)))


def _unread(text: str, read: Sequence[Prescription], spans: Sequence[tuple[int, int]]) -> Iterator[Prescription]:
    if not other_script(text):
        return
    marks = cues(text, spans)
    for each in read:
        start, end = each.mention.start, each.mention.end
        if each.recommended and not each.doses and among_unread(text, start, end, spans, marks):
            yield each


def _doubted(text: str, each: Prescription, spans: Sequence[tuple[int, int]]) -> bool:
    mention = each.mention
    judged = each.recommended or mention.polarity in UNCHECKED
    if not judged or not doubted(text, mention.start, mention.end, spans, mention.polarity):
        return False
    return not each.recommended or (_speaks_against(text) and not _approved(text, each))


def _speaks_against(text: str) -> bool:
    """Whether any word of the text takes a stance against something: without one nothing is like a warning."""
    words = _WORD.findall(text.replace("’", "'").lower())
    return any(stance in AGAINST for word in words for stance in stances_of(word))


def _approved(text: str, each: Prescription) -> bool:
    """Whether the clause approves the drug in so many words ("would be fine"), and turns nothing round."""
    here = [clause for clause in clauses(text) if clause.start <= each.mention.start < clause.end]
    said = [clause.words for clause in here if pattern("acts", "approves").search(clause.words)]
    return bool(said) and not any(pattern("acts", "must_not").search(words) for words in said)


def as_given(read: Sequence[Prescription], doubtful: Doubts) -> tuple[Prescription, ...]:
    """The drugs as read, the doubtful ones as given."""
    return tuple(_given(each) if each in doubtful.not_given else each for each in read)


def _given(each: Prescription) -> Prescription:
    return replace(each, mention=replace(each.mention, polarity=Polarity.RECOMMENDED))


def like_warnings(
    findings: Iterable[Finding], read: Sequence[Prescription], doubtful: Doubts, taken: Set[str]
) -> Iterator[Finding]:
    """The findings, those that would withhold a drug that may be warned against as *not assessed*, and why.

    One that another drug of the statement, surely given, has a part in stays as it is, except with what stands among
    unread words and is not ``taken`` anyway.
    """
    learned = {each.mention.label for each in doubtful.learned if each.recommended}
    unread = {each.mention.label for each in doubtful.unread}
    sure = {each.mention.label for each in read if each.recommended} - learned - unread
    told: set[str] = set()
    for finding in findings:
        open_ = learned | unread if sure.isdisjoint(finding.drugs) else unread - taken
        about = open_.intersection(finding.drugs)
        if about and finding.withholds and finding.check not in OF_THE_WORDS:
            told |= about
            yield finding.model_copy(update={"verdict": Verdict.NOT_ASSESSED})
        else:
            yield finding
    for drug in sorted(told):
        yield not_assessed(f"polarity.{'unread' if drug in unread else 'like_a_warning'}", (drug,), SOURCE, drug=drug)


def like_advice(findings: Iterable[Finding], doubtful: Doubts) -> Iterator[Finding]:
    """Of the findings of a statement read with the doubtful drugs as given, those against them as *not assessed*."""
    open_ = {each.mention.label for each in doubtful.not_given}
    told: set[str] = set()
    for finding in findings:
        about = open_.intersection(finding.drugs)
        speaks = finding.verdict is Verdict.FAIL and finding.severity is not Severity.INFORMATION
        if about and speaks and finding.check not in OF_THE_WORDS:
            told |= about
            yield finding.model_copy(update={"verdict": Verdict.NOT_ASSESSED})
    yield from (not_assessed("polarity.like_advice", (drug,), SOURCE, drug=drug) for drug in sorted(told))

"""Drugs of which the cues and the learned readings of a statement say opposite things: given, or warned against.

One that may be warned against, or ended, is read both ways: what would withhold the statement and is gone in the other
reading is *not assessed* and said aloud, since the statement may be the very warning needed. One that may be given is
checked as if it were, and what speaks against it is *not assessed*: no harmful drug passes in silence. That holds of
advice that others wrote; of its own answers medrag withholds what it doubts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from medrag.reading import Polarity, Prescription
from medrag.reading.advice.acts import clauses
from medrag.reading.advice.steps import with_signs
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import other_script
from medrag.reading.polarity import cues
from medrag.reading.polarity.cues import Cue
from medrag.reading.polarity.learned import doubted, may_stop, stances_of
from medrag.reading.polarity.unread import among_unread
from medrag.reading.prescriptions import statement_around
from medrag.safety.check_context import not_assessed
from medrag.safety.learned.wordings import WordingReader
from medrag.types import Finding, Severity, Verdict

SOURCE = "medrag: cues and learned reading of the wording disagree"
OF_THE_WORDS = frozenset({"population", "support", "superseded", "withdrawal"})
"""Checks of whom and what the words are for, and of what they end, whatever they say of giving."""
AGAINST = frozenset(
    {"@not", "@without", "@forbid", "@refuse", "@stop", "@hold", "@harm", "@unneeded", "@past", "@choice"}
)
"""Stances of words by which a drug may be warned against."""
Taken = frozenset[frozenset[str]]
"""The drugs that a record lists, each as its ingredients."""
_WORD = re.compile(r"[a-z][\w'-]*")
UNCHECKED = (Polarity.AVOIDED, Polarity.MENTIONED)
"""What a drug that is not given may be doubted from. A stop stays one: what is stopped is checked by other means."""


@dataclass(frozen=True)
class Doubt:
    """A drug as the cues read it, the polarity that it may have instead, where, and whether words there are unread."""

    read: Prescription
    polarity: Polarity
    start: int
    unread: bool = False

    @property
    def label(self) -> str:
        """The drug's name."""
        return self.read.mention.label

    def applied(self, each: Prescription) -> Prescription:
        """The drug with that polarity; one that is not given has no dose."""
        meant = replace(each, mention=replace(each.mention, polarity=self.polarity))
        return meant if meant.recommended else replace(meant, doses=())


def may_be_given(text: str, read: Sequence[Prescription], taken: Taken | None = None) -> tuple[Doubt, ...]:
    """Those of the drugs that the cues take as warned against or only named, and that may be given.

    One that is stopped may be, where it has a dose and is none of those ``taken`` ("stop A in favour of B 40 mg").
    """
    spans = [(each.mention.start, each.mention.end) for each in read]
    open_ = [each for each in read if each.mention.polarity in UNCHECKED and _doubted(text, each, spans)]
    open_ += [each for each in read if taken is not None and _stops_nothing(each, taken)]
    sure = {each.mention.label for each in read if each.recommended}
    return tuple(
        Doubt(each, Polarity.RECOMMENDED, each.mention.start) for each in open_ if each.mention.label not in sure
    )


def may_go_on(text: str, read: Sequence[Prescription], taken: Taken) -> tuple[Doubt, ...]:
    """The drugs ``taken`` that the cues take as stopped, though the stop is later, in a case, thought of or denied."""
    stopped = (each for each in read if each.mention.polarity is Polarity.STOPPED and _is_of(each, taken))
    return tuple(Doubt(each, Polarity.MENTIONED, each.mention.start) for each in stopped if _open_stop(text, each))


def _open_stop(text: str, each: Prescription) -> bool:
    start, end = statement_around(text, each.mention.start)
    before = pattern("stops", "open before").search(text, start, each.mention.start)
    return before is not None or pattern("stops", "open after").match(text[each.mention.end : end]) is not None


def _stops_nothing(each: Prescription, taken: Taken) -> bool:
    dosed = each.mention.polarity is Polarity.STOPPED and bool(each.doses)
    return dosed and each.mention.resolved and not _is_of(each, taken)


def _is_of(each: Prescription, taken: Taken) -> bool:
    held = {*each.mention.ingredients}
    return any(held and held & one for one in taken)


def may_be_warned(text: str, read: Sequence[Prescription], wordings: WordingReader | None = None) -> tuple[Doubt, ...]:
    """Those of the drugs that the cues take as given, and that may be warned against or ended.

    None that has a dose or goes on in so many words, that follows its verb where no word speaks against anything
    ("apply X") or a verb that forbids to end it ("do not stop X"), or that another mention surely gives in the same
    statement. Without ``wordings`` the regression over words decides.
    """
    spans, plain = [(each.mention.start, each.mention.end) for each in read], not _speaks_against(text)
    marks = cues(text, spans)
    verbs = [mark.end for mark in marks if mark.polarity is Polarity.RECOMMENDED and (plain or _keeps(text, mark))]
    signs, goes_on = with_signs(text, read), pattern("acts", "of_those_named")
    asked = [each for each in read if each.recommended and not each.doses and not _follows(verbs, text, each)]
    asked = [each for each in asked if not goes_on.match(signs, each.mention.end)]
    if wordings:
        meant = wordings.not_given(text, [(each.mention.start, each.mention.end) for each in asked], spans, plain=plain)
    else:
        meant = [_against(text, each, spans) for each in asked]
    pairs = zip(asked, meant, strict=True)
    found = [doubt for each, polarity in pairs if (doubt := _doubt(text, each, polarity, spans, marks))]
    open_ = [each.read for each in found]
    sure = {_named_in(text, each) for each in read if each.recommended and each not in open_}
    return tuple(each for each in found if _named_in(text, each.read) not in sure)


def _named_in(text: str, each: Prescription) -> tuple[str, int]:
    """The drug's name and where its statement begins."""
    return each.mention.label, statement_around(text, each.mention.start)[0]


def _doubt(
    text: str,
    each: Prescription,
    polarity: Polarity | None,
    spans: Sequence[tuple[int, int]],
    marks: Sequence[Cue],
) -> Doubt | None:
    """The doubt of a drug that may have another polarity, or that stands among unread words and nothing read gives."""
    if polarity:
        return Doubt(each, polarity, each.mention.start)
    start, end = each.mention.start, each.mention.end
    unread = other_script(text) and among_unread(text, start, end, spans, marks)
    return Doubt(each, Polarity.MENTIONED, start, unread=True) if unread else None


def _keeps(text: str, mark: Cue) -> bool:
    """Whether the cue forbids to end what it speaks of ("do not stop")."""
    return any(clause.insists for clause in clauses(text[mark.start : mark.end]))


def _follows(verbs: Iterable[int], text: str, each: Prescription) -> bool:
    return any(end <= each.mention.start and not text[end : each.mention.start].strip() for end in verbs)


def _against(text: str, each: Prescription, spans: Sequence[tuple[int, int]]) -> Polarity | None:
    """How the regression over words takes a drug that the cues read as given, None where it agrees."""
    if not _doubted(text, each, spans) or not _speaks_against(text) or _approved(text, each):
        return None
    mention = each.mention
    ended = may_stop(text, mention.start, mention.end, spans, mention.polarity)
    return Polarity.STOPPED if ended else Polarity.AVOIDED


def _doubted(text: str, each: Prescription, spans: Sequence[tuple[int, int]]) -> bool:
    return doubted(text, each.mention.start, each.mention.end, spans, each.mention.polarity)


def _speaks_against(text: str) -> bool:
    """Whether any word of the text takes a stance against something: without one nothing is like a warning."""
    words = _WORD.findall(text.replace("’", "'").lower())
    return any(stance in AGAINST for word in words for stance in stances_of(word))


def _approved(text: str, each: Prescription) -> bool:
    """Whether the clause approves the drug in so many words ("would be fine"), and turns nothing round."""
    here = [clause for clause in clauses(text) if clause.start <= each.mention.start < clause.end]
    said = [clause.words for clause in here if pattern("acts", "approves").search(clause.words)]
    return bool(said) and not any(pattern("acts", "must_not").search(words) for words in said)


def as_meant(read: Sequence[Prescription], doubtful: Sequence[Doubt]) -> tuple[Prescription, ...]:
    """The drugs as read, the doubtful ones as they may be meant."""
    meant = {each.start: each for each in doubtful}
    return tuple(meant[each.mention.start].applied(each) if each.mention.start in meant else each for each in read)


def within(doubtful: Iterable[Doubt], start: int, length: int) -> tuple[Doubt, ...]:
    """Those of the doubts of a text that stand in a part of it, from where that part begins."""
    return tuple(replace(each, start=each.start - start) for each in doubtful if 0 <= each.start - start < length)


def like_warnings(
    findings: Sequence[Finding], otherwise: Iterable[Finding], doubtful: Sequence[Doubt]
) -> Iterator[Finding]:
    """The findings, those that would withhold and are not among ``otherwise`` as *not assessed*, and why.

    ``otherwise`` is what the checks say with the doubtful drugs as they may be meant. What withholds by that reading
    alone is added where this one's would all be gone: by either reading the advice is not to go out.
    """
    names, unread = {each.label for each in doubtful}, {each.label for each in doubtful if each.unread}
    grave = [each for each in otherwise if each.withholds]
    kept, told = {_subject(each) for each in grave}, set[str]()
    withheld = [each for each in findings if each.withholds]
    if not any(_subject(each) in kept for each in withheld):
        yield from (each for each in grave if each.check not in OF_THE_WORDS)
    for finding in findings:
        if finding.withholds and finding.check not in OF_THE_WORDS and _subject(finding) not in kept:
            told |= names.intersection(finding.drugs) or names
            yield finding.model_copy(update={"verdict": Verdict.NOT_ASSESSED})
        else:
            yield finding
    for drug in sorted(told):
        code = "polarity.unread" if drug in unread else "polarity.like_a_warning"
        yield not_assessed(code, (drug,), SOURCE, drug=drug)


def _subject(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    return finding.check, finding.code, finding.drugs


def like_advice(
    findings: Iterable[Finding], doubtful: Sequence[Doubt], code: str = "polarity.like_advice"
) -> Iterator[Finding]:
    """Of the findings of a statement as it may be meant, those on the doubtful drugs as *not assessed*, and why."""
    open_ = {each.label for each in doubtful}
    told: set[str] = set()
    for finding in findings:
        about = open_.intersection(finding.drugs)
        speaks = finding.verdict is Verdict.FAIL and finding.severity is not Severity.INFORMATION
        if about and speaks and finding.check not in OF_THE_WORDS:
            told |= about
            yield finding.model_copy(update={"verdict": Verdict.NOT_ASSESSED})
    yield from (not_assessed(code, (drug,), SOURCE, drug=drug) for drug in sorted(told))

"""Which of a sentence's limits decide whether it applies.

A limit counts where it stands in the condition of the sentence, in its lead ("In adults with eGFR below 30, ...") or
behind "when", "if", "in people ...". Targets ("aim for", "keep"), definitions, doses for some ("or 2.5 mg when ..."),
limits beside other alternatives ("or heart failure") and sentences that go through several cases do not decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from medrag.knowledge import Knowledge
from medrag.reading.thresholds.mentions import Limits, Mention, mentions

_LEAD = re.compile(r"\s*(?:In|For|If|When|With|After|During|Among|Where|At)\b")
_MAIN = re.compile(
    r",\s+(?!(?:if|when|where|with|and|or|unless)\b)(?:(?:do|please|an?|the|first|both|intravenous|oral|\w+ly)\s+)*(?:not\s+)?"
    r"(?:[\w/.%()-]+\s+){0,12}?(?:is|are|should|must|can|may|has|have|do|does|fall|need|reduces?|weigh|starts?|give|use|consider|offer|add|"
    r"avoid|keep|aim|target|treat|refer|check|measure|prescribe|continue|stop|take|lower|perform|arrange|withhold|correct|"
    r"calculate|discuss|review|admit|transfuse|repeat|prefer|include|estimate|assess|confirm|escalate|watch|send|reassess)\b"
)
_INTRO = re.compile(
    r"\b(?:when|if|where|whose|once|while|provided(?: that)?|only|in|for|with|at|aged?|among|than|"
    r"who (?:have|are)|stays?)\b",
    re.I,
)
_GOAL = re.compile(
    r"\b(?:aim\w*|target\w*|goals?|keep\w*|kept|maintain\w*|reach\w*|treat(?:ed)? to|lowering|lower|towards?|"
    r"until|correct|confirm|titrate|continued|continue|reduced?|stopped|dose|doses)\b"
    r"(?:(?!\b(?:if|when|where|with|in|unless|whose)\b)[^,;])*$",
    re.I,
)
_NOT_A_CONDITION = re.compile(
    r"\b(?:such as|including|includes?|means|by|whether|even (?:when|if)|unless|most|although|"
    r"trials?|stud(?:y|ies)|enrolled)\b[^,;]*$"
    r"|\bor(?: (?:an?|when|in|with|if))? *$",
    re.I,
)
_BESIDE = re.compile(r"\band(?: (?:an?|when|in|with|if))? *$", re.I)
_ADULTS_AND = re.compile(r"\badults and *$", re.I)
_OTHERWISE = re.compile(r"\s*(?:[\w/.%-]{1,12}\s)?\s*,?\s*(?<!\w)(?:or|and in|and with(?! a)|and when)\b", re.I)
_CASES = re.compile(
    r"\b(?:when|at|if) (?:below|above|under|over) \d|\d\s?(?:mg|micrograms?)\b[^,;]*\b(?:at|when|if)\b", re.I
)
_LISTED = re.compile(r"\s*(?:,[^,;]*)+?,?[^,;]*\bor\b", re.I)
_PARTIAL = re.compile(r"\s*(?:or|and|but|with an? (?:lower|higher)|then|\w+ing|(?!aged)\w+ed)\b", re.I)
_DOSE = re.compile(r"\d\s?(?:mg|micrograms?|g|mL|units?|mcg)\b(?!/)")
_SUBJECT = re.compile(r"(?:an?|any|the|those)?\s*", re.I)
_CALLS = re.compile(
    r"\s*(?:calls? for|favou?rs?|needs?|takes?|receives?|warrants?|supports?|prompts?|requires?|justif(?:y|ies)|"
    r"(?:is|are) (?:treated|rechecked|an? (?:indication|reason)))\b",
    re.I,
)
_JOINED = re.compile(r"[\s,]*(?:and|with|or)?\s*(?:with\s+)?(?:[\w-]+\s+){0,4}$", re.I)


def applies_when(text: str, knowledge: Knowledge) -> Limits:
    """The limits under which the sentence ``text`` applies; empty where none decides it."""
    text = " ".join(text.split())
    found = mentions(text, knowledge)
    lead_end = _lead_end(text, found)
    lead = [each for each in found if each.start < lead_end]
    rest = [each for each in found if each.start >= lead_end and each.key not in {one.key for one in lead}]
    cases = {each.key for each in rest if sum(one.key == each.key for one in rest) > 1 and not _sexed(each)}
    deciding = [
        *_in_lead(text, lead, lead_end),
        *_behind(text, [each for each in rest if each.key not in cases], lead_end),
    ]
    return _together(text, deciding)


def _sexed(mention: Mention) -> bool:
    return any(test.key == "sex" for tests in mention.limits for test in tests)


def _lead_end(text: str, found: list[Mention]) -> int:
    """Where the condition that the sentence begins with ends; 0 where it begins with none."""
    if not _LEAD.match(text):
        return 0
    match = next(
        (each for each in _MAIN.finditer(text) if not any(one.start < each.start() < one.end for one in found)), None
    )
    first = text.find(",")
    return match.start() if match else max(first, 0)


def _in_lead(text: str, lead: list[Mention], end: int) -> list[Mention]:
    """The limits of the lead that decide: none where it offers another case than they are."""
    held: list[Mention] = []
    for number, each in enumerate(lead):
        following = lead[number + 1].start if number + 1 < len(lead) else end
        to_limit = _or_limit(text, each, lead)
        if _OTHERWISE.match(text[each.end : following]) and not to_limit:
            return []
        listed = _LISTED.match(text[each.end : end]) and not to_limit
        if _decides(text, each, 0) and not listed and (held or _introduced(text, each)):
            held.append(each)
    return held


def _introduced(text: str, mention: Mention) -> bool:
    """Whether a word of condition, or "and", leads to the limit within its part of the sentence."""
    part = text[text.rfind(",", 0, mention.start) + 1 : mention.start]
    return mention.key == "age" or bool(_BESIDE.search(part) or _INTRO.search(part))


def _or_limit(text: str, mention: Mention, others: list[Mention]) -> bool:
    """Whether the "or" behind a limit leads to another limit."""
    return any(0 <= each.start - mention.end <= 40 and " or " in text[mention.end : each.start] for each in others)


def _behind(text: str, rest: list[Mention], lead_end: int) -> Iterator[Mention]:
    held: Mention | None = None
    for each in rest:
        joined = held is not None and _JOINED.fullmatch(text[held.end : each.start]) is not None
        otherwise = _OTHERWISE.match(text[each.end :]) and not _followed(each, rest)
        if joined or _calls(text, each) or (not otherwise and _trailing(text, each, lead_end)):
            held = each
            yield each


def _calls(text: str, mention: Mention) -> bool:
    """Whether the limit is what the sentence is about: "A score of 2 or more calls for ..."."""
    return bool(_SUBJECT.fullmatch(text, 0, mention.start) and _CALLS.match(text, mention.end))


def _followed(mention: Mention, others: list[Mention]) -> bool:
    """Whether another limit follows at once."""
    return any(0 < each.start - mention.end <= 40 for each in others)


def _trailing(text: str, mention: Mention, lead_end: int) -> bool:
    """Whether the limit is the condition of the main clause, and of no part of it."""
    clause = max(text.rfind(mark, 0, mention.start) for mark in (",", ";")) + 1
    before = text[max(clause, lead_end) : mention.start]
    if clause > lead_end + 1 and _PARTIAL.match(text[clause : mention.start]):
        return False
    intro = list(_INTRO.finditer(before + (" aged" if mention.key == "age" else "")))
    doses = len(_DOSE.findall(before))
    if not intro or doses > 1 or _CASES.search(text, mention.end):
        return False
    if _BESIDE.search(before) and not _ADULTS_AND.search(before):
        return False
    if mention.key != "age" and len(before) - intro[-1].end() > 45:
        return False
    behind = text[mention.end :].split(".", maxsplit=1)[0]
    return _decides(text, mention, max(clause, lead_end)) and not _LISTED.match(behind)


def _decides(text: str, mention: Mention, start: int) -> bool:
    before = text[start : mention.start]
    opened = before.rfind("(") > before.rfind(")")
    if opened:
        inside = text[start + before.rfind("(") : text.find(")", mention.end)]
        if _DOSE.search(inside) or re.search(r"\bor\b(?! (?:over|more|older|less|above|higher))", inside):
            return False
        before = before[: before.rfind("(")]
        if re.search(r"\bor\b", before):
            return False
    return not (_GOAL.search(before) or _NOT_A_CONDITION.search(before))


def _together(text: str, deciding: list[Mention]) -> Limits:
    """All limits together; alternatives where "or" stands between two, or each is for one sex."""
    groups: list[Limits] = []
    for number, each in enumerate(deciding):
        between = text[deciding[number - 1].end : each.start] if number else ""
        if groups and (
            (_sexed(each) and _sexed(deciding[number - 1])) or re.fullmatch(r"[^,;]{0,20}\bor\b[^,;]{0,20}", between)
        ):
            groups[-1] = (*groups[-1], *each.limits)
        else:
            groups.append(each.limits)
    return tuple(tuple(test for way in ways for test in way) for ways in product(*groups)) if groups else ()

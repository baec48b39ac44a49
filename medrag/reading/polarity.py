"""Whether advice recommends a drug, warns against it, stops it, or only mentions it.

The nearest cue before the name whose scope reaches it decides, unless words right after the name decide otherwise.
With no cue at all a name counts as recommended: to check too much is safe, to check too little is not. General
context tools (negation, family history, hypothesis) answer other questions than "is this drug advised?".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice


class Polarity(StrEnum):
    """What the text says about giving the drug."""

    RECOMMENDED = "recommended"
    AVOIDED = "avoided"
    STOPPED = "stopped"
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True)
class Cue:
    """``text[start:end]`` sets ``polarity`` for names up to ``reach`` and at most ``words`` away.

    ``soft`` background ("if", "because", "history of") yields to a dose.
    """

    start: int
    end: int
    polarity: Polarity
    reach: int
    words: int | None = None
    soft: bool = False


_GIVE = (
    r"start(?:ing|ed)?|begin(?:ning)?|initiat\w+|giv(?:e|en|ing)|administer(?:ing|ed)?|prescrib(?:e|ed|ing)|us(?:e|ed"
    r"|ing)"
    r"|add(?:ing|ed)?|take|offer(?:ed|ing)?|consider|continu(?:e|ed|ing)|resume|restart|increas\w+|titrat\w+|reduc\w+"
    r"|recommend(?:ed|s)?|prefer(?:red)?|choose|commence|receive|treat(?:ed|ing)?(?: with)?|try|opt for|keep|maintain"
    r"|first[- ]line|second[- ]line|(?:switch|chang|convert|transition)\w* to|instead(?! of)|indicated|apply|inject"
    r"|bridge with|(?:put|place|leave)(?:s|d|ed|ting|ing)? (?:\w+ ){1,3}?on"
    r"|substitut\w+(?: with)?|go back to|double|combine|up to|maximum|then|followed by|suggest(?:ed|s)?"
    r"|warrants?"
)
_KEEP = (
    r"(?:do not|don't|never|(?:should|must|need|ought) ?n(?:o|')t(?: to)?|(?:do|does|did) ?n(?:o|')t (?:need|have) to"
    r"|not to|without|no need to|avoid)\s+(?:\w+ly\s+)?(?:\w+\s+)?"
    r"(?:stop\w*|discontinu\w+|withdraw\w*|withhold\w*|delay\w*|omit\w*|exceed\w*|miss\w*|skip\w*|hesitate|forget"
    r"|interrupt\w*|avoid|shun|fear|refuse|deny|rule out)"
    r"|no (?:further )?changes? (?:to|in|of)|leave (?:\w+ ){1,3}(?:unchanged|alone|as (?:it|they) (?:is|are))"
    r"(?:\s+(?:of|using|to give|to use|giving))?|(?:do not|don't|never) \w+ (?:more|longer|higher|greater) than"
    r"|(?:not|no) (?:necessary|need|needed|reason|required|obliged)(?: to| for)?"
    r" (?:avoid\w*|stop\w*|withhold\w*|discontinu\w*)"
    r"|not (?:un(?:safe|reasonable)|contra-?indicated|prohibited|dangerous|harmful)(?: to| with| for)?"
    r"|with or without|not only|(?:no|not) (?:more|longer|fewer|less|later) than"
    r"|(?:no|not any|nothing|little) (?:harm|objections?|problems?|concerns?|issues?|reservations?|wrong|difficulty"
    r"|downside"
    r"|danger|hesitation) (?:in|to|with|about|from|against)(?: (?:adding|using|giving|starting|taking|prescribing))?"
    r"|(?:no|not a|is not any) reasons? not to(?: \w+)?|(?:not|never) (?:against|opposed to|averse to)|(?:would|do"
    r"|does|can|will) ?n[o']t"
    r" (?:object to|mind|hurt to|be wrong to|be unreasonable to)|nothing against"
    r"|not exceeding|avoid (?:doses?|daily doses?)(?: of)?(?: (?:above|over|higher than|greater than|more than"
    r"|exceeding))?"
    r"|(?:if|unless|where|when) (?:not )?contraindicated|no (?:\w+ )?contraindications?(?: to)?|if there (?:is"
    r"|are) no contraindications?"
)
_AVOID = (
    r"avoid(?:ing|ed|ance of)?|do not|don['’]t|(?<!has )(?<!have )(?<!had )never(?! (?:had|been|taken|used|tried))"
    r"|refrain from|contra-?indicated with|should not|must not|cannot"
    r"|can't|ought not"
    r"|not recommended|advise against|recommend(?:ed)? against|against (?:the use of|using)|steer clear of|beware of"
    r"|unsafe to"
    r"|stay(?:ing)? away from|shun|(?:is|are|was|were|should|must|would|could|do|does|ca|wo)n['’]t"
    r"|(?:drugs?|medications?|medicines?|agents?) contra-?indicated[^.;,]{0,30}? (?:are|is|include)"
    r"|contra-?indicated(?=\s*:)"
    r"|prohibit\w*|nor|should never|must never|dangerous to"
)
_NOT = r"not|no|without|neither|cannot|can't"
_STOP = (
    r"stop(?:ping|ped)?|discontinu\w+|hold(?:ing)?|withh(?:o|e)ld(?:ing)?|suspend\w*|ceas(?:e|ing)|withdraw(?:al of"
    r"|ing)?"
    r"|taper off|wean(?:ing)? (?:off)?|switch(?:ing)? from|chang(?:e|ing) from|instead of|in place of|rather than"
    r"|deprescrib\w+|come off"
    r"|interrupt(?:ing|ed)?|d/c'?d?|(?:transition|convert|mov|rotat)\w* from|(?:transition|convert|cross-?taper"
    r"|rotat)\w*"
    r"(?! (?:to|from)\b)|(?:carry on|go on) without|leave out|cut out|no longer (?:give|take|use|need)\w*"
    r"|skip(?:ping)?|omit(?:ting)?|forgo(?:ing)?|drop(?:ping)?(?= (?:the |her |his )?[a-z]{6})"
    r"|replac(?:e|ing)|switch(?:ing)?(?! to\b)|swap|pause|remove|quit"
)
_CONTEXT = (
    r"allergic to|allergy to|allergies to|intoleran\w+ (?:to|of)|reactions? to|hypersensitiv\w+ to|anaphylaxis to"
    r"|sensitiv\w+ to|unable to (?:take|tolerate)|(?:not|cannot) tolerate|takes|taking|took"
    r"|(?:is|are|was|were|already|currently|remains?|been|while|those|patients?|people|adults|women|men|children|if"
    r"|stable) on|who (?:cannot|can't|do not|don't) (?:take|tolerate)"
    r"|(?:safer|better|worse|stronger|weaker|(?:more|less) \w+) than|allerg(?:y|ies)(?=\s*:)"
    r"|(?:recommended|preferred|suggested|favou?red|chosen|superior) (?:over|to)"
)
_BACKGROUND = (
    r"interact\w* with|interactions? (?:between|with)|history of|fail(?:ed|ure of|s)|resistan(?:t|ce) to|refractory to"
    r"|response to|responding to|exposure to|previous(?:ly)?|prior|recent|levels? of|receiving|despite|overdose of"
    r"|poisoning (?:with|by)|toxicity of|indications? for|contraindications? to|eligible for|other than|apart from"
    r"|(?:if|when)(?! (?:needed|required|necessary|tolerated|possible|appropriate|indicated|available|not))"
    r"|limit(?:ing)?(?: the use of)?|except|where|unless|because|since|although|whether|given that|due to|owing to"
)

_TAKING = r"(?: (?:her |him |them |patient )?(?:\w+ly )?(?:to |by |with )?(?:tak(?:e|ing)|us(?:e|ing)|on)(?= ))?"
"""After a verb that says what becomes of the taking ("start taking", "stop taking", "recommend taking")."""
_CUE = re.compile(
    rf"\b(?:(?P<keep>{_KEEP})|(?P<avoid>(?:{_AVOID}){_TAKING})|(?P<stop>(?:{_STOP}){_TAKING})|(?P<context>{_CONTEXT})"
    rf"|(?P<give>(?:{_GIVE}|(?:carry|go) on|advise|resum\w+){_TAKING})"
    rf"|(?P<soft>{_BACKGROUND})|(?P<no>{_NOT}))\b",
    re.IGNORECASE,
)
_KINDS = {
    "keep": Polarity.RECOMMENDED,
    "give": Polarity.RECOMMENDED,
    "avoid": Polarity.AVOIDED,
    "no": Polarity.AVOIDED,
    "stop": Polarity.STOPPED,
    "context": Polarity.MENTIONED,
    "soft": Polarity.MENTIONED,
}
NEAREST = 40
"""How many cues before a name are looked at."""
LONGEST_SENTENCE = 600
"""Characters beyond which a cue no longer reaches, whatever the punctuation."""
_WORDS_AWAY = {"no": 4, "context": 4, "soft": 6}
"""How many words may stand between a cue and the name it speaks of; verbs reach through their whole sentence."""
_WORD = re.compile(r"[\w'-]+")
_VERB = re.compile(r"\b(?:is|are|be|was|were|should|must|may|can|who|which|that)\b", re.IGNORECASE)
_PREFER = re.compile(r"\bprefer(?:red)?\s[^.;,]{3,80}?\s(?P<to>to|over)\s", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[;\n]|\s[-–—]\s|:\s")
_HEADING = re.compile(r"\s*[:–—-]\s+")
"""After a cue that heads a list ("Drugs to avoid: ...")."""
_ABSORBED = re.compile(
    r"\s+(?:(?:\w+ly|the|a|an|any|all|of|to|be|been|get|being|ever|even|just|also|yet|again|once|now|long-term|routine|regular"
    r"|prolonged|concomitant|concurrent|combined|simultaneous|unnecessary|further|high-dose|repeated|co|under any "
    r"circumstances"
    r"|(?:at|for|in|on) (?:this|the|any|a|your) \w+|at present|for now|therefore|patients?|her|him|them|need|want"
    r"|attempt|try"
    r"|decide|plan|agree|wish|advise|recommend|(?:give|use|start|prescribe|take|add|offer|administer|initiate|continue|restart)"
    r" (?:or|nor|and))\s+){0,5}",
    re.IGNORECASE,
)
"""What may stand between a warning and the verb it warns of: any other word has a meaning of its own ("do not
settle").
"""
_PURPOSE = re.compile(r"(?:^|[.;:,(]\s*|\b(?:in order|so as)\s+)to\s+$", re.IGNORECASE)
"""Before a warning that only says what for: "To avoid a further stroke start ..."."""
_SO = re.compile(r",?\s+(?:so|therefore|hence|thus|and so)\b,?\s", re.IGNORECASE)
_TARGET = re.compile(r"\b(?:to|with)\s+$", re.IGNORECASE)


def cues(text: str, spans: Sequence[tuple[int, int]] = ()) -> list[Cue]:
    """Every cue in ``text`` with its scope, in order; ``spans`` are the drugs named in it."""
    found: list[Cue] = []
    for match in _CUE.finditer(text):
        kind = match.lastgroup or "give"
        polarity = _KINDS[kind]
        if kind == "give" and found and _absorbed(text, found[-1], match.start(), spans):
            continue
        purpose = kind in ("avoid", "stop") and _PURPOSE.search(text[max(0, match.start() - 20) : match.start()])
        words = 1 if purpose else _WORDS_AWAY.get(kind)
        reach = _reach(text, kind, match.end())
        found.append(Cue(match.start(), match.end(), polarity, reach, words, kind == "soft"))
    found += [
        Cue(m.start("to"), m.end("to"), Polarity.MENTIONED, _reach(text, "context", m.end("to")), 4)
        for m in _PREFER.finditer(text)
    ]
    return sorted(found, key=lambda cue: cue.start)


def _absorbed(text: str, before: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a giving verb belongs to the warning before it ("do not routinely use", not "instead of X use")."""
    warning = before.polarity in (Polarity.AVOIDED, Polarity.STOPPED)
    if any(before.end <= begin < start for begin, _ in spans):
        return False
    return warning and _ABSORBED.fullmatch(text, before.end, start) is not None


def _reach(text: str, kind: str, end: int) -> int:
    """Verbs reach to the end of their sentence; bare negations and conditions to the next comma."""
    most = min(len(text), end + LONGEST_SENTENCE)
    if heading := _HEADING.match(text, end):
        end = heading.end()
    stop = _SENTENCE_END.search(text, end, most)
    sentence = stop.start() if stop else most
    if kind not in _WORDS_AWAY:
        so = _SO.search(text, end, sentence) if kind in ("avoid", "stop") else None
        return so.start() if so else sentence
    comma = text.find(",", end, sentence)
    verb = _VERB.search(text, end, sentence) if kind == "no" else None
    return min(comma if comma >= 0 else sentence, verb.start() if verb else sentence)


_LIST = r"(?:\s|,|/|\band\b|\bor\b|\bnor\b|\buse\b|\btherapy\b|\btreatment\b|\bhere\b|\([^)]*\)|§)*+"
_DOSED_LIST = (
    r"(?:\s|,|/|%|§|\([^)]*\)|[\d.,\-–]+(?:mg|mcg|µg|g|units?|mL)?|\b(?:mg|mcg|µg|g|units?|mL|and|or|nor|use|therapy"
    r"|treatment|here|bid|tid|qid|po|prn|once|twice|three times|four times|daily|weekly|every|hours?|at|a|dose|doses"
    r"|oral|iv|day|per)\b)*+"
)
_BE = (
    r"(?:(?:is|are|was|were|should|must|may|can|could|would|will|shall|has|have|been|be|to|therefore|also|now"
    r"|generally|usually|strictly|absolutely|best|both|all)\s+)*+"
)
_NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|ten|twelve|several|a few|the)"
_SPAN = r"(?:hours?|days?|weeks?|months?|years?|course|doses?)"
_LATER = (
    rf"[^.;§]{{0,25}}?\b(?:(?:in|after|within)\s+(?:about\s+)?{_NUMBER}(?:\s*(?:-|to)\s*\d+)?\s+{_SPAN}"
    rf"|{_NUMBER}\s+{_SPAN}\s+(?:before|prior to|later|from now)|before\s+(?:\w+\s+){{0,2}}(?:surgery|operation"
    rf"|procedure"
    r"|delivery|admission|extraction|biopsy|endoscopy|colonoscopy)|next\s+(?:week|month|year|visit|appointment)|eventually"
    r"|if\b(?! (?:\w+ ){0,3}(?:on|tak\w+|receiv\w+|us\w+)\b)|unless|as soon as|in case|once\s+(?:the|she|he|they|it)"
    r"|when\s+(?!start|you start|begin|giv|tak|us|add|on\b)\w+|should\s+(?:the|she|he|they|it|any|bleeding"
    r"|\w+\s+(?:occur"
    r"|develop|rise|fall|appear)))"
)
"""What makes a stop one for later, or for a case that has not come: the drug goes on for now."""
_STOPS_LATER = re.compile(_LATER, re.IGNORECASE)
_IN_CASE = re.compile(
    r"(?:^|[.;]\s*)(?:if|should|in case|as soon as)\b(?! (?:\w+ ){0,3}(?:on|tak\w+|receiv\w+|us\w+)\b)[^.;]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"{_DOSED_LIST}{_BE}(?:"
    r"(?P<mentioned>(?:not )?tolerated|ineffective|insufficient|inadequate|unavailable|[- ]?(?:allerg\w+|intoleran\w+"
    r"|hypersensitiv\w+"
    r"|overdose|poisoning|toxicity|deficien\w+|resistan\w+|levels?|concentrations?|withdrawal|use disorder|induced"
    r"|na[iï]ve|responsive"
    r"|failure|exacerbated|sparing|free|associated|related|sensitive|sensitivity|misuse|dependence|exposure|clearance"
    r"|reaction)\b)"
    r"|(?P<recommended>(?:not|never|\w+n['’]t)\s+(?:to\s+)?(?:be\s+)?(?:\w+ly\s+)?(?:withheld|avoided|stopped|omitted|delayed"
    r"|discontinued|denied|refused|feared|ruled out|off limits|contra-?indicated|prohibited|forbidden|interrupted"
    r"|missed|skipped)\b)"
    r"|(?P<avoided>(?<!un)(?<!not )contra-?indicated(?! in (?:the )?absence)|avoided"
    r"|(?:is|are|was|were|should|must|would|could|may|do|does)n['’]t\s+(?:be\s+)?(?:\w+ly\s+)?\w+"
    r"|(?:an?\s+)?(?:poor|bad|wrong|dangerous|unsafe|risky)\s+(?:choice|idea|option)"
    r"|not\s+a\s+(?:good|safe|wise|suitable)\s+\w+"
    r"|off\s+the\s+table|out\s+of\s+the\s+question|risky"
    r"|(?:not|no\s+longer)\s+(?:be\s+)?(?:\w+ly\s+)?(?:recommended|advised|used|given|combined|taken|started|prescribed"
    r"|co-?administered|offered|appropriate|safe|suitable|indicated|needed|necessary|required|warranted|helpful"
    r"|an option|first[- ]line|add(?:ed)?|be)"
    r"|never\s+(?:be\s+)?\w+|unsafe|inappropriate|dangerous|harmful|prohibited)"
    rf"|(?P<stopped>(?:stopped|discontinued|withheld|held|suspended|ceased|withdrawn|replaced|tapered off"
    rf"|paused)(?!{_LATER})))",
    re.IGNORECASE,
)
_AVOIDED_AFTER = re.compile(
    rf"{_LIST}(?:such as(?:\s|,|§|\band\b|\bor\b)+)?(?:(?:for|in|of|during|after)\s[^,;.§]{{1,70}}?\s)?{_BE}"
    r"(?:contra-?indicated|avoided"
    r"|not\s+(?:be\s+)?(?:\w+ly\s+)?(?:recommended|advised|used|given|combined|taken|started|prescribed|offered))",
    re.IGNORECASE,
)
"""A warning farther from the name; asked only where no cue precedes it, so that nothing there advises the drug."""
_HARM_AFTER = re.compile(
    r"[^.;\d]{0,100}?\b(?:(?:raises?|increases?|doubles?)\s+(?:the\s+)?(?:risks?|rates?|mortality|bleeding|levels?)"
    r"|(?:can|may|could|will)\s+(?:be|prove)\s+(?:fatal|lethal|deadly|dangerous))\b"
    r"(?!.*\b(?:but|however|still|use|give|start|consider)\b)",
    re.IGNORECASE,
)
"""A sentence about harm, with no dose before its verb and no advice after it; asked only where no cue precedes."""
_VERDICT_AFTER = re.compile(
    r"\s*(?::|\s[-–—])\s*(?:avoid|no\b|not\b|(?:do not|don['’]t|never)(?! (?:exceed|stop|discontinue"
    r"|interrupt|crush|chew|split|halve|miss|skip|shake|swallow|drink|drive|lie|(?:take|give|use) more))"
    r"|contra-?indicated"
    r"|stop|hold|discontinue)(?! more than)",
    re.IGNORECASE,
)
"""A verdict set off from the name ("Ibuprofen - avoid")."""
_GIVEN_AFTER = re.compile(
    rf"{_DOSED_LIST}{_BE}(?:preferred|recommended|first[- ]line|safe|given|used|started|indicated"
    rf"|appropriate|reasonable|acceptable|fine|all right|okay|ok|allowed|permitted|an option|added|continued|offered"
    rf"|instead"
    r"|suggested|advised|tried"
    r"|(?:an?|the)(?: \w+)? (?:option|alternative|choice)|options|alternatives)\b",
    re.IGNORECASE,
)
_DOSE_NEXT = re.compile(
    r"\s*(?:at\s+)?\d[\d.,]*\s*(?:-|–|to)?\s*[\d.,]*\s*(?:mg|mcg|µg|micrograms?|g|units?|mL)\b", re.IGNORECASE
)
_LOOK_AHEAD = 120
LONGEST_CASE = 120
_THEN = re.compile(r"\b(?:and|then|but)\b|,", re.IGNORECASE)
_ARROW_NEXT = re.compile(rf"{_DOSED_LIST}(?:→|-{{1,2}}>|=>|⇒)\s*(?:start\s+)?§")
"""A name that an arrow leads from to another: what is changed for it."""
_MEANS = re.compile(
    r"\s+(?:the|a|an|any|further|another|acute|this|her|his|ongoing)?\s*(?!treatment|therapy|use|combination|co-?administration|them|it"
    r"|taking|concurrent|concomitant|dos|monotherapy|together|patients?|people|mixing|initiation|interaction)[a-z-]+"
    r"(?:\s+(?!treatment|therapy|use|in\b|of\b|for\b)[a-z-]+)?\s+(?:with|using|by giving|by means of)\s+",
    re.IGNORECASE,
)


def polarity_of(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], marks: Sequence[Cue]) -> Polarity:
    """The polarity of the drug named at ``text[start:end]`` among the other drugs named at ``spans``."""
    if _VERDICT_AFTER.match(text, end):
        return Polarity.AVOIDED
    after = _blank(text, end, spans)
    direct = _AFTER.match(after)
    if direct and direct.lastgroup:
        return Polarity(direct.lastgroup)
    before = marks[: bisect_right(marks, start, key=lambda mark: mark.start)]
    near = (mark for mark in reversed(before) if mark.end <= start)
    cue = next((mark for mark in islice(near, NEAREST) if _applies(text, mark, start, spans)), None)
    if cue is None:
        return Polarity.STOPPED if _ARROW_NEXT.match(after) else _uncued(after)
    if _overruled(text, cue, start, end, after) or _by_means(text, cue, start, spans):
        return Polarity.RECOMMENDED
    if cue.polarity is Polarity.STOPPED and _for_later(text, cue, after):
        return Polarity.MENTIONED
    return cue.polarity


def _for_later(text: str, cue: Cue, after: str) -> bool:
    """Whether a stop is for later, or for a case that has not come ("stop it if bleeding occurs")."""
    clause = _THEN.split(after, maxsplit=1)[0]
    before = text[max(0, cue.start - LONGEST_CASE) : cue.start]
    return _STOPS_LATER.match(clause) is not None or _IN_CASE.search(before) is not None


def _by_means(text: str, cue: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the name is what something is stopped or avoided with ("stop the bleeding with X")."""
    between = text[cue.end : start]
    named = any(cue.end <= begin < start for begin, _ in spans)
    verb = re.match(r"stop|avoid|ceas", text[cue.start : cue.end], re.IGNORECASE)
    return verb is not None and not named and _MEANS.fullmatch(between) is not None


def _uncued(after: str) -> Polarity:
    """With no cue before the name: advised, unless the sentence goes on to warn of it or only to describe its harm."""
    if _AVOIDED_AFTER.match(after):
        return Polarity.AVOIDED
    return Polarity.MENTIONED if _HARM_AFTER.match(after) else Polarity.RECOMMENDED


def _overruled(text: str, cue: Cue, start: int, end: int, after: str) -> bool:
    """Whether words nearer to the name than its cue say that it is advised after all."""
    if _GIVEN_AFTER.match(after) and (cue.soft or not _joined_to(text, cue, start)):
        return True
    opens_clause = (
        cue.polarity is not Polarity.MENTIONED and re.search(r",\s*$", text[max(0, start - 20) : start]) is not None
    )
    if (cue.soft or opens_clause) and _DOSE_NEXT.match(text, end):
        return True
    return cue.polarity is Polarity.STOPPED and _is_replacement(text, cue, start)


def _blank(text: str, end: int, spans: Sequence[tuple[int, int]]) -> str:
    """The rest of the sentence with the other drug names replaced by a sign of their length's worth."""
    rest = text[end : end + _LOOK_AHEAD]
    place = bisect_right(spans, (end, 0))
    for begin, stop in spans[place : place + _LOOK_AHEAD]:
        if begin >= end + _LOOK_AHEAD:
            break
        if begin >= end:
            rest = rest[: begin - end] + "§" * (stop - begin) + rest[stop - end :]
    stop_match = _SENTENCE_END.search(rest)
    return rest[: stop_match.start()] if stop_match else rest


def _applies(text: str, cue: Cue, start: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the cue reaches the name: within its scope, and within its number of words, other names not counted."""
    if start > cue.reach:
        return False
    if cue.words is None:
        return True
    between = [word for word in _WORD.finditer(text, cue.end, start) if not _inside(word.start(), spans)]
    return len(between) <= cue.words


def _inside(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    place = bisect_right(spans, (position, LONGEST_SENTENCE + position))
    return place > 0 and position < spans[place - 1][1]


def _joined_to(text: str, cue: Cue, start: int) -> bool:
    """Whether nothing but words stands between the cue and the name ("avoid starting X, which is used for ...")."""
    return "," not in text[cue.end : start]


def _is_replacement(text: str, cue: Cue, start: int) -> bool:
    """Whether the name is what a drug is switched *to* or replaced *with*."""
    verb = text[cue.start : cue.end].lower()
    if re.search(r"(?:→|-{1,2}>|=>|⇒)\s*(?:start\s+)?$", text[cue.end : start]):
        return True
    if not verb.startswith(("switch", "chang", "replac", "swap", "transition", "convert", "mov", "rotat", "cross")):
        return False
    return (
        _TARGET.search(text[cue.end : start]) is not None
        or re.search(r"\b(?:to|with|by)\b", text[cue.end : start]) is not None
    )

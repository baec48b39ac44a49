"""Words before a drug's name that advise it, warn against it, stop it or only mention it, and how far they reach."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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
    r"|warrants?|go(?:ing)? (?:for|with|ahead with|straight to)|reach for|turn to|move on to|benefits? from"
    r"|(?:should|could|can|must|may|will|to|let (?:him|her|them)) have(?! (?:had|been)\b)"
)
_KEEP = (
    r"(?:do not|don't|never|(?:should|must|need|ought) ?n(?:o|')t(?: to)?|(?:do|does|did) ?n(?:o|')t (?:need|have) to"
    r"|not to|without|no need to|avoid)\s+(?:\w+ly\s+)?(?:\w+\s+)?"
    r"(?:stop\w*|discontinu\w+|withdraw\w*|withhold\w*|delay\w*|omit\w*|exceed\w*|miss\w*|skip\w*|hesitate|forget"
    r"|interrupt\w*|avoid|shun|fear|refuse|deny|rule out|shy away(?: from)?|hold (?:back|off)(?: on| from)?"
    r"|refrain(?: from)?"
    r"|worry|afraid of|(?:put off|deterred|scared|discouraged)(?: from| by)?)(?: (?:giving|using|starting|by|about))?"
    r"|no (?:further )?changes? (?:to|in|of)|leave (?:\w+ ){1,3}(?:unchanged|alone|as (?:it|they) (?:is|are))"
    r"(?:\s+(?:of|using|to give|to use|giving))?|(?:do not|don't|never) \w+ (?:more|longer|higher|greater) than"
    r"|(?:not|no) (?:necessary|need|needed|reason|required|obliged)(?: to| for)?"
    r" (?:avoid\w*|stop\w*|withhold\w*|discontinu\w*|delay\w*|fear\w*|hold(?:ing)? (?:back|off)(?: on| from)?)"
    r"|not (?:giving|starting|using|treating with|prescribing)(?=[^.;]{0,60}\b(?:mistake|wrong|dangerous"
    r"|negligent|error|harm))"
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
    r"avoid(?:ing|ed|ance of)?|do not|don['’]t|(?:under|in) no (?:circumstances?|case|way|event|situation)"
    r"|on no account"
    r"|at no (?:point|time|stage)|by no means|not under any circumstances|"
    r"(?<!has )(?<!have )(?<!had )never(?! (?:had|been|taken|used|tried))"
    r"|refrain from|contra-?indicated with|should not|must not|cannot"
    r"|can't|ought not"
    r"|not recommended|advise against|recommend(?:ed)? against|against (?:the use of|using)|steer clear of|beware of"
    r"|unsafe to"
    r"|stay(?:ing)? away from|shun|(?:is|are|was|were|should|must|would|could|do|does|ca|wo)n['’]t"
    r"|(?:drugs?|medications?|medicines?|agents?) contra-?indicated[^.;,]{0,30}? (?:are|is|include)"
    r"|contra-?indicated(?=\s*[:|])"
    r"|prohibit\w*|nor|should never|must never|(?:dangerous|unwise|inadvisable|wrong|foolish|reckless|risky"
    r"|hazardous|harmful"
    r"|(?:mistake|error)) to|forbid\w*|preclud(?:es?|ed|ing)|rul(?:es?|ed|ing) out(?! (?:by|of)\b)|veto\w*"
    r"|(?:keep|stay|steer)(?:s|ing)? (?:him |her |them |patient |well |right )?(?:away from|off|clear of)"
    r"|spare (?:him|her|them)"
    r"|warn(?:ed|ing)? (?:him |her |them )?(?:about|against|off)"
)
_NOT = r"not|no|without|neither|cannot|can't"
_STOP = (
    r"stop(?:ping|ped)?(?! (?:you|us|me|him|her|worrying|fretting)\b)|discontinu\w+|hold(?:ing)?|withh(?:o"
    r"|e)ld(?:ing)?|suspend\w*|ceas(?:e|ing)|withdraw(?:al of"
    r"|ing)?"
    r"|taper off|wean(?:ing)? (?:off)?|switch(?:ing)? from|chang(?:e|ing) from"
    r"|deprescrib\w+|c[oa]m(?:e|ing) off"
    r"|interrupt(?:ing|ed)?|d/c'?d?|(?:transition|convert|mov|rotat)\w* from|(?:transition|convert|cross-?taper"
    r"|rotat)\w*"
    r"(?! (?:to|from)\b)|(?:carry on|go on) without|leave out|cut out|no longer (?:give|take|use|need)\w*"
    r"|skip(?:ping)?|omit(?:ting)?|forgo(?:ing)?|drop(?:ping)?(?= (?:the |her |his )?[a-z]{6})"
    r"|replac(?:e|ing)|switch(?:ing)?(?! to\b)|swap(?:ping)?|exchang(?:e|ing)|trad(?:e|ing)(?! names?\b)|pause"
    r"|remove|quit"
)
_INSTEAD_OF = r"instead of|in place of|rather than"
"""What another drug is given for: it reaches to the next comma alone."""
_CONTEXT = (
    r"allergic to|allergy to|allergies to|intoleran\w+ (?:to|of)|reactions? to|hypersensitiv\w+ to|anaphylaxis to"
    r"|sensitiv\w+ to|unable to (?:take|tolerate)|(?:not|cannot) tolerate|takes|taking|took"
    r"|(?:is|are|was|were|already|currently|remains?|been|while|those|patients?|people|adults|women|men|children|if"
    r"|stable) on|who (?:cannot|can't|do not|don't) (?:take|tolerate)"
    r"|(?:safer|better|worse|stronger|weaker|(?:more|less) \w+) than|allerg(?:y|ies)(?=\s*:)"
    r"|(?:recommended|preferred|suggested|favou?red|chosen|superior) (?:over|to)|in preference to"
    r"|declin(?:e[sd]?|ing)"
    r"|refus(?:e[sd]?|ing)|used to (?:take|use|be on|have)|(?:(?:has|have|had) )?(?:never|not) (?:yet )?(?:had"
    r"|taken|used|tried"
    r"|received|been (?:on|given|prescribed))|(?:has|have) (?:already |previously )?(?:had|taken|tried|used|been on)"
    r"|had(?=[^.;]{1,60}\b(?:last|ago|before|previously|in the past|as a child|without)\b)"
    r"|(?:ask(?:ed|ing)?|enquire|inquire) (?:\w+ )?about|(?:check|screen|look)(?:ing)? for"
)
_BACKGROUND = (
    r"interact\w* with|interactions? (?:between|with)|history of|fail(?:ed|ure of|s)|resistan(?:t|ce) to"
    r"|refractory to"
    r"|response to|responding to|exposure to|previous(?:ly)?|prior|recent|levels? of|receiving|despite|overdose of"
    r"|poisoning (?:with|by)|toxicity of|indications? for|contraindications? to|eligible for|other than"
    r"|apart from|unlike|whereas"
    r"|(?:if|when)(?! (?:needed|required|necessary|tolerated|possible|appropriate|indicated|available|not))"
    r"|limit(?:ing)?(?: the use of)?|except|where|unless|because|since|although|whether|given that|due to|owing to"
)

_TAKING = r"(?: (?:her |him |them |patient )?(?:\w+ly )?(?:to |by |with )?(?:tak(?:e|ing)|us(?:e|ing)|on)(?= ))?"
"""After a verb that says what becomes of the taking ("start taking", "stop taking", "recommend taking")."""
_CUE = re.compile(
    rf"\b(?:(?P<keep>{_KEEP})|(?P<avoid>(?:{_AVOID}){_TAKING})|(?P<stop>(?:{_STOP}){_TAKING})|(?P<context>{_CONTEXT})"
    rf"|(?P<instead>{_INSTEAD_OF})"
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
    "instead": Polarity.STOPPED,
    "context": Polarity.MENTIONED,
    "soft": Polarity.MENTIONED,
}
LONGEST_SENTENCE = 600
"""Characters beyond which a cue no longer reaches, whatever the punctuation."""
_WORDS_AWAY = {"no": 4, "context": 4, "soft": 6, "instead": 6}
"""How many words may stand between a cue and the name it speaks of; verbs reach through their whole sentence."""
_VERB = re.compile(r"\b(?:is|are|be|was|were|should|must|may|can|who|which|that)\b", re.IGNORECASE)
_PREFER = re.compile(
    r"\b(?:prefer(?:red)?\s[^.;,]{3,80}?\s(?P<to>to|over)|(?:choos|pick"
    r"|favou?r)\w*\s[^.;,]{3,80}?\s(?P<over>over))\s(?!\d)",
    re.IGNORECASE,
)
_SUBSTITUTE = re.compile(r"\bsubstitut\w*\s[^.;,]{3,80}?\s(?P<for>for)\s(?!\d)", re.IGNORECASE)
"""What another drug is substituted for."""
SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[;\n]|\s[-–—]\s|:\s")
_HEADING = re.compile(r"\s*[:–—-]\s+")
"""After a cue that heads a list ("Drugs to avoid: ...")."""
_ABSORBED = re.compile(
    r"\s+(?:(?:\w+ly|the|a|an|any|all|of|to|be|been|get|being|ever|even|just|also|yet|again|once|now|long-term"
    r"|routine|regular"
    r"|prolonged|concomitant|concurrent|combined|simultaneous|unnecessary|further|high-dose|repeated|co|under any "
    r"circumstances"
    r"|(?:at|for|in|on) (?:this|the|any|a|your) \w+|at present|for now|therefore|patients?|her|him|them|need|want"
    r"|attempt|try|should|must|may|can|is|are|he|she|they|we|you|it|one"
    r"|decide|plan|agree|wish|advise|recommend|(?:give|use|start|prescribe|take|add|offer|administer|initiate"
    r"|continue|restart)"
    r" (?:or|nor|and))\s+){0,5}",
    re.IGNORECASE,
)
"""What may stand between a warning and the verb it warns of: any other word has a meaning of its own ("do not
settle").
"""
_PURPOSE = re.compile(r"(?:^|[.;:,(]\s*|\b(?:in order|so as)\s+)to\s+$", re.IGNORECASE)
"""Before a warning that only says what for: "To avoid a further stroke start ..."."""
_SO = re.compile(r",?\s+(?:so|therefore|hence|thus|and so)\b,?\s", re.IGNORECASE)


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
    found += [_at(text, *m.span(m.lastgroup or 0), Polarity.MENTIONED) for m in _PREFER.finditer(text)]
    found += [_at(text, *m.span("for"), Polarity.STOPPED) for m in _SUBSTITUTE.finditer(text)]
    return sorted(found, key=lambda cue: cue.start)


def _at(text: str, start: int, end: int, polarity: Polarity) -> Cue:
    return Cue(start, end, polarity, _reach(text, "context", end), _WORDS_AWAY["context"])


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
    stop = SENTENCE_END.search(text, end, most)
    sentence = stop.start() if stop else most
    if kind not in _WORDS_AWAY:
        so = _SO.search(text, end, sentence) if kind in ("avoid", "stop") else None
        return so.start() if so else sentence
    comma = text.find(",", end, sentence)
    verb = _VERB.search(text, end, sentence) if kind == "no" else None
    return min(comma if comma >= 0 else sentence, verb.start() if verb else sentence)

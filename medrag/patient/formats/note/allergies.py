"""Whether a note speaks of an allergy to a substance, and the allergy."""

from __future__ import annotations

import re

from medrag.patient.formats.note.named import MOST_AFTER, TAKEN, Said
from medrag.reading.dosing.directions import amount_given
from medrag.reading.languages import language, pattern
from medrag.reading.terms import Kind, Term
from medrag.types import Allergy, FactStatus

_REACTION = re.compile(
    r"(?:\s(?:avoid|never|once))?[ \t]?(?:\((?P<a>[^)\n]{2,60})\)"
    r"|(?:=>|->|→|-|–|—|:|(?:which |that |it )?(?:causes|causing|caused|gave|gives)(?: (?:him|her|me|them))?"
    r"|reaction:?)\s?(?P<b>[^\n;,.(]{3,60}))"
)
_ANOTHER = re.compile(
    r"\s(?:and|but|then) (?:has|had|s?he|was|is|the|also|now|switched|changed|stopped)\b|\s(?:but|so)\b", re.IGNORECASE
)
"""Where what a drug caused ends, and something else is told."""
_APART = re.compile(r",|/| and ")
_WHEN = re.compile(r"\W*(?:\b[x×]\s?)?\d.*$|\?|^(?:severe|acute|bad|awful|mild|nasty|marked) ")
"""When a reaction was, after its name ("rash ?2012")."""
_INTOLERANT = re.compile(r"intoleran|tolerate|upset", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\.\s|\n")
_ITEM_END = re.compile(r"[,;|]")
_LABEL_GONE = re.compile(
    r"\b(?:(?:entry |label )?(?:has been |was )?removed from (?:the |his |her )?(?:record|notes|chart|list)"
    r"|label removed"
    r"|entry removed|de-?labell?ed)\b",
    re.IGNORECASE,
)
_NO_LONGER = re.compile(
    r"\b(?:gr[eo]wn? out of|outgrew|outgrown)[\"”’']?\s(?:(?:his|her|their|an?|the)\s)?\Z", re.IGNORECASE
)
_GONE = re.compile(r"\b(?:grew out of|out-?grew|grown out of|out-?grown|struck (?:off|out|through))\b", re.IGNORECASE)
"""What an entry says of its own allergy, and of no other."""
_NOT = re.compile(r"\b(?:not|isn[’']t|never)\s\Z", re.IGNORECASE)
_IS_ALLERGIC = re.compile(r"\s?[-–(:,]\s?(?:(?:is|he|she|pt|patient|as|I|am)[’']?\w?\s){0,2}allerg", re.IGNORECASE)
"""What follows a drug that is not to be given because of an allergy ("no trimethoprim - allergic")."""
_SEVERE = re.compile(
    r"\b(?:anaphyla\w+|angio-?o?edema|stevens[ -]johnson|SJS|DRESS"
    r"|(?:lips?|face|tongue|throat|facial)\s\w{0,9}\s?swell\w*"
    r"|swell\w*\s(?:up\s)?(?:of|in)\s(?:(?:the|his|her)\s)?(?:lips?|face|tongue|throat|mouth|eyes?)|swollen\s(?:lips?|face|tongue|throat|mouth|eyes?)"
    r"|serum sickness|oculogyric)\b",
    re.IGNORECASE,
)
"""Reactions that are nothing a drug is for."""
_HAD = re.compile(
    r"\b(?:had|having|given|takes|taken)\s$"
    r"|\((?:when |while |taken )?(?:with|alongside|plus|on|beside|has|carries)(?: an?)?\s$",
    re.IGNORECASE,
)
_CROSSED = re.compile(r"\s?[✗✘❌]")
_CROSS_BEFORE = re.compile(r"[✗✘❌]\s?\Z")
_TICK = re.compile(r"[✓✔☑]")
"""A cross beside an allergen denies no allergy, unless it stands before it and others have ticks."""
_OF_DAYS = frozenset({"taking", "stopped"})
"""What may be said of a drug in a list of allergies that still is one ("codeine since 2019", "codeine, stopped")."""
_ENTRY_BEGINS = re.compile(r"(?:\A|[:,;•✓✔☑☒|\n(/]|\s[-–*]|\band\b)\s{0,3}(?:\[[ xX✓]?\]\s?)?\Z")
_ALLERGIC = re.compile(
    r"allerg|anaphyl|rash|hives|urticaria|angio|sjs|dress\b|swelling|swell|itch|wheez|bronchospasm|asthma attack"
    r"|blister|welts",
    re.IGNORECASE,
)
_REFUSED_FOR = re.compile(
    r"\s(?:because of|due to|owing to|after|as (?:it|they)|which|since (?:it|they))\s[^.;,\n]{0,30}?"
    rf"(?:{_ALLERGIC.pattern})",
    re.IGNORECASE,
)
"""An allergic reaction as the reason not to give it."""
NEAR = 30
"""Characters before a substance in which the word allergy makes a condition one of an allergy."""


def is_allergy(said: Said) -> bool:
    """Whether the note speaks of an allergy to the substance, or of none, and not of taking it."""
    before = said.text[max(0, said.target.start - NEAR) : said.target.start]
    if "conditional" in said.cues and said.section != "allergies" and "allerg" not in before.casefold():
        return False
    if said.section == "stopped" and not _ALLERGIC.search(
        said.text[said.target.end : said.target.end + NEAR].partition("\n")[0]
    ):
        return False
    if "allergic" in said.cues or _reacted(said):
        return not _relieves(said)
    if said.section != "allergies":
        return False
    if amount_given(said.target.directions) or _HAD.search(before):
        return False
    return not said.cues & TAKEN or (said.cues & TAKEN <= _OF_DAYS and _ENTRY_BEGINS.search(before) is not None)


def _relieves(said: Said) -> bool:
    """Whether the name of a reaction just behind a drug is what the drug is for ("adrenaline anaphylaxis dose")."""
    drug = said.target.term.drug
    names = (*drug.ingredients, drug.drug_class or "") if drug else ()
    beside = said.text[max(0, said.target.start - NEAR) : said.target.end + NEAR].casefold()
    return any(pattern("allergies", "relief").fullmatch(each) for each in names) and "allerg" not in beside


def _reacted(said: Said) -> bool:
    """Whether a substance that is not taken is followed by what it did ("Penicillin (hives)", "codeine - nausea")."""
    if said.target.term.kind is Kind.CONDITION or said.cues & {"taking", "planned"} or said.target.directions:
        return False
    match = _REACTION.match(said.text, said.target.end)
    words = (match["a"] or match["b"]).casefold() if match else ""
    if "refused" in said.cues and (_ALLERGIC.search(words) or _REFUSED_FOR.match(said.text, said.target.end)):
        return True
    reactions = [_WHEN.sub("", each).strip() for each in _APART.split(words)]
    told = _SEVERE.search(words) is not None or any(each in language().words["reactions"] for each in reactions)
    return told and ("stopped" not in said.cues or any(_ALLERGIC.match(each) for each in reactions))


def allergy_of(said: Said) -> Allergy | None:
    """The allergy, an active one unless it is denied or the substance tolerated; None for a relative's."""
    if "family" in said.cues:
        return None
    match = _REACTION.match(said.text, said.target.end)
    line = _SENTENCE_END.split(said.text[said.target.end : said.target.end + MOST_AFTER])[0]
    before = said.text[max(0, said.target.start - NEAR) : said.target.start]
    crossed = _CROSS_BEFORE.search(before) and not _TICK.search(said.text)
    blamed = crossed or _CROSSED.match(said.text, said.target.end) or _IS_ALLERGIC.match(said.text, said.target.end)
    denied = ("absent" in said.cues and not blamed) or (_NOT.search(before) and line.lstrip(" -")[:6] == "allerg")
    tolerated = "tolerated" in said.cues and not _reacted(said)
    own = _ITEM_END.split(line)[0]
    gone = _LABEL_GONE.search(line.partition(";")[0]) or _GONE.search(own) or _NO_LONGER.search(before)
    negated = denied or tolerated or "lifted" in said.cues or bool(gone)
    around = said.text[max(0, said.target.start - 30) : said.target.end + NEAR]
    return Allergy(
        display=said.shown,
        status=FactStatus.NEGATED if negated else FactStatus.ACTIVE,
        source=said.source,
        date=said.date,
        kind="intolerance" if _is_mild(around) else "allergy",
        reaction=_ANOTHER.split(match["a"] or match["b"])[0].strip() if match else None,
    )


def _is_mild(around: str) -> bool:
    """Whether what is said around the substance is an unwanted effect, and no allergic one."""
    effect = pattern("allergies", "unwanted").search(around) is not None
    return _INTOLERANT.search(around) is not None or (effect and not _ALLERGIC.search(around))


def reaction_end(said: Said, illness: Term | None = None) -> int:
    """Where the reaction to an allergen ends: it is no condition of its own.

    An ``illness`` that is an event ("caused pancreatitis") is one, unless brackets or a dash set it off.
    """
    match = _REACTION.match(said.text, said.target.end)
    if match is None:
        return said.target.end
    if match[0].strip()[0] in "(-–—:=":
        return match.end()
    if illness is not None and illness.event:
        return said.target.end
    own = _ANOTHER.search(match[0])
    return match.start() + own.start() if own else match.end()

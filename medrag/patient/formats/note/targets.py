"""What a note names: drugs with their directions, conditions with stage and severity, entries in their own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from medrag.knowledge import Knowledge
from medrag.patient.measures import analytes
from medrag.reading.dosing.directions import amount_given, directions_at
from medrag.reading.dosing.doses import AMOUNT
from medrag.reading.dosing.frequency import OFTEN
from medrag.reading.languages import language
from medrag.reading.matcher import Token, plain, tokens
from medrag.reading.mentions import nearest, stemmed
from medrag.reading.sections import Section, Sections
from medrag.reading.terms import Kind, Term, terms

_ITEM = re.compile(r"(?:[^\n;,.]|\.(?!\s))+")
_LINE_ITEM = re.compile(r"[^\n;]+")
_BULLET = re.compile(r"\s{0,8}(?:[-*•‣▪→>o✓✔]\s{1,3}|\[[ xX]?\]\s?|\d{1,2}[.)]\s{0,3}|#\s?\d{0,2}\s?)?[\"'“?]{0,3}\s?")
_OWN_WORDS = re.compile(r"[A-Za-z][^\d(:,.=\[\]/–—]{1,60}")
_AND = re.compile(r"\s(?:and|&)\s")
_CUT = re.compile(
    r"\s(?:-|–|—|->|=>|causes?|caused|causing|gives|gave|leads to|reaction|with|\+)\s.*|\s?->.*", re.IGNORECASE
)
_LISTED = {
    "history": Kind.CONDITION,
    "problems": Kind.CONDITION,
    "medications": Kind.DRUG,
    "stopped": Kind.DRUG,
    "allergies": Kind.ALLERGEN,
}
_MOST_WORDS = {Kind.CONDITION: 8, Kind.DRUG: 4, Kind.ALLERGEN: 4}
LONGEST_LEAD = 40
_OF = re.compile(r"\s(?:(?:dose\s)?of|dose)(?:\s(?:oral|iv|po))?$", re.IGNORECASE)
_LEAD = re.compile(
    rf"(?<![\w.,/-])(?:{AMOUNT.pattern}|(?:\d{{1,2}}|one|two|three|half an?|½|an?)\s(?:puffs?|tablets?|tabs?"
    rf"|capsules?|caps?"
    r"|drops?|sprays?|sachets?|patch(?:es)?))\s(?:(?:dose\s)?of\s|dose\s)?(?:oral\s|iv\s|po\s)?\Z",
    re.IGNORECASE,
)
MOST_NAMES = 3_000
"""Names of a note that are read: no note that a person wrote has more."""
_TREATS = re.compile(
    r"\b(?:on|start\w*|begin|began|add\w*|consider\w*|tak(?:es|ing|en)|prescribed?|stop\w*|ceased?|tri(?:al of"
    r"|ed)|switch\w* to"
    r"|chang\w* to|continues?)\s\Z",
    re.IGNORECASE,
)
"""What is said of drugs, just before a name that only ends as one."""
_IN_MASS = re.compile(r"\d\s?(?:mg|g|mcg|meq|units?|mmol|tab)\b(?!\s?/)", re.IGNORECASE)
_NUMBER_NEXT = re.compile(
    r"\s?(?:(?:level|was|is|of)\s)?[:=]?\s?\d++(?!\s?(?:d|days?|/7|/52|wks?|weeks?|doses?)\b)"
    r"|(?:/\w+)?\s(?:levels?\s)?(?:was\s|is\s|are\s)?(?:normal|low|high|pending|replete|sent"
    r"|checked|ok|fine|satisfactory)\b",
    re.IGNORECASE,
)
_MISSPELT_FROM = 6


@dataclass(frozen=True, slots=True)
class Target:
    """``text[start:end]`` names ``term``; ``directions`` follow a drug's name up to ``stop``."""

    start: int
    end: int
    term: Term
    directions: str | None = None
    stop: int = 0
    known: bool = True


def find_targets(text: str, words: Sequence[Token], parts: Sections, knowledge: Knowledge) -> list[Target]:
    """Everything the note names, in order, headings left out; targets do not overlap."""
    found = [
        Target(match.start, match.end, match.values[0])
        for match in islice(terms(knowledge).find(text, words), MOST_NAMES)
        if not parts.in_heading(match.start) and not _something_else(text, match.start, match.end)
    ]
    found = _with_directions(text, found)
    found = [each for each in found if _counts(text, each, parts, knowledge)]
    found += _unknown_drugs(text, words, found, parts, knowledge)
    found.sort(key=lambda each: each.start)
    found += [each for section in parts.all for each in _entries(text, section, found, knowledge)]
    return sorted(found, key=lambda each: each.start)


def _something_else(text: str, start: int, end: int) -> bool:
    """Whether an abbreviation stands for something else here ("RA" after "SpO2 96%")."""
    around = language().abbreviations.get(text[start:end])
    if not around:
        return False
    before, after = around.get("before"), around.get("after")
    return bool(before and re.search(before, text[max(0, start - 30) : start])) or bool(
        after and re.match(after, text[end : end + 30])
    )


def _with_directions(text: str, found: Sequence[Target]) -> list[Target]:
    made = []
    leads = _leading(text, found)
    renamed = {place + 1 for place, each in enumerate(found[:-1]) if _renamed(text, each, found[place + 1])}
    for place, each in enumerate(found):
        if place in renamed:
            continue
        after = place + 2 if place + 1 in renamed else place + 1
        following = leads.get(after, found[after].start) if after < len(found) else len(text)
        said, stop = directions_at(text, each.end, following) if each.term.kind is Kind.DRUG else (None, each.end)
        if said is None and each.term.kind is Kind.DRUG:
            aside = re.match(r"\s?\([^()\n]{1,40}\)", text[each.end : each.end + 50])
            if aside:
                said, stop = directions_at(text, each.end + aside.end(), following)
        if place in leads:
            before = text[leads[place] : each.start].strip()
            said, stop = f"{_OF.sub('', before)} {said or ''}".rstrip(), max(stop, each.end)
        made.append(Target(each.start, each.end, each.term, said, stop if said else each.end))
    return made


def _leading(text: str, found: Sequence[Target]) -> dict[int, int]:
    """Where a dose before its drug's name begins, by the drug's place ("5 mg of bisoprolol").

    A dose that only blanks part from the name before belongs to that.
    """
    leads = {}
    for place, each in enumerate(found):
        if each.term.kind is not Kind.DRUG:
            continue
        previous = found[place - 1] if place else None
        begin = max(previous.end if previous else 0, each.start - LONGEST_LEAD)
        match = _LEAD.search(text, begin, each.start)
        if match is None:
            continue
        between = text[previous.end : match.start()] if previous and previous.term.kind is Kind.DRUG else "."
        if between.strip(" ("):
            leads[place] = match.start()
    return leads


def _renamed(text: str, one: Target, other: Target) -> bool:
    """Whether brackets after a drug's name give another name of the same ("Lithium (Camcolit) 600 mg")."""
    in_brackets = text[one.end : other.start].strip() == "(" and text[other.end : other.end + 1] == ")"
    if not in_brackets or one.term.drug is None or other.term.drug is None:
        return False
    return bool(one.term.drug.ingredients) and one.term.drug.ingredients == other.term.drug.ingredients


def _counts(text: str, each: Target, parts: Sections, knowledge: Knowledge) -> bool:
    """Words that are also ordinary ones, or a laboratory value, count only where the note means the other thing."""
    said = text[each.start : each.end].casefold()
    category = parts.category(each.start)
    if each.term.kind is Kind.CONDITION:
        listed = category in {"history", "problems"} and _is_entry(text, each)
        return said not in language().words["ordinary"] or listed
    if each.term.kind is Kind.ALLERGEN:
        return not (said in language().words["sorts"] and text[each.end : each.end + 2].strip()[:1] == ":")
    if each.term.drug is not None and each.term.drug.dosed and category in {"medications", "stopped"}:
        return True
    return not _is_a_result(text, each, knowledge) and not _is_level(text, each)


def _is_entry(text: str, each: Target) -> bool:
    """Whether the name is all of its entry in a list."""
    return (
        not text[max(0, each.start - 2) : each.start].strip(" -*•,;.:\n") and text[each.end : each.end + 1] in ",;.\n"
    )


def _is_a_result(text: str, each: Target, knowledge: Knowledge) -> bool:
    """Calcium, iron or tacrolimus as a laboratory value, not as a drug."""
    drug = each.term.drug
    if _IN_MASS.search(each.directions or ""):
        return False
    if drug is not None and drug.dosed:
        return True
    measured = analytes.identify(text[each.start : each.end], knowledge) is not None
    return measured and _NUMBER_NEXT.match(text, each.end) is not None and not OFTEN.search(each.directions or "")


def _is_level(text: str, each: Target) -> bool:
    return (
        re.match(
            r"\s(?:trough\s|serum\s)?(?:levels?|concentrations?|screen|toxicity|overdose|poisoning|withdrawal)\b",
            text[each.end : each.end + 24],
            re.I,
        )
        is not None
    )


def _unknown_drugs(
    text: str, words: Sequence[Token], found: Sequence[Target], parts: Sections, knowledge: Knowledge
) -> Iterator[Target]:
    """Misspelt names, and names nothing is known of that are given at a dose and end as drugs' names do."""
    taken = iter([*found, Target(len(text) + 1, len(text) + 1, Term(Kind.DRUG))])
    current = next(taken)
    common = knowledge.words["common"]
    for word in words:
        while current.end <= word.start and current.start <= len(text):
            current = next(taken)
        if current.start < word.end or len(word.text) < 3 or not word.text.isalpha() or word.folded in common:
            continue
        if parts.in_heading(word.start):
            continue
        listed = parts.category(word.start) in {"medications", "stopped", "allergies"}
        said, stop = directions_at(text, word.end, min(len(text), word.end + 60))
        given = amount_given(said) and re.search(r"\d\s?(?:mg|mcg|µg|ug|g|units?|iu)\b", said or "", re.I) is not None
        treated = _TREATS.search(text, max(0, word.start - 24), word.start) is not None
        if not (given or listed or treated or _abbreviates_a_drug(word.text, said, knowledge)):
            continue
        near = nearest(plain(word.text), knowledge) if len(word.text) >= _MISSPELT_FROM else None
        stem = stemmed(word.folded)
        abbreviated = _abbreviates_a_drug(word.text, said, knowledge)
        if (near and (given or listed)) or ((given or treated) and stem) or abbreviated:
            yield Target(word.start, word.end, Term(Kind.DRUG, drug=near), said, stop, known=near is not None)


def _abbreviates_a_drug(word: str, directions: str | None, knowledge: Knowledge) -> bool:
    """Whether capitals that nothing is known of are given so much so often ("XYZ 500 BID")."""
    if not word.isupper() or not amount_given(directions) or analytes.identify(word, knowledge) is not None:
        return False
    return OFTEN.search(directions or "") is not None


def _entries(text: str, section: Section, known: Sequence[Target], knowledge: Knowledge) -> Iterator[Target]:
    """The entries of a list that name nothing known: each is one in its own words."""
    kind = _LISTED.get(section.category or "")
    if kind is None:
        return
    pattern = _ITEM if kind is Kind.ALLERGEN else _LINE_ITEM
    starts = [each for each in known if section.start <= each.start < section.end]
    for line in pattern.finditer(text, section.start, section.end):
        if any(line.start() <= each.start < line.end() for each in starts):
            continue
        yield from _entry(text, line.start(), line.end(), kind, knowledge)


def _entry(text: str, start: int, end: int, kind: Kind, knowledge: Knowledge) -> Iterator[Target]:
    whole = text[start:end]
    bullet = _BULLET.match(whole)
    begin = start + (bullet.end() if bullet else 0)
    named = _OWN_WORDS.match(text, begin, end)
    if not named or _says_nothing(text[begin:end]):
        return
    said = _CUT.sub("", re.split(r"[.(]", named[0])[0]).rstrip(" -–—:*")
    size = len(said.split())
    most = _MOST_WORDS[kind]
    if (kind is Kind.CONDITION and len(whole.split()) > most) or not 1 <= size <= most or len(said) < 3:
        return
    lowered = said.casefold()
    if _is_value(text[begin + len(said) : end], kind) or analytes.identify(said, knowledge) is not None:
        return
    labels = text[begin + len(said) : end].lstrip().startswith(":")
    if (kind is Kind.ALLERGEN and lowered in language().words["sorts"]) or (labels and kind is not Kind.ALLERGEN):
        return
    if kind is not Kind.ALLERGEN and _MEASURED.search(whole):
        return
    if kind is Kind.ALLERGEN and (
        lowered in language().words["reactions"] or lowered.split()[0] in language().words["reactions"]
    ):
        return
    term = Term(Kind.DRUG, said) if kind is Kind.DRUG else Term(kind, said)
    directions, stop = directions_at(text, begin + len(said), end) if kind is Kind.DRUG else (None, begin + len(said))
    yield Target(begin, begin + len(said), term, directions, stop if directions else begin + len(said), known=False)


_MEASURED = re.compile(
    r"(?<![A-Za-z])(?:[mµunp]?(?:g|mol|eq)|m?i?u|10\^?\d+|x10\S*)/(?:d?L|mL|mmol|mol)\b|\d\s?[-–]\s?\d+\s+\d"
    r"|\s{2}\d{1,2}/\d{1,2}/\d{2,4}\s{2}",
    re.IGNORECASE,
)
"""A row of results, which names no condition and no drug."""
_A_NUMBER = re.compile(r"\s?[:=]?\s?\d")
_CONCENTRATION = re.compile(r"\s?[:=]?\s?\d[\d.,]*\s?(?:[\w^µ]+/(?:[dmuµ]?L|mol|min|hr?)\b|%|mm\s?Hg)", re.IGNORECASE)


def _is_value(after: str, kind: Kind) -> bool:
    """Whether what follows an entry's name shows a result or a date, which no list of allergies or drugs holds."""
    return (_A_NUMBER if kind is Kind.ALLERGEN else _CONCENTRATION).match(after) is not None


_NOTHING_WORD = re.compile(
    r"\W*(?:none|nil|confirmed|no|not|n/?a|denies|denied|negative|unremarkable|non-?contributory|unknown|nkd?a"
    r"|nkfa|see|as|per"
    r"|reviewed|patient|pt|she|he|they|his|her|the|this|reports?|states?|and|or|unable|cannot|allergic|allerg\w+"
    r"|intoleran\w+|tolerates?|last|taking|takes|currently|stop(?:ped)?|hold|held|continue|start(?:ed)?|then|follow"
    r"|return|call|plan|discussed|will|has|was|had|is|are|also|with|for|in|on|of|up|due|since|when|if|all|any)\b",
    re.IGNORECASE,
)


def _says_nothing(words: str) -> bool:
    said = " ".join(token.folded for token in tokens(words)[:3])
    return bool(_NOTHING_WORD.match(words)) or said in language().words["none"]


_STAGE = re.compile(
    r"(?:,?\s?\(?(?=stage|grade|class|NYHA)|\s{1,3})(?P<stage>(?:stage|grade|class|NYHA(?: class)?|type)\s{0,2}"
    r"(?:G?[1-5][ab]?|I{1,3}V?|IV|V))\b",
    re.I,
)


def stage_after(text: str, end: int) -> str | None:
    """The stage, grade or class that follows a condition's name at ``end``."""
    match = _STAGE.match(text, end)
    return re.sub(r"\s+", " ", match["stage"]) if match else None


_SEVERE = r"mild|slight|minimal|small|trace|moderate|severe|large|massive|tense|gross|refractory|controlled"
_GRADE = r"(?:west haven )?(?:grade|stage)\s?(?:[0-4](?:\s?[-–]\s?[1-4])?|I{1,3}V?|IV)"
_BEFORE = re.compile(
    rf"\b(?P<said>{_SEVERE}|{_GRADE})(?:[\s-]{{1,2}}(?:to|amount|volume|of|degree|hepatic)\b){{0,3}}[\s-]{{1,2}}$", re.I
)
_AFTER = re.compile(rf"\s?[,(:]?\s?(?:is|was|that is|which is|well)?\s?(?P<said>{_SEVERE}|{_GRADE})\b", re.I)


def severity_around(text: str, start: int, end: int) -> str | None:
    """How severe a sign at ``start`` to ``end`` is said to be: "mild", "grade 2", "controlled"."""
    match = _BEFORE.search(text[max(0, start - 40) : start]) or _AFTER.match(text, end)
    return re.sub(r"\s+", " ", match["said"]).casefold() if match else None

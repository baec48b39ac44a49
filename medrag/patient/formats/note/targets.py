"""What a note names: drugs with their directions, conditions, allergens, and entries in their own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from medrag.knowledge import Knowledge
from medrag.patient.formats.note.entries import causes, entries
from medrag.patient.formats.note.illnesses import illnesses, lettered
from medrag.patient.formats.note.named import Target
from medrag.patient.measures import analytes
from medrag.reading.dosing.directions import amount_given, directions_at
from medrag.reading.dosing.doses import AMOUNT
from medrag.reading.dosing.frequency import OFTEN
from medrag.reading.languages import language, pattern
from medrag.reading.matcher import Token, plain
from medrag.reading.mentions import cut_short, nearest, stemmed
from medrag.reading.sections import Sections
from medrag.reading.terms import Kind, Term, all_terms

LONGEST_LEAD = 40
LONGEST_BLAME = 50
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
    r"\s?(?:(?:level|was|is|of)\s)?[:=]?\s?\d++(?!/\d|\s?(?:d|days?|/7|/52|wks?|weeks?|doses?)\b)"
    r"|(?:/\w+)?\s(?:levels?\s)?(?:was\s|is\s|are\s)?(?:normal|low|high|pending|replete|sent"
    r"|checked|ok|fine|satisfactory)\b",
    re.IGNORECASE,
)
_GIVEN_AS = re.compile(
    r"\s?\d[\d.,]*\s?(?:mcg|mg|ng|units?|ml)/(?:kg|h|hr|min)\b|\s(?:x ?\d|one|single|1) (?:dose|only|stat)\b|\sstat\b"
    r"|\s(?:gtts?|drips?|infusions?|pump|pens?|sliding scale|not (?:required|needed)|therapy)\b",
    re.IGNORECASE,
)
"""A rate or way of infusion, a single dose, or that it is needed or not."""
_NEEDED = re.compile(
    r"\b(?:on|needs?|needing|requir\w+|start\w*|takes?|taking|stopp?\w*|basal|bolus|of)\s\Z", re.IGNORECASE
)
"""What stands before a drug that is given, and before no result."""
_LISTED = re.compile(r"\s?(?:[,/+&]|\band\b)\s?(?:and\s)?")
_MISSPELT_FROM = 6
DIRECTIONS_WITHIN = 60
"""Characters after a name that nothing is known of in which its directions stand."""
_DIGIT = re.compile(r"\d")
_MASS = re.compile(r"\d\s?(?:mg|mcg|µg|ug|g|units?|iu)\b", re.IGNORECASE)


def find_targets(text: str, words: Sequence[Token], parts: Sections, knowledge: Knowledge) -> list[Target]:
    """Everything the note names, in order, headings left out; targets do not overlap."""
    named = list(islice(all_terms(knowledge).find(text, words), MOST_NAMES))
    words = words[: named[-1].last] if len(named) == MOST_NAMES else words
    found = [
        Target(match.start, match.end, match.values[0])
        for match in named
        if not parts.in_heading(match.start) and not _something_else(text, match.start, match.end)
    ]
    found = _with_directions(text, sorted([*found, *_fractures(text, found)], key=lambda each: each.start))
    found = sorted([*found, *lettered(text, found)], key=lambda each: each.start)
    found = [
        each
        for place, each in enumerate(found)
        if _counts(text, each, parts, knowledge) or _in_list(text, found, place)
    ]
    found += _unknown_drugs(text, words, found, parts, knowledge)
    found.sort(key=lambda each: each.start)
    starts = [each.start for each in found]
    found += [each for section in parts.all for each in entries(text, section, starts, knowledge)]
    found += causes(text, sorted(each.start for each in found))
    found.sort(key=lambda each: each.start)
    return sorted([*found, *illnesses(text, words, found, parts)], key=lambda each: each.start)


def _fractures(text: str, found: Sequence[Target]) -> Iterator[Target]:
    """Fractures that are written with a hash ("L NOF # 2021", "# R ankle", "no #"), outside of what is ``found``."""
    if "#" not in text:
        return
    for match in pattern("bones", "fracture").finditer(text):
        if not any(each.start < match.end() and match.start() < each.end for each in found):
            bone = match["bone"] or match["after"]
            name = (
                f"{'femoral neck' if (bone or '').upper() == 'NOF' else bone.lower()} fracture" if bone else "fracture"
            )
            yield Target(match.start(), match.end(), Term(Kind.CONDITION, name, event=True))


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
            aside = re.match(r"\)|\s?\([^()\n]{1,40}\)", text[each.end : each.end + 50])
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
        if said not in language().words["ordinary"]:
            return True
        listed = category in {"history", "past", "problems"} and _is_entry(text, each)
        return listed or _stands_alone(text, each)
    if each.term.kind is Kind.ALLERGEN:
        return not (said in language().words["sorts"] and text[each.end : each.end + 2].strip()[:1] == ":")
    if each.term.drug is not None and each.term.drug.dosed:
        if category in {"medications", "stopped"}:
            return True
        if (category == "allergies" or _blamed(text, each.start)) and not _NUMBER_NEXT.match(text, each.end):
            return True
    return not _is_a_result(text, each, knowledge) and not _is_level(text, each)


def _blamed(text: str, start: int) -> bool:
    """Whether an allergy to what stands at ``start`` is spoken of."""
    return pattern("entries", "just_blamed").search(text[max(0, start - LONGEST_BLAME) : start]) is not None


def _in_list(text: str, found: Sequence[Target], place: int) -> bool:
    """Whether a drug's name that counts with a dose alone stands between others ("bisoprolol, atorva, ramipril")."""
    drug = found[place].term.drug
    if drug is None or not drug.dosed:
        return False
    near = found[max(0, place - 1) : place + 2]
    gaps = [text[one.end : other.start] for one, other in pairwise(near)]
    return all(each.term.kind is Kind.DRUG for each in near) and any(_LISTED.fullmatch(gap) for gap in gaps)


_JUDGED = re.compile(
    r"\b(?:no|denies|without|nil|any|recurrent|frequent|new|acute|severe|had|has|gets|got|had an?"
    r"|after a|following a|further|another)\s"
    r"(?:more |further |active |current |recent |obvious |significant )?\Z",
    re.IGNORECASE,
)
_ITEM_BEGINS = re.compile(r"(?:\A|[:.;\n•]\s{0,3}|\n\s{0,3}[-*]\s{0,2}|\+\s?)\Z")
_ITEM_ENDS = re.compile(r"\s?(?:[+,;.&\n]|\Z|x ?\d|\d{1,2}/)")


def _stands_alone(text: str, each: Target) -> bool:
    """Whether an ordinary word is denied or qualified as an illness is, or is all of an item ("Fall, long lie")."""
    before = text[max(0, each.start - 40) : each.start]
    if _JUDGED.search(before):
        return True
    return _ITEM_BEGINS.search(before) is not None and _ITEM_ENDS.match(text, each.end) is not None


def _is_entry(text: str, each: Target) -> bool:
    """Whether the name is all of its entry in a list."""
    return (
        not text[max(0, each.start - 2) : each.start].strip(" -*•,;.:\n") and text[each.end : each.end + 1] in ",;.\n"
    )


def _is_a_result(text: str, each: Target, knowledge: Knowledge) -> bool:
    """Calcium, iron or tacrolimus as a laboratory value, not as a drug."""
    drug = each.term.drug
    if _IN_MASS.search(each.directions or "") or _GIVEN_AS.match(text, each.end):
        return False
    if drug is not None and drug.dosed:
        return _NEEDED.search(text, max(0, each.start - 16), each.start) is None
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
        said = _amount_next(text, word.end)
        given = said is not None and _MASS.search(said) is not None
        cut = cut_short(plain(word.text), knowledge, dosed=given)
        treated = _TREATS.search(text, max(0, word.start - 24), word.start) is not None
        stem = (given or treated) and stemmed(word.folded)
        abbreviated = _abbreviates_a_drug(word.text, said, knowledge)
        if not (given or listed or stem or cut or abbreviated):
            continue
        near = (nearest(plain(word.text), knowledge) if len(word.text) >= _MISSPELT_FROM else None) or cut
        if cut or (near and (given or listed)) or stem or abbreviated:
            said, stop = directions_at(text, word.end, word.end + DIRECTIONS_WITHIN)
            yield Target(word.start, word.end, Term(Kind.DRUG, drug=near), said, stop, known=near is not None)


def _amount_next(text: str, place: int) -> str | None:
    """The directions at ``place``, where a figure stands near it."""
    if _DIGIT.search(text, place, place + DIRECTIONS_WITHIN) is None:
        return None
    return directions_at(text, place, place + DIRECTIONS_WITHIN)[0]


def _abbreviates_a_drug(word: str, directions: str | None, knowledge: Knowledge) -> bool:
    """Whether capitals that nothing is known of are given so much so often ("XYZ 500 BID")."""
    if not word.isupper() or not amount_given(directions) or analytes.identify(word, knowledge) is not None:
        return False
    return OFTEN.search(directions or "") is not None

"""What a note may be saying something about: conditions, drugs with their doses, allergens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from medrag.knowledge import load
from medrag.knowledge.names import Name, fold, is_abbreviation, normalise
from medrag.knowledge.vocabulary import Condition
from medrag.patient.measures import analytes
from medrag.reading.context import Target

_AMOUNT = r"\d[\d,]*(?:\.\d+)?(?:\s*[-/]\s*\d+(?:\.\d+)?)*"
_UNIT = (
    r"(?:mg|mcg|µg|ug|g|grams?|units?|iu|ml|meq|mmol|%|puffs?|tabs?|tablets?|caps?|capsules?|drops?|sprays?|"
    r"patch(?:es)?)"
)
_ROUTE = (
    r"(?:po|p\.o\.|by mouth|orally|oral|iv|im|sc|sq|subq|subcutaneous(?:ly)?|sl|sublingual(?:ly)?|topical(?:ly)?|"
    r"inhaled|inhalation|pr|intranasal|transdermal|ophthalmic)"
)
_FREQUENCY = (
    r"(?:once|twice|three times|four times|\d+\s*(?:x|times))?\s*(?:a|per|/|every)?\s*(?:daily|day|week(?:ly)?|"
    r"month(?:ly)?|night(?:ly)?|bedtime|morning|evening)"
    r"|qd|qday|od|bid|b\.i\.d\.|tid|t\.i\.d\.|qid|q\.i\.d\.|qhs|hs|qam|qpm|qod|q\d+\s*-?\s*\d*\s*h(?:rs?|ours?)?|"
    r"every \d+ hours?|prn|as needed|with meals|stat"
)
# A drug's name is followed by an amount with a unit, then perhaps a form, a route and a frequency.
DOSE = re.compile(
    rf"\s*[,:(]?\s*(?P<dose>{_AMOUNT}\s*{_UNIT}\b(?!\s*/\s*d?l)(?:/(?:ml|hr?|day|kg|dose))?"
    rf"(?:[\s,]*(?:{_UNIT}|er|xr|xl|sr|cr|ec|dr|tablets?|oral|solution|injection))*"
    rf"(?:[\s,]+(?:{_ROUTE}))?(?:[\s,]+(?:{_FREQUENCY}))*)",
    re.IGNORECASE,
)
_BARE_FREQUENCY = re.compile(
    rf"\s+(?P<dose>(?:{_ROUTE}\s+)?(?:{_FREQUENCY})(?:\s+(?:{_FREQUENCY}))*)(?=[\s,.;)]|$)", re.IGNORECASE
)
_NAMED_DOSE = re.compile(
    rf"(?<![\w-])(?P<name>[A-Za-z][A-Za-z-]{{3,}})"
    rf"(?=\s+{_AMOUNT}\s*(?:mg|mcg|units?)\b(?!\s*/\s*[dm]?[lL]))"
)
_ITEM = re.compile(r"[^\n;]+")
_BULLET = re.compile(r"^\s*(?:[-*•‣o]\s+|\d{1,2}[.)]\s+|#\s*)?")
# Endings of international nonproprietary names (WHO's stem list): what ends so before a dose is a drug.
_STEM = re.compile(
    r"(?:mab|nib|pril|sartan|olol|statin|azole|cillin|mycin|floxacin|vir|gliptin|gliflozin|glutide|parin|xaban|triptan|"
    r"setron|azepam|barbital|caine|dipine|oxetine|ipramine|tidine|prazole|sone|solone|terol|tropium|thiazide|semide|"
    r"zosin|dronate|platin|rubicin|taxel|ciclib|parib|limus|cept|kinra|stim|fibrate|formin|azine|apine|idone|zolam|"
    r"codone|morphone|cycline|sulfa|oxacin|penem|bactam|conazole|lukast|gatran|grelor|profen|coxib|fenac)$",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"^\W*(?:none|nil|no|n/?a|not (?:applicable|known|recorded)|unremarkable|non-?contributory|negative|denies|"
    r"no active|unknown|no significant|no known)\b.*$",
    re.IGNORECASE,
)


@cache
def _conditions() -> re.Pattern[str]:
    """All spellings, longest first; an abbreviation in capitals matches in capitals only."""
    known = load().conditions.values()
    words = {words for each in known for words in (*each.names, *each.includes, *each.maybe)}
    spellings = sorted(words, key=len, reverse=True)
    return re.compile("|".join(rf"(?<![\w-]){_spelling(each)}(?:(?<=[a-z])s)?(?![\w-])" for each in spellings))


@cache
def _substances() -> re.Pattern[str]:
    known = load()
    words = sorted(known.names.keys() | known.allergen_names.keys(), key=len, reverse=True)
    spelled = (_substance(each, known.names.get(each)) for each in words)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(spelled)})(?![\w-])")


def _substance(normal: str, name: Name | None) -> str:
    pattern = r"[\s/+-]+".join(map(re.escape, normal.split()))
    return f"(?=[A-Z])(?i:{pattern})" if name and name.capital else f"(?i:{pattern}s?)"


def _ordinary(words: str) -> bool:
    """Whether the name of a drug is an ordinary word too, unless a dose follows it ("iron")."""
    name = load().names.get(normalise(words))
    return name is not None and name.dosed


def _spelling(words: str) -> str:
    return re.escape(words) if is_abbreviation(words) else f"(?i:{re.escape(words)})"


def condition_named(words: str) -> tuple[str, Condition] | None:
    """A condition and the name to show it under: the preferred one, or the words where they say more than it."""
    known = load()
    folded = fold(words)
    for meaning in known.phrases.get(folded) or known.phrases.get(folded.removesuffix("s")) or ():
        condition = known.conditions[meaning.condition]
        return (condition.name if meaning.synonym or not meaning.certain else words), condition
    return None


def find_targets(text: str, sections: Iterable[tuple[str | None, int, int]]) -> list[Target]:
    """Everything in a note that ConText is to judge. Spans may overlap; the longest stands."""
    targets = [Target(m.start(), m.end(), "CONDITION") for m in _conditions().finditer(text)]
    targets += [
        Target(m.start(), m.end(), "SUBSTANCE")
        for m in _substances().finditer(text)
        if not _ordinary(m.group()) or DOSE.match(text, m.end())
    ]
    targets += [
        Target(m.start("name"), m.end("name"), "SUBSTANCE")
        for m in _NAMED_DOSE.finditer(text)
        if _STEM.search(m["name"]) and not _conditions().search(m["name"])
    ]
    targets = [each for each in targets if each.label == "CONDITION" or not _is_a_result(text, each)]
    for category, start, end in sections:
        if category in {"history", "problems"}:
            targets += _items(text, start, end, "CONDITION", targets)
        elif category == "medications":
            targets += _items(text, start, end, "SUBSTANCE", targets)
    return targets


def _is_a_result(text: str, target: Target) -> bool:
    """Calcium, iron or glucose as a laboratory value, not as a drug."""
    measured = analytes.identify(text[target.start : target.end]) is not None
    return measured and DOSE.match(text, target.end) is None


def _items(text: str, start: int, end: int, label: str, known: list[Target]) -> Iterator[Target]:
    """The lines of a list section that name nothing known yet: each is an entry in its own words."""
    for line in _ITEM.finditer(text, start, end):
        words = line.group()
        bullet = _BULLET.match(words)
        begin = line.start() + (bullet.end() if bullet else 0)
        named = re.match(r"[A-Za-z][^\d(:,.]{2,60}", text[begin : line.end()])
        if not named or _NOTHING.match(words) or len(words.split()) > 8:
            continue
        if any(begin <= each.start < line.end() for each in known):
            continue
        yield Target(begin, begin + len(named.group().rstrip()), label)


_STAGE = re.compile(
    r"(?:,?\s*\(?(?=stage|grade|class|NYHA)|\s+)(?P<stage>(?:stage|grade|class|NYHA(?: class)?|type)\s*"
    r"(?:[1-5][ab]?|I{1,3}V?|IV|V))\b",
    re.I,
)


def stage_after(text: str, end: int) -> str | None:
    """The stage, grade or class that follows a condition's name at ``end``."""
    match = _STAGE.match(text, end)
    return re.sub(r"\s+", " ", match["stage"]) if match else None


def dosage_after(text: str, end: int) -> tuple[str | None, int]:
    """The dose that follows a drug's name at ``end``, and where it stops."""
    match = DOSE.match(text, end) or _BARE_FREQUENCY.match(text, end)
    if not match:
        return None, end
    return re.sub(r"\s+", " ", match["dose"]).strip(" ,"), match.end()


_SEVERE = r"mild|slight|minimal|small|trace|moderate|severe|large|massive|tense|gross|refractory|controlled"
_GRADE = r"(?:west haven )?(?:grade|stage)\s*(?:[0-4](?:\s*[-–]\s*[1-4])?|I{1,3}V?|IV)"
_BEFORE = re.compile(rf"\b(?P<said>{_SEVERE}|{_GRADE})(?:[\s-]+(?:to|amount|volume|of|degree|hepatic)\b)*[\s-]+$", re.I)
_AFTER = re.compile(rf"\s*[,(:]?\s*(?:is|was|that is|which is|well)?\s*(?P<said>{_SEVERE}|{_GRADE})\b", re.I)


def severity_around(text: str, start: int, end: int) -> str | None:
    """How severe a sign at ``start`` to ``end`` is said to be: "mild", "grade 2", "controlled"."""
    match = _BEFORE.search(text[max(0, start - 40) : start]) or _AFTER.match(text, end)
    return re.sub(r"\s+", " ", match["said"]).casefold() if match else None

"""Drug names in text: ingredients, brands, products, classes, misspellings, and names nothing is known of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from medrag.knowledge import Knowledge, Name
from medrag.knowledge.names import fold, normalise
from medrag.reading.dosing.doses import AMOUNT, doses
from medrag.reading.dosing.numbers import WORDS as NUMBER_WORDS
from medrag.reading.dosing.routes import route, shared
from medrag.reading.languages import ordinary, pattern
from medrag.reading.matcher import Letters, Matcher, Token, plain, singular, tokens
from medrag.reading.polarity import Polarity, cues, polarity_of
from medrag.reading.products import Written, written

LOCAL = frozenset({"topical", "inhaled", "nasal", "eye", "ear", "vaginal", "infiltration"})
"""Routes by which little of most drugs reaches the circulation."""


def routes(text: str) -> frozenset[str]:
    """Every route that ``text`` names."""
    return frozenset(str(match.lastgroup) for match in pattern("drugs", "route").finditer(text))


@dataclass(frozen=True, slots=True)
class DrugMention:
    """``text[start:end]`` names ``ingredients`` (several for a combination product) or a ``drug_class``.

    Neither, and ``resolved`` false: it looks like a drug's name and nothing is known of it. ``exact`` is false
    for a misspelling that was read as the nearest known name, ``whole`` for a product with more in it than is known.
    """

    text: str
    start: int
    end: int
    ingredients: tuple[str, ...] = ()
    drug_class: str | None = None
    exact: bool = True
    whole: bool = True
    polarity: Polarity = Polarity.RECOMMENDED
    route: str | None = None

    @property
    def resolved(self) -> bool:
        """Whether the name means something to the knowledge."""
        return bool(self.ingredients or self.drug_class)

    @property
    def label(self) -> str:
        """The normalised name: ingredients joined by a plus, the class's name, or the text as written."""
        return " + ".join(self.ingredients) or (self.drug_class or self.text).replace("_", " ")


def ingredients_named(mention: DrugMention, knowledge: Knowledge) -> frozenset[str]:
    """The ingredients a mention stands for; all of a class's for a class."""
    if mention.drug_class is not None:
        return knowledge.members[mention.drug_class]
    return frozenset(mention.ingredients)


_HEADS = re.compile(
    r"\s*(?:[:(]\s*(?:e\.g\.,?|such as|like|including)?|,?\s*(?:such as|like|including|e\.g\.,?|especially))\s*",
    re.IGNORECASE,
)
_LISTS = re.compile(r"\s*(?:,|/|\band\b|\bor\b|,\s*(?:and|or)\b)\s*", re.IGNORECASE)
_DOSED = re.compile(r"\s*\d")
SHORTEST_CUT = 5
AFTER_LETTERS = "\x7f"
"""Sorts after every letter of a name."""
LONGEST_NO_STEM = 5
"""A word of no more letters has no room for a stem."""


def stemmed(word: str) -> bool:
    """Whether a word, in lower case, ends as drugs' names do."""
    return (
        pattern("drugs", "stemmed").search(word) is not None and pattern("drugs", "not stemmed").fullmatch(word) is None
    )


def drugs(text: str, knowledge: Knowledge) -> list[DrugMention]:
    """Every drug named in ``text``, in order, with polarity and route."""
    mentions = named(text, knowledge)
    if not mentions:
        return []
    spans = [(mention.start, mention.end) for mention in mentions]
    marks = cues(text, spans)
    said = (polarity_of(text, mention.start, mention.end, spans, marks) for mention in mentions)
    read = [
        mention if polarity is mention.polarity else replace(mention, polarity=polarity)
        for mention, polarity in zip(mentions, said, strict=True)
    ]
    return list(_as_their_class(text, read, knowledge))


def named(text: str, knowledge: Knowledge) -> list[DrugMention]:
    """Every drug named in ``text``, in order, with its route, whatever the text says of giving it."""
    words = tokens(text)
    found = _known(text, words, knowledge)
    taken = {index for _, indices in found for index in indices}
    mentions = [mention for mention, _ in found]
    mentions += [guess for i, token in enumerate(words) if i not in taken and (guess := _guess(text, token, knowledge))]
    mentions += [] if mentions else _object(text, knowledge)
    mentions.sort(key=lambda mention: mention.start)
    spans = [(mention.start, mention.end) for mention in mentions]
    named_routes = shared(text, spans, [route(text, *span, spans) for span in spans])
    routes_of = (
        said or knowledge.product_routes.get(normalise(mention.text))
        for said, mention in zip(named_routes, mentions, strict=True)
    )
    return [
        replace(mention, route=said) if said else mention for mention, said in zip(mentions, routes_of, strict=True)
    ]


def _as_their_class(text: str, mentions: list[DrugMention], knowledge: Knowledge) -> Iterator[DrugMention]:
    """Members listed under a class that is warned against or stopped ("Avoid NSAIDs: ibuprofen, naproxen") are too."""
    head: DrugMention | None = None
    end, between = 0, _HEADS
    for mention in mentions:
        members = knowledge.members[head.drug_class] if head and head.drug_class else frozenset()
        inside = bool(mention.ingredients) and members.issuperset(mention.ingredients)
        if head and inside and between.fullmatch(text, end, mention.start) and not _DOSED.match(text, mention.end):
            between = _LISTS
            yield replace(mention, polarity=head.polarity)
        else:
            warned = mention.drug_class and mention.polarity in (Polarity.AVOIDED, Polarity.STOPPED)
            head, between = (mention if warned else None), _HEADS
            yield mention
        end = mention.end


@lru_cache(maxsize=4)
def _matcher(knowledge: Knowledge) -> Matcher[Name]:
    return Matcher(
        (written, Letters.CAPITAL if name.capital else Letters.ANY, name) for written, name in knowledge.names.items()
    )


_CONTENT = re.compile(rf"[ -](?:{AMOUNT.pattern})[ -](?P<two>(?P<one>[A-Za-z]+)(?:[ -][A-Za-z]+)?)", re.IGNORECASE)
"""What a device holds, and the word or two that say what it is."""
_DENIED = re.compile(r"\bnon-$", re.IGNORECASE)
"""What makes a name one of what it is not ("non-hormonal contraception")."""


def _known(text: str, words: list[Token], knowledge: Knowledge) -> list[tuple[DrugMention, range]]:
    """Longest names first, left to right."""
    found: list[tuple[DrugMention, range]] = []
    for match in _matcher(knowledge).find(text, words):
        name = match.values[0]
        if found and match.first < found[-1][1].stop:
            continue
        if name.dosed and not _dosed(text, words[match.last - 1]):
            continue
        said = written(text, words, match, knowledge)
        if _DENIED.search(text, max(0, said.start - 4), said.start):
            continue
        name = _formed(text, said, knowledge) or name
        ingredients = said.ingredients if name is match.values[0] else name.ingredients
        mention = DrugMention(
            text[said.start : said.end], said.start, said.end, ingredients, name.drug_class, whole=said.whole
        )
        found.append((mention, range(match.first, said.last)))
    return found


def _formed(text: str, said: Written, knowledge: Knowledge) -> Name | None:
    """The one that a drug is in a form that stands behind an amount ("levonorgestrel 52 mg IUD")."""
    amount = _CONTENT.match(text, said.end)
    if amount is None:
        return None
    drug = text[said.start : said.end]
    forms = (knowledge.names.get(normalise(f"{drug} {amount[part]}")) for part in ("two", "one") if amount[part])
    return next(filter(None, forms), None)


def _guess(text: str, token: Token, knowledge: Knowledge) -> DrugMention | None:
    """A misspelt name, or a word that can only be a drug's name, or nothing.

    An everyday word ("herein") is neither, unless a dose follows; behind a hyphen ("enteric-coated") never.
    """
    word = plain(token.text)
    common = knowledge.words["common"]
    if _DENIED.search(text, max(0, token.start - 4), token.start):
        return None
    if len(word) < 4 or not word.isalpha() or word in NUMBER_WORDS or word in common or singular(word) in common:
        return None
    mention = DrugMention(token.text, token.start, token.end)
    dosed = _dosed(text, token)
    if ordinary(word):
        return mention if dosed and text[token.start - 1 : token.start] != "-" else None
    name = nearest(word, knowledge) or cut_short(word, knowledge, dosed=dosed)
    if name:
        return DrugMention(token.text, token.start, token.end, name.ingredients, name.drug_class, exact=False)
    return mention if dosed or (len(word) > LONGEST_NO_STEM and stemmed(word)) else None


def nearest(word: str, knowledge: Knowledge) -> Name | None:
    """The one known name a slip away: one edit from six letters on, two from ten on."""
    if len(word) < 6:
        return None
    allowed = 2 if len(word) >= 10 else 1
    matches = process.extract(
        word, knowledge.spellings.get(word[0], ()), scorer=OSA.distance, score_cutoff=allowed, limit=None
    )
    nearest = {knowledge.names[name] for name, distance, _ in matches if distance == matches[0][1]}
    return nearest.pop() if len(nearest) == 1 else None


def cut_short(word: str, knowledge: Knowledge, *, dosed: bool) -> Name | None:
    """The one known name that begins with the word ("fluclox"): half of it, or five letters before a dose."""
    if len(word) < SHORTEST_CUT:
        return None
    names = knowledge.spellings.get(word[0], ())
    begun = names[bisect_left(names, word) : bisect_left(names, word + AFTER_LETTERS)]
    meant = {knowledge.names[name] for name in begun}
    enough = dosed or all(2 * len(word) >= len(name) for name in begun)
    return meant.pop() if len(meant) == 1 and enough and fold(word) not in knowledge.phrases else None


_DOSE_NEXT = re.compile(r"\s+(?:(?:oral|iv|po|tablets?)\s+)?(?=\d)", re.IGNORECASE)


def _dosed(text: str, token: Token) -> bool:
    """Whether a dose in mass or units follows at once ("Foozolam 5 mg", not "receive 5 mg of foozolam")."""
    gap = _DOSE_NEXT.match(text, token.end)
    if not gap:
        return False
    after = text[gap.end() : gap.end() + 40]
    return any(
        dose.start == 0 and not dose.maximum and not after[dose.end :].lstrip().startswith("of ")
        for dose in doses(after)
    )


GIVING = (
    r"^\W*(?:please\s+|then\s+)?(?:re)?(?:start|add|give|prescribe|initiate|begin|administer|switch to|continue|take"
    r"|use|try"
    r"|commence)"
)
"""A text that opens with a verb of giving."""
_GIVEN = re.compile(
    rf"{GIVING}\s+(?:(?:a|an|the|her|him|them|patient|treatment|therapy|oral|iv|intravenous|low-dose"
    r"|high-dose|with|on|[\d.]+"
    r"|mg|mcg|g|units?|of)\s+)*(?P<object>[A-Za-z][a-z]{4,})\b(?!-)",
    re.IGNORECASE,
)


_ALONE = re.compile(r"\W*(?P<object>[A-Za-z][a-z]{4,})(?: (?!is\b|are\b)[\w-]+)?\W*$")
_FORMED = re.compile(
    r"\b(?P<object>[A-Za-z][a-z]{4,})\s+(?:tablets?|capsules?|patch(?:es)?|injections?|cream|ointment|syrup|drops|spray"
    r"|suppositor\w+|inhaler|infusion|suspension)\b"
)


def _object(text: str, knowledge: Knowledge) -> list[DrugMention]:
    """What a text without any known drug gives: the object of its verb, a name before a form ("patch"), its one word.

    Only if that is no ordinary word.
    """
    match = _GIVEN.match(text) or _FORMED.search(text) or _ALONE.match(text)
    word = match["object"].lower() if match else ""
    common = knowledge.words["objects"] | knowledge.words["common"] | NUMBER_WORDS.keys()
    if not match or word in common or singular(word) in common or pattern("drugs", "ordinary").fullmatch(word):
        return []
    return [DrugMention(match["object"], match.start("object"), match.end("object"))]

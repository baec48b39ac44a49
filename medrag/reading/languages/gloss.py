"""Clinical Chinese put into the English that the readers know, so that one reader reads both.

Names come from the vocabulary (``knowledge/terms/names.zh.csv``), the words around them from
``zh/gloss.yaml``; traditional characters are read as simplified ones. What neither has is left as written:
:func:`other_script` then says that the text has not been read.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

from medrag.knowledge import Knowledge
from medrag.knowledge.names import is_abbreviation, normalise
from medrag.messages import Language
from medrag.reading.languages import Glossary, glossary

CHINESE = "zh"
_WIDENED = str.maketrans(",;:", "，；：")
_OR = str.maketrans("、及和与", "或或或或")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LATIN = re.compile(r"[A-Za-z]+")
_PUNCTUATION = str.maketrans("，。；：、！？（）【】％～－＋／＜＞＝", ",.;:,!?()[]%~-+/<>=")
_WIDE = frozenset("，。；：、")
_NARROW = re.compile(r"(?<=[A-Za-z%)\u4e00-\u9fff])[,;](?=\S)|(?<=[\u4e00-\u9fff]):(?=\S)|[,;:](?=[\u4e00-\u9fff])")
"""A stop of Chinese text typed as an English one, without the blank after it."""
_HEADED = re.compile(r"[【［〖]([^】］〗\n]{1,12})[】］〗](?![:：])")
"""A heading in brackets."""
_POINT = re.compile(r"\d\.\d")
_WITHIN = re.compile(r"(?<=[A-Za-z])(?=[A-Za-z])")
"""Inside a word of Latin letters: "CR" in "Crohn" is no word."""
_STOPS = ".!?"
_CLOSING = tuple(",.;:!?)]/%")
_TAIL = 4
"""Characters made last, by which the next piece is joined to them."""
_DIGITS = {each: value for value, each in enumerate("一二三四五六七八九", start=1)} | {"两": 2, "半": 0.5}


_Reading = tuple[int, int, str]
"""Where a piece ends, the characters in it that are left unread, and its English."""


@dataclass(frozen=True, slots=True)
class Gloss:
    """``text`` in English; ``starts`` are the places in it where a piece begins, ``spans`` what it was read from."""

    text: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original the words at ``text[start:end]`` were read."""
        if not self.spans:
            return start, end
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, end - 1) - 1)
        pieces = self.spans[first : last + 1]
        return min(left for left, _ in pieces), max(right for _, right in pieces)


def is_chinese(text: str) -> bool:
    """Whether any Chinese character stands in ``text``."""
    return not text.isascii() and _HAN.search(text) is not None


def language_of(text: str) -> Language:
    """The language that a text is written in as a whole: Chinese with English words in it, or the other way round."""
    chinese = is_chinese(text) and not _KANA.search(text) and len(_HAN.findall(text)) >= len(_LATIN.findall(text))
    return "zh" if chinese else "en"


def in_english(text: str, knowledge: Knowledge) -> str:
    """``text`` as the readers read it: Chinese in English, anything else as it is."""
    return glossed(text, knowledge).text


def glossed(text: str, knowledge: Knowledge) -> Gloss:
    """:func:`gloss` of Chinese; of anything else the text itself, each place where it was."""
    return gloss(text, knowledge) if is_chinese(text) else Gloss(text, (), ())


def other_script(text: str) -> bool:
    """Whether words stand in another script than the Latin one (Greek letters alone are signs)."""
    if text.isascii():
        return False
    letters = (unicodedata.name(letter, "") for letter in text if letter.isalpha() and not letter.isascii())
    return any(not name.startswith(("LATIN", "GREEK", "MICRO", "FEMININE", "MASCULINE")) for name in letters)


def known_words(text: str, knowledge: Knowledge) -> str:
    """``text`` in English without the words that have none: what a search over English passages can use."""
    return " ".join(_HAN.sub(" ", in_english(text, knowledge)).split()) if is_chinese(text) else text


def written_names(text: str, knowledge: Knowledge) -> dict[str, str]:
    """Label of a drug -> the name it has in Chinese ``text``, where that is not the preferred Chinese one."""
    if not is_chinese(text):
        return {}
    simple = simplified(text)
    named = ((said.strip(), simple[start:end]) for start, end, said in _pieces(simple, knowledge))
    labels, preferred = _labels(knowledge)
    return {labels[key]: written for key, written in named if key in labels and written != preferred[key]}


def gloss(text: str, knowledge: Knowledge) -> Gloss:
    """Chinese ``text`` in English, with where each piece of it was read."""
    made: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    length, tail = 0, ""
    for start, end, said in _pieces(prepared(text), knowledge):
        if said.lstrip(" ")[:1] in _CLOSING and tail.endswith(" "):
            made[-1], length, tail = made[-1][:-1], length - 1, tail[:-1]
        piece = _cased(tail, _parted(tail, said))
        if piece:
            starts.append(length)
            spans.append((start, end))
            made.append(piece)
            length += len(piece)
            tail = (tail + piece)[-_TAIL:]
    return Gloss("".join(made), tuple(starts), tuple(spans))


def simplified(text: str) -> str:
    """The text in simplified characters."""
    return str(_converter().convert(text))


def prepared(text: str) -> str:
    """The text with simplified characters, groups swapped, denials ended and "or" in their lists: as long as it was."""
    simple = simplified(text)
    prepared = _HEADED.sub(r" \1：", simple if len(simple) == len(text) else text)
    prepared = _NARROW.sub(lambda found: found[0].translate(_WIDENED), prepared)
    for swap in _patterns().swaps:
        prepared = swap.sub(lambda found: found[0] if _cuts(found) else found[2] + found[1], prepared)
    prepared = _patterns().ends.sub(lambda found: f"{found[0][:-1]}；", prepared)
    return _patterns().denied.sub(lambda found: found[0].translate(_OR), prepared)


def _pieces(text: str, knowledge: Knowledge) -> Iterator[tuple[int, int, str]]:
    """The pieces of the text as (start, end, English): with the fewest characters unread, then the fewest pieces.

    Where a pattern matches, it alone is a piece; where none does, every word is; what is neither stays as written.
    """
    words, ruled, signs = _found_words(text, _words(knowledge)), _ruled(text), _signs(text)
    best: list[tuple[int, int, int, str]] = [(0, 0, 0, "")] * (len(text) + 1)
    """From each place on: characters unread, pieces, the end of the first one and its English."""
    for place in range(len(text) - 1, -1, -1):
        readings = (ruled[place],) if place in ruled else (signs[place], *words.get(place, ()))
        best[place] = min([(best[end][0] + unread, best[end][1] + 1, -end, said) for end, unread, said in readings])
    place = 0
    while place < len(text):
        _, _, end, said = best[place]
        yield place, -end, said
        place = -end


def _ruled(text: str) -> dict[int, _Reading]:
    """Where patterns match, what the first of them reads there as (end, characters unread, English)."""
    found: dict[int, tuple[re.Match[str], str]] = {}
    for pattern, template in _patterns().rules:
        place = 0
        while match := pattern.search(text, place):
            if match.end() > match.start() and not _cuts(match):
                found.setdefault(match.start(), (match, template))
            place = match.start() + 1
    return {place: (match.end(), 0, _templated(match, template)) for place, (match, template) in found.items()}


def _cuts(match: re.Match[str]) -> bool:
    """Whether it begins behind the point of a number, which ends no clause."""
    return _POINT.fullmatch(match.string, max(0, match.start() - 2), match.start() + 1) is not None


def _templated(match: re.Match[str], template: str) -> str:
    groups = [_number(each or "") for each in match.groups()]
    return f" {template.format('', *groups).strip()} " if template else " "


def _folded(text: str) -> str:
    """``text`` without case, as long as it is."""
    folded = text.casefold()
    return folded if len(folded) == len(text) else "".join(each.casefold()[0] for each in text)


def _signs(text: str) -> list[_Reading]:
    """Each character as it stands, punctuation as English has it."""
    unread = [int(_HAN.match(sign) is not None) if sign > "~" else 0 for sign in text]
    english = text.translate(_PUNCTUATION)
    return [
        (place, left, f"{said} " if sign in _WIDE else said)
        for place, (sign, said, left) in enumerate(zip(text, english, unread, strict=True), start=1)
    ]


def _found_words(text: str, words: _Words) -> dict[int, list[_Reading]]:
    """Every word of the vocabulary, by where it begins."""
    folded = _folded(text)
    within = {match.start() for match in _WITHIN.finditer(text)}
    found: dict[int, list[_Reading]] = {}
    for place, first in enumerate(folded):
        if place in within:
            continue
        for length in (*words.lengths.get(first, ()), *words.lengths.get(folded[place : place + 2], ())):
            end = place + length
            said = words.english.get(folded[place:end])
            if said is not None and end <= len(text) and end not in within:
                found.setdefault(place, []).append((end, 0, said))
    return found


def _number(numeral: str) -> str:
    """A Chinese numeral below one hundred in digits; anything else as it is."""
    if not numeral or not all(each in _DIGITS or each == "十" for each in numeral):
        return numeral
    if "十" not in numeral:
        return "".join(f"{_DIGITS[each]:g}" for each in numeral)
    tens, _, ones = numeral.partition("十")
    return str(int(_DIGITS.get(tens, 1)) * 10 + int(_DIGITS.get(ones, 0)))


def _parted(made: str, said: str) -> str:
    """``said`` with one blank between it and what stands before, where both are words."""
    if not said.strip(" "):
        return " " if made and not made.endswith((" ", "\n")) else ""
    opens = said.lstrip(" ")
    if opens[0] in _CLOSING:
        return opens
    apart = said != opens or (made.endswith((",", ";", ":", *_STOPS)) and not opens[0].isdigit())
    return f" {opens}" if apart and made and not made.endswith((" ", "\n", "(")) else opens


def _cased(made: str, piece: str) -> str:
    """A piece that opens a sentence with a capital."""
    before = made.rstrip(" ")
    if before and before[-1] not in f"{_STOPS}\n":
        return piece
    word = piece.lstrip(" ")
    return piece[: len(piece) - len(word)] + word[:1].upper() + word[1:]


@dataclass(frozen=True, slots=True)
class _Patterns:
    swaps: tuple[re.Pattern[str], ...]
    rules: tuple[tuple[re.Pattern[str], str], ...]
    denied: re.Pattern[str]
    ends: re.Pattern[str]


@lru_cache(maxsize=1)
def _glossary() -> Glossary:
    return glossary(CHINESE)


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    known = _glossary()
    rules = tuple((known.filled(pattern), template) for pattern, template in known.rules)
    return _Patterns(tuple(map(known.filled, known.swaps)), rules, known.filled(known.denied), known.filled(known.ends))


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _in_full(knowledge: Knowledge, kind: str, key: str) -> str:
    """The English name of a term, not an abbreviation where it has another."""
    full = (name for name in knowledge.english(kind, key) if not is_abbreviation(name))
    return next(full, knowledge.name(kind, key))


@dataclass(frozen=True, slots=True)
class _Words:
    """Chinese word -> English between blanks; its first two characters -> the lengths of words that begin so."""

    english: dict[str, str]
    lengths: dict[str, tuple[int, ...]]


@lru_cache(maxsize=4)
def _words(knowledge: Knowledge) -> _Words:
    """The names of the vocabulary and the glossary's words, which say a name of both more narrowly."""
    words: dict[str, str] = {}
    for (kind, key), names in knowledge.foreign.get(CHINESE, {}).items():
        shown = key if kind in {"drug", "product"} else _in_full(knowledge, kind, key)
        words |= {form: shown for name in names for form in (name.casefold(), normalise(name))}
    words |= {written.casefold(): said for written, said in _glossary().words.items()}
    lengths: dict[str, set[int]] = {}
    for word in filter(None, words):
        lengths.setdefault(word[:2], set()).add(len(word))
    english = {word: f" {said} " if said else " " for word, said in words.items()}
    return _Words(english, {first: tuple(sizes) for first, sizes in lengths.items()})


@lru_cache(maxsize=4)
def _labels(knowledge: Knowledge) -> tuple[dict[str, str], dict[str, str]]:
    """Drugs and products by their English names: the label that findings give them, and the preferred Chinese name."""
    chinese = knowledge.foreign.get(CHINESE, {})
    parts = {each.name: " + ".join(each.ingredients) for each in knowledge.products}
    named = {key: names[0] for (kind, key), names in chinese.items() if kind in {"drug", "product"}}
    return {key: parts.get(key, key) for key in named}, named

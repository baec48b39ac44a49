"""The words of one language that the readers go by, as data: a folder a language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import TypeAdapter

ENGLISH = "en"


@dataclass(frozen=True)
class CueList:
    """Words that bear on what stands ``before`` or ``after`` them, and how far (``item``, ``list``, ``sentence``)."""

    says: str
    side: str
    reach: str
    words: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Headings:
    """Section headings by category; words that stand before one ("current medications") or open what follows."""

    modifiers: frozenset[str]
    tails: frozenset[str]
    sections: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Language:
    """What the readers know of a language."""

    cues: tuple[CueList, ...]
    ended_by: dict[str, frozenset[str]]
    headings: Headings
    words: dict[str, frozenset[str]]
    abbreviations: dict[str, dict[str, str]]
    """Abbreviation in capitals -> patterns of what stands ``before`` or ``after`` it where it is something else."""


@dataclass(frozen=True)
class Glossary:
    """How a language is put into English: ``swaps`` change two groups' places, ``rules`` are patterns with templates.

    ``pieces`` are what these patterns insert by ``{name}``. ``denied`` matches a denial with all that it denies, of
    which any joins are read as "or", ``ends`` one that ends at the comma it matches last; ``words`` maps the words
    around names to English ones, nothing where English has none.
    """

    pieces: dict[str, str | tuple[str, ...]]
    swaps: tuple[str, ...]
    denied: str
    ends: str
    rules: tuple[tuple[str, str], ...]
    words: dict[str, str]
    giving: str

    def filled(self, pattern: str) -> re.Pattern[str]:
        """``pattern`` with the pieces that it names; its blanks (``\\s*``, ``\\s+``) stay within a line."""
        whole = _filled(_lists(self.pieces), pattern)
        return re.compile(whole.replace(r"\s*", r"[^\S\n]*").replace(r"\s+", r"[^\S\n]+"))


@dataclass(frozen=True)
class Numbers:
    """Numbers in words: ``ones`` and ``tens`` add up, ``scales`` multiply; units, volumes and stops as signs.

    The last four are for text dictated without stops: those spoken, and what begins a sentence where no link precedes.
    """

    ones: dict[str, int]
    tens: dict[str, int]
    scales: dict[str, int]
    units: dict[str, str]
    volumes: dict[str, str]
    marks: dict[str, str]
    spoken_marks: dict[str, str]
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """States that exclude one another, by the words for them; words of several states have these joined by " or ".

    ``told`` are words of patients only, ``names`` what notes call a state that these words tell nothing of in a
    patient. ``of_condition``: a state is one condition's ("severe asthma"). ``lasting``:
    what was so is so ("unprovoked embolism 3 months ago").
    """

    words: dict[str, tuple[str, ...]]
    told: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    of_condition: bool = False
    lasting: bool = False


@cache
def axes(kind: str = "axes", code: str = ENGLISH) -> dict[str, Axis]:
    """The states of patients that the language's file ``kind`` has words for, by axis; ``{name}`` is of the pieces."""
    pieces = _expressions("pieces", code)

    def filled(words: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        return {state: tuple(_filled(pieces, each) for each in lists) for state, lists in words.items()}

    read = TypeAdapter(dict[str, Axis]).validate_python(_content(code, kind))
    return {name: replace(axis, words=filled(axis.words), told=filled(axis.told)) for name, axis in read.items()}


@dataclass(frozen=True)
class Regression:
    """A logistic regression over the features of :mod:`medrag.reading.polarity.learned`."""

    bias: float
    weights: dict[str, float]


@dataclass(frozen=True)
class LearnedPolarity:
    """What was learnt of whether a drug is given, and whether it is ended or held back where it was taken.

    Below the log-odds ``given`` a drug that the cues read as given is doubted, and above ``not_given`` one that they
    read as not given; above ``stopped`` one may be ended. ``data`` is the SHA-256 of the wordings it was fitted on.
    """

    data: str
    given: float
    not_given: float
    stopped: float
    giving: Regression
    stopping: Regression


@cache
def learned_polarity(code: str = ENGLISH) -> LearnedPolarity:
    """What was learnt of the language of that ISO 639-1 code."""
    text = files(__package__).joinpath(code, "polarity.json").read_text(encoding="utf-8")
    return TypeAdapter(LearnedPolarity).validate_python(json.loads(text))


@cache
def stances(code: str = ENGLISH) -> dict[str, tuple[str, ...]]:
    """Words, or with an asterisk their beginnings, by the stance they take on a treatment."""
    return TypeAdapter(dict[str, tuple[str, ...]]).validate_python(_content(code, "stances"))


@cache
def numbers(code: str = ENGLISH) -> Numbers:
    """How the language of that ISO 639-1 code says numbers."""
    return TypeAdapter(Numbers).validate_python(_content(code, "numbers"))


@dataclass(frozen=True)
class Units:
    """How units are written: in lower case without blanks -> their UCUM code; in lower case -> a plainer spelling."""

    ucum: dict[str, str]
    plain: dict[str, str]


@cache
def units(code: str = ENGLISH) -> Units:
    """The spellings of units in the language of that ISO 639-1 code."""
    return TypeAdapter(Units).validate_python(_content(code, "units"))


@lru_cache(maxsize=4)
def glossary(code: str) -> Glossary:
    """The glossary of the language of that ISO 639-1 code."""
    return TypeAdapter(Glossary).validate_python(_content(code, "gloss"))


@lru_cache(maxsize=4)
def language(code: str = ENGLISH) -> Language:
    """The readers' words in the language of that ISO 639-1 code."""
    return Language(
        cues=tuple(_cues(code)),
        ended_by=TypeAdapter(dict[str, frozenset[str]]).validate_python(_content(code, "cues")["ended_by"]),
        headings=TypeAdapter(Headings).validate_python(_content(code, "headings")),
        words=TypeAdapter(dict[str, frozenset[str]]).validate_python(
            _content(code, "words")["lists"] | _content(code, "clinical")
        ),
        abbreviations=TypeAdapter(dict[str, dict[str, str]]).validate_python(_content(code, "words")["abbreviations"]),
    )


def _cues(code: str) -> Iterator[CueList]:
    """The cues, each written out for every choice of the words that it names in braces."""
    written = _content(code, "cues")
    pieces = TypeAdapter(dict[str, tuple[str, ...]]).validate_python(written.get("pieces", {}))
    for cue in TypeAdapter(list[CueList]).validate_python(written["cues"]):
        words = dict.fromkeys(said for each in cue.words for said in _written_out(each, pieces, code))
        yield replace(cue, words=tuple(words))


def _written_out(said: str, pieces: Mapping[str, Sequence[str]], code: str) -> Iterator[str]:
    """``said`` with each word of every list in braces: a piece of cues, or another file's ("{relatives.kin}")."""
    named = _CHOICE.search(said)
    if not named:
        yield " ".join(said.split())
        return
    choices = pieces[named[1]] if named[1] in pieces else _named(named[1], code)
    for each in choices:
        yield from _written_out(f"{said[: named.start()]}{each}{said[named.end() :]}", pieces, code)


def _named(reference: str, code: str) -> tuple[str, ...]:
    kind, _, name = reference.partition(".")
    return _expressions(kind, code)[name]


@cache
def pattern(kind: str, name: str, code: str = ENGLISH) -> re.Pattern[str]:
    """The expression ``name`` of the language's file ``kind``, matched without regard to case.

    A name has one expression, or a list joined by "|"; ``{other}`` stands for another of the file, in brackets where it
    is a list.
    """
    return re.compile(_joined(_expressions(kind, code), name), re.IGNORECASE)


def patterns(kind: str, code: str = ENGLISH) -> dict[str, re.Pattern[str]]:
    """Every expression of the language's file ``kind``, by its name, in their order."""
    return {name: pattern(kind, name, code) for name in _expressions(kind, code)}


def said(kind: str, name: str, code: str = ENGLISH) -> tuple[str, ...]:
    """The words ``name`` of the language's file ``kind``, one by one."""
    return _expressions(kind, code)[name]


def lists(kind: str, code: str = ENGLISH) -> dict[str, tuple[str, ...]]:
    """Every list of the language's file ``kind``, by its name."""
    return _expressions(kind, code)


_CHOICE = re.compile(r"\{([a-z._]+)\}")
_INSERTED = re.compile(r"\{([a-z][a-z_ ]*)\}")


def _joined(lists: Mapping[str, Sequence[str]], name: str) -> str:
    whole = _filled(lists, "|".join(lists[name]))
    return f"(?:{whole})" if len(lists[name]) > 1 else whole


def _filled(lists: Mapping[str, Sequence[str]], pattern: str) -> str:
    return _INSERTED.sub(lambda match: _joined(lists, match[1]), pattern)


@lru_cache(maxsize=16)
def _expressions(kind: str, code: str) -> dict[str, tuple[str, ...]]:
    return _lists(TypeAdapter(dict[str, str | tuple[str, ...]]).validate_python(_content(code, kind)))


def _lists(named: Mapping[str, str | tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: (said,) if isinstance(said, str) else said for name, said in named.items()}


@cache
def _content(code: str, name: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files(__package__).joinpath(code, f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 (both loaders are safe ones)


def ordinary(word: str, code: str = ENGLISH) -> bool:
    """Whether ``word``, in lower case, is an everyday or clinical word of the language, or an inflection of one."""
    known = word_list("ordinary", code)
    return word in known or any(stem in known for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    for ending, others in _INFLECTIONS:
        if word.endswith(ending) and len(word) - len(ending) > SHORTEST_STEM:
            yield from (word[: -len(ending)] + other for other in others)


_INFLECTIONS = (("s", ("",)), ("es", ("",)), ("ies", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")), ("ly", ("",)))
SHORTEST_STEM = 2


@lru_cache(maxsize=8)
def word_list(kind: str, code: str = ENGLISH) -> frozenset[str]:
    """The words of the language's file ``kind``, one a line."""
    text = files(__package__).joinpath(code, f"{kind}.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))

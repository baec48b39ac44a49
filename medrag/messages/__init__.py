"""The words of findings: a code and its values in, a sentence in the reader's language out.

One YAML file a language (``en.yaml``, ``zh.yaml``) holds a template for every code, whose placeholders are exactly the
values of that code; words for values that come from a closed set (``terms``); how lists are joined; and what else a
rendered answer says. Beside findings stand phrases of the knowledge and of the readers of records, which
``phrases.<language>.csv`` has whole or with ``{}`` for what they name. Drugs and conditions have the names that the
vocabulary gives them in the language
(``knowledge/terms/names.<language>.csv``), or else under ``labels``; the reasons of rules those of
``reasons.<language>.csv``. What is in no table (the record's words) stands as it came.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BeforeValidator

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def primary(tag: Any) -> Any:
    """The first part of a BCP 47 tag, in small letters (``zh`` of ``zh-Hans-CN``); what is no text stays."""
    return re.split("[-_]", tag.strip().casefold())[0] if isinstance(tag, str) else tag


Tag = Annotated[Language, BeforeValidator(primary, json_schema_input_type=str)]
"""A language as a caller names it: by a tag (``zh-CN``, ``zh-Hant``), of which the first part counts."""

READ_WORDS = ("care", "words")
"""Values that are words of what was read, not names."""
Value = str | int | float | tuple[str, ...] | tuple[tuple[str, str], ...]
"""What a finding's value may be: text, a number, or a list of texts or of pairs of them."""

_DIGITS = "0123456789"
FACTS = ("fact", "facts", "limits", "missing", "name", "notes", "results")
"""The values that say what is known of a patient or is not, or whom a sentence is for."""
_MEASURED = re.compile(r"(.+?) ((?:[<>=]+ )?-?\d.*)")
"""What is measured, and its value or limit."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A language's words.

    ``sentences`` by code, ``terms`` by the value's name and the value, ``joins`` by the value's name (the outer one
    first, for pairs also the inner), ``names`` of checks and coverage, and ``text``, what an answer says around them.
    """

    sentences: Mapping[str, str]
    terms: Mapping[str, Mapping[str, str]]
    joins: Mapping[str, Sequence[str]]
    names: Mapping[str, str]
    text: Mapping[str, str]
    vocabulary: Mapping[str, str]
    phrases: Mapping[str, Sequence[tuple[str, str]]]
    named: Sequence[str] = ()


@lru_cache
def catalogue(language: Language) -> Catalogue:
    """The words of a language."""
    content = yaml.safe_load(files(__name__).joinpath(f"{language}.yaml").read_text(encoding="utf-8"))
    groups: Mapping[str, Mapping[str, str]] = content.pop("sentences")
    sentences = {f"{group}.{name}": said for group, each in groups.items() for name, said in each.items()}
    terms = content.pop("terms") | {"reason": _reasons(language)}
    vocabulary = content.pop("labels", {}) | _vocabulary(language)
    return Catalogue(sentences=sentences, terms=terms, vocabulary=vocabulary, phrases=_phrases(language), **content)


def _reasons(language: Language) -> dict[str, str]:
    return {row["reason"]: row["said"] for row in _rows(files(__name__) / f"reasons.{language}.csv")}


def _vocabulary(language: Language) -> dict[str, str]:
    """English name -> the language's, of everything that has one; conditions and measurements under each of theirs."""
    rows = list(_rows(files("medrag") / "knowledge" / "terms" / f"names.{language}.csv"))
    if not rows:
        return {}
    names = {(row["kind"], row["key"]): row["names"].partition(";")[0] for row in rows}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, str] = {}
    for kind in ("condition", "measurement"):
        terms = files("medrag") / "knowledge" / "terms" / f"{kind}s.yaml"
        for key, term in yaml.load(terms.read_text(encoding="utf-8"), loader).items():  # noqa: S506 (a safe one)
            if (kind, key) in names:
                found |= dict.fromkeys(term["names"], names[kind, key])
    return found | {key.replace("_", " "): said for (_, key), said in names.items()}


def _phrases(language: Language) -> dict[str, list[tuple[str, str]]]:
    """Kind of phrase -> (expression for it in English, what it is in the language), whole ones first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(_rows(files(__name__) / f"phrases.{language}.csv"), key=lambda row: "{}" in row["phrase"]):
        pattern = "(.+?)".join(map(re.escape, row["phrase"].split("{}")))
        found.setdefault(row["kind"], []).append((pattern, row["said"]))
    return found


def _rows(path: Traversable) -> Iterator[dict[str, str]]:
    """The rows of a table; none where the language has no such file (English, the knowledge's own)."""
    if path.is_file():
        yield from csv.DictReader(x for x in path.read_text(encoding="utf-8").splitlines() if not x.startswith("#"))


def say(
    code: str, values: Mapping[str, Any], language: Language = "en", written: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The sentence of ``code`` with its values; in another language than English a drug under the name ``written``.

    Raises:
        ValueError: there is no such code, or the values are not those of the code.
    """
    words = catalogue(language)
    if code not in words.sentences:
        raise ValueError("there is no such code")
    if placeholders(code) != values.keys():
        raise ValueError(f"{code} has the values {sorted(placeholders(code))}, not {sorted(values)}")
    own = {} if language == "en" else written
    shown = {name: _shown(name, value, words, own) for name, value in values.items()}
    shown |= {name: own[str(values[name])] for name in READ_WORDS if str(values.get(name)) in own}
    return words.sentences[code].format_map(shown)


def leaves(values: Iterable[Any]) -> Iterator[str]:
    """The texts among values, however deep in lists."""
    for each in values:
        if isinstance(each, str):
            yield each
        elif isinstance(each, list | tuple):
            yield from leaves(each)


def source(said: str, language: Language = "en") -> str:
    """A source, where the language has a name for it."""
    return catalogue(language).terms.get("source", {}).get(said, said)


def formula(title: str, language: Language = "en") -> str:
    """The title of a score or equation, where the language has a name for it."""
    return catalogue(language).terms.get("formula", {}).get(title, title)


def phrase(kind: str, said: str, language: Language = "en") -> str:
    """What an answer says beside findings (``effect``, ``problem``), where the language has words for it."""
    return _phrased(kind, said, catalogue(language))


def _phrased(kind: str, said: str, words: Catalogue) -> str:
    for pattern, template in words.phrases.get(kind, ()):
        if match := re.fullmatch(pattern, said):
            return template.format(*(_phrased(kind, each, words) for each in match.groups()))
    if known := _named(said, words):
        return known
    if measured := _MEASURED.fullmatch(said):
        return f"{_phrased(kind, measured[1], words)} {measured[2]}"
    listed = {one: _phrased(kind, one, words) for one in said.split(", ")} if ", " in said else {}
    return words.joins["list"][0].join(listed.values()) if listed and all(a != b for a, b in listed.items()) else said


def _named(said: str, words: Catalogue) -> str | None:
    """What the vocabulary, or the list of scores and equations, calls it."""
    plain = said.replace("_", " ")
    scores = words.terms.get("formula", {})
    return next(
        (known for one in (said, plain, plain.lower()) if (known := words.vocabulary.get(one) or scores.get(one))), None
    )


def name(kind: str, language: Language = "en") -> str:
    """What a check or a kind of coverage is called."""
    return catalogue(language).names.get(kind, kind)


@lru_cache(maxsize=1024)
def placeholders(code: str, language: Language = "en") -> frozenset[str]:
    """The names of the values that the sentence of ``code`` shows."""
    template = catalogue(language).sentences[code]
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _shown(name: str, value: Any, words: Catalogue, written: Mapping[str, str], depth: int = 0) -> str:
    if isinstance(value, list | tuple):
        joins = words.joins.get(name, words.joins["list"])
        return joins[min(depth, len(joins) - 1)].join(_shown(name, each, words, written, depth + 1) for each in value)
    if isinstance(value, float):
        return format(Decimal(f"{value:g}"), "f")  # 2400000, not 2.4e+06
    if name == "detail":
        return _phrased("problem", str(value), words)
    if name in words.named:
        preferred = " + ".join(words.vocabulary.get(each, each) for each in str(value).split(" + "))
        return f"{written[value]}（{preferred}）" if value in written else preferred
    known = words.terms.get(name, {})
    if name in FACTS and value not in known:
        return _phrased("note", str(value), words)
    return _term(str(value), known)


def _term(value: str, terms: Mapping[str, str]) -> str:
    """The word for a value; a limit (``egfr<30``) is a word and its number."""
    limit = value.rstrip(_DIGITS)
    return terms.get(value) or (f"{terms[limit]} {value[len(limit) :]}" if limit in terms else value)

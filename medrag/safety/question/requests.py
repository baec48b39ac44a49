"""Requests that medrag does not answer: harm, deceit, misuse, and what is no question about treating people.

Patterns first, then a learned classifier where there is one, which also overrules a pattern that fires on what is
clearly an ordinary question. The patterns are data
(``knowledge/rules/requests.yaml``): what is done to what or whom, so that they hold for wordings nobody listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.knowledge.opening import RequestKind, RequestRule
from medrag.safety.check_context import fail
from medrag.safety.question.request_classifier import RequestClassifier
from medrag.types import Finding, Severity

SCOPE = "medrag: advice on treating a patient, for clinicians"
_LIST = re.compile(r"<([a-z_]+)>")
_GAP = r"\b[^.?!;\n]{0,80}\b"
_WORD = r"[\w'/-]+,? "
_SENTENCE = re.compile(r"[.?!;\n]")


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: RequestRule
    any: re.Pattern[str]
    also: re.Pattern[str] | None
    unless: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class _Patterns:
    rules: tuple[_Compiled, ...]
    intent: re.Pattern[str]
    protective: re.Pattern[str]


def declines(question: str, knowledge: Knowledge, classifier: RequestClassifier | None = None) -> Finding | None:
    """The reason to decline a request that seeks harm or lies outside treating people; None for any other.

    Without ``classifier`` the patterns alone decide.
    """
    fired = _fired(question.replace("’", "'"), knowledge)
    doubted = next((each.kind for each in fired if not each.certain), None)
    kind = _judged(question, doubted, classifier) if classifier else doubted
    kind = kind or next((each.kind for each in fired if each.certain), None)
    if kind is None:
        return None
    return fail(f"request.{kind}", Severity.CONTRAINDICATED, SCOPE)


def _judged(question: str, matched: RequestKind | None, classifier: RequestClassifier) -> RequestKind | None:
    """The pattern's kind unless the classifier overrules it, which it may not for self-harm."""
    if matched is None:
        return classifier.kind(question)
    return None if matched != "self_harm" and classifier.vetoes(question) else matched


def _fired(question: str, knowledge: Knowledge) -> list[RequestRule]:
    patterns = _patterns(knowledge)
    return [each.rule for each in patterns.rules if _fires(each, question, patterns)]


def _fires(each: _Compiled, question: str, patterns: _Patterns) -> bool:
    if not any(_asked(match, question, each.rule, patterns) for match in each.any.finditer(question)):
        return False
    if each.also and not each.also.search(question):
        return False
    return not any(pattern.search(question) for pattern in each.unless)


def _asked(match: re.Match[str], question: str, rule: RequestRule, patterns: _Patterns) -> bool:
    """Whether the words are asked for: a way to do it is sought, or they open the sentence as an order."""
    if not rule.intent:
        return True
    opening = max((stop.end() for stop in _SENTENCE.finditer(question, 0, match.start())), default=0)
    before = question[opening : match.start()]
    if patterns.protective.search(before):
        return False
    return not before.strip() or patterns.intent.search(question) is not None


@lru_cache(maxsize=4)
def _patterns(knowledge: Knowledge) -> _Patterns:
    rules = tuple(
        _Compiled(
            rule,
            _compiled(rule.any, knowledge),
            _compiled(rule.also, knowledge) if rule.also else None,
            tuple(_compiled(knowledge.request_words[name], knowledge) for name in rule.unless),
        )
        for rule in knowledge.requests
    )
    return _Patterns(rules, *(_compiled(knowledge.request_words[name], knowledge) for name in ("intent", "protective")))


def _compiled(patterns: tuple[str, ...], knowledge: Knowledge) -> re.Pattern[str]:
    text = "|".join(f"(?:{_expanded(pattern, knowledge)})" for pattern in patterns)
    return re.compile(rf"(?<!\w)(?:{text})(?!\w)", re.IGNORECASE)


def _expanded(pattern: str, knowledge: Knowledge) -> str:
    """The pattern with its lists written out, ``~`` as up to 80 characters of a sentence, words with their hyphens."""
    expanded = pattern.replace(" ~ ", _GAP)
    while _LIST.search(expanded):  # a list may name others
        expanded = _LIST.sub(lambda name: "(?:" + "|".join(knowledge.request_words[name[1]]) + ")", expanded)
    return expanded.replace(r"\w+ ", _WORD)

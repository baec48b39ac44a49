"""Deterministic stand-ins for human judgement of text: whether two say the same, and whether one supports the other."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

SAME = 90.0
"""Least ``fuzz.token_sort_ratio`` (0 to 100) at which two sentences count as the same."""

SUPPORTED = 85.0
"""Least ``fuzz.token_set_ratio`` (0 to 100) at which a quote may support a statement."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def same(first: str, second: str) -> bool:
    """Whether the sentences say the same in nearly the same words, with the same numbers."""
    close = fuzz.token_sort_ratio(_plain(first), _plain(second)) >= SAME
    return close and sorted(_numbers(first)) == sorted(_numbers(second))


def supports(quote: str, statement: str) -> bool:
    """Whether the statement's words are nearly all in the quote, and its numbers all (a wrong dose has no support)."""
    words = fuzz.token_set_ratio(_plain(statement), _plain(quote)) >= SUPPORTED
    return words and set(_numbers(statement)) <= set(_numbers(quote))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _numbers(text: str) -> list[str]:
    return [number.replace(",", "") for number in _NUMBER.findall(text)]

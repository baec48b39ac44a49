"""Expressions that are tried only in sentences that hold letters which any match of them must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

_parser: Any = import_module("re._parser")
_compiler: Any = import_module("re._compiler")
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_NO_LETTERS = {"AT", "ASSERT_NOT"}
_LAST_ASCII = 127
_SAME = str.maketrans({"İ": "i", "ı": "i", "ſ": "s"})
"""Letters that case makes no difference of to an expression, though lower case does."""


def folded(text: str) -> str:
    """``text`` as :meth:`Sign.find` wants it beside the text itself."""
    return (text if text.isascii() else text.translate(_SAME)).lower()


class Sign:
    """``pattern``, compiled when it is first tried."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._parsed, self._flags = _parser.parse(pattern, flags), flags
        self._needed = tuple(_needed(self._parsed))

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        compiled: re.Pattern[str] = _compiler.compile(self._parsed, self._flags)
        return compiled

    def match(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """Its match at ``start``, none beyond ``end``."""
        return self._compiled.match(text, start, end)

    def find(self, text: str, start: int, end: int, said: str) -> Iterator[re.Match[str]]:
        """Its matches in ``text[start:end]``, which ``said`` is folded."""
        if self._needed and not any(map(said.__contains__, self._needed)):
            return iter(())
        return self._compiled.finditer(text, start, end)


def _needed(parsed: Sequence[tuple[Any, Any]]) -> frozenset[str]:
    """Runs of letters and signs, in lower case, of which each match has one or more; none where that is not known."""
    best: frozenset[str] = frozenset()
    run = ""
    for operator, argument in parsed:
        if letter := _letter(str(operator), argument):
            run += letter
            continue
        if str(operator) in _NO_LETTERS:
            continue
        best, run = max(best, _one(run), _of_part(str(operator), argument), key=_worth), ""
    return max(best, _one(run), key=_worth)


def _one(run: str) -> frozenset[str]:
    return frozenset({run} if run else ())


def _letter(operator: str, argument: Any) -> str:
    """The letter that stands there, be it in upper or lower case."""
    codes = [argument] if operator == "LITERAL" else []
    if operator == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
        codes = [code for _, code in argument]
    letters = {chr(code).lower() for code in codes if code <= _LAST_ASCII}
    return letters.pop() if len(letters) == 1 and all(code <= _LAST_ASCII for code in codes) else ""


def _of_part(operator: str, argument: Any) -> frozenset[str]:
    """What a part of an expression needs, one that looks ahead too."""
    if operator == "SUBPATTERN":
        return _needed(argument[-1])
    if operator == "ATOMIC_GROUP":
        return _needed(argument)
    if operator == "ASSERT":
        return _needed(argument[1]) if argument[0] > 0 else frozenset()
    if operator in _REPEATS:
        return _needed(argument[2]) if argument[0] else frozenset()
    if operator == "BRANCH":
        parts = [_needed(each) for each in argument[1]]
        return frozenset().union(*parts) if all(parts) else frozenset()
    return frozenset()


def _worth(needed: frozenset[str]) -> tuple[int, int]:
    """Long runs, and few of them, leave most sentences out."""
    return min(map(len, needed), default=0), -len(needed)

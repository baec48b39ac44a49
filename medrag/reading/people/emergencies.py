"""Emergencies that a text tells of, neither denied nor past, by the red flags' patterns."""

from __future__ import annotations

import re
from functools import lru_cache, partial

from medrag.knowledge import Knowledge
from medrag.knowledge.opening import RedFlag
from medrag.reading import languages

_said = partial(languages.pattern, "emergencies")
_REACH = 70


def raised(text: str, knowledge: Knowledge) -> tuple[RedFlag, ...]:
    """The red flags of an English text, but those that another one's notice covers."""
    found = [flag for flag in knowledge.red_flags if _raised(flag, text)]
    named = {flag.name for flag in found}
    return tuple(flag for flag in found if flag.emergency not in named)


def _raised(flag: RedFlag, text: str) -> bool:
    return all(
        _named(group).search(text) and any(_present(expression, text) for expression in group) for group in flag.all
    )


@lru_cache(maxsize=1024)
def _named(group: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any pattern of a group: most questions name none, and one search tells."""
    every = "|".join(expression if expression.isupper() else f"(?i:{expression})" for expression in group)
    return re.compile(rf"\b(?:{every})")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    flags = 0 if pattern.isupper() else re.IGNORECASE
    return re.compile(rf"\b(?:{pattern})(?:\b|(?=\W|$))", flags)


def _present(expression: str, text: str) -> bool:
    """Whether the words occur and at least one occurrence is neither negated nor past."""
    return any(not _negated(text, match.start(), match.end()) for match in _compiled(expression).finditer(text))


def _negated(text: str, start: int, end: int) -> bool:
    since = max(0, start - _REACH)
    resets = [reset.end() for reset in _said("reset").finditer(text, since, end + _REACH) if reset.end() <= start]
    before = text[resets[-1] if resets else since : start]
    return bool(_said("negated").search(before)) or bool(_said("afterwards").match(text, end, end + _REACH))

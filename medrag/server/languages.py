"""The language that a caller reads, by ``Accept-Language``."""

from __future__ import annotations

from collections.abc import Iterator

from medrag.messages import LANGUAGES, Language


def preferred(accepted: str, default: Language) -> Language:
    """The best of the languages accepted (a header's value) that there are words in; else the ``default``."""
    wanted = sorted(_ranges(accepted), key=lambda each: -each[1])
    named = [tag.partition("-")[0] for tag, weight in wanted if weight > 0]
    found = next((each for each in named if each in LANGUAGES), None)
    return next((each for each in LANGUAGES if each == found), default)


def _ranges(accepted: str) -> Iterator[tuple[str, float]]:
    """Each language range, in small letters, and its weight."""
    for part in accepted.casefold().split(","):
        tag, _, weight = part.partition(";")
        try:
            yield tag.strip(), float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            yield tag.strip(), 0.0

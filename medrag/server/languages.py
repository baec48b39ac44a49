"""The language that a caller reads: the one named, else the best of ``Accept-Language``, else that of the question."""

from __future__ import annotations

from collections.abc import Iterator

from medrag.messages import LANGUAGES, Language, primary
from medrag.reading.languages.gloss import language_of


def reader(named: Language | None, accepted: str, said: str) -> Language:
    """What someone reads who ``named`` it or not, whose client sent ``accepted``, and who wrote ``said``."""
    return named or preferred(accepted, language_of(said))


def preferred(accepted: str, default: Language) -> Language:
    """The best of the languages accepted (a header's value) that there are words in; else the ``default``."""
    wanted = sorted(_ranges(accepted), key=lambda each: -each[1])
    named = [primary(tag) for tag, weight in wanted if weight > 0]
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

"""The Chinese from which English words were read, for whoever reads findings in Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from medrag.knowledge import Knowledge
from medrag.reading.languages.gloss import glossed, is_chinese, prepared

_AROUND = " ,.;:!?()，。；：、！？（）\n"


def originals(text: str, said: Iterable[str], knowledge: Knowledge) -> dict[str, str]:
    """Lists of English words ("outer, flat") that were read in Chinese ``text`` -> its own words for them."""
    if not is_chinese(text):
        return {}
    read, source = glossed(text, knowledge), prepared(text)
    english = read.text.casefold()
    found: dict[str, str] = {}
    for each in said:
        own = []
        for word in each.split(", "):
            place = english.find(word.casefold())
            start, end = read.origin(place, place + len(word)) if place >= 0 and word else (0, 0)
            own.append(source[start:end].strip(_AROUND) or word)
        found[each] = "、".join(dict.fromkeys(own))
    return found

"""Whom a Chinese note says that it is about: names and numbers, read before it is put into English."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from medrag.patient.record.demographics import Demographics, Identifier, identifier
from medrag.patient.record.names import Name, name
from medrag.reading.languages import pattern
from medrag.reading.languages.gloss import CHINESE, is_chinese, simplified
from medrag.reading.people.ages import READ

_said = partial(pattern, "names", code=CHINESE)


def chinese_demographics(text: str) -> Demographics:
    """Whom the note is about; nobody where it is not in Chinese."""
    if not is_chinese(text):
        return Demographics()
    head = simplified(text[:READ])
    citizen = _said("citizen").search(head)
    born = citizen["born"] if citizen else None
    return Demographics(
        names=frozenset(_names(head)),
        identifiers=frozenset(_numbers(head)),
        births=frozenset({f"{born[:4]}-{born[4:6]}-{born[6:]}"}) if born else frozenset(),
        sex=("male" if int(citizen["sex"]) % 2 else "female") if citizen else None,
    )


def _names(head: str) -> Iterator[Name]:
    for form in ("labelled", "told"):
        for match in _said(form).finditer(head):
            if found := name(match["name"]):
                yield found


def _numbers(head: str) -> Iterator[Identifier]:
    for kind, form in (("MR", "number"), ("CN", "citizen")):
        for match in _said(form).finditer(head):
            if found := identifier(kind, match["value"]):
                yield found

"""What a fact is: who says so, in which document, and what a person who reviewed it found."""

from __future__ import annotations

import datetime
from typing import Literal, NamedTuple

from medrag.types import Record


class Source(Record):
    """A document that facts cite by ``key``: its title, the section meant, its version or date where known."""

    key: str
    document: str
    section: str = ""
    version: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.document, self.section, self.version)))


class Fact(Record):
    """Base of every fact: who says so, by a key of ``sources.yaml`` or in words."""

    source: str


class Review(Record):
    """What a person made of a fact (named by :meth:`Knowledge.identity`), and against which document."""

    fact: str
    verdict: Literal["right", "wrong"]
    reviewer: str
    date: datetime.date
    document: str = ""
    version: str = ""
    note: str = ""


class Cited(NamedTuple):
    """What a fact stands on: its source in full, and whether a person has reviewed the fact and found it right."""

    source: str
    reviewed: bool

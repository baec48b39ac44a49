"""Clinical scores as data: the findings they ask for, the points they give, and equivalent doses."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from pydantic import Field, field_validator

from medrag.errors import KnowledgeError
from medrag.knowledge.vocabulary import Terms
from medrag.types import Record

_TEST = re.compile(r"\s*(?P<key>[a-z_][a-z0-9_]*)?(?P<optional>\??)\s*(?P<how><=|>=|<|>|=)?\s*(?P<limit>[\w.-]+)?\s*")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


class ScoreItem(Record):
    """A finding that scores ask for: any of ``conditions``, drugs or a value ``above`` makes it hold.

    ``unless`` conditions do not count though they imply one that does. With ``ever``, having had it is enough;
    with ``procedures``, so is a procedure of that name. ``drugs`` count where they act on the whole body. ``names``
    are other words under which a record states it, ``grades`` the numbers that its answers stand for (yes and no where
    there are none). ``stated``: it must be recorded or ruled out; else a record of conditions (of medications, where
    only drugs count) that does not name it says no.
    """

    key: str
    asks: str = ""
    names: Terms = ()
    grades: dict[str, float] = Field(default_factory=dict)
    stated: bool = False
    conditions: Terms = ()
    unless: Terms = ()
    drugs: Terms = ()
    measurement: str | None = None
    above: float | None = None
    ever: bool = True
    procedures: bool = False
    source: str = "as the score that asks for it defines it"


class Test(Record):
    """One comparison: the input ``key`` against ``limit`` (a number, or an answer).

    Where an ``optional`` input is not known, the test does not hold: another of the line tells the same.
    """

    key: str
    how: str
    limit: bool | float | str
    optional: bool = False

    def holds(self, value: Any) -> bool:
        """Whether ``value`` passes."""
        return _COMPARE[self.how](value, self.limit)


class Line(Record):
    """One line of a point score: the points of the first test that holds, none where none does.

    A test is alternatives of tests that must hold together. A line with ``each`` gives so many points for each unit of
    what it asks.
    """

    asks: str
    tests: tuple[tuple[tuple[tuple[Test, ...], ...], float], ...] = ()
    each: float | None = None

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The inputs it looks at."""
        tests = (test for ways, _ in self.tests for way in ways for test in way)
        return (self.asks,) if self.each is not None else tuple(dict.fromkeys(test.key for test in tests))


class PointScore(Record):
    """A published sum of points for the people of ``population``.

    ``ages`` is [from, to) in years; ``excludes`` are findings that put a patient outside the population. Inputs older
    than ``fresh_days`` are refused, and such measured more than ``together_days`` apart. ``start`` is what the sum
    begins with; ``means`` says what it means from a number of points on; ``range`` is the least and the most.
    """

    key: str
    title: str
    population: str
    source: str
    ages: tuple[float, float] = (0, 200)
    excludes: Terms = ()
    fresh_days: int | None = None
    together_days: int | None = None
    start: float = 0
    range: tuple[float, float]
    lines: tuple[Line, ...] = Field(alias="points")
    means: dict[float, str] = Field(default_factory=dict)

    @field_validator("lines", mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        return [_line(asks, said) for asks, said in written.items()] if isinstance(written, dict) else written

    @property
    def inputs(self) -> tuple[str, ...]:
        """Everything it looks at."""
        return tuple(dict.fromkeys(key for line in self.lines for key in line.inputs))


class Equivalent(Record):
    """Milligrams of ``standard`` that a milligram of ``drug`` equals, by mouth unless ``routes`` say otherwise."""

    drug: str
    standard: str
    factor: float
    routes: Terms = ()
    source: str


def _line(asks: str, said: Any) -> Line:
    if isinstance(said, dict) and "each" in said:
        return Line(asks=asks, each=said["each"])
    written = said if isinstance(said, dict) else {f"{asks}=yes": said}
    return Line(asks=asks, tests=tuple((_ways(str(test), asks), points) for test, points in written.items()))


def _ways(written: str, asks: str) -> tuple[tuple[Test, ...], ...]:
    findings = re.search(r"[&|]", written) is not None
    return tuple(tuple(_test(each, asks, findings) for each in way.split("&")) for way in written.split("|"))


def read_test(written: str) -> Test:
    """A single comparison that names its input ("egfr>=25"). Raises ``KnowledgeError``."""
    return _test(written, "", findings=True)


def _test(written: str, asks: str, findings: bool) -> Test:
    """A bare word is one of the answers to ``asks``; among several tests it is a finding, present."""
    match = _TEST.fullmatch(written)
    if match is None or not written.strip():
        raise KnowledgeError(f"point_scores: {written!r} is not a test")
    key, optional, how, limit = match.groups()
    if how is None:
        key, limit = (key, "yes") if findings else (None, written.strip())
    if limit is None:
        raise KnowledgeError(f"point_scores: {written!r} names no limit")
    return Test(key=key or asks, how=how or "=", limit=_answer(limit), optional=bool(optional))


def _answer(written: str) -> float | str | bool:
    if written in ("yes", "no"):
        return written == "yes"
    try:
        return float(written)
    except ValueError:
        return written

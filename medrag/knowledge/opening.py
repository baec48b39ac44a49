"""What a request is opened with: emergencies in the record or the question, and requests to decline."""

from __future__ import annotations

import datetime
from typing import Literal

from medrag.knowledge.facts import Fact
from medrag.knowledge.vocabulary import Terms
from medrag.types import Record


class Emergency(Fact):
    """What the record holds as current and must be seen to at once: a condition, or a value at a limit or beyond."""

    condition: str | None = None
    measurement: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    notice: str


class RedFlag(Fact):
    """A presentation: each group of ``all`` must be met by one of its regular expressions.

    ``emergency`` names another whose notice says the same, and is enough where both are met. ``first`` are the drugs
    that come before all else.
    """

    name: str
    emergency: str = ""
    first: Terms = ()
    all: tuple[Terms, ...]
    notice: str


RequestKind = Literal["self_harm", "harm", "covert", "misuse", "fraud", "rights", "quackery", "other"]


class RequestRule(Record):
    """A request to decline: one of the regular expressions ``any``, one of ``also`` (if named), no list of ``unless``.

    ``intent`` asks that a way to do it be sought and that no protective word ("detect", "prevent") governs it. What is
    ``certain`` no classifier overrules: it learnt of such requests nothing.
    """

    kind: RequestKind
    any: Terms
    also: Terms = ()
    unless: Terms = ()
    intent: bool = True
    certain: bool = False


class RequestScore(Record):
    """One kind's logistic regression: ``weights @ vector + bias``."""

    kind: RequestKind
    weights: tuple[float, ...]
    bias: float


class RequestModel(Record):
    """What was learnt of requests to decline: a question whose score is above ``threshold`` is declined.

    Below ``veto`` it is answered although a pattern names it.

    It is of the kind of ``self_harm`` where that score is above zero, else of the best of ``kinds``.

    ``encoder`` and ``data`` are SHA-256 of the sentence encoder's files and of the labelled requests; ``weights`` has a
    number for each dimension of its vectors, ``words`` one for each known word and pair of words.
    """

    encoder: str
    data: str
    fitted: datetime.date
    threshold: float
    veto: float
    bias: float
    weights: tuple[float, ...]
    words: dict[str, float]
    self_harm: RequestScore
    kinds: tuple[RequestScore, ...]

"""What a treatment does, as a trial or a meta-analysis reports it."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from medrag.knowledge.scoring import Test, read_test
from medrag.knowledge.vocabulary import Terms
from medrag.types import Record


class TreatmentEffect(Record):
    """The effect of ``treatment`` (any of ``drugs``) against ``comparator`` on ``outcome``.

    ``relative`` is a risk, hazard or odds ratio with its 95 % interval, ``control_risk`` the risk in % without the
    treatment over ``years`` (None: not stated, or not one for all). ``own_risk`` is the calculator of that risk for one
    patient. A *gain* is an outcome that is wanted. The people were ``from_age`` to under ``to_age`` years old, had any
    of ``conditions`` (and any of ``also``), none of ``unless``, and met every limit of ``when``.
    """

    drugs: Terms
    treatment: str
    comparator: str
    outcome: str
    kind: Literal["benefit", "harm", "gain"]
    measure: Literal["RR", "HR", "OR"]
    relative: float
    low: float
    high: float
    years: float
    control_risk: float | None = None
    own_risk: str | None = None
    conditions: Terms = ()
    also: Terms = ()
    unless: Terms = ()
    from_age: float = 0
    to_age: float = 200
    when: Terms = ()
    population: str
    source: str
    reviewed: bool = False

    @cached_property
    def limits(self) -> tuple[Test, ...]:
        """The limits of ``when``, read."""
        return tuple(map(read_test, self.when))

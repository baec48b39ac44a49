"""HL7 v2 results that a later one corrects or takes back (HL7 table 0085: C, D and W), which then no longer stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from medrag.patient.fhir.values import Json

_REPLACES = {"corrected", "entered-in-error"}


class Result(NamedTuple):
    """A result, when its message was sent, and the order, the test, the part and the time that it answers."""

    resource: Json
    sent: str
    key: tuple[str, ...]


def standing(results: Iterable[Result]) -> list[Json]:
    """The results that still stand, in their order: a correction ends what was sent before it under the same key."""
    given = list(results)
    ends: dict[tuple[str, ...], tuple[str, int]] = {}
    for place, each in enumerate(given):
        if each.resource["status"] in _REPLACES:
            ends[each.key] = max(ends.get(each.key, ("", -1)), (each.sent, place))
    return [each.resource for place, each in enumerate(given) if (each.sent, place) >= ends.get(each.key, ("", -1))]

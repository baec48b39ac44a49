"""HL7 v2 results that a later one corrects, takes back or makes final (HL7 table 0085)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from medrag.patient.fhir.values import Json

_REPLACES = {"corrected", "amended", "entered-in-error", "cancelled"}


class Result(NamedTuple):
    """A result, when its message was sent, and the order, the test, the part and the time that it answers."""

    resource: Json
    sent: str
    key: tuple[str, ...]


def standing(results: Iterable[Result]) -> list[Json]:
    """The results that still stand, in their order: a correction ends what was sent before it under the same key, and
    one that is final without a value makes final what was sent before as preliminary.
    """
    given = list(results)
    ends: dict[tuple[str, ...], tuple[str, int]] = {}
    for place, each in enumerate(given):
        if each.resource["status"] in _REPLACES:
            ends[each.key] = max(ends.get(each.key, ("", -1)), (each.sent, place))
    stand = [each for place, each in enumerate(given) if (each.sent, place) >= ends.get(each.key, ("", -1))]
    valued = {each.key for each in stand if _is_preliminary(each)}
    final = {each.key for each in stand if _only_says_final(each)} & valued
    return [
        {**each.resource, "status": "final"} if each.key in final and _is_preliminary(each) else each.resource
        for each in stand
        if not (each.key in final and _only_says_final(each))
    ]


def _is_preliminary(result: Result) -> bool:
    return bool(result.resource["status"] == "preliminary")


def _only_says_final(result: Result) -> bool:
    held = result.resource
    return bool(held["status"] == "final") and not any(name.startswith(("value", "content", "concl")) for name in held)

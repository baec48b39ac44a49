"""Facts without repeats, found by what they say rather than by comparing each with all before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, TypeVar

from medrag.types import Allergy, Condition, Genotype, Imaging, Medication, Observation, Procedure

F = TypeVar("F", Condition, Allergy, Medication, Observation, Procedure, Imaging, Genotype)
_UNSAID = {"source", "date", "display", "kind", "status"}
"""Fields in which two facts that say the same may differ; the subject has what of them matters."""
_Mask = tuple[bool, ...]


@dataclass
class _Alike:
    """The facts kept of one subject that fill the same fields, by their values in whichever fields were asked."""

    members: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    indexes: dict[_Mask, dict[tuple[Any, ...], list[int]]] = field(default_factory=dict)

    def add(self, place: int, values: tuple[Any, ...]) -> None:
        self.members[place] = values
        for mask, index in self.indexes.items():
            heappush(index.setdefault(_part(values, mask), []), place)

    def first(self, mask: _Mask, values: tuple[Any, ...]) -> int | None:
        """The first place whose fact has these values in the fields of ``mask``."""
        if mask not in self.indexes:
            index = self.indexes[mask] = {}
            for place in sorted(self.members):
                index.setdefault(_part(self.members[place], mask), []).append(place)
        places = self.indexes[mask].get(_part(values, mask), [])
        while places and places[0] not in self.members:
            heappop(places)
        return places[0] if places else None


def merge_duplicates(facts: Sequence[F], subject: Callable[[F], tuple[Any, ...]]) -> tuple[F, ...]:
    """Of two facts of one ``subject`` that say the same, one stays, filled with what only the other knows.

    They say the same where neither holds another value than the other; a field that is empty in one fits any value.
    """
    kept: list[F] = []
    subjects: dict[tuple[Any, ...], dict[_Mask, _Alike]] = {}
    for fact in facts:
        groups = subjects.setdefault(subject(fact), {})
        values = _values(fact)
        twin = _twin(groups, values)
        if twin is None:
            groups.setdefault(_mask(values), _Alike()).add(len(kept), values)
            kept.append(fact)
            continue
        mine = _values(kept[twin])
        kept[twin] = filled = _filled(kept[twin], fact)
        if _mask(mine) != _mask(_values(filled)):
            del groups[_mask(mine)].members[twin]
            groups.setdefault(_mask(_values(filled)), _Alike()).add(twin, _values(filled))
    return tuple(kept)


def _twin(groups: dict[_Mask, _Alike], values: tuple[Any, ...]) -> int | None:
    own = _mask(values)
    shared = ((group, tuple(map(all, zip(own, mask, strict=True)))) for mask, group in groups.items())
    return min((place for group, both in shared if (place := group.first(both, values)) is not None), default=None)


def _values(fact: Any) -> tuple[Any, ...]:
    return tuple(getattr(fact, name) for name in type(fact).model_fields if name not in _UNSAID)


def _mask(values: tuple[Any, ...]) -> _Mask:
    return tuple(value is not None for value in values)


def _part(values: tuple[Any, ...], mask: _Mask) -> tuple[Any, ...]:
    return tuple(value for value, asked in zip(values, mask, strict=True) if asked)


def _filled(one: F, other: F) -> F:
    gaps = {name: getattr(other, name) for name in type(one).model_fields if getattr(one, name) is None}
    return one.model_copy(update=gaps) if any(value is not None for value in gaps.values()) else one

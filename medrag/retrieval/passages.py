"""The index's passages on disk: a JSON line each, found by offset, with the fields that filters ask about."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from medrag.errors import IndexCorrupt
from medrag.types import Filters, Passage

Facet = tuple[str, int | None, tuple[str, ...], str | None, str | None]

LINES, OFFSETS, FACETS, ROWS = "passages.jsonl", "offsets.npy", "facets.json", "facet_rows.npy"
FILES = (LINES, OFFSETS, FACETS, ROWS)


class PassageWriter:
    """Appends passages to files in ``directory``; memory grows by 12 bytes a passage."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lines: BinaryIO | None = None
        self._offsets = [0]
        self._facets: dict[Facet, int] = {}
        self._rows: list[int] = []

    def add(self, passage: Passage) -> None:
        """Append a passage as the next row."""
        if self._lines is None:
            self._lines = (self.directory / LINES).open("wb")
        line = passage.model_dump_json(exclude_defaults=True).encode() + b"\n"
        self._lines.write(line)
        self._offsets.append(self._offsets[-1] + len(line))
        self._rows.append(self._facets.setdefault(_facet(passage), len(self._facets)))

    def close(self) -> None:
        """Write the offsets and facets and close the lines."""
        if self._lines is None:
            (self.directory / LINES).touch()
        else:
            self._lines.close()
        np.save(self.directory / OFFSETS, np.asarray(self._offsets, dtype=np.int64))
        np.save(self.directory / ROWS, np.asarray(self._rows, dtype=np.int32))
        (self.directory / FACETS).write_text(json.dumps(list(self._facets), ensure_ascii=False), encoding="utf-8")


class PassageFile:
    """Random access to passages through a memory map; safe from several threads."""

    def __init__(
        self, lines: mmap.mmap | bytes, offsets: NDArray[np.int64], facets: Sequence[Facet], rows: NDArray[np.int32]
    ) -> None:
        self._lines = lines
        self._offsets = offsets
        self._facets = facets
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> Passage:
        line = self._lines[self._offsets[row] : self._offsets[row + 1]]
        try:
            return Passage.model_validate_json(line)
        except ValidationError as error:
            raise IndexCorrupt(f"Passage {row} of the index does not parse. Build the index again.") from error

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Which rows ``filters`` let through, bool of shape ``(rows,)``."""
        by_facet = np.fromiter((_passes(facet, filters) for facet in self._facets), bool, len(self._facets))
        return np.asarray(by_facet[self._rows], dtype=np.bool_)


def open_passages(paths: dict[str, Path]) -> PassageFile:
    """The passages written by PassageWriter, given where each of FILES lies now."""
    with paths[LINES].open("rb") as stream:
        # An empty file cannot be mapped.
        lines = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if paths[LINES].stat().st_size else b""
    facets = [
        (status, year, tuple(organisations), jurisdiction, population)
        for status, year, organisations, jurisdiction, population in json.loads(paths[FACETS].read_text("utf-8"))
    ]
    return PassageFile(lines, np.load(paths[OFFSETS], mmap_mode="r"), facets, np.load(paths[ROWS], mmap_mode="r"))


def searched_text(passage: Passage) -> str:
    """What stands for ``passage`` in the searches and the reranker: its heading path, then its text."""
    return f"{' > '.join((passage.title, *passage.section))}\n{passage.text}"


def _facet(passage: Passage) -> Facet:
    return passage.status, passage.year, passage.organisations, passage.jurisdiction, passage.population


def _passes(facet: Facet, filters: Filters) -> bool:
    """A passage that does not say what a filter asks about does not pass it."""
    status, year, organisations, jurisdiction, population = facet
    return (
        status in filters.statuses
        and _any_of(organisations, filters.organisations)
        and _any_of((jurisdiction,) if jurisdiction else (), filters.jurisdictions)
        and (not filters.populations or any(_names(population or "", each) for each in filters.populations))
        and (filters.year_from is None or (year is not None and year >= filters.year_from))
        and (filters.year_to is None or (year is not None and year <= filters.year_to))
    )


def _names(population: str, wanted: str) -> bool:
    """Populations are said in words, "Children and adolescents with asthma": ``wanted`` must begin one of them."""
    return re.search(rf"\b{re.escape(wanted.casefold())}", population.casefold()) is not None


def _any_of(values: Sequence[str], wanted: Sequence[str]) -> bool:
    return not wanted or not {value.casefold() for value in values}.isdisjoint(each.casefold() for each in wanted)
